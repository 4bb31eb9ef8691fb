//! Sessions by the clock: SSO, `aws login`, and the role credentials that the CLI keeps.

use super::{Home, NOW, message, suggestion, summary};
use crate::aws::credentials::Login;
use crate::aws::role_cache::sso_file_name;
use crate::aws::sso::TokenKey;
use crate::time::format_timestamp;

const CONFIG: &str = "[sso-session corp]\nsso_start_url = https://x/start\nsso_region = eu-west-1\n\
    [profile my dev]\n[profile \"my dev\"]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Dev\n\
    [profile old]\nsso_start_url = corp\nsso_region = eu-west-1\nsso_account_id = 111122223333\nsso_role_name = Dev\n";

#[test]
fn sso_sessions_by_the_clock() {
    let home = Home::new(CONFIG, "");
    for (remaining, registration, session, legacy) in [
        (900, Some(1), "sso-session valid -", "sso-legacy valid -"),
        (
            899,
            Some(1),
            "sso-session refreshable -",
            "sso-legacy valid -",
        ),
        (899, None, "sso-session valid -", "sso-legacy valid -"),
        (1, Some(0), "sso-session valid -", "sso-legacy valid -"),
        (
            0,
            Some(1),
            "sso-session refreshable -",
            "sso-legacy expired SSO_SESSION_EXPIRED",
        ),
        (
            0,
            Some(0),
            "sso-session expired SSO_SESSION_EXPIRED",
            "sso-legacy expired SSO_SESSION_EXPIRED",
        ),
        (
            -7_200,
            None,
            "sso-session expired SSO_SESSION_EXPIRED",
            "sso-legacy expired SSO_SESSION_EXPIRED",
        ),
    ] {
        home.write_token(remaining, registration);
        // The start URL of `old` is spelt like the session, so both have the same token file.
        for (name, want) in [("my dev", session), ("old", legacy)] {
            let verdict = home.inspect(name);
            assert_eq!(summary(&verdict), want, "{remaining} s");
            assert_eq!(verdict.expires, Some(NOW + remaining));
            assert_eq!(
                verdict.login,
                Some(Login::Sso {
                    profile: name.to_owned()
                })
            );
            let renewable = registration
                .filter(|_| name != "old")
                .map(|left| NOW + left);
            assert_eq!(verdict.renewable_until, renewable, "{name}, {remaining} s");
        }
    }
    let verdict = home.inspect("my dev");
    assert_eq!(message(&verdict), "the SSO session `corp` ended 2 h ago");
    assert_eq!(suggestion(&verdict), "aws sso login --profile 'my dev'");
    assert_eq!(verdict.sso_session.as_deref(), Some("corp"));
    assert_eq!(verdict.account.as_deref(), Some("111122223333"));
    assert_eq!(verdict.role.as_deref(), Some("Dev"));
}

#[test]
fn token_files_that_are_none() {
    let home = Home::new(CONFIG, "");
    let verdict = home.inspect("my dev");
    assert_eq!(summary(&verdict), "sso-session missing SSO_LOGIN_REQUIRED");
    assert!(verdict.can_log_in());
    home.write_token(3_600, None);
    let folder = home.path().join(".aws/sso/cache");
    let path = crate::file::list(&folder).unwrap().remove(0);
    for text in [
        "",
        "nonsense",
        "{}",
        "\u{0}",
        r#"{"accessToken":"s3cr3t","expiresAt":5}"#,
    ] {
        crate::file::write(&path, text.as_bytes(), 0o600).unwrap();
        let verdict = home.inspect("my dev");
        assert_eq!(
            summary(&verdict),
            "sso-session invalid SSO_TOKEN_INVALID",
            "{text}"
        );
        assert_eq!(suggestion(&verdict), "aws sso login --profile 'my dev'");
        assert!(verdict.can_log_in());
    }
    crate::file::remove(&path).unwrap();
    crate::file::write(&path.join("inside"), b"", 0o600).unwrap();
    assert_eq!(
        summary(&home.inspect("my dev")),
        "sso-session invalid SSO_TOKEN_INVALID",
        "a folder"
    );
}

#[test]
fn kept_role_credentials_are_for_aws_alone() {
    let home = Home::new(CONFIG, "");
    let name = sso_file_name("111122223333", "Dev", TokenKey::Session("corp"));
    for (token, kept, status, says) in [
        (
            None,
            900,
            "missing SSO_LOGIN_REQUIRED",
            "yet; aws itself works for another 15 min on role",
        ),
        (
            Some(-60),
            2_400,
            "expired SSO_SESSION_EXPIRED",
            "ago; aws itself works for another 40 min on role",
        ),
        (
            Some(-60),
            899,
            "expired SSO_SESSION_EXPIRED",
            "ended 1 min ago",
        ),
        (Some(3_600), 2_400, "valid -", ""),
    ] {
        if let Some(remaining) = token {
            home.write_token(remaining, None);
        }
        home.write_kept(&name, kept);
        let verdict = home.inspect("my dev");
        assert_eq!(summary(&verdict), format!("sso-session {status}"), "{kept}");
        assert_eq!(
            verdict.cached_role_until,
            (kept >= 900).then_some(NOW + kept)
        );
        assert!(message(&verdict).contains(says), "{}", message(&verdict));
        assert_eq!(home.inspect("old").cached_role_until, None, "another key");
    }
}

#[test]
fn sessions_of_aws_login() {
    let session = "arn:aws:sts::111122223333:assumed-role/R/me";
    let home = Home::new(&format!("[profile l]\nlogin_session = {session}\n"), "");
    let vars = [("AWS_LOGIN_CACHE_DIRECTORY", "~/logins")];
    // SHA-256 of the session.
    let path = "logins/ccce083658e6cc65aaf23c69e1383b5f9e11beb9b94268868cbd2640621f2147.json";
    let verdict = home.inspect_with("l", &vars);
    assert_eq!(summary(&verdict), "login missing CREDENTIALS_MISSING");
    assert_eq!(suggestion(&verdict), "aws login --profile l");
    for (remaining, want) in [
        (1, "login valid -"),
        (0, "login refreshable -"),
        (-12 * 3_600, "login expired CREDENTIALS_EXPIRED"),
    ] {
        let end = format_timestamp(NOW + remaining);
        home.write(
            path,
            &format!(r#"{{"accessToken":{{"secretAccessKey":"s3cr3t","expiresAt":"{end}"}},"clientId":"c","refreshToken":"s3cr3t","dpopKey":"s3cr3t"}}"#),
        );
        let verdict = home.inspect_with("l", &vars);
        assert_eq!(summary(&verdict), want, "{remaining} s");
        assert_eq!(verdict.expires, Some(NOW + remaining));
        assert_eq!(verdict.account.as_deref(), Some("111122223333"));
        assert_eq!(
            verdict.login,
            Some(Login::AwsLogin {
                profile: "l".to_owned()
            })
        );
    }
    home.write(path, "{}");
    assert_eq!(
        summary(&home.inspect_with("l", &vars)),
        "login invalid CREDENTIALS_INVALID"
    );
}
