use std::collections::BTreeSet;

use super::install::{install, look, uninstall};
use super::*;

const BINARY: &str = "/opt/my tools/it's/claude-bedrock";

fn text_of(binary: &str, path: &str) -> String {
    let assets = render(binary);
    assets
        .into_iter()
        .find(|(name, _)| *name == path)
        .unwrap()
        .1
}

/// Everything below a folder with its text; folders end in a slash.
fn tree(folder: &Path) -> BTreeSet<(PathBuf, Option<Vec<u8>>)> {
    let mut found = BTreeSet::new();
    for path in file::list(folder).unwrap() {
        if path.is_dir() {
            found.insert((path.clone(), None));
            found.extend(tree(&path));
        } else {
            let bytes = file::read(&path).unwrap();
            found.insert((path, bytes));
        }
    }
    found
}

#[test]
fn defect_54_55_no_hook_stands_before_a_tool_and_no_command_that_changes_anything_is_allowed() {
    let hooks: Value = serde_json::from_str(&text_of(BINARY, "hooks/hooks.json")).unwrap();
    let events: Vec<_> = hooks["hooks"].as_object().unwrap().keys().collect();
    assert_eq!(events, ["SessionStart", "UserPromptExpansion"]);
    // Exactly these words: with `:*` came `--home DIR`, where AWS files of anybody's making can name a program to run.
    let allowed = [
        "check-prerequisites",
        "get-aws-context",
        "status",
        "doctor",
        "models",
        "inference-config",
        "reset --dry-run",
    ];
    let mut seen = 0;
    for (path, text) in render("/bin/claude-bedrock") {
        for line in text.lines().filter(|line| line.contains("Bash(")) {
            let rule = line.trim().strip_prefix("- \"Bash(/bin/claude-bedrock ");
            let rule = rule.and_then(|rule| rule.strip_suffix(")\""));
            assert!(
                rule.is_some_and(|rule| allowed.contains(&rule)),
                "{path}: {line}"
            );
            seen += 1;
        }
    }
    assert!(seen >= allowed.len());
}

#[test]
fn defect_57_58_hooks_call_the_program_itself_with_its_arguments_apart_and_seconds_to_spare() {
    for binary in [
        BINARY,
        "/bin/claude-bedrock",
        "C:\\Program Files\\\"x\"\\claude-bedrock.exe",
    ] {
        let hooks: Value = serde_json::from_str(&text_of(binary, "hooks/hooks.json")).unwrap();
        for (event, arg) in [
            ("SessionStart", "session-start"),
            ("UserPromptExpansion", "expand"),
        ] {
            let hook = &hooks["hooks"][event][0]["hooks"][0];
            assert_eq!(hook["command"], binary);
            assert_eq!(hook["args"], serde_json::json!(["hook", arg]));
            assert!(hook["timeout"].as_u64().unwrap() <= 10);
        }
    }
}

#[test]
fn every_placeholder_is_filled_and_every_json_file_reads() {
    for (path, text) in render(BINARY) {
        for word in ["{cli", "{path", "{version"] {
            assert!(!text.contains(word), "{path}: {word}");
        }
        if Path::new(path)
            .extension()
            .is_some_and(|ending| ending == "json")
        {
            assert!(serde_json::from_str::<Value>(&text).is_ok(), "{path}");
        }
    }
    let rule = r#"  - "Bash('/opt/my tools/it'\"'\"'s/claude-bedrock' status)""#;
    assert!(text_of(BINARY, "commands/status.md").contains(rule));
}

#[test]
fn no_command_is_told_to_the_model_that_asks_on_a_terminal() {
    // Claude Code runs commands without one.
    for (path, text) in ASSETS {
        for line in text.split('`').skip(1).step_by(2) {
            let line = line.strip_prefix("{cli} ").unwrap_or_default();
            let asks = line.starts_with("setup") || line == "reset" || line.contains("--fix");
            assert!(!asks || line.contains("--yes"), "{path}: {line}");
        }
    }
}

#[test]
fn no_command_names_a_region() {
    for (path, text) in render(BINARY) {
        for word in ["us-", "eu-", "ap-", "4-5", "node "] {
            assert!(
                !path.starts_with("commands/") || !text.contains(word),
                "{path}: {word}"
            );
        }
    }
}

/// Every name of a member in the JSON that the recorded cases of a command print.
fn members(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                found.insert(name.clone());
                members(value, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| members(value, found)),
        _ => {}
    }
}

#[test]
fn every_member_that_a_command_decides_by_is_one_that_is_printed() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let mut known = BTreeSet::new();
    for command in [
        "check-prerequisites",
        "get-aws-context",
        "apply-config",
        "inference-config",
    ] {
        for case in file::list(&cases.join(command)).unwrap() {
            let text = file::read(&case.join("stdout"))
                .unwrap()
                .unwrap_or_default();
            if let Ok(value) = serde_json::from_slice(&text) {
                members(&value, &mut known);
            }
        }
    }
    let mut seen = 0;
    for (path, text) in ASSETS {
        // Between backticks stand commands, values and members; the last are dotted words that begin in lower case.
        for word in text.split('`').skip(1).step_by(2) {
            let is_member = word.starts_with(|first: char| first.is_ascii_lowercase())
                && word
                    .chars()
                    .all(|c| c.is_ascii_alphabetic() || "._".contains(c));
            let values = ["node", "eu", "us", "global"];
            if is_member && path.starts_with("commands/") && !values.contains(&word) {
                for part in word.split('.') {
                    assert!(known.contains(part), "{path}: {word}");
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn what_is_installed_goes_again_to_the_byte() {
    for before in [&[][..], &["skills"], &["skills", "skills/bedrock"]] {
        let home = tempfile::tempdir().unwrap();
        for folder in before {
            #[expect(clippy::disallowed_methods, reason = "a test sets up folders")]
            std::fs::create_dir(home.path().join(folder)).unwrap();
        }
        let start = tree(home.path());
        let folder = home.path().join("skills/bedrock");
        let done = install(&folder, BINARY, None, false).unwrap();
        assert_eq!(done.written.len(), ASSETS.len() + 1);
        assert!(!install(&folder, BINARY, None, false).unwrap().changed());
        assert!(look(&folder, BINARY).unwrap().current);
        assert!(!look(&folder, "/elsewhere").unwrap().current);
        let done = uninstall(&folder, BINARY, false).unwrap();
        assert_eq!(done.removed.len(), ASSETS.len() + 1);
        assert_eq!(tree(home.path()), start);
        assert!(!uninstall(&folder, BINARY, false).unwrap().changed());
    }
}

#[test]
fn an_older_one_is_brought_up_to_date_and_its_leftovers_go() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("bedrock");
    let old: Vec<Asset> = vec![
        ("commands/status.md", format!("old, calls {BINARY}\n")),
        ("commands/gone.md", "no longer there\n".to_owned()),
        ("scripts/old/gone.sh", "no longer there either\n".to_owned()),
    ];
    for (path, text) in &old {
        file::write(&folder.join(path), text.as_bytes(), 0o600).unwrap();
    }
    let mut record = Record::new(BINARY, 1, None, &old);
    record.version = "0.0.1".to_owned();
    file::write(&folder.join(RECORD), &record.to_bytes(), 0o600).unwrap();
    // An update that was cut short: what it wrote is not a change of the user's.
    let new = render("/new place/claude-bedrock");
    let (path, text) = new.iter().find(|(path, _)| *path == old[0].0).unwrap();
    file::write(&folder.join(path), text.as_bytes(), 0o600).unwrap();
    let standing = look(&folder, "/new place/claude-bedrock").unwrap();
    assert!(!standing.current && standing.changed.is_empty());
    let done = install(&folder, "/new place/claude-bedrock", None, false).unwrap();
    assert_eq!(done.previous.as_deref(), Some("0.0.1"));
    assert_eq!(done.removed, ["commands/gone.md", "scripts/old/gone.sh"]);
    assert!(!folder.join("scripts").exists());
    assert!(look(&folder, "/new place/claude-bedrock").unwrap().current);
    uninstall(&folder, "/third/claude-bedrock", false).unwrap();
    assert!(!folder.exists());
}

#[test]
fn a_changed_file_is_neither_replaced_nor_removed_unless_forced() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("bedrock");
    install(&folder, BINARY, None, false).unwrap();
    let mine = folder.join("commands/status.md");
    file::write(&mine, b"mine", 0o600).unwrap();
    let error = install(&folder, BINARY, None, false).unwrap_err();
    assert_eq!(
        (error.code, error.at.clone().unwrap().path),
        (Code::FileConflict, mine.clone())
    );
    assert_eq!(
        look(&folder, BINARY).unwrap().changed,
        ["commands/status.md"]
    );
    let done = uninstall(&folder, BINARY, false).unwrap();
    assert_eq!(done.kept, ["commands/status.md"]);
    assert_eq!(file::read(&mine).unwrap().as_deref(), Some(&b"mine"[..]));
    // What is left is still known, with the folders that we made.
    assert_eq!(
        look(&folder, BINARY).unwrap().changed,
        ["commands/status.md"]
    );
    assert_eq!(
        install(&folder, BINARY, None, false).unwrap_err().code,
        Code::FileConflict
    );
    install(&folder, BINARY, None, true).unwrap();
    file::write(&mine, b"mine", 0o600).unwrap();
    assert_eq!(uninstall(&folder, BINARY, false).unwrap().kept.len(), 1);
    uninstall(&folder, BINARY, true).unwrap();
    assert!(!folder.exists());
}

#[test]
fn a_garbled_record_is_written_anew_and_goes_with_the_files() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("plugin");
    for round in 0..2 {
        install(&folder, BINARY, None, false).unwrap();
        file::write(&folder.join(RECORD), b"{\"version\": \"0.", 0o600).unwrap();
        assert_eq!(look(&folder, BINARY).unwrap().record, None);
        if round == 0 {
            let done = install(&folder, BINARY, None, false).unwrap();
            assert_eq!(done.written, [RECORD]);
            assert!(look(&folder, BINARY).unwrap().current);
        } else {
            uninstall(&folder, BINARY, false).unwrap();
            assert!(!folder.exists());
        }
    }
}

#[test]
fn a_record_of_somebody_elses_leads_to_no_file_outside() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("plugin");
    install(&folder, BINARY, None, false).unwrap();
    let mine = home.path().join("mine");
    file::write(&mine, b"mine", 0o600).unwrap();
    let digest = sha1_smol::Sha1::from(b"mine").digest().to_string();
    let text = file::read(&folder.join(RECORD)).unwrap().unwrap();
    let mut record: Value = serde_json::from_slice(&text).unwrap();
    for name in ["../mine", mine.to_str().unwrap()] {
        record["files"][name] = Value::from(digest.clone());
    }
    let text = record.to_string();
    file::write(&folder.join(RECORD), text.as_bytes(), 0o600).unwrap();
    uninstall(&folder, BINARY, true).unwrap();
    assert!(mine.exists() && !folder.exists());
}

#[test]
fn a_folder_of_somebody_elses_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("bedrock");
    file::write(&folder.join("SKILL.md"), b"a skill", 0o600).unwrap();
    let start = tree(home.path());
    let error = install(&folder, BINARY, None, false).unwrap_err();
    assert_eq!(error.at.clone().unwrap().path, folder.join("SKILL.md"));
    assert_eq!(tree(home.path()), start);
}

#[test]
fn the_status_line_goes_in_only_where_none_is_and_out_only_if_it_is_ours() {
    use crate::file::Content;
    let path = Path::new("settings.json");
    let after = |content: Content, before: &[u8]| match content {
        Content::Leave => Some(before.to_vec()),
        Content::Write(bytes) => Some(bytes),
        Content::Remove => None,
    };
    for before in [
        "{\n  \"model\": \"opus\"\n}\n",
        "{\"env\":{\"A\":\"1\"}}",
        "\u{feff}{\r\n\t\"x\": 1\r\n}",
        "{}",
        "{}\n",
    ] {
        let set = status_line::plan_set(Some(before.as_bytes()), path, BINARY).unwrap();
        let set = after(set.content, before.as_bytes()).unwrap();
        let document = Document::parse(&set).unwrap();
        assert_eq!(
            status_line::owner(&document),
            status_line::Owner::Ours,
            "{before}"
        );
        let unset = status_line::plan_unset(Some(&set), path, None).unwrap();
        let unset = after(unset.content, &set);
        assert_eq!(unset.as_deref(), Some(before.as_bytes()), "{before:?}");
    }
    for (before, made) in [
        (None, Value::Bool(true)),
        (Some(""), "".into()),
        (Some(" \r\n"), " \r\n".into()),
    ] {
        let set = status_line::plan_set(before.map(str::as_bytes), path, BINARY).unwrap();
        let set = after(set.content, b"").unwrap();
        let unset = status_line::plan_unset(Some(&set), path, Some(&made)).unwrap();
        let unset = after(unset.content, &set);
        assert_eq!(unset.as_deref(), before.map(str::as_bytes));
    }
    for other in [
        r#"{"statusLine":{"type":"command","command":"~/line.sh"}}"#,
        r#"{"statusLine":null}"#,
        r#"{"statusLine":{"type":"command","command":"claude-bedrock statusline | cat"}}"#,
    ] {
        let set = status_line::plan_set(Some(other.as_bytes()), path, BINARY).unwrap();
        assert_eq!(set.content, Content::Leave, "{other}");
        let unset = status_line::plan_unset(Some(other.as_bytes()), path, None).unwrap();
        assert_eq!(unset.content, Content::Leave, "{other}");
    }
}

#[test]
fn another_plugin_of_the_name_is_found() {
    let text = br#"{"enabledPlugins":{"bedrock@somewhere":true,"bedrock@off":false,"bedrock@claude-bedrock":true,"x@y":true}}"#;
    assert_eq!(
        rivals(&Document::parse(text).unwrap()),
        ["bedrock@somewhere"]
    );
}

#[test]
fn the_help_has_a_text_to_show() {
    let (_, text) = HELP.split_once("text:\n\n").unwrap();
    for command in [
        "status", "login", "doctor", "repair", "models", "thinking", "reset", "help",
    ] {
        assert!(text.contains(&format!("/bedrock:{command} ")), "{command}");
    }
}

#[cfg(unix)]
#[test]
fn the_path_that_outlives_an_update_is_the_one_on_path() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path().canonicalize().unwrap();
    let own = home.join("1.0/claude-bedrock");
    file::write(&own, b"", 0o700).unwrap();
    let bin = home.join("bin");
    file::write(&bin.join("other"), b"", 0o700).unwrap();
    let path = format!("/nowhere:bin:{}", bin.display());
    let mut env = Env::for_test(&home, &[("PATH", &path)]);
    assert_eq!(binary(&env).unwrap_err().code, Code::Internal);
    env.executable = Some(own.clone());
    assert_eq!(binary(&env).unwrap(), own.to_str().unwrap());
    let link = bin.join("claude-bedrock");
    std::os::unix::fs::symlink(&own, &link).unwrap();
    assert_eq!(binary(&env).unwrap(), link.to_str().unwrap());
    // Another program of the name is not this one.
    file::remove(&link).unwrap();
    file::write(&link, b"another", 0o700).unwrap();
    assert_eq!(binary(&env).unwrap(), own.to_str().unwrap());
}
