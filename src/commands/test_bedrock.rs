//! `test-bedrock`: do the credentials, the access and the model of the present configuration work.

use serde::Serialize;

use crate::aws::claude_view::ClaudeView;
use crate::aws::credentials::{Credentials, Inspector, Status};
use crate::aws::identity::Identity;
use crate::aws::profiles::AwsFiles;
use crate::claude::models::ListedModel;
use crate::claude::settings::{CurrentConfig, Scope, Stack};
use crate::commands::Context;
use crate::commands::ask_bedrock::{
    Asker, Caller, find_kept, is_about_credentials, listed, no_access, refusal,
};
use crate::env::LocalTime;
use crate::error::{Code, Error, Result};
use crate::report::{Look, Report, Warning, document};
use crate::time::{describe_span, format_timestamp};

mod access;
mod model;

use access::{Access, find_access};

/// Test the present configuration: credentials, access to Bedrock, model
///
/// Asks AWS for the caller's identity and the list of models, and calls no model.
#[derive(clap::Args, Clone, Debug)]
pub struct TestBedrock {}

/// The `data` of the answer: the recorded members, then ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tested {
    configured: bool,
    profile: Option<String>,
    region: Option<String>,
    model: Option<String>,
    session_expires: Option<String>,
    session_expires_local: Option<String>,
    checks: Checks,
    all_passed: bool,
    warnings: Vec<Warning>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checks {
    credentials: Check,
    bedrock_access: Check,
    model_available: Check,
}

/// One check: the recorded members, then ours.
#[derive(Clone, Serialize)]
struct Check {
    passed: bool,
    message: String,
    code: Option<Code>,
    suggestion: Option<String>,
    /// Whether AWS was not asked, or could not tell.
    skipped: bool,
}

impl Check {
    fn passed(message: impl Into<String>) -> Self {
        Check {
            passed: true,
            message: message.into(),
            code: None,
            suggestion: None,
            skipped: false,
        }
    }

    fn skipped(message: impl Into<String>) -> Self {
        Check {
            skipped: true,
            ..Check::passed(message)
        }
    }

    fn failed(error: &Error) -> Self {
        Check {
            passed: false,
            code: Some(error.code),
            suggestion: error.suggestion.clone(),
            ..Check::passed(error.message.as_str())
        }
    }

    /// A check that waits for another one to pass.
    fn after(other: &Check, message: &str) -> Self {
        Check {
            message: message.to_owned(),
            ..other.clone()
        }
    }
}

impl TestBedrock {
    /// Tests.
    ///
    /// # Errors
    /// `SETTINGS_INVALID` for settings that Claude Code drops: then nothing can be told. What AWS says is an answer.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let env = context.env;
        let stack = Stack::load(env);
        let mut warnings = Vec::new();
        for (layer, error) in stack.dropped() {
            if matches!(layer.scope, Scope::User | Scope::Managed) {
                return Err(error.clone());
            }
            warnings.push(Warning::from(error));
        }
        let Some(config) = stack.current_config() else {
            return Ok(Box::new(not_configured(warnings)));
        };
        let mut credentials = None;
        let (region, checks) = match AwsFiles::load(env) {
            Ok(files) => {
                let view = ClaudeView::load(env, &files);
                let region = region_in_use(&stack, &config, &view);
                let mut access = find_access(&stack, &config);
                let mut subject = None;
                if let Access::Profile(name) = &access {
                    match files.require_profile(name) {
                        Ok(profile) => {
                            if let Some(reason) = view.unreadable_reason(profile) {
                                warnings.push(Warning::new("PROFILE_UNREADABLE", reason.message));
                            }
                            let verdict = Inspector::new(env, &files).inspect(name);
                            subject = Some((Caller::of(profile, &verdict), verdict));
                        }
                        Err(error) => access = Access::Refused(error),
                    }
                }
                let checks = check(context, &stack, &config, &access, subject.as_ref(), &region);
                credentials =
                    subject.map(|(caller, verdict)| match (verdict.status, caller.profile) {
                        // The run of aws renewed the session.
                        (Status::Refreshable, Some(name)) => {
                            Inspector::new(env, &files).inspect(&name)
                        }
                        _ => verdict,
                    });
                (Some(region), checks)
            }
            Err(error) => (config.region.clone(), blocked(&Check::failed(&error))),
        };
        let every = [
            &checks.credentials,
            &checks.bedrock_access,
            &checks.model_available,
        ];
        let expires = credentials.and_then(|credentials| credentials.expires);
        Ok(Box::new(Tested {
            configured: true,
            all_passed: every.iter().all(|check| check.passed),
            profile: config.profile,
            region,
            model: config.model,
            session_expires: expires.map(format_timestamp),
            session_expires_local: expires.map(|at| LocalTime::of(at).to_string()),
            checks,
            warnings,
        }))
    }
}

/// Where Claude Code sends its requests: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's own, `us-east-1`.
fn region_in_use(stack: &Stack, config: &CurrentConfig, view: &ClaudeView) -> String {
    let default = stack
        .effective_env("AWS_DEFAULT_REGION")
        .map(|found| found.value);
    let default = default.filter(|region| !region.is_empty());
    let own = || {
        view.region(config.profile.as_deref().unwrap_or("default"))
            .map(str::to_owned)
    };
    let region = config.region.clone().or(default).or_else(own);
    region.unwrap_or_else(|| "us-east-1".to_owned())
}

fn check(
    context: &Context<'_>,
    stack: &Stack,
    config: &CurrentConfig,
    access: &Access,
    subject: Option<&(Caller, Credentials)>,
    region: &str,
) -> Checks {
    let surroundings;
    let caller = match (access, subject) {
        (Access::Refused(error), _) => return blocked(&Check::failed(error)),
        (Access::Unknown(why), _) => return untold(config, why),
        (Access::Surroundings(vars), _) => {
            surroundings = Caller::of_environment(vars.clone());
            &surroundings
        }
        (_, Some((caller, verdict))) => {
            if let Some(error) = refusal(verdict) {
                return blocked(&Check::failed(&error));
            }
            caller
        }
        (_, None) => return untold(config, "no profile is named"),
    };
    if context.options.offline {
        return from_kept(context, stack, config, caller, region);
    }
    let asker = match Asker::new(context) {
        Ok(found) => found,
        Err(error) => return blocked(&Check::failed(&error)),
    };
    context
        .listener
        .progress(&format!("Asking AWS about {region}"));
    let (who, listing) = if access.is_bearer() {
        (None, asker.list(caller, region, true))
    } else {
        let (who, listing) = asker.identify_and_list(caller, region);
        (Some(who), listing)
    };
    let listing = listing.map(|profiles| listed(&profiles));
    let credentials = check_credentials(who.as_ref(), listing.as_ref().err());
    let bedrock_access = match &listing {
        Err(error) if is_about_credentials(error.code) || !credentials.passed => Check::after(
            &Check::failed(error),
            "Cannot check - credentials do not work",
        ),
        Err(error) => Check::failed(error),
        Ok(models) if models.is_empty() => Check::failed(&no_access(region)),
        Ok(models) => Check::passed(access_to(models, region)),
    };
    let model_available = match &listing {
        _ if !bedrock_access.passed => {
            Check::after(&bedrock_access, "Cannot check model - no Bedrock access")
        }
        Ok(models) => model::check(config.model.as_deref(), stack, models, region),
        Err(error) => Check::failed(error),
    };
    Checks {
        credentials,
        bedrock_access,
        model_available,
    }
}

fn check_credentials(who: Option<&Result<Identity>>, listing: Option<&Error>) -> Check {
    match (who, listing) {
        (Some(Ok(who)), _) => Check::passed(format!("Authenticated as {}", who.arn)),
        (Some(Err(error)), None) => {
            let message = format!(
                "Bedrock accepts the credentials; their owner is not known: {}",
                error.message
            );
            Check::passed(message)
        }
        (Some(Err(error)), Some(_)) => Check::failed(error),
        (None, Some(error)) if is_about_credentials(error.code) => Check::failed(error),
        (None, Some(error)) => Check::skipped(format!(
            "The Bedrock API key could not be tried: {}",
            error.message
        )),
        (None, None) => Check::passed("Bedrock accepts the API key"),
    }
}

/// Without AWS: what the files say of the credentials and what was listed the last time.
fn from_kept(
    context: &Context<'_>,
    stack: &Stack,
    config: &CurrentConfig,
    caller: &Caller,
    region: &str,
) -> Checks {
    let credentials = Check::skipped("AWS was not asked; by the files, the credentials may work");
    let Some(kept) = find_kept(context, caller, region) else {
        let missing = Error::new(
            Code::ListingMissing,
            "no listing is kept for this profile and region",
        )
        .suggest("leave --offline out once");
        let check = Check::failed(&missing);
        return Checks {
            credentials,
            bedrock_access: check.clone(),
            model_available: check,
        };
    };
    let age = describe_span(context.env.now - kept.kept_at.unwrap_or(context.env.now));
    let message = format!("{} {age} ago", access_to(&kept.models, region));
    Checks {
        credentials,
        bedrock_access: Check::skipped(message),
        model_available: model::check(config.model.as_deref(), stack, &kept.models, region),
    }
}

fn access_to(models: &[ListedModel], region: &str) -> String {
    format!(
        "Access to {} inference profile(s) in {region}",
        models.len()
    )
}

/// Nothing else can be told before this passes.
fn blocked(credentials: &Check) -> Checks {
    let next = Check::after(credentials, "Cannot check - credentials do not work");
    Checks {
        credentials: credentials.clone(),
        bedrock_access: next.clone(),
        model_available: next,
    }
}

/// Credentials that only Claude Code can get at.
fn untold(config: &CurrentConfig, why: &str) -> Checks {
    let check = Check::skipped(format!("Not checked: {why}"));
    let model = config.model.as_deref().unwrap_or("the default model");
    Checks {
        credentials: check.clone(),
        bedrock_access: check.clone(),
        model_available: Check::after(
            &check,
            &format!("Not checked: whether {model} is available"),
        ),
    }
}

fn not_configured(warnings: Vec<Warning>) -> Tested {
    let error =
        Error::new(Code::NotConfigured, "Bedrock not configured").suggest("claude-bedrock setup");
    let check = Check::failed(&error);
    Tested {
        configured: false,
        profile: None,
        region: None,
        model: None,
        session_expires: None,
        session_expires_local: None,
        checks: Checks {
            credentials: check.clone(),
            bedrock_access: check.clone(),
            model_available: check,
        },
        all_passed: false,
        warnings,
    }
}

impl Report for Tested {
    fn json(&self) -> String {
        document(self)
    }

    fn text(&self, _look: &Look) -> String {
        self.json()
    }
}
