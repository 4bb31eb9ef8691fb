//! Questions on a terminal: asked on stderr, answered on stdin.

use std::io::{BufRead, Write};

use crate::env::Env;
use crate::error::{Code, Error, Result};

/// Asks a question that is answered with yes or no; an empty answer is `default`.
///
/// # Errors
/// `NOT_A_TERMINAL` when nobody can be asked: `--yes` answers in advance. `INTERRUPTED` when the input ends.
pub fn confirm(env: &Env, question: &str, default: bool) -> Result<bool> {
    if !env.stdin_is_terminal || !env.stderr_is_terminal {
        return Err(Error::new(
            Code::NotATerminal,
            format!("there is no terminal to ask on: {question}"),
        )
        .suggest("add --yes to go ahead without being asked"));
    }
    let choice = if default { "[Y/n]" } else { "[y/N]" };
    let mut stdin = std::io::stdin().lock();
    loop {
        // Without stderr there is no question, and the answer below is read all the same.
        let _ = write!(std::io::stderr(), "\n{question} {choice} ");
        let mut line = String::new();
        if !matches!(stdin.read_line(&mut line), Ok(length) if length > 0) {
            return Err(Error::new(
                Code::Interrupted,
                "interrupted, nothing was changed",
            ));
        }
        if let Some(answer) = parse_answer(&line, default) {
            return Ok(answer);
        }
    }
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
    }
}
