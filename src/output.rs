//! What the user sees: the only module that prints.
//!
//! stdout carries the report and nothing else; everything said on the way goes to stderr. A reader that goes away
//! (`| head`) is not an error.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::commands::layout::fold_step;
use crate::commands::{Listener, Options, Shade};
use crate::env::Env;
use crate::error::Error;
use crate::exec::Trace;
use crate::report::{Look, Report, Tint, escape, fold, pretty};

/// Takes back the line of progress on a terminal.
const CLEAR: &str = "\r\x1b[K";

/// The printer, set up once from the options and the terminals.
pub struct Output {
    json: bool,
    quiet: bool,
    verbose: bool,
    stdout: Look,
    stderr: Look,
    stderr_is_terminal: bool,
    /// Whether a line of progress can be taken back.
    redraws: bool,
    /// Whether there is one to take back.
    drawn: Arc<AtomicBool>,
}

impl Output {
    /// Decides the form and the look from the options and the surroundings.
    pub fn new(env: &Env, options: &Options, json: bool) -> Self {
        let look = |is_terminal: bool| Look {
            color: match options.color {
                Shade::Always => true,
                Shade::Never => false,
                Shade::Auto => {
                    is_terminal && env.var_nonempty("NO_COLOR").is_none() && env.speaks_sequences()
                }
            },
            unicode: speaks_utf8(env),
            width: env.columns(),
        };
        Output {
            json,
            quiet: options.quiet,
            verbose: options.verbose || env.var("BEDROCK_DEBUG") == Some("1"),
            stdout: look(env.stdout_is_terminal),
            stderr: look(env.stderr_is_terminal),
            stderr_is_terminal: env.stderr_is_terminal,
            redraws: env.stderr_is_terminal && env.speaks_sequences(),
            drawn: Arc::default(),
        }
    }

    /// For failures from before the surroundings are known.
    pub fn bare(json: bool) -> Self {
        Output {
            json,
            quiet: true,
            verbose: false,
            stdout: Look::PLAIN,
            stderr: Look::PLAIN,
            stderr_is_terminal: false,
            redraws: false,
            drawn: Arc::default(),
        }
    }

    /// Makes a panic say its code in one line. The process aborts after it.
    pub fn report_panics() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic
                .location()
                .map(|at| format!(" at {}:{}", at.file(), at.line()));
            say(&format!(
                "error: a defect of claude-bedrock {}{}\n  code INTERNAL; please report this line\n",
                env!("CARGO_PKG_VERSION"),
                place.unwrap_or_default(),
            ));
        }));
    }

    /// Prints the answer and returns the exit code.
    pub fn report(&self, report: &dyn Report) -> u8 {
        self.clear_progress();
        let text = if self.json {
            report.json()
        } else {
            report.text(&self.stdout)
        };
        if print(&text) {
            report.exit()
        } else {
            report.exit_unwritten()
        }
    }

    /// Prints the failure and returns the exit code.
    pub fn error(&self, error: &Error) -> u8 {
        self.clear_progress();
        if self.json {
            let written = print(&pretty(&error.json()));
            return if written { error.code.exit() } else { 1 };
        }
        let look = &self.stderr;
        let message = escape(&error.message);
        let mut text = format!(
            "{} {}\n",
            look.tint(Tint::Bad, "error:"),
            self.folded(&message, 7)
        );
        if let Some(at) = &error.at {
            text.push_str("  at ");
            text.push_str(&escape(&at.path.display().to_string()));
            for number in [at.line, at.column].into_iter().flatten() {
                text.push_str(&format!(":{number}"));
            }
            text.push('\n');
        }
        if let Some(step) = &error.suggestion {
            let step = escape(step);
            let step = if self.stderr_is_terminal {
                fold_step(&step, look.width.saturating_sub(7), 7)
            } else {
                step
            };
            text.push_str(&format!("  {} {step}\n", look.tint(Tint::Bold, "try:")));
        }
        say(&text);
        error.code.exit()
    }

    /// Prints a text of our own as it is (help, version, completions) and returns the exit code.
    pub fn plain(text: &str) -> u8 {
        u8::from(!print(text))
    }

    /// A sentence as lines of the terminal, beside so many columns; elsewhere one line.
    fn folded(&self, text: &str, beside: usize) -> String {
        if self.stderr_is_terminal {
            fold(text, self.stderr.width.saturating_sub(beside), beside)
        } else {
            text.to_owned()
        }
    }

    fn clear_progress(&self) {
        if self.drawn.swap(false, Ordering::Relaxed) {
            say(CLEAR);
        }
    }
}

impl Listener for Output {
    fn progress(&self, text: &str) {
        if self.quiet {
            return;
        }
        if self.redraws {
            let line: String = escape(text)
                .chars()
                .take(self.stderr.width.saturating_sub(1))
                .collect();
            self.drawn.store(true, Ordering::Relaxed);
            say(&format!("{CLEAR}{line}"));
        } else {
            say(&format!("{}\n", self.folded(&escape(text), 0)));
        }
    }

    fn note(&self, text: &str) {
        if !self.quiet {
            self.clear_progress();
            // What has lines, or blanks before it, was laid out already.
            if text.starts_with(' ') || text.contains('\n') {
                say(&format!("{text}\n"));
            } else {
                say(&format!("{}\n", self.folded(text, 0)));
            }
        }
    }

    fn trace(&self, text: &str) {
        if self.verbose {
            self.clear_progress();
            say(&format!("{}\n", escape(text)));
        }
    }

    fn tracer(&self) -> Option<Trace> {
        let drawn = Arc::clone(&self.drawn);
        let tell = move |text: &str| {
            let start = if drawn.swap(false, Ordering::Relaxed) {
                CLEAR
            } else {
                ""
            };
            say(&format!("{start}{}\n", escape(text)));
        };
        self.verbose.then(|| Arc::new(tell) as Trace)
    }

    fn look(&self) -> &Look {
        &self.stderr
    }
}

/// Whether the locale promises UTF-8. Windows consoles are taken to.
fn speaks_utf8(env: &Env) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| env.var_nonempty(name));
    cfg!(windows)
        || locale.is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
}

/// Prints; `false` where the answer is lost. A reader that went away wanted no more.
fn print(text: &str) -> bool {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            say(&format!("error: cannot write to stdout: {error}\n"));
            false
        }
        _ => true,
    }
}

fn say(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
