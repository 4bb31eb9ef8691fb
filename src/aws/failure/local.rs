//! Failures that `aws` finds by itself, in its files: profiles, credentials, tokens.

use super::{Context, after, between, bounded};
use crate::error::{Code, Error};
use crate::report::escape;
use crate::shell::quote;

/// The error of a text of botocore's own; `None` when no text is known.
pub(super) fn error(context: &Context<'_>, text: &str) -> Option<Error> {
    sso(context, text)
        .or_else(|| credentials(context, text))
        .or_else(|| profile(context, text))
        .or_else(|| files(text))
}

/// An SSO session that has ended, as several texts and codes say it.
pub(super) fn session_expired(context: &Context<'_>) -> Error {
    let message = format!("the SSO session of {} has expired", context.who());
    Error::new(Code::SsoSessionExpired, message).suggest(context.login())
}

/// SSO sessions and `aws login` sessions.
fn sso(context: &Context<'_>, text: &str) -> Option<Error> {
    let who = context.who();
    if let Some(state) = after(text, "Error loading SSO Token: Token for ") {
        return Some(if state.ends_with("does not exist") {
            let message = format!("nobody has logged in to the SSO session of {who} yet");
            Error::new(Code::SsoLoginRequired, message).suggest(context.login())
        } else {
            token_invalid(context)
        });
    }
    if text.contains("The SSO session associated with this profile has expired")
        || text.contains("Error when retrieving token from sso:")
        || text.contains("Token has expired and refresh failed")
    {
        return Some(session_expired(context));
    }
    // A cache file without its members: the message is the bare key, the SHA-1 of the session's name.
    let bare = text.trim().trim_start_matches("aws: [ERROR]: ");
    let sha1 = bare
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .is_some_and(|key| key.len() == 40 && key.bytes().all(|b| b.is_ascii_hexdigit()));
    // Dates that dateutil cannot read, or that lack a zone.
    let dates = [
        "can't subtract offset-naive and offset-aware datetimes",
        "can't compare offset-naive and offset-aware datetimes",
        "Unknown string format:",
        "Parser must be a string or character stream",
    ];
    if sha1 || dates.iter().any(|date| text.contains(date)) {
        return Some(token_invalid(context));
    }
    if text.contains("The pending authorization to retrieve an SSO token has expired") {
        return Some(
            Error::new(Code::SsoLoginRequired, "the login was not finished in time")
                .suggest(context.login()),
        );
    }
    let aws_login = || {
        let ours = context.login_command.map(str::to_owned);
        ours.unwrap_or_else(|| format!("aws login{}", context.option()))
    };
    if text.contains("Error loading login session token:") {
        let message = format!("nobody has logged in for {who} yet");
        return Some(Error::new(Code::SsoLoginRequired, message).suggest(aws_login()));
    }
    if text.contains("Please reauthenticate using 'aws login'")
        || text.contains("must reauthenticate with your new password")
    {
        let message = format!("the login of {who} has expired");
        return Some(Error::new(Code::SsoSessionExpired, message).suggest(aws_login()));
    }
    if text.contains("Using the login credential provider requires") {
        let message = format!("{who} logs in with `aws login`, which the aws found cannot use");
        return Some(Error::new(Code::AwsCliV1, message).suggest(super::install_step()));
    }
    None
}

fn token_invalid(context: &Context<'_>) -> Error {
    let message = format!("the kept SSO token of {} cannot be read", context.who());
    Error::new(Code::SsoTokenInvalid, message).suggest(context.login())
}

fn credentials(context: &Context<'_>, text: &str) -> Option<Error> {
    let who = context.who();
    if text.contains("Unable to locate credentials")
        || text.contains("no credentials found")
        || text.contains("No credentials found in credential_source")
    {
        let message = format!("{who} holds no credentials");
        return Some(Error::new(Code::CredentialsMissing, message).suggest(
            if context.profile.is_some() {
                context.anew()
            } else {
                "name a profile that has some: --profile NAME".to_owned()
            },
        ));
    }
    if let Some(key) = after(text, "Partial credentials found in env, missing: ") {
        let message = format!(
            "the environment sets a part of the AWS keys, but not {}",
            bounded(key)
        );
        return Some(Error::new(Code::CredentialsInvalid, message).suggest(
            "take them out: unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
        ));
    }
    if let Some(why) = after(
        text,
        "Error when retrieving credentials from custom-process:",
    ) {
        return Some(process_failed(context, why));
    }
    // Python's JSON reader, on what a `credential_process` printed.
    if text.contains("Expecting value: line ") || text.contains("Expecting property name") {
        return Some(process_failed(context, "it printed no JSON"));
    }
    if text.contains("the refreshed credentials are still expired") {
        let message = format!("the credential_process of {who} gives expired credentials");
        return Some(Error::new(Code::CredentialsExpired, message).suggest(see_process(context)));
    }
    None
}

fn process_failed(context: &Context<'_>, why: &str) -> Error {
    let why = bounded(why);
    let why = if why.is_empty() {
        "it said nothing"
    } else {
        &why
    };
    let message = format!("the credential_process of {} failed: {why}", context.who());
    Error::new(Code::CredentialsMissing, message).suggest(see_process(context))
}

fn see_process(context: &Context<'_>) -> String {
    format!(
        "try the command by hand: aws configure get credential_process{}",
        context.option()
    )
}

/// Profiles that are not there, or whose keys do not fit together.
fn profile(context: &Context<'_>, text: &str) -> Option<Error> {
    let who = context.who();
    if let Some(name) = between(text, "The config profile (", ") could not be found") {
        if name.is_empty() {
            let message = "AWS_PROFILE is set to an empty name, which is no profile";
            return Some(
                Error::new(Code::ProfileNotFound, message)
                    .suggest("unset AWS_PROFILE AWS_DEFAULT_PROFILE"),
            );
        }
        let message = format!("there is no profile `{}`", escape(name));
        let step =
            "see what there is: claude-bedrock get-aws-context, or add it: claude-bedrock setup";
        return Some(Error::new(Code::ProfileNotFound, message).suggest(step));
    }
    if let Some(why) = contradiction(text) {
        let step = if text.contains("sso") || text.contains("SSO") {
            context.anew()
        } else {
            correct(context)
        };
        let whose = if context.profile.is_some() {
            &who
        } else {
            "the profile in use"
        };
        let message = format!("{whose} cannot be used: {why}");
        return Some(Error::new(Code::ProfileInvalid, message).suggest(step));
    }
    // botocore opens two files that profiles name; the text does not say for which of them.
    if let Some(path) = between(text, "[Errno 2] No such file or directory: '", "'") {
        let message = format!(
            "{who} names {}, which does not exist (credential_process or web_identity_token_file)",
            escape(path)
        );
        return Some(Error::new(Code::ProfileInvalid, message).suggest(correct(context)));
    }
    None
}

fn correct(context: &Context<'_>) -> String {
    let header = match context.profile {
        Some(name) if name != "default" => format!("[profile {}]", quote(name)),
        _ => "[default]".to_owned(),
    };
    format!("correct {header} in the AWS config file, then check with: claude-bedrock doctor")
}

/// Why the keys of a profile do not fit together, in botocore's words as far as they are clear.
fn contradiction(text: &str) -> Option<String> {
    if let Some(missing) = after(text, "Partial credentials found in ")
        .and_then(|found| Some(found.split_once("missing: ")?.1))
    {
        return Some(format!("it lacks {}", bounded(missing)));
    }
    if let Some(name) = between(text, "The specified sso-session does not exist: \"", "\"") {
        return Some(format!(
            "there is no section [sso-session {}]",
            escape(name)
        ));
    }
    if let Some(keys) = after(text, "but is missing required configuration: ")
        .or_else(|| between(text, "required SSO configuration values: ", ". "))
    {
        return Some(format!("it lacks {}", bounded(keys)));
    }
    if let Some(key) = between(text, "The value for ", " is inconsistent between profile") {
        return Some(format!(
            "its {} differs from that of its sso-session",
            escape(key)
        ));
    }
    if text.contains("Infinite loop in credential configuration detected") {
        return Some("its source_profile leads back to itself".to_owned());
    }
    if let Some(name) = between(
        text,
        "The source_profile \"",
        "\" referenced in the profile",
    ) {
        return Some(format!(
            "its source_profile `{}` does not exist",
            escape(name)
        ));
    }
    if let Some(name) = between(text, "The source profile \"", "\" must have credentials") {
        return Some(format!(
            "its source_profile `{}` holds no credentials",
            escape(name)
        ));
    }
    if text.contains("contains both source_profile and credential_source") {
        return Some("it has both source_profile and credential_source".to_owned());
    }
    if let Some(name) = between(text, "The credential source \"", "\" referenced in profile") {
        return Some(format!("`{}` is no credential_source", escape(name)));
    }
    if text.contains("has no role ARN configured") {
        return Some("it has web_identity_token_file and lacks role_arn".to_owned());
    }
    if text.contains("No closing quotation") || text.contains("No escaped character") {
        return Some("its credential_process has an open quote".to_owned());
    }
    if let Some(name) = after(text, "Unknown output type: ") {
        return Some(format!(
            "its output `{}` is no format of aws",
            bounded(name)
        ));
    }
    let settings = [
        "invalid literal for int()",
        "Value provided to \"max_attempts\"",
        "Invalid value provided to \"mode\"",
        "Unsupported configuration value for ",
        "Invalid endpoint: ",
        "Parameter validation failed",
    ];
    settings.iter().find_map(|start| {
        let at = text.find(start)?;
        Some(bounded(text.get(at..)?.lines().next()?))
    })
}

/// Files that the system does not let `aws` read or write, such as its caches.
fn files(text: &str) -> Option<Error> {
    let texts = [
        (
            "[Errno 13] Permission denied: '",
            Code::FileUnreadable,
            "aws may not open",
        ),
        (
            "[Errno 30] Read-only file system: '",
            Code::FileNotWritable,
            "aws cannot write",
        ),
        (
            "[Errno 28] No space left on device: '",
            Code::FileNotWritable,
            "there is no space left for",
        ),
    ];
    texts.into_iter().find_map(|(start, code, what)| {
        let path = between(text, start, "'")?;
        let message = format!("{what} {}", escape(path));
        Some(
            Error::new(code, message)
                .suggest(format!("look at: ls -ld {}", quote(path)))
                .at(path),
        )
    })
}
