//! `statusline`: one line for Claude Code's status line, from files.

use crate::aws::claude_view::{ClaudeView, KEYS_HIDE_SSO};
use crate::aws::credentials::{Credentials, Inspector, Problem, Status};
use crate::aws::profiles::AwsFiles;
use crate::claude::keys;
use crate::claude::plan::profile_of_command;
use crate::claude::settings::Stack;
use crate::commands::Context;
use crate::commands::facts::export_that_counts;
use crate::commands::usage::arguments;
use crate::env::Env;
use crate::error::{Code, Error, Result};
use crate::file;
use crate::report::{Look, Report, document, escape};
use crate::time::{Epoch, describe_span};

arguments! {
    /// Print one line for Claude Code's status line: profile, region, time left
    ///
    /// Set as `statusLine` in the settings by `plugin install --statusline`. Reads files only.
    pub struct Statusline = "statusline" {
    }
}

/// What Bedrock is set to and what its credentials are worth, without asking anybody.
pub(super) struct Glance {
    pub(super) profile: Option<String>,
    pub(super) region: Option<String>,
    /// `None` where no profile is asked for them: a Bedrock API key, an export command of the user's own, keys in the
    /// environment, a gateway that signs, a container, an instance.
    pub(super) credentials: Option<std::result::Result<Credentials, Error>>,
}

/// Looks; `None` when Bedrock is off.
///
/// Claude Code hands its hooks the variables it was started with, so the surroundings count below the settings files.
pub(super) fn glance(env: &Env) -> Option<Glance> {
    let stack = Stack::load(env);
    let value = |name: &str| {
        let set = stack.effective_env(name).map(|found| found.value);
        let set = set.or_else(|| env.var(name).map(ToOwned::to_owned));
        set.filter(|value| !value.is_empty())
    };
    if !value("CLAUDE_CODE_USE_BEDROCK").is_some_and(|value| keys::is_on(&value)) {
        return None;
    }
    let export = export_that_counts(&stack);
    let profile = match &export {
        Some(command) => profile_of_command(&command.value),
        None => value("AWS_PROFILE"),
    };
    let unsigned = value("CLAUDE_CODE_SKIP_BEDROCK_AUTH").is_some_and(|value| keys::is_on(&value));
    let other = value("AWS_BEARER_TOKEN_BEDROCK").is_some()
        || unsigned
        || (profile.is_none() && (export.is_some() || value("AWS_ACCESS_KEY_ID").is_some()));
    let files = (!other).then(|| AwsFiles::load(env));
    let name = profile.as_deref().unwrap_or("default");
    let mut region = value("AWS_REGION").or_else(|| value("AWS_DEFAULT_REGION"));
    let credentials = files.and_then(|files| {
        let files = match files {
            Ok(files) => files,
            Err(error) => return Some(Err(error)),
        };
        let found = files.find_profile(name);
        if region.is_none() {
            region = found.and_then(|profile| profile.region().map(ToOwned::to_owned));
        }
        // A profile that nobody named and that holds nothing is none: a container or an instance may hold credentials.
        let verdict = (profile.is_some() || found.is_some())
            .then(|| Inspector::new(env, &files).inspect(name));
        let verdict = verdict.filter(|verdict| profile.is_some() || !verdict.are_elsewhere())?;
        let mut verdict = verdict.met(name, export.is_some());
        // An export command reads the profile through `aws`.
        let difference = found
            .filter(|_| export.is_none() && verdict.is_valid())
            .and_then(|profile| ClaudeView::load(env, &files).differing(profile, &files))
            .filter(|found| found.code != KEYS_HIDE_SSO);
        if let Some(difference) = difference {
            (verdict.status, verdict.login) = (Status::Invalid, None);
            verdict.expires = None;
            verdict.problem = Some(Problem {
                code: Code::ProfileInvalid,
                message: difference.message,
                suggestion: difference.suggestion,
            });
        }
        Some(Ok(verdict))
    });
    Some(Glance {
        profile: profile.or_else(|| credentials.is_some().then(|| "default".to_owned())),
        credentials,
        region,
    })
}

impl Glance {
    /// The credentials in a few words.
    pub(super) fn session(&self, now: Epoch) -> String {
        let credentials = match &self.credentials {
            None => return "no profile".to_owned(),
            Some(Err(_)) => return "AWS files cannot be read".to_owned(),
            Some(Ok(credentials)) => credentials,
        };
        match (credentials.status, credentials.expires) {
            (Status::Valid, Some(end)) => format!("{} left", describe_span(end - now)),
            (Status::Valid, None) => "valid".to_owned(),
            (Status::Refreshable, _) => "renews itself".to_owned(),
            (Status::Unverified, _) => "not verified".to_owned(),
            (Status::Expired, Some(end)) => format!("expired {} ago", describe_span(now - end)),
            (Status::Expired, None) => "expired".to_owned(),
            (Status::Missing, _) if credentials.login.is_some() => "not logged in".to_owned(),
            (Status::Missing, _) => "no credentials".to_owned(),
            (Status::Invalid, _) => "does not work".to_owned(),
        }
    }
}

struct Line(Vec<String>);

impl Statusline {
    /// Looks at the files. What Claude Code says on stdin is taken and not needed.
    ///
    /// # Errors
    /// None.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let env = context.env;
        if !env.stdin_is_terminal {
            // A pipe that nobody empties would be an error for Claude Code.
            let _ = file::read_input();
        }
        let parts = glance(env).map(|glance| {
            let session = glance.session(env.now);
            [glance.profile, glance.region, Some(session)]
                .into_iter()
                .flatten()
                .collect()
        });
        Ok(Box::new(Line(parts.unwrap_or_default())))
    }
}

impl Report for Line {
    fn json(&self) -> String {
        document(&self.0)
    }

    fn text(&self, look: &Look) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let between = if look.unicode { " \u{b7} " } else { " | " };
        format!("{}\n", escape(&self.0.join(between)))
    }
}
