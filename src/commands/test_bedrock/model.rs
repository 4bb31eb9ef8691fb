//! Whether the configured model is one that AWS lists.

use super::Check;
use crate::claude::models::{self, Family, ListedModel, ModelId, geographies_of_region};
use crate::commands::facts::Facts;
use crate::error::{Code, Error};

/// Checks what Claude Code will send. A family is what its pin says, else Claude Code's own choice.
pub(super) fn check(facts: &Facts<'_>, listed: &[ListedModel]) -> Check {
    let region = &facts.region.used.value;
    let Some(model) = facts.model.as_ref().map(|model| model.value.as_str()) else {
        return Check::passed("No model is set; Claude Code takes its default");
    };
    let bare = model.strip_suffix("[1m]").unwrap_or(model);
    let family = Family::from_word(bare);
    if Family::ALIASED.contains(&family) {
        if let Some((_, pin)) = facts.pins.iter().find(|(pinned, _)| *pinned == family) {
            return check_id(&pin.value, listed, region);
        }
        let newest = listed
            .iter()
            .find(|it| it.parsed().is_some_and(|id| id.family == family));
        return match newest {
            Some(_) => Check::passed(format!(
                "Models named `{bare}` are available; Claude Code chooses one"
            )),
            None => check_id(model, listed, region),
        };
    }
    if matches!(bare, "default" | "best" | "opusplan") {
        return Check::passed(format!("Claude Code chooses the model for `{bare}`"));
    }
    check_id(model, listed, region)
}

fn check_id(model: &str, listed: &[ListedModel], region: &str) -> Check {
    let bare = model.strip_suffix("[1m]").unwrap_or(model);
    if listed
        .iter()
        .any(|it| it.id == bare || it.arn.as_deref() == Some(bare))
    {
        return Check::passed(format!("Model {model} is available"));
    }
    let parsed = ModelId::parse(bare);
    if parsed.is_some_and(|id| id.arn.is_some() && id.family == Family::Unknown) {
        return Check::skipped(format!(
            "{model} is not among the models that AWS lists here, so it cannot be told"
        ));
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
            Check::failed(&error.suggest(format!(
                "write {} in its place, or run: claude-bedrock setup",
                meant.id
            )))
        }
        Err(error) => Check::failed(&error),
    }
}
