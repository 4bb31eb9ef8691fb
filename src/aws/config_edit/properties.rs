//! Over generated config files, those that botocore accepts: the edit reads as the old file and the change, and no byte
//! outside of it is another one.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::tests::{file, upgrade};
use super::*;
use crate::aws::profiles::{AwsFiles, Section, Value};
use crate::error::Code;

/// Lines of a config file, each in several spellings.
fn lines() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => header(),
        10 => entry(),
        2 => prop::sample::select(vec!["", "  ", "# note", "  ; note", "\t# [profile ghost]"]).prop_map(str::to_owned),
        2 => prop::sample::select(vec!["s3 =\n  a = b\n    c = d", "s3=\n\n  # x\n  a=b", "x: y\n  more", "é = ü"]).prop_map(str::to_owned),
    ];
    (
        prop::collection::vec(piece, 0..14),
        prop::sample::select(vec!["\n", "\r\n", "\r"]),
        any::<bool>(),
    )
        .prop_map(|(lines, newline, ended)| {
            let mut text = lines.join("\n").replace('\n', newline);
            if ended && !text.is_empty() {
                text += newline;
            }
            text
        })
}

fn header() -> impl Strategy<Value = String> {
    let names = vec![
        "[default]",
        "[DEFAULT]",
        "[profile a]",
        "[profile \"a\"]",
        "  [profile b]",
        "[profile b ] # x",
        "[profile 'two words']",
        "[sso-session s]",
        "[sso-session 's']",
        "\t[sso-session t]",
        "[plugins]",
        "[services v]",
    ];
    prop::sample::select(names).prop_map(str::to_owned)
}

fn entry() -> impl Strategy<Value = String> {
    let keys = vec![
        "sso_start_url = https://acme.awsapps.com/start",
        "sso_start_url=https://acme.awsapps.com/start/",
        "SSO_START_URL : https://b.awsapps.com/start",
        "sso_region = us-east-1",
        "sso_region=eu-west-1",
        "sso_account_id = 123456789012",
        "sso_session = s",
        "sso_registration_scopes = x:y",
        "sso_registration_scopes = sso:account:access,",
        "sso_registration_scopes =",
        "region = us-east-1",
        "output = json",
        "aws_secret_access_key = EXAMPLE",
    ];
    let indent = prop::sample::select(vec!["", "", "", "  ", "\t"]);
    (indent, prop::sample::select(keys)).prop_map(|(indent, key)| format!("{indent}{key}"))
}

/// What botocore has: for each profile and session the keys and their values.
type Map = BTreeMap<String, BTreeMap<String, String>>;

fn map(config: &str) -> Option<(Vec<String>, Map)> {
    let files = AwsFiles::parse(file(config), file("")).ok()?;
    let values = |section: &Section| -> BTreeMap<String, String> {
        let entries = section.entries().iter();
        let spell = |value: &Value| match value {
            Value::Text(text) => text.clone(),
            Value::Nested(pairs) => format!("{pairs:?}"),
            Value::Secret => "a secret".to_owned(),
        };
        entries
            .map(|entry| (entry.key.clone(), spell(&entry.value)))
            .collect()
    };
    let mut out = Map::new();
    for profile in &files.profiles {
        let section = profile.config.as_ref().map(values);
        out.insert(
            format!("profile {}", profile.name),
            section.unwrap_or_default(),
        );
    }
    for session in &files.sso_sessions {
        out.insert(
            format!("sso-session {}", session.name),
            values(&session.section),
        );
    }
    let names = files.profiles.iter().map(|profile| profile.name.clone());
    Some((names.collect(), out))
}

/// The old map with the changes applied. `inherited` is what a new section has without a line of its own.
fn changed(old: &Map, edit: &Edit, inherited: &BTreeMap<String, String>) -> Map {
    let mut map = old.clone();
    for change in &edit.changes {
        let words = crate::shell::split_words(&change.section).unwrap();
        let name = match words.as_slice() {
            [only] => format!("profile {only}"),
            [kind, name] => format!("{kind} {name}"),
            _ => panic!("{}", change.section),
        };
        let section = map.entry(name).or_insert_with(|| inherited.clone());
        let value = change
            .after
            .clone()
            .or_else(|| inherited.get(change.key).cloned());
        match value {
            Some(value) => section.insert(change.key.to_owned(), value),
            None => section.remove(change.key),
        };
    }
    map
}

/// Every line of the old text that is not part of a change is still there, in order, and nothing else but the changes.
fn same_bytes(old: &str, new: &str, edit: &Edit) -> Result<(), TestCaseError> {
    let pieces = |text: &str| -> Vec<String> {
        let lines = text.split_inclusive(['\n', '\r']);
        lines
            .map(|line| line.trim_end_matches(['\n', '\r']).to_owned())
            .collect()
    };
    let is_changed = |line: &str| {
        let line = line.to_lowercase();
        edit.changes.iter().any(|change| {
            let values = [&change.before, &change.after].into_iter().flatten();
            let mut lines = values.flat_map(|value| value.lines());
            line.contains(change.key)
                || line.contains(&change.section)
                || lines.any(|value| value == line.trim())
        })
    };
    let keep = |text: &str| -> Vec<String> {
        let mut lines = pieces(text);
        lines.retain(|line| !is_changed(line) && !line.trim().is_empty());
        lines
    };
    prop_assert_eq!(keep(old), keep(new));
    prop_assert_eq!(
        old.contains("\r\n"),
        new.contains("\r\n") && old.contains("\r\n")
    );
    let ended = |text: &str| text.is_empty() || text.ends_with(['\n', '\r']);
    prop_assert_eq!(ended(old), ended(new));
    Ok(())
}

fn check(old: &str, edit: &Edit) -> Result<(), TestCaseError> {
    let new = String::from_utf8(edit.bytes.clone()).unwrap();
    if edit.changes.is_empty() {
        prop_assert_eq!(&new, old);
        return Ok(());
    }
    let (old_names, old_map) = map(old).unwrap();
    let (new_names, new_map) = map(&new).unwrap();
    prop_assert_eq!(&new_names[..old_names.len()], &old_names[..]);
    let bare = format!("{old}\n[profile bare-one]\n");
    let inherited = map(&bare).and_then(|(_, mut map)| map.remove("profile bare-one"));
    let expected = changed(&old_map, edit, &inherited.unwrap_or_default());
    prop_assert_eq!(new_map, expected, "{:?} became {:?}", old, new);
    same_bytes(old, &new, edit)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn a_profile_is_added_and_nothing_else_changes(config in lines()) {
        let wish = NewProfile {
            session: "new".to_owned(),
            start_url: Some("https://new.awsapps.com/start".to_owned()),
            sso_region: Some("us-west-2".to_owned()),
            profile: Some("new".to_owned()),
            account: Some("000000000001".to_owned()),
            role: Some("Role".to_owned()),
            ..NewProfile::default()
        };
        match plan_add(file(&config), file(""), &wish) {
            Ok(edit) => check(&config, &edit)?,
            // What it would inherit contradicts its session.
            Err(error) if error.code == Code::ProfileInvalid => prop_assert!(config.contains("[DEFAULT]")),
            Err(error) => prop_assert_eq!(error.code, Code::AwsConfigInvalid, "{}", error.message),
        }
    }

    #[test]
    fn an_upgrade_changes_what_it_says_and_nothing_else(config in lines(), target in 0..6_usize) {
        let (profile, session) = [("a", ""), ("b", ""), ("default", ""), ("", "s"), ("", "t"), ("a", "mine")][target];
        match upgrade(&config, profile, session, target % 2 == 0) {
            Ok(edit) => check(&config, &edit)?,
            Err(error) => prop_assert_ne!(error.code, Code::Internal, "{:?}", config),
        }
    }
}
