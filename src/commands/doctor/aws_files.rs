//! `~/.aws/config` and `~/.aws/credentials`: what both readers make of them.

use super::check::{Finding, Test, fail, ok, skipped, warn};
use crate::aws::claude_view::{KEYS_HIDE_SSO, UNREADABLE};
use crate::aws::cli_keys;
use crate::aws::profiles::{AWS_FILE_VARIABLES, AwsFiles, Profile};
use crate::claude::settings::{Scope, Source};
use crate::commands::facts::{Access, Facts};
use crate::error::Error;
use crate::nearest::nearest;
use crate::shell::quote;

pub(super) const TESTS: &[Test] = &[
    ("AWS_CONFIG_INVALID", files_are_valid),
    ("AWS_FILE_UNREADABLE", files_are_readable),
    ("PROFILE_NOT_FOUND", profile_exists),
    ("PROFILE_UNREADABLE", profile_is_seen),
    (KEYS_HIDE_SSO, credentials_are_the_same),
    ("AWS_PATHS_DIFFER", readers_open_the_same_files),
];

/// Those that do not concern the configuration in use.
pub(super) const FURTHER: &[Test] = &[
    ("OTHER_PROFILES_UNREADABLE", other_profiles_are_seen),
    ("AWS_DEFAULT_PROFILE", no_default_profile_variable),
    ("SHELL_KEYS", no_keys_in_the_shell),
    (cli_keys::CLI_KEYS_INVALID, cli_keys_are_valid),
    ("CREDENTIALS_READABLE_BY_OTHERS", credentials_are_private),
];

fn files_are_valid(facts: &Facts) -> Finding {
    match &facts.files {
        Ok(files) => ok(format!(
            "aws reads its files: {}",
            crate::commands::layout::count(files.profiles.len(), "profile")
        )),
        Err(error) => fail(error.message.clone()).remedy(step_of(error)),
    }
}

fn step_of(error: &Error) -> String {
    error.suggestion.clone().unwrap_or_default()
}

/// botocore passes over a file that it cannot open, and says nothing.
fn files_are_readable(facts: &Facts) -> Finding {
    let Ok(files) = &facts.files else {
        return skipped("the files are not valid");
    };
    match files.find_unreadable(facts.env).into_iter().next() {
        Some(error) => warn(format!("{}; aws passes it over", error.message))
            .remedy(error.suggestion.clone().unwrap_or_default()),
        None => ok("no file is passed over"),
    }
}

/// The profile in use, where the files can be read and a profile is in use.
fn profile<'f>(facts: &'f Facts) -> Result<&'f Profile, Finding> {
    let name = match &facts.access {
        _ if !facts.on => return Err(skipped("Bedrock is not on")),
        Access::Unsigned | Access::BearerToken(_) | Access::Keys(_) => {
            return Err(skipped("no profile is in use"));
        }
        access => access.profile(),
    };
    let Ok(files) = &facts.files else {
        return Err(skipped("the files are not valid"));
    };
    match name.map(|name| (name, files.find_profile(name))) {
        None => Err(skipped("no profile is in use")),
        Some((_, Some(profile))) => Ok(profile),
        Some((name, None)) if facts.access.is_named() => Err(not_found(facts, files, name)),
        Some(_) => Err(skipped(
            "no profile is named, and there is no profile `default`",
        )),
    }
}

fn not_found(facts: &Facts, files: &AwsFiles, name: &str) -> Finding {
    let finding = fail(format!(
        "the profile `{name}` is in neither of the AWS files"
    ));
    if let Some(step) = files.correct_header(name) {
        return finding.remedy(step);
    }
    let names = files.profiles.iter().map(|profile| profile.name.as_str());
    let place = facts
        .profile
        .as_ref()
        .map(|value| value.origin.place(facts.env));
    match (nearest(name, names), place) {
        (Some(near), Some(place)) => finding.remedy(format!(
            "claude-bedrock setup, or write `{near}` as `AWS_PROFILE` in {place}"
        )),
        _ => finding.remedy("claude-bedrock setup"),
    }
}

fn profile_exists(facts: &Facts) -> Finding {
    match profile(facts) {
        Ok(profile) => ok(format!("the profile `{}` is there", profile.name)),
        Err(finding) => finding,
    }
}

/// As [`profile`], for the checks after [`profile_exists`], which has said what is wrong.
fn present<'f>(facts: &'f Facts) -> Result<&'f Profile, Finding> {
    profile(facts).map_err(|_| skipped("there is no such profile in use"))
}

fn profile_is_seen(facts: &Facts) -> Finding {
    let profile = match present(facts) {
        Ok(profile) => profile,
        Err(finding) => return finding,
    };
    match facts.view.unreadable_reason(profile) {
        None => ok(format!("Claude Code sees the profile `{}`", profile.name)),
        // What an export command prints is `aws`'s own, and that sees the profile.
        Some(_) if matches!(facts.access, Access::Export(_)) => {
            ok("the export command reads the profile through `aws`")
        }
        Some(reason) => {
            let step = reason.step();
            fail(reason.message).remedy(step)
        }
    }
}

/// At the end of the profile's chain: other credentials than those of `aws`, and what only `aws` can read.
fn credentials_are_the_same(facts: &Facts) -> Finding {
    let profile = match present(facts) {
        Ok(profile) => profile,
        Err(finding) => return finding,
    };
    if matches!(facts.access, Access::Export(_)) {
        return ok("the export command reads the profile through `aws`");
    }
    let files = facts.files.as_ref().ok();
    let Some(found) = files.and_then(|files| facts.view.differing_credentials(profile, files))
    else {
        return ok("Claude Code takes the same credentials as aws");
    };
    let finding = if found.code.ends_with(UNREADABLE) {
        fail(found.message)
    } else {
        warn(found.message)
    };
    finding
        .code(found.code)
        .remedy(found.suggestion.unwrap_or_default())
}

/// An empty variable is no file for botocore and the default for Claude Code; a `$NAME` in it only botocore expands.
/// One in the settings of the working folder is Claude Code's alone.
fn readers_open_the_same_files(facts: &Facts) -> Finding {
    for name in AWS_FILE_VARIABLES {
        let source = facts.stack.effective_env(name).map(|found| found.source);
        let place = match &source {
            Some(Source::File(_, path)) => facts.env.tilde(path),
            _ => "this shell".to_owned(),
        };
        let remedy = match &source {
            Some(Source::File(..)) => format!("take `{name}` out of {place}"),
            _ => format!("unset {name}"),
        };
        let scope = source.and_then(|source| source.scope());
        if matches!(scope, Some(Scope::Local | Scope::Project)) {
            return warn(format!(
                "`{name}` in {place} sends Claude Code to another AWS file than the one looked at here"
            ))
            .remedy(remedy);
        }
        let set = facts.env.var(name);
        if set.is_some_and(|value| value.is_empty() || value.contains('$')) {
            return warn(format!(
                "`{name}` is {} in {place}: aws and Claude Code open different files for it",
                set.filter(|value| !value.is_empty()).unwrap_or("empty")
            ))
            .remedy(remedy);
        }
    }
    ok("aws and Claude Code open the same files")
}

fn other_profiles_are_seen(facts: &Facts) -> Finding {
    let Ok(files) = &facts.files else {
        return skipped("the files are not valid");
    };
    let in_use = facts.access.profile();
    let hidden: Vec<&str> = files
        .profiles
        .iter()
        .filter(|profile| {
            Some(profile.name.as_str()) != in_use && facts.view.unreadable_reason(profile).is_some()
        })
        .map(|profile| profile.name.as_str())
        .collect();
    match hidden.as_slice() {
        [] => ok("Claude Code sees every profile that aws lists"),
        names => warn(format!(
            "aws lists profiles that Claude Code cannot load: {}",
            names.join(", ")
        ))
        .remedy("see why, for each: claude-bedrock get-aws-context"),
    }
}

/// Claude Code ignores it; `aws` versions 1 and 2 disagree about it.
fn no_default_profile_variable(facts: &Facts) -> Finding {
    match facts.shell("AWS_DEFAULT_PROFILE") {
        Some(name) => warn(format!(
            "`AWS_DEFAULT_PROFILE` is {name} in this shell, and Claude Code ignores it"
        ))
        .remedy("unset AWS_DEFAULT_PROFILE"),
        None => ok("`AWS_DEFAULT_PROFILE` is not set"),
    }
}

/// With both, Claude Code takes the profile and a bare `aws` takes the keys.
fn no_keys_in_the_shell(facts: &Facts) -> Finding {
    let keys = facts.shell("AWS_ACCESS_KEY_ID").is_some();
    if !(keys && facts.profile.is_some()) {
        return ok("no keys in the shell compete with the profile");
    }
    warn("this shell has access keys too: Claude Code takes the profile, and `aws` without --profile takes the keys")
        .remedy("unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN")
}

/// Keys that make `aws` fail, or fail when nobody is at the terminal.
fn cli_keys_are_valid(facts: &Facts) -> Finding {
    let profile = match present(facts) {
        Ok(profile) => profile,
        Err(finding) => return finding,
    };
    let files = facts.files.as_ref().ok();
    if let Some(found) = files.and_then(|files| cli_keys::find_fatal(profile, files)) {
        return warn(found.message).remedy(found.suggestion.unwrap_or_default());
    }
    let name = &profile.name;
    let prompt = profile.text("cli_auto_prompt");
    if prompt.is_some_and(|prompt| prompt.eq_ignore_ascii_case("on")) {
        return warn(format!(
            "the profile `{name}` has cli_auto_prompt on: aws stops where there is no terminal"
        ))
        .remedy(format!(
            "aws configure set cli_auto_prompt on-partial --profile {}",
            quote(name)
        ));
    }
    ok("no key of the profile stops aws")
}

#[cfg(unix)]
fn credentials_are_private(facts: &Facts) -> Finding {
    let Ok(files) = &facts.files else {
        return skipped("the files are not valid");
    };
    let path = &files.credentials.path;
    if !super::is_open_to_others(path) {
        return ok("nobody else can read the credentials file");
    }
    let path = facts.env.tilde(path);
    warn(format!("others on this machine can read {path}")).remedy(format!("chmod 600 {path}"))
}

/// Windows keeps what is in a user's folder to that user.
#[cfg(not(unix))]
fn credentials_are_private(facts: &Facts) -> Finding {
    match &facts.files {
        Err(_) => skipped("the files are not valid"),
        Ok(files) if files.credentials.path.starts_with(&facts.env.home) => {
            ok("nobody else can read the credentials file")
        }
        Ok(_) => skipped("the credentials file is outside your own folder"),
    }
}
