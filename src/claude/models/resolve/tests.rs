use super::super::tests::listing;
use super::*;

/// What the recorded scenarios list in us-west-2.
const OREGON: &[&str] = &[
    "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    "us.anthropic.claude-opus-4-5-20251101-v1:0",
    "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "global.anthropic.claude-haiku-4-5-20251001-v1:0",
    "global.anthropic.claude-opus-4-5-20251101-v1:0",
    "us.amazon.nova-pro-v1:0",
    "us.meta.llama3-3-70b-instruct-v1:0",
];

/// A European listing of a later day.
const FRANKFURT: &[&str] = &[
    "eu.anthropic.claude-opus-4-6-v1",
    "eu.anthropic.claude-opus-5",
    "eu.anthropic.claude-sonnet-4-6",
    "eu.anthropic.claude-sonnet-5-5",
    "global.anthropic.claude-opus-4-6-v1",
    "global.anthropic.claude-opus-5",
    "global.anthropic.claude-opus-5-5",
    "global.anthropic.claude-sonnet-5-5",
    "global.anthropic.claude-fable-5-1",
    "global.anthropic.claude-haiku-5-5",
];

/// One release of two dates.
const TWO_DATES: &[&str] = &[
    "us.anthropic.claude-3-5-sonnet-20240620-v1:0",
    "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
    "apac.anthropic.claude-3-5-sonnet-20240620-v1:0",
];

const APPLICATION: &str =
    "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abcd1234";

/// Defects 20, 24, 25 (scenarios d058 to d071): what is written is always one exact id.
#[test]
fn defect_20_what_is_asked_for_becomes_one_listed_id() {
    let us = &["us", "global"][..];
    let eu = &["eu", "global"][..];
    let arn = "arn:aws:bedrock:us-west-2:111122223333:inference-profile/global.anthropic.claude-opus-4-5-20251101-v1:0";
    let rows: &[(&str, &[&str], &[&str], &str)] = &[
        (
            "opus-4-5",
            OREGON,
            us,
            "us.anthropic.claude-opus-4-5-20251101-v1:0",
        ),
        (
            "opus-4-5",
            OREGON,
            &["global"],
            "global.anthropic.claude-opus-4-5-20251101-v1:0",
        ),
        // A listed name without its geography.
        (
            "Anthropic Claude Opus 4.5",
            OREGON,
            &["global"],
            "global.anthropic.claude-opus-4-5-20251101-v1:0",
        ),
        // A part of Opus 5.5's id as well.
        (
            "anthropic.claude-opus-5",
            FRANKFURT,
            eu,
            "eu.anthropic.claude-opus-5",
        ),
        (
            "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-opus-5",
            FRANKFURT,
            eu,
            "eu.anthropic.claude-opus-5",
        ),
        (
            "Claude Opus 4.5",
            OREGON,
            us,
            "us.anthropic.claude-opus-4-5-20251101-v1:0",
        ),
        (
            "opus 4.5",
            OREGON,
            us,
            "us.anthropic.claude-opus-4-5-20251101-v1:0",
        ),
        (
            "claude-opus-4-5",
            OREGON,
            us,
            "us.anthropic.claude-opus-4-5-20251101-v1:0",
        ),
        (
            "claude-opus-4-5-20251101",
            OREGON,
            us,
            "us.anthropic.claude-opus-4-5-20251101-v1:0",
        ),
        (
            "global anthropic claude opus 4.5",
            OREGON,
            us,
            "global.anthropic.claude-opus-4-5-20251101-v1:0",
        ),
        (
            "sonnet",
            OREGON,
            us,
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
        (
            " Sonnet ",
            OREGON,
            us,
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
        (
            "claude-3-7-sonnet",
            OREGON,
            us,
            "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
        ),
        (
            "Sonnet 3.7",
            OREGON,
            us,
            "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
        ),
        (
            "global.sonnet",
            OREGON,
            us,
            "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
        (
            "20251101",
            OREGON,
            us,
            "us.anthropic.claude-opus-4-5-20251101-v1:0",
        ),
        (
            "us.anthropic.claude-opus-4-5",
            OREGON,
            us,
            "us.anthropic.claude-opus-4-5-20251101-v1:0",
        ),
        (
            "anthropic.claude-opus-4-5-20251101-v1:0",
            OREGON,
            us,
            "us.anthropic.claude-opus-4-5-20251101-v1:0",
        ),
        (
            "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-opus-4-5-20251101-v1:0",
            OREGON,
            us,
            "us.anthropic.claude-opus-4-5-20251101-v1:0",
        ),
        (OREGON[6], OREGON, us, OREGON[6]),
        (arn, OREGON, us, arn),
        (APPLICATION, OREGON, us, APPLICATION),
        ("opus", FRANKFURT, eu, "eu.anthropic.claude-opus-5"),
        ("opus-5", FRANKFURT, eu, "eu.anthropic.claude-opus-5"),
        (
            "opus-5-5",
            FRANKFURT,
            eu,
            "global.anthropic.claude-opus-5-5",
        ),
        (
            "global.opus",
            FRANKFURT,
            eu,
            "global.anthropic.claude-opus-5-5",
        ),
        ("fable", FRANKFURT, eu, "global.anthropic.claude-fable-5-1"),
        ("sonnet", TWO_DATES, us, TWO_DATES[1]),
        ("3-5-sonnet-20240620", TWO_DATES, us, TWO_DATES[0]),
        ("3-5-sonnet", TWO_DATES, &["apac"], TWO_DATES[2]),
        ("opus", FRANKFURT, &[], "global.anthropic.claude-opus-5-5"),
        (
            "eu.opus-4-6[1m]",
            FRANKFURT,
            eu,
            "eu.anthropic.claude-opus-4-6-v1[1m]",
        ),
        (
            "eu.anthropic.claude-opus-5[1m]",
            FRANKFURT,
            eu,
            "eu.anthropic.claude-opus-5[1m]",
        ),
        (
            "sonnet[1m]",
            FRANKFURT,
            eu,
            "eu.anthropic.claude-sonnet-5-5",
        ),
        (
            "sonnet-4-6[1M]",
            FRANKFURT,
            eu,
            "eu.anthropic.claude-sonnet-4-6[1m]",
        ),
    ];
    for (wanted, listed, geographies, expected) in rows {
        let got = resolve(wanted, &listing(listed), geographies)
            .unwrap_or_else(|error| panic!("{wanted}: {error}"));
        assert_eq!(got.id, *expected, "{wanted} {geographies:?}");
    }
}

#[test]
fn what_does_not_fit_has_a_code() {
    let us = &["us", "global"][..];
    let cases: &[(&str, &[&str], &[&str], Code)] = &[
        ("a", OREGON, us, Code::ModelNotFound),
        ("a=b", OREGON, us, Code::ModelNotFound),
        ("claude-9", OREGON, us, Code::ModelNotFound),
        (
            "GLOBAL.ANTHROPIC.CLAUDE-OPUS-4-5-20251101-V1:0",
            OREGON,
            us,
            Code::ModelNotFound,
        ),
        ("eu.opus", OREGON, us, Code::ModelNotFound),
        ("opus 4.6", OREGON, us, Code::ModelNotFound),
        (
            "opus",
            &["us.amazon.nova-pro-v1:0"],
            us,
            Code::ModelNotFound,
        ),
        (
            "arn:aws:bedrock:us-west-2:111122223333:inference-profile/us.anthropic.claude-opus-9",
            OREGON,
            us,
            Code::ModelNotFound,
        ),
        ("claude", OREGON, us, Code::ModelAmbiguous),
        ("us", OREGON, us, Code::ModelAmbiguous),
        ("4-5", OREGON, us, Code::ModelAmbiguous),
        ("opus-4-5", OREGON, &[], Code::ModelAmbiguous),
        ("sonnet", OREGON, &["jp"], Code::ModelAmbiguous),
        (
            "us.anthropic.claude-opus-4",
            OREGON,
            us,
            Code::ModelNotFound,
        ),
        (
            "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-opus-4",
            OREGON,
            us,
            Code::ModelNotFound,
        ),
        (
            "global.anthropic.claude-opus-4[1m]",
            OREGON,
            us,
            Code::ModelNotFound,
        ),
        ("Opus 4", OREGON, us, Code::ModelNotFound),
        ("3-5-sonnet", TWO_DATES, us, Code::ModelAmbiguous),
        ("Sonnet 3.5", TWO_DATES, us, Code::ModelAmbiguous),
        ("", OREGON, us, Code::ModelInvalid),
        ("  ", OREGON, us, Code::ModelInvalid),
        ("us.amazon.nova-pro-v1:0", OREGON, us, Code::ModelInvalid),
        ("eu.amazon.nova-lite-v1:0", OREGON, us, Code::ModelInvalid),
        ("arn:aws:s3:::bucket/key", OREGON, us, Code::ModelInvalid),
        ("opus[1m]", OREGON, us, Code::ModelInvalid),
        ("haiku[1m]", FRANKFURT, us, Code::ModelInvalid),
    ];
    for (wanted, listed, geographies, expected) in cases {
        let error = resolve(wanted, &listing(listed), geographies).unwrap_err();
        assert_eq!(error.code, *expected, "{wanted}: {error}");
        assert!(error.suggestion.is_some(), "{wanted}");
    }
}

#[test]
fn errors_carry_the_ids_to_choose_from() {
    let error = resolve("opus-4-5", &listing(OREGON), &[]).unwrap_err();
    let json = error.json();
    assert_eq!(
        json["candidates"],
        serde_json::json!([OREGON[3], OREGON[6]])
    );
    let error = resolve("claude opus 9", &listing(OREGON), &["us"]).unwrap_err();
    assert_eq!(error.json()["available"].as_array().unwrap().len(), 7);
    assert!(
        error.suggestion.clone().unwrap().contains(OREGON[3]),
        "the nearest is the newest Opus"
    );
}

#[test]
fn a_slip_of_the_finger_finds_its_family() {
    for (wanted, listed, expected) in [
        ("sonet", OREGON, OREGON[1]),
        ("haiku-9", OREGON, OREGON[2]),
        ("x", OREGON, OREGON[3]),
        // Its own release, not the newest.
        (
            "us.anthropic.claude-opus-4-6-v1:0",
            FRANKFURT,
            "global.anthropic.claude-opus-4-6-v1",
        ),
    ] {
        let error = resolve(wanted, &listing(listed), &["us", "global"]).unwrap_err();
        assert!(
            error.suggestion.clone().unwrap().contains(expected),
            "{wanted}"
        );
    }
}

#[test]
fn leaving_the_geography_is_said() {
    let eu = &["eu", "global"][..];
    let rows = [
        ("opus", 1, "a newer one"),
        ("fable", 1, "is not listed for EU"),
        ("opus-5-5", 1, "is not listed for EU"),
        ("opus-5", 0, ""),
        ("sonnet", 0, ""),
        ("global.opus", 0, ""),
        ("global.anthropic.claude-opus-5", 0, ""),
        ("sonnet[1m]", 1, "without [1m]"),
    ];
    for (wanted, count, part) in rows {
        let warnings = resolve(wanted, &listing(FRANKFURT), eu).unwrap().warnings;
        assert_eq!(warnings.len(), count, "{wanted}: {warnings:?}");
        assert!(warnings.iter().all(|it| it.contains(part)), "{warnings:?}");
    }
}

/// A number at the end of a part may be the beginning of a version.
#[test]
fn a_part_that_cuts_a_version_is_taken_and_said() {
    let got = resolve("opus-4", &listing(OREGON), &["us"]).unwrap();
    assert_eq!(got.id, OREGON[3]);
    assert_eq!(
        got.warnings,
        [format!(
            "no model listed is 'opus-4'; {} has it in its id",
            OREGON[3]
        )]
    );
}

/// Defect 25: companies with cost-allocation profiles could not use the script.
#[test]
fn defect_25_an_application_profile_goes_by_arn_id_and_name() {
    let mut listed = listing(OREGON);
    listed.push(ListedModel {
        id: "abcd1234".into(),
        name: Some("team-opus".into()),
        arn: Some(APPLICATION.into()),
        model_id: Some("anthropic.claude-opus-4-8".into()),
        application: true,
    });
    for wanted in ["abcd1234", "Team-Opus", APPLICATION] {
        assert_eq!(
            resolve(wanted, &listed, &["us"]).unwrap().id,
            APPLICATION,
            "{wanted}"
        );
        let long = resolve(&format!("{wanted}[1m]"), &listed, &["us"]).unwrap();
        assert_eq!(long.id, format!("{APPLICATION}[1m]"));
    }
    // A family word means the system's profiles: who pays is never chosen in passing.
    assert_eq!(resolve("opus", &listed, &["us"]).unwrap().id, OREGON[3]);
    listed[9].model_id = Some("amazon.nova-pro-v1:0".into());
    let error = resolve("abcd1234", &listed, &["us"]).unwrap_err();
    assert_eq!(error.code, Code::ModelInvalid);
}

#[test]
fn without_a_listing_exact_ids_stand() {
    let rows = [
        (
            "eu.anthropic.claude-opus-9",
            Some("eu.anthropic.claude-opus-9"),
        ),
        (
            "us.anthropic.claude-opus-5-5[1m] [1M]",
            Some("us.anthropic.claude-opus-5-5[1m]"),
        ),
        (
            " us.anthropic.claude-opus-5-5[1m] ",
            Some("us.anthropic.claude-opus-5-5[1m]"),
        ),
        (APPLICATION, Some(APPLICATION)),
        ("opus", None),
        ("claude-opus-4-5", None),
    ];
    for (wanted, expected) in rows {
        let got = exact(wanted).unwrap().map(|resolved| resolved.id);
        assert_eq!(got.as_deref(), expected, "{wanted}");
    }
    for wanted in [
        "",
        "us.amazon.nova-pro-v1:0",
        "arn:aws:bedrock:x",
        "eu.anthropic.claude-opus-4-5[1m]",
    ] {
        assert_eq!(
            exact(wanted).unwrap_err().code,
            Code::ModelInvalid,
            "{wanted}"
        );
    }
}
