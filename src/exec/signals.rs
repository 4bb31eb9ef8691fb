//! Ctrl-C while a program runs: noted instead of ending us, so that the program is ended first.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

static RUNNING: AtomicUsize = AtomicUsize::new(0);
/// Whether nothing runs: then a signal ends us.
static IDLE: AtomicBool = AtomicBool::new(true);
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// While one lives, SIGINT, SIGTERM and SIGHUP (Windows: Ctrl-C and Ctrl-Break) are noted; when none does, they act as ever.
pub(super) struct Watch(());

impl Watch {
    pub(super) fn start() -> Self {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(install);
        RUNNING.fetch_add(1, Ordering::SeqCst);
        IDLE.store(false, Ordering::SeqCst);
        Watch(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if RUNNING.fetch_sub(1, Ordering::SeqCst) == 1 {
            IDLE.store(true, Ordering::SeqCst);
        }
    }
}

/// Whether a signal has come, in a watch that lives or in an earlier one: the user wants the whole command to end.
pub(super) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

#[cfg(unix)]
fn install() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag;

    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // Whoever started us with a signal ignored (`nohup`, `&` in a script) meant it.
        if super::unix::is_ignored(signal) {
            continue;
        }
        // Without a handler a signal ends us at once, which is what happens when this fails.
        let _ = flag::register_conditional_default(signal, &IDLE)
            .and_then(|_| flag::register(signal, &INTERRUPTED));
    }
}

/// Windows tells every program of the console of Ctrl-C; those without a window, whose output we read, have another.
#[cfg(windows)]
fn install() {
    super::windows::on_interruption(|| {
        let busy = !IDLE.load(Ordering::SeqCst);
        if busy {
            INTERRUPTED.store(true, Ordering::SeqCst);
        }
        busy
    });
}
