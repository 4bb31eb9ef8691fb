//! Links, modes and owners.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn new_files_and_folders_are_the_users_alone() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".claude/deeper/settings.json");
    let plan = Plan {
        content: Content::Write(NEW.to_vec()),
        kept: Kept::Write(OLD.to_vec()),
    };
    assert!(
        edit(&file, NO_BACKUP, |_| Ok(plan.clone()))
            .unwrap()
            .changed
    );
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&home.path().join(".claude")), 0o700);
    assert_eq!(mode(&home.path().join(".claude/deeper")), 0o700);
    assert_eq!(mode(&beside::kept_path(&file)), 0o600);
}

#[test]
fn defect_10_the_mode_stays() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    for bits in [
        0o600,
        0o640,
        0o644,
        0o660,
        0o664,
        0o666,
        0o200 | 0o400 | 0o100,
    ] {
        fs::write(&file, OLD).unwrap();
        set_mode(&file, bits);
        let backup = edit(&file, STAMPED, |_| Ok(write_plan(NEW)))
            .unwrap()
            .backup;
        assert_eq!(mode(&file), bits);
        assert_eq!(mode(&backup.unwrap()), 0o600);
    }
}

#[test]
fn defect_10_a_read_only_file_is_refused_even_for_root() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    fs::write(&file, OLD).unwrap();
    for bits in [0o444, 0o400] {
        set_mode(&file, bits);
        for plan in [
            write_plan(NEW),
            Plan {
                content: Content::Remove,
                kept: Kept::Leave,
            },
        ] {
            let error = edit(&file, STAMPED, |_| Ok(plan.clone())).unwrap_err();
            assert_eq!(error.code, Code::FileNotWritable);
            assert!(error.suggestion.clone().unwrap().starts_with("chmod u+w "));
        }
        assert_eq!(mode(&file), bits);
        assert_eq!(fs::read(&file).unwrap(), OLD);
        assert_eq!(names(home.path()), ["settings.json"]);
        // Nothing to do is no reason to refuse.
        assert!(!put(&file, OLD).unwrap().changed);
    }
}

#[test]
fn defect_8_links_stay_links() {
    let home = tempfile::tempdir().unwrap();
    let dotfiles = home.path().join("dotfiles");
    let claude = home.path().join("claude");
    fs::create_dir(&dotfiles).unwrap();
    fs::create_dir(&claude).unwrap();
    let real = dotfiles.join("settings.json");
    let link = claude.join("settings.json");
    symlink("../dotfiles/hop", &link).unwrap();
    symlink(&real, dotfiles.join("hop")).unwrap();

    // First the links lead nowhere, then to a file.
    for (bytes, had) in [(OLD, false), (NEW, true)] {
        let outcome = edit(&link, STAMPED, |seen| {
            assert_eq!(seen.current.is_some(), had);
            Ok(write_plan(bytes))
        })
        .unwrap();
        assert!(outcome.changed);
        assert_eq!(
            fs::canonicalize(outcome.target).unwrap(),
            fs::canonicalize(&real).unwrap()
        );
        assert_eq!(fs::read(&real).unwrap(), bytes);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(
            fs::symlink_metadata(dotfiles.join("hop"))
                .unwrap()
                .is_symlink()
        );
    }
    assert_eq!(names(&dotfiles), ["hop", "settings.json"]);
    // The backup is where the user looks for it.
    assert_eq!(
        names(&claude),
        [
            "settings.json",
            "settings.json.bedrock-backup-20261122T163321Z"
        ]
    );
    // Taking the file away leaves the link, as it was before the first edit.
    let plan = Plan {
        content: Content::Remove,
        kept: Kept::Leave,
    };
    assert!(
        edit(&link, NO_BACKUP, |_| Ok(plan.clone()))
            .unwrap()
            .changed
    );
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(names(&dotfiles), ["hop"]);
}

#[test]
fn a_link_into_a_missing_folder_makes_the_folder() {
    let home = tempfile::tempdir().unwrap();
    let link = home.path().join("settings.json");
    symlink("dotfiles/claude/settings.json", &link).unwrap();
    assert!(put(&link, NEW).unwrap().changed);
    assert_eq!(
        fs::read(home.path().join("dotfiles/claude/settings.json")).unwrap(),
        NEW
    );
}

#[test]
fn links_in_a_circle_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let (a, b) = (home.path().join("a"), home.path().join("b"));
    symlink("b", &a).unwrap();
    symlink("a", &b).unwrap();
    for error in [put(&a, NEW).unwrap_err(), read(&a).unwrap_err()] {
        assert_eq!(error.code, Code::FileUnreadable);
        assert!(error.message.contains("circle"), "{}", error.message);
    }
    assert_eq!(names(home.path()), ["a", "b"]);
}

#[test]
fn defect_6_what_stands_at_other_names_is_not_written_through() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    let victim = home.path().join("victim");
    fs::write(&file, OLD).unwrap();
    fs::write(&victim, OLD).unwrap();
    symlink("victim", home.path().join("settings.json.tmp")).unwrap();
    fs::create_dir(home.path().join("settings.json.backup")).unwrap();
    assert!(
        edit(&file, STAMPED, |_| Ok(write_plan(NEW)))
            .unwrap()
            .changed
    );
    assert_eq!(fs::read(&victim).unwrap(), OLD);
    assert!(!fs::symlink_metadata(&file).unwrap().is_symlink());
}

#[test]
fn what_is_no_regular_file_is_not_replaced() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    symlink("/dev/null", &file).unwrap();
    assert_eq!(put(&file, NEW).unwrap_err().code, Code::FileConflict);
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert_eq!(put(&file, NEW).unwrap_err().code, Code::FileUnreadable);
}

#[test]
fn a_pipe_is_refused_rather_than_waited_for() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    let name = std::ffi::CString::new(file.as_os_str().as_encoded_bytes()).unwrap();
    #[expect(unsafe_code, reason = "std makes no named pipes")]
    // SAFETY: `name` ends in a zero byte and lives for the call.
    let made = unsafe { libc::mkfifo(name.as_ptr(), 0o600) };
    assert_eq!(made, 0);
    for error in [read(&file).unwrap_err(), put(&file, NEW).unwrap_err()] {
        assert_eq!(error.code, Code::FileUnreadable);
        assert!(
            error.message.contains("not a regular file"),
            "{}",
            error.message
        );
    }
}

#[test]
fn other_names_of_a_file_are_reported() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    let other = home.path().join("other");
    fs::write(&file, OLD).unwrap();
    fs::hard_link(&file, &other).unwrap();
    let outcome = put(&file, NEW).unwrap();
    assert_eq!(outcome.warnings.len(), 1);
    assert_eq!(outcome.warnings[0].code, "HARD_LINK_BROKEN");
    assert_eq!(fs::read(&other).unwrap(), OLD);
    assert!(put(&file, OLD).unwrap().warnings.is_empty());
    assert_eq!(fs::metadata(&file).unwrap().nlink(), 1);
}

/// Needs root, like what it is about: for anyone else all of it is theirs anyway.
#[test]
fn what_root_makes_belongs_to_whoever_has_the_file_or_else_the_folder() {
    const OTHER: u32 = 65_534;
    let home = tempfile::tempdir().unwrap();
    if std::os::unix::fs::chown(home.path(), Some(OTHER), Some(OTHER)).is_err() {
        return;
    }
    let file = home.path().join(".claude/deeper/settings.json");
    for bytes in [OLD, NEW] {
        let plan = Plan {
            content: Content::Write(bytes.to_vec()),
            kept: Kept::Write(bytes.to_vec()),
        };
        edit(&file, STAMPED, |_| Ok(plan.clone())).unwrap();
    }
    write(&home.path().join("skills/bedrock/a"), b"", 0o644).unwrap();
    drop(take_turn(&home.path().join("cache/turn"), Duration::ZERO).unwrap());
    let owned = |path: &Path| fs::symlink_metadata(path).unwrap();
    let mut left = vec![home.path().to_owned()];
    let mut count = 0;
    while let Some(path) = left.pop() {
        let found = owned(&path);
        assert_eq!((found.uid(), found.gid()), (OTHER, OTHER), "{path:?}");
        count += 1;
        if found.is_dir() {
            left.extend(list(&path).unwrap());
        }
    }
    assert_eq!(count, 11);

    // A file of root's own stays root's, with all that stands beside it, wherever that is.
    let own = home.path().join("own.json");
    fs::write(&own, OLD).unwrap();
    let plan = Plan {
        content: Content::Write(NEW.to_vec()),
        kept: Kept::Write(OLD.to_vec()),
    };
    let done = edit(&own, STAMPED, |_| Ok(plan.clone())).unwrap();
    for path in [own.clone(), beside::kept_path(&own), done.backup.unwrap()] {
        assert_eq!(owned(&path).uid(), 0, "{path:?}");
    }
}

/// Root gives the file to others, so that there is an owner to keep; for anyone else this is the owner they are.
#[test]
fn the_owner_stays() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.json");
    fs::write(&file, OLD).unwrap();
    drop(std::os::unix::fs::chown(&file, Some(65_534), Some(65_534)));
    set_mode(&file, 0o660);
    let before = fs::metadata(&file).unwrap();
    assert!(put(&file, NEW).unwrap().changed);
    let after = fs::metadata(&file).unwrap();
    assert_eq!((before.uid(), before.gid()), (after.uid(), after.gid()));
    assert_eq!(mode(&file), 0o660);
}
