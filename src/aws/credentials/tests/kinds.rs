//! One profile, one provider: which one botocore picks, and what it finds.

use super::{Home, message, suggestion, summary};

const KEYS: &str = "aws_access_key_id = AKIA\naws_secret_access_key = s3cr3t\n";
const SSO: &str = "sso_start_url = https://x/start\nsso_region = eu-west-1\nsso_account_id = 111122223333\nsso_role_name = Dev\n";
const SESSION: &str =
    "[sso-session corp]\nsso_start_url = https://x/start\nsso_region = eu-west-1\n";

#[test]
fn the_order_of_providers() {
    // Each line takes away what won before.
    let role = "role_arn = arn:aws:iam::1:role/R\n";
    let web = "web_identity_token_file = token\n";
    let process = "credential_process = /bin/sh\n";
    let login = "login_session = arn:aws:sts::1:assumed-role/R/me\n";
    let all = format!("{SSO}{KEYS}{process}{login}");
    for (config, credentials, want) in [
        (format!("{role}{all}"), KEYS, "role invalid PROFILE_INVALID"),
        (
            format!("{role}{web}{all}"),
            KEYS,
            "web-identity missing CREDENTIALS_MISSING",
        ),
        (
            format!("{web}{all}"),
            KEYS,
            "web-identity invalid PROFILE_INVALID",
        ),
        (
            format!("web_identity_token_file =\n{all}"),
            KEYS,
            "sso-legacy missing SSO_LOGIN_REQUIRED",
        ),
        (
            format!("web_identity_token_file =\n{role}{all}"),
            KEYS,
            "sso-legacy missing SSO_LOGIN_REQUIRED",
        ),
        (all.clone(), KEYS, "sso-legacy missing SSO_LOGIN_REQUIRED"),
        (
            format!("{KEYS}{process}{login}"),
            KEYS,
            "static unverified -",
        ),
        (
            format!("{KEYS}{process}{login}"),
            "region = x\n",
            "login missing CREDENTIALS_MISSING",
        ),
        (
            format!("{KEYS}{process}"),
            "region = x\n",
            "process unverified -",
        ),
        (
            KEYS.to_owned(),
            "aws_secret_access_key = s3cr3t\n",
            "static unverified -",
        ),
        (
            String::new(),
            "region = x\n",
            "none missing CREDENTIALS_MISSING",
        ),
        (
            "sso_session = corp\n".to_owned(),
            "region = x\n",
            "none invalid PROFILE_INVALID",
        ),
    ] {
        let home = Home::new(
            &format!("{SESSION}[profile p]\n{config}"),
            &format!("[p]\n{credentials}"),
        );
        assert_eq!(summary(&home.inspect("p")), want, "{config}");
    }
}

#[test]
fn keys_in_a_file() {
    for (keys, want, says) in [
        (
            "aws_access_key_id = AKIA\naws_secret_access_key = s3cr3t",
            "static unverified -",
            "",
        ),
        (
            "aws_access_key_id = AKIA",
            "static invalid PROFILE_INVALID",
            "no aws_secret_access_key",
        ),
        (
            "aws_secret_access_key = s3cr3t",
            "none invalid PROFILE_INVALID",
            "no aws_access_key_id",
        ),
        (
            "aws_access_key_id =\naws_secret_access_key = s3cr3t",
            "static invalid PROFILE_INVALID",
            "is empty",
        ),
        (
            "aws_access_key_id = ASIA1\naws_secret_access_key = s3cr3t",
            "static invalid PROFILE_INVALID",
            "no aws_session_token",
        ),
        (
            "aws_access_key_id = ASIA1\naws_secret_access_key = s3cr3t\naws_session_token = s3cr3t",
            "session unverified -",
            "",
        ),
        (
            "aws_access_key_id = ASIA1\naws_secret_access_key = s3cr3t\naws_security_token = s3cr3t",
            "session unverified -",
            "",
        ),
        (
            "aws_access_key_id = ASIA1\naws_secret_access_key = s3cr3t\naws_session_token = s3cr3t\nx_security_token_expires = 2025-12-31T23:00:00Z",
            "session expired CREDENTIALS_EXPIRED",
            "ended 1 h ago",
        ),
        (
            "aws_access_key_id = ASIA1\naws_secret_access_key = s3cr3t\naws_session_token = s3cr3t\naws_expiration = 2026-01-01T00:00:01Z",
            "session unverified -",
            "",
        ),
        (
            "aws_access_key_id = AKIA\naws_secret_access_key = s3cr3t\nexpiration = 2000-01-01T00:00:00Z",
            "static unverified -",
            "",
        ),
    ] {
        for (config, credentials) in [
            ("", format!("[p]\n{keys}\n")),
            (&*format!("[profile p]\n{keys}\n"), String::new()),
        ] {
            let verdict = Home::new(config, &credentials).inspect("p");
            assert_eq!(summary(&verdict), want, "{keys}");
            assert!(
                message(&verdict).contains(says),
                "{keys}: {}",
                message(&verdict)
            );
        }
    }
    let halves = Home::new(
        "[profile p]\naws_secret_access_key = s3cr3t\n",
        "[p]\naws_access_key_id = AKIA\n",
    );
    assert_eq!(
        summary(&halves.inspect("p")),
        "static invalid PROFILE_INVALID",
        "each file stands for itself"
    );
}

#[test]
fn sso_settings_that_botocore_refuses() {
    let whole = "sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Dev\n";
    for (session, profile, says) in [
        ("", whole, "`corp`, which does not exist"),
        (
            SESSION,
            "sso_session =\nsso_role_name = Dev\n",
            "``, which does not exist",
        ),
        (
            SESSION,
            "sso_session = corp\nsso_role_name = Dev\n",
            "lacks sso_account_id",
        ),
        (
            SESSION,
            "sso_session = corp\nsso_account_id = 1\n",
            "lacks sso_role_name",
        ),
        (
            SESSION,
            "sso_account_id = 1\n",
            "lacks sso_role_name, sso_start_url, sso_region",
        ),
        (
            "[sso-session corp]\nsso_region = r\n",
            whole,
            "lacks sso_start_url",
        ),
        (
            "[sso-session corp]\nsso_region = r\n",
            &format!("{whole}sso_start_url = u\n"),
            "sso-session `corp` lacks sso_start_url",
        ),
        (
            SESSION,
            &format!("{whole}sso_region = us-east-1\n"),
            "differ in sso_region",
        ),
        (
            &format!("{SESSION}output = json\n"),
            &format!("{whole}output = text\n"),
            "differ in output",
        ),
        (
            SESSION,
            &format!("{whole}sso_region =\n  a = b\n"),
            "differ in sso_region",
        ),
        (
            SESSION,
            "sso_account_id = 1\nsso_session =\n  a = b\n",
            "sso_session of the profile `p` is a block",
        ),
        (
            "",
            "sso_account_id =\n  a = b\nsso_role_name = R\nsso_start_url = u\nsso_region = r\n",
            "sso_account_id of the profile `p` is a block",
        ),
    ] {
        let verdict = Home::new(&format!("{session}[profile p]\n{profile}"), "").inspect("p");
        assert!(
            summary(&verdict).ends_with(" invalid PROFILE_INVALID"),
            "{profile}: {}",
            summary(&verdict)
        );
        assert!(
            message(&verdict).contains(says),
            "{profile}: {}",
            message(&verdict)
        );
        assert!(!verdict.can_log_in() && !verdict.is_valid(), "{profile}");
    }
    let equal = format!("{SESSION}[profile p]\n{whole}sso_region = eu-west-1\n");
    assert_eq!(
        summary(&Home::new(&equal, "").inspect("p")),
        "sso-session missing SSO_LOGIN_REQUIRED"
    );
    let split = format!(
        "{SESSION}sso_role_name = Dev\n[profile p]\nsso_session = corp\nsso_account_id = 111122223333\n"
    );
    assert_eq!(
        Home::new(&split, "").inspect("p").role.as_deref(),
        Some("Dev")
    );
}

#[test]
fn programs_are_looked_for_and_never_run() {
    let home = Home::new("", "");
    let ran = home.path().join("ran");
    let touch = format!("/bin/sh -c 'echo > {}'", ran.display());
    for (line, want) in [
        (touch.as_str(), "process unverified -"),
        ("sh -c 'x y'", "process unverified -"),
        (
            "/nonexistent/program --json",
            "process invalid COMMAND_NOT_FOUND",
        ),
        ("no-such-program-here", "process invalid COMMAND_NOT_FOUND"),
        ("", "process invalid PROFILE_INVALID"),
        ("sh 'open", "process invalid PROFILE_INVALID"),
        ("\n  sh = x", "process invalid PROFILE_INVALID"),
    ] {
        home.write(
            ".aws/config",
            &format!("[profile p]\ncredential_process = {line}\n"),
        );
        let verdict = home.inspect_with("p", &[("PATH", "/bin:/usr/bin")]);
        assert_eq!(summary(&verdict), want, "{line}");
    }
    assert!(!ran.exists(), "the program was run");
}

#[test]
fn what_the_surroundings_hold() {
    let home = Home::new("[profile p]\nregion = us-east-1\n", "");
    for (vars, want) in [
        (vec![], "none missing CREDENTIALS_MISSING"),
        (
            vec![("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x")],
            "none unverified -",
        ),
        (
            vec![("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")],
            "none unverified -",
        ),
        (
            vec![
                ("AWS_ACCESS_KEY_ID", "AKIA"),
                ("AWS_SECRET_ACCESS_KEY", "s3cr3t"),
            ],
            "none missing CREDENTIALS_MISSING",
        ),
    ] {
        assert_eq!(summary(&home.inspect_with("p", &vars)), want, "{vars:?}");
    }
    let verdict = home.inspect("q");
    assert_eq!(summary(&verdict), "none invalid PROFILE_NOT_FOUND");
    assert!(
        suggestion(&verdict).contains("`p`"),
        "{}",
        suggestion(&verdict)
    );
}

#[test]
fn a_token_file_for_a_role() {
    let home = Home::new(
        "[profile p]\nrole_arn = arn:aws:iam::111122223333:role/W\nweb_identity_token_file = token\n",
        "",
    );
    assert_eq!(
        summary(&home.inspect("p")),
        "web-identity missing CREDENTIALS_MISSING"
    );
    home.write("token", "s3cr3t");
    let verdict = home.inspect("p");
    assert_eq!(summary(&verdict), "web-identity unverified -");
    assert_eq!(
        verdict.role.as_deref(),
        Some("arn:aws:iam::111122223333:role/W")
    );
    assert_eq!(verdict.account.as_deref(), Some("111122223333"));
}
