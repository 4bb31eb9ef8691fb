//! Roles and what they are assumed with.

use super::{Home, NOW, message, suggestion, summary};
use crate::aws::credentials::Login;
use crate::aws::role_cache::AssumeRole;

const ARN: &str = "arn:aws:iam::444455556666:role/R";
const KEYS: &str = "aws_access_key_id = AKIA\naws_secret_access_key = s3cr3t\n";
const SSO: &str = "[sso-session corp]\nsso_start_url = https://x/start\nsso_region = eu-west-1\n\
    [profile sso]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Dev\n";

/// A config file of roles: `(profile, what stands in it beside role_arn)`.
fn roles(roles: &[(&str, &str)]) -> String {
    let mut config = String::new();
    for (name, rest) in roles {
        config += &format!("[profile {name}]\nrole_arn = {ARN}\n{rest}\n");
    }
    config
}

#[test]
fn chains_that_botocore_refuses() {
    for (config, says) in [
        (
            roles(&[("p", "")]),
            "neither source_profile nor credential_source",
        ),
        (
            roles(&[("p", KEYS)]),
            "neither source_profile nor credential_source",
        ),
        (
            roles(&[("p", "source_profile = p\ncredential_source = Environment")]),
            "both",
        ),
        (
            roles(&[("p", "source_profile = nobody")]),
            "`nobody`, which does not exist",
        ),
        (
            roles(&[("p", "source_profile =")]),
            "``, which does not exist",
        ),
        (
            roles(&[("p", "source_profile =\n  a = b")]),
            "which does not exist",
        ),
        (
            roles(&[("p", "credential_source = environment")]),
            "`environment`, which does not exist",
        ),
        (
            roles(&[("p", "source_profile = p")]),
            "`p` leads back to `p`",
        ),
        (
            roles(&[("p", "source_profile = q"), ("q", "source_profile = p")]),
            "`q` leads back to `p`",
        ),
        (
            roles(&[("p", "source_profile = q"), ("q", "source_profile = q")]),
            "`q` leads back to `q`",
        ),
        (
            roles(&[("p", "source_profile = q")]) + "[profile q]\nregion = x\n",
            "`q`, which has none",
        ),
        (
            roles(&[("p", "source_profile = q")]) + "[profile q]\naws_secret_access_key = s3cr3t\n",
            "`q`, which has none",
        ),
        (
            roles(&[("p", "source_profile = q")]) + "[profile q]\naws_access_key_id = AKIA\n",
            "no aws_secret_access_key",
        ),
        (
            roles(&[("p", "source_profile = q"), ("q", "")]),
            "`q` has role_arn but neither",
        ),
    ] {
        let verdict = Home::new(&config, "").inspect("p");
        assert_eq!(
            summary(&verdict),
            "role invalid PROFILE_INVALID",
            "{config}"
        );
        assert!(
            message(&verdict).contains(says),
            "{config}: {}",
            message(&verdict)
        );
    }
}

#[test]
fn the_end_of_the_chain_decides() {
    let home = Home::new(
        &(roles(&[
            ("itself", &format!("source_profile = itself\n{KEYS}")),
            ("one", "source_profile = keys"),
            ("two", "source_profile = one"),
            ("stops", "source_profile = itself"),
            ("by-sso", "source_profile = sso"),
        ]) + SSO),
        &format!("[keys]\n{KEYS}"),
    );
    for (name, source) in [
        ("itself", "itself"),
        ("one", "keys"),
        ("two", "keys"),
        ("stops", "itself"),
    ] {
        let verdict = home.inspect(name);
        assert_eq!(summary(&verdict), "role unverified -", "{name}");
        assert_eq!(verdict.source.as_deref(), Some(source), "{name}");
        assert_eq!(verdict.role.as_deref(), Some(ARN));
        assert_eq!(verdict.account.as_deref(), Some("444455556666"));
        assert_eq!((verdict.can_log_in(), verdict.mfa), (false, false));
    }
    let verdict = home.inspect("by-sso");
    assert_eq!(summary(&verdict), "role missing SSO_LOGIN_REQUIRED");
    assert_eq!(suggestion(&verdict), "aws sso login --profile sso");
    assert_eq!(
        verdict.login,
        Some(Login::Sso {
            profile: "sso".to_owned()
        })
    );
    home.write_token(899, Some(5_000));
    let verdict = home.inspect("by-sso");
    assert_eq!(summary(&verdict), "role refreshable -");
    assert_eq!(
        (verdict.expires, verdict.renewable_until),
        (Some(NOW + 899), Some(NOW + 5_000))
    );
    assert_eq!(verdict.sso_session.as_deref(), Some("corp"));
    assert_eq!(
        verdict.account.as_deref(),
        Some("444455556666"),
        "the role's, not the session's"
    );
}

#[test]
fn sources_in_the_surroundings() {
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKIA"),
        ("AWS_SECRET_ACCESS_KEY", "s3cr3t"),
    ];
    for (source, vars, want) in [
        ("Environment", &keys[..], "role unverified -"),
        (
            "Environment",
            &keys[..1],
            "role missing CREDENTIALS_MISSING",
        ),
        (
            "EcsContainer",
            &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://x")],
            "role unverified -",
        ),
        ("EcsContainer", &[], "role missing CREDENTIALS_MISSING"),
        ("Ec2InstanceMetadata", &[], "role unverified -"),
        (
            "Ec2InstanceMetadata",
            &[("AWS_EC2_METADATA_DISABLED", "True")],
            "role missing CREDENTIALS_MISSING",
        ),
    ] {
        for more in ["", "\nmfa_serial = m"] {
            let home = Home::new(
                &roles(&[("p", &format!("credential_source = {source}{more}"))]),
                "",
            );
            let asked = !more.is_empty() && want.contains("unverified");
            let want = if asked {
                "role invalid MFA_REQUIRED"
            } else {
                want
            };
            assert_eq!(
                summary(&home.inspect_with("p", vars)),
                want,
                "{source}{more}"
            );
        }
    }
}

#[test]
fn mfa_codes_and_kept_credentials() {
    let config = roles(&[
        ("top", "source_profile = middle\nexternal_id = top"),
        ("middle", "source_profile = sso\nmfa_serial = serial"),
    ]) + SSO;
    let top = AssumeRole {
        role_arn: ARN,
        external_id: Some("top"),
        ..AssumeRole::default()
    }
    .file_name();
    let middle = AssumeRole {
        role_arn: ARN,
        mfa_serial: Some("serial"),
        ..AssumeRole::default()
    }
    .file_name();
    for (kept, token, want) in [
        (vec![], Some(3_600), "role invalid MFA_REQUIRED"),
        (vec![], None, "role invalid MFA_REQUIRED"),
        (
            vec![(&middle, 900)],
            Some(3_600),
            "role unverified MFA_REQUIRED",
        ),
        (
            vec![(&middle, 899)],
            Some(3_600),
            "role invalid MFA_REQUIRED",
        ),
        (
            vec![(&top, 1_000), (&middle, 900)],
            Some(3_600),
            "role unverified MFA_REQUIRED",
        ),
        (vec![(&top, 1_000)], None, "role missing SSO_LOGIN_REQUIRED"),
    ] {
        let home = Home::new(&config, "");
        for (name, remaining) in &kept {
            home.write_kept(name, *remaining);
        }
        if let Some(remaining) = token {
            home.write_token(remaining, None);
        }
        let verdict = home.inspect("top");
        assert_eq!(summary(&verdict), want, "{kept:?} {token:?}");
        assert!(verdict.mfa);
        let live = kept
            .first()
            .map(|(_, remaining)| *remaining)
            .filter(|remaining| *remaining >= 900);
        assert_eq!(
            verdict.cached_role_until,
            live.map(|remaining| NOW + remaining),
            "{kept:?}"
        );
        assert_eq!(verdict.can_log_in(), !want.contains("invalid"), "{kept:?}");
    }
    let home = Home::new(
        &roles(&[("p", "source_profile = k\nmfa_serial = s")]),
        &format!("[k]\n{KEYS}"),
    );
    let verdict = home.inspect("p");
    assert_eq!(summary(&verdict), "role invalid MFA_REQUIRED");
    assert!(
        suggestion(&verdict).ends_with("aws sts get-caller-identity --profile p"),
        "{}",
        suggestion(&verdict)
    );
    let name = AssumeRole {
        role_arn: ARN,
        mfa_serial: Some("s"),
        ..AssumeRole::default()
    }
    .file_name();
    home.write_kept(&name, 1_800);
    let verdict = home.inspect("p");
    assert_eq!(summary(&verdict), "role unverified MFA_REQUIRED");
    assert_eq!(verdict.expires, Some(NOW + 1_800), "that is all there is");
}

/// Each profile of three is a role or none, has keys or none, names one of the three (a seventh of all such); whichever is asked first, the
/// verdicts are those of an inspector that knows nothing yet.
#[test]
fn what_is_known_of_a_chain_changes_no_verdict() {
    const NAMES: [&str; 3] = ["a", "b", "c"];
    for way in (0..10 * 10 * 10_usize).step_by(7) {
        let shapes = [way % 10, way / 10 % 10, way / 100];
        let mut config = String::new();
        for (name, shape) in NAMES.iter().zip(shapes) {
            config += &format!("[profile {name}]\nregion = x\n");
            if let Some(source) = NAMES.get(shape / 2) {
                config += &format!("role_arn = {ARN}\nsource_profile = {source}\n");
            }
            if shape / 2 == 3 {
                config += &format!("role_arn = {ARN}\n");
            }
            if shape % 2 == 1 {
                config += KEYS;
            }
            if *name == "b" {
                config += "mfa_serial = 1\n";
            }
        }
        let home = Home::new(&config, "");
        let fresh = NAMES.map(|name| home.inspect(name));
        for order in [[0, 1, 2], [1, 2, 0], [2, 1, 0], [2, 0, 1]] {
            let known = home.inspect_all(order.map(|at| NAMES[at]));
            assert_eq!(
                known,
                order.map(|at| fresh[at].clone()),
                "{order:?} {config}"
            );
        }
    }
}

#[test]
fn an_empty_role_arn_assumes_nothing() {
    let config = format!("[profile p]\nrole_arn =\nsource_profile = k\n[profile k]\n{KEYS}");
    let verdict = Home::new(&config, "").inspect("p");
    assert_eq!(summary(&verdict), "role invalid PROFILE_INVALID");
    assert!(message(&verdict).contains("`p` is empty"));
}
