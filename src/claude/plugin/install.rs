//! The plugin's files in and out of a folder: what is ours may be replaced and goes again, what is not stays.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::record::{RECORD, Record};
use super::{Asset, render};
use crate::error::{Code, Error, Result};
use crate::file;

/// What an installation or its undoing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The version that was there before.
    pub previous: Option<String>,
    /// The files written, by their path in the folder.
    pub written: Vec<String>,
    /// The files removed.
    pub removed: Vec<String>,
    /// Files of ours that the user changed, and that therefore stay.
    pub kept: Vec<String>,
}

impl Done {
    /// Whether anything changed on the disk.
    pub fn changed(&self) -> bool {
        !self.written.is_empty() || !self.removed.is_empty()
    }
}

/// What stands in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The record, where there is one.
    pub record: Option<Record>,
    /// Files that the user changed.
    pub changed: Vec<String>,
    /// Files of ours that are gone.
    pub missing: Vec<String>,
    /// Whether it is all that this program would write.
    pub current: bool,
}

/// Writes the plugin that calls `binary` into `folder`. A file of ours that the user changed, or another's, is replaced
/// only with `force`; before any is written, all are looked at. `made_settings` goes into the record.
///
/// # Errors
/// `FILE_CONFLICT` naming the first file that is in the way; `FILE_UNREADABLE`, `FILE_NOT_WRITABLE`.
pub fn install(
    folder: &Path,
    binary: &str,
    made_settings: Option<Value>,
    force: bool,
) -> Result<Done> {
    let record = Record::load(folder)?;
    let assets = render(binary);
    if !force {
        check_folder(folder, record.as_ref(), &assets)?;
        for (path, text) in &assets {
            let full = super::place(folder, path);
            let Some(bytes) = file::read(&full)? else {
                continue;
            };
            let ours = record.as_ref().is_some_and(|r| r.wrote(path, &bytes));
            if !ours && bytes != text.as_bytes() {
                return Err(conflict(&full, record.is_some()));
            }
        }
    }
    let made = folder.ancestors().take_while(|path| !path.exists()).count();
    let folders = record.as_ref().map_or(made, |record| record.folders);
    let mut done = Done::default();
    let made_settings =
        made_settings.or_else(|| record.as_ref().and_then(|old| old.made_settings.clone()));
    let new = Record::new(binary, folders, made_settings, &assets);
    if let Err(error) = put(folder, &assets, record.as_ref(), &new, force, &mut done) {
        // On a full disk, say: half of one is none. One that was there before stays, each file old or new.
        if record.is_none() {
            drop(take_back(folder, &assets, made, &done));
        }
        return Err(error);
    }
    done.previous = record.map(|record| record.version);
    Ok(done)
}

fn put(
    folder: &Path,
    assets: &[Asset],
    old: Option<&Record>,
    new: &Record,
    force: bool,
    done: &mut Done,
) -> Result<()> {
    for (path, text) in assets {
        if file::write(&super::place(folder, path), text.as_bytes(), 0o600)? {
            done.written.push((*path).to_owned());
        }
    }
    let gone = old.into_iter().flat_map(|old| old.files.keys());
    for path in gone.filter(|path| !is_asset(assets, path)) {
        take_out(folder, path, old, assets, force, done)?;
    }
    // Last: until then a run that is cut short finds its own files by what they hold.
    if file::write(&folder.join(RECORD), &new.to_bytes(), 0o600)? {
        done.written.push(RECORD.to_owned());
    }
    Ok(())
}

/// Takes out what [`put`] wrote, and the folders that it made.
fn take_back(folder: &Path, assets: &[Asset], made: usize, done: &Done) -> Result<()> {
    for path in &done.written {
        file::remove(&super::place(folder, path))?;
    }
    for (path, _) in assets {
        remove_folder_of(folder, path)?;
    }
    remove_folders(folder, made)
}

fn remove_folders(folder: &Path, count: usize) -> Result<()> {
    for path in folder.ancestors().take(count) {
        if !file::remove_empty_folder(path)? {
            break;
        }
    }
    Ok(())
}

/// Takes out what [`install`] wrote, and the folders that it made. Files that the user changed stay, unless `force`.
///
/// # Errors
/// `FILE_UNREADABLE`, `FILE_NOT_WRITABLE`.
pub fn uninstall(folder: &Path, binary: &str, force: bool) -> Result<Done> {
    let record = Record::load(folder)?;
    let assets = render(binary);
    // The manifest first: what a kill leaves is nothing that Claude Code loads.
    let mut paths: Vec<&str> = assets.iter().rev().map(|(path, _)| *path).collect();
    for (path, _) in record.iter().flat_map(|record| &record.files) {
        if !is_asset(&assets, path) {
            paths.push(path);
        }
    }
    let mut done = Done {
        previous: record.as_ref().map(|record| record.version.clone()),
        ..Done::default()
    };
    for path in paths {
        take_out(folder, path, record.as_ref(), &assets, force, &mut done)?;
    }
    match &record {
        // Without it, `force` could not tell them from somebody else's.
        Some(record) if !done.kept.is_empty() => {
            let mut left = record.clone();
            left.files.retain(|path, _| done.kept.contains(path));
            file::write(&folder.join(RECORD), &left.to_bytes(), 0o600)?;
        }
        // A garbled one goes with the files beside it that are ours.
        _ if (record.is_some() || done.changed()) && file::remove(&folder.join(RECORD))? => {
            done.removed.push(RECORD.to_owned());
        }
        _ => {}
    }
    if done.changed() {
        remove_folder_of(folder, RECORD)?;
        // Without a record the folder itself is all that can be known to be ours.
        remove_folders(folder, record.map_or(1, |record| record.folders))?;
    }
    Ok(done)
}

/// Looks at what stands in `folder`.
///
/// # Errors
/// `FILE_UNREADABLE`.
pub fn look(folder: &Path, binary: &str) -> Result<Standing> {
    let record = Record::load(folder)?;
    let assets = render(binary);
    let mut standing = Standing {
        current: record.is_some(),
        changed: Vec::new(),
        missing: Vec::new(),
        record,
    };
    let Some(record) = &standing.record else {
        return Ok(standing);
    };
    for path in record.files.keys() {
        let bytes = file::read(&super::place(folder, path))?;
        match &bytes {
            None => standing.missing.push(path.clone()),
            // One of ours already, from an update that was cut short.
            Some(bytes) if record.wrote(path, bytes) || is_as_of(&assets, path, bytes) => {}
            Some(_) => standing.changed.push(path.clone()),
        }
    }
    for (path, text) in &assets {
        standing.current &=
            file::read(&super::place(folder, path))?.as_deref() == Some(text.as_bytes());
    }
    Ok(standing)
}

fn is_as_of(assets: &[Asset], path: &str, bytes: &[u8]) -> bool {
    let mut texts = assets.iter().filter(|(name, _)| *name == path);
    texts.any(|(_, text)| text.as_bytes() == bytes)
}

fn is_asset(assets: &[Asset], path: &str) -> bool {
    assets.iter().any(|(name, _)| *name == path)
}

/// A folder that we did not make may hold nothing else: Claude Code would load it with ours as one plugin.
fn check_folder(folder: &Path, record: Option<&Record>, assets: &[Asset]) -> Result<()> {
    if record.is_some() {
        return Ok(());
    }
    let ours = |path: &PathBuf| {
        assets.iter().any(|(name, _)| {
            path.strip_prefix(folder)
                .is_ok_and(|p| Path::new(name).starts_with(p))
        })
    };
    match file::list(folder)?
        .iter()
        .find(|path| !ours(path) && !file::is_unfinished(path))
    {
        Some(other) => Err(conflict(other, false)),
        None => Ok(()),
    }
}

fn conflict(path: &Path, recorded: bool) -> Error {
    let what = if recorded {
        "was changed since it was installed"
    } else {
        "is not from this program"
    };
    Error::new(Code::FileConflict, format!("{} {what}", path.display()))
        .at(path)
        .suggest("move it away, or pass --force to replace what is in the way")
}

/// Removes one file if it is ours, and its folder if that is empty then.
fn take_out(
    folder: &Path,
    path: &str,
    record: Option<&Record>,
    assets: &[Asset],
    force: bool,
    done: &mut Done,
) -> Result<()> {
    // The folder may come from somebody else, and a name in its record lead out of it.
    if Path::new(path).is_absolute() || path.contains("..") {
        return Ok(());
    }
    let full = super::place(folder, path);
    let Some(bytes) = file::read(&full)? else {
        return Ok(());
    };
    let recorded = record.is_some_and(|record| record.wrote(path, &bytes));
    let ours = recorded || is_as_of(assets, path, &bytes);
    // Without a record it is somebody else's, which not even force removes.
    match (ours, record) {
        (true, _) => {}
        (false, Some(_)) if force => {}
        (false, Some(_)) => {
            done.kept.push(path.to_owned());
            return Ok(());
        }
        (false, None) => return Ok(()),
    }
    if file::remove(&full)? {
        done.removed.push(path.to_owned());
    }
    remove_folder_of(folder, path)
}

fn remove_folder_of(folder: &Path, path: &str) -> Result<()> {
    let inner = Path::new(path).ancestors().skip(1);
    for inner in inner.take_while(|inner| *inner != Path::new("")) {
        if !file::remove_empty_folder(&folder.join(inner))? {
            break;
        }
    }
    Ok(())
}
