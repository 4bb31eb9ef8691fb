//! The order among our own processes: one at a time edits the files of a folder.
//!
//! On Unix the folder itself is locked, so no lock file is left behind. Claude Code takes no lock; `replace` deals with it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::fault;
use crate::error::{Code, Error, Result};

/// An edit takes milliseconds; who waits this long waits for something that hangs.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Held until dropped.
pub(super) struct Lock {
    folder: PathBuf,
    held: Option<File>,
    waited: bool,
}

impl Lock {
    /// Whether this is the lock of `folder`.
    pub(super) fn is_of(&self, folder: &Path) -> bool {
        self.folder == folder
    }

    /// Whether the file system could lock at all. Where it cannot (some network file systems), edits go on without.
    pub(super) fn is_real(&self) -> bool {
        self.held.is_some()
    }

    /// Whether another process held it before.
    pub(super) fn waited(&self) -> bool {
        self.waited
    }
}

/// Takes the lock of a folder that exists, after at most ten seconds.
pub(super) fn take(folder: &Path) -> Result<Lock> {
    take_within(folder, LONGEST_WAIT)
}

/// Takes the lock of a folder that exists, after at most `longest`.
pub(super) fn take_within(folder: &Path, longest: Duration) -> Result<Lock> {
    let (held, waited) = wait(folder, longest)?;
    Ok(Lock {
        folder: folder.to_owned(),
        held,
        waited,
    })
}

fn busy(folder: &Path) -> Error {
    Error::new(
        Code::FileBusy,
        format!("another program keeps {} locked", folder.display()),
    )
    .at(folder)
    .suggest("wait for the other claude-bedrock to end, then try again")
}

#[cfg(unix)]
fn wait(folder: &Path, longest: Duration) -> Result<(Option<File>, bool)> {
    use std::fs::TryLockError;
    use std::sync::{Arc, Condvar, Mutex, PoisonError};

    let open = match File::open(folder) {
        Ok(open) => open,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            return Ok((None, false));
        }
        Err(error) => return Err(fault::not_writable(folder, &error)),
    };
    match open.try_lock() {
        Ok(()) => return Ok((Some(open), false)),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(_)) => return Ok((None, false)),
    }
    // The system's queue is fair, which asking again and again is not; the thread gives the wait an end.
    let shared = Arc::new((Mutex::new(None::<Option<File>>), Condvar::new()));
    let answer = Arc::clone(&shared);
    let waiter = std::thread::Builder::new().spawn(move || {
        let held = open.lock().ok().map(|()| open);
        // When nobody waits any more, the lock goes with the file.
        *answer.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
        answer.1.notify_all();
    });
    if waiter.is_err() {
        return Err(busy(folder));
    }
    let held = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
    let held = shared
        .1
        .wait_timeout_while(held, longest, |held| held.is_none());
    let (mut held, _) = held.unwrap_or_else(PoisonError::into_inner);
    match held.take() {
        Some(held) => Ok((held, true)),
        None => Err(busy(folder)),
    }
}

/// Windows locks no folders: a file that nobody else may open, and that goes with its handle, serves.
#[cfg(windows)]
fn wait(folder: &Path, longest: Duration) -> Result<(Option<File>, bool)> {
    use std::os::windows::fs::OpenOptionsExt;
    const DELETE_ON_CLOSE: u32 = 0x0400_0000;
    const ACCESS_DENIED: i32 = 5;
    const SHARING_VIOLATION: i32 = 32;
    const STEP: Duration = Duration::from_millis(10);
    /// For so long a file that is just going may refuse; from then on the folder does.
    const GOING: Duration = Duration::from_millis(500);

    let mut waited = Duration::ZERO;
    loop {
        let opened = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .share_mode(0)
            .custom_flags(DELETE_ON_CLOSE)
            .open(folder.join(".claude-bedrock.lock"));
        match opened {
            Ok(open) => return Ok((Some(open), !waited.is_zero())),
            Err(error) => match error.raw_os_error() {
                Some(SHARING_VIOLATION) if waited >= longest => return Err(busy(folder)),
                Some(SHARING_VIOLATION) => {}
                Some(ACCESS_DENIED) if waited < GOING.min(longest) => {}
                _ => return Err(fault::not_writable(folder, &error)),
            },
        }
        std::thread::sleep(STEP);
        waited += STEP;
    }
}

#[cfg(not(any(unix, windows)))]
fn wait(_folder: &Path, _longest: Duration) -> Result<(Option<File>, bool)> {
    Ok((None, false))
}
