//! Credentials: what they are worth, when they end, and what renews them.

use super::check::{Finding, Test, fail, ok, skipped, warn};
use crate::aws::config_edit::asks_to_renew;
use crate::aws::credentials::{Credentials, Kind, Login, Status, hands_out, may_ask_instance};
use crate::claude::plan::{is_our_refresh, profile_of_command};
use crate::claude::settings::Scope;
use crate::commands::facts::{Access, Facts, Sourced, switches_off};
use crate::commands::session;
use crate::shell::quote;
use crate::time::describe_span;

pub(super) const TESTS: &[Test] = &[
    ("CREDENTIALS", credentials_work),
    ("SESSION_ENDS_SOON", session_lasts),
    ("SESSION_DOES_NOT_RENEW", session_renews),
    ("KEYS_END", keys_last),
    ("REFRESH_MISSING", refresh_is_set),
    ("REFRESH_FOR_OTHER_PROFILE", refresh_names_the_profile),
    ("REFRESH_WITHOUT_LOGIN", refresh_has_a_login),
    ("REFRESH_EVERY_START", refresh_is_guarded),
    ("REFRESH_WITHOUT_EFFECT", refresh_counts),
    ("EXPORT_SWITCHED_OFF", export_counts),
    ("EXPORT_AND_PROFILE", export_isolates),
];

/// Less than this is soon: a morning's work should not end in a login.
const SOON: i64 = 30 * 60;

/// The verdict on the profile in use.
fn verdict<'f>(facts: &'f Facts) -> Result<&'f Credentials, Finding> {
    if !facts.on {
        return Err(skipped("Bedrock is not on"));
    }
    facts
        .credentials
        .as_ref()
        .ok_or_else(|| skipped("no profile is in use"))
}

fn credentials_work(facts: &Facts) -> Finding {
    if !facts.on {
        return skipped("Bedrock is not on");
    }
    let words = || session::words(facts);
    let Some(credentials) = &facts.credentials else {
        return match facts.access {
            Access::Default if hands_out(facts.env) => ok(words()),
            Access::Default if facts.files.is_ok() => {
                let none =
                    "no profile is named, `default` holds no credentials, and no keys are set";
                // Whether this is an instance with a role takes a call to tell, and what looks like none may have a
                // stand-in for its metadata service.
                let finding = if may_ask_instance(facts.env) {
                    warn(format!("{none}: Claude Code works only where the machine has a role of its own, as on EC2"))
                        .remedy("anywhere else: claude-bedrock setup")
                } else {
                    fail(none).remedy("claude-bedrock setup")
                };
                finding.code("CREDENTIALS_MISSING")
            }
            Access::Default | Access::Profile(_) => skipped("the AWS files are not valid"),
            _ => ok(words()),
        };
    };
    if credentials.is_valid() {
        return ok(words());
    }
    match &credentials.problem {
        // `PROFILE_NOT_FOUND` has been said.
        Some(_) if session::is_of_no_profile(credentials) => skipped("the profile is not there"),
        Some(problem) => {
            let finding = fail(problem.message.clone()).code(problem.code.as_str());
            match &problem.suggestion {
                Some(step) => finding.remedy(step),
                None => finding,
            }
        }
        None => fail(words()),
    }
}

fn session_lasts(facts: &Facts) -> Finding {
    let credentials = match verdict(facts) {
        Ok(credentials) => credentials,
        Err(finding) => return finding,
    };
    let (Some(end), Status::Valid, None) = (
        credentials.expires,
        credentials.status,
        credentials.renewable_until,
    ) else {
        return skipped("there is no end to wait for");
    };
    let left = end - facts.env.now;
    if left >= SOON {
        return ok(format!("the session lasts another {}", describe_span(left)));
    }
    let finding = warn(format!("the session ends in {}", describe_span(left)));
    // What `aws` keeps of a role may come anew by another way than a login.
    let problem = credentials.problem.as_ref();
    let step = problem.and_then(|problem| problem.suggestion.clone());
    let step = step.or_else(|| Some(credentials.login.as_ref()?.command()));
    match step {
        Some(step) => finding.remedy(step),
        None => finding,
    }
}

/// Without a refresh token a session lasts its hours and no longer.
fn session_renews(facts: &Facts) -> Finding {
    let credentials = match verdict(facts) {
        Ok(credentials) => credentials,
        Err(finding) => return finding,
    };
    let Some(login) = &credentials.login else {
        return skipped("nothing logs in");
    };
    let Ok(files) = &facts.files else {
        return skipped("the files are not valid");
    };
    let profile = quote(login.profile());
    match login {
        Login::AwsLogin { .. } => return ok("the login renews itself"),
        Login::Sso { .. } if credentials.sso_session.is_none() => {
            return warn(
                "a profile of the old style, without an sso-session, never renews its session",
            )
            .remedy(format!("claude-bedrock sso upgrade --profile {profile}"));
        }
        Login::Sso { .. } => {}
    }
    if credentials.renewable_until.is_some() {
        return ok("the session renews itself");
    }
    let Some(session) = credentials
        .sso_session
        .as_deref()
        .and_then(|name| files.find_sso_session(name))
    else {
        return skipped("there is no sso-session");
    };
    let scopes = session.text("sso_registration_scopes").unwrap_or_default();
    if asks_to_renew(scopes) {
        return ok("the session asks to renew itself");
    }
    warn(format!(
        "the sso-session `{}` does not ask for sso:account:access, so it may end after hours rather than months",
        session.name
    ))
    .remedy(format!("claude-bedrock sso upgrade --profile {profile}"))
}

fn keys_last(facts: &Facts) -> Finding {
    match verdict(facts) {
        Ok(credentials) if credentials.kind == Kind::Session && credentials.expires.is_none() => {
            warn("the profile holds session keys, and no file says when they end")
                .remedy("when AWS refuses them, get new ones where these came from")
        }
        Ok(_) => ok("no session keys of unknown age"),
        Err(finding) => finding,
    }
}

fn refresh_is_set(facts: &Facts) -> Finding {
    let credentials = match verdict(facts) {
        Ok(credentials) => credentials,
        Err(finding) => return finding,
    };
    match (&credentials.login, &facts.refresh) {
        (None, _) => skipped("nothing logs in"),
        (_, Some(refresh)) => ok(format!("`awsAuthRefresh` is `{}`", refresh.value)),
        (Some(_), None) => warn(
            "`awsAuthRefresh` is not set, so Claude Code stops when the session ends instead of logging in",
        )
        .remedy("claude-bedrock setup"),
    }
}

/// The refresh command and what speaks against it for the profile in use.
fn refresh_misfit<'f>(facts: &'f Facts) -> Result<(&'f Sourced, Option<Finding>), Finding> {
    let credentials = verdict(facts)?;
    let (Some(refresh), Ok(files)) = (&facts.refresh, &facts.files) else {
        return Err(skipped("`awsAuthRefresh` is not set"));
    };
    let place = refresh.origin.place(facts.env);
    let misfit = session::find_misfit(&refresh.value, credentials, files);
    let finding = misfit.map(|(code, message)| {
        let step = match &credentials.login {
            Some(login) => {
                let command = login.command();
                format!("write `{command}` as `awsAuthRefresh` in {place}")
            }
            None => format!("take `awsAuthRefresh` out of {place}"),
        };
        let finding = warn(message).code(code).at_key("awsAuthRefresh");
        finding.remedy(step)
    });
    Ok((refresh, finding))
}

fn refresh_names_the_profile(facts: &Facts) -> Finding {
    match refresh_misfit(facts) {
        Ok(_) if !logs_in(facts) => skipped("nothing logs in"),
        Err(finding) | Ok((_, Some(finding))) => finding,
        Ok((refresh, None)) => match profile_of_command(&refresh.value) {
            Some(name) => ok(format!("`awsAuthRefresh` logs in to `{name}`")),
            None => ok("`awsAuthRefresh` names no profile"),
        },
    }
}

fn refresh_has_a_login(facts: &Facts) -> Finding {
    match refresh_misfit(facts) {
        Ok((_, Some(finding))) if !logs_in(facts) => finding,
        Ok(_) => ok("`awsAuthRefresh` suits the profile"),
        Err(finding) => finding,
    }
}

fn logs_in(facts: &Facts) -> bool {
    facts
        .credentials
        .as_ref()
        .is_some_and(Credentials::can_log_in)
}

/// Claude Code asks STS first; where STS cannot be reached, it logs in at every start.
fn refresh_is_guarded(facts: &Facts) -> Finding {
    let Some(refresh) = facts.refresh.as_ref().filter(|_| facts.on) else {
        return skipped("`awsAuthRefresh` is not set, or Bedrock is not on");
    };
    let own_endpoint = facts.variable("ANTHROPIC_BEDROCK_BASE_URL").is_some();
    let bare = is_our_refresh(&refresh.value) && !refresh.value.contains("--if-needed");
    if own_endpoint && bare {
        return warn("requests go to an endpoint of your own: where AWS STS cannot be reached, `awsAuthRefresh` logs in at every start")
            .remedy(facts.apply_again("--auth-refresh guarded"));
    }
    ok("nothing makes `awsAuthRefresh` run for no reason")
}

fn refresh_counts(facts: &Facts) -> Finding {
    match (&facts.refresh, &facts.access) {
        (Some(refresh), Access::BearerToken(_) | Access::Unsigned) => warn(format!(
            "`awsAuthRefresh` ({}) has no effect: {}",
            refresh.origin.place(facts.env),
            match &facts.access {
                Access::BearerToken(origin) =>
                    format!("a Bedrock API key is used ({})", origin.words()),
                _ => session::words(facts),
            }
        ))
        .remedy(refresh.origin.take_out("awsAuthRefresh", facts.env)),
        (Some(refresh), _) if matches!(refresh.scope(), Some(Scope::Project | Scope::Local)) => {
            warn(format!(
                "`awsAuthRefresh` in {} counts only once you trust the folder",
                refresh.origin.place(facts.env)
            ))
            .remedy("start Claude Code in it once, and say yes")
        }
        (Some(_), _) => ok("`awsAuthRefresh` counts"),
        (None, _) => skipped("`awsAuthRefresh` is not set"),
    }
}

fn export_counts(facts: &Facts) -> Finding {
    match &facts.export {
        Some(export) if switches_off(facts.profile.as_ref(), export) => {
            warn("your organization sets `AWS_PROFILE`, which switches `awsCredentialExport` off")
                .remedy(export.origin.take_out("awsCredentialExport", facts.env))
        }
        Some(_) => ok("`awsCredentialExport` counts"),
        None => skipped("`awsCredentialExport` is not set"),
    }
}

/// The export keeps credentials from the commands that Claude Code runs; a profile beside it hands them over again.
fn export_isolates(facts: &Facts) -> Finding {
    match (&facts.export, &facts.profile) {
        (Some(export), profile) if switches_off(profile.as_ref(), export) => {
            skipped("`awsCredentialExport` is switched off")
        }
        (Some(_), Some(profile)) if profile.scope().is_some() => warn(format!(
            "`awsCredentialExport` keeps credentials from commands, and `AWS_PROFILE` ({}) hands them the profile `{}`",
            profile.origin.place(facts.env),
            profile.value
        ))
        .remedy(profile.origin.take_out("AWS_PROFILE", facts.env)),
        (Some(_), _) => ok("credentials reach Bedrock alone"),
        (None, _) => skipped("`awsCredentialExport` is not set"),
    }
}
