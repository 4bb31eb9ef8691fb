//! One folder of `fixtures/cases/COMMAND/SITUATION`: set up, run, compare. `fixtures/README.md` lists the members.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::sandbox::{self, Sandbox};
use super::snapshot::{self, Change, Snapshot, What};
use super::{fixture, paths, stand_in};

/// `case.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(rename = "docs")]
    _docs: Option<String>,
    unix_only: Option<String>,
    home: Option<String>,
    #[serde(default)]
    files: BTreeMap<PathBuf, String>,
    #[serde(default)]
    blanks: BTreeMap<PathBuf, usize>,
    #[serde(default)]
    mkdir: Vec<PathBuf>,
    #[serde(default)]
    symlink: BTreeMap<PathBuf, PathBuf>,
    #[serde(default)]
    mode: BTreeMap<PathBuf, String>,
    #[serde(default)]
    after_mode: BTreeMap<PathBuf, String>,
    #[serde(default)]
    ordinary_user: bool,
    #[serde(default)]
    aws: Vec<Value>,
    #[serde(default)]
    aws_missing: bool,
    #[serde(default)]
    node: Vec<Value>,
    #[serde(default)]
    node_missing: bool,
    #[serde(default)]
    programs: BTreeMap<String, Vec<Value>>,
    cwd: Option<PathBuf>,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: Variables,
    now: Option<String>,
    #[serde(default)]
    stdin: String,
    #[serde(default)]
    exit: i32,
    #[serde(default)]
    steps: Vec<Step>,
}

/// Variables to set, or with `null` to take away.
type Variables = BTreeMap<String, Option<String>>;

/// One of several runs. What it does not say, the case says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    args: Vec<String>,
    #[serde(default)]
    env: Variables,
    now: Option<String>,
    #[serde(default)]
    stdin: String,
    #[serde(default)]
    exit: i32,
}

fn read(folder: &Path) -> Result<Case, String> {
    let text = std::fs::read(folder.join("case.json")).map_err(|e| format!("case.json: {e}"))?;
    serde_json::from_slice(&text).map_err(|e| format!("case.json: {e}"))
}

/// Why a case means nothing on this system, if so. A case that cannot be read is for [`run`] to tell.
pub(crate) fn skip(folder: &Path) -> Option<String> {
    let reason = read(folder).ok()?.unix_only?;
    cfg!(not(unix)).then_some(reason)
}

/// Runs one case; the error lists everything that is not as expected.
pub(crate) fn run(folder: &Path, update: bool) -> Result<(), String> {
    let case = read(folder)?;
    if (case.ordinary_user || !case.symlink.is_empty()) && case.unix_only.is_none() {
        return Err("`ordinary_user` and `symlink` need `unix_only`, with the reason".to_owned());
    }
    let mut sandbox = Sandbox::new();
    let programs = set_up(&case, folder, &mut sandbox);
    let before = snapshot::take(&sandbox.home);
    let system = snapshot::take(&sandbox.root);

    let mut wrong = Vec::new();
    let mut shown: Vec<(String, Vec<u8>)> = Vec::new();
    let alone = [Step {
        args: case.args.clone(),
        env: Variables::new(),
        now: None,
        stdin: case.stdin.clone(),
        exit: case.exit,
    }];
    let steps = if case.steps.is_empty() {
        &alone[..]
    } else {
        &case.steps[..]
    };
    for (number, step) in steps.iter().enumerate() {
        let suffix = if case.steps.is_empty() {
            String::new()
        } else {
            format!(".{}", number + 1)
        };
        let output = sandbox.run(command(&case, step, &sandbox), &step.stdin);
        if output.exit != step.exit {
            wrong.push(format!(
                "exit{suffix}: {} and not {}",
                output.exit, step.exit
            ));
        }
        shown.push((format!("stdout{suffix}"), sandbox.neutral(&output.stdout)));
        shown.push((format!("stderr{suffix}"), sandbox.neutral(&output.stderr)));
        // Separators are turned by their look: that they are escaped where they must be is checked here.
        if cfg!(windows)
            && output.stdout.starts_with(b"{")
            && let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&output.stdout)
        {
            wrong.push(format!("stdout{suffix}: no JSON: {error}"));
        }
    }

    let after = snapshot::take(&sandbox.home);
    let changed = snapshot::changes(&before, &after);
    if !snapshot::changes(&system, &snapshot::take(&sandbox.root)).is_empty() {
        wrong.push("a file of the system changed".to_owned());
    }
    for (place, path) in [
        ("working folder", &sandbox.work),
        ("temporary folder", &sandbox.tmp),
    ] {
        let left = super::entries(path);
        if !left.is_empty() {
            wrong.push(format!("left in the {place}: {left:?}"));
        }
    }
    wrong.extend(stand_in::review(&sandbox.calls, &programs));
    wrong.extend(modes(&case, &before, &after, &changed));

    let (files, removed) = written(&sandbox, &after, &changed);
    if update {
        rewrite(folder, &shown, &files, &removed);
    }
    for (name, is) in &shown {
        wrong.extend(differs(name, &wanted(folder, name), is));
    }
    wrong.extend(compare_files(folder, &files, &removed));
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

fn set_up(case: &Case, folder: &Path, sandbox: &mut Sandbox) -> Vec<(String, Vec<Value>)> {
    if let Some(home) = &case.home {
        sandbox::copy_tree(&fixture("homes").join(home), &sandbox.home);
    }
    if folder.join("root").is_dir() {
        sandbox::copy_tree(&folder.join("root"), &sandbox.root);
        let managed = sandbox.root.join("etc/claude-code");
        if cfg!(windows) && managed.is_dir() {
            let there = sandbox.root.join("Program Files");
            std::fs::create_dir(&there).expect("a folder of the system");
            std::fs::rename(managed, there.join("ClaudeCode")).expect("its files");
        }
    }
    for path in &case.mkdir {
        std::fs::create_dir_all(sandbox.home.join(path)).expect("a folder of the case");
    }
    for (path, text) in &case.files {
        let blanks = " ".repeat(case.blanks.get(path).copied().unwrap_or(0));
        // Backslashes count double in JSON.
        let level = if path.extension().is_some_and(|end| end == "json") {
            2
        } else {
            1
        };
        sandbox::write(
            &sandbox.home.join(path),
            (spell(sandbox, text, level) + &blanks).as_bytes(),
        );
    }
    #[cfg(windows)]
    for name in ["config", "credentials"] {
        with_a_program_that_is_there(&sandbox.home.join(".aws").join(name));
    }
    for (path, target) in &case.symlink {
        link(target, &sandbox.home.join(path));
    }
    let mut programs: Vec<(String, Vec<Value>)> = Vec::new();
    if !case.aws_missing {
        programs.push(("aws".to_owned(), case.aws.clone()));
    }
    if !case.node_missing {
        programs.push(("node".to_owned(), case.node.clone()));
    }
    programs.extend(case.programs.clone());
    for (name, rules) in &programs {
        sandbox.install(name);
        let rules = serde_json::to_vec(rules).expect("rules are JSON");
        sandbox::write(&sandbox.calls.join(format!("{name}.json")), &rules);
    }
    #[cfg(unix)]
    if case.ordinary_user {
        sandbox.become_ordinary_user();
    }
    for (path, mode) in &case.mode {
        set_mode(&sandbox.home.join(path), mode);
    }
    programs
}

/// `credential_process` names programs that every Unix has; this is one that every Windows has.
#[cfg(windows)]
fn with_a_program_that_is_there(path: &Path) {
    let Ok(text) = std::fs::read_to_string(path) else {
        return;
    };
    let there = "C:/Windows/System32/cmd.exe";
    let changed = text.replace("/bin/sh", there).replace("/bin/true", there);
    if changed != text {
        sandbox::write(path, changed.as_bytes());
    }
}

/// `[HOME]` as the path it stands for, and what follows it with the separators of the system.
fn spell(sandbox: &Sandbox, text: &str, level: usize) -> String {
    let home = sandbox.home.display().to_string();
    if cfg!(not(windows)) {
        return text.replace("[HOME]", &home);
    }
    let text = paths::turn(text, &["[HOME]"]);
    let mut parts = text.split("[HOME]");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let length = part.find(|c: char| c.is_whitespace() || "\"',".contains(c));
        let (path, rest) = part.split_at(length.unwrap_or(part.len()));
        out.push_str(&paths::at_level(&format!("{home}{path}"), level));
        out.push_str(rest);
    }
    out
}

fn command(case: &Case, step: &Step, sandbox: &Sandbox) -> std::process::Command {
    let now = step.now.as_deref().or(case.now.as_deref());
    let now = now.map_or(sandbox::NOW, |now| {
        claude_bedrock::time::parse_timestamp(now).expect("`now` is a time with its zone")
    });
    let mut command = sandbox.command(now);
    command.args(step.args.iter().map(|arg| spell(sandbox, arg, 1)));
    for (name, value) in case.env.iter().chain(&step.env) {
        match value {
            Some(value) => command.env(name, spell(sandbox, value, 1)),
            None => command.env_remove(name),
        };
    }
    if let Some(cwd) = &case.cwd {
        command.current_dir(sandbox.home.join(cwd));
    }
    command
}

/// New files are for their owner alone, and a file that is edited keeps its mode.
fn modes(
    case: &Case,
    before: &Snapshot,
    after: &Snapshot,
    changed: &[(PathBuf, Change)],
) -> Vec<String> {
    if cfg!(not(unix)) {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    for (path, change) in changed {
        let Some(is) = after.get(path) else { continue };
        let given = case.after_mode.get(path).map(|mode| octal(mode));
        let usual = match (before.get(path), &is.what) {
            (Some(was), _) => was.mode,
            (None, What::Folder) => 0o700,
            (None, What::File(_)) => 0o600,
            (None, What::Link(_)) => 0,
        };
        let want = given.unwrap_or(usual);
        if is.mode != want {
            wrong.push(format!(
                "{}: mode {:04o} and not {want:04o}",
                path.display(),
                is.mode
            ));
        }
        // Several runs may well end where they began.
        if *change == Change::Rewritten && case.steps.is_empty() {
            wrong.push(format!(
                "{}: written once more with the same bytes",
                path.display()
            ));
        }
    }
    wrong
}

/// The files that changed or are new, with their bytes, and the paths that are gone.
fn written(
    sandbox: &Sandbox,
    after: &Snapshot,
    changed: &[(PathBuf, Change)],
) -> (BTreeMap<String, Vec<u8>>, Vec<String>) {
    let (mut files, mut removed) = (BTreeMap::new(), Vec::new());
    for (path, change) in changed {
        // Spelt alike on every system.
        let name = path
            .iter()
            .map(|part| part.to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        match (change, after.get(path).map(|entry| &entry.what)) {
            (Change::Removed, _) => removed.push(name),
            (Change::Changed | Change::Appeared, Some(What::File(bytes))) => {
                files.insert(name, sandbox.neutral(bytes));
            }
            (Change::Changed | Change::Appeared, Some(What::Link(target))) => {
                files.insert(name, format!("-> {}\n", target.display()).into_bytes());
            }
            _ => {}
        }
    }
    (files, removed)
}

/// The expectation of that name: that of Windows, where there is one and we are there.
fn wanted(folder: &Path, name: &str) -> Vec<u8> {
    let own = std::fs::read(folder.join("windows").join(name)).ok();
    own.filter(|_| cfg!(windows))
        .or_else(|| std::fs::read(folder.join(name)).ok())
        .unwrap_or_default()
}

fn rewrite(
    folder: &Path,
    shown: &[(String, Vec<u8>)],
    files: &BTreeMap<String, Vec<u8>>,
    removed: &[String],
) {
    let mut all: BTreeMap<String, Vec<u8>> = shown
        .iter()
        .filter(|(_, bytes)| !bytes.is_empty())
        .cloned()
        .collect();
    all.extend(
        files
            .iter()
            .map(|(name, bytes)| (format!("after/{name}"), bytes.clone())),
    );
    if !removed.is_empty() {
        all.insert(
            "removed".to_owned(),
            (removed.join("\n") + "\n").into_bytes(),
        );
    }
    if cfg!(windows) {
        rewrite_for_windows(folder, &all);
        return;
    }
    for path in super::entries(folder) {
        let name = super::name(&path);
        if name == "after" {
            std::fs::remove_dir_all(&path).expect("after/ can be made anew");
        } else if is_expectation(&name) {
            std::fs::remove_file(&path).expect("an expectation can be made anew");
        }
    }
    for (name, bytes) in &all {
        sandbox::write(&folder.join(name), bytes);
    }
}

fn is_expectation(name: &str) -> bool {
    name == "removed" || name.starts_with("stdout") || name.starts_with("stderr")
}

/// `windows/` holds what differs from the other systems, and nothing else.
fn rewrite_for_windows(folder: &Path, all: &BTreeMap<String, Vec<u8>>) {
    let own = folder.join("windows");
    if own.is_dir() {
        std::fs::remove_dir_all(&own).expect("windows/ can be made anew");
    }
    for (name, bytes) in all {
        if std::fs::read(folder.join(name)).ok().as_ref() != Some(bytes) {
            sandbox::write(&own.join(name), bytes);
        }
    }
    for path in super::entries(folder) {
        let name = super::name(&path);
        if is_expectation(&name) && !all.contains_key(&name) {
            sandbox::write(&own.join(name), b"");
        }
    }
}

/// The files of a folder with their bytes, by path.
fn files_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let spelt = |path: &Path| {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    };
    snapshot::take(folder)
        .into_iter()
        .filter_map(|(path, entry)| match entry.what {
            What::File(bytes) => Some((spelt(&path), bytes)),
            _ => None,
        })
        .collect()
}

fn compare_files(
    folder: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    removed: &[String],
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut expected = files_in(&folder.join("after"));
    if cfg!(windows) {
        expected.extend(files_in(&folder.join("windows/after")));
    }
    for (name, bytes) in files {
        match expected.get(name) {
            Some(want) => wrong.extend(differs(name, want, bytes)),
            None => wrong.push(format!("{name}: changed or new, and not in after/")),
        }
    }
    let missing = expected.keys().filter(|name| !files.contains_key(*name));
    wrong.extend(missing.map(|name| format!("{name}: in after/, and did not change")));
    let text = wanted(folder, "removed");
    let text = String::from_utf8_lossy(&text);
    let gone: Vec<&str> = text.lines().collect();
    if gone != removed {
        wrong.push(format!("removed: {removed:?} and not {gone:?}"));
    }
    wrong
}

/// What to say when two texts differ: the first line that does, and all that came.
fn differs(name: &str, want: &[u8], is: &[u8]) -> Option<String> {
    if want == is {
        return None;
    }
    let (want, is) = (String::from_utf8_lossy(want), String::from_utf8_lossy(is));
    let (mut wanted, mut lines) = (want.lines(), is.lines());
    let mut number = 0;
    let (a, b) = loop {
        number += 1;
        match (wanted.next(), lines.next()) {
            (Some(a), Some(b)) if a == b => {}
            pair => break pair,
        }
    };
    Some(format!(
        "{name}: line {number} differs\n  expected {a:?}\n  got      {b:?}\n--- {name} was\n{is}---"
    ))
}

fn octal(text: &str) -> u32 {
    u32::from_str_radix(text, 8).expect("a mode is octal")
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: &str) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(octal(mode));
    std::fs::set_permissions(path, mode).expect("a mode can be set");
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).expect("a folder for the link");
    }
    std::os::unix::fs::symlink(target, path).expect("a link of the case");
}

/// Of all modes Windows has one: read-only.
#[cfg(not(unix))]
fn set_mode(path: &Path, mode: &str) {
    let mut now = path.metadata().expect("a file of the case").permissions();
    now.set_readonly(octal(mode) & 0o200 == 0);
    std::fs::set_permissions(path, now).expect("a mode can be set");
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) {}
