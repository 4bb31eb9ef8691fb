//! The world as it was when the program started: variables, home, working folder, clock, terminals.
//!
//! Read once, in `main`; everything else is handed an [`Env`]. The variables that only tests set
//! (`CLAUDE_BEDROCK_NOW`, `CLAUDE_BEDROCK_ROOT`) are read here and nowhere else.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the environment"
)]

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use crate::error::{Code, Error, Result};

/// Variables that point into a home folder. With `--home` they would lead out of it, so they do not count there.
const POINT_INTO_HOME: &[&str] = &[
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_LOGIN_CACHE_DIRECTORY",
    "CLAUDE_CONFIG_DIR",
    "XDG_CACHE_HOME",
    "LOCALAPPDATA",
];

/// Everything that the program takes from its surroundings.
#[derive(Clone, Debug)]
pub struct Env {
    vars: Vec<(OsString, OsString)>,
    /// The home folder, as Node and Python find it: `HOME` (`USERPROFILE` on Windows) before the system's word.
    pub home: PathBuf,
    /// The working folder.
    pub cwd: PathBuf,
    /// This program's own path, where the system tells it.
    pub executable: Option<PathBuf>,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub now: i64,
    /// Whether a person can be asked.
    pub stdin_is_terminal: bool,
    /// Whether stdout is a terminal.
    pub stdout_is_terminal: bool,
    /// Whether stderr is a terminal.
    pub stderr_is_terminal: bool,
}

impl Env {
    /// Reads the surroundings. `home` is what `--home` says.
    ///
    /// # Errors
    /// `HOME_NOT_FOUND` when neither the environment nor the system knows a home folder, or `home` is no folder.
    pub fn read(home: Option<&Path>) -> Result<Self> {
        let mut vars: Vec<(OsString, OsString)> = std::env::vars_os()
            .map(|(name, value)| (fold_case(name), value))
            .collect();
        let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let home = if let Some(given) = home {
            vars.retain(|(name, _)| {
                *name != *HOME_VARIABLE && POINT_INTO_HOME.iter().all(|one| *name != **one)
            });
            let full = cwd.join(given);
            // Joined, nothing is the working folder: an unset variable must not make that a home.
            let empty = given.as_os_str().is_empty();
            if empty || !full.is_dir() {
                let (message, step) = if empty {
                    (
                        "--home names nothing".to_owned(),
                        "name a folder with --home DIR",
                    )
                } else {
                    (
                        format!("--home names {}, which is not a folder", full.display()),
                        "make that folder, or name another with --home DIR",
                    )
                };
                return Err(Error::new(Code::HomeNotFound, message).suggest(step));
            }
            vars.push((HOME_VARIABLE.into(), full.clone().into_os_string()));
            full
        } else {
            let set = find_var(&vars, HOME_VARIABLE).filter(|value| !value.is_empty());
            set.map(PathBuf::from)
                .or_else(dirs::home_dir)
                .ok_or_else(|| {
                    Error::new(Code::HomeNotFound, "the home folder is not known")
                        .suggest(format!("set {HOME_VARIABLE}, or pass --home DIR"))
                })?
        };
        let clock = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| {
                i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
            });
        let fixed =
            find_var(&vars, "CLAUDE_BEDROCK_NOW").and_then(|value| value.to_str()?.parse().ok());
        Ok(Env {
            home,
            cwd,
            executable: std::env::current_exe().ok(),
            now: fixed.unwrap_or(clock),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            vars,
        })
    }

    /// A variable's value; `None` when it is unset or not Unicode. An empty value is `Some("")`.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.var_os(name)?.to_str()
    }

    /// A variable's value as the system holds it.
    pub fn var_os(&self, name: &str) -> Option<&OsStr> {
        find_var(&self.vars, name)
    }

    /// A variable's value, when it is set and not empty.
    pub fn var_nonempty(&self, name: &str) -> Option<&str> {
        self.var(name).filter(|value| !value.is_empty())
    }

    /// Sets a variable, for this program and its children.
    pub fn set_var(&mut self, name: &str, value: String) {
        self.vars.retain(|(set, _)| set != name);
        self.vars.push((name.into(), value.into()));
    }

    /// Every variable, for the environment of a child.
    pub fn vars(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.vars
            .iter()
            .map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// Whether stdout is a terminal, for those who cannot wait for [`Env::read`].
    pub fn stdout_is_terminal() -> bool {
        std::io::stdout().is_terminal()
    }

    /// Whether a terminal understands escape sequences: not a dumb one, nor one without a name, but for Windows, where none
    /// has one.
    pub fn speaks_sequences(&self) -> bool {
        self.var_nonempty("TERM")
            .map_or(cfg!(windows), |term| term != "dumb")
    }

    /// Columns of the terminal: `COLUMNS`, else what the terminal says, else 80.
    pub fn columns(&self) -> usize {
        columns(self.var("COLUMNS")).unwrap_or(80)
    }

    /// Columns for the help, which is asked for before the rest is read: those of the terminal up to 120.
    pub fn help_columns() -> usize {
        let set = std::env::var("COLUMNS").ok();
        columns(set.as_deref()).unwrap_or(120).min(120)
    }

    /// `path` with the home folder written as `~`, for people.
    pub fn tilde(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
            Ok(rest) => format!("~{}{}", std::path::MAIN_SEPARATOR, rest.display()),
            Err(_) => path.display().to_string(),
        }
    }

    /// An absolute path of the system (`/etc/…`, `C:\…`), under the root that a test may set.
    pub fn system_path(&self, absolute: &str) -> PathBuf {
        match self.var_os("CLAUDE_BEDROCK_ROOT") {
            Some(root) if !root.is_empty() => {
                let below = absolute.strip_prefix("C:").unwrap_or(absolute);
                Path::new(root).join(below.trim_start_matches(['/', '\\']))
            }
            _ => PathBuf::from(absolute),
        }
    }

    /// Where things that can be fetched again are kept: `$XDG_CACHE_HOME` or the system's place, then `claude-bedrock`.
    pub fn cache_dir(&self) -> PathBuf {
        let base = if cfg!(windows) {
            self.var_os("LOCALAPPDATA").map(PathBuf::from)
        } else {
            self.var_os("XDG_CACHE_HOME")
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let fallback = if cfg!(target_os = "macos") {
            "Library/Caches"
        } else if cfg!(windows) {
            "AppData/Local"
        } else {
            ".cache"
        };
        base.filter(|path| !path.as_os_str().is_empty())
            .unwrap_or_else(|| self.home.join(fallback))
            .join("claude-bedrock")
    }
}

/// The value of the first variable of that name, as `getenv` has it.
pub fn find_var<'v>(vars: &'v [(OsString, OsString)], name: &str) -> Option<&'v OsStr> {
    let (_, value) = vars.iter().find(|(set, _)| set == name)?;
    Some(value)
}

/// The variable that Node (`os.homedir`) and Python (`os.path.expanduser`) read first.
const HOME_VARIABLE: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// Windows does not tell `Path` from `PATH`.
fn fold_case(name: OsString) -> OsString {
    if cfg!(windows) {
        name.to_ascii_uppercase()
    } else {
        name
    }
}

/// What `COLUMNS` says, else the terminal.
fn columns(set: Option<&str>) -> Option<usize> {
    let set = set.and_then(|text| text.parse().ok());
    set.or_else(|| Some(terminal_size()?.0))
        .filter(|columns| *columns >= 20)
}

/// Columns and rows of the terminal on stderr, else of that on stdout.
#[cfg(unix)]
pub fn terminal_size() -> Option<(usize, usize)> {
    let mut size = libc::winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    [libc::STDERR_FILENO, libc::STDOUT_FILENO]
        .into_iter()
        .find_map(|stream| {
            #[expect(
                unsafe_code,
                reason = "there is no safe call for the terminal's size in std"
            )]
            // SAFETY: TIOCGWINSZ writes one `winsize`, which is what the pointer points to.
            let answer = unsafe { libc::ioctl(stream, libc::TIOCGWINSZ, &raw mut size) };
            let found = (size.ws_col.into(), size.ws_row.into());
            (answer == 0 && size.ws_col > 0).then_some(found)
        })
}

/// Windows does not say without calls of its own.
#[cfg(not(unix))]
pub fn terminal_size() -> Option<(usize, usize)> {
    None
}

/// A moment in the local time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// Year, month and day.
    pub date: (i64, i64, i64),
    /// Hour and minute.
    pub clock: (i64, i64),
    /// The zone's name then (`CET`, `UTC`, `+0530`).
    pub zone: String,
}

impl LocalTime {
    /// `at` (seconds since the epoch) as the system's zone (`TZ`, else the system's setting) has it.
    #[cfg(unix)]
    pub fn of(at: i64) -> Self {
        #[expect(
            unsafe_code,
            reason = "there is no safe call for the local time in std"
        )]
        // SAFETY: `tm` is plain data, for which all zeroes is a value; `localtime_r` reads one `time_t`, writes one
        // `tm`, and leaves in `tm_zone` a pointer that lives as long as the process.
        let (tm, zone) = unsafe {
            let mut tm: libc::tm = std::mem::zeroed();
            let zone = if libc::localtime_r(&raw const at, &raw mut tm).is_null()
                || tm.tm_zone.is_null()
            {
                String::new()
            } else {
                std::ffi::CStr::from_ptr(tm.tm_zone)
                    .to_string_lossy()
                    .into_owned()
            };
            (tm, zone)
        };
        if zone.is_empty() {
            return Self::utc(at);
        }
        LocalTime {
            date: (
                i64::from(tm.tm_year) + 1900,
                i64::from(tm.tm_mon) + 1,
                i64::from(tm.tm_mday),
            ),
            clock: (i64::from(tm.tm_hour), i64::from(tm.tm_min)),
            zone,
        }
    }

    /// `at` in UTC: Windows does not say its zone without calls of its own.
    #[cfg(not(unix))]
    pub fn of(at: i64) -> Self {
        Self::utc(at)
    }

    fn utc(at: i64) -> Self {
        let (year, month, day, hour, minute, _) = crate::time::civil(at);
        LocalTime {
            date: (year, month, day),
            clock: (hour, minute),
            zone: "UTC".to_owned(),
        }
    }
}

impl std::fmt::Display for LocalTime {
    /// `2026-11-22 17:05 CET`, the spelling of the replaced script.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ((year, month, day), (hour, minute)) = (self.date, self.clock);
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} {}",
            self.zone
        )
    }
}

#[cfg(test)]
impl Env {
    /// Surroundings for a test: these variables, `home` (also the working folder), 2026-01-01T00:00:00Z, no terminal.
    pub fn for_test(home: &Path, vars: &[(&str, &str)]) -> Self {
        Env {
            vars: vars
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            home: home.to_owned(),
            cwd: home.to_owned(),
            executable: None,
            now: 1_767_225_600,
            stdin_is_terminal: false,
            stdout_is_terminal: false,
            stderr_is_terminal: false,
        }
    }
}
