//! What the user types: clap's parser made from the table of commands, and usage errors in the contract's form.

mod help;

use std::ffi::OsString;

use clap::builder::{OsStringValueParser, PossibleValuesParser, RangedU64ValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches};

use crate::commands::usage::{Flag, Given, Run, Takes, Usage};
use crate::commands::{Options, PROGRAM, SCRIPT_COMMANDS};
use crate::error::{Code, Error};

/// What the command line says.
pub struct Cli {
    matches: ArgMatches,
    run: Run,
    /// Whether it is one of [`SCRIPT_COMMANDS`].
    pub is_script: bool,
    /// The options that every command takes.
    pub options: Options,
}

impl Cli {
    /// The command, and what was given to it.
    pub fn command(&self) -> (Run, Given<'_>) {
        let mut matches = &self.matches;
        while let Some((_, below)) = matches.subcommand() {
            matches = below;
        }
        (self.run, Given(matches))
    }
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

/// Reads the command line, its program name included. `width` is that of the terminal, for the help.
pub fn parse(args: &[OsString], stdout_is_terminal: bool, width: usize) -> Parsed {
    let help = |path: &str| Parsed::Text(help::render(path, width));
    if args.len() < 2 {
        return help("");
    }
    let named = |usage: &Usage| args.iter().any(|arg| arg == usage.name);
    let error = match parser(&PROGRAM, "", &named).try_get_matches_from(args) {
        Ok(matches) => return run(matches),
        Err(error) => error,
    };
    match error.kind() {
        // Without its own renderer clap answers with what each command was given as help: its path.
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            help(error.to_string().trim())
        }
        ErrorKind::DisplayVersion => Parsed::Text(version()),
        _ => Parsed::Wrong {
            json: reads_json(args, stdout_is_terminal),
            error: usage_error(&error, args),
        },
    }
}

fn version() -> String {
    format!("{} {}\n", PROGRAM.name, env!("CARGO_PKG_VERSION"))
}

/// The command that the words lead to.
fn run(matches: ArgMatches) -> Parsed {
    let mut usage = &PROGRAM;
    let mut given = &matches;
    while let Some((name, below)) = given.subcommand() {
        let Some(next) = usage.below.iter().find(|below| below.name == name) else {
            break;
        };
        (usage, given) = (*next, below);
    }
    let Some(run) = usage.run else {
        return Parsed::Text(String::new());
    };
    Parsed::Run(Box::new(Cli {
        is_script: SCRIPT_COMMANDS.contains(&usage.name),
        options: Options::read(&Given(given)),
        run,
        matches,
    }))
}

/// clap's parser of a command. Those below are filled in only where their name stands on the command line.
fn parser(usage: &'static Usage, path: &str, named: &dyn Fn(&Usage) -> bool) -> clap::Command {
    let mut command = clap::Command::new(usage.name)
        .override_help(if path.is_empty() { " " } else { path }.to_owned())
        .disable_help_subcommand(true)
        .subcommand_required(!usage.below.is_empty())
        .arg_required_else_help(!usage.below.is_empty())
        .args(usage.flags.iter().map(argument));
    if path.is_empty() {
        command = command.version(env!("CARGO_PKG_VERSION")).args(
            Options::FLAGS
                .iter()
                .map(|flag| argument(flag).global(true)),
        );
    }
    command.subcommands(usage.below.iter().map(|below| {
        if named(below) {
            parser(below, &format!("{path} {}", below.name), named)
        } else {
            clap::Command::new(below.name)
        }
    }))
}

fn argument(flag: &Flag) -> Arg {
    let mut arg = Arg::new(flag.name);
    if flag.is_option() {
        arg = arg.long(flag.name);
    }
    if let Some(letter) = flag.short {
        arg = arg.short(letter);
    }
    if let Some(other) = flag.requires {
        arg = arg.requires(other);
    }
    if let Some(other) = flag.conflicts {
        arg = arg.conflicts_with(other);
    }
    let words = || PossibleValuesParser::new(flag.words().iter().map(|(word, _)| *word));
    match flag.takes {
        Takes::Nothing => arg.action(ArgAction::SetTrue),
        Takes::Switch => arg
            .value_name("BOOL")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(["true", "false"]),
        Takes::Text(value) => arg.value_name(value),
        Takes::Required(value) => arg.value_name(value).required(true),
        Takes::Several(value) => arg.value_name(value).action(ArgAction::Append),
        Takes::Path(value) => arg
            .value_name(value)
            .value_parser(OsStringValueParser::new()),
        Takes::Number(value, from, to) => arg
            .value_name(value)
            .value_parser(RangedU64ValueParser::<u64>::new().range(from..=to)),
        Takes::OneOf(value, _) => arg.value_name(value).value_parser(words()),
        Takes::Argument(_) => arg.required(true).value_parser(words()),
        Takes::CommandLine => arg
            .required(true)
            .last(true)
            .num_args(1..)
            .value_parser(OsStringValueParser::new()),
        Takes::Rest => arg
            .num_args(0..)
            .trailing_var_arg(true)
            .allow_hyphen_values(true),
    }
}

/// Whether the caller reads JSON: it said so, or used a command that always prints it, or named no command we know
/// and is not a person.
fn reads_json(args: &[OsString], stdout_is_terminal: bool) -> bool {
    if args.iter().any(|arg| arg == "--json") {
        return true;
    }
    let mut commands = args.iter().skip(1).filter_map(|arg| {
        let known = |usage: &&&Usage| arg == usage.name;
        PROGRAM.below.iter().find(known).map(|usage| usage.name)
    });
    match commands.next() {
        Some(name) => SCRIPT_COMMANDS.contains(&name),
        None => !stdout_is_terminal,
    }
}

/// `-profile=dev`: the option that was meant, where one is written so but for a dash.
fn single_dash(args: &[OsString]) -> Option<String> {
    let commands = PROGRAM.below.iter().flat_map(|usage| usage.flags);
    let known = |word: &str| {
        let mut all = commands.clone().chain(Options::FLAGS);
        all.any(|flag| flag.is_option() && flag.name == word)
    };
    args.iter().skip(1).find_map(|arg| {
        let word = arg.to_str()?.strip_prefix('-')?.split('=').next()?;
        known(word).then(|| format!("did you mean `--{word}`?"))
    })
}

/// clap's error as one of ours: one sentence and a next step.
fn usage_error(error: &clap::Error, args: &[OsString]) -> Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let named = |kind| text(kind).unwrap_or_default();
    let argument = named(ContextKind::InvalidArg);
    let value = named(ContextKind::InvalidValue);
    let command = named(ContextKind::InvalidSubcommand);
    let message = match error.kind() {
        ErrorKind::UnknownArgument => format!("unexpected argument '{argument}' found"),
        ErrorKind::InvalidSubcommand => format!("unrecognized subcommand '{command}'"),
        ErrorKind::MissingSubcommand => format!("'{command}' needs a command after it"),
        ErrorKind::MissingRequiredArgument => format!("missing required argument: {argument}"),
        ErrorKind::ArgumentConflict => match text(ContextKind::PriorArg) {
            Some(prior) if prior != argument => {
                format!("the argument '{argument}' cannot be used with '{prior}'")
            }
            _ => format!("the argument '{argument}' cannot be used multiple times"),
        },
        ErrorKind::InvalidValue if value.is_empty() => {
            format!("a value is required for '{argument}' but none was supplied")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(|why| format!(": {why}"));
            let why = why.unwrap_or_default();
            format!("invalid value '{value}' for '{argument}'{why}")
        }
        ErrorKind::TooManyValues => format!("unexpected value '{value}' for '{argument}'"),
        ErrorKind::NoEquals => format!("'{argument}' takes its value after an equals sign"),
        ErrorKind::InvalidUtf8 => "an argument is not valid UTF-8".to_owned(),
        _ => "the command line does not fit".to_owned(),
    };
    let near = || {
        [
            ContextKind::SuggestedArg,
            ContextKind::SuggestedSubcommand,
            ContextKind::SuggestedValue,
        ]
        .into_iter()
        .find_map(text)
        .filter(|near| {
            PROGRAM
                .below
                .iter()
                .all(|known| !known.hidden || known.name != near)
        })
        .or_else(|| (command == "help").then(|| "--help".to_owned()))
        .map(|near| format!("did you mean `{near}`?"))
    };
    let dashes = (error.kind() == ErrorKind::UnknownArgument).then(|| single_dash(args));
    let step = dashes.flatten().or_else(near).or_else(|| {
        let allowed = text(ContextKind::ValidValue).filter(|values| !values.is_empty())?;
        Some(format!("pass one of: {allowed}"))
    });
    Error::new(Code::Usage, message).suggest(step.unwrap_or_else(|| {
        let mut usage = &PROGRAM;
        let mut words = vec![PROGRAM.name];
        for arg in args.iter().skip(1) {
            if let Some(below) = usage.below.iter().find(|below| arg == below.name) {
                usage = below;
                words.push(below.name);
            }
        }
        format!("run `{} --help`", words.join(" "))
    }))
}
