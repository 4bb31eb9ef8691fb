//! What stands beside an edited file, where its user looks for it: the kept original and the backups.

use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use super::replace::{Look, Temp};
use super::resolve::folder_of;
use super::{fault, system};
use crate::error::{Code, Error, Result};
use crate::time::{Epoch, civil};

/// Backups of one file that are kept.
const MOST_BACKUPS: usize = 5;

/// `settings.json.before-bedrock`, beside the path that the user knows and not at the end of its links.
pub(super) fn kept_path(path: &Path) -> PathBuf {
    with_ending(path, ".before-bedrock")
}

/// `path` with more at the end of its name.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Writes a backup of `bytes`, the contents of `path` until now, under a name that nothing has yet. Only the owner of
/// `like` may read it.
pub(super) fn write_backup(
    path: &Path,
    bytes: &[u8],
    at: Epoch,
    like: Option<&Metadata>,
) -> Result<PathBuf> {
    let (year, month, day, hour, minute, second) = civil(at);
    let stamp = format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z");
    // After the last one of this second, not into a gap: a number says which came first.
    let last = backups(path)
        .into_iter()
        .filter(|(order, _)| order.0 == stamp)
        .map(|(order, _)| order.1)
        .max();
    let first = last.map_or(1, |last| last.saturating_add(1));
    for count in first..first.saturating_add(100) {
        let ending = match count {
            1 => format!("{START}{stamp}"),
            _ => format!("{START}{stamp}-{count}"),
        };
        let backup = with_ending(path, &ending);
        if Temp::create(path, bytes, Look::Mode(0o600, like))?.place(&backup)? {
            return Ok(backup);
        }
    }
    Err(Error::new(
        Code::FileConflict,
        format!(
            "{} cannot be backed up: the names for it are taken",
            path.display()
        ),
    )
    .at(path)
    .suggest("move the backups away, then try again"))
}

/// Removes all but the newest five backups of `path`, and never `made`, whatever the clock said when it was made.
pub(super) fn prune_backups(path: &Path, made: &Path) {
    let mut backups = backups(path);
    backups.retain(|(_, name)| made.file_name() != Some(name));
    while backups.len() + 1 > MOST_BACKUPS {
        let oldest = backups.iter().enumerate().min_by_key(|(_, backup)| *backup);
        let Some((at, _)) = oldest else { break };
        let (_, name) = backups.swap_remove(at);
        drop(system::remove_file(&folder_of(path).join(name)));
    }
}

/// The backups of `path`, in no order.
pub(super) fn backups(path: &Path) -> Vec<(Order, OsString)> {
    let (Some(name), Ok(entries)) = (path.file_name(), folder_of(path).read_dir()) else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| {
            let found = entry.ok()?.file_name();
            Some((order_of_backup(name, &found)?, found))
        })
        .collect()
}

const START: &str = ".bedrock-backup-";

/// When a backup was made, and which of that second it is.
pub(super) type Order = (String, u32);

/// Tells the backups that we made from files that are merely named like them.
fn order_of_backup(name: &OsStr, found: &OsStr) -> Option<Order> {
    let rest = found
        .to_str()?
        .strip_prefix(name.to_str()?)?
        .strip_prefix(START)?;
    let (stamp, count) = match rest.split_once('-') {
        Some((stamp, count)) => (stamp, count.parse().ok().filter(|count| *count > 1)?),
        None => (rest, 1),
    };
    let shaped = stamp.len() == 16
        && stamp.bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    shaped.then(|| (stamp.to_owned(), count))
}

/// Keeps `bytes` as the original of `path`, for the owner of `like`. `had`: one is kept already, and goes. `false`: there
/// is one all the same.
pub(super) fn write_kept(
    path: &Path,
    bytes: &[u8],
    had: bool,
    like: Option<&Metadata>,
) -> Result<bool> {
    let kept = kept_path(path);
    let temp = Temp::create(path, bytes, Look::Mode(0o600, like))?;
    if had {
        temp.overwrite(&kept).map(|()| true)
    } else {
        temp.place(&kept)
    }
}

/// Removes the kept original.
pub(super) fn discard_kept(kept: &Path) -> Result<()> {
    system::remove_file(kept).map_err(|error| fault::not_writable(kept, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backups_of_ours_are_told_from_others() {
        for (found, want) in [
            ("s.json.bedrock-backup-20261122T163321Z", Some(1)),
            ("s.json.bedrock-backup-20261122T163321Z-2", Some(2)),
            ("s.json.bedrock-backup-20261122T163321Z-12", Some(12)),
            ("s.json.bedrock-backup-20261122T163321Z-1", None),
            ("s.json.bedrock-backup-20261122T163321Z-x", None),
            ("s.json.bedrock-backup-20261122T163321", None),
            ("s.json.bedrock-backup-2026112éT163321Z", None),
            ("s.json.bedrock-backup-mine", None),
            ("s.json.bak", None),
            ("t.json.bedrock-backup-20261122T163321Z", None),
        ] {
            let got = order_of_backup(OsStr::new("s.json"), OsStr::new(found));
            assert_eq!(got.map(|(_, count)| count), want, "{found}");
        }
    }
}
