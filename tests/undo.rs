//! What `apply-config` writes, `apply-config --remove` takes back, byte for byte, over every style of settings file.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests set up files, and stop when they cannot"
)]

mod support;

use std::path::{Path, PathBuf};

use jsonc_parser::JsonValue;
use support::sandbox::{self, NOW, Output, Sandbox};
use support::{APPLY, entries, fixture, name};

const REMOVE: &[&str] = &["apply-config", "--remove"];

/// How the settings file stands on the disk.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// A file where Claude Code looks for it.
    Plain,
    /// A link to a file elsewhere, as people keep their dotfiles.
    #[cfg(unix)]
    Linked,
}

#[test]
fn apply_then_remove_is_the_identity() {
    let mut wrong = Vec::new();
    for style in styles("settings") {
        for place in places() {
            if let Err(what) = there_and_back(&style, *place) {
                wrong.push(format!("{} ({place:?}): {what}", name(&style)));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_file_that_claude_code_would_drop_is_left_alone() {
    let mut wrong = Vec::new();
    for style in styles("settings/refused") {
        let bytes = std::fs::read(&style).expect("a fixture");
        let home = Home::new(Some(&bytes), Place::Plain);
        for args in [APPLY, REMOVE] {
            let output = home.run(args);
            let text = String::from_utf8_lossy(&output.stdout);
            if output.exit != 1 || !text.contains("\"code\": \"SETTINGS_INVALID\"") {
                wrong.push(format!(
                    "{} {args:?}: exit {} {text:.200}",
                    name(&style),
                    output.exit
                ));
            }
            if home.settings() != Some(bytes.clone()) {
                wrong.push(format!("{} {args:?}: changed", name(&style)));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_file_before_is_no_file_after() {
    let home = Home::new(None, Place::Plain);
    assert_eq!(home.run(REMOVE).exit, 0);
    assert_eq!(home.settings(), None, "remove made a file");
    assert_eq!(home.run(APPLY).exit, 0);
    assert!(home.settings().is_some(), "apply made none");
    assert_eq!(home.run(REMOVE).exit, 0);
    assert_eq!(home.settings(), None, "the file stays");
}

#[test]
fn what_the_user_wrote_in_between_stays() {
    let home = Home::new(Some(b"{\n  \"model\": \"opus\"\n}\n"), Place::Plain);
    assert_eq!(home.run(APPLY).exit, 0);
    let applied = String::from_utf8(home.settings().expect("a file")).expect("text");
    let edited = applied.replacen('{', "{\n  \"outputStyle\": \"Explanatory\",", 1);
    sandbox::write(&home.file, edited.as_bytes());
    assert_eq!(home.run(REMOVE).exit, 0);
    let after = String::from_utf8(home.settings().expect("a file")).expect("text");
    assert!(
        after.contains("\"outputStyle\": \"Explanatory\""),
        "{after}"
    );
    assert!(after.contains("\"model\": \"opus\""), "{after}");
    assert!(
        !after.contains("BEDROCK") && !after.contains("AWS_"),
        "{after}"
    );
}

fn there_and_back(style: &Path, place: Place) -> Result<(), String> {
    let bytes = std::fs::read(style).expect("a fixture");
    let home = Home::new(Some(&bytes), place);
    let succeeds = |args: &[&str]| {
        let output = home.run(args);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.exit == 0 {
            Ok(text)
        } else {
            Err(format!("{args:?}: exit {} {text}", output.exit))
        }
    };
    succeeds(REMOVE)?;
    same(&home, &bytes, "remove with nothing to remove")?;
    succeeds(APPLY)?;
    let applied = home.settings().ok_or("apply took the file away")?;
    for (key, value) in [
        ("CLAUDE_CODE_USE_BEDROCK", "1"),
        ("AWS_PROFILE", "dev"),
        ("AWS_REGION", "us-west-2"),
    ] {
        let found = env_value(&applied, key)?;
        if found.as_deref() != Some(value) {
            return Err(format!("after apply env.{key} is {found:?}"));
        }
    }
    succeeds(APPLY)?;
    same(&home, &applied, "the second apply")?;
    succeeds(REMOVE)?;
    same(&home, &bytes, "apply, then remove")?;
    succeeds(REMOVE)?;
    same(&home, &bytes, "the second remove")
}

fn same(home: &Home, want: &[u8], what: &str) -> Result<(), String> {
    let is = home
        .settings()
        .ok_or_else(|| format!("{what}: the file is gone"))?;
    if is == want {
        return Ok(());
    }
    let (want, is) = (String::from_utf8_lossy(want), String::from_utf8_lossy(&is));
    Err(format!(
        "{what}: not the same bytes\n--- expected\n{want:.600}\n--- got\n{is:.600}\n---"
    ))
}

/// A string member of `env`, as Claude Code would read it.
fn env_value(bytes: &[u8], key: &str) -> Result<Option<String>, String> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        all => String::from_utf8_lossy(all).into_owned(),
    };
    let strict = jsonc_parser::ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_extended_string_escapes: false,
        allow_non_finite_numbers: false,
    };
    let value = jsonc_parser::parse_to_value(&text, &strict)
        .map_err(|error| format!("apply wrote no JSON: {error}"))?;
    let Some(JsonValue::Object(root)) = value else {
        return Err("apply wrote no object".to_owned());
    };
    let value = root.get_object("env").and_then(|env| env.get_string(key));
    Ok(value.cloned().map(std::borrow::Cow::into_owned))
}

fn wide(bytes: &[u8], number: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| number([pair[0], pair[1]]))
        .collect();
    String::from_utf16_lossy(&units)
}

fn styles(folder: &str) -> Vec<PathBuf> {
    let found: Vec<PathBuf> = entries(&fixture(folder))
        .into_iter()
        .filter(|path| path.is_file())
        .collect();
    assert!(found.len() >= 25, "only {} styles in {folder}", found.len());
    found
}

fn places() -> &'static [Place] {
    &[
        Place::Plain,
        #[cfg(unix)]
        Place::Linked,
    ]
}

/// The home of `fixtures/homes/sso-valid` with one settings file.
struct Home {
    sandbox: Sandbox,
    file: PathBuf,
    #[cfg(unix)]
    place: Place,
}

impl Home {
    fn new(settings: Option<&[u8]>, place: Place) -> Self {
        let sandbox = Sandbox::new();
        sandbox::copy_tree(&fixture("homes/sso-valid"), &sandbox.home);
        let file = sandbox.home.join(".claude/settings.json");
        if let Some(bytes) = settings {
            match place {
                Place::Plain => sandbox::write(&file, bytes),
                #[cfg(unix)]
                Place::Linked => {
                    sandbox::write(&sandbox.home.join("dotfiles/claude.json"), bytes);
                    std::fs::create_dir_all(sandbox.home.join(".claude")).expect("a folder");
                    std::os::unix::fs::symlink("../dotfiles/claude.json", &file).expect("a link");
                }
            }
        }
        Home {
            sandbox,
            file,
            #[cfg(unix)]
            place,
        }
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = self.sandbox.command(NOW);
        command.args(args);
        self.sandbox.run(command, "")
    }

    /// The settings file's bytes, if it is there and stands as it stood.
    fn settings(&self) -> Option<Vec<u8>> {
        #[cfg(unix)]
        if matches!(self.place, Place::Linked) && !self.file.is_symlink() {
            return None;
        }
        std::fs::read(&self.file).ok()
    }
}
