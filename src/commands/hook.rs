//! `hook …`: what the plugin's hooks call. Claude Code's page "Hooks" has the forms; checked with 2.1.330.
//!
//! A hook must not fail a session: whatever goes wrong, it ends with exit 0 and says nothing, and leaves a note for
//! `doctor`. No hook approves anything.

use serde_json::{Value, json};

use crate::aws::credentials::{Login, Status};
use crate::claude::keys;
use crate::claude::plan::{BEDROCK_STILL_ON, Change, plan_reset};
use crate::claude::plugin::{HELP, HookFailure};
use crate::claude::settings::{Scope, Stack, settings_path};
use crate::commands::doctor::Doctor;
use crate::commands::session;
use crate::commands::status;
use crate::commands::statusline::{Glance, glance};
use crate::commands::usage::{Flag, Takes, arguments};
use crate::commands::{Context, settings_edit};
use crate::env::{Env, LocalTime};
use crate::error::{Code, Error, Result};
use crate::file;
use crate::report::{Look, Report, compact, escape};
use crate::time::describe_span;

arguments! {
    /// What the plugin's hooks call
    pub struct Hook = "hook" {
        /// `session-start` or `expand`; any other, and whatever follows, is for another version of this program.
        words: Vec<String> = Flag::option("EVENT", Takes::Rest);
    }
}

/// Credentials that end within this many seconds are worth a word at the start of a session.
const SOON: i64 = 60 * 60;

/// The one line of JSON that Claude Code reads, or nothing.
struct Answer(Option<Value>);

impl Hook {
    /// Answers the event.
    ///
    /// # Errors
    /// None, ever.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let env = context.env;
        let event = self.words.first().map_or("", String::as_str);
        let answer = match event {
            "session-start" => read_input(env).map(|_| session_start(env)),
            "expand" => read_input(env).and_then(|input| expand(context, &input)),
            _ => Ok(None),
        };
        Ok(Box::new(Answer(answer.unwrap_or_else(|error| {
            let failure = HookFailure {
                at: env.now,
                event: event.to_owned(),
                error: error.message.clone(),
            };
            failure.note(env);
            None
        }))))
    }
}

impl Report for Answer {
    fn json(&self) -> String {
        self.0
            .as_ref()
            .map_or_else(String::new, |answer| format!("{answer}\n"))
    }

    /// Claude Code would take anything else for a hook that failed.
    fn exit_unwritten(&self) -> u8 {
        0
    }
}

/// What Claude Code says on stdin.
fn read_input(env: &Env) -> Result<Value> {
    if env.stdin_is_terminal {
        return Ok(Value::Null);
    }
    let invalid = |_| Error::new(Code::Internal, "the hook's input is not JSON");
    serde_json::from_slice(&file::read_input()?).map_err(invalid)
}

/// Tells the user, and the model, when credentials do not work or end soon.
fn session_start(env: &Env) -> Option<Value> {
    let glance = glance(env)?;
    let Trouble { reason, step } = trouble(env, &glance)?;
    let profile = glance.profile.as_deref().unwrap_or("default");
    let step = step.map_or_else(String::new, |step| format!(". What to do: {step}"));
    let text = escape(&format!(
        "Amazon Bedrock, profile {profile}: {reason}{step}"
    ));
    Some(json!({
        "systemMessage": text,
        "hookSpecificOutput": { "hookEventName": "SessionStart", "additionalContext": text },
    }))
}

/// Why a turn fails, or soon will, and what to do.
struct Trouble {
    reason: String,
    step: Option<String>,
}

/// `None` when all is well.
fn trouble(env: &Env, glance: &Glance) -> Option<Trouble> {
    let credentials = match glance.credentials.as_ref()? {
        Ok(credentials) => credentials,
        Err(error) => {
            return Some(Trouble {
                reason: error.message.clone(),
                step: error.suggestion.clone(),
            });
        }
    };
    let login = credentials.login.as_ref().map(Login::command);
    match credentials.status {
        Status::Valid if credentials.renewable_until.is_none() => {
            let end = credentials.expires.filter(|end| end - env.now < SOON)?;
            let left = describe_span(end - env.now);
            Some(Trouble {
                reason: format!("the session ends in {left} ({})", LocalTime::of(end)),
                step: login,
            })
        }
        Status::Valid | Status::Refreshable | Status::Unverified => None,
        Status::Expired | Status::Missing | Status::Invalid => {
            let problem = credentials.problem.as_ref();
            let mut reason = problem.map_or_else(
                || "the credentials do not work".to_owned(),
                |problem| problem.message.clone(),
            );
            if let Some(end) = credentials.expires {
                reason.push_str(&format!(" ({})", LocalTime::of(end)));
            }
            Some(Trouble {
                reason,
                step: problem
                    .and_then(|problem| problem.suggestion.clone())
                    .or(login),
            })
        }
    }
}

/// Answers a command of the plugin in place of the model; `None` lets the model have it.
fn expand(context: &Context<'_>, input: &Value) -> Result<Option<Value>> {
    let env = context.env;
    let text = |name: &str| input.get(name).and_then(Value::as_str).map(str::trim);
    let command = text("command_name")
        .ok_or_else(|| Error::new(Code::Internal, "the hook's input names no command"))?;
    // A project's or the user's own command of that name is theirs.
    if text("command_source").is_some_and(|source| source != "plugin") {
        return Ok(None);
    }
    let answer = match command.strip_prefix("bedrock:").unwrap_or(command) {
        "help" => HELP
            .split_once("text:\n\n")
            .map(|(_, text)| text.to_owned()),
        "status" => Some(text_of(env, &*status::Status {}.run(context)?)),
        "doctor" | "diagnose" => Some(doctor(context, None)?),
        "repair" => Some(doctor(context, Some(text("command_args") == Some("yes")))?),
        "login" | "refresh" => Some(login(env)),
        "reset" if text("command_args") == Some("yes") => {
            Some(reset(context).unwrap_or_else(|error| describe(&error)))
        }
        "reset" => Some(preview_reset(env).unwrap_or_else(|error| describe(&error))),
        "bedrock" => without_model(env, "bedrock", "setup"),
        "models" => without_model(env, command, "models"),
        "thinking" => without_model(env, command, "inference-config"),
        _ => None,
    };
    // Claude Code puts "Operation stopped by hook: " in front, hence the first line break.
    Ok(answer
        .map(|text| json!({ "continue": false, "stopReason": format!("\n{}", text.trim_end()) })))
}

/// An error as an answer.
fn describe(error: &Error) -> String {
    let mut text = escape(&error.message);
    if let Some(at) = &error.at {
        text.push_str(&format!(
            "\n  at {}",
            escape(&at.path.display().to_string())
        ));
        for number in [at.line, at.column].into_iter().flatten() {
            text.push_str(&format!(":{number}"));
        }
    }
    if let Some(step) = &error.suggestion {
        text.push_str(&format!("\n  try: {}", escape(step)));
    }
    text
}

/// What the command itself would print. While Bedrock is off another model answers, so that it can be set up here.
fn text_of(env: &Env, report: &dyn Report) -> String {
    let text = report.text(&Look {
        color: false,
        unicode: true,
        width: 100,
    });
    match glance(env) {
        Some(_) => text,
        None => text.replace("claude-bedrock setup", "/bedrock"),
    }
}

fn login(env: &Env) -> String {
    let Some(glance) = glance(env) else {
        return "Amazon Bedrock is off.\n  To set it up: /bedrock".to_owned();
    };
    let Some(Ok(credentials)) = &glance.credentials else {
        return "There is no login to run.".to_owned();
    };
    let name = glance.profile.as_deref().unwrap_or("default");
    let state = format!(
        "Profile {}: {}.",
        escape(name),
        session::describe(credentials, env.now)
    );
    match &credentials.login {
        Some(login) => format!(
            "{state}\nTo log in, type this here, or without the `!` in a terminal:\n  ! {}",
            escape(&login.command())
        ),
        None => format!("{state}\nThis profile does not log in."),
    }
}

/// What to do instead of a command that needs a model, while none can answer: Bedrock is on and its credentials are gone.
fn without_model(env: &Env, typed: &str, program: &str) -> Option<String> {
    let glance = glance(env)?;
    let credentials = glance.credentials.as_ref()?.as_ref().ok()?;
    let then = match (credentials.status, &credentials.login) {
        (Status::Expired | Status::Missing, Some(_)) => {
            format!("Then type /{typed} again. Without a login, in a terminal")
        }
        (Status::Expired, None) => {
            "No model can answer before it has new ones. In a terminal".to_owned()
        }
        _ => return None,
    };
    Some(format!("{}\n{then}: claude-bedrock {program}", login(env)))
}

/// What is wrong; for `repair` also what could be mended or, when told to, was.
fn doctor(context: &Context<'_>, repair: Option<bool>) -> Result<String> {
    let mended = repair.map(|told| (told, Doctor::repair(context, !told)));
    let mut text = text_of(context.env, &*Doctor::default().run(context)?);
    // A file that Claude Code drops cannot be mended, and the finding says so.
    if let Some((told, Ok(changes))) = mended {
        let (what, then) = match (changes.is_empty(), told) {
            (true, _) => ("There is nothing to mend without a choice of yours in", ""),
            (false, true) => ("Mended in", RESTART),
            (false, false) => ("This would be mended in", "To do it: /bedrock:repair yes"),
        };
        text.push('\n');
        text.push_str(&tell(context.env, what, &changes, then));
    }
    Ok(text)
}

fn reset(context: &Context<'_>) -> Result<String> {
    let env = context.env;
    let path = settings_path(env, Scope::User);
    let edited = settings_edit::edit(context, &path, false, &mut |seen| {
        plan_reset(seen.current, seen.kept, &path)
    })?;
    let as_before = edited.warnings.iter().any(|it| it.code == BEDROCK_STILL_ON);
    let mut text = match (edited.changed, as_before) {
        (true, true) => tell(
            env,
            "As before the first apply, in",
            &edited.changes,
            RESTART,
        ),
        (true, false) => tell(env, "Bedrock is out of", &edited.changes, RESTART),
        (false, _) => nothing(env),
    };
    let switch = Stack::load(env).effective_env("CLAUDE_CODE_USE_BEDROCK");
    if let Some(switch) = switch.filter(|switch| keys::is_on(&switch.value)) {
        let place = switch.source.as_str();
        text.push_str(&format!(
            "\nIt is still on: CLAUDE_CODE_USE_BEDROCK is set in the {place} settings."
        ));
    }
    Ok(text)
}

fn preview_reset(env: &Env) -> Result<String> {
    let path = settings_path(env, Scope::User);
    let (current, kept) = (file::read(&path)?, file::read_kept(&path)?);
    let changes = plan_reset(current.as_deref(), kept.as_deref(), &path)?.changes;
    if changes.is_empty() {
        return Ok(nothing(env));
    }
    Ok(tell(
        env,
        "This would change in",
        &changes,
        "To do it: /bedrock:reset yes",
    ))
}

fn nothing(env: &Env) -> String {
    tell(env, "There is nothing of Bedrock in", &[], "")
}

const RESTART: &str = "Restart Claude Code: this session keeps what it started with.";

/// The changes of the user's settings, and what to do then.
fn tell(env: &Env, what: &str, changes: &[Change], then: &str) -> String {
    let value = |value: &Option<Value>| match value {
        Some(Value::String(text)) => escape(text),
        Some(value) => escape(&compact(value)),
        None => "(gone)".to_owned(),
    };
    let path = env.tilde(&settings_path(env, Scope::User));
    let mut text = format!(
        "{what} {path}{}\n",
        if changes.is_empty() { "." } else { ":" }
    );
    for change in changes {
        let (before, after) = (value(&change.before), value(&change.after));
        text.push_str(&format!("  {}: {before} -> {after}\n", escape(&change.key)));
    }
    text.push_str(then);
    text
}
