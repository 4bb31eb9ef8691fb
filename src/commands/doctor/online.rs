//! What only AWS can tell: who the caller is, and which models it may call.

use super::check::{Check, Finding, Group, fail, ok, skipped, warn};
use crate::commands::Context;
use crate::commands::facts::Facts;
use crate::commands::test_bedrock;
use crate::error::{Error, Result};

/// Asks, with as few runs of `aws` as `test-bedrock` needs, and one for its version.
pub(super) fn ask(context: &Context<'_>, facts: &Facts) -> Vec<Check> {
    let version = match ask_version(context) {
        Ok(found) => found,
        Err(error) => refused(&error),
    };
    let [caller, access, model] = ask_about_configuration(context, facts);
    let made = [
        ("AWS_CLI_VERSION", Group::Tools, version),
        ("CALLER", Group::Session, caller),
        ("MODEL_AVAILABLE", Group::Model, model),
        ("BEDROCK_ACCESS", Group::Network, access),
    ];
    let made = made.into_iter();
    made.map(|(code, group, found)| Check::new(context.env, code, group, found))
        .collect()
}

fn ask_version(context: &Context<'_>) -> Result<Finding> {
    let version = context.find_aws()?.version()?;
    Ok(match version.problem() {
        // Claude Code itself reads the session without `aws`.
        Some(problem) => with(warn(problem.message.clone()), &problem),
        None => ok(format!("`aws` is version {version}")),
    })
}

fn ask_about_configuration(context: &Context<'_>, facts: &Facts) -> [Finding; 3] {
    if !facts.on {
        return [(); 3].map(|()| skipped("Bedrock is not on"));
    }
    let test_bedrock::Checks {
        credentials,
        bedrock_access,
        model_available,
    } = test_bedrock::ask(context, facts);
    let access = after(&credentials, &bedrock_access);
    let model = after(&bedrock_access, &model_available);
    [found(&credentials), access, model]
}

/// A check that failed only because the one before did is not told as another problem.
fn after(before: &test_bedrock::Check, check: &test_bedrock::Check) -> Finding {
    if before.passed || check.passed {
        found(check)
    } else {
        skipped(check.message.clone())
    }
}

fn found(check: &test_bedrock::Check) -> Finding {
    if check.skipped {
        return skipped(check.message.clone());
    }
    if check.passed {
        return ok(check.message.clone());
    }
    let mut finding = fail(check.message.clone());
    if let Some(code) = check.code {
        finding = finding.code(code);
    }
    match &check.suggestion {
        Some(step) => finding.remedy(step),
        None => finding,
    }
}

fn refused(error: &Error) -> Finding {
    with(fail(error.message.clone()), error)
}

fn with(finding: Finding, error: &Error) -> Finding {
    let finding = finding.code(error.code.as_str());
    match &error.suggestion {
        Some(step) => finding.remedy(step),
        None => finding,
    }
}
