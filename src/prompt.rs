//! Questions on a terminal: asked on stderr, answered on stdin.
//!
//! Keys are read one by one where that can be had; elsewhere (Windows, `TERM=dumb`) each answer is a line of its own.

mod keys;
mod line;
mod list;

use std::io::{BufRead, Write};

use crate::env::{Env, terminal_size};
use crate::error::{Code, Error, Result};
use crate::report::{Look, Tint, escape, fold};
use keys::Keys;
use line::Line;
pub use list::Entry;
use list::{List, fit};

/// What a line must be to mean "back" where there is no Escape key.
const BACK: &str = "<";

/// A key as far as the prompts care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Char(char),
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Enter,
    Backspace,
    /// Ctrl-U: takes back all that was typed.
    Erase,
    Escape,
    /// Ctrl-C, Ctrl-D, or no more input.
    Stop,
    Other,
}

/// What a key made of a prompt.
#[derive(Debug, PartialEq, Eq)]
enum Outcome<T> {
    Open,
    Answer(T),
    Back,
}

/// Asks a question that is answered with yes or no; an empty answer is `default`.
///
/// # Errors
/// `NOT_A_TERMINAL` when nobody can be asked: `--yes` answers in advance. `INTERRUPTED` when the input ends.
pub fn confirm(env: &Env, question: &str, default: bool) -> Result<bool> {
    require_terminal(env, question, "--yes to go ahead without being asked")?;
    let choice = if default { "[Y/n]" } else { "[y/N]" };
    loop {
        say(&format!("\n{question} {choice} "));
        if let Some(answer) = parse_answer(&read_line()?, default) {
            return Ok(answer);
        }
    }
}

/// The prompts of one command.
pub struct Prompt<'a> {
    /// The surroundings.
    pub env: &'a Env,
    /// How text may look on stderr.
    pub look: Look,
    /// Whether there is nothing to go back to: then Escape ends it all.
    pub first: bool,
}

impl Prompt<'_> {
    /// Lets the user choose an entry by arrow keys, by its number, or by typing a part of it; Enter takes `default`.
    /// `None` means "back".
    ///
    /// # Errors
    /// `NOT_A_TERMINAL`, which names `flag`; `INTERRUPTED`.
    pub fn choose(
        &self,
        question: &str,
        flag: &str,
        entries: &[Entry],
        default: usize,
    ) -> Result<Option<usize>> {
        require_terminal(self.env, question, flag)?;
        let mut list = List::new(entries, default, self.first);
        let Some(keys) = self.keys() else {
            return self.choose_by_line(question, &mut list);
        };
        self.head(question);
        let mut drawn = 0;
        loop {
            let lines = list.lines(&self.look, self.env.columns(), rows());
            say(&format!("{}{}", take_back(drawn), lines.join("\n")));
            drawn = lines.len();
            let outcome = match keys.next() {
                Key::Stop => Err(interrupted()),
                key => Ok(list.press(key)),
            };
            let shown = match &outcome {
                Ok(Outcome::Open) => continue,
                Ok(Outcome::Answer(at)) => entries.get(*at).map_or("", |entry| &entry.label),
                _ => "",
            };
            say(&take_back(drawn));
            if !shown.is_empty() {
                let text = fit(&escape(shown), self.env.columns().saturating_sub(5));
                say(&format!("  {text}\n"));
            }
            return outcome.map(|outcome| match outcome {
                Outcome::Answer(at) => Some(at),
                _ => None,
            });
        }
    }

    /// Asks for a line of text that `check` accepts; an empty answer is `default`. `None` means "back".
    ///
    /// # Errors
    /// `NOT_A_TERMINAL`, which names `flag`; `INTERRUPTED`.
    pub fn ask(
        &self,
        question: &str,
        flag: &str,
        default: &str,
        check: &dyn Fn(&str) -> Result<()>,
    ) -> Result<Option<String>> {
        require_terminal(self.env, question, flag)?;
        let mut heading = question.to_owned();
        if !default.is_empty() {
            heading.push_str(&format!(" [{}]", escape(default)));
        }
        self.head(&heading);
        let mut line = Line::default();
        loop {
            let Some(typed) = self.read_text(&mut line)? else {
                return Ok(None);
            };
            let text = if typed.is_empty() { default } else { &typed };
            let Err(error) = check(text) else {
                if typed.is_empty() {
                    say(&format!("  {}\n", escape(text)));
                }
                return Ok(Some(text.to_owned()));
            };
            let step = error.suggestion.as_deref().unwrap_or("try again");
            self.object(&format!("{}; {step}", error.message));
        }
    }

    fn head(&self, question: &str) {
        let question = fold(question, self.env.columns(), 0);
        say(&format!("{}\n", self.look.tint(Tint::Bold, &question)));
    }

    /// Says why an answer will not do.
    fn object(&self, why: &str) {
        let mark = self.look.tint(Tint::Warn, "!");
        let why = fold(&escape(why), self.env.columns().saturating_sub(4), 4);
        say(&format!("  {mark} {why}\n"));
    }

    /// One line that the user typed, trimmed; `None` for "back".
    fn read_text(&self, line: &mut Line) -> Result<Option<String>> {
        let Some(keys) = self.keys() else {
            say("> ");
            let text = read_line()?.trim().to_owned();
            return Ok(Some(text).filter(|text| text != BACK));
        };
        loop {
            say(&format!("\r\x1b[K> {}", line.tail(self.env.columns())));
            let outcome = match keys.next() {
                Key::Stop => Err(interrupted()),
                key => Ok(line.press(key)),
            };
            match &outcome {
                Ok(Outcome::Open) => {}
                Ok(Outcome::Answer(text)) if text.is_empty() => say(&take_back(1)),
                _ => say("\n"),
            }
            match outcome? {
                Outcome::Open => {}
                Outcome::Answer(text) => return Ok(Some(text)),
                Outcome::Back => return Ok(None),
            }
        }
    }

    /// The list printed once, and a line as the answer.
    fn choose_by_line(&self, question: &str, list: &mut List<'_>) -> Result<Option<usize>> {
        let lines = list.lines(&Look::PLAIN, self.env.columns(), usize::MAX);
        // The last line tells the keys, which there are none of.
        let entries = lines.get(..lines.len() - 1).unwrap_or_default();
        self.head(question);
        say(&format!("{}\n", entries.join("\n")));
        let back = if self.first { "quits" } else { "goes back" };
        let keys = format!("Number or part of a name; Enter takes the marked one, {BACK} {back}:");
        let keys = fold(&keys, self.env.columns(), 0);
        loop {
            say(&format!("{keys} "));
            let text = read_line()?;
            if text.trim() == BACK {
                return Ok(None);
            }
            if let Some(at) = list.find(text.trim()) {
                return Ok(Some(at));
            }
            self.object("that fits none of them, or several");
        }
    }

    fn keys(&self) -> Option<Keys> {
        if self.env.speaks_sequences() {
            Keys::open()
        } else {
            None
        }
    }
}

/// Rows of the terminal; 24 where it does not say.
fn rows() -> usize {
    let size = terminal_size().filter(|(_, rows)| *rows > 0);
    size.map_or(24, |(_, rows)| rows)
}

/// Takes back what was drawn: back to the start of its first line, and everything from there.
fn take_back(lines: usize) -> String {
    match lines {
        0 | 1 => "\r\x1b[J".to_owned(),
        lines => format!("\r\x1b[{}A\x1b[J", lines - 1),
    }
}

fn require_terminal(env: &Env, question: &str, flag: &str) -> Result<()> {
    if env.stdin_is_terminal && env.stderr_is_terminal {
        return Ok(());
    }
    Err(Error::new(
        Code::NotATerminal,
        format!("there is no terminal to ask on: {question}"),
    )
    .suggest(format!("add {flag}")))
}

fn interrupted() -> Error {
    Error::new(Code::Interrupted, "interrupted, nothing was changed")
}

fn read_line() -> Result<String> {
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(length) if length > 0 => Ok(line),
        _ => Err(interrupted()),
    }
}

/// Without stderr there is no question, and the answer is read all the same.
fn say(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// `None` for an answer that is neither yes nor no.
fn parse_answer(line: &str, default: bool) -> Option<bool> {
    match line.trim().to_ascii_lowercase().as_str() {
        "" => Some(default),
        "y" | "yes" => Some(true),
        "n" | "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        for (line, default, answer) in [
            ("\n", true, Some(true)),
            (" \r\n", false, Some(false)),
            ("Y\n", false, Some(true)),
            ("yes", false, Some(true)),
            ("No\n", true, Some(false)),
            ("maybe\n", true, None),
        ] {
            assert_eq!(parse_answer(line, default), answer, "{line:?}");
        }
    }

    #[test]
    fn nobody_is_asked_without_a_terminal() {
        let env = Env::for_test(std::path::Path::new("/"), &[]);
        let error = confirm(&env, "Go on?", true).unwrap_err();
        assert_eq!(error.code, Code::NotATerminal);
        assert!(error.suggestion.as_deref().unwrap().contains("--yes"));
        let prompt = Prompt {
            env: &env,
            look: Look::PLAIN,
            first: true,
        };
        let error = prompt.choose("Profile", "--profile", &[], 0).unwrap_err();
        assert_eq!(error.suggestion.as_deref(), Some("add --profile"));
        let error = prompt.ask("Region", "--region", "", &|_| Ok(()));
        assert_eq!(error.unwrap_err().code, Code::NotATerminal);
    }
}
