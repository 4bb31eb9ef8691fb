use serde_json::{Map, Value as Json};

use super::*;
use crate::aws::facts::{facts, latin1};

fn parse(config: Option<&str>, credentials: Option<&str>) -> Result<AwsFiles> {
    let file = |name: &str, text: Option<&str>| AwsFile {
        path: PathBuf::from(name),
        bytes: text.map(|text| text.as_bytes().to_vec()),
    };
    AwsFiles::parse(
        file("/h/config", config),
        file("/h/credentials", credentials),
    )
}

/// Entries as JSON, the later sections' over the earlier ones', secrets as in `botocore` where they are secret here.
fn json(sections: &[Option<&Section>], botocore: &Json) -> Json {
    let mut out = Map::new();
    for entry in sections
        .iter()
        .flatten()
        .flat_map(|section| section.entries())
    {
        let value = match &entry.value {
            Value::Text(text) => text.as_str().into(),
            Value::Nested(pairs) => pairs
                .iter()
                .map(|(key, value)| (key.clone(), value.clone().into()))
                .collect::<Map<_, _>>()
                .into(),
            Value::Secret => botocore[&entry.key].clone(),
        };
        out.insert(entry.key.clone(), value);
    }
    out.into()
}

#[test]
fn the_facts_are_read_as_botocore_reads_them() {
    for fact in facts() {
        let expected = &fact["botocore"];
        let file = |name: &str| AwsFile {
            path: PathBuf::from(name),
            bytes: latin1(&fact[name]),
        };
        let name = &fact["name"];
        let files = match AwsFiles::parse(file("config"), file("credentials")) {
            Ok(files) => files,
            Err(error) => {
                assert_eq!(error.code, Code::AwsConfigInvalid);
                assert!(!expected["error"].is_null(), "{name}: {error}");
                continue;
            }
        };
        assert!(expected["error"].is_null(), "{name}: accepted");
        let names: Vec<&str> = files.profiles.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(Json::from(names), expected["profiles"], "{name}");
        for profile in &files.profiles {
            let expected = &expected["values"][&profile.name];
            let sections = [profile.config.as_ref(), profile.credentials.as_ref()];
            assert_eq!(json(&sections, expected), *expected, "{name}");
        }
        let sessions: Map<String, Json> = files
            .sso_sessions
            .iter()
            .map(|session| {
                (
                    session.name.clone(),
                    json(&[Some(&session.section)], &Json::Null),
                )
            })
            .collect();
        assert_eq!(Json::from(sessions), expected["sso_sessions"], "{name}");
    }
}

#[test]
fn the_credentials_file_wins_key_by_key() {
    let files = parse(
        Some("[profile a]\nregion = r1\noutput = json\ns3 =\n  x = y\n"),
        Some("[a]\nregion = r2\noutput =\n  k = v\ns3 = text\n"),
    );
    let files = files.unwrap();
    let profile = files.find_profile("a").unwrap();
    assert_eq!(profile.region(), Some("r2"));
    assert_eq!(profile.text("output"), None);
    assert!(profile.has("output"));
    assert_eq!(profile.text("s3"), Some("text"));
    assert!(!profile.has("Region"));
    let sections = (profile.config.as_ref(), profile.credentials.as_ref());
    assert_eq!(sections.0.map(|section| section.line), Some(1));
    assert_eq!(
        sections.1.and_then(|section| section.text("region")),
        Some("r2")
    );
}

#[test]
fn no_secret_is_kept() {
    let files = parse(
        Some(
            "[default]\nAws_Secret_Access_Key = s3cret\nregion = r\n  aws_session_token =\n  s3cret\nx =\n  aws_security_token = s3cret\n  y = z\n",
        ),
        Some("[DEFAULT]\naws_session_token = s3cret\n[default]\n\"aws_security_token\" = s3cret\n"),
    );
    let files = files.unwrap();
    let profile = &files.profiles[0];
    for key in ["aws_secret_access_key", "aws_session_token"] {
        assert!(profile.has(key), "{key}");
        assert_eq!(profile.text(key), None, "{key}");
    }
    assert_eq!(profile.region(), Some("r\n…"));
    for section in [&profile.config, &profile.credentials]
        .into_iter()
        .flatten()
    {
        for entry in section.entries() {
            let texts = match &entry.value {
                Value::Text(text) => vec![text.as_str()],
                Value::Nested(pairs) => pairs.iter().map(|(_, value)| value.as_str()).collect(),
                Value::Secret => Vec::new(),
            };
            assert!(
                texts.iter().all(|text| !text.contains("s3cret")),
                "{}",
                entry.key
            );
        }
    }
}

#[test]
fn a_rejected_file_is_named_with_line_and_cause() {
    let config = "[profile dev]\nregion = a\nregion = b\n";
    let error = parse(Some(config), None).err().unwrap();
    assert_eq!(error.code, Code::AwsConfigInvalid);
    assert_eq!(
        error.message,
        "aws cannot read the config file, line 3: the key `region` is given twice in [profile dev] (first on line 2)"
    );
    assert_eq!(
        error.suggestion.as_deref(),
        Some("in /h/config, line 3: delete line 2 or line 3")
    );
    let at = error.at.clone().unwrap();
    assert_eq!((at.path, at.line), (PathBuf::from("/h/config"), Some(3)));
    let error = parse(Some("[default]\n"), Some("x")).err().unwrap();
    assert_eq!(
        error.at.clone().unwrap().path,
        PathBuf::from("/h/credentials")
    );
}

#[test]
fn an_unknown_profile_is_answered_with_the_nearest() {
    let files = parse(
        Some("[profile dev]\n[profile Prod]\n[profile \"my dev\"]\n"),
        None,
    )
    .unwrap();
    assert_eq!(files.require_profile("dev").unwrap().name, "dev");
    let suggestion = |files: &AwsFiles, name: &str| {
        let error = files.require_profile(name).err().unwrap();
        assert_eq!(error.code, Code::ProfileNotFound);
        error.suggestion.clone().unwrap()
    };
    let cases = [
        ("dve", "did you mean `dev`? Pass --profile dev"),
        ("prod", "did you mean `Prod`? Pass --profile Prod"),
        ("my-dev", "did you mean `my dev`? Pass --profile 'my dev'"),
        (
            "else",
            "choose one of dev, Prod, 'my dev', or add one: claude-bedrock setup",
        ),
    ];
    for (name, expected) in cases {
        assert_eq!(suggestion(&files, name), expected);
    }
    let none = parse(None, None).unwrap();
    assert_eq!(
        suggestion(&none, "o'b"),
        "there is no profile yet; add one: claude-bedrock setup"
    );
}

#[test]
fn what_is_no_readable_file_is_absent() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().to_str().unwrap();
    for path in ["", folder, "/nonexistent/config"] {
        let vars = [("AWS_CONFIG_FILE", path)];
        let files = AwsFiles::load(&Env::for_test(home.path(), &vars)).unwrap();
        assert!(files.config.bytes.is_none() && files.profiles.is_empty());
    }
}
