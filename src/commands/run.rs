//! `run -- CMD`: CMD with Bedrock's variables, for one time, with nothing edited.

use std::ffi::{OsStr, OsString};

use crate::aws::profiles::AwsFiles;
use crate::aws::regions;
use crate::claude::settings::{Source, Stack};
use crate::commands::Context;
use crate::commands::usage::{Flag, Takes, arguments};
use crate::env::Env;
use crate::error::{Code, Error, Result};
use crate::exec;
use crate::report::{Look, Report, escape};
use crate::shell::quote;

arguments! {
    /// Run a command with Bedrock switched on for it, and edit nothing
    ///
    /// Its environment gets CLAUDE_CODE_USE_BEDROCK, AWS_PROFILE, AWS_REGION and
    /// ANTHROPIC_MODEL: from the flags, else from the settings. Claude Code's own
    /// settings beat its environment, here as everywhere.
    ///
    /// Example:
    ///   claude-bedrock run --profile dev --region eu-west-1 -- claude
    pub struct Run = "run" {
        /// AWS profile to use
        profile: Option<String> = Flag::option("profile", Takes::Text("NAME"));

        /// AWS region to call Bedrock in
        region: Option<String> = Flag::option("region", Takes::Text("REGION"));

        /// Model: an inference profile id, an ARN or an alias such as `opus`, passed on as it is
        model: Option<String> = Flag::option("model", Takes::Text("MODEL"));

        /// The command and its arguments
        command: Vec<OsString> = Flag::option("CMD", Takes::CommandLine);
    }
}

const MODEL: &str = "ANTHROPIC_MODEL";

/// The end of a command that ran beside us, where the system cannot replace a program.
struct Ended(u8);

impl Run {
    /// Becomes the command.
    ///
    /// # Errors
    /// `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`; `NOT_CONFIGURED` or `SETTINGS_INVALID` where neither flags nor
    /// settings say what to use; `REGION_INVALID` for a `--region` that is none.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let env = context.env;
        if let Some(region) = &self.region
            && !regions::is_region_shaped(region)
        {
            return Err(regions::no_region(region));
        }
        let (name, args) = self.command.split_first().ok_or_else(no_command)?;
        let program = exec::find(env, name).ok_or_else(|| cannot_start(env, name))?;
        // A file that botocore rejects may still be one that Claude Code reads.
        if let (Some(name), Ok(files)) = (&self.profile, AwsFiles::load(env)) {
            files.require_profile(name)?;
        }
        let stack = Stack::load(env);
        let configured = |name: &str| {
            let value = stack.effective_env(name)?.value;
            (!value.is_empty()).then_some(value)
        };
        let named = self.profile.is_some() || self.region.is_some();
        if !named && configured("AWS_PROFILE").is_none() && !stack.is_on("CLAUDE_CODE_USE_BEDROCK")
        {
            return Err(nothing_to_set(&stack));
        }
        self.tell_what_wins(context, &stack);
        let mut run = exec::Run::new(program, env)
            .args(args.iter().cloned())
            .set_var("CLAUDE_CODE_USE_BEDROCK", "1");
        for (name, given) in self.flags() {
            let saved = || Some(stack.effective_top("model")?.value.as_str()?.to_owned());
            let value = given.clone().or_else(|| configured(name));
            let value = value.or_else(|| saved().filter(|_| name == MODEL));
            if let Some(value) = value {
                run = run.set_var(name, value);
            }
        }
        // A profile asked for by name must not lose against keys of the shell, which `aws` would take first.
        if self.profile.is_some() {
            run = run.remove_vars(&[
                "AWS_ACCESS_KEY_ID",
                "AWS_SECRET_ACCESS_KEY",
                "AWS_SESSION_TOKEN",
            ]);
        }
        context.listener.trace(&run.command_line());
        let code = exec::replace(&run)?;
        Ok(Box::new(Ended(u8::try_from(code).unwrap_or(1))))
    }

    /// The variables that flags set.
    fn flags(&self) -> [(&'static str, &Option<String>); 3] {
        [
            ("AWS_PROFILE", &self.profile),
            ("AWS_REGION", &self.region),
            (MODEL, &self.model),
        ]
    }

    /// Claude Code's settings beat its environment; with flags that say otherwise that is a surprise.
    fn tell_what_wins(&self, context: &Context<'_>, stack: &Stack) {
        for (name, given) in self.flags() {
            let set = stack.effective_env(name);
            if let (Some(given), Some(set)) = (given, set)
                && set.source != Source::Shell
                && set.value != *given
            {
                context.listener.note(&format!(
                    "note: `{name}` is {} in the {} settings, which counts in Claude Code",
                    escape(&set.value),
                    set.source.as_str()
                ));
            }
        }
    }
}

/// Half an environment would send the command to whatever account happens to be there.
fn nothing_to_set(stack: &Stack) -> Error {
    match stack.dropped().next() {
        Some((_, error)) => error
            .clone()
            .suggest("mend that file, or pass --profile and --region"),
        None => Error::new(
            Code::NotConfigured,
            "Bedrock is not configured, and no flag says what to use",
        )
        .suggest("pass --profile and --region, or run: claude-bedrock setup"),
    }
}

fn cannot_start(env: &Env, name: &OsStr) -> Error {
    match exec::find_not_executable(env, name) {
        Some(path) => Error::new(
            Code::CommandNotExecutable,
            format!("{} is there, and may not be executed", env.tilde(&path)),
        )
        .suggest(if cfg!(windows) {
            "Windows starts a file by its ending: name one with .exe or .cmd".to_owned()
        } else {
            format!("chmod +x {}", quote(&path.to_string_lossy()))
        }),
        None => Error::new(
            Code::CommandNotFound,
            format!("`{}` was not found", name.to_string_lossy()),
        )
        .suggest("check the spelling, or give its path"),
    }
}

fn no_command() -> Error {
    Error::new(Code::Usage, "missing required argument: CMD")
        .suggest("claude-bedrock run -- claude")
}

impl Report for Ended {
    fn json(&self) -> String {
        String::new()
    }

    fn text(&self, _look: &Look) -> String {
        String::new()
    }

    fn exit(&self) -> u8 {
        self.0
    }
}
