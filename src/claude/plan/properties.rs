//! What holds for every settings file and every wish.

use proptest::prelude::*;
use proptest::sample::select;

use super::tests::{apply, reset};
use super::*;
use crate::claude::keys::pin_of;
use crate::claude::models::Family;
use crate::json_edit::samples::settings_file;

/// What the kept original is after a plan.
fn kept_after(plan: &Plan, current: Option<&[u8]>, kept: Option<&[u8]>) -> Option<Vec<u8>> {
    match plan.keep {
        Keep::Write(ref bytes) => Some(bytes.clone()),
        Keep::NoteCaps => Some([CAPS, current.unwrap_or_default()].concat()),
        Keep::WriteOriginal => Some(current.unwrap_or(ABSENT).to_vec()),
        Keep::Leave => kept.map(<[u8]>::to_vec),
        Keep::Discard => None,
    }
}

fn any_wishes() -> impl Strategy<Value = Wishes> {
    let region = select(vec![
        ("us-west-2", "us.anthropic.claude-opus-4-6-v1"),
        (
            "eu-west-1",
            "eu.anthropic.claude-sonnet-4-5-20250929-v1:0[1m]",
        ),
        (
            "ap-northeast-1",
            "arn:aws:bedrock:ap-northeast-1:111122223333:application-inference-profile/abcd1234",
        ),
    ]);
    let refresh = select(vec![
        Refresh::Write("aws sso login --profile 'my work'".into()),
        Refresh::Write("claude-bedrock login --if-needed --profile dev".into()),
        Refresh::None,
        Refresh::Keep,
    ]);
    let flags = (any::<[bool; 6]>(), refresh, "[a-z ;'é]{1,8}");
    (region, flags).prop_map(|((region, model), (flags, refresh, profile))| Wishes {
        profile: (!flags[0]).then_some(profile),
        region: region.into(),
        model: flags[1].then(|| model.to_owned()),
        model_in: if flags[2] {
            ModelIn::Settings
        } else {
            ModelIn::Env
        },
        pins: if flags[3] {
            let pin = |family| (pin_of(&family).unwrap(), model.to_owned());
            vec![pin(Family::Opus), pin(Family::Haiku)]
        } else {
            Vec::new()
        },
        refresh,
        credential_export: flags[0]
            .then(|| "aws configure export-credentials --profile x --format process".into()),
        base_url: flags[4].then(|| "https://vpce.example".into()),
        skip_auth: flags[5],
    })
}

/// Whether everything that is not ours is the same, and stands in the same order.
fn others_untouched(a: &Document, b: &Document) -> bool {
    let ours = |path: &[&str]| path == ["env"] || KEYS.iter().any(|key| key.path == path);
    [&[][..], &["env"]].into_iter().all(|parent| {
        let names = |document: &Document| -> Vec<String> {
            let own = |name: &String| !ours(&[parent, &[name.as_str()]].concat());
            document.names(parent).into_iter().filter(own).collect()
        };
        let same = |name: &String| a.same_at(&[parent, &[name.as_str()]].concat(), b);
        names(a) == names(b) && names(a).iter().all(same)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn apply_twice_is_apply_once(file in settings_file(), wishes in any_wishes()) {
        let once = apply(Some(&file), None, &wishes);
        let kept = kept_after(&once, Some(&file), None);
        let twice = apply(once.bytes.as_deref(), kept.as_deref(), &wishes);
        prop_assert_eq!(&twice.changes, &Vec::new());
        prop_assert_eq!(twice.bytes, once.bytes);
    }

    #[test]
    fn apply_then_reset_gives_back_the_bytes(
        file in proptest::option::weighted(0.9, settings_file()),
        wishes in proptest::collection::vec(any_wishes(), 1..4),
    ) {
        let mut current = file.clone();
        let mut kept: Option<Vec<u8>> = None;
        for wish in &wishes {
            let plan = apply(current.as_deref(), kept.as_deref(), wish);
            kept = kept_after(&plan, current.as_deref(), kept.as_deref());
            current = plan.bytes;
        }
        prop_assume!(kept.is_some());
        let plan = reset(current.as_deref(), kept.as_deref());
        prop_assert_eq!(plan.keep, Keep::Discard);
        prop_assert_eq!(plan.bytes, file);
    }

    #[test]
    fn nothing_else_is_touched(file in settings_file(), wishes in any_wishes()) {
        let before = Document::parse(&file).unwrap();
        let plan = apply(Some(&file), None, &wishes);
        let between = Document::parse(plan.bytes.as_deref().unwrap()).unwrap();
        prop_assert!(others_untouched(&before, &between));
        for kept in [None, Some(&b"{\"env\":{\"AWS_PROFILE\":\"x\"}}"[..])] {
            let plan = reset(plan.bytes.as_deref(), kept);
            let after = Document::parse(plan.bytes.as_deref().unwrap()).unwrap();
            prop_assert!(others_untouched(&before, &after));
        }
    }

    #[test]
    fn reset_twice_is_reset_once(file in settings_file()) {
        let once = reset(Some(&file), None);
        let twice = reset(once.bytes.as_deref(), None);
        prop_assert_eq!(&twice.changes, &Vec::new());
        prop_assert_eq!(twice.bytes, once.bytes);
    }
}
