//! The binary on a pseudo-terminal of its own, driven by keys. Every wait has a deadline; nothing sleeps.

use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// How long to wait for a text before the test fails.
const DEADLINE: Duration = Duration::from_secs(30);

use super::secrets::Secrets;
use super::snapshot;

/// A program on a terminal of 80 columns and 24 rows.
pub(crate) struct Terminal {
    child: Child,
    screen: std::fs::File,
    /// The program's side, held open so that the terminal's mode can be read after the end.
    line: OwnedFd,
    mode: Vec<libc::tcflag_t>,
    home: PathBuf,
    secrets: Secrets,
    /// All that was shown.
    pub(crate) shown: String,
    seen: usize,
}

impl Terminal {
    /// Starts the program with the terminal as stdin, stdout and stderr.
    #[expect(unsafe_code, reason = "std opens no pseudo-terminals")]
    pub(crate) fn start(mut command: Command) -> Self {
        let (mut screen, mut line) = (-1, -1);
        let size = libc::winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        // SAFETY: `openpty` writes the two descriptors, which nobody else owns; the pointers it may ignore are null.
        let (screen, line) = unsafe {
            let none = std::ptr::null_mut();
            let opened = libc::openpty(
                &raw mut screen,
                &raw mut line,
                none,
                std::ptr::null_mut(),
                (&raw const size).cast_mut(),
            );
            assert_eq!(opened, 0, "a pseudo-terminal");
            (OwnedFd::from_raw_fd(screen), OwnedFd::from_raw_fd(line))
        };
        let end = || line.try_clone().expect("another descriptor");
        command.stdin(end()).stdout(end()).stderr(end());
        // SAFETY: both calls are async-signal-safe and touch no memory.
        unsafe {
            #[allow(clippy::cast_lossless, reason = "its type is not the same everywhere")]
            command.pre_exec(|| {
                libc::setsid();
                libc::ioctl(0, libc::TIOCSCTTY as _, 0);
                Ok(())
            });
        }
        let home = command.get_envs().find(|(name, _)| *name == "HOME");
        let home = PathBuf::from(home.and_then(|(_, value)| value).unwrap_or_default());
        let secrets = Secrets::of(&snapshot::take(&home));
        let mode = mode(&line);
        let child = command.spawn().expect("the binary starts");
        // Its copies of the line's descriptor.
        drop(command);
        Terminal {
            child,
            screen: screen.into(),
            line,
            mode,
            home,
            secrets,
            shown: String::new(),
            seen: 0,
        }
    }

    /// Waits until `text` is shown after what was waited for before.
    pub(crate) fn wait_for(&mut self, text: &str) {
        let end = Instant::now() + DEADLINE;
        loop {
            let new = self.shown.get(self.seen..).unwrap_or_default();
            if let Some(at) = new.find(text) {
                self.seen += at + text.len();
                return;
            }
            assert!(self.read(end), "no {text:?} came in\n{}", self.shown);
        }
    }

    /// Types keys.
    pub(crate) fn press(&mut self, keys: &str) {
        let typed = self.screen.write_all(keys.as_bytes());
        typed.expect("a terminal takes keys");
    }

    /// Types keys when these texts have been shown, one after the other.
    pub(crate) fn answer(&mut self, texts: &[&str], keys: &str) {
        for text in texts {
            self.wait_for(text);
        }
        self.press(keys);
    }

    /// The program's number.
    pub(crate) fn process(&self) -> libc::pid_t {
        libc::pid_t::try_from(self.child.id()).expect("a process number")
    }

    /// Waits for the end: the exit code. The terminal must be as it was, and have shown no secret.
    pub(crate) fn finish(mut self) -> (Option<i32>, String) {
        let end = Instant::now() + DEADLINE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            let part = Instant::now() + Duration::from_millis(20);
            self.read(part);
            assert!(Instant::now() < end, "it does not end\n{}", self.shown);
        };
        while self.read(Instant::now()) {}
        assert_eq!(mode(&self.line), self.mode, "the mode of the terminal");
        self.secrets.learn_after(&snapshot::take(&self.home));
        let leak = self.secrets.leak("the terminal", self.shown.as_bytes());
        assert!(leak.is_none(), "{}", leak.unwrap_or_default());
        (status.code(), std::mem::take(&mut self.shown))
    }

    /// Reads what has come until `end`; whether something did.
    #[expect(unsafe_code, reason = "std does not wait for input with a deadline")]
    fn read(&mut self, end: Instant) -> bool {
        let mut input = libc::pollfd {
            fd: self.screen.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        let left = end.saturating_duration_since(Instant::now()).as_millis();
        let left = i32::try_from(left).expect("a short time");
        // SAFETY: writes into the one `pollfd`.
        if unsafe { libc::poll(&raw mut input, 1, left) } < 1 {
            return false;
        }
        let mut bytes = [0; 4096];
        let length = self.screen.read(&mut bytes).unwrap_or(0);
        let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
        self.shown.push_str(&text);
        length > 0
    }
}

impl Drop for Terminal {
    /// A test that failed leaves no program behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The flags of a terminal.
#[expect(unsafe_code, reason = "std does not read a terminal's mode")]
fn mode(line: &OwnedFd) -> Vec<libc::tcflag_t> {
    let mut mode = std::mem::MaybeUninit::<libc::termios>::zeroed();
    // SAFETY: fills the one value; zeroes are valid for a plain C type.
    let mode = unsafe {
        assert_eq!(libc::tcgetattr(line.as_raw_fd(), mode.as_mut_ptr()), 0);
        mode.assume_init()
    };
    vec![mode.c_iflag, mode.c_oflag, mode.c_cflag, mode.c_lflag]
}
