//! Why a model asked for is not taken, and what to ask for instead.

use crate::claude::models::choice::{claude_profiles, recommended, show_global_first};
use crate::claude::models::id::names_bedrock_model;
use crate::claude::models::{Family, ListedModel, ModelId, fits_region, geographies_of_region};
use crate::error::{Code, Error, Result};
use crate::nearest::nearest;

/// Refuses what cannot be a Claude model.
pub(super) fn reject_foreign(text: &str) -> Result<()> {
    if text.is_empty() {
        return Err(Error::new(Code::ModelInvalid, "no model is named")
            .suggest("pass --model with an id, a name or a family such as opus"));
    }
    if ModelId::parse(text).is_some() {
        return Ok(());
    }
    if text.starts_with("arn:") {
        return Err(Error::new(
            Code::ModelInvalid,
            format!("'{text}' is not the ARN of a Claude model or an inference profile"),
        )
        .suggest("copy the ARN from: aws bedrock list-inference-profiles"));
    }
    if names_bedrock_model(text) && !text.contains("anthropic.") {
        return Err(not_claude(text));
    }
    Ok(())
}

/// Why a model cannot be called from `region`, with the ids of it that can: those listed or, without a listing, those of
/// the region's geographies. `None` for one that fits and for what only a listing can tell.
pub fn elsewhere(wanted: &str, region: &str, listed: &[ListedModel]) -> Option<Error> {
    if fits_region(wanted, region) {
        return None;
    }
    let id = ModelId::parse(wanted)?;
    let fitting = fitting(&id, region, listed);
    let home = id.arn.map(|arn| arn.region).filter(|home| *home != region);
    let whose = home.map_or_else(String::new, |home| format!(" is of {home} and"));
    let other = home.map_or_else(
        || "another --region".to_owned(),
        |home| format!("--region {home}"),
    );
    let step = if fitting.is_empty() {
        format!("pass {other}, or a model of this region: claude-bedrock models")
    } else {
        format!("pass --model {}, or {other}", fitting.join(" or "))
    };
    let message = format!("{wanted}{whose} takes no requests from {region}");
    let error = Error::new(Code::ModelElsewhere, message).suggest(step);
    Some(error.detail("available", fitting))
}

/// What to say of a model that is called in its region alone, which most models refuse, and what to pass instead.
pub fn in_region_only(
    id: &ModelId<'_>,
    region: &str,
    listed: &[ListedModel],
) -> Option<(String, String)> {
    id.is_in_region().then(|| {
        let fitting = fitting(id, region, listed).join(" or ");
        (
            format!(
                "{} is no inference profile, and most models answer only through one",
                id.text
            ),
            if fitting.is_empty() {
                "choose one of: claude-bedrock models".to_owned()
            } else {
                format!("pass --model {fitting}")
            },
        )
    })
}

/// The ids of that model that take requests from `region`: those listed or, without a listing, those of the region's
/// geographies.
fn fitting(id: &ModelId<'_>, region: &str, listed: &[ListedModel]) -> Vec<String> {
    if id.family == Family::Unknown {
        return Vec::new();
    }
    if listed.is_empty() {
        let bare = id.bare();
        let model = bare
            .split_once("anthropic.")
            .map_or(bare, |(_, model)| model);
        let words = geographies_of_region(region).iter();
        return words
            .map(|word| format!("{word}.anthropic.{model}"))
            .collect();
    }
    let alike = claude_profiles(listed).filter(|(_, other)| other.same_release(id));
    alike.map(|(model, _)| model.id.clone()).collect()
}

/// Another maker's model.
pub fn not_claude(text: &str) -> Error {
    Error::new(
        Code::ModelInvalid,
        format!("'{text}' is not a Claude model, and Claude Code runs no other"),
    )
    .suggest("claude-bedrock models")
}

/// Several models fit.
pub(super) fn ambiguous(text: &str, candidates: &[&ListedModel]) -> Error {
    let ids: Vec<String> = candidates
        .iter()
        .map(|model| model.invoked_as().to_owned())
        .collect();
    Error::new(
        Code::ModelAmbiguous,
        format!("'{text}' fits {} models: {}", ids.len(), ids.join(", ")),
    )
    .suggest("pass one of these ids to --model")
    .detail("candidates", ids)
}

/// No model fits; names the nearest.
pub(super) fn not_found(text: &str, listed: &[ListedModel], geographies: &[&str]) -> Error {
    let mut available: Vec<ListedModel> = listed
        .iter()
        .filter(|model| model.parsed().is_some())
        .cloned()
        .collect();
    show_global_first(&mut available);
    let lower = text.to_ascii_lowercase();
    let family_of =
        |model: &ListedModel| model.parsed().map_or("", |id| id.family.word()).to_owned();
    let families: Vec<String> = available.iter().map(family_of).collect();
    let meant = families
        .iter()
        .find(|family| lower.contains(family.as_str()))
        .map(String::as_str)
        .or_else(|| nearest(&lower, families.iter().map(String::as_str)));
    let mut alike = available.clone();
    alike.retain(|model| meant.is_some_and(|family| family == family_of(model)));
    // An id with another date or revision, or of another geography, means its release.
    let wanted = ModelId::parse(text);
    let mut same = alike.clone();
    same.retain(|model| {
        let found = model.parsed();
        found.is_some_and(|id| wanted.is_some_and(|wanted| id.same_release(&wanted)))
    });
    let proposal = [&same, &alike, &available]
        .into_iter()
        .find_map(|models| recommended(models, geographies))
        .or(available.first());
    let (message, step) = match proposal {
        Some(model) => (
            format!("model '{text}' is not among the Claude models listed here"),
            format!(
                "pass --model {}, or see them all with: claude-bedrock models",
                model.invoked_as()
            ),
        ),
        None => (
            format!("model '{text}' is not listed, and neither is any other Claude model"),
            "ask for access to Anthropic's models in the Bedrock console, or pass another --region"
                .to_owned(),
        ),
    };
    let ids: Vec<String> = available
        .iter()
        .map(|model| model.invoked_as().to_owned())
        .collect();
    Error::new(Code::ModelNotFound, message)
        .suggest(step)
        .detail("available", ids)
}
