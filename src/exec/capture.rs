//! Programs whose output we read: detached from the terminal, ended at their deadline, side by side.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::side_by_side::{lock, side_by_side};
use super::{Run, interrupted, signals};
use crate::error::{Code, Error, Result};

/// The longest output that is read. The longest listing known is below 1 MB.
const LIMIT: u64 = 64 << 20;

/// How often Ctrl-C and the size of the output are looked at; the end of the program wakes us at once.
const TICK: Duration = Duration::from_millis(50);

/// The time between asking a program to end and making it: enough for a wrapper to pass the word on.
#[cfg(unix)]
const GRACE: Duration = Duration::from_millis(50);

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this exit code.
    Exit(i32),
    /// By a signal that was not ours.
    Signal(i32),
    /// By us, at its deadline.
    TimedOut,
    /// By us, because it wrote more than 64 MiB.
    TooLarge,
}

/// What a program wrote and how it ended. Output is there however it ended, as far as it got.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub end: End,
    /// What it wrote to stdout.
    pub stdout: Vec<u8>,
    /// What it wrote to stderr.
    pub stderr: Vec<u8>,
    /// From its start to its end.
    pub elapsed: Duration,
}

impl Output {
    /// Whether it ended by itself with exit code 0.
    pub fn success(&self) -> bool {
        self.end == End::Exit(0)
    }

    /// The exit code, if it ended by itself.
    pub fn exit(&self) -> Option<i32> {
        match self.end {
            End::Exit(code) => Some(code),
            _ => None,
        }
    }

    /// stderr as text; what is not UTF-8 becomes U+FFFD.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// Runs a program to its end or its deadline and returns what it wrote.
///
/// stdin is empty. Output goes to unlinked files, not to pipes: what a wrapper script started holds a pipe open after the
/// wrapper was killed, and reading would wait for it.
///
/// # Errors
/// `COMMAND_NOT_FOUND` when it cannot be started, `INTERRUPTED` after Ctrl-C, `FILE_NOT_WRITABLE` when there is no place
/// for temporary files. An exit code other than 0 and a missed deadline are answers, not errors.
pub fn capture(run: &Run) -> Result<Output> {
    let _watch = signals::Watch::start();
    super::check_interrupted()?;
    let out = temporary_file(run)?;
    let err = temporary_file(run)?;
    let started = Instant::now();
    let handle = start(run, &out, &err).map_err(|error| run.start_error(&error))?;
    // All that it starts from here on ends with it, and with us.
    #[cfg(windows)]
    let job = super::windows::Job::of(handle.pids());
    let kill = || {
        #[cfg(windows)]
        job.end();
        kill(&handle);
    };
    let end = loop {
        let left = run.deadline.saturating_sub(started.elapsed());
        let ended = handle
            .wait_timeout(left.min(TICK))
            .map_err(|error| run.start_error(&error))?;
        if let Some(output) = ended {
            break end_of(output.status);
        }
        if signals::interrupted() {
            kill();
            run.tell("interrupted", started.elapsed());
            return Err(interrupted());
        }
        if left.is_zero() {
            kill();
            break End::TimedOut;
        }
        if size(&out).max(size(&err)) > LIMIT {
            kill();
            break End::TooLarge;
        }
    };
    // What it left running by itself (an agent that keeps a password) may go on, as elsewhere.
    #[cfg(windows)]
    job.release();
    let end = if size(&out).max(size(&err)) > LIMIT {
        End::TooLarge
    } else {
        end
    };
    let elapsed = started.elapsed();
    run.tell(&words(end), elapsed);
    Ok(Output {
        end,
        stdout: read(out)?,
        stderr: read(err)?,
        elapsed,
    })
}

/// Runs programs side by side, at most `jobs` at a time, and returns their outputs in the order of `runs`.
///
/// `on_done` is called on the calling thread as each one ends, with its place in `runs`. After Ctrl-C all that have not
/// ended return `INTERRUPTED`.
pub fn capture_all(
    runs: &[Run],
    jobs: usize,
    on_done: &mut dyn FnMut(usize),
) -> Vec<Result<Output>> {
    // One watch over all of them: no gap between two runs in which a signal would leave others running.
    let _watch = signals::Watch::start();
    let results: Mutex<Vec<Option<Result<Output>>>> =
        Mutex::new(runs.iter().map(|_| None).collect());
    let work = |index: usize| {
        let result = runs.get(index).map(capture);
        if let Some(place) = lock(&results).get_mut(index) {
            *place = result;
        }
    };
    side_by_side(jobs.clamp(1, runs.len().max(1)), &work, &mut |board| {
        (0..runs.len()).for_each(|index| board.want(index));
        while let Some(index) = board.next_done() {
            on_done(index);
        }
    });
    let results = std::mem::take(&mut *lock(&results));
    results
        .into_iter()
        .map(|result| result.unwrap_or_else(|| Err(interrupted())))
        .collect()
}

fn start(run: &Run, out: &File, err: &File) -> io::Result<duct::Handle> {
    let expression = run
        .expression()
        .stdin_null()
        .stdout_file(out.try_clone()?)
        .stderr_file(err.try_clone()?);
    #[cfg(unix)]
    let expression = expression.before_spawn(|command| {
        super::unix::detach(command);
        Ok(())
    });
    #[cfg(windows)]
    let expression = expression.before_spawn(|command| {
        super::windows::detach(command);
        Ok(())
    });
    expression.start()
}

/// Ends the program and all it started, as far as they stayed in its process group, and never waits long for it.
pub(super) fn kill(handle: &duct::Handle) {
    #[cfg(unix)]
    {
        let group = |signal| {
            for leader in handle.pids() {
                super::unix::kill_group(leader, signal);
            }
        };
        // Nothing is waited for in between: until then the leader's number cannot be given to another program.
        group(libc::SIGTERM);
        std::thread::sleep(GRACE);
        group(libc::SIGKILL);
    }
    // A program that is already gone, or hangs inside the system, is left to the system.
    let _ = handle.kill();
    let _ = handle.wait_timeout(TICK);
}

fn end_of(status: ExitStatus) -> End {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return End::Signal(signal);
    }
    End::Exit(status.code().unwrap_or(1))
}

fn words(end: End) -> String {
    match end {
        End::Exit(code) => format!("exit {code}"),
        End::Signal(signal) => format!("signal {signal}"),
        End::TimedOut => "timed out".to_owned(),
        End::TooLarge => "too much output".to_owned(),
    }
}

fn size(file: &File) -> u64 {
    file.metadata().map_or(0, |data| data.len())
}

fn read(mut file: File) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()
        .and_then(|()| file.take(LIMIT).read_to_end(&mut bytes))
        .map_err(|error| {
            Error::new(
                Code::FileUnreadable,
                format!("a temporary file could not be read back: {error}"),
            )
        })?;
    Ok(bytes)
}

/// A file without a name, 0600, in the first folder that takes one.
fn temporary_file(run: &Run) -> Result<File> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let mut last = None;
    for folder in temporary_folders(run) {
        // A name that is taken belongs to a process of our number that is long gone.
        for _ in 0..64 {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = format!(".claude-bedrock-{}-{number}", std::process::id());
            match unlinked_file(&folder.join(name)) {
                Ok(file) => return Ok(file),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    last = Some(error);
                    break;
                }
            }
        }
    }
    let why = last.map_or_else(String::new, |error| format!(": {error}"));
    Err(Error::new(
        Code::FileNotWritable,
        format!("no folder takes temporary files{why}"),
    )
    .suggest(if cfg!(windows) {
        "set TEMP to a folder that can be written"
    } else {
        "set TMPDIR to a folder that can be written"
    }))
}

fn temporary_folders(run: &Run) -> Vec<PathBuf> {
    let (variables, fixed): (&[&str], &[&str]) = if cfg!(windows) {
        (&["TEMP", "TMP", "USERPROFILE"], &[])
    } else {
        (&["TMPDIR"], &["/tmp", "/var/tmp", "/dev/shm"])
    };
    variables
        .iter()
        .filter_map(|name| run.var(name))
        .map(PathBuf::from)
        .chain(fixed.iter().map(PathBuf::from))
        .filter(|folder| folder.is_absolute())
        .collect()
}

#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "a file that never has a name outside this function is nobody's file"
)]
fn unlinked_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}

#[cfg(windows)]
fn unlinked_file(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    /// `FILE_FLAG_DELETE_ON_CLOSE` of the Windows API.
    const DELETE_ON_CLOSE: u32 = 0x0400_0000;
    /// `GENERIC_READ | DELETE | SYNCHRONIZE | FILE_APPEND_DATA`: deleting on close needs the right to delete.
    const ACCESS: u32 = 0x8011_0004;
    OpenOptions::new()
        .read(true)
        .append(true)
        .create_new(true)
        .access_mode(ACCESS)
        .custom_flags(DELETE_ON_CLOSE)
        .open(path)
}
