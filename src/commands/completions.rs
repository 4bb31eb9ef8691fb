//! `completions SHELL`: a script that completes commands, options and their values; `completions man`: the manual page.
//!
//! Written from clap's own tree of commands, so that it cannot fall behind.

mod man;
mod script;

use std::fmt::Write as _;

use clap::{Args, Subcommand};

use crate::commands::{Command, Context, Options};
use crate::error::Result;
use crate::report::{Look, Report};

/// Print a script that completes commands and options in a shell, or the manual page
///
/// Add one line to the shell's start file:
///   bash         eval "$(claude-bedrock completions bash)"
///   zsh          eval "$(claude-bedrock completions zsh)"
///   fish         claude-bedrock completions fish | source
///   powershell   claude-bedrock completions powershell | Out-String | Invoke-Expression
///
/// The manual page goes where `man` looks:
///   claude-bedrock completions man > ~/.local/share/man/man1/claude-bedrock.1
#[derive(clap::Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct Completions {
    /// The shell, or `man`
    #[arg(value_enum)]
    shell: Shell,
}

/// The shells that there is a script for.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// GNU bash.
    Bash,
    /// zsh.
    Zsh,
    /// fish.
    Fish,
    /// PowerShell.
    Powershell,
    /// No shell: the manual page.
    Man,
}

/// Everything that can be completed.
struct Tree {
    nodes: Vec<Node>,
    /// The options that every command takes.
    everywhere: Vec<OptionWord>,
}

/// A command with what may follow it.
struct Node {
    /// The words that lead there, each with a blank before it; empty for the program itself.
    path: String,
    /// Its commands, with what they do.
    commands: Vec<(String, String)>,
    options: Vec<OptionWord>,
    /// Words for its positional argument.
    words: Vec<String>,
}

/// An option.
struct OptionWord {
    /// Without its dashes.
    name: String,
    help: String,
    value: Value,
}

/// What comes after an option.
enum Value {
    None,
    /// One of these.
    OneOf(Vec<String>),
    /// A file or a folder.
    Path,
    /// Something else.
    Any,
}

impl Completions {
    /// Writes the script.
    ///
    /// # Errors
    /// None.
    pub fn run(&self, _context: &Context<'_>) -> Result<Box<dyn Report>> {
        Ok(Box::new(Script(write(self.shell))))
    }
}

struct Script(String);

impl Report for Script {
    fn json(&self) -> String {
        crate::report::document(&self.0)
    }

    fn text(&self, _look: &Look) -> String {
        self.0.clone()
    }
}

fn write(shell: Shell) -> String {
    let root = Command::augment_subcommands(clap::Command::new("claude-bedrock"));
    let everywhere = Options::augment_args(clap::Command::new(""));
    let mut tree = Tree {
        nodes: Vec::new(),
        everywhere: option_words(&everywhere),
    };
    tree.everywhere.push(OptionWord {
        name: "help".to_owned(),
        help: "Print help".to_owned(),
        value: Value::None,
    });
    collect(&root, "", &mut tree.nodes);
    match shell {
        Shell::Bash => script::bash(&tree),
        Shell::Zsh => script::zsh(&tree),
        Shell::Fish => script::fish(&tree),
        Shell::Powershell => script::powershell(&tree),
        Shell::Man => man::page(&root, &everywhere),
    }
}

/// The command and those below it, the shallowest first.
fn collect(command: &clap::Command, path: &str, nodes: &mut Vec<Node>) {
    let positionals = command.get_positionals();
    let shown = || {
        command
            .get_subcommands()
            .filter(|below| !below.is_hide_set())
    };
    nodes.push(Node {
        path: path.to_owned(),
        commands: shown()
            .map(|below| (below.get_name().to_owned(), first_line(below.get_about())))
            .collect(),
        options: option_words(command),
        words: positionals.flat_map(possible_values).collect(),
    });
    for below in shown() {
        collect(below, &format!("{path} {}", below.get_name()), nodes);
    }
}

fn option_words(command: &clap::Command) -> Vec<OptionWord> {
    command.get_arguments().filter_map(option_word).collect()
}

fn option_word(arg: &clap::Arg) -> Option<OptionWord> {
    let name = arg.get_long().filter(|_| !arg.is_hide_set())?.to_owned();
    let values = possible_values(arg);
    let value = if !arg.get_action().takes_values() {
        Value::None
    } else if !values.is_empty() {
        Value::OneOf(values)
    } else if ["home", "settings"].contains(&name.as_str()) {
        Value::Path
    } else {
        Value::Any
    };
    Some(OptionWord {
        name,
        help: first_line(arg.get_help()),
        value,
    })
}

fn possible_values(arg: &clap::Arg) -> Vec<String> {
    let values = arg.get_possible_values();
    values
        .iter()
        .filter(|_| arg.get_action().takes_values())
        .map(|value| value.get_name().to_owned())
        // A switch that may be given a value is typed without one.
        .filter(|name| name != "true" && name != "false")
        .collect()
}

fn first_line(text: Option<&clap::builder::StyledStr>) -> String {
    let mut out = String::new();
    if let Some(text) = text {
        let _ = write!(out, "{text}");
    }
    out.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
