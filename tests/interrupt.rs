//! Ctrl-C while AWS is asked: no command passes half an answer off as a whole one.

#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a test sets up files and starts programs, and stops when it cannot"
)]

mod support;

use std::process::Command;

use support::sandbox::{Sandbox, write};

const CONFIG: &str = "[profile dev]\nregion = us-west-2\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLE\n";
const SETTINGS: &str =
    r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "dev", "AWS_REGION": "us-west-2"}}"#;
const LISTING: &str =
    r#"{"inferenceProfileSummaries": [{"inferenceProfileId": "us.anthropic.claude-opus-5"}]}"#;

/// Exit code and stdout of a run that is stopped when its first `aws` has started.
fn stopped(sandbox: &Sandbox, args: &[&str]) -> (i32, String) {
    let gate = sandbox.gate();
    sandbox.script(
        "aws",
        "#!/bin/sh\necho started > \"$HOME/gate\"\nexec sleep 60\n",
    );
    let child = sandbox.start(args);
    std::fs::read(&gate).expect("a word of an `aws`");
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill").success());
    let output = sandbox.finish(child);
    std::fs::remove_file(&gate).expect("the pipe");
    (output.exit, String::from_utf8_lossy(&output.stdout).into())
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
    sandbox.script("aws", &format!("#!/bin/sh\necho '{LISTING}'\n"));
    assert_eq!(sandbox.finish(sandbox.start(&["models"])).exit, 0);
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
