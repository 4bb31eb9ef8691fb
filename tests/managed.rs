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
use std::process::Command;

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
    let file = file.to_str().expect("a path of the tests");
    let output = run(home, &lay_down_args(file, region));
    let answer = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(output.exit, 0, "{answer}");
    answer
}

fn lay_down_args<'a>(file: &'a str, region: &'a str) -> [&'a str; 10] {
    [
        "apply-config",
        "--offline",
        "--settings",
        file,
        "--profile",
        "dev",
        "--region",
        region,
        "--model",
        "global.anthropic.claude-opus-4-5-20251101-v1:0",
    ]
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

/// The same command behind `umask`, which shells and services of a hardened system set.
fn behind_umask(umask: &str, command: &Command) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.env_clear();
    shell.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    shell.current_dir(command.get_current_dir().expect("the sandbox names one"));
    shell.args(["-c", &format!("umask {umask}; exec \"$@\""), "sh"]);
    shell.arg(command.get_program()).args(command.get_args());
    shell
}

#[test]
fn is_readable_by_everybody_whatever_the_umask() {
    for umask in ["027", "077"] {
        let home = Sandbox::new();
        sandbox::copy_tree(&support::fixture("homes/sso-valid"), &home.home);
        let folder = home.root.join(FOLDER).join("managed-settings.d");
        let file = folder.join("50-bedrock.json");
        let mut command = home.command(NOW);
        command.args(lay_down_args(
            file.to_str().expect("a path of the tests"),
            "us-west-2",
        ));
        let output = home.run(behind_umask(umask, &command), "");
        assert_eq!(
            output.exit,
            0,
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
        assert_eq!(mode(&file), 0o644);
        let mut folders = folder.ancestors().take_while(|above| **above != home.root);
        assert!(folders.all(|above| mode(above) == 0o755), "umask {umask}");
    }
}

/// Root set a user's Claude Code up; where an older release left files to root, the user learns whose they are.
#[test]
fn a_user_goes_on_where_root_began() {
    use std::os::unix::fs::{MetadataExt, chown};
    let mut home = Sandbox::new();
    if home.home.metadata().expect("its owner").uid() != 0 {
        return;
    }
    sandbox::copy_tree(&support::fixture("homes/sso-valid"), &home.home);
    let settings = home.home.join(".claude/settings.json");
    sandbox::write(&settings, b"{\"model\": \"opus\"}");
    let apply = [
        "apply-config",
        "--offline",
        "--profile=dev",
        "--region=us-west-2",
        "--model=us.anthropic.claude-opus-5-5",
    ];
    chown(&settings, Some(65_534), Some(65_534)).expect("root gives files away");
    assert_eq!(run(&home, &apply).exit, 0);
    let folder = settings.parent().expect("its folder");
    for path in entries(folder) {
        let owner = path.metadata().expect("it is there").uid();
        assert_eq!(owner, 65_534, "{}", name(&path));
    }

    home.become_ordinary_user();
    let kept = folder.join("settings.json.before-bedrock");
    let said = |file: &Path, folder_of: &Path, owner: u32| {
        chown(folder_of, Some(owner), None).expect("root gives files away");
        chown(file, Some(0), None).expect("root gives files away");
        let output = run(&home, &["reset", "--yes"]);
        assert_eq!(output.exit, 1);
        chown(file, Some(65_534), None).expect("root gives files away");
        chown(folder_of, Some(65_534), None).expect("root gives files away");
        String::from_utf8_lossy(&home.neutral(&output.stderr)).into_owned()
    };
    let beside = said(&kept, folder, 65_534);
    let belongs = "cannot read [HOME]/.claude/settings.json.before-bedrock: permission denied; it belongs to root\n";
    assert!(beside.contains(belongs), "{beside}");
    assert!(
        beside.contains(" make it yours: sudo chown 65534 [HOME]/"),
        "{beside}"
    );
    // Nobody is told to take from the system what the system keeps from them.
    let elsewhere = said(&kept, folder, 0);
    assert!(
        elsewhere.contains("try: ask root for access"),
        "{elsewhere}"
    );
    let written = said(&settings, folder, 65_534);
    assert!(
        written.contains("you may not write it; it belongs to root\n"),
        "{written}"
    );
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).expect("ours");
    let closed = said(&kept, folder, 0);
    assert!(
        closed.contains("permission denied; [HOME]/.claude belongs to root\n"),
        "{closed}"
    );
    assert_eq!(run(&home, &["reset", "--yes"]).exit, 0);
    let back = std::fs::read(&settings).expect("settings");
    assert_eq!(back, b"{\"model\": \"opus\"}");
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
