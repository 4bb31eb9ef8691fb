//! `get-aws-context`: profiles, what their credentials are worth, the current configuration, and which to take.

use std::mem::ManuallyDrop;

use serde::Serialize;

use crate::aws::claude_view::ClaudeView;
use crate::aws::credentials::{Credentials, Inspector, Status};
use crate::aws::profiles::{AwsFiles, Profile};
use crate::aws::regions::is_region_shaped;
use crate::claude::keys;
use crate::claude::plan::profile_of_command;
use crate::claude::settings::{CurrentConfig, Stack};
use crate::commands::Context;
use crate::commands::doctor;
use crate::commands::facts::export_that_counts;
use crate::commands::usage::{Flag, Takes, arguments};
use crate::env::Env;
use crate::error::Result;
use crate::exec;
use crate::report::{Report, Warning, document};

mod live;
mod profile;

use profile::ProfileContext;

arguments! {
    /// Show AWS profiles, what their credentials are worth, and which one to take
    ///
    /// Reads ~/.aws and the SSO cache and starts no process, unless asked to with --check-bedrock or --verify.
    pub struct GetAwsContext = "get-aws-context" {
        /// Only this profile; may be given several times
        profiles: Vec<String> = Flag::option("profile", Takes::Several("NAME"));

        /// Ask AWS which Claude models each profile may call
        check_bedrock: bool = Flag::option("check-bedrock", Takes::Switch);

        /// Ask AWS who each profile is
        verify: bool = Flag::option("verify", Takes::Switch);

        /// With --check-bedrock: look in this region only, and not in the profile's own and the likely ones
        region: Option<String> = Flag::option("region", Takes::Text("REGION"));

        /// With --check-bedrock: look in all regions with Bedrock, where the likely ones give no access
        all_regions: bool = Flag::switch("all-regions");

        /// How many profiles or regions are asked about side by side [default: 8]
        jobs: Option<u64> = Flag::option("jobs", Takes::Number("NUMBER", 1, 64));
    }
}

/// Where the shell names a region.
const REGIONS: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// The `data` of the answer: the recorded members in the recorded order, then ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AwsContext {
    profiles: Vec<ProfileContext>,
    valid_profiles: Vec<String>,
    bedrock_profiles: Vec<String>,
    recommended: Option<String>,
    current_config: Option<CurrentConfig>,
    needs_sso_setup: bool,
    needs_login: bool,
    login_command: Option<String>,
    warnings: Vec<Warning>,
}

impl GetAwsContext {
    /// Gathers the facts.
    ///
    /// # Errors
    /// `AWS_CONFIG_INVALID` when botocore would reject a file, `PROFILE_NOT_FOUND` for a `--profile` that is not there,
    /// `INTERRUPTED`.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let env = context.env;
        // The process ends after this: taking thousands of profiles apart first is time for nothing.
        let files = ManuallyDrop::new(AwsFiles::load(env)?);
        let view = ManuallyDrop::new(ClaudeView::load(env, &files));
        let mut inspector = ManuallyDrop::new(Inspector::new(env, &files));
        for name in &self.profiles {
            files.require_profile(name)?;
        }
        let wanted =
            |name: &str| self.profiles.is_empty() || self.profiles.iter().any(|one| one == name);
        let asks = self.check_bedrock || self.verify;
        let mut subjects: Vec<(&Profile, Credentials)> = Vec::new();
        let mut profiles: Vec<ProfileContext> = Vec::new();
        for profile in &files.profiles {
            if wanted(&profile.name) {
                let credentials = inspector.inspect_profile(profile);
                if asks {
                    subjects.push((profile, credentials));
                } else {
                    profiles.push(ProfileContext::new(profile, credentials, &view, &files));
                }
            }
        }
        let stack = Stack::load(env);
        let config = stack.current_config();
        let mut answers = Vec::new();
        if asks {
            let region = config.as_ref().and_then(|config| config.region.as_deref());
            // `aws` and Claude Code both fall back on what the shell says.
            let mut regions = region
                .into_iter()
                .chain(REGIONS.iter().filter_map(|name| env.var(name)));
            let region = regions.find(|region| is_region_shaped(region));
            answers = live::ask(self, context, &subjects, region);
            exec::check_interrupted()?;
            // The run of aws renewed the session.
            let mut inspector = Inspector::new(env, &files);
            for (profile, mut credentials) in subjects {
                if credentials.status == Status::Refreshable {
                    credentials = inspector.inspect_profile(profile);
                }
                profiles.push(ProfileContext::new(profile, credentials, &view, &files));
            }
        }
        for (profile, answer) in profiles.iter_mut().zip(&answers) {
            profile.add(answer, self.asked_region(), env.now);
        }
        let exported = export_that_counts(&stack).and_then(|it| profile_of_command(&it.value));
        let mut answer = AwsContext::new(env, profiles, config, exported.as_deref());
        // What is not shown may work, or be made to by logging in.
        let works = |profile| {
            let credentials = inspector.inspect_profile(profile);
            credentials.is_valid() || credentials.can_log_in()
        };
        let mut hidden = files
            .profiles
            .iter()
            .filter(|profile| !wanted(&profile.name));
        answer.needs_sso_setup = answer.needs_sso_setup && !hidden.any(works);
        if self.verify && context.options.offline {
            let message = "with --offline AWS is not asked who the profiles are";
            answer
                .warnings
                .push(Warning::new("NOT_ASKED", message).suggest("leave --offline out"));
        }
        let named = env
            .var_nonempty("AWS_PROFILE")
            .map(|name| files.require_profile(name));
        if let Some(Err(error)) = named {
            let mut warning = Warning::from(&error);
            warning.message = format!(
                "AWS_PROFILE names a profile that is not there: {}",
                error.message
            );
            answer.warnings.push(warning);
        }
        let unreadable = files.find_unreadable(env);
        // The profiles are in there, for all that can be told.
        answer.needs_sso_setup &= unreadable.is_empty();
        answer.warnings.extend(unreadable.iter().map(Warning::from));
        answer.warnings.extend(dropped_files(&stack));
        let switch = stack.effective_env("CLAUDE_CODE_USE_BEDROCK");
        let off = switch.filter(|switch| {
            let on = |(_, value): (_, &String)| keys::is_on(value);
            !keys::is_on(&switch.value) && switch.every().any(on)
        });
        if let Some(off) = off {
            let (message, step) = doctor::switched_off(off.source, &off.value, env);
            let warning = Warning::new(doctor::BEDROCK_SWITCHED_OFF, message);
            answer.warnings.push(warning.suggest(step));
        }
        Ok(Box::new(answer))
    }

    /// The region that the user asked about; an empty one counts as none, as in the replaced script.
    fn asked_region(&self) -> Option<&str> {
        self.region.as_deref().filter(|region| !region.is_empty())
    }

    fn jobs(&self) -> usize {
        self.jobs
            .and_then(|jobs| usize::try_from(jobs).ok())
            .unwrap_or(8)
    }
}

/// The settings files that Claude Code drops, each with its path and line.
pub fn dropped_files(stack: &Stack) -> impl Iterator<Item = Warning> {
    stack.dropped().map(|(layer, error)| {
        let mut warning = Warning::from(error);
        let line = error.at.as_ref().and_then(|at| at.line);
        let line = line.map_or_else(String::new, |line| format!(", line {line}"));
        let path = layer.path.display().to_string();
        if !warning.message.contains(&path) {
            warning.message = format!("{path}{line}: {}", error.message);
        }
        warning
    })
}

impl AwsContext {
    fn new(
        env: &Env,
        profiles: Vec<ProfileContext>,
        current_config: Option<CurrentConfig>,
        exported: Option<&str>,
    ) -> Self {
        let names = |keep: fn(&ProfileContext) -> bool| -> Vec<String> {
            profiles
                .iter()
                .filter(|one| keep(one))
                .map(|one| one.name.clone())
                .collect()
        };
        let valid_profiles = names(|one| one.valid);
        let bedrock_profiles = names(|one| one.bedrock_access);
        // An export command beats a profile beside it.
        let configured = current_config
            .as_ref()
            .and_then(|config| exported.or(config.profile.as_deref()));
        let recommended = recommend(&profiles, configured, env.var_nonempty("AWS_PROFILE"));
        let login = profiles.iter().find(|one| one.needs_login);
        let needs_login = valid_profiles.is_empty() && login.is_some();
        AwsContext {
            needs_sso_setup: valid_profiles.is_empty() && login.is_none(),
            needs_login,
            login_command: login
                .filter(|_| needs_login)
                .and_then(|one| one.login_command.clone()),
            recommended,
            valid_profiles,
            bedrock_profiles,
            current_config,
            profiles,
            warnings: Vec::new(),
        }
    }
}

/// The profile to offer first: with Bedrock access before merely valid; there the configured one, `AWS_PROFILE`, one
/// that logs in before keys that stay, and the file's order. What Claude Code cannot read comes last.
fn recommend(
    profiles: &[ProfileContext],
    configured: Option<&str>,
    from_shell: Option<&str>,
) -> Option<String> {
    let rank = |one: &ProfileContext| {
        (
            !one.works_for_claude_code(),
            !one.bedrock_access,
            Some(one.name.as_str()) != configured,
            Some(one.name.as_str()) != from_shell,
            one.login_command.is_none(),
        )
    };
    profiles
        .iter()
        .filter(|one| one.valid)
        .min_by_key(|one| rank(one))
        .map(|one| one.name.clone())
}

impl Report for AwsContext {
    fn json(&self) -> String {
        document(self)
    }
}
