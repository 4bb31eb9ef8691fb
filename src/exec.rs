//! The only starter of programs: found on `PATH`, with a deadline and without a controlling terminal.
//!
//! Programs whose output we read run in a session of their own ([`capture`]); programs that talk to the user keep the
//! terminal ([`interactive`], [`replace`]). Nothing goes through a shell.

mod capture;
mod side_by_side;
mod signals;
mod terminal;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use capture::{End, Output, capture, capture_all};
pub use side_by_side::{Board, lock, side_by_side};
pub use terminal::{interactive, replace};

use crate::env::{Env, find_var};
use crate::error::{Code, Error, Result};
use crate::shell;

/// Is told of each program that has ended: its command line, its end and its time, in one line of text.
pub type Trace = Arc<dyn Fn(&str) + Send + Sync>;

/// A program to start: path, arguments, environment, deadline.
///
/// There is no `Debug`: the environment may hold secrets.
#[derive(Clone)]
pub struct Run {
    program: PathBuf,
    args: Vec<OsString>,
    vars: Vec<(OsString, OsString)>,
    deadline: Duration,
    trace: Option<Trace>,
}

impl Run {
    /// `program` with our own environment, no arguments and a deadline of a minute.
    pub fn new(program: impl Into<PathBuf>, env: &Env) -> Self {
        Run {
            program: program.into(),
            args: Vec::new(),
            vars: env
                .vars()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            deadline: Duration::from_secs(60),
            trace: None,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<I: IntoIterator<Item: Into<OsString>>>(mut self, args: I) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable of the program's environment.
    #[must_use]
    pub fn set_var(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.vars.retain(|(set, _)| set != name);
        self.vars.push((name.into(), value.into()));
        self
    }

    /// Takes variables out of the program's environment.
    #[must_use]
    pub fn remove_vars(mut self, names: &[&str]) -> Self {
        self.vars
            .retain(|(set, _)| names.iter().all(|name| set != name));
        self
    }

    /// Sets the time after which the program is ended; only [`capture`] watches it.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets who is told of the program's end.
    #[must_use]
    pub fn trace(mut self, trace: Option<Trace>) -> Self {
        self.trace = trace;
        self
    }

    /// A variable of the program's environment.
    pub fn var(&self, name: &str) -> Option<&OsStr> {
        find_var(&self.vars, name)
    }

    /// The command as a line to paste into a shell, without the environment.
    pub fn command_line(&self) -> String {
        let mut line = shell::quote(&self.program.to_string_lossy());
        for arg in &self.args {
            line.push(' ');
            line.push_str(&shell::quote(&arg.to_string_lossy()));
        }
        line
    }

    fn expression(&self) -> duct::Expression {
        duct::cmd(self.program.clone(), &self.args)
            .full_env(self.vars.iter().cloned())
            .unchecked()
    }

    fn tell(&self, end: &str, elapsed: Duration) {
        if let Some(trace) = &self.trace {
            // Whole milliseconds: printing fractions would bring the code for floats, and `as_millis` that for 128 bits.
            let spent = elapsed.as_secs() * 1_000 + u64::from(elapsed.subsec_millis());
            trace(&format!("{} ({end}, {spent} ms)", self.command_line()));
        }
    }

    /// Why the system would not start the program.
    fn start_error(&self, error: &io::Error) -> Error {
        let program = self.program.display();
        let message = match error.kind() {
            // The system says "not found" of the program and of the interpreter in its first line alike.
            io::ErrorKind::NotFound if self.program.exists() => {
                format!("{program} could not be started: the interpreter it names was not found")
            }
            io::ErrorKind::NotFound => format!("{program} was not found"),
            io::ErrorKind::PermissionDenied => format!("{program} may not be executed"),
            _ => format!("{program} could not be started: {error}"),
        };
        Error::new(Code::CommandNotFound, message)
    }
}

/// Finds a program as the system would: on `PATH`, or at `name` itself when that has a folder in it.
///
/// Empty and relative entries of `PATH` are passed over: they mean the working folder, which may be a stranger's
/// repository. On Windows the extensions of `PATHEXT` are tried.
pub fn find(env: &Env, name: &OsStr) -> Option<PathBuf> {
    let path = env.var_os("PATH").unwrap_or_default();
    let absolute = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    let list = std::env::join_paths(absolute).ok()?;
    which::which_in(name, Some(list), &env.cwd).ok()
}

/// The file that [`find`] passes over because it may not be executed.
pub fn find_not_executable(env: &Env, name: &OsStr) -> Option<PathBuf> {
    let name = Path::new(name);
    if name.components().count() > 1 {
        return Some(env.cwd.join(name)).filter(|path| path.exists());
    }
    let path = env.var_os("PATH").unwrap_or_default();
    std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_absolute() && path.is_file())
}

/// For those who answer with what they have when a run fails: after Ctrl-C nobody waits for an answer.
///
/// # Errors
/// `INTERRUPTED`.
pub fn check_interrupted() -> Result<()> {
    if signals::interrupted() {
        return Err(interrupted());
    }
    Ok(())
}

fn interrupted() -> Error {
    Error::new(Code::Interrupted, "interrupted")
}

#[cfg(test)]
mod tests;
