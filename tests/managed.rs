//! What an administrator lays down for all users: written by root, read by everybody, the same again when nothing changed.

#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests set up files, and stop when they cannot"
)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use support::sandbox::{self, NOW, Output, Sandbox};
use support::{entries, name};

const FOLDER: &str = if cfg!(target_os = "macos") {
    "Library/Application Support/ClaudeCode"
} else {
    "etc/claude-code"
};

fn run(home: &Sandbox, args: &[&str]) -> Output {
    let mut command = home.command(NOW);
    command.args(args);
    home.run(command, "")
}

/// Lays the region down, as the README says it.
fn lay_down(home: &Sandbox, region: &str) -> serde_json::Value {
    let file = home
        .root
        .join(FOLDER)
        .join("managed-settings.d/50-bedrock.json");
    let model = "global.anthropic.claude-opus-4-5-20251101-v1:0";
    let file = file.to_str().expect("a path of the tests");
    let args = [
        "apply-config",
        "--offline",
        "--settings",
        file,
        "--profile",
        "dev",
        "--region",
        region,
        "--model",
        model,
    ];
    let output = run(home, &args);
    let answer = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(output.exit, 0, "{answer}");
    answer
}

fn mode(path: &Path) -> u32 {
    let found = path.metadata().expect("it is there");
    found.permissions().mode() & 0o777
}

#[test]
fn is_readable_by_everybody_and_idempotent() {
    let home = Sandbox::new();
    sandbox::copy_tree(&support::fixture("homes/sso-valid"), &home.home);
    assert_eq!(lay_down(&home, "us-west-2")["data"]["changed"], true);
    assert_eq!(lay_down(&home, "us-west-2")["data"]["changed"], false);

    let folder = home.root.join(FOLDER).join("managed-settings.d");
    let file = folder.join("50-bedrock.json");
    assert_eq!(mode(&folder), 0o755);
    assert_eq!(mode(folder.parent().expect("one above")), 0o755);
    assert_eq!(mode(&file), 0o644);
    for beside in entries(&folder).iter().filter(|path| **path != file) {
        assert!(
            beside.extension().is_none_or(|ending| ending != "json"),
            "Claude Code would read it: {}",
            name(beside)
        );
        assert_eq!(mode(beside), 0o600, "{}", name(beside));
    }

    let output = run(&home, &["status", "--json"]);
    let status: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(output.exit, 0, "{status}");
    assert_eq!(status["data"]["region"]["source"], "managed", "{status}");

    // Changed by hand to something tighter, it stays so.
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("ours");
    assert_eq!(lay_down(&home, "eu-west-1")["data"]["changed"], true);
    assert_eq!(mode(&file), 0o640);
}

#[test]
fn is_taken_out_again() {
    let home = Sandbox::new();
    sandbox::copy_tree(&support::fixture("homes/sso-valid"), &home.home);
    lay_down(&home, "us-west-2");
    let folder = home.root.join(FOLDER).join("managed-settings.d");
    let file = folder.join("50-bedrock.json");
    let file = file.to_str().expect("a path of the tests");
    let args = ["apply-config", "--remove", "--settings", file];
    assert_eq!(run(&home, &args).exit, 0);
    assert!(!Path::new(file).exists());
}
