//! Whether the configured model is one that AWS lists.

use super::Check;
use crate::claude::models::{
    self, Arn, Family, ListedModel, ModelId, geographies_of_region, without_one_m,
};
use crate::commands::facts::{Facts, Sourced};
use crate::error::{Code, Error};
use crate::shell::quote;

/// The resource of an account's own inference profiles.
const OWN: &str = "application-inference-profile";

/// Checks what Claude Code will send. A family is what its pin says, else Claude Code's own choice.
///
/// `complete`: whether the account's own profiles are in the listing too.
pub(super) fn check(facts: &Facts<'_>, listed: &[ListedModel], complete: bool) -> Check {
    let Some(chosen) = &facts.model else {
        return Check::passed("No model is set; Claude Code takes its default");
    };
    let model = chosen.value.as_str();
    let bare = without_one_m(model);
    // Claude Code knows its own words in any case.
    let word = bare.to_ascii_lowercase();
    let family = Family::from_word(&word);
    if Family::ALIASED.contains(&family) {
        if let Some((_, pin)) = facts.pins.iter().find(|(pinned, _)| *pinned == family) {
            return check_id(facts, pin, listed, complete);
        }
        let newest = listed
            .iter()
            .find(|it| it.parsed().is_some_and(|id| id.family == family));
        return match newest {
            Some(_) => Check::passed(format!(
                "Models named `{bare}` are available; Claude Code chooses one"
            )),
            None => check_id(facts, chosen, listed, complete),
        };
    }
    if bare == "default" {
        let error = Error::new(
            Code::ModelInvalid,
            "Claude Code sends `default` itself as the model's id, which Bedrock does not know",
        );
        return Check::failed(&step(facts, chosen, listed, None, error));
    }
    if matches!(word.as_str(), "best" | "opusplan") {
        return Check::passed(format!("Claude Code chooses the model for `{bare}`"));
    }
    check_id(facts, chosen, listed, complete)
}

/// Adds the step that writes a model that works in place of `value`: `id`, else the recommended one.
fn step(
    facts: &Facts<'_>,
    value: &Sourced,
    listed: &[ListedModel],
    id: Option<String>,
    error: Error,
) -> Error {
    let region = &facts.region.used.value;
    let proposal = || models::recommended(listed, geographies_of_region(region));
    let id = id.or_else(|| Some(proposal()?.invoked_as().to_owned()));
    let is_main = facts.model.as_ref() == Some(value);
    match (id, &facts.profile) {
        (Some(id), Some(profile)) if is_main => error.suggest(format!(
            "claude-bedrock apply-config --profile={} --region={} --model={}",
            quote(&profile.value),
            quote(region),
            quote(&id)
        )),
        (Some(id), _) => error.suggest(format!(
            "write {id} as `{}` in {}",
            value.key().unwrap_or_default(),
            value.origin.place(facts.env)
        )),
        (None, _) => error.suggest("claude-bedrock models"),
    }
}

fn check_id(facts: &Facts<'_>, value: &Sourced, listed: &[ListedModel], complete: bool) -> Check {
    let model = value.value.as_str();
    let region = facts.region.used.value.as_str();
    let bare = without_one_m(model);
    if listed.iter().any(|it| it.is(bare)) {
        return Check::passed(format!("Model {model} is available"));
    }
    if listed.iter().any(|it| it.anthropic_id() == Some(bare)) {
        return Check::passed(format!(
            "Claude Code translates `{model}`, and that model is available"
        ));
    }
    let parsed = ModelId::parse(bare);
    // An address of the user's own may lead to any region.
    let gateway = facts.stack.effective_env("ANTHROPIC_BEDROCK_BASE_URL");
    if gateway.is_none()
        && let Some(error) = models::elsewhere(bare, region, listed)
    {
        // The same release, as it is listed here.
        let alike = error
            .details
            .iter()
            .find_map(|(_, ids)| ids.get(0)?.as_str());
        let alike = alike.map(str::to_owned);
        return Check::failed(&step(facts, value, listed, alike, error));
    }
    let arn = parsed.and_then(|id| id.arn);
    if let Some(arn) = arn.filter(|arn| arn.resource != "foundation-model") {
        if !would_be_listed(&arn, region, listed, complete) {
            return Check {
                passed: false,
                ..Check::skipped(format!(
                    "{model} is of another account, or could not be listed: whether it works cannot be told"
                ))
            };
        }
        let error = not_listed(model, region);
        return Check::failed(&step(facts, value, listed, None, error));
    }
    match models::resolve(model, listed, geographies_of_region(region)) {
        Ok(meant) => {
            let what = match parsed {
                Some(_) => "which is no inference profile listed here",
                None => "which is no model id",
            };
            let error = Error::new(
                Code::ModelNotFound,
                format!("Claude Code sends `{model}`, {what}"),
            );
            Check::failed(&step(facts, value, listed, Some(meant.id), error))
        }
        Err(error) => Check::failed(&step(facts, value, listed, None, error)),
    }
}

/// Whether AWS would have listed what the ARN names: it lists the inference profiles of one account in one region.
///
/// `complete`: whether the account's own profiles are in the listing too.
pub fn would_be_listed(
    arn: &Arn<'_>,
    region: &str,
    listed: &[ListedModel],
    complete: bool,
) -> bool {
    let account =
        |it: &ListedModel| Some(ModelId::parse(it.arn.as_deref()?)?.arn?.account == arn.account);
    let of_a_kind_listed = arn.resource == "inference-profile" || (complete && arn.resource == OWN);
    of_a_kind_listed && arn.region == region && listed.iter().any(|it| account(it) == Some(true))
}

/// That AWS would list the model, and does not.
pub fn not_listed(model: &str, region: &str) -> Error {
    let message =
        format!("{model} is none of the Claude models that AWS lists for its account in {region}");
    Error::new(Code::ModelNotFound, message)
}
