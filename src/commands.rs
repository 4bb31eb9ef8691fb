//! The list of commands; each lives in a file of its own name, with its arguments, its help and its run.

use std::path::PathBuf;
use std::time::Duration;

use crate::claude::settings;
use crate::env::Env;
use crate::error::Result;
use crate::exec::Trace;
use crate::report::{Look, Report};

pub mod apply_config;
pub mod ask_bedrock;
pub mod check_prerequisites;
pub mod completions;
pub mod doctor;
pub mod facts;
pub mod get_aws_context;
pub mod hook;
pub mod inference_config;
pub mod layout;
pub mod login;
pub mod models;
pub mod plugin;
pub mod reset;
pub mod run;
pub mod session;
pub mod settings_edit;
pub mod setup;
pub mod sso;
pub mod status;
pub mod statusline;
pub mod test_bedrock;

/// What may be said while a command runs. `output` does it; the commands only know this.
pub trait Listener: Sync {
    /// One step of a longer wait. On a terminal it replaces the step before it.
    fn progress(&self, text: &str);
    /// A line for people that is not part of the answer.
    fn note(&self, text: &str);
    /// A line for those who asked for `--verbose`.
    fn trace(&self, text: &str);
    /// The same for those who outlive the call: programs that end on another thread. `None` when nobody listens.
    fn tracer(&self) -> Option<Trace>;
    /// How text may look there.
    fn look(&self) -> &Look;
}

/// What every command is handed.
pub struct Context<'a> {
    /// The surroundings.
    pub env: &'a Env,
    /// The options that all commands share.
    pub options: &'a Options,
    /// Where to say what is going on.
    pub listener: &'a dyn Listener,
}

impl Context<'_> {
    /// The settings file to edit: `--settings`, else that of `--scope`.
    pub fn settings_path(&self) -> PathBuf {
        self.options.settings_path(self.env)
    }

    /// How long one child may take.
    pub fn timeout(&self, default: u64) -> Duration {
        Duration::from_secs(self.options.timeout.unwrap_or(default))
    }
}

/// The options that every command takes.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub struct Options {
    /// Use DIR as the home folder, for trying things out
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,

    /// Read and edit this settings file of Claude Code
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "scope")]
    pub settings: Option<PathBuf>,

    /// Whose settings file: user, project (shared) or local (this checkout's own) [default: user]
    #[arg(long, global = true, value_enum, default_value_t = Scope::User, hide_default_value = true, hide_possible_values = true)]
    pub scope: Scope,

    /// Start no `aws`: answer from files and what was kept
    #[arg(long, global = true)]
    pub offline: bool,

    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub json: bool,

    /// Say nothing on the way
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// Show each command line that is run and how long it took
    #[arg(long, short, global = true)]
    pub verbose: bool,

    /// Use colours: auto, always or never [default: auto]
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Shade::Auto, hide_default_value = true, hide_possible_values = true)]
    pub color: Shade,

    /// How long one child process may take
    #[arg(long, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: Option<u64>,
}

impl Options {
    /// The settings file to edit: `--settings`, else that of `--scope`.
    pub fn settings_path(&self, env: &Env) -> PathBuf {
        let scope = match self.scope {
            Scope::User => settings::Scope::User,
            Scope::Project => settings::Scope::Project,
            Scope::Local => settings::Scope::Local,
        };
        match &self.settings {
            Some(file) => env.cwd.join(file),
            None => settings::settings_path(env, scope),
        }
    }
}

/// Whose settings file to edit.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `settings.json` of the user's Claude folder.
    User,
    /// `.claude/settings.json` of the working folder.
    Project,
    /// `.claude/settings.local.json` of the repository.
    Local,
}

/// When to use colours.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shade {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A command with what the user gave it.
#[expect(
    missing_docs,
    reason = "a variant's documentation, which is its help, stands at its struct"
)]
#[derive(clap::Subcommand, Clone, Debug)]
pub enum Command {
    CheckPrerequisites(check_prerequisites::CheckPrerequisites),
    GetAwsContext(get_aws_context::GetAwsContext),
    ApplyConfig(apply_config::ApplyConfig),
    Setup(setup::Setup),
    Status(status::Status),
    Doctor(doctor::Doctor),
    Reset(reset::Reset),
    Run(run::Run),
    Completions(completions::Completions),
    InferenceConfig(inference_config::InferenceConfig),
    Login(login::Login),
    Sso(sso::Sso),
    TestBedrock(test_bedrock::TestBedrock),
    Models(models::Models),
    Plugin(plugin::Plugin),
    Statusline(statusline::Statusline),
    Hook(hook::Hook),
}

/// The commands of the replaced script: they print one JSON document, whatever happens.
pub const SCRIPT_COMMANDS: &[&str] = &[
    "check-prerequisites",
    "get-aws-context",
    "apply-config",
    "test-bedrock",
    "inference-config",
];

impl Command {
    /// Whether it is one of [`SCRIPT_COMMANDS`].
    pub fn is_script(&self) -> bool {
        matches!(
            self,
            Command::CheckPrerequisites(_)
                | Command::GetAwsContext(_)
                | Command::ApplyConfig(_)
                | Command::InferenceConfig(_)
                | Command::TestBedrock(_)
        )
    }

    /// Runs it.
    ///
    /// # Errors
    /// Whatever stops the command.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        match self {
            Command::CheckPrerequisites(command) => command.run(context),
            Command::GetAwsContext(command) => command.run(context),
            Command::ApplyConfig(command) => command.run(context),
            Command::Setup(command) => command.run(context),
            Command::Status(command) => command.run(context),
            Command::Doctor(command) => command.run(context),
            Command::Reset(command) => command.run(context),
            Command::Run(command) => command.run(context),
            Command::Completions(command) => command.run(context),
            Command::InferenceConfig(command) => command.run(context),
            Command::Login(command) => command.run(context),
            Command::Sso(command) => command.run(context),
            Command::TestBedrock(command) => command.run(context),
            Command::Models(command) => command.run(context),
            Command::Plugin(command) => command.run(context),
            Command::Statusline(command) => command.run(context),
            Command::Hook(command) => command.run(context),
        }
    }
}
