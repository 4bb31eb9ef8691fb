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

/// `aws` and Claude Code load the same profile, and sign as somebody else, or one of them not at all.
#[test]
fn differing_credentials_are_told() {
    const SSO: &str = "sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Dev\n";
    const CORP: &str = "[sso-session corp]\nsso_start_url = https://x\nsso_region = us-east-1\n";
    const KEYS: &str = "aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secretEXAMPLE\n";
    let role = |source: &str| {
        format!(
            "[profile p]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = {source}\n"
        )
    };
    let table = [
        (format!("[profile p]\n{SSO}{CORP}"), String::new(), None),
        (
            format!("[profile p]\n{SSO}{CORP}"),
            format!("[p]\n{KEYS}"),
            Some("KEYS_HIDE_SSO"),
        ),
        (
            format!(
                "[profile p]\n{SSO}{}",
                CORP.replace("sso-session corp", "sso-session \"my corp\"")
            )
            .replace("= corp", "= my corp"),
            String::new(),
            Some("SSO_SESSION_UNREADABLE"),
        ),
        (
            format!(
                "[profile p]\n{SSO}{}",
                CORP.replace("sso_region", "SSO_Region")
            ),
            String::new(),
            Some("SSO_SESSION_UNREADABLE"),
        ),
        (
            format!("[profile p]\n{}{CORP}", SSO.replace("sso", "SSO")),
            String::new(),
            Some("CREDENTIALS_UNREADABLE"),
        ),
        (
            format!("[profile p]\nregion = r\n[DEFAULT]\n{SSO}{CORP}"),
            String::new(),
            Some("CREDENTIALS_UNREADABLE"),
        ),
        (format!("[profile p]\n{KEYS}"), String::new(), None),
        (
            format!("[profile p]\n{}", KEYS.replace('=', ":")),
            String::new(),
            None,
        ),
        ("[profile p]\nregion = r\n".to_owned(), String::new(), None),
        (
            format!("{}[profile base]\n{KEYS}", role("base")),
            String::new(),
            None,
        ),
        (
            format!("{}[profile \"my base\"]\n{KEYS}", role("my base")),
            String::new(),
            Some("SOURCE_UNREADABLE"),
        ),
        (
            format!("{}[profile base]\n{SSO}{CORP}", role("base")),
            format!("[base]\n{KEYS}"),
            Some("KEYS_HIDE_SSO"),
        ),
        (
            format!(
                "{}[profile base]\n{SSO}{CORP}",
                role("base").replace("source_profile", "Source_Profile")
            ),
            String::new(),
            Some("CREDENTIALS_UNREADABLE"),
        ),
        // Each key of the kind that is used.
        (
            "[default]\n".to_owned(),
            format!("[p]\n{}", KEYS.replace("key = ", "key: ")),
            Some("CREDENTIALS_UNREADABLE"),
        ),
        (
            format!("[profile p]\n{}{CORP}", SSO.replace("sso_role", "Sso_Role")),
            String::new(),
            Some("CREDENTIALS_UNREADABLE"),
        ),
        (
            format!(
                "[DEFAULT]\nsso_region = r\n[profile p]\nsso_start_url = u\n{}",
                SSO.replace("sso_session = corp\n", "")
            ),
            String::new(),
            Some("CREDENTIALS_UNREADABLE"),
        ),
        (
            "[profile p]\nweb_identity_token_file = /t\nROLE_ARN = r\n".to_owned(),
            String::new(),
            Some("CREDENTIALS_UNREADABLE"),
        ),
        (
            format!("[profile p]\n{KEYS}aws_security_token = EXAMPLE\n"),
            String::new(),
            Some("CREDENTIALS_UNREADABLE"),
        ),
        (
            format!("[profile p]\n{KEYS}aws_security_token = E\naws_session_token = E\n"),
            String::new(),
            None,
        ),
        (
            format!("{}{KEYS}aws_session_token: EXAMPLE\n", role("p")),
            String::new(),
            Some("CREDENTIALS_UNREADABLE"),
        ),
        (format!("{}{KEYS}", role("p")), String::new(), None),
        // Neither of the two can sign with an empty one.
        (
            format!("[profile p]\n{CORP}{SSO}").replace("= Dev", "="),
            String::new(),
            None,
        ),
        // A value that is not the same for both.
        (
            format!("[profile p]\n{SSO}{CORP}").replace("= Dev", "= Dev ; admin"),
            String::new(),
            Some("VALUE_DIFFERS"),
        ),
        (
            format!("[profile p]\n{SSO}{CORP}").replace("https://x", "https://x # corp"),
            String::new(),
            Some("VALUE_DIFFERS"),
        ),
        (
            "[profile p]\ncredential_process = /bin/x --y # z\n".to_owned(),
            String::new(),
            Some("VALUE_DIFFERS"),
        ),
        // The two readers' orders differ.
        (
            format!("[profile p]\n{KEYS}credential_process = /bin/x\n"),
            String::new(),
            Some("CREDENTIALS_DIFFER"),
        ),
        (
            "[profile p]\ncredential_process = /bin/x\n".to_owned(),
            format!("[p]\n{KEYS}"),
            None,
        ),
        (
            format!("[profile p]\nrole_arn = r\nweb_identity_token_file = /t\n{KEYS}"),
            String::new(),
            Some("CREDENTIALS_DIFFER"),
        ),
        (
            format!(
                "{}[profile base]\n{KEYS}[profile \"p\"]\n{KEYS}",
                role("base")
            ),
            String::new(),
            Some("CREDENTIALS_DIFFER"),
        ),
        (
            format!("[profile p]\nlogin_session = s\nsso_session = corp\n{CORP}"),
            String::new(),
            Some("CREDENTIALS_DIFFER"),
        ),
        (
            format!("[profile p]\n{SSO}{CORP}").replace("[sso-session", "[sso-session-x"),
            String::new(),
            Some("SSO_SESSION_UNREADABLE"),
        ),
        // A loop, and a source that nobody can find, are told by the verdict on the credentials.
        (role("p"), String::new(), None),
        (role("gone"), String::new(), None),
    ];
    for (config, credentials, expected) in table {
        let home = tempfile::tempdir().unwrap();
        for (name, text) in [("config", &config), ("credentials", &credentials)] {
            let path = home.path().join(".aws").join(name);
            crate::file::write(&path, text.as_bytes(), 0o600).unwrap();
        }
        let files = AwsFiles::load(&Env::for_test(home.path(), &[])).unwrap();
        let found = view(&config, &credentials)
            .differing_credentials(files.find_profile("p").unwrap(), &files);
        assert_eq!(
            found.map(|found| found.code),
            expected,
            "{config}{credentials}"
        );
    }
}
