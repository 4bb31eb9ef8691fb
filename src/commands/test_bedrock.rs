//! `test-bedrock`: do the credentials, the access and the model of the present configuration work.

use serde::Serialize;

use crate::aws::credentials::{Credentials, Inspector, Status};
use crate::aws::identity::Identity;
use crate::aws::profiles::Profile;
use crate::claude::models::ListedModel;
use crate::claude::settings::Scope;
use crate::commands::Context;
use crate::commands::ask_bedrock::{
    Asker, Caller, find_kept, is_about_credentials, listed, means_no_credentials, no_access,
    none_kept,
};
use crate::commands::doctor::{self, Group};
use crate::commands::facts::{Access, Facts, Sourced};
use crate::commands::get_aws_context::dropped_files;
use crate::commands::usage::arguments;
use crate::env::LocalTime;
use crate::error::{Code, Error, Result};
use crate::exec;
use crate::report::{Report, Warning, document};
use crate::shell::quote;
use crate::time::{describe_span, format_timestamp};

pub mod model;

arguments! {
    /// Test the present configuration: credentials, access to Bedrock, model
    ///
    /// Asks AWS for the caller's identity and the list of models, and calls no model.
    pub struct TestBedrock = "test-bedrock" {
    }
}

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

/// The three checks of the replaced script.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checks {
    /// Whether AWS knows the caller.
    pub credentials: Check,
    /// Whether the caller may list models.
    pub bedrock_access: Check,
    /// Whether the chosen model is among them.
    pub model_available: Check,
}

/// One check: the recorded members, then ours.
#[derive(Clone, Serialize)]
pub struct Check {
    /// Whether nothing speaks against it. `false` with `skipped`: it cannot be told.
    pub passed: bool,
    /// What was found.
    pub message: String,
    /// Why it did not pass.
    pub code: Option<&'static str>,
    /// The next step.
    pub suggestion: Option<String>,
    /// Whether AWS was not asked, or could not tell.
    pub skipped: bool,
    /// Whether the credentials are why it did not pass.
    #[serde(skip)]
    no_credentials: bool,
}

impl Check {
    fn passed(message: impl Into<String>) -> Self {
        Check {
            passed: true,
            message: message.into(),
            code: None,
            suggestion: None,
            skipped: false,
            no_credentials: false,
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
            code: Some(error.code.as_str()),
            suggestion: error.suggestion.clone(),
            no_credentials: is_about_credentials(error.code),
            ..Check::passed(error.message.as_str())
        }
    }

    /// What `status` and `doctor` say stops Claude Code.
    fn stopped(found: &doctor::Check, no_credentials: bool) -> Self {
        Check {
            passed: false,
            code: Some(found.code),
            suggestion: found.remedy.clone(),
            no_credentials,
            ..Check::passed(found.finding.as_str())
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
    /// `SETTINGS_INVALID` for settings that Claude Code drops: then nothing can be told; `INTERRUPTED`. What AWS says is
    /// an answer.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let facts = Facts::gather(context.env, context.options);
        for (layer, error) in facts.stack.dropped() {
            if layer.scope == Scope::Managed || (layer.scope == Scope::User && !facts.on) {
                return Err(error.clone());
            }
        }
        let mut warnings: Vec<Warning> = dropped_files(&facts.stack).collect();
        if !facts.on {
            let stops = doctor::stops(&facts);
            let off = stops
                .iter()
                .find(|it| it.code == doctor::BEDROCK_SWITCHED_OFF);
            return Ok(Box::new(not_configured(warnings, off)));
        }
        let offline = context.options.offline;
        let stops = doctor::stops(&facts);
        let subject = find_subject(&facts, offline, &stops);
        if let Ok(Subject {
            verdict: Some((profile, _)),
            ..
        }) = &subject
            && !matches!(facts.access, Access::Export(_))
        {
            let files = facts.files.as_ref().ok();
            let differing =
                files.and_then(|files| facts.view.differing_credentials(profile, files));
            warnings.extend(differing);
        }
        let mut checks = check(context, &facts, &subject, &mut warnings);
        exec::check_interrupted()?;
        // AWS answers `aws`, which does not stumble over what stops Claude Code; of regions and of the main model it knows
        // best.
        let on_the_way = stops.iter().find(|found| match found.group {
            Group::Settings => true,
            Group::Network => offline || found.code == "BASE_URL_INVALID",
            _ => false,
        });
        if let Some(found) = on_the_way {
            checks.bedrock_access = Check::stopped(found, false);
            checks.model_available = Check::after(
                &checks.bedrock_access,
                "Cannot check model - no Bedrock access",
            );
        }
        let main = facts.model.as_ref().and_then(Sourced::key);
        let main = main.map(doctor::settings_key);
        let wrong = stops.iter().find(|found| {
            found.group == Group::Model && (offline || found.key.as_deref() != main.as_deref())
        });
        if let Some(found) = wrong.filter(|_| checks.model_available.passed) {
            checks.model_available = Check::stopped(found, false);
        }
        let verdict = subject.ok().and_then(|subject| subject.verdict);
        let expires = verdict.and_then(|(profile, verdict)| match (verdict.status, &facts.files) {
            // The run of aws renewed the session.
            (Status::Refreshable, Ok(files)) => {
                Inspector::new(context.env, files)
                    .inspect(&profile.name)
                    .expires
            }
            _ => verdict.expires,
        });
        let every = [
            &checks.credentials,
            &checks.bedrock_access,
            &checks.model_available,
        ];
        let value = |found: &Option<Sourced>| found.as_ref().map(|found| found.value.clone());
        Ok(Box::new(Tested {
            configured: true,
            all_passed: every.iter().all(|check| check.passed),
            profile: value(&facts.profile),
            region: Some(facts.region.used.value.clone()),
            model: value(&facts.model),
            session_expires: expires.map(format_timestamp),
            session_expires_local: expires.map(|at| LocalTime::of(at).to_string()),
            checks,
            warnings,
        }))
    }
}

/// Asks AWS about the configuration in use.
pub fn ask(context: &Context<'_>, facts: &Facts<'_>) -> Checks {
    let stops = doctor::stops(facts);
    let subject = find_subject(facts, context.options.offline, &stops);
    check(context, facts, &subject, &mut Vec::new())
}

/// Whom AWS is asked as.
struct Subject<'f> {
    caller: Caller,
    verdict: Option<(&'f Profile, &'f Credentials)>,
    /// A Bedrock API key: it tells nothing of its owner.
    api_key: bool,
}

/// Finds it; otherwise the check that says why AWS cannot be asked, or need not be: what `aws` can load, Claude Code may
/// not.
fn find_subject<'f>(
    facts: &'f Facts<'_>,
    offline: bool,
    stops: &[doctor::Check],
) -> std::result::Result<Subject<'f>, Check> {
    let subject = subject_of_files(facts, offline);
    let mut stops = stops.iter();
    let stop = stops.find(|found| matches!(found.group, Group::AwsFiles | Group::Tools));
    match (&subject, stop) {
        (Err(known), _) if !known.passed => subject,
        (_, Some(found)) => Err(Check::stopped(found, true)),
        _ => subject,
    }
}

fn subject_of_files<'f>(
    facts: &'f Facts<'_>,
    offline: bool,
) -> std::result::Result<Subject<'f>, Check> {
    let files = facts.files.as_ref().map_err(Check::failed)?;
    let environment = |caller: Option<Caller>| Subject {
        caller: caller.unwrap_or_else(|| Caller::of_environment(Vec::new())),
        verdict: None,
        api_key: matches!(facts.access, Access::BearerToken(_)),
    };
    match &facts.access {
        Access::Unsigned => Err(Check::skipped(
            "Not checked: requests go out unsigned, for a gateway to sign",
        )),
        Access::Export(None) => Err(Check::skipped(
            "Not checked: the credentials come from an `awsCredentialExport` of your own, which only Claude Code runs",
        )),
        Access::BearerToken(_) | Access::Keys(_) => Ok(environment(Caller::of_variables(facts))),
        Access::Export(Some(_)) | Access::Profile(_) | Access::Default => {
            let Some(credentials) = &facts.credentials else {
                return Ok(environment(None));
            };
            let name = facts.access.profile().unwrap_or_default();
            let profile = files
                .require_profile(name)
                .map_err(|error| Check::failed(&error))?;
            // An instance's may work all the same, which only AWS can tell.
            let may_be_elsewhere = credentials.are_elsewhere() && !offline;
            let problem = credentials.problem.as_ref();
            if let Some(problem) = problem.filter(|_| !credentials.is_valid() && !may_be_elsewhere)
            {
                let mut error = Error::new(problem.code, problem.message.clone());
                error.suggestion.clone_from(&problem.suggestion);
                return Err(Check::failed(&error));
            }
            Ok(Subject {
                caller: Caller::of(profile, credentials),
                verdict: Some((profile, credentials)),
                api_key: false,
            })
        }
    }
}

fn check(
    context: &Context<'_>,
    facts: &Facts<'_>,
    subject: &std::result::Result<Subject<'_>, Check>,
    warnings: &mut Vec<Warning>,
) -> Checks {
    let Subject {
        caller, api_key, ..
    } = match subject {
        Ok(subject) => subject,
        Err(check) => return blocked(check),
    };
    let region = facts.region.used.value.as_str();
    if context.options.offline {
        return from_kept(context, facts, caller, region);
    }
    let asker = match Asker::new(context) {
        Ok(found) => found,
        Err(error) => return blocked(&Check::failed(&error)),
    };
    context
        .listener
        .progress(&format!("Asking AWS about {region}"));
    let (who, listing) = if *api_key {
        (None, asker.list(caller, region, true))
    } else {
        let (who, listing) = asker.identify_and_list(caller, region);
        (Some(who), listing)
    };
    let remarks = asker.remarks(caller, region);
    let complete = remarks.is_empty();
    warnings.extend(remarks);
    let listing = listing.map(|profiles| listed(&profiles));
    let listing = listing.map_err(|error| without_flag(facts, error));
    let credentials = check_credentials(who.as_ref(), listing.as_ref().err());
    let bedrock_access = match &listing {
        // Credentials that AWS has just accepted are not what fails: its own words tell more.
        Err(error)
            if (means_no_credentials(error) || credentials.no_credentials)
                && !credentials.passed =>
        {
            Check::after(
                &Check::failed(error),
                "Cannot check - credentials do not work",
            )
        }
        Err(error) => Check::failed(error),
        Ok(models) if models.is_empty() => Check::failed(&without_flag(facts, no_access(region))),
        Ok(models) => Check::passed(access_to(models, region)),
    };
    let model_available = match &listing {
        _ if !bedrock_access.passed => {
            Check::after(&bedrock_access, "Cannot check model - no Bedrock access")
        }
        Ok(models) => model::check(facts, models, complete),
        Err(error) => Check::failed(error),
    };
    Checks {
        credentials,
        bedrock_access,
        model_available,
    }
}

/// With a step for those who have no `--region` to pass here: the region in use is that of the configuration.
fn without_flag(facts: &Facts<'_>, error: Error) -> Error {
    let Some(step) = error
        .suggestion
        .as_deref()
        .filter(|it| it.contains("--region"))
    else {
        return error;
    };
    if is_about_credentials(error.code) {
        return error;
    }
    let step = match (step.split_once("Pass --region "), &facts.profile) {
        (Some((question, near)), Some(profile)) => {
            let model = facts.model.as_ref().map_or("opus", |model| &model.value);
            let [profile, near, model] = [&profile.value, near, model].map(quote);
            format!(
                "{question}claude-bedrock apply-config --profile={profile} --region={near} --model={model}"
            )
        }
        _ => step
            .replace(
                "another region with --region",
                "another region with: claude-bedrock setup",
            )
            .replace("pass another --region, such", "choose another region, such"),
    };
    error.suggest(step)
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
fn from_kept(context: &Context<'_>, facts: &Facts<'_>, caller: &Caller, region: &str) -> Checks {
    let credentials = Check::skipped("AWS was not asked; by the files, the credentials may work");
    let Some(kept) = find_kept(context, caller, region) else {
        let check = Check::failed(&none_kept());
        return Checks {
            credentials,
            bedrock_access: check.clone(),
            model_available: check,
        };
    };
    // A kept listing does not tell whether they could be asked for.
    let has_own = kept.models.iter().any(|model| model.application);
    let age = describe_span(context.env.now - kept.kept_at.unwrap_or(context.env.now));
    let message = format!("{} {age} ago", access_to(&kept.models, region));
    Checks {
        credentials,
        bedrock_access: Check::skipped(message),
        model_available: model::check(facts, &kept.models, has_own),
    }
}

fn access_to(models: &[ListedModel], region: &str) -> String {
    format!(
        "Access to {} inference profile(s) in {region}",
        models.len()
    )
}

/// Nothing else can be told after this.
fn blocked(credentials: &Check) -> Checks {
    let message = match credentials.code {
        None => "Not checked",
        Some(_) if credentials.no_credentials => "Cannot check - credentials do not work",
        Some(_) => "Cannot check - AWS could not be asked",
    };
    let next = Check::after(credentials, message);
    Checks {
        credentials: credentials.clone(),
        bedrock_access: next.clone(),
        model_available: next,
    }
}

fn not_configured(warnings: Vec<Warning>, off: Option<&doctor::Check>) -> Tested {
    let mut error =
        Error::new(Code::NotConfigured, "Bedrock not configured").suggest("claude-bedrock setup");
    // A stronger file may do it, which no setup of the user's own file helps against.
    if let Some(off) = off {
        error.message.clone_from(&off.finding);
        error.suggestion.clone_from(&off.remedy);
    }
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
}
