//! Kills the program before every system call that touches the home folder, and fails each of them, one at a time.
//!
//! Whatever happens, settings.json is the old file or the new one, what it says of its success is true, the next run does
//! the work, and nothing is left behind. Needs `strace`, whose fault injection does this; says so where it cannot run.

#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test sets files up, runs the program, and stops when it cannot go on"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use support::secrets::Secrets;
use support::{APPLY, snapshot};

const REMOVE: &[&str] = &["apply-config", "--remove"];
const SETTINGS: &[u8] =
    b"{\n\t\"permissions\": {\"allow\": [\"Read\"]},\n\t\"env\": {\"A\": 1.0}\n}";
const KILL: &str = "signal=KILL";
const READ_FAULTS: &[&str] = &[KILL, "error=EACCES", "error=EIO"];
/// Only a call that writes can find the disk full or read-only.
const WRITE_FAULTS: &[&str] = &[
    KILL,
    "error=EACCES",
    "error=EIO",
    "error=ENOSPC",
    "error=EROFS",
];

#[test]
fn defect_5_applying() {
    break_everywhere(Some(SETTINGS), &[], APPLY);
}

#[test]
fn defect_5_applying_for_the_first_time() {
    break_everywhere(None, &[], APPLY);
}

#[test]
fn defect_5_removing() {
    break_everywhere(Some(SETTINGS), &[APPLY], REMOVE);
}

#[test]
fn defect_5_removing_all_that_there_is() {
    break_everywhere(None, &[APPLY], REMOVE);
}

#[test]
fn defect_5_a_limit_on_file_sizes() {
    let home = Home::new(Some(SETTINGS));
    let output = Command::new("sh")
        .args(["-c", "ulimit -f 0 && exec \"$0\" \"$@\""])
        .arg(support::program())
        .args(home.args(APPLY))
        .output()
        .expect("sh starts");
    assert_eq!(success(&output), Some(false), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("FILE_NOT_WRITABLE"));
    assert_eq!(home.settings().as_deref(), Some(SETTINGS));
    assert_eq!(home.names(), ["settings.json"]);
}

/// Half of a plugin is what Claude Code would load. A disk that fills up leaves none, and a kill none with a manifest.
#[test]
fn a_plugin_is_whole_or_not_there() {
    if !strace_works() {
        eprintln!("SKIPPED: strace cannot trace here, so nothing was broken");
        return;
    }
    let install: &[&str] = &["plugin", "install", "--json"];
    let mut calls = find_calls(None, &[], install);
    calls.retain(|call| call.name == "write" || call.name.starts_with("rename"));
    assert!(calls.len() >= 30, "{calls:?}");
    for Call {
        name: call, number, ..
    } in &calls
    {
        for fault in [KILL, "error=ENOSPC"] {
            let title = format!("{fault} at {call} number {number}");
            let home = Home::new(None);
            let injection = format!("inject={call}:{fault}:when={number}");
            let trace = format!("trace={call}");
            let output =
                home.run_under_strace(&["-o/dev/null", "-e", &trace, "-e", &injection], install);
            let folder = home.claude("skills/bedrock");
            let manifest = folder.join(".claude-plugin/plugin.json");
            match success(&output) {
                Some(true) => panic!("{title}: it said that it worked"),
                Some(false) => assert!(!home.claude("").exists(), "{title}: left behind"),
                // The manifest comes last but for the record of the installation.
                None => assert!(
                    !manifest.exists() || folder.join("commands/help.md").exists(),
                    "{title}"
                ),
            }
            assert_eq!(success(&home.run(install)), Some(true), "{title}: again");
            let shown = home.run(&["plugin", "show"]);
            let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
            assert!(shown.contains("up to date"), "{title}: {shown}");
        }
    }
}

/// A home with a profile, and with settings if they are given.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new(settings: Option<&[u8]>) -> Self {
        // In memory where there is such a place: thousands of runs then wait for no disk.
        let folder = tempfile::tempdir_in("/dev/shm")
            .or_else(|_| tempfile::tempdir())
            .expect("a folder for a home");
        fs::create_dir(folder.path().join(".aws")).expect("a folder for AWS");
        fs::write(
            folder.path().join(".aws/config"),
            "[profile dev]\nregion = us-west-2\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = EXAMPLE-secret-key\n",
        )
        .expect("a profile");
        if let Some(bytes) = settings {
            fs::create_dir(folder.path().join(".claude")).expect("a folder for settings");
            fs::write(folder.path().join(".claude/settings.json"), bytes).expect("settings");
        }
        Home { folder }
    }

    /// The home after `commands` did their work.
    fn after(settings: Option<&[u8]>, commands: &[&[&str]]) -> Self {
        let home = Home::new(settings);
        for command in commands {
            let output = home.run(command);
            assert_eq!(success(&output), Some(true), "{output:?}");
        }
        home
    }

    fn args(&self, command: &[&str]) -> Vec<String> {
        let home = self.folder.path().display().to_string();
        let given = command.iter().map(|word| (*word).to_owned());
        ["--home".to_owned(), home]
            .into_iter()
            .chain(given)
            .collect()
    }

    fn run(&self, command: &[&str]) -> Output {
        let output = Command::new(support::program())
            .args(self.args(command))
            .env("CLAUDE_BEDROCK_NOW", "1795365201")
            .output()
            .expect("the program starts");
        self.looked_through(output)
    }

    fn run_under_strace(&self, options: &[&str], command: &[&str]) -> Output {
        let output = Command::new("strace")
            // Not `--seccomp-bpf`, which is quicker and with which no signal arrives (strace 6.1).
            .args(["-f", "-qq"])
            .args(options)
            .arg(support::program())
            .args(self.args(command))
            .env("CLAUDE_BEDROCK_NOW", "1795365201")
            .output()
            .expect("strace starts");
        self.looked_through(output)
    }

    /// The output of a run, after a look for secrets in it and in the home that it leaves, half-done work included.
    fn looked_through(&self, output: Output) -> Output {
        let home = snapshot::take(self.folder.path());
        let secrets = Secrets::of(&home);
        assert_eq!(secrets.len(), 1, "the secret key");
        let mut leaks = secrets.leaks_in(&home);
        leaks.extend(secrets.leak("stdout", &output.stdout));
        leaks.extend(secrets.leak("stderr", &output.stderr));
        assert!(leaks.is_empty(), "{}", leaks.join("\n"));
        output
    }

    fn claude(&self, name: &str) -> PathBuf {
        self.folder.path().join(".claude").join(name)
    }

    fn settings(&self) -> Option<Vec<u8>> {
        fs::read(self.claude("settings.json")).ok()
    }

    /// What is in the folder of the settings.
    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.claude("")) else {
            return Vec::new();
        };
        let name = |entry: std::io::Result<fs::DirEntry>| {
            let name = entry.expect("an entry").file_name();
            name.into_string().expect("a name in UTF-8")
        };
        let mut names: Vec<_> = entries.map(name).collect();
        names.sort_unstable();
        names
    }
}

/// What the program says of its success; `None` when it was killed before it could say anything.
fn success(output: &Output) -> Option<bool> {
    let document: Value = serde_json::from_slice(&output.stdout).ok()?;
    let said = document.get("success")?.as_bool()?;
    assert_eq!(output.status.success(), said, "{output:?}");
    Some(said)
}

fn break_everywhere(settings: Option<&[u8]>, before: &[&[&str]], command: &[&str]) {
    if !strace_works() {
        eprintln!("SKIPPED: strace cannot trace here, so nothing was broken");
        return;
    }
    let calls = find_calls(settings, before, command);
    let many: usize = calls.iter().map(|call| call.faults.len()).sum();
    println!("{} system calls, {many} faults", calls.len());
    let whole = Home::after(settings, &[before, &[command]].concat());
    let (new, names) = (whole.settings(), whole.names());
    assert!(calls.len() >= 10, "{calls:?}");
    for Call {
        name: call,
        number,
        faults,
    } in &calls
    {
        for fault in *faults {
            let title = format!("{command:?} with {fault} at {call} number {number}");
            let home = Home::after(settings, before);
            let old = home.settings();
            let injection = format!("inject={call}:{fault}:when={number}");
            let trace = format!("trace={call}");
            let output =
                home.run_under_strace(&["-o/dev/null", "-e", &trace, "-e", &injection], command);

            let left = home.settings();
            assert!(left == old || left == new, "{title}: neither old nor new");
            let said = success(&output);
            assert_eq!(said.is_none(), *fault == KILL, "{title}: {output:?}");
            match said {
                Some(true) => assert_eq!(left, new, "{title}: it said that it worked"),
                Some(false) => assert_eq!(left, old, "{title}: it said that it failed"),
                None => {}
            }
            for name in home.names() {
                check_whole(&home, &name, &[&old, &new], settings, &title);
            }

            let again = home.run(command);
            assert_eq!(success(&again), Some(true), "{title}: {again:?}");
            assert_eq!(home.settings(), new, "{title}: the next run");
            let backup = |name: &String| name.contains(".bedrock-backup-");
            let mut left = home.names();
            left.retain(|name| !backup(name));
            let mut want = names.clone();
            want.retain(|name| !backup(name));
            assert_eq!(left, want, "{title}: left behind");
        }
    }
}

/// The original and the backups hold whole files, or are not there at all.
fn check_whole(
    home: &Home,
    name: &str,
    versions: &[&Option<Vec<u8>>],
    original: Option<&[u8]>,
    title: &str,
) {
    let bytes = fs::read(home.claude(name)).ok();
    if name.ends_with(".before-bedrock") {
        // Where there was no file before, what is kept says so in a way of its own.
        assert!(
            original.is_none() || bytes.as_deref() == original,
            "{title}: {name}"
        );
    } else if name.contains(".bedrock-backup-") {
        assert!(
            versions.contains(&&bytes) || bytes.as_deref() == original,
            "{title}: {name}"
        );
    }
}

fn strace_works() -> bool {
    Command::new("strace")
        .args(["-f", "-qq", "-o/dev/null", "true"])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// A system call that touches the home folder.
#[derive(Debug)]
struct Call {
    name: String,
    /// Which one it is among those of its name, from 1.
    number: usize,
    faults: &'static [&'static str],
}

fn find_calls(settings: Option<&[u8]>, before: &[&[&str]], command: &[&str]) -> Vec<Call> {
    let home = Home::after(settings, before);
    let log = tempfile::NamedTempFile::new().expect("a file for the log");
    let place = format!("-o{}", log.path().display());
    let output = home.run_under_strace(&[&place, "-y", "-e", "trace=file,desc"], command);
    assert_eq!(success(&output), Some(true), "{output:?}");
    let log = fs::read_to_string(log.path()).expect("the log in UTF-8");
    parse_calls(&log, &home.folder.path().display().to_string())
}

fn parse_calls(log: &str, home: &str) -> Vec<Call> {
    let mut counts = BTreeMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        // `1234 openat(AT_FDCWD</>, "/home/…", O_RDONLY) = 3</home/…>`
        let call = line
            .split_once(' ')
            .map_or("", |(_, call)| call.trim_start());
        let Some((name, rest)) = call.split_once('(') else {
            continue;
        };
        let number: &mut usize = counts.entry(name.to_owned()).or_default();
        *number += 1;
        // What goes to stdout may name the folder too. The start of the program is not ours, closing cannot fail in a way
        // that matters, and `fcntl` is how a debug build of std checks that a file is open before it closes it.
        let elsewhere = !rest.contains(home) || rest.starts_with("1<") || rest.starts_with("2<");
        if elsewhere || matches!(name, "close" | "execve" | "fcntl") {
            continue;
        }
        let reads = matches!(name, "read" | "getdents64" | "readlink" | "flock")
            || name.contains("stat")
            || name == "openat" && rest.contains("O_RDONLY");
        calls.push(Call {
            name: name.to_owned(),
            number: *number,
            faults: if reads { READ_FAULTS } else { WRITE_FAULTS },
        });
    }
    calls
}
