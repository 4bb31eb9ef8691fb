//! What `aws` printed on stderr to an error with a code.
//!
//! Exit codes say little (version 1 has 255 for nearly everything), so the texts decide, the most specific first. The
//! texts are those of botocore (`botocore/exceptions.py`) and of real runs (`fixtures/aws-cli-runs.jsonl`).

mod local;
mod network;
mod service;

use std::borrow::Cow;

use crate::error::{Code, Error};
use crate::report::{escape, without_password};
use crate::shell::quote;
pub use network::is_of_region;

/// What was asked of `aws`, for the sentence and for the command to paste.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The command's words: `bedrock list-inference-profiles`.
    pub operation: &'a str,
    /// The profile it ran with; `None` for the environment's own credentials.
    pub profile: Option<&'a str>,
    /// The region it ran with.
    pub region: Option<&'a str>,
    /// What logs in for that profile, where that is known to be something else than `aws sso login --profile …`: another
    /// profile may hold the session, and some profiles take `aws login`.
    pub login_command: Option<&'a str>,
}

impl Context<'_> {
    /// Whose credentials were used, for a sentence.
    fn who(&self) -> String {
        match self.profile {
            Some(name) => format!("the profile `{}`", escape(name)),
            None => "the environment".to_owned(),
        }
    }

    /// ` --profile NAME` for the end of a command to paste, or nothing.
    fn option(&self) -> String {
        self.profile
            .map(|name| format!(" --profile {}", quote(name)))
            .unwrap_or_default()
    }

    /// What to do about a profile that cannot work as it is configured.
    fn anew(&self) -> String {
        let profile = self.profile.map_or_else(String::new, |name| {
            format!(
                "correct [profile {}], or configure a new one: ",
                escape(name)
            )
        });
        format!("{profile}claude-bedrock setup")
    }

    fn login(&self) -> String {
        self.login_command
            .map_or_else(|| format!("aws sso login{}", self.option()), str::to_owned)
    }

    fn place(&self) -> String {
        self.region
            .map(|region| format!(" in {}", escape(region)))
            .unwrap_or_default()
    }

    /// The same call for the user to look at.
    pub(super) fn again(&self) -> String {
        let region = self
            .region
            .map(|region| format!(" --region {}", quote(region)))
            .unwrap_or_default();
        format!("aws {}{}{region}", self.operation, self.option())
    }
}

/// Why a run of `aws` failed, told from its exit code (`None` when a signal ended it) and what it wrote to stderr.
///
/// Every text gets a sentence and a next step; one that is not known is `AWS_CLI_FAILED` and carries its last line.
/// The detail `awsError` holds what `aws` said.
pub fn classify(context: &Context<'_>, exit: Option<i32>, stderr: &str) -> Error {
    let stderr = &without_passwords(stderr);
    let said = core(stderr);
    let error = before_the_command(context, stderr)
        .or_else(|| usage(context, stderr))
        .or_else(|| service::parse(context, stderr).and_then(|it| service::error(context, &it)))
        .or_else(|| network::region(context, stderr))
        .or_else(|| network::unreached(context, stderr))
        .or_else(|| local::error(context, stderr))
        .unwrap_or_else(|| unknown(context, exit, &said));
    if said.is_empty() {
        error
    } else {
        error.detail("awsError", said)
    }
}

/// How to get a current `aws` on this system; it also replaces an older one.
pub(super) fn install_step() -> &'static str {
    if cfg!(target_os = "macos") {
        "install it with: brew install awscli"
    } else if cfg!(windows) {
        "install it with: msiexec.exe /i https://awscli.amazonaws.com/AWSCLIV2.msi"
    } else if cfg!(target_arch = "aarch64") {
        "install version 2 with: (cd \"$(mktemp -d)\" && curl -fo aws.zip https://awscli.amazonaws.com/awscli-exe-linux-aarch64.zip && unzip -q aws.zip && sudo ./aws/install --update)"
    } else {
        "install version 2 with: (cd \"$(mktemp -d)\" && curl -fo aws.zip https://awscli.amazonaws.com/awscli-exe-linux-x86_64.zip && unzip -q aws.zip && sudo ./aws/install --update)"
    }
}

/// What stops `aws` whatever it was asked: files it cannot read, a question nobody can answer.
fn before_the_command(context: &Context<'_>, text: &str) -> Option<Error> {
    if let Some(path) = after(text, "Unable to parse config file: ") {
        let path = escape(path);
        return Some(
            Error::new(Code::AwsConfigInvalid, format!("aws cannot parse {path}"))
                .suggest("see the line and the cause with: claude-bedrock doctor")
                .at(path),
        );
    }
    // The prompt names the device that only its owner can answer for.
    if let Some(device) = after(text, "Enter MFA code for ") {
        let device = escape(device.trim_end_matches(':'));
        let message = format!("{} asks for an MFA code of {device}", context.who());
        return Some(Error::new(Code::MfaRequired, message).suggest(format!(
            "answer it once on a terminal, aws keeps the session: aws sts get-caller-identity{}",
            context.option()
        )));
    }
    if text.contains("Input is not a terminal") {
        let message = "aws wants to ask back, because `cli_auto_prompt` is on";
        return Some(Error::new(Code::AwsCliFailed, message).suggest(format!(
            "turn it off: aws configure set cli_auto_prompt off{}",
            context.option()
        )));
    }
    None
}

/// Usage texts: our calls are right for a current version 2, so `aws` is another.
fn usage(context: &Context<'_>, text: &str) -> Option<Error> {
    if !text.contains("usage: aws") && !text.contains("usage: \r") {
        return None;
    }
    let operation = context.operation;
    if text.contains("Note: AWS CLI version 2, the latest major version") {
        let message =
            format!("the `aws` found is version 1, which cannot do this: aws {operation}");
        return Some(Error::new(Code::AwsCliV1, message).suggest(install_step()));
    }
    let choices = [
        "argument command:",
        "argument operation:",
        "argument subcommand:",
    ];
    let unknown_command =
        text.contains("nvalid choice") && choices.iter().any(|choice| text.contains(choice));
    if unknown_command || text.contains("Unknown options:") {
        let message = format!("the `aws` found is too old for this: aws {operation}");
        return Some(Error::new(Code::AwsCliTooOld, message).suggest(install_step()));
    }
    None
}

fn unknown(context: &Context<'_>, exit: Option<i32>, said: &str) -> Error {
    let operation = context.operation;
    let message = match (exit, said) {
        // What a shell or a version manager's shim says when there is no `aws` behind it.
        (Some(126 | 127), said) => {
            let why = if said.is_empty() {
                "nothing behind it"
            } else {
                said
            };
            return Error::new(
                Code::AwsCliNotFound,
                format!("the aws found does not start: {why}"),
            )
            .suggest(install_step());
        }
        (Some(exit), "") => format!("`aws {operation}` failed with exit code {exit}, silently"),
        (None, "") => format!("`aws {operation}` was ended by a signal"),
        (_, said) => format!("`aws {operation}` failed: {said}"),
    };
    Error::new(Code::AwsCliFailed, message)
        .suggest(format!("look closer with: {} --debug", context.again()))
}

/// The line that matters: the one marked as the error, or else the last; on one line, escaped, at most 300 characters.
fn core(stderr: &str) -> String {
    let lines = || {
        stderr
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    let marked = lines().find_map(|line| {
        let marks = ["aws: [ERROR]: ", "aws: error: "];
        marks.iter().find_map(|mark| line.strip_prefix(mark))
    });
    let started = || lines().find(|line| line.starts_with("An error occurred ("));
    let last = || lines().next_back().filter(|line| *line != "aws: [ERROR]:");
    bounded(marked.or_else(started).or_else(last).unwrap_or_default())
}

/// Foreign text for a sentence: escaped, without a full stop at its end, at most 300 characters.
fn bounded(text: &str) -> String {
    const MOST: usize = 300;
    let text = text.trim().trim_end_matches('.');
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    escape(&short)
}

/// Hides `USER:PASSWORD` in URLs, as a proxy's may have it.
///
/// `aws` quotes them as they were set, and a password may hold whatever else ends a URL: a slash, a quote, a blank, another
/// `@`. So all of a line is hidden from `://` to its last `@`: a word too many rather than a part of a secret too few.
fn without_passwords(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let url = line.split_once("://").map(|(_, url)| url);
        if url.is_some_and(|url| url.contains('@')) {
            Cow::Owned(without_password(line))
        } else {
            Cow::Borrowed(line)
        }
    });
    lines.collect()
}

/// What follows `start`, to the end of its line or as much of it as a sentence can take.
fn after<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(start)?;
    Some(beginning(rest.lines().next().unwrap_or_default().trim()))
}

/// What stands between `start` and the next `end`, or as much of it as a sentence can take.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(start)?;
    Some(beginning(rest.split_once(end)?.0))
}

/// The first thousand characters: no name and hardly a path is longer, and foreign text may be megabytes.
fn beginning(text: &str) -> &str {
    let end = text.char_indices().nth(1_000);
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests;
