//! Programs that talk to the user: they keep the terminal.

use std::io::{IsTerminal, Read, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::capture::kill;
use super::{Run, interrupted, lock, signals};
use crate::error::Result;

/// How long a program that shares the terminal may take to end by itself after Ctrl-C, which it got too.
const GRACE: Duration = Duration::from_secs(2);

/// How long after its end a program's last words may take through the pipe.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Runs a program on our terminal, all its output to our stderr as it comes, so that our stdout carries nothing but our
/// answer. Returns its exit code (128 and the signal, if one ended it; `None` when it was ended because it took longer
/// than `limit`) and what it wrote.
///
/// # Errors
/// `COMMAND_NOT_FOUND` when it cannot be started, `INTERRUPTED` after Ctrl-C.
pub fn interactive(run: &Run, limit: Option<Duration>) -> Result<(Option<i32>, String)> {
    let (mut reader, writer) = std::io::pipe().map_err(|error| run.start_error(&error))?;
    let heard = Arc::new((Mutex::<Heard>::default(), Condvar::new()));
    let shared = Arc::clone(&heard);
    let listener = std::thread::Builder::new().spawn(move || {
        let note = |piece: Option<&[u8]>| {
            let mut heard = lock(&shared.0);
            heard.bytes.extend(piece.unwrap_or_default());
            heard.closed |= piece.is_none();
            shared.1.notify_all();
        };
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = reader.read(&mut buffer) {
            let piece = buffer.get(..length).unwrap_or_default();
            // Nobody looks at our stderr any more, or nobody waits for the end: the program is to go on all the same.
            let _ = std::io::stderr().write_all(piece);
            note(Some(piece));
        }
        note(None);
    });
    listener.map_err(|error| run.start_error(&error))?;
    let expression = run.expression().stdout_to_stderr().stderr_file(writer);
    // A group of its own can be ended with all that is in it. On a terminal it could read nothing then.
    let apart = limit.is_some() && !std::io::stdin().is_terminal();
    #[cfg(unix)]
    let expression = expression.before_spawn(move |command| {
        if apart {
            std::os::unix::process::CommandExt::process_group(command, 0);
        }
        Ok(())
    });
    let code = attend(run, expression, limit, apart)?;
    let mut so_far = lock(&heard.0);
    // A browser that the program started may hold the pipe open for hours.
    loop {
        let length = so_far.bytes.len();
        let more = heard.1.wait_timeout_while(so_far, LAST_WORDS, |heard| {
            !heard.closed && heard.bytes.len() == length
        });
        let silent;
        (so_far, silent) = more.unwrap_or_else(PoisonError::into_inner);
        if so_far.closed || silent.timed_out() {
            break;
        }
    }
    Ok((code, String::from_utf8_lossy(&so_far.bytes).into_owned()))
}

/// What came through the pipe so far.
#[derive(Default)]
struct Heard {
    bytes: Vec<u8>,
    closed: bool,
}

/// Starts it, and waits for its end, for Ctrl-C, or until it has taken too long.
fn attend(
    run: &Run,
    expression: duct::Expression,
    limit: Option<Duration>,
    apart: bool,
) -> Result<Option<i32>> {
    let _watch = signals::Watch::start();
    let started = Instant::now();
    let failed = |error: std::io::Error| run.start_error(&error);
    let handle = expression.start().map_err(failed)?;
    #[cfg(windows)]
    let job = limit.map(|_| super::windows::Job::of(handle.pids()));
    let kill = || {
        #[cfg(windows)]
        job.iter().for_each(super::windows::Job::end);
        if apart {
            return kill(&handle);
        }
        // Already gone is as good.
        let _ = handle.kill();
    };
    // It may hold an end of a pipe whose other end waits for all of them to close.
    drop(expression);
    let mut give_up = None;
    loop {
        let ended = handle
            .wait_timeout(Duration::from_millis(100))
            .map_err(failed)?;
        if let Some(output) = ended {
            #[cfg(windows)]
            job.iter().for_each(super::windows::Job::release);
            let code = exit_code(output.status);
            run.tell(&format!("exit {code}"), started.elapsed());
            return if signals::interrupted() {
                Err(interrupted())
            } else {
                Ok(Some(code))
            };
        }
        if signals::interrupted() {
            let give_up = *give_up.get_or_insert_with(|| Instant::now() + GRACE);
            if Instant::now() >= give_up {
                kill();
            }
        } else if limit.is_some_and(|limit| started.elapsed() >= limit) {
            kill();
            run.tell("timed out", started.elapsed());
            return Ok(None);
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
        .envs(run.vars.iter().cloned())
        .exec();
    Err(run.start_error(&error))
}

/// Becomes the program. On Windows, which cannot, runs it and returns its exit code.
///
/// # Errors
/// `COMMAND_NOT_FOUND` when it cannot be started.
#[cfg(not(unix))]
pub fn replace(run: &Run) -> Result<i32> {
    // Ctrl-C is the program's own business: it may well go on.
    let _watch = signals::Watch::start();
    let failed = |error: std::io::Error| run.start_error(&error);
    let handle = run.expression().start().map_err(failed)?;
    let ended = handle.wait().map_err(failed)?;
    Ok(exit_code(ended.status))
}

fn exit_code(status: std::process::ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(1)
}
