use super::*;

fn parse(text: &str) -> ModelId<'_> {
    ModelId::parse(text).unwrap_or_else(|| panic!("{text} is not read"))
}

#[test]
fn every_id_of_the_api_is_read() {
    let text = include_str!("../../../../fixtures/bedrock-claude-profiles.json");
    let all: serde_json::Value = serde_json::from_str(text).unwrap();
    let mut seen = 0;
    for (model, facts) in all["models"].as_object().unwrap() {
        for id in facts["ids"].as_array().unwrap() {
            let id = id.as_str().unwrap();
            let read = parse(id);
            let geography = id.strip_suffix(model.as_str()).unwrap().strip_suffix('.');
            assert_eq!(read.geography, geography, "{id}");
            assert!(names_bedrock_model(id), "{id}");
            // The numbers of the name, read from the id in another way than the grammar does.
            let numbers: Vec<&str> = model
                .split(['-', ':', '.'])
                .filter(|word| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()))
                .filter(|_| !model.contains("mulberry"))
                .collect();
            let major = numbers.first().map_or(0, |n| n.parse().unwrap());
            assert_eq!(read.version.major, major, "{id}");
            seen += 1;
        }
    }
    assert!(seen > 70, "{seen}");
}

#[test]
fn ids_have_a_geography_a_name_and_a_date() {
    let rows = [
        (
            "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
            "us",
            "Sonnet 3.5",
            20_241_022,
            2,
        ),
        (
            "anthropic.claude-3-haiku-20240307-v1:0",
            "",
            "Haiku 3",
            20_240_307,
            1,
        ),
        (
            "us.anthropic.claude-3-5-haiku-20241022-v1:0",
            "us",
            "Haiku 3.5",
            20_241_022,
            1,
        ),
        (
            "us.anthropic.claude-3-5-sonnet-v2",
            "us",
            "Sonnet 3.5",
            0,
            2,
        ),
        ("us.anthropic.claude-3-7-sonnet", "us", "Sonnet 3.7", 0, 0),
        (
            "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "us-gov",
            "Sonnet 4.5",
            20_250_929,
            1,
        ),
        (
            "us.anthropic.claude-sonnet-4-20250514-v1:0",
            "us",
            "Sonnet 4",
            20_250_514,
            1,
        ),
        (
            "global.anthropic.claude-opus-4-6-v1",
            "global",
            "Opus 4.6",
            0,
            1,
        ),
        ("eu.anthropic.claude-opus-5-5", "eu", "Opus 5.5", 0, 0),
        ("jp.anthropic.claude-opus-5", "jp", "Opus 5", 0, 0),
        ("us.anthropic.claude-fable-5-2", "us", "Fable 5.2", 0, 0),
        ("us.anthropic.claude-mythos-5", "us", "Mythos 5", 0, 0),
        (
            "anthropic.claude-3-sonnet-20240229-v1:0:28k",
            "",
            "Sonnet 3",
            20_240_229,
            1,
        ),
        (
            "anthropic.claude-mulberry-trn2-208k-20251001",
            "",
            "Mulberry trn2-208k",
            20_251_001,
            0,
        ),
        (
            "eusc.anthropic.claude-opus-12-10",
            "eusc",
            "Opus 12.10",
            0,
            0,
        ),
        (" us.anthropic.claude-opus-5-5 ", "us", "Opus 5.5", 0, 0),
    ];
    for (text, geography, name, date, revision) in rows {
        let id = parse(text);
        assert_eq!(id.geography.unwrap_or(""), geography, "{text}");
        assert_eq!(id.to_string(), name, "{text}");
        assert_eq!(
            (id.version.date, id.version.revision),
            (date, revision),
            "{text}"
        );
        assert!(!id.one_m && id.arn.is_none(), "{text}");
    }
}

#[test]
fn the_million_token_mark_is_no_part_of_the_id() {
    for text in [
        "us.anthropic.claude-opus-4-6-v1[1m]",
        "us.anthropic.claude-opus-4-6-v1[1M]",
    ] {
        let id = parse(text);
        assert!(id.one_m);
        assert_eq!(id.text, "us.anthropic.claude-opus-4-6-v1");
    }
}

#[test]
fn arns_are_read() {
    let system = parse(
        "arn:aws:bedrock:us-west-2:111122223333:inference-profile/global.anthropic.claude-opus-4-5-20251101-v1:0[1m]",
    );
    assert_eq!(
        (system.geography, system.to_string().as_str()),
        (Some("global"), "Opus 4.5")
    );
    assert_eq!(
        system.bare(),
        "global.anthropic.claude-opus-4-5-20251101-v1:0"
    );
    assert_eq!(system.arn.unwrap().region, "us-west-2");
    assert_eq!(system.arn.unwrap().account, "111122223333");
    assert!(system.one_m);

    let own = parse(
        "arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:application-inference-profile/abcd1234",
    );
    assert_eq!((own.family, own.geography), (Family::Unknown, None));
    assert_eq!(own.to_string(), "application profile");

    let foundation = parse("arn:aws:bedrock:::foundation-model/anthropic.claude-opus-4-8");
    assert_eq!(foundation.to_string(), "Opus 4.8");
}

#[test]
fn what_is_no_claude_model_on_bedrock_is_not_read() {
    for text in [
        "",
        "opus",
        "default",
        "sonnet[1m]",
        "claude-opus-4-5",
        "claude-opus-4-5-20251101",
        "us.amazon.nova-pro-v1:0",
        "anthropic.claude-",
        "anthropic.claude-4-5",
        "anthropic.",
        "US.anthropic.claude-opus-5",
        "us.ANTHROPIC.claude-opus-5",
        "us.anthropic.claude-Opus-5",
        "toolong.anthropic.claude-opus-5",
        "us-.anthropic.claude-opus-5",
        "u.anthropic.claude-opus-5",
        "us.anthropic.claude-opus-5 x",
        "us.anthropic.claude-opus-5\n\"",
        ".anthropic.claude-opus-5",
        "arn:aws:bedrock:us-west-2:111122223333:inference-profile/us.amazon.nova-pro-v1:0",
        "arn:aws:s3:::bucket/key",
        "arn:aws:bedrock:us-west-2:1:application-inference-profile/a",
        "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/",
        "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/a b",
        "arn:aws:bedrock:us-west-2:111122223333:guardrail/abc",
        "arn:",
        "arn:::::/",
    ] {
        assert_eq!(ModelId::parse(text), None, "{text}");
    }
}

#[test]
fn versions_compare_as_numbers() {
    let newest_first = [
        "anthropic.claude-opus-10",
        "anthropic.claude-opus-5-10",
        "anthropic.claude-opus-5-5",
        "anthropic.claude-opus-5",
        "anthropic.claude-opus-4-8",
        "anthropic.claude-opus-4-6-v1",
        "anthropic.claude-opus-4-5-20251101-v1:0",
        "anthropic.claude-opus-4-1-20250805-v1:0",
        "anthropic.claude-opus-4-20250514-v1:0",
        "anthropic.claude-3-7-sonnet-20250219-v1:0",
        "anthropic.claude-3-5-sonnet-20241022-v2:0",
        "anthropic.claude-3-5-sonnet-20240620-v1:0",
        "anthropic.claude-3-sonnet-20240229-v1:0",
    ];
    for pair in newest_first.windows(2) {
        assert!(parse(pair[0]).version > parse(pair[1]).version, "{pair:?}");
    }
}

/// Defect 17: only `us|eu|ap|global` ids with a colon were recognised, so reset left the rest behind.
#[test]
fn defect_17_a_bedrock_id_is_known_in_every_spelling() {
    for text in [
        "us.anthropic.claude-opus-4-6-v1",
        "us.anthropic.claude-sonnet-4-6",
        "us.anthropic.claude-opus-4-8",
        "apac.anthropic.claude-sonnet-4-20250514-v1:0",
        "jp.anthropic.claude-opus-5-5[1m]",
        "us-gov.anthropic.claude-opus-5",
        "anthropic.claude-opus-4-8",
        "us.amazon.nova-pro-v1:0",
        "eu.mistral.pixtral-large-2502-v1:0",
        "anthropic.claude-v2:1",
        "au.anthropic.claude-mythos-5",
        "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abcd1234[1m]",
        "arn:aws:bedrock:us-west-2:111122223333:inference-profile/us.amazon.nova-pro-v1:0",
        "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-opus-4-8",
        "arn:aws:bedrock:us-west-2:111122223333:default-prompt-router/anthropic.claude:1",
    ] {
        assert!(names_bedrock_model(text), "{text}");
    }
    for text in [
        "",
        "opus",
        "sonnet[1m]",
        "opusplan",
        "default",
        "claude-opus-4-5",
        "claude-opus-4-5-20251101",
        "claude-sonnet-4-6[1m]",
        "gpt-4.1",
        "openai/gpt-4.1",
        "my.model",
        "anthropic",
        "anthropic.",
        "anthropic/claude-opus-4.5",
        "claude-opus-4-5@20251101",
        "arn:aws:s3:::bucket/key",
    ] {
        assert!(!names_bedrock_model(text), "{text}");
    }
}
