//! What the files say about the configuration in use, gathered once for `status` and `doctor`.
//!
//! Every decision follows Claude Code's own (2.1.330): which value counts, which credentials, which region, which model.

mod access;
mod region;
mod sourced;

use std::path::PathBuf;

use crate::aws::claude_view::ClaudeView;
use crate::aws::credentials::{Credentials, Inspector};
use crate::aws::profiles::AwsFiles;
use crate::claude::keys;
use crate::claude::models::{Family, cannot_work};
use crate::claude::settings::{Scope, Stack};
use crate::commands::Options;
use crate::env::Env;
use crate::error::Result;
use crate::shell::{option, quote};

pub use access::{Access, export_that_counts, switches_off};
pub use region::{LAST_RESORT, Region};
pub use sourced::{Origin, Sourced};

/// The facts.
pub struct Facts<'a> {
    /// The surroundings.
    pub env: &'a Env,
    /// Every settings file.
    pub stack: Stack,
    /// The file that `--fix` and `reset` edit.
    pub target: PathBuf,
    /// The start of a command line that edits the user's settings, or the file that `--settings` names.
    program: String,
    /// The AWS files; an error is a file that botocore rejects.
    pub files: Result<AwsFiles>,
    /// The same as Claude Code reads them.
    pub view: ClaudeView,
    /// Whether Claude Code uses Bedrock.
    pub on: bool,
    /// `AWS_PROFILE`, where it is set and not empty.
    pub profile: Option<Sourced>,
    /// Which credentials Claude Code signs with.
    pub access: Access,
    /// The verdict on the profile behind them, where a profile is.
    pub credentials: Option<Credentials>,
    /// Where requests go.
    pub region: Region,
    /// The main model, where one is chosen.
    pub model: Option<Sourced>,
    /// What the family names mean.
    pub pins: Vec<(Family<'static>, Sourced)>,
    /// `awsAuthRefresh`.
    pub refresh: Option<Sourced>,
    /// `awsCredentialExport`.
    pub export: Option<Sourced>,
}

impl<'a> Facts<'a> {
    /// Reads all files. The file that `--settings` names counts in place of the user's own.
    pub fn gather(env: &'a Env, options: &Options) -> Self {
        let target = options.settings_path(env);
        let mut stack = Stack::load(env);
        let mut program = "claude-bedrock".to_owned();
        if options.settings.is_some() {
            stack = stack.with_user_file(target.clone());
            program = [
                &program,
                " ",
                &option("--settings", &target.display().to_string()),
            ]
            .concat();
        }
        let files = AwsFiles::load(env);
        let view = match &files {
            Ok(files) => ClaudeView::load(env, files),
            Err(_) => ClaudeView::parse(None, None),
        };
        let profile = sourced::variable(&stack, "AWS_PROFILE");
        let refresh = sourced::member(&stack, "awsAuthRefresh");
        let export = sourced::member(&stack, "awsCredentialExport");
        let access = Access::find(&stack, profile.as_ref(), export.as_ref());
        let credentials = match (access.profile(), &files) {
            (Some(name), Ok(files)) => Some((name, files)),
            _ => None,
        };
        // Without `AWS_PROFILE` the default profile is one place among several: a container may hold credentials too.
        let credentials = credentials
            .filter(|(name, files)| access.is_named() || files.find_profile(name).is_some())
            .map(|(name, files)| {
                let found = Inspector::new(env, files).inspect(name);
                found.met(name, matches!(access, Access::Export(_)))
            })
            .filter(|found| access.is_named() || !found.are_elsewhere());
        let region = Region::find(
            &stack,
            &view,
            profile.as_ref(),
            matches!(access, Access::Profile(_) | Access::Default),
        );
        let mut facts = Facts {
            env,
            on: stack.is_on("CLAUDE_CODE_USE_BEDROCK"),
            target,
            program,
            files,
            view,
            profile,
            access,
            credentials,
            region,
            model: find_model(&stack),
            pins: find_pins(&stack),
            refresh,
            export,
            stack,
        };
        let found = facts.credentials.as_ref();
        if found.is_some_and(|found| !found.is_valid() && found.asks_for_mfa())
            && !matches!(facts.access, Access::Export(_))
        {
            let step = facts.apply_again("--isolate");
            let found = facts.credentials.as_mut();
            if let Some(problem) = found.and_then(|found| found.problem.as_mut()) {
                problem.suggestion = Some(step);
            }
        }
        facts
    }

    /// A variable of the shell that this program was started in; `None` inside Claude Code, which makes some up.
    pub fn shell(&self, name: &str) -> Option<&'a str> {
        let env = self.env;
        env.var_nonempty(name).filter(|_| self.stack.counts_shell())
    }

    /// The start of a command line that edits the settings of a scope.
    pub fn command(&self, scope: Option<Scope>) -> String {
        match scope {
            Some(scope @ (Scope::Local | Scope::Project)) => {
                format!("claude-bedrock --scope {}", scope.as_str())
            }
            _ => self.program.clone(),
        }
    }

    /// The command line that writes the configuration in use once more, with more options; what is missing or cannot work is
    /// left for `setup` to ask for.
    ///
    /// What a project's files say goes into this checkout's own: neither the user's other projects nor the team are to have
    /// it.
    pub fn apply_again(&self, more: &str) -> String {
        let named = self.access.profile().filter(|_| self.access.is_named());
        let variable = self.profile.as_ref().map(|found| found.value.as_str());
        let profile = named.or(variable);
        let region = &self.region.used;
        let model = self.model.as_ref();
        let model = model.filter(|model| !cannot_work(&model.value, &region.value, self.env.now));
        let values = [self.profile.as_ref(), Some(region), model]
            .into_iter()
            .flatten();
        let mut scopes = values.filter_map(Sourced::scope);
        let here = scopes.any(|scope| matches!(scope, Scope::Local | Scope::Project));
        let mut text = self.command(here.then_some(Scope::Local));
        let mut add = |part: &str| {
            text.push(' ');
            text.push_str(part);
        };
        add(if profile.is_some() && model.is_some() {
            "apply-config"
        } else {
            "setup"
        });
        if let Some(profile) = profile {
            add(&option("--profile", profile));
        }
        add(&option("--region", &region.value));
        if let Some(model) = model {
            add(&option("--model", &model.value));
        }
        if matches!(self.access, Access::Export(_)) {
            add("--isolate");
        }
        let url = self.variable("ANTHROPIC_BEDROCK_BASE_URL");
        if let Some(url) = url.filter(|_| !more.contains("--base-url")) {
            // A password in it is for nobody's eyes, and without it the address is another.
            let known = if url.value.contains('@') {
                "URL"
            } else {
                &url.value
            };
            add(&format!("--base-url {}", quote(known)));
        }
        if self.stack.is_on("CLAUDE_CODE_SKIP_BEDROCK_AUTH") {
            add("--skip-auth");
        }
        if !self.pins.is_empty() && !more.contains("--pin") {
            add("--pin");
        }
        let saved = model.and_then(Sourced::key) == Some("model");
        if saved && !more.contains("--model-in") {
            add("--model-in settings");
        }
        if !more.contains("--auth-refresh") {
            add("--auth-refresh keep");
        }
        add(more);
        text
    }

    /// A variable as Claude Code has it, where it is set and not empty.
    pub fn variable(&self, name: &'static str) -> Option<Sourced> {
        sourced::variable(&self.stack, name)
    }

    /// The profile whose keys in the AWS files count: the named one, else `default`.
    pub fn profile_name(&self) -> &str {
        self.profile
            .as_ref()
            .map_or("default", |profile| &profile.value)
    }
}

/// `ANTHROPIC_MODEL` before what `/model` saved before `ANTHROPIC_DEFAULT_MODEL`. All that is passed over is kept.
fn find_model(stack: &Stack) -> Option<Sourced> {
    let candidates = [
        sourced::variable(stack, "ANTHROPIC_MODEL"),
        sourced::member(stack, "model"),
        sourced::variable(stack, "ANTHROPIC_DEFAULT_MODEL"),
    ];
    let mut candidates = candidates.into_iter().flatten();
    let mut chosen = candidates.next()?;
    for other in candidates {
        chosen.shadow(other);
    }
    Some(chosen)
}

fn find_pins(stack: &Stack) -> Vec<(Family<'static>, Sourced)> {
    let families = Family::ALIASED.into_iter();
    families
        .filter_map(|family| {
            let name = keys::pin_of(&family)?.last()?;
            Some((family, sourced::variable(stack, name)?))
        })
        .collect()
}
