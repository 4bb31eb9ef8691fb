//! From what a user asks for (`opus`, `Claude Opus 4.5`, `eu.sonnet`, an id, an ARN) to one exact id.

use super::choice::{claude_profiles, recommended, show_global_first};
use super::id::{is_geography, names_bedrock_model, split_one_m};
use super::{Family, ListedModel, ModelId, label};
use crate::error::{Code, Error, Result};

/// A model to write, and what to tell its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The exact id or ARN, with `[1m]` where asked for.
    pub id: String,
    /// Sentences without a full stop: a newer one elsewhere, another geography than the region's.
    pub warnings: Vec<String>,
}

/// Resolves what the user asked for against a listing.
///
/// Tried in this order; the first that fits anything decides:
/// 1. an id or ARN of the listing, exactly (ids are case-sensitive);
/// 2. the ARN of an application profile or of provisioned throughput, as it stands;
/// 3. a name of the listing (`US Anthropic Claude Opus 4.5`), in any case;
/// 4. a family (`opus`), or a family and a version in any spelling (`Opus 4.5`, `claude-opus-4-5`);
/// 5. a part of an id that ends where its words end (`opus-4`; not `a`).
///
/// 3 to 5 may start with a geography (`eu.opus`), which then is a demand. Without one, the first of
/// `geographies` (see [`super::geographies_of_region`]) that fits wins: people who type a family
/// want the requests to stay where their region is, so a newer release elsewhere is only mentioned.
/// A family means its newest release; anything else that fits several releases is ambiguous.
///
/// # Errors
/// `MODEL_INVALID` for another maker's model, a malformed ARN, or `[1m]` on a model without it;
/// `MODEL_NOT_FOUND` (detail `available`); `MODEL_AMBIGUOUS` (detail `candidates`).
pub fn resolve(wanted: &str, listed: &[ListedModel], geographies: &[&str]) -> Result<Resolved> {
    let (text, one_m) = split_one_m(wanted.trim());
    let mut warnings = Vec::new();
    let (value, id) = if let Some(found) = find_exact(text, listed)? {
        found
    } else {
        let model = find_by_wish(text, listed, geographies, &mut warnings)?;
        (model.invoked_as(), model.parsed())
    };
    Ok(Resolved {
        id: with_one_m(value, id, one_m, &mut warnings)?,
        warnings,
    })
}

/// What can be written without a listing: a well-formed Claude id or ARN, as it stands.
/// `None` for what only a listing can tell (`opus`).
///
/// # Errors
/// `MODEL_INVALID` as in [`resolve`].
pub fn exact(wanted: &str) -> Result<Option<Resolved>> {
    let (text, one_m) = split_one_m(wanted.trim());
    let Some(id) = ModelId::parse(text) else {
        return reject_foreign(text).map(|()| None);
    };
    let mut warnings = Vec::new();
    Ok(Some(Resolved {
        id: with_one_m(text, Some(id), one_m, &mut warnings)?,
        warnings,
    }))
}

/// An id or ARN that needs no interpretation, with its meaning where it has one.
fn find_exact<'t>(
    text: &'t str,
    listed: &'t [ListedModel],
) -> Result<Option<(&'t str, Option<ModelId<'t>>)>> {
    let is_it = |model: &&ListedModel| model.id == text || model.arn.as_deref() == Some(text);
    if let Some(model) = listed.iter().find(is_it) {
        let id = model.parsed();
        // An application profile may hide its model; then its owner's word counts.
        if id.is_none() && !(model.application && model.model_id.is_none()) {
            return Err(not_claude(text));
        }
        let value = if text.starts_with("arn:") {
            text
        } else {
            model.invoked_as()
        };
        return Ok(Some((value, id)));
    }
    reject_foreign(text)?;
    let opaque = ModelId::parse(text).filter(|id| id.arn.is_some() && id.family == Family::Unknown);
    Ok(opaque.map(|id| (text, Some(id))))
}

/// Refuses what cannot be a Claude model.
fn reject_foreign(text: &str) -> Result<()> {
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

/// Rules 3 to 5 of [`resolve`].
fn find_by_wish<'m>(
    text: &str,
    listed: &'m [ListedModel],
    geographies: &[&str],
    warnings: &mut Vec<String>,
) -> Result<&'m ListedModel> {
    // The id inside an ARN that is not listed (a foundation model, another region's profile).
    let text = ModelId::parse(text).map_or(text, |id| id.bare());
    let named: Vec<&ListedModel> = listed
        .iter()
        .filter(|model| model.parsed().is_some())
        .filter(|model| {
            let name = model.name.as_deref();
            name.is_some_and(|name| name.eq_ignore_ascii_case(text))
        })
        .collect();
    match named.as_slice() {
        [] => {}
        [one] => return Ok(one),
        several => return Err(ambiguous(text, several)),
    }

    let (demanded, rest) = split_geography(text, listed);
    let pool: Vec<(&ListedModel, ModelId<'m>)> = claude_profiles(listed)
        .filter(|(_, id)| demanded.is_none() || id.geography == demanded)
        .collect();
    let wish = Wish::parse(rest);
    let mut fits = pool.clone();
    fits.retain(|(_, id)| wish.as_ref().is_some_and(|wish| wish.fits(id)));
    let any_release = wish.is_some_and(|wish| wish.release.is_none()) && !fits.is_empty();
    if fits.is_empty() {
        fits = pool;
        fits.retain(|(model, _)| contains_words(&model.id, rest));
    }
    let Some(&(_, first)) = fits.first() else {
        return Err(not_found(text, listed, geographies));
    };
    if !any_release && fits.iter().any(|(_, id)| !id.same_release(&first)) {
        return Err(ambiguous(text, &models_of(&fits)));
    }

    let everywhere = fits.iter().map(|(_, id)| id.version).max();
    if let Some(word) = geographies
        .iter()
        .find(|word| fits.iter().any(|(_, id)| id.geography == Some(word)))
    {
        fits.retain(|(_, id)| id.geography == Some(word));
    }
    let newest = fits.iter().map(|(_, id)| id.version).max();
    fits.retain(|(_, id)| Some(id.version) == newest);
    let &[(model, id)] = fits.as_slice() else {
        return Err(ambiguous(text, &models_of(&fits)));
    };
    if demanded.is_none() {
        if let Some(home) = geographies
            .first()
            .filter(|word| id.geography != Some(word))
        {
            warnings.push(format!(
                "'{text}' is not listed for {}; {} is for {}",
                label(Some(home)),
                model.id,
                label(id.geography),
            ));
        }
        if any_release && everywhere > newest {
            warnings.push(format!(
                "{id} is the newest of its family for {}, and a newer one is listed for another geography",
                label(id.geography),
            ));
        }
    }
    Ok(model)
}

/// A family, and maybe which release of it.
struct Wish {
    family: String,
    release: Option<(u8, u8)>,
    date: Option<u32>,
}

impl Wish {
    /// `opus`, `Opus 4.5`, `claude-3-5-sonnet-20241022`, `Claude Sonnet 4`: words and numbers in
    /// any order and case. `None` when anything else is in it.
    fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase().replace(['.', '_', ' '], "-");
        let words = lower.strip_prefix("claude-").unwrap_or(&lower);
        let spelled = format!("claude-{words}");
        let id = ModelId::parse_anthropic(&spelled)?;
        let plain = id.variant.is_empty() && id.version.revision == 0;
        plain.then(|| Wish {
            family: id.family.word().to_owned(),
            release: Some(id.version.release()).filter(|release| *release != (0, 0)),
            date: Some(id.version.date).filter(|date| *date != 0),
        })
    }

    fn fits(&self, id: &ModelId<'_>) -> bool {
        id.family.word() == self.family
            && self.release.is_none_or(|it| it == id.version.release())
            && self.date.is_none_or(|it| it == id.version.date)
    }
}

/// Takes `eu.` off `eu.opus`: a geography of the listing, or one that has a name.
fn split_geography<'t>(text: &'t str, listed: &[ListedModel]) -> (Option<&'t str>, &'t str) {
    let Some((word, rest)) = text.split_once('.') else {
        return (None, text);
    };
    let known = label(Some(word)) != word
        || claude_profiles(listed).any(|(_, id)| id.geography == Some(word));
    if is_geography(word) && known && !rest.is_empty() {
        (Some(word), rest)
    } else {
        (None, text)
    }
}

/// Whether `part` is in `id` without cutting a word or number of it in two.
fn contains_words(id: &str, part: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    !part.is_empty()
        && id.match_indices(part).any(|(start, found)| {
            let (before, after) = (id.get(..start), id.get(start + found.len()..));
            !joins(before.and_then(|text| text.chars().next_back()))
                && !joins(after.and_then(|text| text.chars().next()))
        })
}

/// Adds `[1m]` to a model that needs it. Only Opus 4.6 and later and Sonnet 4.6 take it; Sonnet 5
/// and later have that window anyway (model-config page of Claude Code's documentation).
fn with_one_m(
    value: &str,
    id: Option<ModelId<'_>>,
    one_m: bool,
    warnings: &mut Vec<String>,
) -> Result<String> {
    if !one_m {
        return Ok(value.to_owned());
    }
    let release = id.map(|id| id.version.release());
    let takes_it = match id.map(|id| id.family) {
        Some(Family::Opus) => release >= Some((4, 6)),
        Some(Family::Sonnet) if release >= Some((5, 0)) => {
            warnings.push("this model has the window of a million tokens without [1m]".to_owned());
            return Ok(value.to_owned());
        }
        Some(Family::Sonnet) => release == Some((4, 6)),
        Some(Family::Haiku) => false,
        // Nothing is known of these; Claude Code passes the wish on and Bedrock decides.
        _ => true,
    };
    if takes_it {
        return Ok(format!("{value}[1m]"));
    }
    let name = id.map_or_else(|| value.to_owned(), |id| id.to_string());
    Err(Error::new(
        Code::ModelInvalid,
        format!("{name} has no window of a million tokens"),
    )
    .suggest("leave [1m] out, or choose Opus 4.6 or later or Sonnet 4.6"))
}

fn models_of<'m>(fits: &[(&'m ListedModel, ModelId<'_>)]) -> Vec<&'m ListedModel> {
    fits.iter().map(|(model, _)| *model).collect()
}

fn not_claude(text: &str) -> Error {
    Error::new(
        Code::ModelInvalid,
        format!("'{text}' is not a Claude model, and Claude Code runs no other"),
    )
    .suggest("claude-bedrock models")
}

fn ambiguous(text: &str, candidates: &[&ListedModel]) -> Error {
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

fn not_found(text: &str, listed: &[ListedModel], geographies: &[&str]) -> Error {
    let mut available: Vec<ListedModel> = listed
        .iter()
        .filter(|model| model.parsed().is_some())
        .cloned()
        .collect();
    show_global_first(&mut available);
    let lower = text.to_ascii_lowercase();
    let mut alike = available.clone();
    alike.retain(|model| {
        let family = model.parsed().map_or("", |id| id.family.word());
        !family.is_empty() && lower.contains(family)
    });
    let nearest = recommended(&alike, geographies).or_else(|| recommended(&available, geographies));
    let (message, step) = match nearest {
        Some(model) => (
            format!("model '{text}' is not among the Claude models listed here"),
            format!(
                "pass --model {}, or see them all with: claude-bedrock models",
                model.id
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

#[cfg(test)]
mod tests;
