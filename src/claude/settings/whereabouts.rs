//! Where the settings files are.

use std::path::{Path, PathBuf};

use crate::env::Env;
use crate::error::Result;
use crate::file;

/// Which settings file, as `--scope` and the reports name it; the first beats the later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// What an administrator laid down.
    Managed,
    /// `.claude/settings.local.json` of the repository.
    Local,
    /// `.claude/settings.json` of the working folder.
    Project,
    /// `settings.json` of the user's Claude folder.
    User,
}

impl Scope {
    /// The spelling of `--scope` and of the reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Managed => "managed",
            Scope::Local => "local",
            Scope::Project => "project",
            Scope::User => "user",
        }
    }
}

/// The user's Claude folder: `CLAUDE_CONFIG_DIR` as it stands (`~` is not expanded), else `~/.claude`.
pub fn config_dir(env: &Env) -> PathBuf {
    match env.var_os("CLAUDE_CONFIG_DIR") {
        Some(given) if !given.is_empty() => env.cwd.join(given),
        _ => env.home.join(".claude"),
    }
}

/// The file of a scope that can be edited; for [`Scope::Managed`] the one that an administrator edits.
pub fn settings_path(env: &Env, scope: Scope) -> PathBuf {
    match scope {
        Scope::Managed => managed_folder(env).join("managed-settings.json"),
        Scope::Local => repository_root(&env.cwd)
            .join(".claude")
            .join("settings.local.json"),
        Scope::Project => env.cwd.join(".claude").join("settings.json"),
        Scope::User => config_dir(env).join("settings.json"),
    }
}

/// The managed files, the strongest first: `managed-settings.d/*.json`, of which later names override earlier ones, over
/// `managed-settings.json`.
///
/// # Errors
/// `FILE_UNREADABLE` when the folder is there and cannot be listed.
pub fn managed_files(env: &Env) -> Result<Vec<PathBuf>> {
    let mut files = file::list(&managed_folder(env).join("managed-settings.d"))?;
    files.retain(|path| {
        let name = path.file_name().unwrap_or_default();
        let hidden = name.as_encoded_bytes().starts_with(b".");
        !hidden
            && path
                .extension()
                .is_some_and(|extension| extension == "json")
    });
    files.reverse();
    files.push(settings_path(env, Scope::Managed));
    Ok(files)
}

/// Whether `path` is where an administrator lays settings down for all users of the machine.
pub fn is_managed(env: &Env, path: &Path) -> bool {
    path.starts_with(managed_folder(env))
}

fn managed_folder(env: &Env) -> PathBuf {
    env.system_path(if cfg!(target_os = "macos") {
        "/Library/Application Support/ClaudeCode"
    } else if cfg!(windows) {
        r"C:\Program Files\ClaudeCode"
    } else {
        "/etc/claude-code"
    })
}

/// The repository that holds a file.
pub fn repository_of(file: &Path) -> Option<&Path> {
    file.ancestors()
        .skip(1)
        .find(|above| above.join(".git").exists())
}

/// The nearest folder upwards that holds `.git` (a folder, or the file of a worktree); without one `folder` itself.
fn repository_root(folder: &Path) -> &Path {
    folder
        .ancestors()
        .find(|above| above.join(".git").exists())
        .unwrap_or(folder)
}
