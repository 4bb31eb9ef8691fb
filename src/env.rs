//! The world as it was when the program started: variables, home, working folder, clock, terminals.
//!
//! Read once, in `main`; everything else is handed an [`Env`]. The variables that only tests set
//! (`CLAUDE_BEDROCK_NOW`, `CLAUDE_BEDROCK_ROOT`) are read here and nowhere else.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the environment"
)]

use std::collections::BTreeMap;
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
    vars: BTreeMap<OsString, OsString>,
    /// The home folder, as Node and Python find it: `HOME` (`USERPROFILE` on Windows) before the system's word.
    pub home: PathBuf,
    /// Set when `--home` named it; the children's `HOME` follows then.
    pub home_is_given: bool,
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
    /// `HOME_NOT_FOUND` when neither the environment nor the system knows a home folder.
    pub fn read(home: Option<&Path>) -> Result<Self> {
        let mut vars: BTreeMap<OsString, OsString> = std::env::vars_os()
            .map(|(name, value)| (fold_case(name), value))
            .collect();
        let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let home_is_given = home.is_some();
        let home = if let Some(given) = home {
            for name in POINT_INTO_HOME {
                vars.remove(OsStr::new(name));
            }
            let full = cwd.join(given);
            vars.insert(OsString::from(HOME_VARIABLE), full.clone().into_os_string());
            full
        } else {
            let set = vars
                .get(OsStr::new(HOME_VARIABLE))
                .filter(|value| !value.is_empty());
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
        let fixed = vars
            .get(OsStr::new("CLAUDE_BEDROCK_NOW"))
            .and_then(|v| v.to_str()?.parse().ok());
        Ok(Env {
            home,
            home_is_given,
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
        self.vars.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// A variable's value, when it is set and not empty.
    pub fn var_nonempty(&self, name: &str) -> Option<&str> {
        self.var(name).filter(|value| !value.is_empty())
    }

    /// Every variable, for the environment of a child.
    pub fn vars(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.vars
            .iter()
            .map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// `path` with the home folder written as `~`, for people.
    pub fn tilde(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
            Ok(rest) => format!("~{}{}", std::path::MAIN_SEPARATOR, rest.display()),
            Err(_) => path.display().to_string(),
        }
    }

    /// An absolute path of the system (`/etc/…`), under the root that a test may set.
    pub fn system_path(&self, absolute: &str) -> PathBuf {
        match self.var_os("CLAUDE_BEDROCK_ROOT") {
            Some(root) if !root.is_empty() => {
                Path::new(root).join(absolute.trim_start_matches('/'))
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
