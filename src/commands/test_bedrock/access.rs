//! Which credentials Claude Code signs with, and whether `aws` can be asked with them.

use crate::claude::plan::profile_of_command;
use crate::claude::settings::{CurrentConfig, Scope, Stack};
use crate::error::Error;

/// The credentials that count.
pub(super) enum Access {
    /// Those of a profile.
    Profile(String),
    /// Those of the environment, with what only the settings say of it.
    Surroundings(Vec<(&'static str, String)>),
    /// Those that `aws` cannot be asked with, and why.
    Unknown(&'static str),
    /// None that work.
    Refused(Error),
}

const BEARER_TOKEN: &str = "AWS_BEARER_TOKEN_BEDROCK";

impl Access {
    /// Whether it is a Bedrock API key, which tells nothing of its owner.
    pub(super) fn is_bearer(&self) -> bool {
        match self {
            Access::Surroundings(vars) => vars.iter().any(|(name, _)| *name == BEARER_TOKEN),
            _ => false,
        }
    }
}

/// Finds them, in Claude Code's order.
pub(super) fn find_access(stack: &Stack, config: &CurrentConfig) -> Access {
    if stack.is_on("CLAUDE_CODE_SKIP_BEDROCK_AUTH") {
        return Access::Unknown("requests go out unsigned, for a gateway to sign");
    }
    let take = |names: &[&'static str]| -> Vec<(&'static str, String)> {
        let found = names.iter().filter_map(|name| {
            let value = stack.effective_env(name)?.value;
            (!value.is_empty()).then_some((*name, value))
        });
        found.collect()
    };
    let token = take(&[BEARER_TOKEN]);
    if !token.is_empty() {
        return Access::Surroundings(token);
    }
    // Only a managed profile switches the command off.
    let managed = stack
        .effective_env("AWS_PROFILE")
        .is_some_and(|profile| profile.source.scope() == Some(Scope::Managed));
    let export = stack
        .effective_top("awsCredentialExport")
        .filter(|_| !managed);
    if let Some(export) = export {
        let command = export.value.as_str().unwrap_or_default();
        return match profile_of_command(command) {
            Some(profile) => Access::Profile(profile),
            None => Access::Unknown(
                "the credentials come from your own `awsCredentialExport`, which only Claude Code runs",
            ),
        };
    }
    match &config.profile {
        Some(profile) => Access::Profile(profile.clone()),
        None => Access::Surroundings(take(&[
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
        ])),
    }
}
