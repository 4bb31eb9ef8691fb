//! Bedrock off: each key of ours goes, or what was there before comes back.

use std::path::Path;

use super::{
    ABSENT, BEDROCK_STILL_ON, KEPT_ORIGINAL_MISSING, Keep, LIFT, Plan, bedrock_models_at, finish,
    holds_bedrock_model, is_ours, open, open_kept, open_note, restore_caps, switches_on,
};
use crate::claude::keys::{self, Claim, KEYS};
use crate::error::Result;
use crate::json_edit::{Document, Problem};
use crate::report::Warning;

/// Plans Bedrock off.
///
/// With the kept original each key gets back what it held there. Without it only what cannot be the user's own goes:
/// models on Bedrock, and where Bedrock was on also the switch, profile, region and commands of ours. A result that
/// means the same as the kept original is the kept original, byte for byte.
///
/// # Errors
/// `SETTINGS_INVALID` when Claude Code would drop the present file.
pub fn plan_reset(current: Option<&[u8]>, kept: Option<&[u8]>, path: &Path) -> Result<Plan> {
    if current.is_none() {
        return Ok(Plan {
            bytes: None,
            changes: Vec::new(),
            warnings: Vec::new(),
            lost_original: None,
            // A reset that was killed half-way leaves the note that there was no file. An original of a file that the
            // user deleted since is all that is left of it, and stays.
            keep: if kept == Some(ABSENT) {
                Keep::Discard
            } else {
                Keep::Leave
            },
        });
    }
    let before = open(current, path)?;
    let original = open_kept(kept);
    let mut after = before.clone();
    match &original {
        Some(original) => restore(&mut after, original).map_err(|problem| problem.error(path))?,
        None => take_out(&mut after),
    }
    let noted = open_note(kept);
    if let Some(noted) = &noted {
        restore_caps(&mut after, noted).map_err(|problem| problem.error(path))?;
    }
    let made_env = original
        .as_ref()
        .is_none_or(|original| original.kind(&["env"]).is_none());
    if made_env && !before.names(&["env"]).is_empty() && after.names(&["env"]).is_empty() {
        // An earlier `env` that this one overrides must not come to life.
        if !after.repeats(&["env"]) {
            after.remove(&["env"]);
        }
    }
    let known = original.is_some() || noted.is_some();
    let warnings = warnings(&before, &after, known);
    let mut plan = finish(current, &before, &after, warnings, path)?;
    plan.lost_original = if kept.is_some() && !known {
        Some(Warning::new(
            "KEPT_ORIGINAL_INVALID",
            "the kept original cannot be read, so earlier values could not be put back",
        ))
    } else if kept.is_none() && switches_on(&before) && !switches_on(&after) {
        Some(Warning::new(
            KEPT_ORIGINAL_MISSING,
            "nothing is kept from before the first apply, so earlier values, if there were any, cannot be put back",
        ))
    } else {
        None
    };
    if noted.is_some() {
        plan.keep = Keep::Discard;
    }
    if let (Some(original), Some(kept)) = (original, kept) {
        plan.keep = Keep::Discard;
        if after.same_as(&original) {
            plan.bytes = (kept != ABSENT).then(|| kept.to_vec());
        }
    }
    Ok(plan)
}

/// Every key of ours back to what the original holds.
fn restore(after: &mut Document, original: &Document) -> std::result::Result<(), Problem> {
    for key in KEYS {
        let path = key.path;
        let present = after.kind(path).is_some();
        let ours = match key.claim {
            Claim::Whole => true,
            // What an apply took out: only that can be missing through us.
            _ if !present => key.claim == Claim::Stale || is_ours(original, key),
            Claim::Stale => false,
            Claim::BedrockModel | Claim::Command => is_ours(after, key),
        };
        if !ours {
            continue;
        }
        if original.kind(path).is_some() {
            after.copy(path, original)?;
        } else {
            after.remove(path);
        }
    }
    Ok(())
}

/// Without an original: what names Bedrock, and where Bedrock was on what turns it on.
fn take_out(after: &mut Document) {
    let configured = switches_on(after);
    if holds_bedrock_model(after, keys::SMALL_FAST) {
        after.remove(keys::SMALL_FAST_REGION);
    }
    for key in KEYS {
        let goes = match key.path {
            keys::USE_BEDROCK | keys::PROFILE | keys::REGION => configured,
            keys::ENV_MODEL => holds_bedrock_model(after, key.path),
            path => match key.claim {
                Claim::BedrockModel => holds_bedrock_model(after, path),
                Claim::Command => configured && is_ours(after, key),
                Claim::Whole | Claim::Stale => false,
            },
        };
        if goes {
            after.remove(key.path);
        }
    }
}

fn warnings(before: &Document, after: &Document, restored: bool) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if restored && switches_on(after) {
        let message = "the settings from before the first apply had Bedrock on too, and are back";
        warnings.push(Warning::new(BEDROCK_STILL_ON, message).suggest("claude-bedrock reset"));
    }
    // What came back may name one too.
    let own = KEYS.iter().map(|key| key.path);
    for path in keys::OTHER_MODELS.into_iter().chain(own) {
        if !switches_on(after) && !bedrock_models_at(after, path).is_empty() {
            let name = path.join(".");
            let message =
                format!("`{name}` names a model on Bedrock, which the Anthropic API does not know");
            let step = format!("take `{name}` out of the file");
            warnings.push(Warning::new("BEDROCK_MODEL_LEFT", message).suggest(step));
        }
    }
    let caps = [keys::THINKING, keys::OUTPUT];
    let caps = caps.iter().filter(|path| after.kind(path).is_some());
    let caps: Vec<String> = caps.map(|path| format!("`{}`", path.join("."))).collect();
    if !caps.is_empty() && switches_on(before) && !restored {
        let message = format!(
            "left, because nothing tells who set it: {}",
            caps.join(", ")
        );
        let step = format!("to let nothing cap answers: {LIFT}");
        warnings.push(Warning::new("CAPS_LEFT", message).suggest(step));
    }
    warnings
}
