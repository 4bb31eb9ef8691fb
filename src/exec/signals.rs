//! Ctrl-C while a program runs: noted instead of ending us, so that the program is ended first.

/// While one lives, SIGINT, SIGTERM and SIGHUP (Windows: Ctrl-C and Ctrl-Break) are noted; when none does, they act as ever.
pub(super) struct Watch(());

#[cfg(unix)]
mod system {
    use std::sync::Once;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag;

    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    static IDLE: AtomicBool = AtomicBool::new(true);
    static INTERRUPTED: AtomicBool = AtomicBool::new(false);
    static INSTALLED: Once = Once::new();

    pub(super) fn enter() {
        INSTALLED.call_once(|| {
            for signal in [SIGINT, SIGTERM, SIGHUP] {
                // Whoever started us with a signal ignored (`nohup`, `&` in a script) meant it.
                if super::super::unix::is_ignored(signal) {
                    continue;
                }
                // Without a handler a signal ends us at once, which is what happens when this fails.
                let _ = flag::register_conditional_default(signal, &IDLE)
                    .and_then(|_| flag::register(signal, &INTERRUPTED));
            }
        });
        RUNNING.fetch_add(1, Ordering::SeqCst);
        IDLE.store(false, Ordering::SeqCst);
    }

    pub(super) fn leave() {
        if RUNNING.fetch_sub(1, Ordering::SeqCst) == 1 {
            IDLE.store(true, Ordering::SeqCst);
        }
    }

    pub(super) fn interrupted() -> bool {
        INTERRUPTED.load(Ordering::SeqCst)
    }
}

/// Windows tells every program of the console of Ctrl-C; those without a window, whose output we read, have another.
#[cfg(windows)]
mod system {
    use std::sync::Once;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    static INTERRUPTED: AtomicBool = AtomicBool::new(false);
    static INSTALLED: Once = Once::new();

    /// Whether Ctrl-C is dealt with; else it ends us, as it does without a handler.
    fn note() -> bool {
        let busy = RUNNING.load(Ordering::SeqCst) > 0;
        if busy {
            INTERRUPTED.store(true, Ordering::SeqCst);
        }
        busy
    }

    pub(super) fn enter() {
        INSTALLED.call_once(|| super::super::windows::on_interruption(note));
        RUNNING.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn leave() {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }

    pub(super) fn interrupted() -> bool {
        INTERRUPTED.load(Ordering::SeqCst)
    }
}

/// Whether a signal has come while one lived.
pub(super) fn interrupted() -> bool {
    system::interrupted()
}

impl Watch {
    pub(super) fn start() -> Self {
        system::enter();
        Watch(())
    }

    /// Whether a signal has come, in this watch or an earlier one: the user wants the whole command to end.
    pub(super) fn interrupted(&self) -> bool {
        let Watch(()) = self;
        system::interrupted()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        system::leave();
    }
}
