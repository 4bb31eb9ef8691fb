//! What the user types: words to options and values by the table of commands, and usage errors in the contract's form.
//!
//! The words are taken apart by `clap_lex`. clap itself, built from the same table, is what `tests/command_line.rs` holds
//! this against; linked in, it would be an eighth of the program.

mod help;

use std::ffi::{OsStr, OsString};

use clap_lex::{ParsedArg, RawArgs};

use crate::commands::usage::{Flag, Given, Run, Takes, Usage};
use crate::commands::{EVERYWHERE, Options, PROGRAM, SCRIPT_COMMANDS};
use crate::error::{Code, Error, Result};
use crate::nearest::{nearest, nearest_within};

/// What the command line says.
pub struct Cli {
    /// What the command does.
    pub run: Run,
    /// Its options and arguments, those of every command among them.
    pub given: Given,
    /// Whether it is one of [`SCRIPT_COMMANDS`].
    pub is_script: bool,
    /// The options that every command takes.
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

/// Reads the command line, its program name included. `width` is that of the terminal, for the help.
pub fn parse(args: &[OsString], stdout_is_terminal: bool, width: usize) -> Parsed {
    let mut words = Words {
        path: vec![&PROGRAM],
        given: Given::default(),
        before: 0,
    };
    match words.read(args) {
        Ok(Asked::Run(run)) => Parsed::Run(Box::new(Cli {
            run,
            is_script: SCRIPT_COMMANDS.contains(&words.command().name),
            options: Options::read(&words.given),
            given: words.given,
        })),
        Ok(Asked::Help) => Parsed::Text(help::render(&words.path, width)),
        Ok(Asked::Version) => {
            Parsed::Text(format!("{} {}\n", PROGRAM.name, env!("CARGO_PKG_VERSION")))
        }
        Err(mut error) => {
            error.suggestion.get_or_insert_with(|| words.see_help());
            Parsed::Wrong {
                json: reads_json(args, stdout_is_terminal),
                error,
            }
        }
    }
}

/// What the command line asks for.
enum Asked {
    Run(Run),
    Help,
    Version,
}

/// The command line as far as it was read.
struct Words {
    /// The program, and the commands that were named.
    path: Vec<&'static Usage>,
    given: Given,
    /// How much was given before the last command was named. It may be given again behind it, and counts there.
    before: usize,
}

impl Words {
    fn command(&self) -> &'static Usage {
        self.path.last().copied().unwrap_or(&PROGRAM)
    }

    fn see_help(&self) -> String {
        let names: Vec<&str> = self.path.iter().map(|usage| usage.name).collect();
        format!("run `{} --help`", names.join(" "))
    }

    fn read(&mut self, args: &[OsString]) -> Result<Asked> {
        let words = RawArgs::new(args.iter().skip(1));
        let mut cursor = words.cursor();
        let mut named_last = true;
        while let Some(word) = words.next(&mut cursor) {
            let mut flags = self.command().flags.iter();
            if let Some(rest) = flags.find(|flag| matches!(flag.takes, Takes::Rest)) {
                self.take(rest, word.to_value_os().to_owned())?;
                continue;
            }
            if word.is_escape() {
                let after = words.remaining(&mut cursor).map(OsStr::to_owned);
                self.read_command_line(after.collect())?;
                break;
            }
            named_last = false;
            if let Some(letters) = word.to_short() {
                for letter in letters {
                    let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
                    match letter {
                        'h' => return Ok(Asked::Help),
                        'V' if self.path.len() == 1 => return Ok(Asked::Version),
                        _ => {}
                    }
                    let flag = self.find(|flag| flag.short == Some(letter));
                    let flag = flag.ok_or_else(|| self.unknown(&format!("-{letter}"), args))?;
                    self.take(flag, OsString::new())?;
                }
            } else if let Some((name, value)) = word.to_long() {
                let name = name.unwrap_or_default();
                match name {
                    "help" => return Ok(Asked::Help),
                    "version" if self.path.len() == 1 => return Ok(Asked::Version),
                    _ => {}
                }
                let flag = self.find(|flag| flag.name == name);
                let flag = flag.ok_or_else(|| self.unknown(&format!("--{name}"), args))?;
                let value = match (flag.takes, value) {
                    (Takes::Nothing, Some(value)) => {
                        let value = value.to_string_lossy();
                        return Err(wrong(format!(
                            "unexpected value '{value}' for '{}'",
                            flag.typed()
                        )));
                    }
                    (Takes::Nothing | Takes::Switch, None) => OsString::new(),
                    (_, Some(value)) => value.to_owned(),
                    (_, None) => {
                        let next = words.peek(&cursor);
                        let next = next.filter(|next| !looks_like_option(next));
                        let Some(next) = next else {
                            return Err(wrong(format!(
                                "a value is required for '{}' but none was supplied",
                                flag.typed()
                            )));
                        };
                        words.next(&mut cursor);
                        next.to_value_os().to_owned()
                    }
                };
                self.take(flag, value)?;
            } else if self.path.len() == 1 && word.to_value_os() == "help" {
                let of = words.remaining(&mut cursor);
                for word in of.filter(|word| !word.as_encoded_bytes().starts_with(b"-")) {
                    self.read_word(word, args)?;
                }
                return Ok(Asked::Help);
            } else {
                named_last = self.read_word(word.to_value_os(), args)?;
            }
        }
        self.end(named_last)
    }

    /// A word that is no option: a command, or an argument. Whether it named a command.
    fn read_word(&mut self, word: &OsStr, args: &[OsString]) -> Result<bool> {
        let command = self.command();
        if let Some(below) = command.below.iter().find(|below| word == below.name) {
            self.path.push(below);
            self.before = self.given.0.len();
            return Ok(true);
        }
        let text = word.to_string_lossy();
        if !command.below.is_empty() {
            let near = nearest(&text, command.shown().map(|below| below.name));
            let names: Vec<&str> = command.shown().map(|below| below.name).collect();
            let wrong = wrong(format!("unrecognized subcommand '{text}'"));
            let mut error = meant(wrong, near);
            let all = || format!("available commands: {}", names.join(", "));
            error.suggestion.get_or_insert_with(all);
            return Err(error);
        }
        let argument = command.flags.iter().find(|flag| match flag.takes {
            Takes::Argument(_) => self.given.last(flag.name).is_none(),
            _ => false,
        });
        let argument = argument.ok_or_else(|| self.unknown(&text, args))?;
        self.take(argument, word.to_owned())?;
        Ok(false)
    }

    /// The words after `--`.
    fn read_command_line(&mut self, words: Vec<OsString>) -> Result<()> {
        let flags = self.command().flags.iter();
        let mut flags = flags.filter(|flag| matches!(flag.takes, Takes::CommandLine));
        match (flags.next(), words.first()) {
            (Some(flag), _) => words.into_iter().try_for_each(|word| self.take(flag, word)),
            (None, Some(first)) => Err(self.unknown(&first.to_string_lossy(), &[])),
            (None, None) => Ok(()),
        }
    }

    fn known(&self) -> impl Iterator<Item = &'static Flag> {
        let own = self.command().flags.iter();
        own.chain(EVERYWHERE).filter(|flag| flag.is_option())
    }

    fn find(&self, is_it: impl Fn(&Flag) -> bool) -> Option<&'static Flag> {
        self.known().find(|flag| is_it(flag))
    }

    /// Notes a value, once it fits.
    fn take(&mut self, flag: &'static Flag, value: OsString) -> Result<()> {
        let invalid = |why: &str| {
            let value = value.to_string_lossy();
            wrong(format!(
                "invalid value '{value}' for '{}'{why}",
                flag.typed()
            ))
        };
        let words = match flag.takes {
            Takes::Switch if !value.is_empty() => &[("true", ""), ("false", "")],
            _ => flag.words(),
        };
        if !words.is_empty() && !words.iter().any(|(word, _)| value == *word) {
            let allowed = || words.iter().map(|(word, _)| *word);
            let near = nearest_within(1, &value.to_string_lossy(), allowed());
            let mut error = meant(invalid(""), near);
            error.suggestion.get_or_insert_with(|| {
                format!("pass one of: {}", allowed().collect::<Vec<_>>().join(", "))
            });
            return Err(error);
        }
        match flag.takes {
            Takes::Number(_, from, to) => {
                let number = value.to_str().and_then(|text| text.parse::<u64>().ok());
                if !number.is_some_and(|number| (from..=to).contains(&number)) {
                    return Err(invalid(&format!(": it is a number from {from} to {to}")));
                }
            }
            Takes::Path(_) | Takes::CommandLine | Takes::Rest => {}
            _ if value.to_str().is_none() => return Err(invalid(": it is not UTF-8")),
            _ => {}
        }
        let again = matches!(
            flag.takes,
            Takes::Nothing | Takes::Several(_) | Takes::CommandLine | Takes::Rest
        );
        let mut here = self.given.0.iter().skip(self.before);
        if !again && here.any(|(name, _)| *name == flag.name) {
            return Err(wrong(format!(
                "the argument '{}' cannot be used multiple times",
                flag.typed()
            )));
        }
        self.given.0.push((flag.name, value));
        Ok(())
    }

    /// Whether what was given goes together, and is all that has to be.
    fn end(&self, named_last: bool) -> Result<Asked> {
        let command = self.command();
        let Some(run) = command.run else {
            if named_last {
                return Ok(Asked::Help);
            }
            return Err(wrong(format!(
                "'{}' needs a command after it",
                command.name
            )));
        };
        let given = |name: &str| self.given.last(name).is_some();
        let all = || command.flags.iter().chain(EVERYWHERE);
        let typed = |name: &str| {
            let flag = all().find(|flag| flag.name == name);
            flag.map_or_else(String::new, Flag::typed)
        };
        for flag in all().filter(|flag| given(flag.name)) {
            if let Some(other) = flag.conflicts.filter(|other| given(other)) {
                return Err(wrong(format!(
                    "the argument '{}' cannot be used with '{}'",
                    flag.typed(),
                    typed(other)
                )));
            }
        }
        let mut missing: Vec<String> = Vec::new();
        for flag in all() {
            let needs = flag
                .requires
                .filter(|other| given(flag.name) && !given(other));
            missing.extend(needs.map(typed));
            if flag.is_required() && !given(flag.name) {
                missing.push(flag.typed());
            }
        }
        if missing.is_empty() {
            return Ok(Asked::Run(run));
        }
        Err(wrong(format!(
            "missing required argument: {}",
            missing.join(", ")
        )))
    }

    /// An option or a word that the command does not know.
    fn unknown(&self, word: &str, args: &[OsString]) -> Error {
        let near = match word.strip_prefix("--") {
            Some(name) => nearest(name, self.known().map(|flag| flag.name)),
            // `-profile=dev`: the option that was meant, where one is written so but for a dash.
            None => args.iter().skip(1).find_map(|arg| {
                let name = arg.to_str()?.strip_prefix('-')?.split('=').next()?;
                let all = PROGRAM.below.iter().flat_map(|usage| usage.flags);
                let mut all = all.chain(EVERYWHERE).filter(|flag| flag.is_option());
                all.find(|flag| flag.name == name).map(|flag| flag.name)
            }),
        };
        let near = near.map(|name| format!("--{name}"));
        let error = wrong(format!("unexpected argument '{word}' found"));
        let mut flags = self.command().flags.iter();
        let runs = flags.any(|flag| matches!(flag.takes, Takes::CommandLine));
        if runs && near.is_none() && !word.starts_with('-') {
            return error.suggest("put `--` before the command to run");
        }
        meant(error, near.as_deref())
    }
}

/// Whether a word is no value: a value that starts with a dash is written with `=`.
fn looks_like_option(word: &ParsedArg<'_>) -> bool {
    word.is_escape() || word.to_short().is_some() || word.to_long().is_some()
}

fn wrong(message: String) -> Error {
    Error::new(Code::Usage, message)
}

fn meant(error: Error, near: Option<&str>) -> Error {
    match near {
        Some(near) => error.suggest(format!("did you mean `{near}`?")),
        None => error,
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
