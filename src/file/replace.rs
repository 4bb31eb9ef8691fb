//! Puts a new file in the place of an old one, in one step, unless another program was quicker.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::resolve::folder_of;
use super::{fault, system};
use crate::error::{Code, Error, Result};

/// Stands in the name of every file that we are still writing.
const MARK: &str = ".claude-bedrock-";
const ENDING: &str = ".tmp";

/// How a new file looks to others. On Windows the folder says who may do what.
#[derive(Clone, Copy)]
#[cfg_attr(not(unix), expect(dead_code, reason = "modes are of Unix"))]
pub(super) enum Look<'a> {
    /// With these permission bits, for the owner of that file: of the folder where there is none (Unix).
    Mode(u32, Option<&'a Metadata>),
    /// Like the file that it replaces.
    Like(&'a Metadata),
}

/// A file in the making, in the folder of the one that it will become. Dropping it removes what is under its name.
pub(super) struct Temp {
    path: PathBuf,
    // Open as long as the name is ours, so that its inode number is not given to another file.
    file: File,
    is_ours: bool,
}

impl Temp {
    /// Writes `bytes` to the disk under a name of its own beside `target`.
    pub(super) fn create(target: &Path, bytes: &[u8], look: Look<'_>) -> Result<Self> {
        system::survive_file_size_limit();
        let (path, file) = open_new(target).map_err(|error| fault::not_writable(target, &error))?;
        let mut temp = Temp {
            path,
            file,
            is_ours: true,
        };
        temp.file
            .write_all(bytes)
            .and_then(|()| dress(&temp.file, look, folder_of(target)))
            // Errors of a delayed write show here; closing would swallow them.
            .and_then(|()| temp.file.sync_all())
            .map_err(|error| fault::not_writable(target, &error))?;
        Ok(temp)
    }

    /// Takes the place of whatever is at `target`.
    pub(super) fn overwrite(mut self, target: &Path) -> Result<()> {
        system::rename(&self.path, target).map_err(|error| fault::not_writable(target, &error))?;
        self.is_ours = false;
        Ok(())
    }

    /// Takes the place of nothing. `false`: something is at `target` already.
    pub(super) fn place(mut self, target: &Path) -> Result<bool> {
        // A second name for the file, then the first one goes: fails when the name is taken, on every system.
        match std::fs::hard_link(&self.path, target) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            // FAT and some network file systems know one name for a file.
            Err(_) if target.symlink_metadata().is_ok() => Ok(false),
            Err(_) => {
                system::rename(&self.path, target)
                    .map_err(|error| fault::not_writable(target, &error))?;
                self.is_ours = false;
                Ok(true)
            }
        }
    }

    /// Takes the place of the file at `target`, which must still hold `seen`. `false`: another program changed it.
    ///
    /// Looking and renaming are two steps, and a program that takes no lock can come between. Linux can swap two files,
    /// so there we look again at what the swap brought out. What stays is that such a program may read, within these
    /// microseconds, our file that is about to go again. Other systems, and file systems that cannot swap, keep the gap.
    pub(super) fn replace(mut self, target: &Path, seen: &[u8]) -> Result<bool> {
        if !holds(target, seen) {
            return Ok(false);
        }
        #[cfg(target_os = "linux")]
        match system::exchange(&self.path, target) {
            Ok(()) if holds(&self.path, seen) => return Ok(true),
            Ok(()) => return self.give_back(target).map(|()| false),
            Err(error) if fault::is_absent(&error) => return Ok(false),
            // Not on this file system. Whatever else it is, the plain rename will say.
            Err(_) => {}
        }
        system::rename(&self.path, target).map_err(|error| fault::not_writable(target, &error))?;
        self.is_ours = false;
        Ok(true)
    }

    /// The swap brought out a file that is newer than the one we had seen: it goes back to `target`.
    ///
    /// Should the same program be quicker once more, then what comes out this time is newer still, and goes back in turn.
    #[cfg(target_os = "linux")]
    fn give_back(&mut self, target: &Path) -> Result<()> {
        let mut put = self.file.metadata().map(|own| identity(&own)).ok();
        for _ in 0..100 {
            let back = self.path.symlink_metadata().map(|it| identity(&it)).ok();
            match system::exchange(&self.path, target) {
                Ok(()) => {}
                // Deleted meanwhile, which is the newest word on it.
                Err(error) if fault::is_absent(&error) => return Ok(()),
                Err(_) => break,
            }
            let out = self.path.symlink_metadata().map(|it| identity(&it)).ok();
            if out == put {
                return Ok(());
            }
            put = back;
        }
        self.is_ours = false;
        system::rename(&self.path, target).map_err(|error| {
            fault::not_writable(target, &error).suggest(format!(
                "another program's version is safe: mv {} {}",
                fault::quoted(&self.path),
                fault::quoted(target)
            ))
        })
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        if self.is_ours {
            // What cannot be removed now, a later run removes.
            drop(system::remove_file(&self.path));
        }
    }
}

/// Takes away the file at `target`, which must still hold `seen`. `false`: another program changed it.
pub(super) fn withdraw(target: &Path, seen: &[u8]) -> Result<bool> {
    if !holds(target, seen) {
        return Ok(false);
    }
    let aside = temp_path(target);
    system::rename(target, &aside).map_err(|error| fault::not_writable(target, &error))?;
    let unchanged = holds(&aside, seen);
    if !unchanged
        && std::fs::hard_link(&aside, target).is_err()
        && target.symlink_metadata().is_err()
    {
        system::rename(&aside, target).map_err(|error| fault::not_writable(target, &error))?;
        return Ok(false);
    }
    drop(system::remove_file(&aside));
    Ok(unchanged)
}

/// Removes what earlier runs that were killed left beside `target`. Only under the lock: then nobody is writing there.
pub(super) fn sweep(target: &Path) {
    for path in leftovers(target) {
        drop(system::remove_file(&path));
    }
}

/// The files that a run of ours is writing, or was when it was killed, to become `target`.
pub(super) fn leftovers(target: &Path) -> Vec<PathBuf> {
    let start = start_of_temp_name(target);
    let Ok(entries) = folder_of(target).read_dir() else {
        return Vec::new();
    };
    entries
        .filter_map(io::Result::ok)
        .filter(|entry| {
            let name = entry.file_name();
            let rest = name
                .as_encoded_bytes()
                .strip_prefix(start.as_encoded_bytes())
                .and_then(|rest| rest.strip_suffix(ENDING.as_bytes()));
            rest.is_some_and(|rest| {
                !rest.is_empty()
                    && rest
                        .iter()
                        .all(|byte| byte.is_ascii_digit() || *byte == b'-')
            })
        })
        .map(|entry| entry.path())
        .collect()
}

/// Whether a file is one that a run of ours is writing, or was when it was killed.
pub(crate) fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.contains(MARK) && name.ends_with(ENDING)
}

/// `.settings.json.claude-bedrock-`: hidden, and plain about what and whose it is.
fn start_of_temp_name(target: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or(OsStr::new("file")));
    name.push(MARK);
    name
}

fn temp_path(target: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut name = start_of_temp_name(target);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    name.push(format!("{}-{count}{ENDING}", std::process::id()));
    folder_of(target).join(name)
}

/// Opens a file that nobody else has, readable by the user alone. A link planted under its name is not followed.
fn open_new(target: &Path) -> io::Result<(PathBuf, File)> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW);
    }
    let mut tries = 0;
    loop {
        let path = temp_path(target);
        match options.open(&path) {
            // Left by a process of the same number that was killed, in another container perhaps.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && tries < 1_000 => tries += 1,
            Err(error) => return Err(error),
            Ok(file) => return Ok((path, file)),
        }
    }
}

/// Gives a new file in `folder`, which is the user's alone so far, its owner and mode.
#[cfg(unix)]
fn dress(file: &File, look: Look<'_>, folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let mode = match look {
        Look::Mode(mode, like) => {
            system::give(file, like.or(folder.metadata().ok().as_ref()));
            mode
        }
        Look::Like(old) => {
            let mut mode = old.mode() & 0o777;
            let own = file.metadata()?;
            if own.uid() != old.uid() {
                // Only root may give files away. Everyone else's new file is theirs, with the rights it had.
                drop(fchown(file, Some(old.uid()), None));
            }
            if own.gid() != old.gid() && fchown(file, None, Some(old.gid())).is_err() {
                // What the old group might do is not for the group that we were left with.
                mode &= 0o707;
            }
            mode
        }
    };
    if mode == 0o600 {
        return Ok(());
    }
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it may fail on Unix")]
fn dress(_file: &File, _look: Look<'_>, _folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether a regular file with exactly these bytes is at `path`.
fn holds(path: &Path, seen: &[u8]) -> bool {
    let mut bytes = Vec::with_capacity(seen.len() + 1);
    let most = u64::try_from(seen.len()).unwrap_or(u64::MAX - 1) + 1;
    system::open_no_follow(path).is_ok_and(|file| file.take(most).read_to_end(&mut bytes).is_ok())
        && bytes == seen
}

#[cfg(target_os = "linux")]
fn identity(of: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (of.dev(), of.ino())
}

/// Refuses what must not be replaced: anything but a regular file, and one that is meant to be read only.
///
/// Root may write everything, so the mode is looked at too: whoever took the write bits away meant it.
pub(super) fn check_writable(target: &Path, found: &Metadata) -> Result<()> {
    if !found.is_file() {
        return Err(Error::new(
            Code::FileConflict,
            format!("{} is not a regular file", target.display()),
        )
        .at(target)
        .suggest("move it away, then try again"));
    }
    let refusal = if found.permissions().readonly() {
        Some("it is read-only".to_owned())
    } else {
        match File::options().write(true).open(target) {
            Ok(_) => None,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Some("you may not write it".to_owned())
            }
            Err(error) => return Err(fault::not_writable(target, &error)),
        }
    };
    let Some(mut why) = refusal else {
        return Ok(());
    };
    let mut step = if cfg!(windows) {
        format!("attrib -R {}", fault::quoted(target))
    } else {
        format!("chmod u+w {}", fault::quoted(target))
    };
    if let Some((owner, way)) = fault::foreign(target, found) {
        why += &format!("; it belongs to {owner}");
        step = way;
    }
    Err(Error::new(
        Code::FileNotWritable,
        format!("cannot write {}: {why}", target.display()),
    )
    .at(target)
    .suggest(step))
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    /// The swap was made, and brought out the version of another program, which did more in `meanwhile`.
    fn give_back_after(meanwhile: fn(&Path)) -> Option<Vec<u8>> {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("settings.json");
        let put = |bytes: &[u8]| Temp::create(&target, bytes, Look::Mode(0o600, None)).unwrap();
        put(b"theirs").overwrite(&target).unwrap();
        let mut temp = put(b"ours");
        system::exchange(&temp.path, &target).unwrap();
        meanwhile(&target);
        temp.give_back(&target).unwrap();
        drop(temp);
        let left = super::super::list(home.path()).unwrap();
        assert!(left.iter().all(|path| *path == target), "{left:?}");
        super::super::read(&target).unwrap()
    }

    #[test]
    fn a_version_that_the_swap_brought_out_goes_back() {
        assert_eq!(give_back_after(|_| ()).unwrap(), b"theirs");
    }

    #[test]
    fn a_newer_version_still_stays() {
        let newer = give_back_after(|target| {
            Temp::create(target, b"newer", Look::Mode(0o600, None))
                .and_then(|temp| temp.overwrite(target))
                .unwrap();
        });
        assert_eq!(newer.unwrap(), b"newer");
    }

    #[test]
    fn a_file_that_was_deleted_stays_deleted() {
        assert_eq!(
            give_back_after(|target| system::remove_file(target).unwrap()),
            None
        );
    }
}
