use super::*;
use crate::claude::plan::tests::{OPUS, wishes};
use crate::claude::settings::samples::{LOCAL, MANAGED, PROJECT, USER, stack};

fn codes(vars: &[(&str, &str)], files: &[(&str, &str)], wishes: &Wishes) -> Vec<&'static str> {
    let (home, stack) = stack(vars, files);
    let found = find_obstacles(&stack, wishes, &home.path().join(USER), &[]);
    found.into_iter().map(|warning| warning.code).collect()
}

/// Variables of the shell, files, codes.
type Case<'a> = (
    &'a [(&'a str, &'a str)],
    &'a [(&'a str, &'a str)],
    &'a [&'a str],
);

fn env(name: &str, value: &str) -> String {
    format!("{{\"env\":{{\"{name}\":\"{value}\"}}}}")
}

#[test]
fn defect_27_each_obstacle_is_told_once_and_where_it_matters() {
    let region = env("AWS_REGION", "eu-west-1");
    let same = env("AWS_REGION", "us-west-2");
    let cases: &[Case] = &[
        (&[], &[], &[]),
        (&[], &[(USER, &region)], &[]),
        (&[], &[(LOCAL, &region)], &["SETTING_OVERRIDDEN"]),
        (&[], &[(PROJECT, &same), (USER, &region)], &[]),
        (
            &[],
            &[(MANAGED, &env("CLAUDE_CODE_USE_BEDROCK", ""))],
            &["SETTING_OVERRIDDEN"],
        ),
        (
            &[],
            &[(MANAGED, &env("CLAUDE_CODE_USE_BEDROCK", "true"))],
            &[],
        ),
        (
            &[],
            &[(MANAGED, "{\"awsAuthRefresh\":\"okta\"}")],
            &["SETTING_OVERRIDDEN"],
        ),
        (
            &[],
            &[(PROJECT, "{\"awsCredentialExport\":\"vault\"}")],
            &["SETTING_OVERRIDDEN"],
        ),
        (
            &[],
            &[(MANAGED, "{\"availableModels\":[\"sonnet\"]}")],
            &["MODEL_NOT_ALLOWED"],
        ),
        (&[], &[(PROJECT, "{,}")], &["SETTINGS_INVALID"]),
        (&[("AWS_REGION", "eu-west-1")], &[], &["SHELL_DIFFERS"]),
        (
            &[
                ("AWS_REGION", "us-west-2"),
                ("ANTHROPIC_MODEL", "x"),
                ("ANTHROPIC_API_KEY", "k"),
            ],
            &[],
            &[],
        ),
        (
            &[("AWS_BEARER_TOKEN_BEDROCK", "secret")],
            &[],
            &["BEARER_TOKEN_WINS"],
        ),
        (&[("AWS_BEARER_TOKEN_BEDROCK", "")], &[], &[]),
        (
            &[],
            &[(USER, &env("CLAUDE_CODE_USE_VERTEX", "1"))],
            &["OTHER_PROVIDER_ON"],
        ),
        (
            &[("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", "1")],
            &[],
            &["PROVIDER_MANAGED_BY_HOST"],
        ),
        (
            &[],
            &[(USER, &env("ANTHROPIC_BEDROCK_BASE_URL", "https://x"))],
            &["OTHER_ENDPOINT"],
        ),
        (
            &[("CLAUDE_CODE_SKIP_BEDROCK_AUTH", "1")],
            &[],
            &["REQUESTS_UNSIGNED"],
        ),
        (
            &[],
            &[(LOCAL, "{\"model\":\"eu.anthropic.claude-opus-5\"}")],
            &["STALE_MODEL"],
        ),
    ];
    for (vars, files, wanted) in cases {
        assert_eq!(codes(vars, files, &wishes()), *wanted, "{vars:?} {files:?}");
    }
}

#[test]
fn a_model_in_the_settings_and_isolated_credentials_have_obstacles_of_their_own() {
    let saved = Wishes {
        model_in: ModelIn::Settings,
        ..wishes()
    };
    assert_eq!(
        codes(&[("ANTHROPIC_MODEL", "x")], &[], &saved),
        ["SETTING_OVERRIDDEN"]
    );
    assert_eq!(
        codes(&[], &[(LOCAL, "{\"model\":\"opus\"}")], &saved),
        ["SETTING_OVERRIDDEN"]
    );
    assert_eq!(
        codes(&[], &[(USER, &env("ANTHROPIC_MODEL", OPUS))], &saved),
        [""; 0]
    );
    let isolated = Wishes {
        profile: None,
        credential_export: Some("x".into()),
        ..wishes()
    };
    assert_eq!(
        codes(
            &[("AWS_PROFILE", "p")],
            &[(PROJECT, &env("AWS_PROFILE", "p"))],
            &isolated
        ),
        [""; 0]
    );
    assert_eq!(
        codes(&[], &[(MANAGED, &env("AWS_PROFILE", "p"))], &isolated),
        ["SETTING_OVERRIDDEN"]
    );
}

#[test]
fn a_secret_is_never_shown() {
    let (_home, stack) = stack(&[("AWS_BEARER_TOKEN_BEDROCK", "s3cr3t")], &[]);
    assert!(!format!("{:?}", find_surroundings(&stack)).contains("s3cr3t"));
}
