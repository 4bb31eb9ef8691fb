//! Where a path leads, and the folders on the way.

use std::fs::DirBuilder;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::fault;
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
pub(super) fn create_folders(folder: &Path, mode: u32) -> Result<()> {
    #[cfg(not(unix))]
    let _ = mode;
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, mode);
    create(&builder, folder).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => Error::new(
            Code::FileConflict,
            format!("{} cannot be made: a file is in the way", folder.display()),
        )
        .at(folder)
        .suggest("move that file away, then try again"),
        _ => fault::not_writable(folder, &error),
    })
}

/// From the top: each belongs to whom the one above it does.
fn create(builder: &DirBuilder, folder: &Path) -> io::Result<()> {
    let above = folder_of(folder);
    let mut made = builder.create(folder);
    if matches!(&made, Err(error) if error.kind() == ErrorKind::NotFound) && above != folder {
        create(builder, above)?;
        made = builder.create(folder);
    }
    match made {
        // Another run was quicker.
        Err(_) if folder.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => {
            #[cfg(unix)]
            if let Ok(open) = super::system::open_no_follow(folder) {
                super::system::give(&open, above.metadata().ok().as_ref());
            }
            Ok(())
        }
    }
}
