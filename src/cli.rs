//! What the user types: the tree of commands and options, and usage errors in the contract's form.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};

use crate::commands::{Command, Options, SCRIPT_COMMANDS};
use crate::error::{Code, Error};

/// Sets Claude Code up on Amazon Bedrock, offline first, and keeps it working
#[derive(Parser, Clone, Debug)]
#[command(
    name = "claude-bedrock",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// The options that every command takes.
    #[command(flatten)]
    pub options: Options,
}

/// What came of reading the command line.
pub enum Parsed {
    /// A command to run.
    Run(Box<Cli>),
    /// A text that was asked for: help or the version.
    Text(String),
    /// The command line does not fit; `json` says in which form to say so.
    Wrong {
        /// What does not fit.
        error: Error,
        /// Whether the caller reads JSON.
        json: bool,
    },
}

/// Reads the command line, its program name included.
pub fn parse(args: &[OsString], stdout_is_terminal: bool) -> Parsed {
    if args.len() < 2 {
        return Parsed::Text(Cli::command().render_help().to_string());
    }
    match Cli::try_parse_from(args) {
        Ok(cli) => Parsed::Run(Box::new(cli)),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                Parsed::Text(error.to_string())
            }
            _ => Parsed::Wrong {
                json: reads_json(args, stdout_is_terminal),
                error: usage(&error, args),
            },
        },
    }
}

/// Whether the caller reads JSON: it said so, or used a command that always prints it, or named no command we know
/// and is not a person.
fn reads_json(args: &[OsString], stdout_is_terminal: bool) -> bool {
    if args.iter().any(|arg| arg == "--json") {
        return true;
    }
    let known = Cli::command();
    let command = args.iter().skip(1).find_map(|arg| {
        let name = arg.to_str()?;
        known
            .find_subcommand(name)
            .map(|command| command.get_name().to_owned())
    });
    match command {
        Some(name) => SCRIPT_COMMANDS.contains(&name.as_str()),
        None => !stdout_is_terminal,
    }
}

/// `-profile=dev`: the option that was meant, where one is written so but for a dash.
fn single_dash(error: &clap::Error, args: &[OsString]) -> Option<String> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let tree = Cli::command();
    let longs: Vec<&str> = std::iter::once(&tree)
        .chain(tree.get_subcommands())
        .flat_map(clap::Command::get_arguments)
        .filter_map(clap::Arg::get_long)
        .collect();
    args.iter().skip(1).find_map(|arg| {
        let word = arg.to_str()?.strip_prefix('-')?.split('=').next()?;
        longs
            .contains(&word)
            .then(|| format!("did you mean `--{word}`?"))
    })
}

/// clap's error as one of ours: one sentence and a next step.
fn usage(error: &clap::Error, args: &[OsString]) -> Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let rendered = error.to_string();
    let first = rendered.lines().next().unwrap_or_default();
    let sentence = first
        .strip_prefix("error: ")
        .unwrap_or(first)
        .trim_end_matches(':')
        .to_owned();
    let message = match (error.kind(), text(ContextKind::InvalidArg)) {
        (ErrorKind::MissingRequiredArgument, Some(missing)) => {
            format!("missing required argument: {missing}")
        }
        _ => sentence,
    };
    let step = text(ContextKind::SuggestedArg)
        .or_else(|| text(ContextKind::SuggestedSubcommand))
        .or_else(|| text(ContextKind::SuggestedValue))
        .map(|near| format!("did you mean `{near}`?"));
    let step = single_dash(error, args)
        .or(step)
        .or_else(|| {
            let word = text(ContextKind::InvalidSubcommand)?;
            (word == "help").then(|| "did you mean `--help`?".to_owned())
        })
        .or_else(|| {
            let allowed = text(ContextKind::ValidValue).filter(|values| !values.is_empty())?;
            Some(format!("pass one of: {allowed}"))
        });
    Error::new(Code::Usage, message)
        .suggest(step.unwrap_or_else(|| "run `claude-bedrock --help`".to_owned()))
}
