//! Programs that the configuration starts.

use super::check::{Finding, Test, fail, ok, skipped, warn};
use crate::claude::plugin::{HookFailure, rivals};
use crate::commands::facts::{Facts, Sourced};
use crate::commands::layout::moment;
use crate::exec;
use crate::file;
use crate::shell::{is_of_the_shell, plain_words};

pub(super) const TESTS: &[Test] = &[
    ("REFRESH_COMMAND_NOT_FOUND", refresh_starts),
    ("EXPORT_COMMAND_NOT_FOUND", export_starts),
];

/// Those that do not concern the configuration in use.
pub(super) const FURTHER: &[Test] = &[
    ("AWS_CLI_NOT_FOUND", aws_is_found),
    ("CLAUDE_NOT_FOUND", claude_is_found),
    ("AWS_ALIAS", no_alias_shadows),
    ("HOOK_FAILED", no_hook_failed),
    ("PLUGIN_TWICE", plugin_is_there_once),
];

fn aws_is_found(facts: &Facts) -> Finding {
    match exec::find(facts.env, "aws".as_ref()) {
        Some(path) => ok(format!("`aws` is {}", facts.env.tilde(&path))),
        None => warn("`aws` is not on PATH: nothing can log in or list models")
            .remedy("install the AWS CLI version 2: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"),
    }
}

fn claude_is_found(facts: &Facts) -> Finding {
    match exec::find(facts.env, "claude".as_ref()) {
        Some(path) => ok(format!("`claude` is {}", facts.env.tilde(&path))),
        // Editors carry one of their own.
        None => skipped("`claude` is not on PATH"),
    }
}

fn refresh_starts(facts: &Facts) -> Finding {
    command_starts(facts, facts.refresh.as_ref(), "awsAuthRefresh", warn)
}

fn export_starts(facts: &Facts) -> Finding {
    command_starts(facts, facts.export.as_ref(), "awsCredentialExport", fail)
}

/// Looks for the program at the start of a line. A line that needs a shell to be understood is left to one.
fn command_starts(
    facts: &Facts,
    command: Option<&Sourced>,
    key: &str,
    bad: fn(String) -> Finding,
) -> Finding {
    let Some(command) = command else {
        return skipped(format!("`{key}` is not set"));
    };
    let words = plain_words(&command.value).unwrap_or_default();
    let Some(program) = words.first().filter(|word| !is_of_the_shell(word)) else {
        return skipped(format!("`{key}` is a line for a shell"));
    };
    match exec::find(facts.env, program.as_ref()) {
        Some(_) => ok(format!("`{key}` starts `{program}`, which is there")),
        None => bad(format!("`{key}` starts `{program}`, which is not there")).remedy(format!(
            "install it, or correct `{key}` in {}",
            command.origin.place(facts.env)
        )),
    }
}

/// A hook says nothing when it fails, and leaves a note.
fn no_hook_failed(facts: &Facts) -> Finding {
    match HookFailure::read(facts.env) {
        Some(failure) => warn(format!(
            "the plugin's hook {} failed on {}: {}",
            failure.event,
            moment(failure.at),
            failure.error
        ))
        .remedy("claude-bedrock plugin install"),
        None => ok("no hook of the plugin failed"),
    }
}

/// Two plugins of one name fight for the same commands.
fn plugin_is_there_once(facts: &Facts) -> Finding {
    let names: Vec<String> = facts.stack.user().map(rivals).unwrap_or_default();
    match names.first() {
        Some(name) => warn(format!("another plugin answers to /bedrock: {name}"))
            .remedy(format!("claude plugin uninstall {name}")),
        None => ok("no other plugin answers to /bedrock"),
    }
}

/// `~/.aws/cli/alias` may replace any command of `aws`: then nobody knows what it answers.
fn no_alias_shadows(facts: &Facts) -> Finding {
    const NEEDED: &[&str] = &["bedrock", "configure", "login", "sso", "sts"];
    let path = facts.env.home.join(".aws").join("cli").join("alias");
    let Ok(Some(bytes)) = file::read(&path) else {
        return ok("no aliases change `aws`");
    };
    let text = String::from_utf8_lossy(&bytes);
    let names = text.lines().filter_map(|line| line.split_once('='));
    let shadowed: Vec<&str> = names
        .map(|(name, _)| name.trim())
        .filter(|name| NEEDED.contains(name))
        .collect();
    if shadowed.is_empty() {
        return ok("no alias stands for a command that is needed");
    }
    let path = facts.env.tilde(&path);
    warn(format!(
        "an alias in {path} replaces `aws {}`",
        shadowed.join("`, `aws ")
    ))
    .remedy(format!("give the alias another name in {path}"))
}
