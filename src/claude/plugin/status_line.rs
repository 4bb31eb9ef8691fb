//! Claude Code's `statusLine` setting: ours where there is none, and taken out again. Pure; `file::edit` commits it.

use std::path::Path;

use serde_json::{Value, json};

use crate::claude::settings::parse_settings;
use crate::error::Result;
use crate::file::{Content, Plan};
use crate::json_edit::Document;
use crate::shell::{program, split_words};

/// The setting that holds the status line's command.
const STATUS_LINE: &str = "statusLine";

/// Whose status line the settings hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// There is none.
    None,
    /// Ours.
    Ours,
    /// Another one, which stays.
    Other,
}

/// Whose status line `settings` hold. Ours runs `claude-bedrock statusline`, from whatever folder.
pub fn owner(settings: &Document) -> Owner {
    let command = settings.get(&[STATUS_LINE, "command"]);
    let words = command.and_then(|command| split_words(command.as_str()?));
    match words.as_deref() {
        Some([program, word])
            if word == "statusline"
                && Path::new(program)
                    .file_stem()
                    .is_some_and(|name| name == "claude-bedrock") =>
        {
            Owner::Ours
        }
        _ if settings.kind(&[STATUS_LINE]).is_some() => Owner::Other,
        _ => Owner::None,
    }
}

/// Plans our status line into the settings at `path`. Another one stays.
///
/// # Errors
/// `SETTINGS_INVALID` when Claude Code would drop the file.
pub fn plan_set(current: Option<&[u8]>, path: &Path, binary: &str) -> Result<Plan> {
    let mut settings = parse_settings(current.unwrap_or_default(), path)?;
    if owner(&settings) == Owner::Other {
        return Ok(Plan::LEAVE);
    }
    let command = format!("{} statusline", program(binary));
    settings
        .set(
            &[STATUS_LINE],
            &json!({ "type": "command", "command": command }),
        )
        .map_err(|problem| problem.error(path))?;
    Ok(plan(Content::Write(settings.to_bytes())))
}

/// Plans our status line out of the settings at `path`. A file that is still as [`plan_set`] made it from nothing, as the
/// record has it, is that again: no file, or its blanks.
///
/// # Errors
/// `SETTINGS_INVALID` when Claude Code would drop the file.
pub fn plan_unset(current: Option<&[u8]>, path: &Path, made: Option<&Value>) -> Result<Plan> {
    let Some(bytes) = current else {
        return Ok(Plan::LEAVE);
    };
    let mut settings = parse_settings(bytes, path)?;
    if owner(&settings) != Owner::Ours {
        return Ok(Plan::LEAVE);
    }
    let blanks = made.and_then(Value::as_str);
    let mut alone = parse_settings(blanks.unwrap_or_default().as_bytes(), path)?;
    alone
        .copy(&[STATUS_LINE], &settings)
        .map_err(|problem| problem.error(path))?;
    settings.remove(&[STATUS_LINE]);
    let untouched = made.is_some() && alone.to_bytes() == bytes;
    Ok(plan(match blanks {
        None if untouched => Content::Remove,
        Some(blanks) if untouched => Content::Write(blanks.into()),
        _ => Content::Write(settings.to_bytes()),
    }))
}

fn plan(content: Content) -> Plan {
    Plan {
        content,
        ..Plan::LEAVE
    }
}
