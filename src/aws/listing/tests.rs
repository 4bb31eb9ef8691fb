use super::*;

fn one(entry: &str) -> Vec<u8> {
    format!("{{\"inferenceProfileSummaries\": [{entry}]}}\n").into_bytes()
}

#[test]
fn a_listing_is_read() {
    let text = one(r#"
        {"inferenceProfileName": "US Anthropic Claude Opus 4.5", "createdAt": "2025-11-24T00:00:00+00:00",
         "inferenceProfileArn": "arn:aws:bedrock:us-west-2:111122223333:inference-profile/us.anthropic.claude-opus-4-5-20251101-v1:0",
         "models": [{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-5-20251101-v1:0"},
                    {"modelArn": "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-opus-4-5-20251101-v1:0"}],
         "inferenceProfileId": "us.anthropic.claude-opus-4-5-20251101-v1:0", "status": "ACTIVE", "type": "SYSTEM_DEFINED"},
        {"inferenceProfileName": "costs", "models": [{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5"}],
         "inferenceProfileArn": "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abc123",
         "inferenceProfileId": "abc123", "status": "ACTIVE", "type": "APPLICATION"},
        {"inferenceProfileId": "us.anthropic.claude-gone", "status": "DELETED"}"#);
    let got = parse(&text).unwrap().profiles;
    assert_eq!(got.len(), 2);
    assert_eq!(got[0].id, "us.anthropic.claude-opus-4-5-20251101-v1:0");
    assert_eq!(got[0].name.as_deref(), Some("US Anthropic Claude Opus 4.5"));
    assert_eq!(
        got[0].model_id.as_deref(),
        Some("anthropic.claude-opus-4-5-20251101-v1:0")
    );
    assert_eq!(got[0].kind, Kind::SystemDefined);
    assert_eq!(got[1].kind, Kind::Application);
    assert!(got.iter().all(InferenceProfile::is_claude));
}

/// Defect 43 (scenarios c047, c048): a missing name was an uncaught TypeError.
#[test]
fn defect_43_members_may_be_missing() {
    let bare = parse(&one(
        r#"{"inferenceProfileId": "global.anthropic.claude-opus-5"}"#,
    ))
    .unwrap()
    .profiles;
    assert_eq!(
        (&bare[0].name, &bare[0].model_id, &bare[0].arn),
        (&None, &None, &None)
    );
    assert!(bare[0].is_claude());
    let nova = r#"{"inferenceProfileName": null, "models": [], "inferenceProfileId": "us.amazon.nova-pro-v1:0"}"#;
    assert!(!parse(&one(nova)).unwrap().profiles[0].is_claude());
    let by_arn = r#"{"inferenceProfileArn": "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abc"}, {}"#;
    let got = parse(&one(by_arn)).unwrap().profiles;
    assert_eq!(
        (got.len(), got[0].id.as_str(), got[0].kind),
        (1, "abc", Kind::Application)
    );
    let none = parse(b"{\"inferenceProfileSummaries\": []}").unwrap();
    assert_eq!(none.profiles, []);
}

#[test]
fn the_model_decides_what_is_claude_not_the_name() {
    let rows = [
        (
            "abc",
            "claude-costs",
            Some("amazon.nova-pro-v1:0"),
            Kind::Application,
            false,
        ),
        (
            "abc",
            "team",
            Some("anthropic.claude-opus-5"),
            Kind::Application,
            true,
        ),
        ("abc", "Claude costs", None, Kind::Application, true),
        ("abc", "costs", None, Kind::Application, false),
        (
            "us.amazon.nova-pro-v1:0",
            "Claude?",
            None,
            Kind::SystemDefined,
            false,
        ),
        (
            "eu.anthropic.claude-mythos-5",
            "",
            None,
            Kind::SystemDefined,
            true,
        ),
    ];
    for (id, name, model, kind, expected) in rows {
        let profile = InferenceProfile {
            id: id.to_owned(),
            name: Some(name.to_owned()),
            arn: None,
            model_id: model.map(str::to_owned),
            kind,
        };
        assert_eq!(profile.is_claude(), expected, "{profile:?}");
    }
}

/// One odd entry once voided the whole listing.
#[test]
fn odd_entries_are_left_out_and_counted() {
    let good = r#"{"inferenceProfileId": "us.anthropic.claude-opus-5"}"#;
    for (odd, skipped, kept) in [
        ("7", 1, 1),
        ("null", 1, 1),
        ("{}", 1, 1),
        (r#"{"inferenceProfileId": 5}"#, 1, 1),
        (
            r#"{"inferenceProfileId": "x", "inferenceProfileName": 5}"#,
            1,
            1,
        ),
        (
            r#"{"inferenceProfileId": "x", "models": [{"modelArn": 5}]}"#,
            1,
            1,
        ),
        // What may be missing may be null.
        (
            r#"{"inferenceProfileId": "x", "inferenceProfileName": null, "models": null}"#,
            0,
            2,
        ),
    ] {
        let parsed = parse(&one(&format!("{odd}, {good}"))).unwrap();
        assert_eq!(
            (parsed.skipped, parsed.profiles.len()),
            (skipped, kept),
            "{odd}"
        );
    }
}

#[test]
fn output_that_is_no_listing_has_a_code() {
    let rows: &[(&[u8], &str)] = &[
        (b"", "printed nothing"),
        (b" \r\n", "printed nothing"),
        (
            b"<html><body>Log in to the network</body></html>",
            "not JSON",
        ),
        (b"{\"inferenceProfileSummaries\": [\n", "breaks off"),
        (b"null\n", "is no listing"),
        (b"[]", "is no listing"),
        (b"{}", "is no listing"),
        (b"{\"inferenceProfileSummaries\": null}", "is no listing"),
        (b"{\"inferenceProfileSummaries\": \"x\"}", "is no listing"),
        (
            b"{\"inferenceProfileSummaries\": [1]}",
            "without a single profile",
        ),
        (
            b"{\"inferenceProfileSummaries\": [{\"inferenceProfileId\": 5}]}",
            "without a single profile",
        ),
        (
            b"{\"inferenceProfileSummaries\": [{}, {\"status\": \"LEGACY\"}]}",
            "without a single profile",
        ),
        (b"{\"inferenceProfileSummaries\": []} trailing", "not JSON"),
        (
            b"{\"inferenceProfileSummaries\": [{\"inferenceProfileId\": \"\xff\"}]}",
            "not UTF-8",
        ),
    ];
    for (stdout, part) in rows {
        let error = parse(stdout).unwrap_err();
        assert_eq!(error.code, Code::AwsCliOutputInvalid);
        assert!(error.message.contains(part), "{part}: {error}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(
        parse(deep.as_bytes()).unwrap_err().code,
        Code::AwsCliOutputInvalid
    );
}

/// Defect 43, second half (scenario c057): more than 1 MiB of output was "no access".
#[test]
fn defect_43_ten_megabytes_are_read() {
    let entry = format!(
        r#"{{"inferenceProfileId": "us.anthropic.claude-opus-5", "description": "{}"}}"#,
        "x".repeat(1000)
    );
    let text = one(&vec![entry; 10_000].join(","));
    assert!(text.len() > 10_000_000);
    assert_eq!(parse(&text).unwrap().profiles.len(), 10_000);
}
