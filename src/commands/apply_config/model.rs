//! The model that the user asked for as one exact id, checked with AWS or with the listing kept from the last time.

use crate::aws::credentials::Credentials;
use crate::aws::regions::has_bedrock;
use crate::claude::keys::pin_of;
use crate::claude::models::{
    self, ListedModel, ModelId, Resolved, fits_region, geographies_of_region, geography_for,
    without_one_m,
};
use crate::commands::Context;
use crate::commands::ask_bedrock::{
    Asker, Caller, find_kept, listed, no_access, of_others, refusal,
};
use crate::commands::test_bedrock::model::{not_listed, would_be_listed};
use crate::error::{Code, Error, Result};
use crate::exec;
use crate::report::Warning;
use crate::shell::{option, quote};
use crate::time::describe_span;

/// What is asked.
pub struct Question<'q> {
    /// The surroundings and the options.
    pub context: &'q Context<'q>,
    /// Who asks.
    pub caller: Caller,
    /// What the files say of the caller's credentials.
    pub credentials: &'q Credentials,
    /// The region to look in.
    pub region: &'q str,
    /// What the user asked for.
    pub model: &'q str,
    /// Whether pins are wished for.
    pub pin: bool,
    /// Whether requests go to an address of the user's own, which may lead to any region.
    pub gateway: bool,
    /// A listing that AWS has just given.
    pub listing: Option<&'q [ListedModel]>,
}

/// The answer.
pub(super) struct Choice {
    /// The exact id or ARN.
    pub(super) model: String,
    /// The pins, where they are wished for.
    pub(super) pins: Vec<(&'static [&'static str], String)>,
    /// Whether AWS lists the model now.
    pub(super) verified: bool,
    pub(super) warnings: Vec<Warning>,
}

/// Chooses by one listing; offline by the kept one, where the id is not exact already.
///
/// # Errors
/// Those of the credentials and of the listing, some with the regions that do have access;
/// `MODEL_INVALID`, `MODEL_NOT_FOUND`, `MODEL_AMBIGUOUS`; offline `LISTING_MISSING`.
pub(super) fn choose(question: &Question<'_>) -> Result<Choice> {
    let choice = if question.context.options.offline {
        choose_offline(question)
    } else {
        choose_listed(question)
    };
    choice.map_err(|mut error| {
        // To be pasted: it lists what this question was about.
        const MODELS: &str = "claude-bedrock models";
        if let (Some(step), Some(profile)) = (&mut error.suggestion, &question.caller.profile) {
            let region = question.region;
            let full = format!(
                "{MODELS} {} --region {region}",
                option("--profile", profile)
            );
            *step = step.replace(MODELS, &full);
        }
        error
    })
}

fn choose_listed(question: &Question<'_>) -> Result<Choice> {
    let (listing, mut warnings) = match question.listing {
        Some(listing) => (listing.to_vec(), Vec::new()),
        None => list(question)?,
    };
    // Of a listing that was handed over nobody knows here.
    let complete = question.listing.is_none() && warnings.is_empty();
    let Question {
        model,
        region,
        gateway,
        ..
    } = *question;
    check_region(model, region, gateway, &listing)?;
    let resolved = models::resolve(
        question.model,
        &listing,
        geographies_of_region(question.region),
    )?;
    let bare = without_one_m(&resolved.id);
    let verified = listing.iter().any(|model| model.is(bare));
    if !verified {
        let arn = ModelId::parse(bare).and_then(|id| id.arn);
        if arn.is_some_and(|arn| would_be_listed(&arn, region, &listing, complete)) {
            return Err(not_listed(bare, region).suggest("claude-bedrock models"));
        }
        warnings.push(unverified(question, bare));
    }
    Ok(finish(question, resolved, &listing, verified, warnings))
}

/// What AWS does not list cannot be checked. What is of another account it never lists.
fn unverified(question: &Question<'_>, model: &str) -> Warning {
    let account = ModelId::parse(model)
        .and_then(|id| id.arn)
        .map(|arn| arn.account);
    let own = question.caller.account.as_deref();
    let message = match (account, own) {
        (Some(theirs), Some(own)) if theirs != own && !theirs.is_empty() => format!(
            "{model} is of the account {theirs}, and the profile of {own}, so it could not be checked"
        ),
        _ => format!(
            "{model} is not among the models that AWS lists for this profile, so it could not be checked"
        ),
    };
    Warning::new("MODEL_UNVERIFIED", message).suggest("claude-bedrock test-bedrock")
}

/// Refuses a model that takes no requests from the region. One that is listed there does, and a gateway may be anywhere.
///
/// # Errors
/// `MODEL_ELSEWHERE`, with the ids that fit.
pub fn check_region(
    model: &str,
    region: &str,
    gateway: bool,
    listing: &[ListedModel],
) -> Result<()> {
    let wanted = without_one_m(model.trim());
    if gateway || listing.iter().any(|model| model.is(wanted)) {
        return Ok(());
    }
    models::elsewhere(wanted, region, listing).map_or(Ok(()), Err)
}

fn choose_offline(question: &Question<'_>) -> Result<Choice> {
    let exact = models::exact(question.model)?;
    let kept = find_kept(question.context, &question.caller, question.region);
    let missing = |what: &str| {
        Error::new(
            Code::ListingMissing,
            format!("{what}, and no listing is kept for this profile and {}", question.region),
        )
        .suggest("leave --offline out, or give a full id such as global.anthropic.claude-opus-4-5-20251101-v1:0")
    };
    let mut warnings = Vec::new();
    if let Some(at) = kept.as_ref().and_then(|kept| kept.kept_at)
        && (exact.is_none() || question.pin)
    {
        let age = describe_span(question.context.env.now - at);
        let message = format!("AWS was not asked; the models are those that it listed {age} ago");
        warnings.push(Warning::new("LISTING_KEPT", message));
    }
    if let Some(kept) = &kept {
        let wanted = without_one_m(question.model.trim());
        if kept.others.iter().any(|other| other == wanted) {
            return Err(models::not_claude(wanted));
        }
    }
    let listing = kept.map(|kept| kept.models);
    let known = listing.as_deref().unwrap_or_default();
    check_region(question.model, question.region, question.gateway, known)?;
    if question.pin && listing.is_none() {
        let error = missing("what to pin takes a listing to tell");
        return Err(error.suggest("leave --offline out, or --pin"));
    }
    let resolved = match (exact, &listing) {
        (Some(exact), _) => {
            let id = ModelId::parse(&exact.id);
            let told = id.and_then(|id| models::in_region_only(&id, question.region, known));
            warnings.extend(told.map(|(message, step)| {
                Warning::new("MODEL_IN_REGION_ONLY", message).suggest(step)
            }));
            exact
        }
        (None, Some(listing)) => models::resolve(
            question.model,
            listing,
            geographies_of_region(question.region),
        )?,
        (None, None) => {
            return Err(missing(&format!(
                "`{}` is no exact model id",
                question.model
            )));
        }
    };
    Ok(finish(
        question,
        resolved,
        &listing.unwrap_or_default(),
        false,
        warnings,
    ))
}

/// One listing, and what it lacks; where the region gives no access, the error names those that do.
///
/// # Errors
/// Those of the credentials and of the listing; where other regions give access, with the detail `regions`.
pub fn list(question: &Question<'_>) -> Result<(Vec<ListedModel>, Vec<Warning>)> {
    let Question {
        caller,
        credentials,
        region,
        ..
    } = question;
    if let Some(error) = refusal(credentials) {
        return Err(error);
    }
    let asker = Asker::new(question.context)?;
    let mut listed_nothing = false;
    let why = if has_bedrock(region) == Some(false) {
        no_access(region)
    } else {
        match asker.list(caller, region, true) {
            Ok(profiles) => {
                let models = listed(&profiles);
                let wanted = without_one_m(question.model.trim());
                if of_others(&profiles).iter().any(|other| other == wanted) {
                    return Err(models::not_claude(wanted));
                }
                if !models.is_empty() {
                    return Ok((models, asker.remarks(caller, region)));
                }
                // Bedrock answers, with models of other makers: this is not a wrong region.
                if !profiles.is_empty() {
                    let profile = caller.profile.as_deref().unwrap_or_default();
                    return Err(no_access(region).suggest(format!(
                        "find a region with access: claude-bedrock get-aws-context --check-bedrock --profile {}",
                        quote(profile)
                    )));
                }
                listed_nothing = true;
                no_access(region)
            }
            Err(error) => error,
        }
    };
    let elsewhere = match why.code {
        Code::BedrockAccessDenied | Code::RegionInvalid => true,
        // The name of an unknown region leads nowhere, which looks like no network.
        Code::NetworkError => has_bedrock(region).is_none(),
        _ => false,
    };
    if !elsewhere {
        return Err(why);
    }
    let regions = asker.regions_with_access(caller, region);
    exec::check_interrupted()?;
    let mut error = why;
    let refused = error.code == Code::BedrockAccessDenied;
    let step = match regions.first() {
        // Nobody's permission: the region itself is wrong, or the network down.
        None if !refused || has_bedrock(region) == Some(false) => return Err(error),
        None => format!(
            "ask for access to Claude models on the Bedrock console{}; --offline writes an exact id unchecked",
            // An empty listing was allowed.
            if listed_nothing {
                ""
            } else {
                ", or for the permission bedrock:ListInferenceProfiles"
            }
        ),
        Some(first) => {
            let there = format!(
                "Bedrock gives this profile access in: {}",
                regions.join(", ")
            );
            if !refused {
                // What to do about this region stays the first step.
                error.message += &format!("; {there}");
                return Err(error.detail("regions", regions));
            }
            format!("pass --region {first}; {there}")
        }
    };
    error.suggestion = Some(step);
    Err(error.detail("regions", regions))
}

fn finish(
    question: &Question<'_>,
    resolved: Resolved,
    listing: &[ListedModel],
    verified: bool,
    mut warnings: Vec<Warning>,
) -> Choice {
    let told = resolved.warnings.into_iter();
    warnings.extend(told.map(|message| Warning::new("MODEL_CHOICE", message)));
    let region = question.region;
    if question.gateway && !fits_region(&resolved.id, region) {
        let message = format!("{} takes no requests from {region}", resolved.id);
        let step = "make sure that your address leads to a region that does";
        warnings.push(Warning::new("MODEL_ELSEWHERE", message).suggest(step));
    }
    let mut pins = Vec::new();
    if question.pin {
        for (family, id) in &models::pins(listing, geography_for(&resolved.id, region)) {
            pins.extend(pin_of(family).map(|key| (key, (*id).to_owned())));
        }
        if pins.is_empty() {
            warnings.push(Warning::new(
                "NOTHING_TO_PIN",
                "no family has a model in the geography of this one",
            ));
        }
    }
    Choice {
        model: resolved.id,
        pins,
        verified,
        warnings,
    }
}
