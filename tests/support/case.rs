//! One folder of `fixtures/cases/COMMAND/SITUATION`: set up, run, compare. `fixtures/README.md` lists the members.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::sandbox::{self, Sandbox};
use super::snapshot::{self, Change, Snapshot, What};
use super::{fixture, stand_in};

/// The clock of a case that does not set it.
const NOW: &str = "2026-11-22T12:00:00Z";

/// `case.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(rename = "docs")]
    _docs: Option<String>,
    home: Option<String>,
    #[serde(default)]
    files: BTreeMap<PathBuf, String>,
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

/// Runs one case; the error lists everything that is not as expected.
pub(crate) fn run(folder: &Path, update: bool) -> Result<(), String> {
    let text = std::fs::read(folder.join("case.json")).map_err(|e| format!("case.json: {e}"))?;
    let case: Case = serde_json::from_slice(&text).map_err(|e| format!("case.json: {e}"))?;
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
        let want = std::fs::read(folder.join(name)).unwrap_or_default();
        wrong.extend(differs(name, &want, is));
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
    }
    for path in &case.mkdir {
        std::fs::create_dir_all(sandbox.home.join(path)).expect("a folder of the case");
    }
    for (path, text) in &case.files {
        sandbox::write(&sandbox.home.join(path), spell(sandbox, text).as_bytes());
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

/// `[HOME]` as the path it stands for.
fn spell(sandbox: &Sandbox, text: &str) -> String {
    text.replace("[HOME]", &sandbox.home.display().to_string())
}

fn command(case: &Case, step: &Step, sandbox: &Sandbox) -> std::process::Command {
    let now = step.now.as_deref().or(case.now.as_deref()).unwrap_or(NOW);
    let now = claude_bedrock::time::parse_timestamp(now).expect("`now` is a time with its zone");
    let mut command = sandbox.command(now);
    command.args(step.args.iter().map(|arg| spell(sandbox, arg)));
    for (name, value) in case.env.iter().chain(&step.env) {
        match value {
            Some(value) => command.env(name, spell(sandbox, value)),
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

fn rewrite(
    folder: &Path,
    shown: &[(String, Vec<u8>)],
    files: &BTreeMap<String, Vec<u8>>,
    removed: &[String],
) {
    for path in super::entries(folder) {
        let name = super::name(&path);
        if name == "after" {
            std::fs::remove_dir_all(&path).expect("after/ can be made anew");
        } else if name == "removed" || name.starts_with("stdout") || name.starts_with("stderr") {
            std::fs::remove_file(&path).expect("an expectation can be made anew");
        }
    }
    for (name, bytes) in shown.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        sandbox::write(&folder.join(name), bytes);
    }
    for (name, bytes) in files {
        sandbox::write(&folder.join("after").join(name), bytes);
    }
    if !removed.is_empty() {
        sandbox::write(
            &folder.join("removed"),
            (removed.join("\n") + "\n").as_bytes(),
        );
    }
}

fn compare_files(
    folder: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    removed: &[String],
) -> Vec<String> {
    let mut wrong = Vec::new();
    let expected: BTreeMap<String, Vec<u8>> = snapshot::take(&folder.join("after"))
        .into_iter()
        .filter_map(|(path, entry)| match entry.what {
            What::File(bytes) => {
                let name = path
                    .iter()
                    .map(|part| part.to_string_lossy())
                    .collect::<Vec<_>>()
                    .join("/");
                Some((name, bytes))
            }
            _ => None,
        })
        .collect();
    for (name, bytes) in files {
        match expected.get(name) {
            Some(want) => wrong.extend(differs(name, want, bytes)),
            None => wrong.push(format!("{name}: changed or new, and not in after/")),
        }
    }
    let missing = expected.keys().filter(|name| !files.contains_key(*name));
    wrong.extend(missing.map(|name| format!("{name}: in after/, and did not change")));
    let text = std::fs::read_to_string(folder.join("removed")).unwrap_or_default();
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

#[cfg(not(unix))]
fn set_mode(_: &Path, _: &str) {}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) {}
