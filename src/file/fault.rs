//! What the system says, as our errors.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::resolve::folder_of;
use crate::error::{Code, Error};

/// Whether nothing is at a path. A file where a folder should be says the same: nothing can be below it.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// `path` is there and cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Error {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::ELOOP) {
        return links_in_a_circle(path);
    }
    let shown = path.display();
    let found = Error::new(
        Code::FileUnreadable,
        format!("cannot read {shown}: {}", reason(error)),
    )
    .at(path);
    match error.kind() {
        ErrorKind::PermissionDenied => {
            found.suggest(format!("make it readable: chmod u+r {}", quoted(path)))
        }
        ErrorKind::IsADirectory => found.suggest("move the folder away: a file belongs there"),
        _ => found.suggest(format!("look at it: ls -ld {}", quoted(path))),
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
    .suggest(format!("look at the link: ls -l {}", quoted(path)))
}

/// `path` cannot be written; what was there is whole.
pub(super) fn not_writable(path: &Path, error: &io::Error) -> Error {
    let folder = quoted(folder_of(path));
    let step = match error.kind() {
        ErrorKind::PermissionDenied => {
            format!(
                "look at who may write there: ls -ld {folder} {}",
                quoted(path)
            )
        }
        ErrorKind::StorageFull => format!("make room, then try again: df -h {folder}"),
        ErrorKind::QuotaExceeded => "make room within your quota, then try again".to_owned(),
        ErrorKind::FileTooLarge => {
            "raise the limit on file sizes, then try again: ulimit -f unlimited".to_owned()
        }
        ErrorKind::ReadOnlyFilesystem => {
            "the file system is mounted read-only: name a file elsewhere with --settings FILE"
                .to_owned()
        }
        _ => format!("look at the folder: ls -ld {folder}"),
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
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A path as one word of a shell line.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    if text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
