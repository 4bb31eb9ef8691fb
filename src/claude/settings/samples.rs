//! A folder of settings files for tests.

use super::Stack;
use crate::env::Env;
use crate::file;

pub(crate) const USER: &str = ".claude/settings.json";
pub(crate) const PROJECT: &str = "repo/below/.claude/settings.json";
pub(crate) const LOCAL: &str = "repo/.claude/settings.local.json";
pub(crate) const MANAGED: &str = if cfg!(target_os = "macos") {
    "root/Library/Application Support/ClaudeCode/managed-settings.json"
} else if cfg!(windows) {
    "root/Program Files/ClaudeCode/managed-settings.json"
} else {
    "root/etc/claude-code/managed-settings.json"
};
pub(crate) const PIECES: &str = if cfg!(target_os = "macos") {
    "root/Library/Application Support/ClaudeCode/managed-settings.d"
} else if cfg!(windows) {
    "root/Program Files/ClaudeCode/managed-settings.d"
} else {
    "root/etc/claude-code/managed-settings.d"
};

/// The stack of a home with these files, seen from `repo/below` in it. The folder lives as long as the first value.
pub(crate) fn stack(vars: &[(&str, &str)], files: &[(&str, &str)]) -> (tempfile::TempDir, Stack) {
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("root");
    let mut vars = vars.to_vec();
    vars.push(("CLAUDE_BEDROCK_ROOT", root.to_str().unwrap()));
    let mut env = Env::for_test(home.path(), &vars);
    env.cwd = home.path().join("repo/below");
    for (path, text) in files {
        file::write(&home.path().join(path), text.as_bytes(), 0o600).unwrap();
    }
    file::write(&home.path().join("repo/.git/HEAD"), b"", 0o600).unwrap();
    let stack = Stack::load(&env);
    (home, stack)
}
