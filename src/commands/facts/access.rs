//! Which credentials Claude Code signs its requests with.

use super::sourced::{self, Origin, Sourced};
use crate::claude::plan::profile_of_command;
use crate::claude::settings::{Scope, Stack};

/// The credentials that win, in Claude Code's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// None: a gateway signs (`CLAUDE_CODE_SKIP_BEDROCK_AUTH`).
    Unsigned,
    /// A Bedrock API key (`AWS_BEARER_TOKEN_BEDROCK`) and where it stands.
    BearerToken(Origin),
    /// What a command prints (`awsCredentialExport`), and the profile that it names.
    Export(Option<String>),
    /// The named profile (`AWS_PROFILE`).
    Profile(String),
    /// Keys in variables, and where they stand.
    Keys(Origin),
    /// The profile `default`, else what a container or an instance holds.
    Default,
}

impl Access {
    /// Finds the winner.
    pub(super) fn find(stack: &Stack, profile: Option<&Sourced>, export: Option<&Sourced>) -> Self {
        // Values that are secrets go no further than this question.
        let origin = |name| sourced::variable(stack, name).map(|found| found.origin);
        if stack.is_on("CLAUDE_CODE_SKIP_BEDROCK_AUTH") {
            return Access::Unsigned;
        }
        if let Some(origin) = origin("AWS_BEARER_TOKEN_BEDROCK") {
            return Access::BearerToken(origin);
        }
        match (export, profile) {
            (Some(export), profile) if !switches_off(profile, export) => {
                Access::Export(profile_of_command(&export.value))
            }
            (_, Some(profile)) => Access::Profile(profile.value.clone()),
            _ => match (origin("AWS_ACCESS_KEY_ID"), origin("AWS_SECRET_ACCESS_KEY")) {
                (Some(origin), Some(_)) => Access::Keys(origin),
                _ => Access::Default,
            },
        }
    }

    /// The profile whose credentials are used, where one is.
    pub fn profile(&self) -> Option<&str> {
        match self {
            Access::Export(name) => name.as_deref(),
            Access::Profile(name) => Some(name),
            Access::Default => Some("default"),
            _ => None,
        }
    }

    /// Whether a setting names that profile.
    pub fn is_named(&self) -> bool {
        matches!(self, Access::Export(_) | Access::Profile(_))
    }

    /// The word in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Access::Unsigned => "gateway",
            Access::BearerToken(_) => "bearer-token",
            Access::Export(_) => "export",
            Access::Profile(_) => "profile",
            Access::Keys(_) => "environment-keys",
            Access::Default => "default",
        }
    }
}

/// The export command of the settings, unless their profile switches it off. It beats a profile beside it.
pub fn export_that_counts(stack: &Stack) -> Option<Sourced> {
    let profile = sourced::variable(stack, "AWS_PROFILE");
    let export = sourced::member(stack, "awsCredentialExport")?;
    (!switches_off(profile.as_ref(), &export)).then_some(export)
}

/// A managed profile switches off an export command that is not managed.
pub fn switches_off(profile: Option<&Sourced>, export: &Sourced) -> bool {
    let managed = |value: &Sourced| value.scope() == Some(Scope::Managed);
    profile.is_some_and(managed) && !managed(export)
}
