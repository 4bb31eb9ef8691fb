//! The system calls that std and duct do not wrap.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Gives the program a session of its own: no controlling terminal to ask for an MFA code on (botocore opens `/dev/tty`
/// whatever stdin is), and a process group that [`kill_group`] can end.
#[expect(unsafe_code, reason = "std offers `setsid` on nightly only")]
pub(super) fn detach(command: &mut Command) {
    // SAFETY: `setsid` is async-signal-safe, and the closure does nothing else between `fork` and `exec`.
    unsafe {
        command.pre_exec(|| match libc::setsid() {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
}

/// Sends a signal to every process of a group; a group that is gone is no error.
#[expect(unsafe_code, reason = "std kills single processes only")]
pub(super) fn kill_group(leader: u32, signal: i32) {
    if let Ok(group) = libc::pid_t::try_from(leader)
        && group > 1
    {
        // SAFETY: takes numbers, touches no memory of ours.
        unsafe {
            libc::kill(-group, signal);
        }
    }
}

/// Whether a signal is ignored since before we started.
#[expect(unsafe_code, reason = "std cannot ask for a signal's disposition")]
pub(super) fn is_ignored(signal: i32) -> bool {
    let mut now = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: with a null new action the call only fills `now`, which is large enough and valid when zeroed.
    unsafe {
        libc::sigaction(signal, std::ptr::null(), now.as_mut_ptr()) == 0
            && now.assume_init().sa_sigaction == libc::SIG_IGN
    }
}
