//! The plugin for Claude Code that this program carries: its files, and what stands of them in a folder.
//!
//! A plugin folder under `skills/` of the Claude folder is loaded without any setting (as `bedrock@skills-dir`); the
//! same folder serves `claude --plugin-dir`, and as a marketplace of its own. Claude Code's pages "Plugins reference",
//! "Hooks" and "Slash commands"; checked with 2.1.330.

mod install;
mod record;
pub mod status_line;

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::settings::config_dir;
use crate::env::Env;
use crate::error::{Code, Error, Result};
use crate::file;
use crate::json_edit::Document;
use crate::report::compact;
use crate::shell;
use crate::time::Epoch;

pub use install::{Done, Standing, install, look, uninstall};
pub use record::{RECORD, Record};

/// What `/bedrock:help` shows.
pub const HELP: &str = include_str!("plugin/commands/help.md");

const LOGIN: &str = include_str!("plugin/commands/login.md");
const DOCTOR: &str = include_str!("plugin/commands/doctor.md");

/// Every file, by its path in the folder. `{cli}` is the program as a word of a shell line; `{cli-json}` the same, and
/// `{path-json}` the bare path, inside a JSON string (which a YAML string in double quotes is too).
const ASSETS: &[(&str, &str)] = &[
    (
        ".claude-plugin/marketplace.json",
        include_str!("plugin/marketplace.json"),
    ),
    ("LICENSE", include_str!("../../LICENSE")),
    ("README.md", include_str!("plugin/README.md")),
    ("hooks/hooks.json", include_str!("plugin/hooks.json")),
    (
        "commands/bedrock.md",
        include_str!("plugin/commands/bedrock.md"),
    ),
    (
        "commands/status.md",
        include_str!("plugin/commands/status.md"),
    ),
    ("commands/login.md", LOGIN),
    ("commands/refresh.md", LOGIN),
    ("commands/doctor.md", DOCTOR),
    ("commands/diagnose.md", DOCTOR),
    (
        "commands/repair.md",
        include_str!("plugin/commands/repair.md"),
    ),
    (
        "commands/models.md",
        include_str!("plugin/commands/models.md"),
    ),
    (
        "commands/thinking.md",
        include_str!("plugin/commands/thinking.md"),
    ),
    (
        "commands/reset.md",
        include_str!("plugin/commands/reset.md"),
    ),
    ("commands/help.md", HELP),
    // Last: without it Claude Code loads none of the others.
    (
        ".claude-plugin/plugin.json",
        include_str!("plugin/plugin.json"),
    ),
];

/// A file of the plugin: its path in the folder, and its text.
pub type Asset = (&'static str, String);

/// The files of the plugin that calls the program at `binary`.
pub fn render(binary: &str) -> Vec<Asset> {
    let cli = shell::program(binary);
    let fill = |text: &str| {
        text.replace("{cli}", &cli)
            .replace("{cli-json}", &in_json(&cli))
            .replace("{path-json}", &in_json(binary))
            .replace("{version}", env!("CARGO_PKG_VERSION"))
    };
    ASSETS
        .iter()
        .map(|(path, text)| (*path, fill(text)))
        .collect()
}

/// `text` as it stands between the quotes of a JSON string.
fn in_json(text: &str) -> String {
    let text = compact(text);
    let inside = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    inside.unwrap_or_default().to_owned()
}

/// How the files of the plugin spell the program at `binary`, the longest first.
fn spellings(binary: &str) -> Vec<String> {
    if cfg!(windows) {
        let cli = shell::program(binary);
        vec![in_json(&cli), cli, in_json(binary), binary.to_owned()]
    } else {
        vec![binary.to_owned()]
    }
}

/// Where a file of the plugin stands, with the separators of the system.
pub fn place(folder: &Path, path: &str) -> PathBuf {
    let parts = path.split('/');
    parts.fold(folder.to_owned(), |folder, part| folder.join(part))
}

/// Where Claude Code finds the plugin by itself: `skills/bedrock` of the Claude folder.
pub fn default_folder(env: &Env) -> PathBuf {
    config_dir(env).join("skills").join("bedrock")
}

/// The path by which the hooks call this program: the one on `PATH` that leads here, because it outlives an update that
/// moves what it points to; else the program's own.
///
/// # Errors
/// `INTERNAL` when the system does not tell, or the path is not Unicode, which no JSON file can hold.
pub fn binary(env: &Env) -> Result<String> {
    let unknown = || {
        Error::new(
            Code::Internal,
            "the path of this program cannot be written into the plugin's hooks",
        )
        .suggest("put claude-bedrock into a folder with a plain name")
    };
    let own = env.executable.as_deref().ok_or_else(unknown)?;
    let name = own.file_name().unwrap_or_default();
    let same = |path: &PathBuf| {
        path.is_absolute() && path.canonicalize().ok() == own.canonicalize().ok() && path.exists()
    };
    let on_path = env.var_os("PATH").and_then(|paths| {
        std::env::split_paths(paths)
            .map(|folder| folder.join(name))
            .find(same)
    });
    let path = on_path.as_deref().unwrap_or(own);
    path.to_str().map(ToOwned::to_owned).ok_or_else(unknown)
}

/// Plugins of the name `bedrock` that the settings switch on: with ours there would be two of each command.
pub fn rivals(settings: &Document) -> Vec<String> {
    let mut names = settings.names(&["enabledPlugins"]);
    names.retain(|name| {
        name.starts_with("bedrock@")
            && !name.ends_with("@claude-bedrock")
            && !name.ends_with("@skills-dir")
            && settings.get(&["enabledPlugins", name]) == Some(Value::Bool(true))
    });
    names
}

/// The note of a hook that failed: a hook itself stays silent.
#[derive(Serialize)]
pub struct HookFailure {
    /// When.
    pub at: Epoch,
    /// Which hook.
    pub event: String,
    /// What went wrong.
    pub error: String,
}

impl HookFailure {
    fn path(env: &Env) -> PathBuf {
        env.cache_dir().join("hook-failure.json")
    }

    /// Leaves the note. Where even that fails there is nothing more to do.
    pub fn note(self, env: &Env) {
        let text = compact(&self) + "\n";
        let _ = file::write(&Self::path(env), text.as_bytes(), 0o600);
    }

    /// The last note, if any.
    pub fn read(env: &Env) -> Option<Self> {
        let bytes = file::read(&Self::path(env)).ok()??;
        let value: Value = serde_json::from_slice(&bytes).ok()?;
        let text = |name| value.get(name)?.as_str().map(str::to_owned);
        Some(HookFailure {
            at: value.get("at")?.as_i64()?,
            event: text("event")?,
            error: text("error")?,
        })
    }

    /// Takes the note away, and its folder if it held nothing else.
    pub fn forget(env: &Env) {
        let path = Self::path(env);
        if file::remove(&path).unwrap_or(false) {
            let _ = file::remove_empty_folder(&env.cache_dir());
        }
    }
}

#[cfg(test)]
mod tests;
