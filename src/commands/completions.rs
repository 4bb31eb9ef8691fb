//! `completions SHELL`: a script that completes commands, options and their values; `completions man`: the manual page.
//!
//! Written from the same table as the help, so that it cannot fall behind.

mod man;
mod script;

use crate::commands::usage::{Flag, Takes, Usage, arguments, words};
use crate::commands::{Context, EVERYWHERE, PROGRAM};
use crate::error::Result;
use crate::report::{Look, Report};

arguments! {
    /// Print a script that completes commands and options in a shell, or the manual page
    ///
    /// Add one line to the shell's start file:
    ///   eval "$(claude-bedrock completions bash)"
    ///   eval "$(claude-bedrock completions zsh)"
    ///   claude-bedrock completions fish | source
    ///   claude-bedrock completions powershell | Out-String | Invoke-Expression
    ///
    /// The manual page goes where `man` looks:
    ///   claude-bedrock completions man > ~/.local/share/man/man1/claude-bedrock.1
    pub struct Completions = "completions" {
        /// The shell: bash, zsh, fish or powershell; or man
        shell: Shell = Flag::option("SHELL", Takes::Argument(Shell::WORDS));
    }
}

words! {
    /// The shells that there is a script for.
    pub enum Shell {
        /// GNU bash.
        Bash = "bash",
        /// zsh.
        Zsh = "zsh",
        /// fish.
        Fish = "fish",
        /// PowerShell.
        Powershell = "powershell",
        /// No shell: the manual page.
        Man = "man",
    }
}

/// A command with the words that lead to it, each with a blank before it; none for the program itself.
struct Node {
    path: String,
    usage: &'static Usage,
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
    let mut nodes = Vec::new();
    collect(&PROGRAM, "", &mut nodes);
    match shell {
        Shell::Bash => script::bash(&nodes),
        Shell::Zsh => script::zsh(&nodes),
        Shell::Fish => script::fish(&nodes),
        Shell::Powershell => script::powershell(&nodes),
        Shell::Man => man::page(&PROGRAM, EVERYWHERE),
    }
}

/// The command and those below it, the shallowest first.
fn collect(usage: &'static Usage, path: &str, nodes: &mut Vec<Node>) {
    nodes.push(Node {
        path: path.to_owned(),
        usage,
    });
    for below in usage.shown() {
        collect(below, &format!("{path} {}", below.name), nodes);
    }
}

#[cfg(test)]
mod tests;
