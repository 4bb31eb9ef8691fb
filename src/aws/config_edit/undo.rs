//! `sso undo`: back to the file from before, as long as nobody else has changed it.
//!
//! The kept original starts with a line that names what we wrote, by its SHA-1. To AWS it is a comment: the file can be
//! copied back by hand as it is.

use std::path::Path;

use crate::error::{Code, Error, Result};
use crate::hash::sha1_hex;
use crate::report::Warning;

const BEFORE: &str = "# before claude-bedrock wrote ";
const NOTHING: &str = "# nothing before claude-bedrock wrote ";

/// What to keep beside the file when `written` takes the place of `current`. After another edit of ours the original
/// stays that of the first; after someone else's it is what they left.
pub fn plan_kept(current: Option<&[u8]>, kept: Option<&[u8]>, written: &[u8]) -> Vec<u8> {
    let original = match kept.and_then(Kept::parse) {
        Some(kept) if current.is_some_and(|now| kept.is_of(now)) => kept.original,
        _ => current,
    };
    let start = if original.is_some() { BEFORE } else { NOTHING };
    let mut out = format!("{start}{}\n", sha1_hex(written)).into_bytes();
    out.extend_from_slice(original.unwrap_or_default());
    out
}

/// What to tell when someone else has changed the file since an edit of ours, so that [`plan_kept`] begins anew.
pub fn find_set_aside(current: Option<&[u8]>, kept: Option<&[u8]>, path: &Path) -> Option<Warning> {
    let kept = Kept::parse(kept?)?;
    if current.is_some_and(|now| kept.is_of(now))
        || kept.original.is_none_or(|o| Some(o) == current)
    {
        return None;
    }
    let message = format!(
        "{} was changed since an earlier edit: `sso undo` will give back what is there now; the file from before that edit stays beside it, with the ending .before-bedrock.bedrock-backup-TIME",
        path.display()
    );
    Some(Warning::new("ORIGINAL_SET_ASIDE", message))
}

/// The file from before our edits; `None` when there was none. One that someone put back already stays.
///
/// # Errors
/// `NOT_CONFIGURED` when nothing is kept; `FILE_CONFLICT` when the file has changed since.
pub fn plan_undo(
    current: Option<&[u8]>,
    kept: Option<&[u8]>,
    path: &Path,
) -> Result<Option<Vec<u8>>> {
    let Some(kept) = kept.and_then(Kept::parse) else {
        let message = "there is nothing to undo: no file from before `sso add` or `sso upgrade` is kept beside this one";
        return Err(Error::new(Code::NotConfigured, message)
            .at(path)
            .suggest("take out by hand what is not wanted"));
    };
    if current == kept.original || current.is_some_and(|now| kept.is_of(now)) {
        return Ok(kept.original.map(<[u8]>::to_vec));
    }
    let message = "the file has changed since `sso add` or `sso upgrade` edited it";
    Err(Error::new(Code::FileConflict, message).at(path).suggest(
        "take the sections out by hand; the file from before is beside it, with the ending .before-bedrock",
    ))
}

struct Kept<'a> {
    written: &'a [u8],
    original: Option<&'a [u8]>,
}

impl<'a> Kept<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let (line, rest) = bytes.split_at_checked(end)?;
        let original = rest.get(1..)?;
        if let Some(written) = line.strip_prefix(BEFORE.as_bytes()) {
            let original = Some(original);
            return Some(Kept { written, original });
        }
        let written = line.strip_prefix(NOTHING.as_bytes())?;
        Some(Kept {
            written,
            original: None,
        })
    }

    fn is_of(&self, bytes: &[u8]) -> bool {
        sha1_hex(bytes).as_bytes() == self.written
    }
}
