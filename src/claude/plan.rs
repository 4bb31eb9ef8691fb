//! Wishes and present settings to the edits that make them so. Pure: `file::edit` commits what is planned here.

mod apply;
mod command;
mod inference;
mod obstacles;
mod repair;
mod reset;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::path::Path;

use serde_json::Value;

use super::keys::{self, KEYS, Key};
use super::models::{fits_region, names_bedrock_model};
use super::settings::{env_text, parse_settings};
use crate::error::{Code, Error, Result};
use crate::file;
use crate::json_edit::{Document, Problem};
use crate::report::{Warning, without_password};

pub use apply::{ModelIn, Refresh, Wishes, plan_apply};
pub use command::{is_our_export, is_our_refresh, is_sso_login, profile_of_command};
pub use inference::{LIFT, PRESETS, Preset, Tuning, plan_inference, read_tuning};
pub use obstacles::{
    find_obstacles, find_stale_models, find_stale_others, find_surroundings, not_available,
};
pub use repair::{Repairs, plan_repair};
pub use reset::plan_reset;

/// What the kept original holds when there was no settings file before the first apply.
pub const ABSENT: &[u8] = b"absent\n";

/// The code of a reset after which Bedrock is on all the same.
pub const BEDROCK_STILL_ON: &str = "BEDROCK_STILL_ON";

/// The code of an edit that goes by no kept original, where an earlier apply should have left one.
const KEPT_ORIGINAL_MISSING: &str = "KEPT_ORIGINAL_MISSING";

/// What the kept original begins with where there was no apply: `inference-config` set caps on a configuration made by
/// hand. The file from before that follows.
const CAPS: &[u8] = b"caps\n";

/// What to do with the kept original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Put what is there now into its place: this is the first apply.
    WriteOriginal,
    /// Leave it, or its absence.
    Leave,
    /// Note what is there now: caps are set, and there was no apply.
    NoteCaps,
    /// These bytes: the first apply after that.
    Write(Vec<u8>),
    /// It has served.
    Discard,
}

/// One key of ours whose value changes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// `env.AWS_REGION`, `model`.
    pub key: String,
    /// The value so far.
    pub before: Option<Value>,
    /// The value to be.
    pub after: Option<Value>,
}

/// What is to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The resulting file; `None` is no file.
    pub bytes: Option<Vec<u8>>,
    /// Which of our keys change.
    pub changes: Vec<Change>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
    /// That there should be a kept original and is none to go by. A backup is the nearest to it then.
    pub lost_original: Option<Warning>,
    /// What to do with the kept original.
    pub keep: Keep,
}

impl Plan {
    /// The same for `file::edit`, given what is there.
    pub fn commit(self, current: Option<&[u8]>) -> file::Plan {
        let content = match self.bytes {
            Some(bytes) if current == Some(&bytes) => file::Content::Leave,
            Some(bytes) => file::Content::Write(bytes),
            None if current.is_none() => file::Content::Leave,
            None => file::Content::Remove,
        };
        let kept = match self.keep {
            Keep::WriteOriginal => file::Kept::Write(current.unwrap_or(ABSENT).to_vec()),
            Keep::NoteCaps => file::Kept::Write([CAPS, current.unwrap_or_default()].concat()),
            Keep::Write(bytes) => file::Kept::Write(bytes),
            Keep::Leave => file::Kept::Leave,
            Keep::Discard => file::Kept::Discard,
        };
        file::Plan { content, kept }
    }
}

/// The present file in memory; no file is an empty one.
fn open(current: Option<&[u8]>, path: &Path) -> Result<Document> {
    parse_settings(current.unwrap_or_default(), path)
}

/// The kept original in memory; `None` when there is none or it cannot be read.
fn open_kept(kept: Option<&[u8]>) -> Option<Document> {
    let kept = kept?;
    Document::parse(if kept == ABSENT { b"" } else { kept }).ok()
}

/// The file from before the caps, where the kept original is a note of them.
fn open_note(kept: Option<&[u8]>) -> Option<Document> {
    Document::parse(kept?.strip_prefix(CAPS)?).ok()
}

/// The caps as they were before `inference-config` set them.
fn restore_caps(after: &mut Document, noted: &Document) -> std::result::Result<(), Problem> {
    for path in [keys::THINKING, keys::OUTPUT, keys::NO_CACHING] {
        if noted.kind(path).is_some() {
            after.copy(path, noted)?;
        } else {
            after.remove(path);
        }
    }
    Ok(())
}

/// The plan of an edit. Without a change every byte stays; with one, what was made is read once more before it may be
/// written.
fn finish(
    current: Option<&[u8]>,
    before: &Document,
    after: &Document,
    warnings: Vec<Warning>,
    path: &Path,
) -> Result<Plan> {
    let changes = changes(before, after);
    let bytes = if changes.is_empty() {
        current.map(<[u8]>::to_vec)
    } else {
        let bytes = after.to_bytes();
        let read = parse_settings(&bytes, path)?;
        if !read.same_as(after) {
            return Err(Error::new(
                Code::Internal,
                "the edit does not read back as it was meant",
            )
            .at(path));
        }
        Some(bytes)
    };
    Ok(Plan {
        bytes,
        changes,
        warnings,
        lost_original: None,
        keep: Keep::Leave,
    })
}

/// Our keys whose values differ.
fn changes(before: &Document, after: &Document) -> Vec<Change> {
    let differ = KEYS.iter().filter(|key| !before.same_at(key.path, after));
    let shown = |document: &Document, key: &Key| match document.get(key.path) {
        Some(Value::String(url)) if key.path == keys::BASE_URL => {
            Some(Value::String(without_password(&url)))
        }
        value => value,
    };
    differ
        .map(|key| Change {
            key: key.name(),
            before: shown(before, key),
            after: shown(after, key),
        })
        .collect()
}

/// Whether the file switches Bedrock on.
pub fn switches_on(document: &Document) -> bool {
    env_text(document, "CLAUDE_CODE_USE_BEDROCK").is_some_and(|value| keys::is_on(&value))
}

fn text_at(document: &Document, path: &[&str]) -> Option<String> {
    Some(document.get(path)?.as_str()?.to_owned())
}

fn holds_bedrock_model(document: &Document, path: &[&str]) -> bool {
    text_at(document, path).is_some_and(|value| names_bedrock_model(&value))
}

/// Whether a value that may be the user's own is of the kind that we write.
fn is_ours(document: &Document, key: &Key) -> bool {
    let Some(value) = text_at(document, key.path) else {
        return false;
    };
    match key.path {
        keys::REFRESH => is_our_refresh(&value),
        keys::EXPORT => is_our_export(&value),
        path => holds_bedrock_model(document, path),
    }
}

/// The models on Bedrock that a value names, be it one or a list.
fn bedrock_models_at(document: &Document, path: &[&str]) -> Vec<String> {
    let value = document.get(path).unwrap_or_default();
    let items = match &value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let names = items.iter().filter_map(Value::as_str);
    names
        .filter(|name| names_bedrock_model(name))
        .map(str::to_owned)
        .collect()
}

/// Whether the value names a model on Bedrock that takes no requests from `region`.
fn holds_model_of_elsewhere(document: &Document, path: &[&str], region: &str) -> bool {
    text_at(document, path)
        .is_some_and(|value| names_bedrock_model(&value) && !fits_region(&value, region))
}
