//! Programs that talk to the user: they keep the terminal.

use std::time::{Duration, Instant};

use super::{Run, interrupted, signals};
use crate::error::Result;

/// How long a program that shares the terminal may take to end by itself after Ctrl-C, which it got too.
const GRACE: Duration = Duration::from_secs(2);

/// Where the stdout of a program that keeps the terminal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdout {
    /// To our stdout.
    Inherit,
    /// To our stderr, so that our stdout carries nothing but our answer.
    ToStderr,
}

/// Runs a program on our terminal, without a deadline, and returns its exit code (128 and the signal, if one ended it).
///
/// # Errors
/// `COMMAND_NOT_FOUND` when it cannot be started, `INTERRUPTED` after Ctrl-C.
pub fn interactive(run: &Run, stdout: Stdout) -> Result<i32> {
    let watch = signals::Watch::start();
    let started = Instant::now();
    let expression = match stdout {
        Stdout::Inherit => run.expression(),
        Stdout::ToStderr => run.expression().stdout_to_stderr(),
    };
    let failed = |error: std::io::Error| run.start_error(&error);
    let handle = expression.start().map_err(failed)?;
    let mut give_up = None;
    loop {
        let ended = handle
            .wait_timeout(Duration::from_millis(100))
            .map_err(failed)?;
        if let Some(output) = ended {
            let code = exit_code(output.status);
            run.tell(&format!("exit {code}"), started.elapsed());
            return if watch.interrupted() {
                Err(interrupted())
            } else {
                Ok(code)
            };
        }
        if watch.interrupted() {
            let give_up = *give_up.get_or_insert_with(|| Instant::now() + GRACE);
            if Instant::now() >= give_up {
                // Already gone is as good.
                let _ = handle.kill();
            }
        }
    }
}

/// Becomes the program. On Windows, which cannot, runs it and returns its exit code.
///
/// # Errors
/// `COMMAND_NOT_FOUND` when it cannot be started.
#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "duct starts children; this replaces ourselves"
)]
pub fn replace(run: &Run) -> Result<i32> {
    use std::os::unix::process::CommandExt;
    let error = std::process::Command::new(&run.program)
        .args(&run.args)
        .env_clear()
        .envs(&run.vars)
        .exec();
    Err(run.start_error(&error))
}

/// Becomes the program. On Windows, which cannot, runs it and returns its exit code.
///
/// # Errors
/// `COMMAND_NOT_FOUND` when it cannot be started.
#[cfg(not(unix))]
pub fn replace(run: &Run) -> Result<i32> {
    interactive(run, Stdout::Inherit)
}

fn exit_code(status: std::process::ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(1)
}
