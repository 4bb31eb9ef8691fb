//! The only reader and writer of files: symbolic links, modes, atomic replacement, order among our processes, backups.
//!
//! Whatever comes between (a kill, a full disk, another writer), a file is the old one or the new one, never less.

mod beside;
mod edit;
mod fault;
mod lock;
mod replace;
mod resolve;
mod system;

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Code, Error, Result};

pub(crate) use replace::is_unfinished;

pub use edit::{Content, Kept, Options, Outcome, Plan, Seen, edit};

/// More than any file that we read may hold, in bytes: an endless device ends here rather than in the memory.
const MOST_BYTES: u64 = 64 << 20;

/// The bytes at `path`; `None` when nothing is there, or when a folder on the way is none.
///
/// Symbolic links are followed. Devices are read as well (`/dev/null`).
///
/// # Errors
/// `FILE_UNREADABLE` for everything else: a directory, a pipe, no permission, links in a circle, more than 64 MiB.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    read_limited(path, MOST_BYTES)
}

/// Like [`read`], for a file of at most `most` bytes.
///
/// # Errors
/// As [`read`]; a larger file is `FILE_UNREADABLE` too.
pub fn read_limited(path: &Path, most: u64) -> Result<Option<Vec<u8>>> {
    let found = read_open(path, path, most)?;
    Ok(found.map(|(bytes, _)| bytes))
}

/// All of the file at `target` and what the system says of it; `path` is for the error.
fn read_open(target: &Path, path: &Path, most: u64) -> Result<Option<(Vec<u8>, Metadata)>> {
    let mut options = File::options();
    options.read(true);
    // Opening a pipe waits for its writer, who may never come.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let opened = options
        .open(target)
        .and_then(|file| Ok((file.metadata()?, file)));
    let (found, file) = match opened {
        Ok(opened) => opened,
        Err(error) if fault::is_absent(&error) => return Ok(None),
        Err(error) => return Err(fault::unreadable(path, &error)),
    };
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_fifo(&found.file_type()) {
        let error = std::io::Error::other("it is not a regular file");
        return Err(fault::unreadable(path, &error));
    }
    let bytes = read_all(file, found.len(), path, most)?;
    Ok(Some((bytes, found)))
}

/// All of `input`, which is likely to hold `length` bytes.
fn read_all(input: impl Read, length: u64, path: &Path, most: u64) -> Result<Vec<u8>> {
    // Room for all of it and for the look whether there is more: two reads then, whatever the size.
    let room = usize::try_from(length.min(most)).unwrap_or(0) + 1;
    let mut bytes = Vec::with_capacity(room);
    input
        .take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| fault::unreadable(path, &error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
        return Err(Error::new(
            Code::FileUnreadable,
            format!("{} is larger than {most} bytes", path.display()),
        )
        .at(path)
        .suggest("check that this is the file you mean"));
    }
    Ok(bytes)
}

/// All of stdin, for a program that calls this one and writes there.
///
/// # Errors
/// `FILE_UNREADABLE`, also for more than 64 MiB.
pub fn read_input() -> Result<Vec<u8>> {
    read_all(std::io::stdin().lock(), 0, Path::new("stdin"), MOST_BYTES)
}

/// The full paths in a folder, in order of their bytes; empty when there is no such folder.
///
/// # Errors
/// `FILE_UNREADABLE` when the folder is there and cannot be listed.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) if fault::is_absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(fault::unreadable(folder, &error)),
    };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|error| fault::unreadable(folder, &error))?
            .path();
        paths.insert(paths.partition_point(|known| *known < path), path);
    }
    Ok(paths)
}

/// Puts `bytes` at `path` in one step, over what may be there; folders on the way are made. `false`: they were there already.
///
/// For files that are wholly ours (the cache, the plugin). A user's file goes through [`edit`], which sees what it replaces.
/// A symbolic link is followed. `mode` is for Unix, as in `chmod`.
///
/// # Errors
/// `FILE_NOT_WRITABLE`, `FILE_CONFLICT` when a file stands where a folder must be; the old file is whole then.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<bool> {
    let target = resolve::resolve(path)?;
    if matches!(read(&target), Ok(Some(present)) if present == bytes) {
        return Ok(false);
    }
    let folder = resolve::folder_of(&target);
    resolve::create_folders(folder, resolve::OWN)?;
    let lock = lock::take(folder)?;
    if lock.is_real() {
        replace::sweep(&target);
    }
    replace::Temp::create(&target, bytes, replace::Look::Mode(mode, None))?.overwrite(&target)?;
    system::sync_folder(folder).map_err(|error| fault::not_writable(&target, &error))?;
    Ok(true)
}

/// Removes a file or a symbolic link; `false` when nothing was there.
///
/// # Errors
/// `FILE_NOT_WRITABLE`.
pub fn remove(path: &Path) -> Result<bool> {
    match system::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if fault::is_absent(&error) => Ok(false),
        Err(error) => Err(fault::not_writable(path, &error)),
    }
}

/// Removes a folder that is empty; `false` when it is not there or holds something.
///
/// # Errors
/// `FILE_NOT_WRITABLE`.
pub fn remove_empty_folder(path: &Path) -> Result<bool> {
    #[expect(clippy::disallowed_methods, reason = "this module is the writer")]
    match std::fs::remove_dir(path) {
        Ok(()) => Ok(true),
        Err(error)
            if fault::is_absent(&error)
                || error.kind() == std::io::ErrorKind::DirectoryNotEmpty =>
        {
            Ok(false)
        }
        Err(error) => Err(fault::not_writable(path, &error)),
    }
}

/// A turn at something that one process does at a time. Over when dropped, also by a kill.
pub struct Turn(lock::Lock);

impl Turn {
    /// Whether another process had its turn while this one waited.
    pub fn waited(&self) -> bool {
        self.0.waited()
    }
}

/// Takes a turn at what `folder` stands for, after at most `longest`; the folder is made, and stays empty.
///
/// # Errors
/// `FILE_BUSY` when another process keeps it for longer; `FILE_NOT_WRITABLE`, `FILE_CONFLICT` when there can be no folder.
pub fn take_turn(folder: &Path, longest: Duration) -> Result<Turn> {
    resolve::create_folders(folder, resolve::OWN)?;
    lock::take_within(folder, longest).map(Turn)
}

/// The oldest backup that an edit of `path` has made and whose bytes are `wanted`.
pub fn oldest_backup(path: &Path, wanted: &dyn Fn(&[u8]) -> bool) -> Option<PathBuf> {
    let backups = beside::backups(path).into_iter();
    let found = backups.filter(|(_, name)| {
        let bytes = read(&path.with_file_name(name)).ok().flatten();
        bytes.is_some_and(|bytes| wanted(&bytes))
    });
    let (_, name) = found.min()?;
    Some(path.with_file_name(name))
}

/// The bytes that [`edit`] keeps as the original of `path`, if any (`<path>.before-bedrock`).
///
/// # Errors
/// As [`read`].
pub fn read_kept(path: &Path) -> Result<Option<Vec<u8>>> {
    read(&beside::kept_path(path))
}

#[cfg(test)]
mod tests;
