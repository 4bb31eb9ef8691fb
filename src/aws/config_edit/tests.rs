use std::path::PathBuf;

use super::*;
use crate::aws::profiles::AwsFile;
use crate::error::{Code, Result};

pub(super) fn file(text: &str) -> AwsFile {
    AwsFile {
        path: PathBuf::from("f"),
        bytes: Some(text.into()),
    }
}

pub(super) fn upgrade(config: &str, profile: &str, session: &str, all: bool) -> Result<Edit> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let wish = Upgrade {
        session: some(session),
        profile: some(profile),
        all,
    };
    plan_upgrade(file(config), file(""), &wish)
}

fn dev() -> NewProfile {
    let some = |text: &str| Some(text.to_owned());
    NewProfile {
        session: "s".to_owned(),
        start_url: some("https://acme.awsapps.com/start"),
        sso_region: some("us-east-1"),
        scopes: None,
        profile: some("dev"),
        account: some("123456789012"),
        role: some("Dev"),
        region: some("us-west-2"),
    }
}

fn text(edit: &Edit) -> &str {
    std::str::from_utf8(&edit.bytes).unwrap()
}

const ADDED: &str = "[profile dev]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = Dev\nregion = us-west-2\n\n[sso-session s]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = us-east-1\nsso_registration_scopes = sso:account:access\n";

#[test]
fn added_sections_stand_at_the_end_in_the_style_of_the_file() {
    for (before, after) in [
        ("", ADDED.to_owned()),
        ("# c\n", format!("# c\n\n{ADDED}")),
        (
            "[default]\nregion = x\n",
            format!("[default]\nregion = x\n\n{ADDED}"),
        ),
        (
            "[default]\nregion = x",
            format!("[default]\nregion = x\n\n{}", ADDED.trim_end()),
        ),
        (
            "[default]\r\nregion = x\r\n",
            format!(
                "[default]\r\nregion = x\r\n\r\n{}",
                ADDED.replace('\n', "\r\n")
            ),
        ),
        (
            "[default]\rregion = x\r",
            format!("[default]\rregion = x\r\r{}", ADDED.replace('\n', "\r")),
        ),
        (
            "  [default]\n  s3 =\n    a = b\n  # last\n",
            format!("  [default]\n  s3 =\n    a = b\n  # last\n\n{ADDED}"),
        ),
    ] {
        let edit = plan_add(file(before), file(""), &dev()).unwrap();
        assert_eq!(text(&edit), after, "{before:?}");
        // A reader that knows nothing of ours sees the same in what was added.
        let added = after.get(before.len()..).unwrap();
        let other = ini::Ini::load_from_str_noescape(&added.replace('\r', "\n")).unwrap();
        for change in &edit.changes {
            let value = other.get_from(Some(&change.section), change.key);
            assert_eq!(value, change.after.as_deref(), "{}", change.key);
        }
        let again = plan_add(file(&after), file(""), &dev()).unwrap();
        assert_eq!((text(&again), again.changes.len()), (after.as_str(), 0));
    }
}

#[test]
fn a_section_of_that_name_must_say_the_same() {
    let other = ADDED.replace("Dev", "Admin");
    for (config, said) in [
        (other.as_str(), "sso_role_name (there: Admin)"),
        (
            "[profile \"dev\"]\nregion = us-west-2\n",
            "sso_session (not there)",
        ),
        (
            "[sso-session s]\nsso_start_url = https://acme.awsapps.com/start/\n",
            "sso_region",
        ),
    ] {
        let error = plan_add(file(config), file(""), &dev()).unwrap_err();
        assert_eq!(error.code, Code::FileConflict, "{config}");
        assert!(error.message.contains(said), "{}", error.message);
    }
    let mut wish = dev();
    (wish.start_url, wish.sso_region) = (None, None);
    let config =
        "[sso-session s]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n";
    let edit = plan_add(file(config), file(""), &wish).unwrap();
    assert_eq!(edit.changes.len(), 4);
    assert_eq!(edit.warnings[0].code, "SCOPE_MISSING");
    let error = plan_add(file(""), file(""), &wish).unwrap_err();
    assert!(error.message.contains("--start-url"), "{}", error.message);
}

#[test]
fn keys_of_the_credentials_file_that_win_are_told() {
    for (credentials, said) in [
        ("[dev]\naws_access_key_id = AKIAEXAMPLE\n", "access key"),
        ("[dev]\nregion = eu-west-1\n", "region"),
    ] {
        let edit = plan_add(file(""), file(credentials), &dev()).unwrap();
        assert_eq!(edit.warnings[0].code, "CREDENTIALS_SHADOW");
        assert!(edit.warnings[0].message.contains(said));
    }
    let same = plan_add(file(""), file("[dev]\nregion = us-west-2\n"), &dev()).unwrap();
    assert_eq!(same.warnings, []);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let set = |change: fn(&mut NewProfile)| {
        let mut wish = dev();
        change(&mut wish);
        let error = plan_add(file(""), file(""), &wish).unwrap_err();
        (
            error.code,
            error.message.clone(),
            error.suggestion.clone().unwrap_or_default(),
        )
    };
    let usage = Code::Usage;
    for ((code, message, step), (want, part, hint)) in [
        (
            set(|w| w.profile = Some("my dev".into())),
            (usage, "a space", "letters"),
        ),
        (
            set(|w| w.profile = Some("x;touch y".into())),
            (usage, "`;`", "letters"),
        ),
        (set(|w| w.session = "a]b".into()), (usage, "`]`", "letters")),
        (
            set(|w| w.session = "caf\u{e9}".into()),
            (usage, "`\u{e9}`", "letters"),
        ),
        (set(|w| w.session = String::new()), (usage, "empty", "")),
        (
            set(|w| w.start_url = Some("http://a.awsapps.com/start".into())),
            (usage, "https", "`https://a.awsapps.com/start`"),
        ),
        (
            set(|w| w.start_url = Some("a.awsapps.com/start".into())),
            (usage, "https", "`https://a.awsapps.com/start`"),
        ),
        (
            set(|w| w.start_url = Some("https://a.awsapps.com/st art".into())),
            (usage, "space", "looks like"),
        ),
        (
            set(|w| w.start_url = Some("https:///start".into())),
            (usage, "no host", "looks like"),
        ),
        (
            set(|w| w.start_url = Some("https://start".into())),
            (usage, "no host", "looks like"),
        ),
        (
            set(|w| w.sso_region = Some("us-east1".into())),
            (Code::RegionInvalid, "us-east1", "us-east-1"),
        ),
        (
            set(|w| w.account = Some("12345678901".into())),
            (usage, "twelve", "zeros"),
        ),
        (
            set(|w| w.role = Some("a\nb".into())),
            (usage, "permission set", "portal"),
        ),
        (
            set(|w| w.scopes = Some(" , ".into())),
            (usage, "scopes", "--scopes"),
        ),
        (set(|w| w.account = None), (usage, "--account", "sso add")),
        (set(|w| w.profile = None), (usage, "--profile", "sso add")),
    ] {
        assert_eq!(code, want, "{message}");
        assert!(message.contains(part), "{message} lacks {part}");
        assert!(step.contains(hint), "{step} lacks {hint}");
    }
    for url in [
        "https://d-1.awsapps.com/start#/",
        "https://d-1.awsapps.com/start/",
        "https://identitycenter.amazonaws.com/ssoins-1",
    ] {
        let mut wish = dev();
        wish.start_url = Some(url.to_owned());
        assert!(plan_add(file(""), file(""), &wish).is_ok(), "{url}");
    }
    let error = plan_add(file("region = x\n"), file(""), &dev()).unwrap_err();
    assert_eq!(error.code, Code::AwsConfigInvalid);
}

#[test]
fn defect_64_a_scope_is_added_beside_the_others_and_where_the_section_reads_it() {
    for (before, after) in [
        (
            "[sso-session s]\na = b\n",
            "[sso-session s]\na = b\nsso_registration_scopes = sso:account:access\n",
        ),
        (
            "[sso-session s]\na = b",
            "[sso-session s]\na = b\nsso_registration_scopes = sso:account:access",
        ),
        (
            "[sso-session s]\n",
            "[sso-session s]\nsso_registration_scopes = sso:account:access\n",
        ),
        (
            "[sso-session s]",
            "[sso-session s]\nsso_registration_scopes = sso:account:access",
        ),
        // As deep as the others, below the last one's lines, above the blank and comment lines of the next section.
        (
            "[sso-session s]\n  a = b\n  s3 =\n    c = d\n\n# next\n[default]\n",
            "[sso-session s]\n  a = b\n  s3 =\n    c = d\n  sso_registration_scopes = sso:account:access\n\n# next\n[default]\n",
        ),
        // An empty section above an indented header.
        (
            "[sso-session s]\n  [default]\n",
            "[sso-session s]\n  sso_registration_scopes = sso:account:access\n  [default]\n",
        ),
        // White space to Python that is none to Rust: found by the fuzzer.
        (
            "[sso-session s]\n\u{1c}[default]\n",
            "[sso-session s]\n\u{1c}sso_registration_scopes = sso:account:access\n\u{1c}[default]\n",
        ),
        // Keys that come out step by step.
        (
            "[sso-session s]\n  a = b\n c = d\n",
            "[sso-session s]\n  a = b\n c = d\n sso_registration_scopes = sso:account:access\n",
        ),
        (
            "[sso-session s]\r\na = b\r\n",
            "[sso-session s]\r\na = b\r\nsso_registration_scopes = sso:account:access\r\n",
        ),
        (
            "[sso-session s]\nSSO_Registration_Scopes: x:y  \n",
            "[sso-session s]\nSSO_Registration_Scopes: x:y, sso:account:access  \n",
        ),
        (
            "[sso-session s]\nsso_registration_scopes = x:y,\n",
            "[sso-session s]\nsso_registration_scopes = x:y, sso:account:access\n",
        ),
        (
            "[sso-session s]\nsso_registration_scopes =\na = b\n",
            "[sso-session s]\nsso_registration_scopes = sso:account:access\na = b\n",
        ),
        (
            "[sso-session s]\nsso_registration_scopes = a,\n  b\n",
            "[sso-session s]\nsso_registration_scopes = a,\n  b, sso:account:access\n",
        ),
        // The last spelling counts; what is inherited is written out.
        (
            "[sso-session s]\na = b\n[sso-session \"s\"]\na = c\n",
            "[sso-session s]\na = b\n[sso-session \"s\"]\na = c\nsso_registration_scopes = sso:account:access\n",
        ),
        (
            "[DEFAULT]\nsso_registration_scopes = x\n[sso-session s]\na = c\n",
            "[DEFAULT]\nsso_registration_scopes = x\n[sso-session s]\na = c\nsso_registration_scopes = x, sso:account:access\n",
        ),
        (
            "[sso-session s]\nsso_registration_scopes = x, sso:account:access\n",
            "[sso-session s]\nsso_registration_scopes = x, sso:account:access\n",
        ),
    ] {
        let edit = upgrade(before, "", "s", false).unwrap();
        assert_eq!(text(&edit), after, "{before:?}");
        assert_eq!(edit.changes.is_empty(), before == after);
        assert_eq!(text(&upgrade(after, "", "s", false).unwrap()), after);
    }
    let nested = "[sso-session s]\nsso_registration_scopes =\n  a = b\n";
    assert_eq!(
        upgrade(nested, "", "s", false).unwrap_err().code,
        Code::ProfileInvalid
    );
    let secret =
        "[sso-session s]\nsso_registration_scopes = x\n  aws_secret_access_key = EXAMPLE\n";
    let error = upgrade(secret, "", "s", false).unwrap_err();
    assert_eq!(error.code, Code::ProfileInvalid);
    assert!(!error.message.contains("EXAMPLE"));
    assert_eq!(
        upgrade("", "", "s", false).unwrap_err().code,
        Code::ProfileNotFound
    );
    assert_eq!(upgrade("", "", "", false).unwrap_err().code, Code::Usage);
}

#[test]
fn defect_64_a_legacy_profile_gets_a_session_default_included() {
    let session = "\n[sso-session acme]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = us-east-1\nsso_registration_scopes = sso:account:access\n";
    let url = "sso_start_url = https://acme.awsapps.com/start";
    for (header, rest) in [
        ("default", ""),
        ("profile p", "output = json\n"),
        ("profile \"p\"", "s3 =\n  a = b\n"),
    ] {
        let before = format!(
            "# top\n[{header}]\n{url}\n# mid\nsso_region = us-east-1\nsso_account_id = 1\n{rest}"
        );
        let after = format!(
            "# top\n[{header}]\nsso_session = acme\n# mid\nsso_account_id = 1\n{rest}{session}"
        );
        let name = if header == "default" { "default" } else { "p" };
        let edit = upgrade(&before, name, "", false).unwrap();
        assert_eq!(text(&edit), after);
        assert_eq!(edit.log_in.as_deref(), Some(name));
        assert_eq!(upgrade(&after, name, "", false).unwrap().changes, []);
    }
}

#[test]
fn legacy_profiles_of_one_portal_go_together() {
    let one = |name: &str, url: &str, region: &str| {
        format!(
            "[profile {name}]\nsso_start_url = {url}\nsso_region = {region}\nsso_registration_scopes = {name}:x\n"
        )
    };
    let url = "https://acme.awsapps.com/start";
    let config = one("a", url, "us-east-1")
        + &one("b", &format!("{url}/"), "us-east-1")
        + &one("c", url, "eu-west-1")
        + &one("d", "https://other.awsapps.com/start", "us-east-1");
    let edit = upgrade(&config, "a", "", true).unwrap();
    let after = text(&edit);
    assert!(after.starts_with("[profile a]\nsso_session = acme\n[profile b]\nsso_session = acme\n[profile c]\nsso_start_url"));
    assert!(
        after.ends_with("sso_registration_scopes = a:x, b:x, sso:account:access\n"),
        "{after}"
    );
    assert_eq!(edit.warnings.len(), 1);
    assert!(edit.warnings[0].message.contains("`c` stays"));
    let alone = upgrade(&config, "a", "mine", false).unwrap();
    assert!(text(&alone).contains("[profile b]\nsso_start_url"));
    assert!(text(&alone).contains("[sso-session mine]"));
}

#[test]
fn a_session_of_the_same_portal_is_used_and_one_of_another_refused() {
    let legacy =
        "[profile p]\nsso_start_url = https://a.awsapps.com/start\nsso_region = us-east-1\n";
    let session = |name: &str, url: &str, more: &str| {
        format!("[sso-session {name}]\nsso_start_url = {url}\nsso_region = us-east-1\n{more}")
    };
    let same = format!(
        "{legacy}{}",
        session("mine", "https://a.awsapps.com/start", "")
    );
    let edit = upgrade(&same, "p", "", false).unwrap();
    assert_eq!(
        text(&edit),
        "[profile p]\nsso_session = mine\n[sso-session mine]\nsso_start_url = https://a.awsapps.com/start\nsso_region = us-east-1\nsso_registration_scopes = sso:account:access\n"
    );
    let other = format!(
        "{legacy}{}",
        session("a", "https://b.awsapps.com/start", "")
    );
    assert!(text(&upgrade(&other, "p", "", false).unwrap()).contains("[sso-session a-2]"));
    assert_eq!(
        upgrade(&other, "p", "a", false).unwrap_err().code,
        Code::FileConflict
    );
    let differs = format!(
        "{legacy}output = json\n{}",
        session("mine", "https://a.awsapps.com/start", "output = text\n")
    );
    let error = upgrade(&differs, "p", "", false).unwrap_err();
    assert_eq!(error.code, Code::ProfileInvalid);
    assert!(error.message.contains("output"), "{}", error.message);
}

#[test]
fn a_comment_between_the_lines_of_a_value_stays() {
    let before = "[profile p]\nsso_start_url = https://a.awsapps.com/start\nsso_registration_scopes = x,\n  # why\n  y\nsso_region = us-east-1\n";
    let edit = upgrade(before, "p", "", false).unwrap();
    assert!(
        text(&edit).starts_with("[profile p]\nsso_session = a\n  # why\n\n[sso-session a]"),
        "{}",
        text(&edit)
    );
    assert!(text(&edit).ends_with("= x, y, sso:account:access\n"));
}

#[test]
fn what_we_did_is_undone_and_what_others_did_is_not() {
    let path = std::path::Path::new("c");
    let (first, second) = (&b"one"[..], &b"two"[..]);
    for original in [None, Some(&b"# mine\n"[..]), Some(&b""[..])] {
        let kept = plan_kept(original, None, first);
        let kept = plan_kept(Some(first), Some(&kept), second);
        let back = plan_undo(Some(second), Some(&kept), path).unwrap();
        assert_eq!(back.as_deref(), original);
        // Put back already by someone else: there is nothing left to do.
        let again = plan_undo(original, Some(&kept), path).unwrap();
        assert_eq!(again.as_deref(), original);
        let others = [None, Some(first), Some(&b"three"[..])];
        for changed in others.into_iter().filter(|it| *it != original) {
            let error = plan_undo(changed, Some(&kept), path).unwrap_err();
            assert_eq!(error.code, Code::FileConflict);
        }
        let later = plan_kept(Some(b"theirs"), Some(&kept), first);
        let back = plan_undo(Some(first), Some(&later), path).unwrap();
        assert_eq!(back.as_deref(), Some(&b"theirs"[..]));
    }
    let error = plan_undo(Some(first), None, path).unwrap_err();
    assert_eq!(error.code, Code::NotConfigured);
}

#[test]
fn a_session_that_no_value_can_name_is_not_used() {
    let before = "[profile dev]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = us-east-1\n\
                  [sso-session \"acme \"]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = us-east-1\n";
    let edit = upgrade(before, "dev", "", true).unwrap();
    assert!(
        text(&edit).starts_with("[profile dev]\nsso_session = acme\n[sso-session \"acme \"]\n")
    );
    assert!(
        text(&edit).contains("\n[sso-session acme]\n"),
        "{}",
        text(&edit)
    );
}
