//! `get-aws-context`: profiles, what their credentials are worth, the current configuration, and which to take.

use serde::Serialize;

use crate::aws::claude_view::{ClaudeView, Unreadable};
use crate::aws::credentials::{Credentials, Inspector, Kind, Login, Problem, Status};
use crate::aws::profiles::{AwsFiles, Profile};
use crate::aws::regions;
use crate::claude::settings::{CurrentConfig, Stack};
use crate::commands::Context;
use crate::env::{Env, LocalTime};
use crate::error::{Code, Result};
use crate::report::{Look, Report, Warning, document, escape};
use crate::time::format_timestamp;

/// Show AWS profiles, what their credentials are worth, and which one to take
///
/// Reads ~/.aws and the SSO cache and starts no process, unless asked to with --check-bedrock or --verify.
#[derive(clap::Args, Clone, Debug)]
pub struct GetAwsContext {
    /// Only this profile; may be given several times
    #[arg(long = "profile", value_name = "NAME")]
    profiles: Vec<String>,
}

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

/// One profile: the recorded members, then ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProfileContext {
    name: String,
    region: Option<String>,
    profile_region: Option<String>,
    bedrock_region: Option<String>,
    region_mismatch: bool,
    valid: bool,
    identity: Option<Identity>,
    session_expires: Option<String>,
    session_expires_local: Option<String>,
    bedrock_access: bool,
    inference_profiles: Vec<InferenceProfile>,
    credentials: CredentialsContext,
    claude_code: ClaudeCode,
    needs_login: bool,
    login_command: Option<String>,
    warnings: Vec<Warning>,
}

/// Who the profile is. From files only the account is known; `arn` and `userId` come from a live answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    account: Option<String>,
    arn: Option<String>,
    user_id: Option<String>,
}

/// One model that the profile may call, as recorded.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InferenceProfile {
    profile_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile_name: Option<String>,
    model_id: String,
}

/// What the files tell of the credentials.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CredentialsContext {
    kind: Kind,
    status: Status,
    sso_session: Option<String>,
    role: Option<String>,
    source: Option<String>,
    renewable_until: Option<String>,
    problem: Option<Problem>,
}

/// Whether Claude Code sees the profile too.
#[derive(Serialize)]
struct ClaudeCode {
    readable: bool,
    reason: Option<Unreadable>,
}

impl GetAwsContext {
    /// Gathers the facts.
    ///
    /// # Errors
    /// `AWS_CONFIG_INVALID` when botocore would reject a file, `PROFILE_NOT_FOUND` for a `--profile` that is not there.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let env = context.env;
        let files = AwsFiles::load(env)?;
        let view = ClaudeView::load(env, &files);
        let mut inspector = Inspector::new(env, &files);
        for name in &self.profiles {
            files.require_profile(name)?;
        }
        let wanted =
            |name: &str| self.profiles.is_empty() || self.profiles.iter().any(|one| one == name);
        let profiles: Vec<ProfileContext> = files
            .profiles
            .iter()
            .filter(|profile| wanted(&profile.name))
            .map(|profile| {
                let credentials = inspector.inspect(&profile.name);
                ProfileContext::new(profile, &credentials, &view)
            })
            .collect();
        let stack = Stack::load(env);
        let mut answer = AwsContext::new(env, profiles, stack.current_config());
        answer
            .warnings
            .extend(stack.dropped().map(|(_, error)| Warning::from(error)));
        Ok(Box::new(answer))
    }
}

impl ProfileContext {
    fn new(profile: &Profile, credentials: &Credentials, view: &ClaudeView) -> Self {
        let region = profile
            .region()
            .filter(|region| !region.is_empty())
            .map(str::to_owned);
        let reason = view.unreadable_reason(profile);
        let needs_login = !credentials.is_valid() && credentials.can_log_in();
        ProfileContext {
            name: profile.name.clone(),
            region: region.clone(),
            profile_region: region.clone(),
            bedrock_region: None,
            region_mismatch: false,
            valid: credentials.is_valid(),
            identity: credentials.is_valid().then(|| Identity {
                account: credentials.account.clone(),
                arn: None,
                user_id: None,
            }),
            session_expires: credentials.expires.map(format_timestamp),
            session_expires_local: credentials.expires.map(|at| LocalTime::of(at).to_string()),
            bedrock_access: false,
            inference_profiles: Vec::new(),
            warnings: region_warnings(&profile.name, region.as_deref(), view),
            credentials: CredentialsContext::new(credentials),
            claude_code: ClaudeCode {
                readable: reason.is_none(),
                reason,
            },
            needs_login,
            login_command: credentials.login.as_ref().map(Login::command),
        }
    }
}

/// Where `aws` and Claude Code will call different regions for the same profile, or one that is none.
fn region_warnings(name: &str, region: Option<&str>, view: &ClaudeView) -> Vec<Warning> {
    let Some(region) = region else {
        return Vec::new();
    };
    if !regions::is_region_shaped(region) {
        let warning = Warning::new(
            Code::RegionInvalid.as_str(),
            format!("the region `{}` is not shaped like one", escape(region)),
        );
        let near = regions::nearest(region);
        return vec![match near {
            Some(near) => warning.suggest(format!("write `region = {near}` in [profile {name}]")),
            None => warning,
        }];
    }
    match view.region(name) {
        Some(other) if other != region => vec![Warning::new(
            "REGION_DIFFERS",
            format!(
                "aws reads the region `{region}` and Claude Code reads `{}`",
                escape(other)
            ),
        )],
        _ => Vec::new(),
    }
}

impl CredentialsContext {
    fn new(credentials: &Credentials) -> Self {
        CredentialsContext {
            kind: credentials.kind,
            status: credentials.status,
            sso_session: credentials.sso_session.clone(),
            role: credentials.role.clone(),
            source: credentials.source.clone(),
            renewable_until: credentials.renewable_until.map(format_timestamp),
            problem: credentials.problem.clone(),
        }
    }
}

impl AwsContext {
    fn new(
        env: &Env,
        profiles: Vec<ProfileContext>,
        current_config: Option<CurrentConfig>,
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
        let configured = current_config
            .as_ref()
            .and_then(|config| config.profile.as_deref());
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
            !one.claude_code.readable,
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

    fn text(&self, _look: &Look) -> String {
        self.json()
    }
}
