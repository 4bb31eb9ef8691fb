//! Ctrl-C while AWS is asked: no command passes half an answer off as a whole one.

#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a test sets up files and starts programs, and stops when it cannot"
)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use support::sandbox::{Output, Sandbox, write};

const CONFIG: &str = "[profile dev]\nregion = us-west-2\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLE\n";
const SETTINGS: &str =
    r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "dev", "AWS_REGION": "us-west-2"}}"#;
const LISTING: &str =
    r#"{"inferenceProfileSummaries": [{"inferenceProfileId": "us.anthropic.claude-opus-5"}]}"#;

fn program(sandbox: &Sandbox, text: &str) {
    let aws = sandbox.bin.join("aws");
    write(&aws, text.as_bytes());
    std::fs::set_permissions(&aws, std::fs::Permissions::from_mode(0o755)).expect("a mode");
}

fn command(sandbox: &Sandbox, args: &[&str]) -> Command {
    let mut command = sandbox.command(1_800_000_000);
    command
        .args(args)
        .env("PATH", format!("{}:/usr/bin:/bin", sandbox.bin.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Exit code and stdout of a run that is stopped when its first `aws` has started.
fn stopped(sandbox: &Sandbox, args: &[&str]) -> (i32, String) {
    let gate = sandbox.home.join("gate");
    let made = Command::new("mkfifo").arg(&gate).status().expect("mkfifo");
    assert!(made.success());
    program(
        sandbox,
        "#!/bin/sh\necho started > \"$HOME/gate\"\nexec sleep 60\n",
    );
    let child = command(sandbox, args).spawn().expect("the binary starts");
    // Opening waits for the writer, which is an `aws`.
    std::fs::read(&gate).expect("a word");
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill").success());
    let output = child.wait_with_output().expect("it ends");
    std::fs::remove_file(&gate).expect("the pipe");
    let output = sandbox.looked_through(Output {
        exit: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: output.stderr,
    });
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.exit, stdout)
}

#[test]
fn ctrl_c_while_aws_is_asked_ends_the_command() {
    let sandbox = Sandbox::new();
    write(&sandbox.home.join(".aws/config"), CONFIG.as_bytes());
    write(
        &sandbox.home.join(".claude/settings.json"),
        SETTINGS.as_bytes(),
    );
    // `models` must not answer with this.
    program(&sandbox, &format!("#!/bin/sh\necho '{LISTING}'\n"));
    let kept = command(&sandbox, &["models"]).output().expect("a listing");
    assert!(kept.status.success());
    for args in [
        &["get-aws-context", "--check-bedrock"][..],
        &["get-aws-context", "--verify"],
        &["test-bedrock"],
        &[
            "apply-config",
            "--profile=dev",
            "--region=us-west-2",
            "--model=opus",
        ],
        &["models", "--json"],
        &["doctor", "--online", "--json"],
    ] {
        let (exit, stdout) = stopped(&sandbox, args);
        assert_eq!(exit, 130, "{args:?}: {stdout}");
        assert!(
            stdout.contains("\"code\": \"INTERRUPTED\""),
            "{args:?}: {stdout}"
        );
    }
}
