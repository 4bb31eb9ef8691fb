//! Bedrock on: the keys written, and what would be stale beside them taken out.

use std::path::Path;

use serde_json::Value;

use super::{
    ABSENT, KEPT_ORIGINAL_MISSING, Keep, Plan, finish, holds_bedrock_model,
    holds_model_of_elsewhere, is_our_export, is_our_refresh, is_ours, open, open_kept, open_note,
    profile_of_command, restore_caps, switches_on, text_at,
};
use crate::claude::keys::{self, KEYS};
use crate::claude::models::{Family, geographies_of_region};
use crate::error::Result;
use crate::json_edit::{Document, Problem};
use crate::report::Warning;
use crate::shell::quote;

/// Where the chosen model goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelIn {
    /// `env.ANTHROPIC_MODEL`, which beats what `/model` saves.
    Env,
    /// The top-level `model`, which `/model` may change.
    Settings,
}

/// What becomes of `awsAuthRefresh`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// This command, unless the user has one of their own.
    Write(String),
    /// None of ours.
    None,
    /// Whatever is there.
    Keep,
}

/// The configuration wished for.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// `AWS_PROFILE`; `None` when credentials are exported to Bedrock alone.
    pub profile: Option<String>,
    /// `AWS_REGION`.
    pub region: String,
    /// The exact id or ARN of the main model; `None` leaves the choice to Claude Code.
    pub model: Option<String>,
    /// Where the model goes.
    pub model_in: ModelIn,
    /// Keys from [`keys::pin_of`] with exact ids or ARNs; what an earlier apply pinned besides is taken back.
    pub pins: Vec<(&'static [&'static str], String)>,
    /// `awsAuthRefresh`.
    pub refresh: Refresh,
    /// `awsCredentialExport`, for `--isolate`.
    pub credential_export: Option<String>,
    /// `ANTHROPIC_BEDROCK_BASE_URL`; `None` takes back what an earlier apply wrote.
    pub base_url: Option<String>,
    /// `CLAUDE_CODE_SKIP_BEDROCK_AUTH`; `false` takes back what an earlier apply wrote.
    pub skip_auth: bool,
}

/// Plans Bedrock on. What already is as wished leaves every byte alone.
///
/// Beyond writing, it takes out what an earlier apply, the client's wizard or `/model` left for another profile or
/// geography: a refresh or export command of ours, models on Bedrock that take no requests from the region. Each is a
/// change. What the kept original holds instead comes back in their place.
///
/// # Errors
/// `SETTINGS_INVALID` when Claude Code would drop the present file.
pub fn plan_apply(
    current: Option<&[u8]>,
    kept: Option<&[u8]>,
    wishes: &Wishes,
    path: &Path,
) -> Result<Plan> {
    let before = open(current, path)?;
    // A switch that we wrote and someone set to "0" still marks the kept original as the one from before, and so do values
    // of ours beside one that someone took out.
    let has_switch = before.kind(keys::USE_BEDROCK).is_some();
    let original = open_kept(kept).filter(|original| has_switch || is_applied(&before, original));
    let in_effect = has_switch || original.is_some();
    let first = kept.is_none() || !in_effect;
    let mut edit = Edit {
        after: before.clone(),
        original,
        warnings: Vec::new(),
    };
    if in_effect && !has_switch {
        let message = format!(
            "Bedrock was switched off by hand since an earlier apply; a reset still gives back what was before that one, from {}.before-bedrock",
            path.display()
        );
        edit.warnings
            .push(Warning::new("ORIGINAL_STAYS", message).suggest("claude-bedrock reset"));
    }
    if current.is_none() && kept.is_some_and(|kept| kept != ABSENT) {
        // The original of a file that the user deleted since: a reset must not bring it back, and nothing may lose it.
        let message = format!(
            "{} was deleted since an earlier apply; the file from before that one stays beside it",
            path.display()
        );
        let step = format!(
            "to look at it: ls {}.before-bedrock.*",
            quote(&path.display().to_string())
        );
        edit.warnings
            .push(Warning::new("ORIGINAL_SET_ASIDE", message).suggest(step));
    }
    edit.run(wishes).map_err(|problem| problem.error(path))?;
    let mut plan = finish(current, &before, &edit.after, edit.warnings, path)?;
    if plan.changes.is_empty() {
        return Ok(plan);
    }
    if let (true, Some(noted)) = (current.is_some(), open_note(kept)) {
        // The original is the present file without the caps that `inference-config` set.
        let mut original = before.clone();
        restore_caps(&mut original, &noted).map_err(|problem| problem.error(path))?;
        plan.keep = Keep::Write(original.to_bytes());
    } else if first {
        plan.keep = Keep::WriteOriginal;
        if switches_on(&before) {
            // Made by hand, or by an earlier apply whose original is gone: nothing tells which.
            let message = "Bedrock was on already, and nothing is kept from before that: a reset will bring the former settings back, with Bedrock on";
            plan.lost_original = Some(Warning::new(KEPT_ORIGINAL_MISSING, message));
        }
    }
    Ok(plan)
}

/// Whether a key of ours holds something else than the original does, and something that an apply may have written: then
/// the file is not one that the user began anew.
fn is_applied(document: &Document, original: &Document) -> bool {
    KEYS.iter().any(|key| {
        let written = match key.path {
            keys::PROFILE | keys::REGION | keys::BASE_URL | keys::SKIP_AUTH => {
                document.kind(key.path).is_some()
            }
            keys::SMALL_FAST => false,
            _ => is_ours(document, key),
        };
        written && !document.same_at(key.path, original)
    })
}

struct Edit {
    after: Document,
    /// The file from before the first apply, where an apply is in effect.
    original: Option<Document>,
    warnings: Vec<Warning>,
}

impl Edit {
    fn run(&mut self, wishes: &Wishes) -> std::result::Result<(), Problem> {
        self.set(keys::USE_BEDROCK, "1")?;
        match &wishes.profile {
            Some(profile) => self.set(keys::PROFILE, profile)?,
            None => self.remove(keys::PROFILE),
        }
        self.set(keys::REGION, &wishes.region)?;
        match (&wishes.model, wishes.model_in) {
            (Some(model), ModelIn::Env) => {
                self.set(keys::ENV_MODEL, model)?;
                self.restore_saved_model()?;
            }
            (Some(model), ModelIn::Settings) => {
                self.remove(keys::ENV_MODEL);
                self.set(keys::MODEL, model)?;
            }
            (None, _) => self.remove_if_elsewhere(keys::ENV_MODEL, &wishes.region)?,
        }
        for family in &Family::ALIASED {
            let Some(key) = keys::pin_of(family) else {
                continue;
            };
            match wishes.pins.iter().find(|(pinned, _)| *pinned == key) {
                Some((_, model)) => self.set(key, model)?,
                None if holds_bedrock_model(&self.after, key) => self.restore(key)?,
                None => {}
            }
        }
        match &wishes.base_url {
            Some(url) => self.set(keys::BASE_URL, url)?,
            None => self.restore(keys::BASE_URL)?,
        }
        if wishes.skip_auth {
            self.set(keys::SKIP_AUTH, "1")?;
        } else {
            self.restore(keys::SKIP_AUTH)?;
        }
        self.remove_stale_models(wishes)?;
        match &wishes.refresh {
            Refresh::Write(command) => self.set_command(keys::REFRESH, Some(command), wishes)?,
            Refresh::None => self.set_command(keys::REFRESH, None, wishes)?,
            Refresh::Keep => {}
        }
        self.set_command(keys::EXPORT, wishes.credential_export.as_deref(), wishes)
    }

    fn set(&mut self, path: &[&str], value: &str) -> std::result::Result<(), Problem> {
        self.after.set(path, &Value::from(value))
    }

    fn remove(&mut self, path: &[&str]) {
        self.after.remove(path);
    }

    /// What an earlier apply may have written goes, and what the original holds comes back. Without an apply in effect the
    /// value is the user's own, and stays.
    fn restore(&mut self, path: &[&str]) -> std::result::Result<(), Problem> {
        match &self.original {
            Some(original) if original.kind(path).is_some() => self.after.copy(path, original),
            Some(_) => {
                self.remove(path);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// An earlier apply may have put a model where `/model` saves it; beside `ANTHROPIC_MODEL` it is without effect.
    fn restore_saved_model(&mut self) -> std::result::Result<(), Problem> {
        if holds_bedrock_model(&self.after, keys::MODEL) {
            self.restore(keys::MODEL)?;
        }
        Ok(())
    }

    /// What was just written is no left-over: a gateway may lead to any geography.
    fn remove_stale_models(&mut self, wishes: &Wishes) -> std::result::Result<(), Problem> {
        let region = wishes.region.as_str();
        let saved = wishes.model.is_some() && wishes.model_in == ModelIn::Settings;
        let is_written = |path| {
            saved && path == keys::MODEL || wishes.pins.iter().any(|(pinned, _)| *pinned == path)
        };
        let models = KEYS
            .iter()
            .filter(|key| key.claim == keys::Claim::BedrockModel && !is_written(key.path));
        for key in models {
            self.remove_if_elsewhere(key.path, region)?;
        }
        if let Some(theirs) = text_at(&self.after, keys::SMALL_FAST_REGION) {
            let prefix = |region| geographies_of_region(region).first();
            if prefix(&theirs) != prefix(region) {
                self.remove(keys::SMALL_FAST_REGION);
            }
        }
        Ok(())
    }

    /// Takes a model of another geography out; what the original holds there comes back if it is none of those itself.
    fn remove_if_elsewhere(
        &mut self,
        path: &[&str],
        region: &str,
    ) -> std::result::Result<(), Problem> {
        if !holds_model_of_elsewhere(&self.after, path, region) {
            return Ok(());
        }
        match &self.original {
            Some(original)
                if original.kind(path).is_some()
                    && !holds_model_of_elsewhere(original, path, region) =>
            {
                self.after.copy(path, original)
            }
            _ => {
                self.remove(path);
                Ok(())
            }
        }
    }

    /// Writes or takes out a command, unless it is the user's own.
    fn set_command(
        &mut self,
        path: &'static [&'static str],
        command: Option<&str>,
        wishes: &Wishes,
    ) -> std::result::Result<(), Problem> {
        let is_refresh = path == keys::REFRESH;
        let ours = |found: &str| {
            if is_refresh {
                is_our_refresh(found)
            } else {
                is_our_export(found)
            }
        };
        let found = text_at(&self.after, path);
        match (found, command) {
            (Some(found), Some(_)) if !found.trim().is_empty() && !ours(&found) => {
                self.warnings.push(foreign(path, &found, wishes));
            }
            (_, Some(wanted)) => self.set(path, wanted)?,
            (Some(found), None) if ours(&found) => match &self.original {
                // An empty command gave way to ours.
                Some(original) if text_at(original, path).is_some_and(|text| !ours(&text)) => {
                    self.after.copy(path, original)?;
                }
                _ => self.remove(path),
            },
            (Some(found), None) if !is_refresh => self.warnings.push(foreign(path, &found, wishes)),
            (_, None) => {}
        }
        Ok(())
    }
}

fn foreign(path: &[&str], found: &str, wishes: &Wishes) -> Warning {
    let key = path.join(".");
    let mut message = format!("`{key}` holds a command of your own, which stays: {found}");
    if let (Some(theirs), Some(ours)) = (profile_of_command(found), &wishes.profile)
        && theirs != *ours
    {
        message = format!("{message} (it names the profile {theirs}, not {ours})");
    }
    let code = if path == keys::REFRESH {
        "REFRESH_COMMAND_KEPT"
    } else {
        "EXPORT_COMMAND_KEPT"
    };
    Warning::new(code, message).suggest(format!(
        "take `{key}` out of the file to have it written anew"
    ))
}
