use serde_json::json;

use super::*;

pub(super) const OPUS: &str = "global.anthropic.claude-opus-4-5-20251101-v1:0";

pub(super) fn wishes() -> Wishes {
    Wishes {
        profile: Some("dev".into()),
        region: "us-west-2".into(),
        model: Some(OPUS.into()),
        model_in: ModelIn::Env,
        pins: Vec::new(),
        refresh: Refresh::Write("aws sso login --profile dev".into()),
        credential_export: None,
        base_url: None,
        skip_auth: false,
    }
}

pub(super) fn apply(current: Option<&[u8]>, kept: Option<&[u8]>, wishes: &Wishes) -> Plan {
    plan_apply(current, kept, wishes, Path::new("settings.json")).unwrap()
}

pub(super) fn reset(current: Option<&[u8]>, kept: Option<&[u8]>) -> Plan {
    plan_reset(current, kept, Path::new("settings.json")).unwrap()
}

fn applied(text: &str, wishes: &Wishes) -> String {
    String::from_utf8(apply(Some(text.as_bytes()), None, wishes).bytes.unwrap()).unwrap()
}

fn after_reset(text: &str) -> String {
    String::from_utf8(reset(Some(text.as_bytes()), None).bytes.unwrap()).unwrap()
}

const CONFIGURED: &str = r#"{
  "env": {
    "CLAUDE_CODE_USE_BEDROCK": "1",
    "AWS_PROFILE": "dev",
    "AWS_REGION": "us-west-2",
    "ANTHROPIC_MODEL": "global.anthropic.claude-opus-4-5-20251101-v1:0"
  },
  "awsAuthRefresh": "aws sso login --profile dev"
}
"#;

#[test]
fn a_new_file_holds_the_recorded_keys_in_the_recorded_order() {
    let plan = apply(None, None, &wishes());
    assert_eq!(plan.bytes.as_deref(), Some(CONFIGURED.as_bytes()));
    assert_eq!(plan.keep, Keep::WriteOriginal);
    let keys: Vec<_> = plan
        .changes
        .iter()
        .map(|change| change.key.as_str())
        .collect();
    assert_eq!(
        keys,
        [
            "env.CLAUDE_CODE_USE_BEDROCK",
            "env.AWS_PROFILE",
            "env.AWS_REGION",
            "env.ANTHROPIC_MODEL",
            "awsAuthRefresh",
        ]
    );
    let commit = plan.commit(None);
    assert_eq!(commit.kept, file::Kept::Write(b"absent\n".to_vec()));
    assert_eq!(
        commit.content,
        file::Content::Write(CONFIGURED.as_bytes().to_vec())
    );
    let plan = reset(Some(CONFIGURED.as_bytes()), Some(ABSENT));
    assert_eq!((plan.bytes, plan.keep), (None, Keep::Discard));
}

#[test]
fn defect_13_what_already_is_as_wished_changes_nothing() {
    let plan = apply(Some(CONFIGURED.as_bytes()), None, &wishes());
    assert_eq!(plan.bytes.as_deref(), Some(CONFIGURED.as_bytes()));
    assert_eq!((plan.changes.len(), &plan.keep), (0, &Keep::Leave));
    assert_eq!(
        plan.commit(Some(CONFIGURED.as_bytes())).content,
        file::Content::Leave
    );
}

#[test]
fn defects_13_and_14_a_reset_with_nothing_of_ours_leaves_every_byte() {
    for text in [
        "",
        "{}",
        "{ }\n",
        "{\"a\" :1,\n\n\"env\": {}}",
        "{\"env\":{\"X\":\"1\",\"AWS_REGION\":\"r\"},\"model\":\"opus\"}",
    ] {
        let plan = reset(Some(text.as_bytes()), None);
        assert_eq!(
            (plan.bytes.as_deref(), plan.changes.len()),
            (Some(text.as_bytes()), 0),
            "{text}"
        );
    }
    assert_eq!(reset(None, None).bytes, None);
    assert_eq!(reset(None, Some(b"{}")).keep, Keep::Leave);
}

#[test]
fn defect_15_what_the_user_had_before_comes_back() {
    let original = "{\n  \"env\": {\n    \"AWS_REGION\": \"eu-west-1\",\n    \"AWS_PROFILE\": \"terraform\"\n  },\n  \"awsAuthRefresh\": \"saml2aws login\"\n}\n";
    let plan = apply(Some(original.as_bytes()), None, &wishes());
    assert_eq!(plan.warnings.len(), 1);
    assert_eq!(plan.warnings[0].code, "REFRESH_COMMAND_KEPT");
    let text = String::from_utf8(plan.bytes.clone().unwrap()).unwrap();
    assert!(text.contains("\"awsAuthRefresh\": \"saml2aws login\""));
    let back = reset(plan.bytes.as_deref(), Some(original.as_bytes()));
    assert_eq!(back.bytes.as_deref(), Some(original.as_bytes()));
    // Another program added a member meanwhile: that stays, and the rest comes back all the same.
    let text = text.replace("{\n  \"env\"", "{\n  \"theme\": \"dark\",\n  \"env\"");
    let back = reset(Some(text.as_bytes()), Some(original.as_bytes()));
    let wanted = original.replace("{\n  \"env\"", "{\n  \"theme\": \"dark\",\n  \"env\"");
    assert_eq!(back.bytes.as_deref(), Some(wanted.as_bytes()));
}

#[test]
fn defect_15_without_a_kept_original_commands_and_values_of_the_user_stay() {
    let text = r#"{"env":{"AWS_PROFILE":"terraform"},"awsAuthRefresh":"aws sso login --profile terraform"}"#;
    assert_eq!(after_reset(text), text);
    let text = r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_REGION":"r","X":"1"},"awsAuthRefresh":"saml2aws login"}"#;
    assert_eq!(
        after_reset(text),
        r#"{"env":{"X":"1"},"awsAuthRefresh":"saml2aws login"}"#
    );
}

#[test]
fn defect_16_caps_of_the_user_stay_and_are_reported_where_bedrock_was_on() {
    let text = r#"{"env":{"MAX_THINKING_TOKENS":"31999","DISABLE_PROMPT_CACHING":"1"}}"#;
    let plan = reset(Some(text.as_bytes()), None);
    assert_eq!(
        (plan.bytes.as_deref(), plan.warnings.len()),
        (Some(text.as_bytes()), 0)
    );
    let text = r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","MAX_THINKING_TOKENS":"8192"}}"#;
    let plan = reset(Some(text.as_bytes()), None);
    assert_eq!(plan.lost_original.unwrap().code, "KEPT_ORIGINAL_MISSING");
    let codes: Vec<&str> = plan.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, ["CAPS_LEFT"]);
    // The kept original tells that they were not there before.
    let plan = reset(Some(text.as_bytes()), Some(b"{ }"));
    assert_eq!(
        (plan.bytes.as_deref(), plan.warnings.len()),
        (Some(&b"{ }"[..]), 0)
    );
}

#[test]
fn defects_17_and_18_no_model_on_bedrock_is_left_and_no_other_is_touched() {
    for (model, goes) in [
        ("us.anthropic.claude-opus-4-5-20251101-v1:0", true),
        ("apac.anthropic.claude-sonnet-4-20250514-v1:0", true),
        ("jp.anthropic.claude-sonnet-4-5-20250929-v1:0", true),
        ("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", true),
        ("us.anthropic.claude-opus-4-6-v1", true),
        ("eu.anthropic.claude-sonnet-4-6", true),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", true),
        (
            "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abcd1234",
            true,
        ),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0[1m]", true),
        ("opus", false),
        ("opus[1m]", false),
        ("claude-opus-4-5-20251101", false),
    ] {
        for path in [
            &["model"][..],
            &["env", "ANTHROPIC_DEFAULT_OPUS_MODEL"],
            &["env", "ANTHROPIC_SMALL_FAST_MODEL"],
            &["env", "ANTHROPIC_MODEL"],
        ] {
            let mut document = Document::parse(b"{\"env\":{\"X\":\"1\"}}").unwrap();
            document.set(path, &json!(model)).unwrap();
            let file = document.to_bytes();
            let plan = reset(Some(&file), None);
            let after = Document::parse(&plan.bytes.unwrap()).unwrap();
            assert_eq!(after.kind(path).is_none(), goes, "{model} at {path:?}");
            // What the user had before the first apply stays.
            let kept = reset(Some(&file), Some(&file));
            assert_eq!(kept.bytes, Some(file), "{model} at {path:?}");
        }
    }
}

#[test]
fn a_model_chosen_while_bedrock_was_on_gives_way_to_the_earlier_one() {
    let original = "{\"model\":\"sonnet\"}";
    let plan = apply(Some(original.as_bytes()), None, &wishes());
    let text = String::from_utf8(plan.bytes.unwrap()).unwrap();
    for (chosen, back) in [
        ("us.anthropic.claude-fable-5-2", "sonnet"),
        ("haiku", "haiku"),
    ] {
        let text = text.replace("\"sonnet\"", &format!("\"{chosen}\""));
        let plan = reset(Some(text.as_bytes()), Some(original.as_bytes()));
        assert_eq!(
            String::from_utf8(plan.bytes.unwrap()).unwrap(),
            format!("{{\"model\":\"{back}\"}}")
        );
    }
}

#[test]
fn a_file_that_had_bedrock_on_before_gets_it_back_and_says_so() {
    let mut other = wishes();
    other.region = "us-east-1".into();
    let plan = apply(Some(CONFIGURED.as_bytes()), None, &other);
    assert_eq!(plan.keep, Keep::WriteOriginal);
    let back = reset(plan.bytes.as_deref(), Some(CONFIGURED.as_bytes()));
    assert_eq!(back.bytes.as_deref(), Some(CONFIGURED.as_bytes()));
    assert_eq!(back.warnings[0].code, "BEDROCK_STILL_ON");
    assert_eq!(after_reset(CONFIGURED), "{}\n");
}

#[test]
fn the_kept_original_is_written_at_the_first_apply_only() {
    let mut other = wishes();
    other.profile = Some("prod".into());
    assert_eq!(
        apply(Some(CONFIGURED.as_bytes()), Some(b"{}"), &other).keep,
        Keep::Leave
    );
    // Nor when what is kept cannot be read, or someone switched Bedrock off by hand.
    assert_eq!(
        apply(Some(CONFIGURED.as_bytes()), Some(b"{"), &other).keep,
        Keep::Leave
    );
    let off = CONFIGURED.replace("\"1\"", "\"0\"");
    assert_eq!(
        apply(Some(off.as_bytes()), Some(b"{}"), &other).keep,
        Keep::Leave
    );
    // Nor when someone took the switch out and left other values of ours; where they are the original's, it is a new file.
    let without = CONFIGURED.replace("    \"CLAUDE_CODE_USE_BEDROCK\": \"1\",\n", "");
    for kept in [&b"{}"[..], ABSENT] {
        let plan = apply(Some(without.as_bytes()), Some(kept), &wishes());
        assert_eq!(plan.keep, Keep::Leave);
        assert_eq!(plan.warnings[0].code, "ORIGINAL_STAYS");
    }
    let plan = apply(
        Some(without.as_bytes()),
        Some(without.as_bytes()),
        &wishes(),
    );
    assert_eq!((plan.keep, plan.warnings.len()), (Keep::WriteOriginal, 0));
    // It is written again when the user deleted the file: a reset must give back that there was none.
    let plan = apply(None, Some(b"{}"), &other);
    assert_eq!(plan.keep, Keep::WriteOriginal);
    assert_eq!(plan.warnings[0].code, "ORIGINAL_SET_ASIDE");
    assert_eq!(apply(None, Some(ABSENT), &other).keep, Keep::WriteOriginal);
    // One left over from long ago gives way.
    assert_eq!(
        apply(Some(b"{\"a\":1}"), Some(b"{}"), &other).keep,
        Keep::WriteOriginal
    );
    let plan = reset(Some(CONFIGURED.as_bytes()), Some(b"{"));
    assert_eq!(plan.keep, Keep::Leave);
    assert_eq!(plan.lost_original.unwrap().code, "KEPT_ORIGINAL_INVALID");
}

#[test]
fn defect_26_switching_leaves_nothing_stale() {
    let europe = Wishes {
        profile: Some("eu".into()),
        region: "eu-west-1".into(),
        model: Some("eu.anthropic.claude-opus-4-8".into()),
        refresh: Refresh::Write("claude-bedrock login --if-needed --profile eu".into()),
        ..wishes()
    };
    let text = r#"{"model":"us.anthropic.claude-fable-5-2","env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_PROFILE":"dev",
"ANTHROPIC_DEFAULT_OPUS_MODEL":"us.anthropic.claude-opus-4-8","ANTHROPIC_DEFAULT_HAIKU_MODEL":"global.anthropic.claude-haiku-4-5-20251001-v1:0",
"ANTHROPIC_SMALL_FAST_MODEL":"us.anthropic.claude-3-5-haiku-20241022-v1:0","ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION":"us-west-2",
"ANTHROPIC_DEFAULT_SONNET_MODEL":"claude-sonnet-4-6"},"awsAuthRefresh":"aws sso login --profile dev"}"#;
    let after = Document::parse(applied(text, &europe).as_bytes()).unwrap();
    for (path, value) in [
        (keys::MODEL, None),
        (keys::PROFILE, Some("eu")),
        (keys::ENV_MODEL, Some("eu.anthropic.claude-opus-4-8")),
        (keys::SMALL_FAST, None),
        (keys::SMALL_FAST_REGION, None),
        (&["env", "ANTHROPIC_DEFAULT_OPUS_MODEL"], None),
        (
            &["env", "ANTHROPIC_DEFAULT_HAIKU_MODEL"],
            Some("global.anthropic.claude-haiku-4-5-20251001-v1:0"),
        ),
        (
            &["env", "ANTHROPIC_DEFAULT_SONNET_MODEL"],
            Some("claude-sonnet-4-6"),
        ),
        (
            keys::REFRESH,
            Some("claude-bedrock login --if-needed --profile eu"),
        ),
    ] {
        assert_eq!(text_at(&after, path).as_deref(), value, "{path:?}");
    }
}

#[test]
fn switching_modes_takes_the_other_modes_keys_out() {
    let isolated = Wishes {
        profile: None,
        refresh: Refresh::None,
        credential_export: Some(
            "aws configure export-credentials --profile dev --format process".into(),
        ),
        ..wishes()
    };
    let text = applied(CONFIGURED, &isolated);
    let document = Document::parse(text.as_bytes()).unwrap();
    assert!(document.kind(keys::PROFILE).is_none() && document.kind(keys::REFRESH).is_none());
    assert_eq!(
        document.kind(keys::EXPORT),
        Some(crate::json_edit::Kind::String)
    );
    assert_eq!(
        Document::parse(applied(&text, &wishes()).as_bytes())
            .unwrap()
            .kind(keys::EXPORT),
        None
    );

    let saved = Wishes {
        model_in: ModelIn::Settings,
        ..wishes()
    };
    let text = applied(CONFIGURED, &saved);
    let document = Document::parse(text.as_bytes()).unwrap();
    assert_eq!(text_at(&document, keys::MODEL).as_deref(), Some(OPUS));
    assert!(document.kind(keys::ENV_MODEL).is_none());
    let back = apply(
        Some(text.as_bytes()),
        Some(b"{\"model\":\"haiku\"}"),
        &wishes(),
    );
    let document = Document::parse(&back.bytes.unwrap()).unwrap();
    assert_eq!(text_at(&document, keys::MODEL).as_deref(), Some("haiku"));
}

/// An address and unsigned requests once stayed for good: no flag takes them out.
#[test]
fn an_apply_without_a_gateway_takes_back_the_one_of_an_earlier_apply() {
    let gateway = Wishes {
        base_url: Some("https://gateway.example".into()),
        skip_auth: true,
        ..wishes()
    };
    let their_url = r#"{"env":{"ANTHROPIC_BEDROCK_BASE_URL":"https://own.example"}}"#;
    for (original, url) in [("{}", None), (their_url, Some("https://own.example"))] {
        let there = apply(Some(original.as_bytes()), None, &gateway);
        let back = apply(there.bytes.as_deref(), Some(original.as_bytes()), &wishes());
        let after = Document::parse(&back.bytes.unwrap()).unwrap();
        assert_eq!(text_at(&after, keys::BASE_URL).as_deref(), url);
        assert_eq!(after.kind(keys::SKIP_AUTH), None);
        // No apply of ours is in effect: what is there is the user's.
        let first = applied(&String::from_utf8(there.bytes.unwrap()).unwrap(), &wishes());
        let after = Document::parse(first.as_bytes()).unwrap();
        assert_eq!(
            text_at(&after, keys::BASE_URL).as_deref(),
            Some("https://gateway.example")
        );
        assert_eq!(text_at(&after, keys::SKIP_AUTH).as_deref(), Some("1"));
    }
}

#[test]
fn pins_that_are_not_asked_for_again_are_taken_back() {
    let opus: &'static [&'static str] = &["env", "ANTHROPIC_DEFAULT_OPUS_MODEL"];
    let haiku: &'static [&'static str] = &["env", "ANTHROPIC_DEFAULT_HAIKU_MODEL"];
    let pinned = Wishes {
        pins: vec![(opus, OPUS.into()), (haiku, OPUS.into())],
        ..wishes()
    };
    let original = r#"{"env":{"ANTHROPIC_DEFAULT_OPUS_MODEL":"global.anthropic.claude-opus-5"}}"#;
    let there = apply(Some(original.as_bytes()), None, &pinned);
    let back = apply(there.bytes.as_deref(), Some(original.as_bytes()), &wishes());
    let after = Document::parse(&back.bytes.unwrap()).unwrap();
    assert_eq!(text_at(&after, haiku), None);
    assert_eq!(
        text_at(&after, opus).as_deref(),
        Some("global.anthropic.claude-opus-5")
    );
    // Without an apply of ours in effect they are the user's.
    let first = applied(&String::from_utf8(there.bytes.unwrap()).unwrap(), &wishes());
    let after = Document::parse(first.as_bytes()).unwrap();
    assert_eq!(text_at(&after, haiku).as_deref(), Some(OPUS));
}

#[test]
fn defect_1_a_file_that_claude_code_drops_is_refused() {
    for text in [
        "{",
        "{\"a\":1,}",
        "// x\n{}",
        "null",
        "{\"env\":\"x\"}",
        "{\"model\":5}",
    ] {
        let path = Path::new("settings.json");
        assert!(
            plan_apply(Some(text.as_bytes()), None, &wishes(), path).is_err(),
            "{text}"
        );
        assert!(
            plan_reset(Some(text.as_bytes()), None, path).is_err(),
            "{text}"
        );
    }
}
