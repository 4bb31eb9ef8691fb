//! Profile names full of what a shell takes for its own, through `sh -c` as Claude Code runs its refresh and export
//! commands: the words must arrive at `aws` as they were, and nothing else may run.

#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a test sets up files and starts programs, and stops when it cannot"
)]

mod support;

use std::process::{Command, Stdio};

use serde_json::Value;
use support::sandbox::{NOW, Sandbox, write};

const NAMES: &[&str] = &[
    "dev",
    "my work",
    " both ends ",
    "x;touch pwned",
    "x&touch pwned",
    "x&&touch pwned",
    "x|touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "${HOME}",
    "$HOME",
    "x>pwned",
    "x<pwned",
    "*",
    "?",
    "[a-z]*",
    "{a,b}",
    "(x)",
    "~",
    "~root",
    "#x",
    "x #y",
    "!x",
    "!!",
    "o'brien",
    "''",
    "quo\"te",
    "\"",
    "back\\slash",
    "\\",
    "tab\there",
    "-x",
    "--profile",
    "--no-sign-request",
    "a=b",
    "%PATH%",
    "^x",
    "caf\u{e9}",
    "\u{1f600}",
    "x\u{a0}y",
    "'; touch pwned; '",
    "\"; touch pwned; \"",
    "$'\\n'",
    "a,b",
    ":",
    "@",
    "x\u{1}y",
    "x\u{7f}",
];

/// `aws` as a script that writes down its words, each ended by NUL.
const AWS: &str =
    "#!/bin/sh\nfor word in \"$@\"; do printf '%s\\0' \"$word\"; done > \"$WORDS\"\nexit 9\n";

fn config(name: &str) -> String {
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        "[profile keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLE-secret-key\n\
         [profile \"{quoted}\"]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = R\nregion = us-east-1\n\
         [sso-session s]\nsso_start_url = https://s.awsapps.com/start\nsso_region = us-east-1\n"
    )
}

/// Applies with `options` and returns what Claude Code would hand to a shell.
fn applied(sandbox: &Sandbox, name: &str, options: &[&str], key: &str) -> String {
    let mut command = sandbox.command(NOW);
    command.args(["apply-config", "--offline", "--region=us-east-1"]);
    command.arg(format!("--profile={name}"));
    command.arg("--model=us.anthropic.claude-opus-4-5-20251101-v1:0");
    command.args(options);
    let output = sandbox.run(command, "");
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.exit, 0, "{name:?}: {told}");
    let settings = std::fs::read(sandbox.home.join(".claude/settings.json")).expect("the settings");
    let settings: Value = serde_json::from_slice(&settings).expect("JSON");
    settings[key].as_str().expect("a command").to_owned()
}

/// The words that `aws` got from `sh -c LINE`.
fn words(sandbox: &Sandbox, line: &str) -> Vec<String> {
    let recorded = sandbox.calls.join("words");
    let _ = std::fs::remove_file(&recorded);
    let path = format!("{}:/usr/bin:/bin", sandbox.bin.display());
    let status = Command::new("/bin/sh")
        .args(["-c", line])
        .env_clear()
        .env("HOME", &sandbox.home)
        .env("PATH", path)
        .env("WORDS", &recorded)
        .env("CLAUDE_BEDROCK_NOW", "1800000000")
        .current_dir(&sandbox.work)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("a shell");
    assert!(!status.success(), "{line}: the stand-in always fails");
    let bytes = std::fs::read(&recorded).expect(line);
    let text = String::from_utf8(bytes).expect("UTF-8");
    let mut words: Vec<String> = text.split('\0').map(str::to_owned).collect();
    words.pop();
    words
}

/// The option as `aws` must get it.
fn option(name: &str) -> Vec<String> {
    if name.starts_with('-') {
        vec![format!("--profile={name}")]
    } else {
        vec!["--profile".to_owned(), name.to_owned()]
    }
}

fn expected(before: &[&str], name: &str, after: &[&str]) -> Vec<String> {
    let own = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    [own(before), option(name), own(after)].concat()
}

#[test]
fn defect_21_the_words_of_every_profile_name_arrive_intact() {
    for name in NAMES {
        let sandbox = Sandbox::new();
        write(&sandbox.home.join(".aws/config"), config(name).as_bytes());
        sandbox.script("aws", AWS);
        for (options, key, want) in [
            (
                &[][..],
                "awsAuthRefresh",
                expected(&["sso", "login"], name, &[]),
            ),
            (
                &["--auth-refresh=guarded"][..],
                "awsAuthRefresh",
                expected(&["sso", "login"], name, &[]),
            ),
            (
                &["--isolate"][..],
                "awsCredentialExport",
                expected(
                    &["configure", "export-credentials"],
                    name,
                    &["--format", "process"],
                ),
            ),
        ] {
            let line = applied(&sandbox, name, options, key);
            assert_eq!(words(&sandbox, &line), want, "{name:?}: {line}");
        }
        let left = support::entries(&sandbox.work);
        assert_eq!(
            left,
            Vec::<std::path::PathBuf>::new(),
            "{name:?} ran something else"
        );
    }
}
