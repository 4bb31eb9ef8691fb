use std::collections::BTreeSet;

use super::*;
use crate::aws::listing::Kind;

fn target(profile: &str, group: &str, waves: &[&[&str]]) -> Target {
    Target {
        profile: profile.to_owned(),
        group_key: group.to_owned(),
        waves: waves
            .iter()
            .map(|wave| wave.iter().map(|region| (*region).to_owned()).collect())
            .collect(),
    }
}

/// Answers by rows of (profile, region, answer); the rest is denied. Tells which runs were made.
fn asked(
    targets: &[Target],
    rows: &[(&str, &str, &str)],
) -> (Vec<Answer>, Vec<String>, Vec<String>) {
    let runs = Mutex::new(Vec::new());
    let list = |profile: &str, region: &str| {
        runs.lock().unwrap().push(format!("{profile} {region}"));
        let row = rows.iter().find(|(p, r, _)| *p == profile && *r == region);
        let failure = |code| Err(Error::new(code, format!("{profile} {region}")));
        match row.map_or("denied", |row| row.2) {
            "empty" => Ok(Vec::new()),
            "expired" => failure(Code::SsoSessionExpired),
            "network" => failure(Code::NetworkError),
            "proxy" => Err(Error::new(Code::NetworkError, "the proxy is dead")),
            "role" => failure(Code::AccessDenied),
            "missing" => failure(Code::AwsCliNotFound),
            "denied" => failure(Code::BedrockAccessDenied),
            id => Ok(vec![InferenceProfile {
                id: id.to_owned(),
                name: None,
                arn: None,
                model_id: None,
                kind: Kind::SystemDefined,
            }]),
        }
    };
    let mut told = Vec::new();
    let answers = ask(targets, 3, &list, &mut |count, target| {
        told.push(format!("{count} {}", target.profile));
    });
    (answers, runs.into_inner().unwrap(), told)
}

const OPUS: &str = "us.anthropic.claude-opus-5";

#[test]
fn one_run_answers_for_all_profiles_of_an_account_and_role() {
    let targets: Vec<Target> = (0..10)
        .map(|n| target(&format!("p{n}"), "a", &[&["us-west-2"], &["us-east-1"]]))
        .collect();
    let (answers, runs, told) = asked(&targets, &[("p0", "us-west-2", OPUS)]);
    assert_eq!(runs, ["p0 us-west-2"]);
    assert_eq!(told.len(), 10);
    assert_eq!(told.last().unwrap(), "10 p9");
    for answer in answers {
        assert_eq!(answer.found.unwrap().region, "us-west-2");
        assert_eq!(answer.asked, ["us-west-2"]);
    }
}

#[test]
fn profiles_of_one_group_share_the_regions_they_have_in_common() {
    let targets = [
        target(
            "a",
            "same",
            &[&["us-west-2"], &["us-east-1"], &["eu-west-1"]],
        ),
        target(
            "b",
            "same",
            &[&["eu-central-1"], &["us-east-1"], &["eu-west-1"]],
        ),
    ];
    let (answers, runs, _) = asked(&targets, &[("a", "eu-west-1", OPUS)]);
    let once: BTreeSet<&str> = runs.iter().map(String::as_str).collect();
    assert_eq!(once.len(), runs.len(), "{runs:?}");
    assert_eq!(runs.len(), 4);
    assert!(
        answers
            .iter()
            .all(|it| it.found.as_ref().unwrap().region == "eu-west-1")
    );
}

/// What is answered, how many runs that takes, and what comes of it.
type Case<'a> = (
    &'a [(&'a str, &'a str, &'a str)],
    usize,
    Option<&'a str>,
    Option<Code>,
);

#[test]
fn the_next_region_is_asked_only_where_that_can_help() {
    let waves: &[&[&str]] = &[&["us-west-2"], &["us-east-1"], &["eu-west-1"]];
    let rows: &[Case<'_>] = &[
        (&[("p", "us-west-2", OPUS)], 1, Some("us-west-2"), None),
        (&[("p", "eu-west-1", OPUS)], 3, Some("eu-west-1"), None),
        (&[("p", "us-west-2", "empty")], 3, None, None),
        (
            &[("p", "us-west-2", "us.amazon.nova-pro-v1:0")],
            3,
            None,
            None,
        ),
        (&[], 3, None, Some(Code::BedrockAccessDenied)),
        (
            &[("p", "us-west-2", "expired")],
            1,
            None,
            Some(Code::SsoSessionExpired),
        ),
        // A role that is refused is refused everywhere.
        (
            &[("p", "us-west-2", "role")],
            1,
            None,
            Some(Code::AccessDenied),
        ),
        (
            &[("p", "us-west-2", "missing")],
            1,
            None,
            Some(Code::AwsCliNotFound),
        ),
        (
            &[("p", "us-west-2", "network"), ("p", "us-east-1", OPUS)],
            2,
            Some("us-east-1"),
            None,
        ),
        (
            &[("p", "us-west-2", "network"), ("p", "us-east-1", "network")],
            2,
            None,
            Some(Code::NetworkError),
        ),
        (
            &[("p", "us-west-2", "proxy"), ("p", "us-east-1", OPUS)],
            1,
            None,
            Some(Code::NetworkError),
        ),
    ];
    for (answers, count, region, code) in rows {
        let (got, runs, _) = asked(&[target("p", "g", waves)], answers);
        let answer = &got[0];
        assert_eq!(runs.len(), *count, "{answers:?}");
        assert_eq!(
            answer.asked.len(),
            if *code == Some(Code::AwsCliNotFound) {
                0
            } else {
                *count
            }
        );
        assert_eq!(
            answer.found.as_ref().map(|it| it.region.as_str()),
            *region,
            "{answers:?}"
        );
        assert_eq!(
            answer.error.as_ref().map(|it| it.code),
            *code,
            "{answers:?}"
        );
        // It is told of the first region, where the user looks.
        if let Some(error) = &answer.error {
            let told = ["p us-west-2", "the proxy is dead"];
            assert!(told.contains(&error.message.as_str()), "{answers:?}");
        }
    }
}

#[test]
fn in_a_wave_the_first_region_wins_whatever_answers_first() {
    let targets = [target(
        "p",
        "g",
        &[&["us-west-2"], &["a-1", "b-1", "c-1", "d-1", "e-1"]],
    )];
    for _ in 0..20 {
        let (answers, ..) = asked(&targets, &[("p", "b-1", OPUS), ("p", "e-1", OPUS)]);
        assert_eq!(answers[0].found.as_ref().unwrap().region, "b-1");
        assert_eq!(answers[0].asked, ["us-west-2", "a-1", "b-1"]);
    }
}

#[test]
fn nothing_to_ask_is_answered_without_a_run() {
    let (answers, runs, told) = asked(&[target("p", "g", &[])], &[]);
    assert_eq!((answers.len(), runs.len(), told.len()), (1, 0, 1));
    assert!(answers[0].found.is_none() && answers[0].error.is_none());
    assert!(asked(&[], &[]).0.is_empty());
}
