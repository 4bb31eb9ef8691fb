#![expect(clippy::disallowed_methods, reason = "the tests set files up")]

use std::fs;

use super::*;

const OLD: &[u8] = b"old";
const NEW: &[u8] = b"new";
const NO_BACKUP: Options = Options {
    backup_at: None,
    for_everybody: false,
};
/// 2026-11-22T16:33:21Z.
const STAMPED: Options = Options {
    backup_at: Some(1_795_365_201),
    for_everybody: false,
};

fn write_plan(bytes: &[u8]) -> Plan {
    Plan {
        content: Content::Write(bytes.to_vec()),
        kept: Kept::Leave,
    }
}

fn put(path: &Path, bytes: &[u8]) -> Result<Outcome> {
    edit(path, NO_BACKUP, |_| Ok(write_plan(bytes)))
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    list(folder)
        .unwrap()
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn absent_is_not_an_error_and_unreadable_is() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, OLD).unwrap();
    assert_eq!(read(&file).unwrap().as_deref(), Some(OLD));
    assert_eq!(read(&home.path().join("none")).unwrap(), None);
    assert_eq!(read(&home.path().join("none/below")).unwrap(), None);
    assert_eq!(read(&file.join("below")).unwrap(), None);

    let error = read(home.path()).unwrap_err();
    assert_eq!(error.code, Code::FileUnreadable);
    assert!(error.suggestion.is_some() && error.at.is_some());
    assert_eq!(read_limited(&file, 3).unwrap().as_deref(), Some(OLD));
    let error = read_limited(&file, 2).unwrap_err();
    assert_eq!(error.code, Code::FileUnreadable);
}

#[test]
fn an_edit_that_changes_nothing_touches_nothing() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    for plan in [
        write_plan(OLD),
        Plan {
            content: Content::Leave,
            kept: Kept::Discard,
        },
    ] {
        fs::write(&file, OLD).unwrap();
        let before = fs::metadata(&file).unwrap();
        let folder = fs::metadata(home.path()).unwrap();
        let outcome = edit(&file, STAMPED, |_| Ok(plan.clone())).unwrap();
        assert!(!outcome.changed && outcome.backup.is_none());
        let after = fs::metadata(&file).unwrap();
        assert_eq!(before.modified().unwrap(), after.modified().unwrap());
        assert_eq!(
            folder.modified().unwrap(),
            fs::metadata(home.path()).unwrap().modified().unwrap()
        );
        assert_eq!(names(home.path()), ["settings.json"]);
    }
}

#[test]
fn nothing_is_made_for_a_plan_that_wants_nothing() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".claude/settings.json");
    for content in [Content::Leave, Content::Remove] {
        let outcome = edit(&file, STAMPED, |seen| {
            assert_eq!(seen.current, None);
            Ok(Plan {
                content: content.clone(),
                kept: Kept::Leave,
            })
        });
        assert!(!outcome.unwrap().changed);
        assert!(names(home.path()).is_empty());
    }
}

#[test]
fn a_failing_plan_leaves_everything() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    fs::write(&file, OLD).unwrap();
    let error = edit(&file, STAMPED, |_| {
        Err(Error::new(Code::SettingsInvalid, "no"))
    });
    assert_eq!(error.unwrap_err().code, Code::SettingsInvalid);
    assert_eq!(names(home.path()), ["settings.json"]);
    assert_eq!(fs::read(&file).unwrap(), OLD);
}

#[test]
fn a_file_that_stays_is_planned_once() {
    let home = tempfile::tempdir().unwrap();
    let mut calls = 0;
    let outcome = edit(&home.path().join("settings.json"), STAMPED, |_| {
        calls += 1;
        Ok(write_plan(OLD))
    });
    assert!(outcome.unwrap().changed);
    assert_eq!(calls, 1);
}

#[test]
fn a_file_that_changes_while_it_is_planned_is_planned_again() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    fs::write(&file, OLD).unwrap();
    let mut calls = 0;
    let outcome = edit(&file, STAMPED, |seen| {
        calls += 1;
        let seen = seen.current.unwrap().to_vec();
        // The first three looks, the one without the lock and two under it, are overtaken.
        if calls <= 3 {
            fs::write(home.path().join("theirs"), format!("theirs {calls}")).unwrap();
            fs::rename(home.path().join("theirs"), &file).unwrap();
        }
        Ok(Plan {
            content: Content::Write([&seen[..], b" and ours"].concat()),
            kept: Kept::Write(seen),
        })
    })
    .unwrap();
    assert!(calls >= 4);
    assert_eq!(fs::read(&file).unwrap(), b"theirs 3 and ours");
    // Neither the original nor the backup is one of the overtaken versions.
    assert_eq!(read_kept(&file).unwrap().unwrap(), b"theirs 3");
    assert_eq!(fs::read(outcome.backup.unwrap()).unwrap(), b"theirs 3");
    assert_eq!(names(home.path()).len(), 3);
}

#[test]
fn a_file_that_never_rests_is_busy() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    let mut calls = 0;
    let error = edit(&file, STAMPED, |_| {
        calls += 1;
        fs::write(&file, format!("{calls}")).unwrap();
        Ok(Plan {
            content: Content::Write(NEW.to_vec()),
            kept: Kept::Write(OLD.to_vec()),
        })
    })
    .unwrap_err();
    assert_eq!(error.code, Code::FileBusy);
    assert_eq!(fs::read(&file).unwrap(), format!("{calls}").as_bytes());
    assert_eq!(names(home.path()), ["settings.json"]);
}

#[test]
fn the_original_is_kept_replaced_and_discarded() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    fs::write(&file, OLD).unwrap();
    for (content, kept, want_file, want_kept) in [
        (
            Content::Write(NEW.to_vec()),
            Kept::Write(OLD.to_vec()),
            Some(NEW),
            Some(OLD),
        ),
        (
            Content::Write(b"newer".to_vec()),
            Kept::Leave,
            Some(&b"newer"[..]),
            Some(OLD),
        ),
        (
            Content::Leave,
            Kept::Write(b"other".to_vec()),
            Some(&b"newer"[..]),
            Some(&b"other"[..]),
        ),
        (Content::Write(OLD.to_vec()), Kept::Discard, Some(OLD), None),
        (Content::Remove, Kept::Leave, None, None),
        (Content::Write(NEW.to_vec()), Kept::Leave, Some(NEW), None),
    ] {
        let plan = Plan { content, kept };
        let outcome = edit(&file, NO_BACKUP, |_| Ok(plan.clone())).unwrap();
        assert_eq!(outcome.changed, plan.content != Content::Leave);
        assert_eq!(read(&file).unwrap().as_deref(), want_file);
        assert_eq!(read_kept(&file).unwrap().as_deref(), want_kept);
        let many = usize::from(want_file.is_some()) + usize::from(want_kept.is_some());
        assert_eq!(names(home.path()).len(), many, "no leftovers");
    }
}

#[test]
fn an_original_that_gives_way_to_the_present_file_is_backed_up() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    for (before, backups) in [
        (&b"absent\n"[..], vec![OLD]),
        (b"older", vec![OLD, b"older"]),
    ] {
        fs::write(&file, OLD).unwrap();
        fs::write(home.path().join("settings.json.before-bedrock"), before).unwrap();
        let plan = Plan {
            content: Content::Write(NEW.to_vec()),
            kept: Kept::Write(OLD.to_vec()),
        };
        edit(&file, STAMPED, |_| Ok(plan.clone())).unwrap();
        let mut found = Vec::new();
        for name in names(home.path()) {
            if name.contains("backup") {
                found.push(fs::read(home.path().join(&name)).unwrap());
                fs::remove_file(home.path().join(&name)).unwrap();
            }
        }
        assert_eq!(found, backups);
        assert_eq!(read_kept(&file).unwrap().as_deref(), Some(OLD));
    }
}

#[test]
fn backups_are_unique_and_the_last_five_stay() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    let foreign = home.path().join("settings.json.bedrock-backup-mine");
    fs::write(&file, "0").unwrap();
    fs::write(&foreign, OLD).unwrap();
    for turn in 1..=12 {
        let outcome = edit(&file, STAMPED, |_| {
            Ok(write_plan(turn.to_string().as_bytes()))
        });
        let backup = outcome.unwrap().backup.unwrap();
        assert_eq!(fs::read(backup).unwrap(), (turn - 1).to_string().as_bytes());
    }
    // The order is that of the numbers, not of their digits.
    let start = "settings.json.bedrock-backup-20261122T163321Z";
    for (number, holds) in [(8, "7"), (9, "8"), (10, "9"), (11, "10"), (12, "11")] {
        let backup = home.path().join(format!("{start}-{number}"));
        assert_eq!(fs::read(backup).unwrap(), holds.as_bytes());
    }
    assert_eq!(names(home.path()).len(), 5 + 2);
    assert_eq!(fs::read(foreign).unwrap(), OLD);
}

#[test]
fn leftovers_of_a_killed_run_go_and_those_of_others_stay() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    let others = [
        ".settings.json.claude-bedrock-.tmp",
        ".settings.json.claude-bedrock-mine.tmp",
        ".settings.json.tmp",
        ".settings.local.json.claude-bedrock-1-0.tmp",
        "settings.json",
        "settings.json.tmp",
    ];
    for name in others {
        fs::write(home.path().join(name), OLD).unwrap();
    }
    for (bytes, changed) in [(OLD, false), (NEW, true)] {
        fs::write(
            home.path().join(".settings.json.claude-bedrock-1-0.tmp"),
            "1",
        )
        .unwrap();
        fs::write(
            home.path().join(".settings.json.claude-bedrock-99-7.tmp"),
            "2",
        )
        .unwrap();
        assert_eq!(put(&file, bytes).unwrap().changed, changed);
        assert_eq!(names(home.path()), others);
    }
}

#[test]
fn a_file_in_place_of_a_folder_is_a_conflict() {
    let home = tempfile::tempdir().unwrap();
    let claude = home.path().join(".claude");
    fs::write(&claude, OLD).unwrap();
    let error = put(&claude.join("settings.json"), NEW).unwrap_err();
    assert_eq!(error.code, Code::FileConflict);
    assert_eq!(fs::read(&claude).unwrap(), OLD);
}

#[test]
fn whole_files_are_written_once() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("a/b/plugin.json");
    assert!(write(&file, OLD, 0o644).unwrap());
    assert!(!write(&file, OLD, 0o644).unwrap());
    let killed = home.path().join("a/b/.plugin.json.claude-bedrock-1-0.tmp");
    fs::write(killed, OLD).unwrap();
    assert!(write(&file, NEW, 0o644).unwrap());
    assert_eq!(fs::read(&file).unwrap(), NEW);
    assert!(!remove_empty_folder(&home.path().join("a/b")).unwrap());
    assert!(remove(&file).unwrap() && !remove(&file).unwrap());
    assert!(write(&file, OLD, 0o600).unwrap());
    assert_eq!(names(&home.path().join("a/b")), ["plugin.json"]);
    assert!(remove(&file).unwrap());
    assert!(remove_empty_folder(&home.path().join("a/b")).unwrap());
    assert!(!remove_empty_folder(&home.path().join("a/b")).unwrap());
    assert!(list(&home.path().join("a/b")).unwrap().is_empty());
}

#[cfg(unix)]
mod unix;
