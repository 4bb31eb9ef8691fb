//! What the system says, as our errors.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::resolve::folder_of;
use crate::error::{Code, Error};
use crate::shell::quote;

/// The command that shows a file or folder.
const LIST: &str = if cfg!(windows) { "dir" } else { "ls -ld" };

/// Whether another program has a file open and lets nobody in (`ERROR_SHARING_VIOLATION`, `ERROR_LOCK_VIOLATION`).
fn is_in_use(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33))
}

fn in_use(path: &Path) -> Error {
    Error::new(
        Code::FileBusy,
        format!("another program has {} open", path.display()),
    )
    .at(path)
    .suggest("close that program, then try again")
}

/// Whether nothing is at a path. A file where a folder should be says the same: nothing can be below it.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Whose `path` is, where that is somebody else, and what to do about it.
#[cfg(unix)]
pub(super) fn foreign(path: &Path, found: &std::fs::Metadata) -> Option<(String, String)> {
    use std::os::unix::fs::MetadataExt;
    let me = super::system::user();
    if me == 0 || found.uid() == me {
        return None;
    }
    let owner = match found.uid() {
        0 => "root".to_owned(),
        other => format!("user {other}"),
    };
    // What stands in a folder of somebody else is there for a reason.
    let folder = path
        .canonicalize()
        .and_then(|real| folder_of(&real).metadata());
    let step = if folder.is_ok_and(|folder| folder.uid() == me) {
        format!("make it yours: sudo chown {me} {}", quoted(path))
    } else {
        format!("ask {owner} for access to it")
    };
    Some((owner, step))
}

#[cfg(not(unix))]
pub(super) fn foreign(_path: &Path, _found: &std::fs::Metadata) -> Option<(String, String)> {
    None
}

/// `path` is there and cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Error {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::ELOOP) {
        return links_in_a_circle(path);
    }
    if is_in_use(error) {
        return in_use(path);
    }
    // Windows does not say why it opens no folder.
    if cfg!(windows) && error.kind() == ErrorKind::PermissionDenied && path.is_dir() {
        return unreadable(path, &io::Error::from(ErrorKind::IsADirectory));
    }
    let shown = path.display();
    let found = Error::new(
        Code::FileUnreadable,
        format!("cannot read {shown}: {}", reason(error)),
    )
    .at(path);
    match error.kind() {
        ErrorKind::PermissionDenied if cfg!(windows) => {
            found.suggest(format!("look at who may read it: icacls {}", quoted(path)))
        }
        ErrorKind::PermissionDenied => {
            // The file keeps us out, or the first folder above it that can be looked at.
            let mut above = path.ancestors();
            let barrier = above.find_map(|at| Some((at, at.metadata().ok()?)));
            let Some((barrier, of)) = barrier else {
                return found.suggest(format!("look at it: {LIST} {}", quoted(path)));
            };
            if let Some((owner, step)) = foreign(barrier, &of) {
                let mut found = found.suggest(step);
                let what = if barrier == path {
                    "it".into()
                } else {
                    barrier.to_string_lossy()
                };
                found.message += &format!("; {what} belongs to {owner}");
                return found;
            }
            let bits = if of.is_dir() { "u+rx" } else { "u+r" };
            found.suggest(format!(
                "make it readable: chmod {bits} {}",
                quoted(barrier)
            ))
        }
        ErrorKind::IsADirectory => found.suggest("move the folder away: a file belongs there"),
        _ => found.suggest(format!("look at it: {LIST} {}", quoted(path))),
    }
}

/// The symbolic links that start at `path` never reach a file.
pub(super) fn links_in_a_circle(path: &Path) -> Error {
    Error::new(
        Code::FileUnreadable,
        format!(
            "cannot read {}: its symbolic links lead in a circle",
            path.display()
        ),
    )
    .at(path)
    .suggest(format!(
        "look at the link: {} {}",
        if cfg!(windows) { "dir" } else { "ls -l" },
        quoted(path)
    ))
}

/// `path` cannot be written; what was there is whole.
pub(super) fn not_writable(path: &Path, error: &io::Error) -> Error {
    if is_in_use(error) {
        return in_use(path);
    }
    let folder = quoted(folder_of(path));
    let step = match error.kind() {
        ErrorKind::PermissionDenied if cfg!(windows) => format!(
            "close the program that has it open, or look at who may write there: icacls {folder}"
        ),
        ErrorKind::PermissionDenied => {
            // What is not there yet cannot be looked at: the nearest folder that is there keeps us out.
            let mut above = path.ancestors();
            let there = above.find(|at| at.symlink_metadata().is_ok());
            let places = match there {
                Some(at) if at != path => quoted(at),
                _ => format!("{folder} {}", quoted(path)),
            };
            format!("look at who may write there: ls -ld {places}")
        }
        ErrorKind::StorageFull if cfg!(windows) => {
            "make room on the drive, then try again".to_owned()
        }
        ErrorKind::StorageFull => "make room, then try again: df -h".to_owned(),
        ErrorKind::QuotaExceeded => "make room within your quota, then try again".to_owned(),
        ErrorKind::FileTooLarge => {
            "raise the limit on file sizes, then try again: ulimit -f unlimited".to_owned()
        }
        ErrorKind::ReadOnlyFilesystem => {
            "the file system is mounted read-only: name a file elsewhere with --settings FILE"
                .to_owned()
        }
        _ => format!("look at the folder: {LIST} {folder}"),
    };
    Error::new(
        Code::FileNotWritable,
        format!("cannot write {}: {}", path.display(), reason(error)),
    )
    .at(path)
    .suggest(step)
}

/// The system's sentence, as the end of one of ours.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    // The sentences of Windows have a full stop.
    let text = text.split(" (os error").next().unwrap_or_default();
    let text = text.trim_end_matches(['.', '\r', '\n']);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A path as one word of a shell line.
pub(super) fn quoted(path: &Path) -> String {
    quote(&path.display().to_string())
}
