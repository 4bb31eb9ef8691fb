use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::*;
use crate::aws::facts::{facts, latin1};

const SECRETS: [&str; 2] = ["aws_secret_access_key", "aws_session_token"];

fn view(config: &str, credentials: &str) -> ClaudeView {
    ClaudeView::parse(Some(config.as_bytes()), Some(credentials.as_bytes()))
}

#[test]
fn the_facts_are_read_as_the_sdk_reads_them() {
    for fact in facts() {
        let name = &fact["name"];
        let [config, credentials] = ["config", "credentials"].map(|file| latin1(&fact[file]));
        let view = ClaudeView::parse(config.as_deref(), credentials.as_deref());
        let mut names: Vec<&str> = view
            .profile_names()
            .filter(|name| !name.starts_with("sso-session.") && !name.starts_with("services."))
            .collect();
        names.sort_unstable();
        let mut expected: Vec<&str> = fact["js_sdk"]["profiles"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Json::as_str)
            .collect();
        expected.sort_unstable();
        assert_eq!(names, expected, "{name}");
        for profile in names {
            let expected = fact["js_sdk"]["values"][profile].as_object().unwrap();
            let seen = view.find_profile(profile).unwrap();
            for (key, value) in expected {
                let value = value.as_str().filter(|_| !SECRETS.contains(&key.as_str()));
                assert!(seen.has(key), "{name} {key}");
                assert_eq!(seen.text(key), value, "{name} {key}");
            }
            let keys: BTreeSet<&str> = seen.entries().map(|(key, _)| key).collect();
            assert_eq!(keys.len(), expected.len(), "{name}: {keys:?}");
        }
    }
}

#[test]
fn what_claude_code_cannot_load_has_a_reason() {
    let cases = [
        ("[profile \"a b\"]\nk=v\n", "", "a b", "NAME_HAS_SPACE"),
        ("[profile é]\nk=v\n", "", "é", "NAME_NOT_ASCII"),
        ("[profile a,b]\nk=v\n", "", "a,b", "NAME_HAS_SYMBOL"),
        ("[profile '']\nk=v\n", "", "", "NAME_EMPTY"),
        (
            "[profile constructor]\nk=v\n",
            "",
            "constructor",
            "NAME_RESERVED",
        ),
        ("", "[toString]\nk=v\n", "toString", "NAME_RESERVED"),
        ("[profile a\"b\"]\nk=v\n", "", "ab", "HEADER_QUOTED"),
        ("[profiles a]\nk=v\n", "", "a", "HEADER_SPELLING"),
        ("[profile  a]\nk=v\n", "", "a", "HEADER_SPELLING"),
        ("[profile a]x\nk=v\n", "", "a", "HEADER_TRAILING"),
        ("[profile a];x\nk=v\n", "", "a", "HEADER_TRAILING"),
        ("[profile a]\rk=v\r", "", "a", "LINE_ENDINGS"),
        ("[profile a]\nk:v\n", "", "a", "NO_KEYS"),
        ("[default]\nk =\n", "", "default", "NO_KEYS"),
        (
            "[profile a]\nk=v\n[profile __proto__]\nk=v\n",
            "",
            "a",
            "FILE_DROPPED",
        ),
        ("", "[a b]\nk=v\n", "a b", "NAME_HAS_SPACE"),
        ("", "[profile a]\nk=v\n", "profile a", "HEADER_SPELLING"),
        ("", "[a]\n", "a", "NO_KEYS"),
        ("", "[a] x\nk=v\n", "a", "HEADER_TRAILING"),
        ("", "[a #b]\nk=v\n", "a #b", "HEADER_TRAILING"),
    ];
    for (config, credentials, name, code) in cases {
        let reason = reason(config, credentials, name);
        let reason = reason.map(|reason| reason.code);
        assert_eq!(reason, Some(code), "{config}{credentials}");
    }
}

#[test]
fn what_claude_code_can_load_has_none() {
    let cases = [
        ("[default]\nk=v\n", "", "default"),
        ("[profile default]\nk=v\n", "", "default"),
        ("", "[it's]\nk=v\n", "it's"),
        ("[profile a@b/c:1]\nk=v\n", "", "a@b/c:1"),
        ("[profile\t'a'] # c\nk=v\n", "", "a"),
        (
            "[profile \"a b\"]\n",
            "[three word name]\nk=v\n",
            "three word name",
        ),
        ("[profile é]\n", "[é]\nk=v\n", "é"),
    ];
    for (config, credentials, name) in cases {
        assert_eq!(
            reason(config, credentials, name),
            None,
            "{config}{credentials}"
        );
    }
}

fn reason(config: &str, credentials: &str, name: &str) -> Option<Unreadable> {
    let file = |text: &str| AwsFile {
        path: PathBuf::new(),
        bytes: Some(text.as_bytes().to_vec()),
    };
    let files = AwsFiles::parse(file(config), file(credentials)).unwrap();
    let view = view(config, credentials);
    let reason = view.unreadable_reason(files.find_profile(name).unwrap());
    assert_eq!(reason.is_none(), view.find_profile(name).is_some());
    reason
}

#[test]
fn the_region_is_the_one_that_claude_code_takes() {
    let cases = [
        ("region = us-east-1 # prod", "", Some("us-east-1")),
        ("  region = us-east-1", "", Some("us-east-1")),
        ("output = json\n  region = us-east-1", "", Some("us-east-1")),
        ("Region = us-east-1\nk=v", "", None),
        ("region: us-east-1\nk=v", "", None),
        ("region =\nk=v", "", None),
        ("region = a\nregion = b", "", Some("b")),
        ("region = r1", "region = r2", Some("r2")),
        ("region = r1", "region = us_east_1", Some("r1")),
        ("region = us east 1", "", None),
        ("region = EU-WEST-1", "", Some("EU-WEST-1")),
        ("sso_region = r", "", None),
    ];
    for (config, credentials, region) in cases {
        let view = view(
            &format!("[profile a]\n{config}\n"),
            &format!("[a]\n{credentials}\n"),
        );
        assert_eq!(view.region("a"), region, "{config} {credentials}");
    }
}

#[test]
fn no_secret_is_kept() {
    let view = view(
        "[default]\nx =\n  AWS_SECRET_ACCESS_KEY = s3cret\n",
        "[default]\naws_session_token = s3cret\n",
    );
    let profile = view.find_profile("default").unwrap();
    for key in ["x.AWS_SECRET_ACCESS_KEY", "aws_session_token"] {
        assert!(profile.has(key), "{key}");
        assert_eq!(profile.text(key), None, "{key}");
    }
}

#[test]
fn the_files_are_where_the_sdk_looks() {
    let home = tempfile::tempdir().unwrap();
    let at = |vars: &[(&str, &str)]| {
        let env = Env::for_test(home.path(), vars);
        locate(&env, "AWS_CONFIG_FILE", "config")
    };
    let default = home.path().join(".aws/config");
    assert_eq!(at(&[]), default);
    assert_eq!(at(&[("AWS_CONFIG_FILE", "")]), default);
    assert_eq!(at(&[("AWS_CONFIG_FILE", "~/x")]), home.path().join("x"));
    assert_eq!(
        at(&[("AWS_CONFIG_FILE", "$HOME/x")]),
        home.path().join("$HOME/x")
    );
}
