//! The list of commands; each lives in a file of its own name, with its arguments, its help and its run.

use std::path::PathBuf;
use std::time::Duration;

use crate::aws::cli::{self, AwsCli};
use crate::aws::credentials;
use crate::aws::profiles::AWS_FILE_VARIABLES;
use crate::claude::settings;
use crate::commands::usage::{Flag, Takes, Usage, arguments, words};
use crate::env::Env;
use crate::error::Result;
use crate::exec::Trace;
use crate::report::Look;

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
pub mod usage;

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

    /// The `aws` command, with the deadline and the trace that the options ask for.
    ///
    /// # Errors
    /// `AWS_CLI_NOT_FOUND`.
    pub fn find_aws(&self) -> Result<AwsCli> {
        let aws = AwsCli::find(self.env)?.timeout(self.timeout(cli::DEFAULT_TIMEOUT));
        Ok(aws.trace(self.listener.tracer()))
    }

    /// How long one child may take.
    pub fn timeout(&self, default: u64) -> Duration {
        Duration::from_secs(self.options.timeout.unwrap_or(default))
    }
}

arguments! {
    /// The options that every command takes.
    pub struct Options {
        /// Use DIR as the home folder, for trying things out
        pub home: Option<PathBuf> = Flag::option("home", Takes::Path("DIR"));

        /// Read and edit this settings file of Claude Code
        pub settings: Option<PathBuf> = Flag::option("settings", Takes::Path("FILE")).conflicts("scope");

        /// Whose settings file: user, project (shared) or local (this checkout's own) [default: user]
        pub scope: Scope = Flag::option("scope", Takes::OneOf("SCOPE", Scope::WORDS));

        /// Start no `aws`: answer from files and what was kept
        pub offline: bool = Flag::switch("offline");

        /// Print one JSON document instead of text
        pub json: bool = Flag::switch("json");

        /// Say nothing on the way
        pub quiet: bool = Flag::switch("quiet").short('q');

        /// Show each command line that is run and how long it took
        pub verbose: bool = Flag::switch("verbose").short('v');

        /// Use colours: auto, always or never [default: auto]
        pub color: Shade = Flag::option("color", Takes::OneOf("WHEN", Shade::WORDS));

        /// How long one child process may take
        pub timeout: Option<u64> = Flag::option("timeout", Takes::Number("SECONDS", 1, 3600));
    }
}

impl Options {
    /// Moves the AWS files to where the settings say they are, and takes what they say of credentials around: there Claude
    /// Code looks for them, and what it starts. Settings of the working folder do not count, for a repository could bring an AWS file that starts a program.
    pub fn follow_settings(&self, env: &mut Env) {
        let user = match &self.settings {
            Some(_) => self.settings_path(env),
            None => settings::settings_path(env, settings::Scope::User),
        };
        let stack = settings::Stack::load_trusted(env, user);
        for name in AWS_FILE_VARIABLES.into_iter().chain(credentials::VARIABLES) {
            if let Some(found) = stack.effective_env(name) {
                env.set_var(name, found.value);
            }
        }
    }

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

words! {
    /// Whose settings file to edit.
    pub enum Scope {
        /// `settings.json` of the user's Claude folder.
        User = "user",
        /// `.claude/settings.json` of the working folder.
        Project = "project",
        /// `.claude/settings.local.json` of the repository.
        Local = "local",
    }
}

words! {
    /// When to use colours.
    pub enum Shade {
        /// On a terminal, unless `NO_COLOR` is set.
        Auto = "auto",
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

/// The options that every command takes, as a table.
pub const EVERYWHERE: &[Flag] = Options::FLAGS;

/// The program and all its commands, in the order of the help.
pub const PROGRAM: Usage = Usage {
    name: "claude-bedrock",
    help: " Sets Claude Code up on Amazon Bedrock, offline first, and keeps it working\n\
           \n \
           Start with `claude-bedrock setup`. Then `status` shows what is set, `doctor` what is wrong, and `reset` takes \
           it out again.\n",
    flags: &[],
    below: &[
        &check_prerequisites::CheckPrerequisites::USAGE,
        &get_aws_context::GetAwsContext::USAGE,
        &apply_config::ApplyConfig::USAGE,
        &setup::Setup::USAGE,
        &status::Status::USAGE,
        &doctor::Doctor::USAGE,
        &reset::Reset::USAGE,
        &run::Run::USAGE,
        &completions::Completions::USAGE,
        &inference_config::InferenceConfig::USAGE,
        &login::Login::USAGE,
        &sso::USAGE,
        &test_bedrock::TestBedrock::USAGE,
        &models::Models::USAGE,
        &plugin::USAGE,
        &statusline::Statusline::USAGE,
        &Usage {
            hidden: true,
            ..hook::Hook::USAGE
        },
    ],
    run: None,
    hidden: false,
};

/// The commands of the replaced script: they print one JSON document, whatever happens.
pub const SCRIPT_COMMANDS: &[&str] = &[
    "check-prerequisites",
    "get-aws-context",
    "apply-config",
    "test-bedrock",
    "inference-config",
];
