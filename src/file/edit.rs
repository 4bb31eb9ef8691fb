//! One edit of a user's file: look, plan, and change it in one step, or start over when it changed meanwhile.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use super::replace::{self, Look, Temp};
use super::{beside, fault, lock, resolve, system};
use crate::error::{Code, Error, Result};
use crate::report::Warning;
use crate::time::Epoch;

/// Other programs write a settings file at the pace of a person; one that is quicker this often writes without end.
const MOST_TRIES: usize = 100;

/// What a plan may look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<'a> {
    /// The bytes of the file; `None` when there is none.
    pub current: Option<&'a [u8]>,
    /// The kept original; `None` when none is kept.
    pub kept: Option<&'a [u8]>,
}

/// What is to become of the file and of its kept original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The file.
    pub content: Content,
    /// The kept original.
    pub kept: Kept,
}

impl Plan {
    /// Nothing is to change.
    pub const LEAVE: Plan = Plan {
        content: Content::Leave,
        kept: Kept::Leave,
    };
}

/// What is to become of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Stays as it is.
    Leave,
    /// Holds these bytes. The same bytes as before leave it untouched.
    Write(Vec<u8>),
    /// Goes.
    Remove,
}

/// What is to become of the kept original, `<path>.before-bedrock`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Stays as it is.
    Leave,
    /// Holds these bytes, on the disk before the file changes.
    Write(Vec<u8>),
    /// Goes, once the changed file is on the disk.
    Discard,
}

/// How to edit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The time for the name of a backup of the bytes that are replaced; `None` makes no backup.
    pub backup_at: Option<Epoch>,
    /// Whether a new file, and folders on the way to it, are for everybody to read: what an administrator lays down.
    pub for_everybody: bool,
}

impl Options {
    /// The modes of a new folder and of a new file.
    fn modes(self) -> (u32, u32) {
        if self.for_everybody {
            (0o755, 0o644)
        } else {
            (resolve::OWN, 0o600)
        }
    }
}

/// What an edit did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the file has other bytes than before.
    pub changed: bool,
    /// The file itself, at the end of the symbolic links.
    pub target: PathBuf,
    /// The backup that was made.
    pub backup: Option<PathBuf>,
    /// What did not go as well as it might.
    pub warnings: Vec<Warning>,
}

/// Edits the file at `path` as `plan` says.
///
/// `plan` gets what is there and must be pure: it is called again whenever that changed, which is looked at once more under
/// the lock before anything is written. It is all reading until a plan asks for a change. The new file has the mode and owner
/// of the old one, or is the user's alone (0600), as are folders that have to be made (0700),
/// unless [`Options::for_everybody`]. What root makes belongs to whoever has the file, or else the folder.
///
/// # Errors
/// Whatever `plan` fails with. `FILE_UNREADABLE`; `FILE_NOT_WRITABLE`, also for a file without write permission, even for
/// root; `FILE_CONFLICT` when something that is no regular file is in the way; `FILE_BUSY` when another program keeps the
/// folder locked or keeps changing the file. The old file is whole in all of them.
pub fn edit(
    path: &Path,
    options: Options,
    mut plan: impl FnMut(Seen<'_>) -> Result<Plan>,
) -> Result<Outcome> {
    edit_as_planned(path, options, &mut plan)
}

/// Not generic, so that the program holds it once.
fn edit_as_planned(
    path: &Path,
    options: Options,
    plan: &mut dyn FnMut(Seen<'_>) -> Result<Plan>,
) -> Result<Outcome> {
    let mut held: Option<lock::Lock> = None;
    let mut planned: Option<(Facts, Plan)> = None;
    for _ in 0..MOST_TRIES {
        let target = resolve::resolve(path)?;
        let locked = held
            .as_ref()
            .filter(|lock| lock.is_of(resolve::folder_of(&target)));
        if locked.is_some_and(lock::Lock::is_real) {
            sweep(path, &target);
        }
        let facts = Facts::read(path, target)?;
        let step = match planned.take() {
            Some((before, step)) if before.seen() == facts.seen() => step,
            _ => facts.without_the_void(plan(facts.seen())?),
        };
        if step == Plan::LEAVE {
            if locked.is_none() {
                facts.clean();
            }
            return Ok(facts.outcome());
        }
        if locked.is_none() {
            let folder = resolve::folder_of(&facts.target);
            resolve::create_folders(folder, options.modes().0)?;
            // The old one first: two at a time could wait for one another.
            drop(held.take());
            held = Some(lock::take(folder)?);
            planned = Some((facts, step));
            continue;
        }
        if let Some(outcome) = commit(&facts, &step, options)? {
            return Ok(outcome);
        }
    }
    Err(Error::new(
        Code::FileBusy,
        format!("{} keeps changing while it is edited", path.display()),
    )
    .at(path)
    .suggest("close the program that writes it, then try again"))
}

/// Removes what killed runs left, where the file is and where its user sees it.
fn sweep(path: &Path, target: &Path) {
    replace::sweep(target);
    if path != target {
        replace::sweep(path);
    }
}

/// What was there when we looked.
struct Facts<'a> {
    path: &'a Path,
    target: PathBuf,
    current: Option<(Vec<u8>, Metadata)>,
    kept_path: PathBuf,
    kept: Option<Vec<u8>>,
}

impl<'a> Facts<'a> {
    fn read(path: &'a Path, target: PathBuf) -> Result<Self> {
        let current = super::read_open(&target, path, super::MOST_BYTES)?;
        let kept_path = beside::kept_path(path);
        let kept = super::read(&kept_path)?;
        Ok(Facts {
            path,
            target,
            current,
            kept_path,
            kept,
        })
    }

    /// Whose file it is.
    fn owner(&self) -> Option<&Metadata> {
        self.current.as_ref().map(|(_, found)| found)
    }

    fn bytes(&self) -> Option<&[u8]> {
        self.current.as_ref().map(|(bytes, _)| bytes.as_slice())
    }

    fn seen(&self) -> Seen<'_> {
        Seen {
            current: self.bytes(),
            kept: self.kept.as_deref(),
        }
    }

    /// The plan without the parts that would change nothing.
    fn without_the_void(&self, plan: Plan) -> Plan {
        Plan {
            content: match plan.content {
                Content::Write(bytes) if self.bytes() == Some(&bytes) => Content::Leave,
                Content::Remove if self.current.is_none() => Content::Leave,
                content => content,
            },
            kept: match plan.kept {
                Kept::Write(bytes) if self.kept.as_ref() == Some(&bytes) => Kept::Leave,
                Kept::Discard if self.kept.is_none() => Kept::Leave,
                kept => kept,
            },
        }
    }

    /// What a run that was killed left behind goes even when there is nothing else to do.
    fn clean(&self) {
        let left = |path: &Path| !replace::leftovers(path).is_empty();
        if (left(&self.target) || self.path != self.target && left(self.path))
            && lock::take(resolve::folder_of(&self.target)).is_ok_and(|lock| lock.is_real())
        {
            sweep(self.path, &self.target);
        }
    }

    fn outcome(&self) -> Outcome {
        Outcome {
            target: self.target.clone(),
            ..Outcome::default()
        }
    }
}

/// Makes the change, under the lock. `None`: another program changed the file meanwhile, and all is as it left it.
///
/// The order is what makes a kill harmless at any point: the original and the backup are on the disk before the file
/// changes, and the original goes only after the change is on the disk.
fn commit(facts: &Facts<'_>, plan: &Plan, options: Options) -> Result<Option<Outcome>> {
    let mut outcome = facts.outcome();
    let target = &facts.target;
    if plan.content != Content::Leave {
        outcome.changed = true;
        if let Some(found) = facts.owner() {
            replace::check_writable(target, found)?;
            outcome.warnings.extend(warn_of_other_names(target, found));
        }
    }
    // The largest write comes first: on a full disk it fails before anything else was touched.
    let temp = match &plan.content {
        Content::Write(bytes) => {
            let look = match &facts.current {
                Some((_, found)) => Look::Like(found),
                None => Look::Mode(options.modes().1, None),
            };
            Some(Temp::create(target, bytes, look)?)
        }
        Content::Leave | Content::Remove => None,
    };
    let mut guard = Guard::new(facts);
    if let Kept::Write(bytes) = &plan.kept
        && !guard.keep(bytes)?
    {
        return Ok(None);
    }
    // An original that gives way to the present file, or to its absence, may be all that is left of an older one; a note
    // that there was none holds nothing. Its backup has a name of its own, so that it is never pruned.
    if let (Kept::Write(bytes), Some(at), Some(before)) =
        (&plan.kept, options.backup_at, &facts.kept)
        && facts
            .bytes()
            .is_none_or(|now| bytes.ends_with(now) && !before.ends_with(now))
        && ![&b"absent"[..], b"caps", b"# nothing "]
            .iter()
            .any(|mark| before.starts_with(mark))
    {
        guard.back_up(&facts.kept_path, before, at)?;
    }
    if outcome.changed
        && let (Some(at), Some(bytes)) = (options.backup_at, facts.bytes())
    {
        outcome.backup = Some(guard.back_up(facts.path, bytes, at)?);
    }
    guard.sync()?;
    let done = match (&plan.content, temp, facts.bytes()) {
        (Content::Write(_), Some(temp), Some(seen)) => temp.replace(target, seen)?,
        (Content::Write(_), Some(temp), None) => temp.place(target)?,
        (Content::Remove, _, Some(seen)) => replace::withdraw(target, seen)?,
        _ => true,
    };
    if !done {
        return Ok(None);
    }
    guard.stands();
    if let Err(error) = finish(facts, plan) {
        // The file has changed all the same, so this is not a failure of the edit.
        outcome.warnings.push(Warning::from(&error));
    }
    if let Some(made) = &outcome.backup {
        beside::prune_backups(facts.path, made);
    }
    Ok(Some(outcome))
}

/// After the change: to the disk with it, and then away with the original.
fn finish(facts: &Facts<'_>, plan: &Plan) -> Result<()> {
    if plan.content != Content::Leave {
        system::sync_folder(resolve::folder_of(&facts.target))
            .map_err(|error| fault::not_writable(&facts.target, &error))?;
    }
    if plan.kept == Kept::Discard {
        beside::discard_kept(&facts.kept_path)?;
    }
    Ok(())
}

/// What stands beside the file so far. Dropped before the file changed, it puts all that back.
struct Guard<'a> {
    facts: &'a Facts<'a>,
    kept: bool,
    backups: Vec<PathBuf>,
}

impl<'a> Guard<'a> {
    fn new(facts: &'a Facts<'a>) -> Self {
        Guard {
            facts,
            kept: false,
            backups: Vec::new(),
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<bool> {
        resolve::create_folders(resolve::folder_of(self.facts.path), resolve::OWN)?;
        self.kept = beside::write_kept(
            self.facts.path,
            bytes,
            self.facts.kept.is_some(),
            self.facts.owner(),
        )?;
        // Reading finds nothing behind such a link, and the name is taken all the same.
        let kept = &self.facts.kept_path;
        if !self.kept && kept.is_symlink() && !kept.exists() {
            let message = format!("{} is a link that leads nowhere", kept.display());
            return Err(Error::new(Code::FileConflict, message)
                .at(kept)
                .suggest("move it away, then try again"));
        }
        Ok(self.kept)
    }

    fn back_up(&mut self, of: &Path, bytes: &[u8], at: Epoch) -> Result<PathBuf> {
        let backup = beside::write_backup(of, bytes, at, self.facts.owner())?;
        self.backups.push(backup.clone());
        Ok(backup)
    }

    fn sync(&self) -> Result<()> {
        if !self.kept && self.backups.is_empty() {
            return Ok(());
        }
        system::sync_folder(resolve::folder_of(self.facts.path))
            .map_err(|error| fault::not_writable(self.facts.path, &error))
    }

    fn stands(mut self) {
        self.kept = false;
        self.backups.clear();
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        for backup in &self.backups {
            drop(system::remove_file(backup));
        }
        if self.kept {
            match &self.facts.kept {
                None => drop(system::remove_file(&self.facts.kept_path)),
                Some(before) => drop(beside::write_kept(
                    self.facts.path,
                    before,
                    true,
                    self.facts.owner(),
                )),
            }
        }
    }
}

/// A file may have several names (hard links). A new file takes the place of one of them; the others keep the old bytes.
///
/// Writing into the old file would keep them together, and would tear it on a kill. Refusing would stop people whose
/// backup tool links files. So the edit goes on and says so.
#[cfg(unix)]
fn warn_of_other_names(target: &Path, found: &Metadata) -> Option<Warning> {
    use std::os::unix::fs::MetadataExt;
    (found.nlink() > 1).then(|| {
        Warning::new(
            "HARD_LINK_BROKEN",
            format!(
                "{} had other names (hard links), which keep the old contents",
                target.display()
            ),
        )
        .suggest(format!(
            "find them by the inode number {}: find / -xdev -inum {}",
            found.ino(),
            found.ino()
        ))
    })
}

#[cfg(not(unix))]
fn warn_of_other_names(_target: &Path, _found: &Metadata) -> Option<Warning> {
    None
}
