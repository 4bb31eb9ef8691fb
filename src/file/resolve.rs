//! Where a path leads, and the folders on the way.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::fault;
#[cfg(unix)]
use super::system;
use crate::error::{Code, Error, Result};

/// As many links as Linux follows in one path (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// The mode of a folder that is for the user alone.
pub(super) const OWN: u32 = 0o700;

/// The file at the end of the symbolic links that start at `path`, whether or not it exists.
///
/// Only the last part of the path is looked at: the system follows links among the folders by itself. A link that
/// leads nowhere is followed too, so that dotfiles that are yet to be checked out are written where they belong.
pub(super) fn resolve(path: &Path) -> Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        match target.symlink_metadata() {
            Ok(found) if found.is_symlink() => {
                let next = target
                    .read_link()
                    .map_err(|error| fault::unreadable(&target, &error))?;
                target = folder_of(&target).join(next);
            }
            Ok(_) => return Ok(target),
            Err(error) if fault::is_absent(&error) => return Ok(target),
            Err(error) => return Err(fault::unreadable(path, &error)),
        }
    }
    Err(fault::links_in_a_circle(path))
}

/// The folder that holds `path`.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes `folder` and what is missing above it: [`OWN`] unless they are for everybody, since settings may hold secrets.
/// Those have that mode whatever the umask: a hardened system's would shut users out of what is laid down for them.
pub(super) fn create_folders(folder: &Path, mode: u32) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    create(folder, mode).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => Error::new(
            Code::FileConflict,
            format!("{} cannot be made: a file is in the way", folder.display()),
        )
        .at(folder)
        .suggest("move that file away, then try again"),
        _ => fault::not_writable(folder, &error),
    })
}

/// Each folder belongs to whom the one above it does.
fn create(folder: &Path, mode: u32) -> io::Result<()> {
    let above = folder_of(folder);
    let mut outcome = make(folder, mode);
    if matches!(&outcome, Err(error) if error.kind() == ErrorKind::NotFound) && above != folder {
        create(above, mode)?;
        outcome = make(folder, mode);
    }
    match outcome {
        // Another run was quicker.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        outcome => outcome,
    }
}

#[cfg(unix)]
fn make(folder: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new().mode(mode).create(folder)?;
    let mode = std::fs::Permissions::from_mode(mode);
    // By its handle: root's hand must not slip where the owner of the folder above puts a link in its place.
    match system::open_no_follow(folder) {
        Ok(open) => {
            system::give(&open, folder_of(folder).metadata().ok().as_ref());
            open.set_permissions(mode)
        }
        // The umask may shut its maker out, unless that is root.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            std::fs::set_permissions(folder, mode)
        }
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn make(folder: &Path, _mode: u32) -> io::Result<()> {
    std::fs::DirBuilder::new().create(folder)
}
