//! From what a user asks for (`opus`, `Claude Opus 4.5`, `eu.sonnet`, an id, an ARN) to one exact id.

mod refusal;
mod wish;

use super::choice::claude_profiles;
use super::id::split_one_m;
use super::{Arn, Family, ListedModel, ModelId, label};
use crate::error::{Code, Error, Result};
use refusal::{ambiguous, not_found, reject_foreign};
pub use refusal::{elsewhere, in_region_only, not_claude};
use wish::{Wish, contains_words, is_name_of, split_geography};

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
/// 2. the ARN of an application profile or of provisioned throughput, and one of another account, as it stands;
/// 3. a name of the listing (`US Anthropic Claude Opus 4.5`), in any case, also without its geography;
/// 4. a family (`opus`), or a family and a version in any spelling (`Opus 4.5`, `claude-opus-4-5`);
/// 5. a part of an id that ends where its words end (`opus-4`, with a warning where that is Opus 4.5; not `a`). A part
///    that is an id itself (`us.anthropic.claude-opus-4-5`) means its own release alone.
///
/// 3 to 5 may start with a geography (`eu.opus`), which then is a demand. Without one, the first of
/// `geographies` (see [`super::geographies_of_region`]) that fits wins: people who type a family
/// want the requests to stay where their region is, so a newer release elsewhere is only mentioned.
/// A family means its newest release; anything else that fits several models of that geography is ambiguous, two
/// dates of one release (`3-5-sonnet`) as well.
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
        if text.starts_with("arn:") {
            let id = model.invoked_as();
            warnings.push(format!("{text} is not listed; {id} is the same model"));
        }
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
    if let Some(model) = listed.iter().find(|model| model.is(text)) {
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
    let id = ModelId::parse(text);
    let opaque = id.filter(|id| {
        let unlisted = |arn: Arn<'_>| id.family == Family::Unknown || is_of_others(arn, listed);
        id.arn.is_some_and(unlisted)
    });
    Ok(opaque.map(|id| (text, Some(id))))
}

/// Whether an ARN is of another account than those listed, so that the listing says nothing of it.
fn is_of_others(arn: Arn<'_>, listed: &[ListedModel]) -> bool {
    let mut accounts = listed
        .iter()
        .filter_map(|model| Some(ModelId::parse(model.arn.as_deref()?)?.arn?.account))
        .filter(|account| !account.is_empty())
        .peekable();
    !arn.account.is_empty()
        && accounts.peek().is_some()
        && accounts.all(|account| account != arn.account)
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
    if let Some(model) = find_by_name(text, listed)? {
        return Ok(model);
    }
    let (demanded, rest) = split_geography(text, listed);
    let pool: Vec<Listed<'m>> = claude_profiles(listed)
        .filter(|(_, id)| demanded.is_none() || id.geography == demanded)
        .collect();
    let (mut fits, any_release) = find_fitting(rest, &pool);
    let wished = Wish::parse(rest).filter(|wish| wish.release.is_some());
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
    if any_release {
        fits.retain(|(_, id)| Some(id.version) == newest);
    }
    let &[(model, id)] = fits.as_slice() else {
        return Err(ambiguous(text, &models_of(&fits)));
    };
    if wished.is_some_and(|wish| !wish.fits(&id)) {
        warnings.push(format!(
            "no model listed is '{text}'; {} has it in its id",
            model.id
        ));
    }
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

/// Rule 3 of [`resolve`].
fn find_by_name<'m>(text: &str, listed: &'m [ListedModel]) -> Result<Option<&'m ListedModel>> {
    let named: Vec<&ListedModel> = listed
        .iter()
        .filter(|model| model.parsed().is_some())
        .filter(|model| {
            let name = model.name.as_deref();
            name.is_some_and(|name| name.eq_ignore_ascii_case(text))
        })
        .collect();
    match named.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        several => Err(ambiguous(text, several)),
    }
}

/// A listed model with its id taken apart.
type Listed<'m> = (&'m ListedModel, ModelId<'m>);

/// Rules 4 and 5 of [`resolve`]: what of `pool` a text without a geography means, and whether any release will do.
fn find_fitting<'m>(text: &str, pool: &[Listed<'m>]) -> (Vec<Listed<'m>>, bool) {
    // `anthropic.claude-opus-5` is a part of Opus 5.5's id too, and means Opus 5.
    let is_it = |model: &ListedModel| {
        let own = model.id.split_once('.');
        own.is_some_and(|(_, own)| own == text)
    };
    let fitting = |fits: &dyn Fn(&Listed<'m>) -> bool| -> Vec<Listed<'m>> {
        pool.iter().filter(|it| fits(it)).copied().collect()
    };
    let named = |model: &ListedModel| {
        let name = model.name.as_deref();
        name.is_some_and(|name| is_name_of(name, text))
    };
    let mut exactly = fitting(&|(model, _)| is_it(model));
    if exactly.is_empty() {
        exactly = fitting(&|(model, _)| named(model));
    }
    if !exactly.is_empty() {
        return (exactly, false);
    }
    if let Some(wish) = Wish::parse(text) {
        let wished = fitting(&|(_, id)| wish.fits(id));
        if !wished.is_empty() {
            return (wished, wish.release.is_none());
        }
    }
    // `5` is a part of `5-5`, and another version.
    let release = ModelId::parse(text).filter(|id| id.version.release() != (0, 0));
    let of_release = |id: &ModelId<'_>| release.is_none_or(|it| it.same_release(id));
    (
        fitting(&|(model, id)| contains_words(&model.id, text) && of_release(id)),
        false,
    )
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

fn models_of<'m>(fits: &[Listed<'m>]) -> Vec<&'m ListedModel> {
    fits.iter().map(|(model, _)| *model).collect()
}

#[cfg(test)]
mod tests;
