//! A whole folder as it is, and how it differs from how it was.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Everything below a folder, by path relative to it.
pub(crate) type Snapshot = BTreeMap<PathBuf, Entry>;

/// One file, folder or link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What it is and holds.
    pub(crate) what: What,
    /// The permission bits; 0 where the system has none, and for links.
    pub(crate) mode: u32,
    /// Which file of the disk it is: another number means that it was replaced.
    inode: u64,
    /// When it was last written, in nanoseconds.
    written: i128,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A file with its bytes.
    File(Vec<u8>),
    /// A folder.
    Folder,
    /// A link with its target.
    Link(PathBuf),
}

/// What happened to a path between two snapshots.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is new.
    Appeared,
    /// It is gone.
    Removed,
    /// Its bytes, its target or its kind changed.
    Changed,
    /// Only its permission bits changed.
    Mode,
    /// The same bytes were written once more.
    Rewritten,
}

/// Reads everything below `folder`.
pub(crate) fn take(folder: &Path) -> Snapshot {
    let mut found = Snapshot::new();
    walk(folder, folder, &mut found);
    found
}

fn walk(base: &Path, folder: &Path, found: &mut Snapshot) {
    for path in super::entries(folder) {
        let meta = path.symlink_metadata().expect("its metadata");
        let what = if meta.is_symlink() {
            What::Link(std::fs::read_link(&path).expect("its target"))
        } else if meta.is_dir() {
            walk(base, &path, found);
            What::Folder
        } else {
            // A pipe would be waited for.
            let read = meta.is_file().then(|| std::fs::read(&path).ok());
            What::File(read.flatten().unwrap_or_default())
        };
        let key = path.strip_prefix(base).expect("it is below").to_owned();
        found.insert(key, entry(what, &meta));
    }
}

#[cfg(unix)]
fn entry(what: What, meta: &std::fs::Metadata) -> Entry {
    use std::os::unix::fs::MetadataExt;
    Entry {
        mode: if meta.is_symlink() {
            0
        } else {
            meta.mode() & 0o7777
        },
        inode: meta.ino(),
        written: i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec()),
        what,
    }
}

#[cfg(not(unix))]
fn entry(what: What, _: &std::fs::Metadata) -> Entry {
    Entry {
        mode: 0,
        inode: 0,
        written: 0,
        what,
    }
}

/// Every path that is not as it was.
pub(crate) fn changes(before: &Snapshot, after: &Snapshot) -> Vec<(PathBuf, Change)> {
    let mut found = Vec::new();
    for (path, was) in before {
        let change = match after.get(path) {
            None => Change::Removed,
            Some(is) if is.what != was.what => Change::Changed,
            Some(is) if is.mode != was.mode => Change::Mode,
            // A folder's own time changes with what is in it.
            Some(is) if matches!(is.what, What::File(_)) && is != was => Change::Rewritten,
            Some(_) => continue,
        };
        found.push((path.clone(), change));
    }
    let new = after.keys().filter(|path| !before.contains_key(*path));
    found.extend(new.map(|path| (path.clone(), Change::Appeared)));
    found
}
