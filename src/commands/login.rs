//! `login`: logs in for the profile that holds the session, once, however many ask for it.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::aws::cli::{AwsCli, Browser};
use crate::aws::credentials::{Credentials, Inspector, Kind, Login as How, Status};
use crate::aws::failure;
use crate::aws::profiles::AwsFiles;
use crate::aws::role_cache::login_path;
use crate::aws::sso::TokenKey;
use crate::claude::settings::Stack;
use crate::commands::Context;
use crate::commands::usage::{Flag, Takes, arguments};
use crate::env::Env;
use crate::error::{Code, Error, Result};
use crate::exec;
use crate::file;
use crate::hash::sha1_hex;
use crate::report::{Look, Report, document, escape};
use crate::shell::option;
use crate::time::{Epoch, describe_span, format_timestamp};

arguments! {
    /// Log in to the SSO session (or `aws login` session) of a profile
    ///
    /// With --if-needed it is what Claude Code may call whenever credentials fail: it returns at once while the session is
    /// alive, and of several callers one logs in and the others wait for it.
    ///
    /// Examples:
    ///   claude-bedrock login                     opens a browser
    ///   claude-bedrock login --use-device-code   for a machine without one
    pub struct Login = "login" {
        /// Profile to log in for: the configured one, else AWS_PROFILE, else the only one that can log in
        pub(super) profile: Option<String> = Flag::option("profile", Takes::Text("NAME"));

        /// Do nothing while the session is alive
        pub(super) if_needed: bool = Flag::switch("if-needed");

        /// Print the address instead of opening a browser
        pub(super) no_browser: bool = Flag::switch("no-browser");

        /// Print an address and a code to enter on any computer
        pub(super) use_device_code: bool = Flag::switch("use-device-code");
    }
}

/// How long a caller waits for another one's login, in seconds, and how long a login may take that Claude Code asked for:
/// it ends its refresh command after 180, and would leave `aws` behind.
const LONGEST_WAIT: u64 = 170;

/// The `data` of the answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionAnswer {
    profile: String,
    /// Whether this call, or the one that it waited for, logged in.
    logged_in: bool,
    status: Status,
    sso_session: Option<String>,
    session_expires: Option<String>,
    renewable_until: Option<String>,
    #[serde(skip)]
    line: String,
}

impl Login {
    /// Logs in, or finds that nobody has to.
    ///
    /// # Errors
    /// `PROFILE_NOT_FOUND`, `USAGE` where it is not clear which profile; `CREDENTIALS_MISSING` for a profile that does not
    /// log in; what `aws` failed with (`NETWORK_ERROR`, `AWS_CLI_V1`, …); `AWS_CLI_TIMED_OUT` when another caller's login
    /// takes too long.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let files = AwsFiles::load(context.env)?;
        let name = match &self.profile {
            Some(name) => name.clone(),
            None => choose_profile(context, &files, Purpose::Login)?,
        };
        files.require_profile(&name)?;
        let found = Inspector::new(context.env, &files).inspect(&name);
        let Some(how) = &found.login else {
            return Err(cannot_log_in(&found, &name));
        };
        let session = |env| Inspector::new(env, &files).inspect(how.profile());
        let before = session(context.env);
        if self.if_needed && before.is_valid() {
            return Ok(answer(context, how, &before, false));
        }
        if context.options.offline {
            let message = "logging in takes `aws` and the network, and --offline rules them out";
            return Err(Error::new(Code::Usage, message).suggest("leave --offline out"));
        }
        let aws = AwsCli::find(context.env)?;
        let turn = take_turn(context, how, &before)?;
        if turn.as_ref().is_some_and(file::Turn::waited) {
            let now = session(context.env);
            if now.is_valid() {
                return Ok(answer(context, how, &now, true));
            }
            // One browser window is enough: whoever closed it did not want another.
            let message = format!(
                "another caller tried to log in to {} and did not succeed",
                what(&before, how.profile())
            );
            return Err(Error::new(Code::SsoLoginRequired, message).suggest(how.command()));
        }
        self.log_in(context, &aws, how)?;
        let after = session(context.env);
        if !after.is_valid() {
            let why = after.problem.as_ref().map(|problem| &problem.message);
            let message = format!(
                "`{}` reported success and left no token that works: {}",
                how.command(),
                why.map_or("the session is over", String::as_str)
            );
            let error = Error::new(Code::SsoTokenInvalid, message).suggest(format!(
                "see which `aws` is run, and with what: claude-bedrock login {} --verbose",
                option("--profile", &name)
            ));
            let file = token_file(context.env, &files, &after, how.profile());
            return Err(match file {
                Some(file) => error.at(file),
                None => error,
            });
        }
        Ok(answer(context, how, &after, true))
    }

    fn log_in(&self, context: &Context<'_>, aws: &AwsCli, how: &How) -> Result<()> {
        let (run, operation) = match how {
            How::Sso { profile } => {
                let browser = match (self.use_device_code, self.no_browser) {
                    (true, _) => Browser::DeviceCode,
                    (false, true) => Browser::Print,
                    (false, false) => Browser::Open,
                };
                (aws.sso_login(profile, browser), "sso login")
            }
            How::AwsLogin { profile } => (aws.login(profile), "login"),
        };
        context.listener.trace(&run.command_line());
        let called = self.if_needed && !context.env.stdin_is_terminal;
        // A person takes the time that it takes.
        let limit = context.options.timeout.or(called.then_some(LONGEST_WAIT));
        let (exit, said) = exec::interactive(&run, limit.map(Duration::from_secs))?;
        let command = how.command();
        match (exit, limit) {
            (Some(0), _) => return Ok(()),
            (None, Some(seconds)) => {
                let message = format!("`aws {operation}` was not finished within {seconds} s");
                let step =
                    format!("allow more time with --timeout, or log in without a limit: {command}");
                return Err(Error::new(Code::AwsCliTimedOut, message).suggest(step));
            }
            _ => {}
        }
        let asked = failure::Context {
            operation,
            profile: Some(how.profile()),
            region: None,
            login_command: Some(&command),
        };
        Err(failure::classify(&asked, exit, &said))
    }
}

/// Where `aws` keeps what a login of the profile brings.
fn token_file(
    env: &Env,
    files: &AwsFiles,
    credentials: &Credentials,
    profile: &str,
) -> Option<PathBuf> {
    let profile = files.find_profile(profile)?;
    if let Some(session) = profile.text("login_session") {
        return Some(login_path(env, session));
    }
    let key = match &credentials.sso_session {
        Some(session) => TokenKey::Session(session),
        None => TokenKey::StartUrl(profile.text("sso_start_url")?),
    };
    Some(key.path(&env.home))
}

/// What a profile is looked for to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Login,
    Upgrade,
}

impl Purpose {
    /// Whether a profile needs it; `None` where it is nothing for it.
    fn needs(self, files: &AwsFiles, credentials: &Credentials) -> Option<bool> {
        match (self, credentials.kind) {
            (Purpose::Login, _) => Some(!credentials.is_valid()),
            (Purpose::Upgrade, Kind::SsoLegacy) => Some(true),
            (Purpose::Upgrade, Kind::SsoSession) => {
                let session = files.find_sso_session(credentials.sso_session.as_deref()?)?;
                let scopes = session.text("sso_registration_scopes");
                Some(scopes.is_none_or(|list| !list.contains("sso:account:access")))
            }
            (Purpose::Upgrade, _) => None,
        }
    }
}

/// The profile that is meant when none is named: the one that Claude Code uses, else the only one that will do.
///
/// # Errors
/// `USAGE` when there are several, which proposes one that needs it; `CREDENTIALS_MISSING` when there is none.
pub(super) fn choose_profile(
    context: &Context<'_>,
    files: &AwsFiles,
    purpose: Purpose,
) -> Result<String> {
    let configured = Stack::load(context.env).effective_env("AWS_PROFILE");
    if let Some(name) = configured.map(|found| found.value)
        && !name.is_empty()
    {
        return Ok(name);
    }
    let mut inspector = Inspector::new(context.env, files);
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    let mut proposed = None;
    for profile in &files.profiles {
        let credentials = inspector.inspect(&profile.name);
        let Some(needs) = purpose.needs(files, &credentials) else {
            continue;
        };
        if let Some(how) = credentials.login {
            let holder = how.profile().to_owned();
            let session = credentials.sso_session;
            let known = found
                .iter()
                .any(|(name, other)| *name == holder || (session.is_some() && *other == session));
            if !known {
                if needs && proposed.is_none() {
                    proposed = Some(found.len());
                }
                found.push((holder, session));
            }
        }
    }
    let (command, one, several) = match purpose {
        Purpose::Login => ("login", "logs in", "can log in"),
        Purpose::Upgrade => ("sso upgrade", "uses SSO", "use SSO"),
    };
    match found.as_slice() {
        [(name, _)] => Ok(name.clone()),
        [] => {
            let message = format!("no profile here {one}");
            Err(Error::new(Code::CredentialsMissing, message)
                .suggest("configure one: claude-bedrock setup"))
        }
        [(first, _), ..] => {
            let proposed = proposed.and_then(|at| found.get(at));
            let proposed = proposed.map_or(first, |(name, _)| name);
            let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
            let message =
                format!("several profiles {several}, and none is configured: --profile is missing");
            let step = format!("claude-bedrock {command} {}", option("--profile", proposed));
            Err(Error::new(Code::Usage, message)
                .suggest(step)
                .detail("candidates", names))
        }
    }
}

/// Why there is no login for a profile.
fn cannot_log_in(credentials: &Credentials, name: &str) -> Error {
    if let (Some(problem), Status::Invalid | Status::Missing) =
        (&credentials.problem, credentials.status)
    {
        return Error::from(problem);
    }
    let message = format!(
        "there is nothing to log in to: the profile `{name}` gets its credentials from elsewhere"
    );
    Error::new(Code::CredentialsMissing, message)
        .suggest("name a profile that logs in with --profile, or: claude-bedrock status")
}

/// Waits until nobody else logs in to this session. `None`: the system cannot order the callers, and they go on without.
fn take_turn(
    context: &Context<'_>,
    how: &How,
    session: &Credentials,
) -> Result<Option<file::Turn>> {
    let key = session.sso_session.as_deref().unwrap_or(how.profile());
    let name = sha1_hex(key.as_bytes());
    let folder = context.env.cache_dir().join("login").join(name);
    let longest = context.timeout(LONGEST_WAIT);
    match file::take_turn(&folder, longest) {
        Ok(turn) => Ok(Some(turn)),
        Err(error) if error.code == Code::FileBusy => {
            let message = format!(
                "another caller has been logging in to {} for {}",
                what(session, how.profile()),
                describe_span(i64::try_from(longest.as_secs()).unwrap_or(i64::MAX))
            );
            Err(Error::new(Code::AwsCliTimedOut, message)
                .suggest("finish the login in the browser, then try again"))
        }
        Err(_) => Ok(None),
    }
}

fn what(credentials: &Credentials, profile: &str) -> String {
    match &credentials.sso_session {
        Some(session) => format!("the SSO session `{session}`"),
        None => format!("the session of the profile `{profile}`"),
    }
}

fn answer(
    context: &Context<'_>,
    how: &How,
    credentials: &Credentials,
    logged_in: bool,
) -> Box<dyn Report> {
    let spell = |at: Option<Epoch>| at.map(format_timestamp);
    let subject = what(credentials, how.profile());
    let left = credentials.expires.map_or(0, |end| end - context.env.now);
    let state = if left > 0 {
        format!("{subject} lasts {} more", describe_span(left))
    } else {
        format!("{subject} renews itself at the next use")
    };
    let start = if logged_in {
        "logged in"
    } else {
        "no login needed"
    };
    let line = format!("{start}: {}\n", escape(&state));
    Box::new(SessionAnswer {
        profile: how.profile().to_owned(),
        logged_in,
        status: credentials.status,
        sso_session: credentials.sso_session.clone(),
        session_expires: spell(credentials.expires),
        renewable_until: spell(credentials.renewable_until),
        line: if context.options.quiet {
            String::new()
        } else {
            line
        },
    })
}

impl Report for SessionAnswer {
    fn json(&self) -> String {
        document(self)
    }

    fn text(&self, _look: &Look) -> String {
        self.line.clone()
    }
}
