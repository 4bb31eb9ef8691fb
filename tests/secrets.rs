//! The net for secrets itself: every fixture hangs in it, and what the program lets out is caught wherever it comes out.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests set up files and stop when they cannot"
)]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::sandbox::{Sandbox, write};
use support::secrets::{Secrets, is_secret, pairs};
use support::{entries, fixture, project, snapshot};

/// Long enough to be looked for, and a word that a profile, a region and a file may be called.
const SECRET: &str = "planted-secret-EXAMPLE";

/// How words with EXAMPLE in them begin that are no secrets: ids of keys, roles, users and registrations.
const IDS: &[&str] = &["AKIA", "ASIA", "AROA", "AIDA", "EXAMPLE-client-id"];

/// A secret that is not known as one would be looked for nowhere. All of them say EXAMPLE, so each such word in the
/// homes must be one that is known; and what stands at a secret's key must say it, and be long enough to be looked for.
#[test]
fn every_secret_of_the_fixtures_is_looked_for() {
    let (mut wrong, mut known) = (Vec::new(), 0);
    let homes = snapshot::take(&fixture("homes"));
    let secrets = Secrets::of(&homes);
    for (path, entry) in &homes {
        let snapshot::What::File(bytes) = &entry.what else {
            continue;
        };
        check(path, &pairs(bytes), &mut wrong, &mut known);
        let text = String::from_utf8_lossy(bytes);
        let parts = |c: char| c.is_whitespace() || "\"',=".contains(c);
        for word in text.split(parts).filter(|word| word.contains("EXAMPLE")) {
            let id = IDS.iter().any(|id| word.starts_with(id));
            if !id && secrets.leak("it", word.as_bytes()).is_none() {
                wrong.push(format!("{}: nobody looks for {word}", path.display()));
            }
        }
    }
    for case in cases() {
        let text = std::fs::read(&case).expect("a case");
        let value: Value = serde_json::from_slice(&text).expect("a case is JSON");
        for text in strings(&value) {
            check(&case, &pairs(text.as_bytes()), &mut wrong, &mut known);
        }
        let variables = value["env"].as_object().into_iter().flatten();
        let variables: Vec<_> = variables
            .filter(|(name, _)| is_secret(name))
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect();
        check(&case, &variables, &mut wrong, &mut known);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(known > 60, "only {known} secrets in all fixtures");
}

fn check(path: &Path, found: &[(String, String)], wrong: &mut Vec<String>, known: &mut usize) {
    for (key, value) in found.iter().filter(|(_, value)| !value.is_empty()) {
        *known += 1;
        if value.len() < 8 || !value.contains("EXAMPLE") {
            let path = path.display();
            wrong.push(format!(
                "{path}: `{key}` is {value:?}: too short, or without EXAMPLE"
            ));
        }
    }
}

fn cases() -> Vec<PathBuf> {
    let commands = entries(&fixture("cases"));
    let situations = commands.iter().flat_map(|command| entries(command));
    situations.map(|folder| folder.join("case.json")).collect()
}

/// Every string in a JSON value.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(members) => members.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

/// Every test program that runs the binary runs it through what looks for secrets.
#[test]
fn every_run_of_the_binary_is_looked_through() {
    let tests = entries(&project().join("tests"));
    let programs = tests
        .iter()
        .filter(|path| path.extension().is_some_and(|it| it == "rs"));
    for path in programs {
        let text = std::fs::read_to_string(path).expect("a test");
        let runs = [
            &["CARGO_BIN_", "EXE"].concat(),
            "sandbox.command(",
            "sandbox.start(",
        ];
        let runs = runs.iter().any(|run| text.contains(run));
        let looks = [
            "sandbox.run(",
            "sandbox.finish(",
            "looked_through(",
            "Terminal::start(",
        ];
        let looks = looks.iter().any(|look| text.contains(look));
        assert!(!runs || looks, "{} looks for no secrets", path.display());
    }
}

/// A home whose secret is also what a harmless thing is called, so that the program has to let it out.
fn planted(config: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let keys =
        format!("[keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = {SECRET}\n");
    write(&sandbox.home.join(".aws/credentials"), keys.as_bytes());
    write(&sandbox.home.join(".aws/config"), config.as_bytes());
    sandbox
}

/// Takes a home away in which a secret is out on purpose.
fn clear(sandbox: Sandbox) {
    drop(catch_unwind(AssertUnwindSafe(|| drop(sandbox))));
}

/// What the net says; the test fails when it says nothing.
fn caught(run: impl FnOnce()) -> String {
    let caught = catch_unwind(AssertUnwindSafe(run)).expect_err("a leak that nobody noticed");
    let text = caught.downcast_ref::<String>().cloned();
    text.expect("a panic says why")
}

#[test]
fn a_secret_on_stdout_is_caught() {
    let sandbox = planted(&format!("[profile dev]\nregion = {SECRET}\n"));
    let mut command = sandbox.command(0);
    command.arg("get-aws-context");
    let said = caught(|| drop(sandbox.run(command, "")));
    assert!(said.contains("stdout shows the secret"), "{said}");
    clear(sandbox);
}

#[test]
fn a_secret_on_stderr_is_caught() {
    let sandbox = planted("");
    let mut command = sandbox.command(0);
    command.args(["models", "--profile", SECRET]);
    let said = caught(|| drop(sandbox.run(command, "")));
    assert!(said.contains("stderr shows the secret"), "{said}");
    clear(sandbox);
}

#[test]
fn a_secret_of_the_environment_is_caught() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(0);
    command.env("AWS_BEARER_TOKEN_BEDROCK", SECRET);
    command.args(["models", "--profile", SECRET]);
    let said = caught(|| drop(sandbox.run(command, "")));
    assert!(said.contains("stderr shows the secret"), "{said}");
    clear(sandbox);
}

#[test]
fn a_secret_in_a_file_is_caught() {
    let sandbox = planted(&format!("[profile {SECRET}]\nregion = us-west-2\n"));
    let mut command = sandbox.command(0);
    command.args([
        "apply-config",
        "--offline",
        "--region=us-west-2",
        "--profile",
        SECRET,
    ]);
    command.args(["--model", "us.anthropic.claude-opus-4-8"]);
    let said = caught(|| drop(sandbox.run(command, "")));
    assert!(
        said.contains(&format!(".claude/settings.json shows the secret {SECRET}")),
        "{said}"
    );
    clear(sandbox);
}

#[cfg(unix)]
#[test]
fn a_secret_in_the_words_of_a_child_is_caught() {
    let sandbox = planted("");
    sandbox.script(
        "tool",
        "#!/bin/sh\necho \"$1\" > \"$CLAUDE_BEDROCK_TEST_CALLS/words\"\n",
    );
    let mut command = sandbox.command(0);
    command.args([
        "run",
        "--profile",
        "keys",
        "--region",
        "us-west-2",
        "--",
        "tool",
        SECRET,
    ]);
    let said = caught(|| drop(sandbox.run(command, "")));
    assert!(
        said.contains(&format!("words shows the secret {SECRET}")),
        "{said}"
    );
    clear(sandbox);
}

#[cfg(unix)]
#[test]
fn a_secret_on_a_terminal_is_caught() {
    let sandbox = planted("");
    let mut command = sandbox.command(0);
    command.args(["models", "--profile", SECRET]);
    let terminal = support::terminal::Terminal::start(command);
    let said = caught(|| drop(terminal.finish()));
    assert_eq!(said, format!("the terminal shows the secret {SECRET}"));
    clear(sandbox);
}
