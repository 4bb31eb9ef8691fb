//! Role credentials that the `aws` CLI keeps, and `aws login` sessions: their files and their ends.
//!
//! Only the CLI reads `~/.aws/cli/cache`; Claude Code does not (`botocore.credentials.CachedCredentialFetcher`,
//! `awscli.customizations.assumerole`, `awscli.customizations.sso`).

use std::path::{Path, PathBuf};

use crate::aws::cache_json::{CacheFile, NoDate};
use crate::aws::profiles::location;
use crate::aws::sha256::sha256_hex;
use crate::aws::sso::TokenKey;
use crate::env::Env;
use crate::hash::sha1_hex;
use crate::time::Epoch;

/// Seconds that kept credentials must have left for the CLI to use them (`DEFAULT_EXPIRY_WINDOW_SECONDS`).
pub const USABLE_WINDOW: i64 = 15 * 60;

/// Seconds after the end of a login's last access token at which its refresh token is surely dead: AWS lets a login
/// live 12 hours, and each refresh token for less.
const LOGIN_LIMIT: i64 = 12 * 60 * 60;

/// What a login cache file must hold to be loaded (`LoginCredentialFetcher._REQUIRED_TOKEN_FIELDS`).
const LOGIN_MEMBERS: [&str; 4] = ["accessToken", "refreshToken", "dpopKey", "clientId"];

/// The folder of kept role credentials.
pub fn folder(home: &Path) -> PathBuf {
    home.join(".aws").join("cli").join("cache")
}

/// The name of the file that keeps the credentials of an SSO role: SHA-1 of minified JSON with sorted names
/// (`SSOCredentialFetcher._create_cache_key`).
pub fn sso_file_name(account: &str, role: &str, key: TokenKey) -> String {
    let (name, value) = match key {
        TokenKey::Session(session) => ("sessionName", session),
        TokenKey::StartUrl(url) => ("startUrl", url),
    };
    let json = format!(
        r#"{{"accountId":{},"roleName":{},"{name}":{}}}"#,
        python_json(account),
        python_json(role),
        python_json(value)
    );
    file_name(&json)
}

/// What an `AssumeRole` call is made with; those that are not configured are `None`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AssumeRole<'a> {
    /// `role_arn`.
    pub role_arn: &'a str,
    /// `role_session_name`; an empty one counts as none.
    pub session_name: Option<&'a str>,
    /// `external_id`.
    pub external_id: Option<&'a str>,
    /// `mfa_serial`.
    pub mfa_serial: Option<&'a str>,
    /// `duration_seconds`; anything but a whole number counts as none.
    pub duration: Option<&'a str>,
}

impl AssumeRole<'_> {
    /// The name of the file that keeps the credentials of the role: SHA-1 of Python's JSON of the arguments
    /// (`BaseAssumeRoleCredentialFetcher._create_cache_key`). Whose credentials assume the role is no part of it.
    pub fn file_name(&self) -> String {
        let duration = self
            .duration
            .and_then(|text| text.trim().parse::<i64>().ok());
        let members = [
            (
                "DurationSeconds",
                duration.map(|seconds| seconds.to_string()),
            ),
            ("ExternalId", self.external_id.map(python_json)),
            ("RoleArn", Some(python_json(self.role_arn))),
            (
                "RoleSessionName",
                self.session_name
                    .filter(|name| !name.is_empty())
                    .map(python_json),
            ),
            ("SerialNumber", self.mfa_serial.map(python_json)),
        ];
        let members: Vec<String> = members
            .into_iter()
            .filter_map(|(name, value)| Some(format!(r#""{name}": {}"#, value?)))
            .collect();
        file_name(&format!("{{{}}}", members.join(", ")))
    }
}

fn file_name(json: &str) -> String {
    sha1_hex(json.as_bytes()) + ".json"
}

/// A string as Python's `json.dumps` writes it: everything outside printable ASCII as `\uXXXX`.
fn python_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
    out
}

/// When kept role credentials end, while the CLI still uses them at `now`.
pub fn usable_until(file: &CacheFile, now: Epoch) -> Option<Epoch> {
    let CacheFile::Json(json) = file else {
        return None;
    };
    let end = json.date("Credentials.Expiration").ok()?;
    (end - now >= USABLE_WINDOW).then_some(end)
}

/// The cache file of an `aws login` session: SHA-256 of the profile's `login_session`
/// (`botocore.utils.generate_login_cache_key`).
pub fn login_path(env: &Env, login_session: &str) -> PathBuf {
    location::login_cache(env).join(sha256_hex(login_session.as_bytes()) + ".json")
}

/// What can be done with an `aws login` session now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginState {
    /// Its access token lives until then.
    Valid(Epoch),
    /// Its access token ended then, and renews itself at the next use.
    Refreshable(Epoch),
    /// Its access token ended then, longer ago than a login can live.
    Expired(Epoch),
    /// There is no file: nobody has logged in.
    Missing,
    /// The file cannot be used; the text says why.
    Invalid(String),
}

/// Tells the state of an `aws login` cache file at `now` (`botocore.credentials.LoginCredentialFetcher`).
pub fn judge_login(file: &CacheFile, now: Epoch) -> LoginState {
    let json = match file {
        CacheFile::Absent => return LoginState::Missing,
        CacheFile::Unusable(why) => return LoginState::Invalid(why.clone()),
        CacheFile::Json(json) => json,
    };
    if let Some(name) = LOGIN_MEMBERS.iter().find(|name| !json.has(name)) {
        return LoginState::Invalid(format!("it holds no {name}"));
    }
    match json.date("accessToken.expiresAt") {
        Ok(end) if end > now => LoginState::Valid(end),
        Ok(end) if end + LOGIN_LIMIT > now => LoginState::Refreshable(end),
        Ok(end) => LoginState::Expired(end),
        Err(NoDate::Absent) => LoginState::Invalid("its accessToken holds no expiresAt".to_owned()),
        Err(NoDate::Unreadable) => LoginState::Invalid(
            "the expiresAt of its accessToken is not a date with a time zone".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::format_timestamp;

    const NOW: Epoch = 1_795_365_201;
    const X: AssumeRole = AssumeRole {
        role_arn: "arn:aws:iam::123456789012:role/X",
        session_name: None,
        external_id: None,
        mfa_serial: None,
        duration: None,
    };

    /// The first of each kind as seen in real caches; the others as `hashlib` digests Python's `json.dumps`.
    #[test]
    fn file_names() {
        let sso = |role, key| sso_file_name("123456789012", role, key);
        for (name, want) in [
            (
                sso("Developer", TokenKey::Session("my-sso")),
                "78207cbe86fd88118b28f50a0d2415e56e205588",
            ),
            (
                sso("Dév \"😀\"\t", TokenKey::StartUrl("https://x/\u{7f}")),
                "86bc0c675ea0991d4abfbf5d5b6259219ae35673",
            ),
            (X.file_name(), "295d07928e1a25ace0a55cefb5658470a4603129"),
            (
                AssumeRole {
                    session_name: Some(""),
                    duration: Some("1h"),
                    ..X
                }
                .file_name(),
                "295d07928e1a25ace0a55cefb5658470a4603129",
            ),
            (
                AssumeRole {
                    session_name: Some("me"),
                    external_id: Some(""),
                    mfa_serial: Some("arn:aws:iam::1:mfa/é"),
                    duration: Some("0900"),
                    ..X
                }
                .file_name(),
                "24d4a59e41d6779bbd4fe89a485957bb654d2a31",
            ),
        ] {
            assert_eq!(name, format!("{want}.json"));
        }
    }

    #[test]
    fn kept_credentials_are_used_while_15_minutes_are_left() {
        for (text, want) in [
            (format_timestamp(NOW + 900), Some(NOW + 900)),
            (format_timestamp(NOW + 899), None),
            (format_timestamp(NOW - 1), None),
            ("soon".to_owned(), None),
        ] {
            let text =
                format!(r#"{{"Credentials":{{"SecretAccessKey":"s","Expiration":"{text}"}}}}"#);
            assert_eq!(
                usable_until(&CacheFile::parse(text.as_bytes()), NOW),
                want,
                "{text}"
            );
        }
        for text in [
            "",
            "{}",
            r#"{"Credentials":5}"#,
            r#"{"Expiration":"2099-01-01T00:00:00Z"}"#,
        ] {
            assert_eq!(
                usable_until(&CacheFile::parse(text.as_bytes()), NOW),
                None,
                "{text}"
            );
        }
        assert_eq!(usable_until(&CacheFile::Absent, NOW), None);
    }

    #[test]
    fn logins_by_the_clock() {
        let file = |end: &str| {
            let text = format!(
                r#"{{"accessToken":{{"secretAccessKey":"s","expiresAt":"{end}"}},"clientId":"c","refreshToken":"r","dpopKey":"k"}}"#
            );
            CacheFile::parse(text.as_bytes())
        };
        for (remaining, want) in [
            (1, LoginState::Valid(NOW + 1)),
            (0, LoginState::Refreshable(NOW)),
            (
                1 - LOGIN_LIMIT,
                LoginState::Refreshable(NOW + 1 - LOGIN_LIMIT),
            ),
            (-LOGIN_LIMIT, LoginState::Expired(NOW - LOGIN_LIMIT)),
        ] {
            assert_eq!(
                judge_login(&file(&format_timestamp(NOW + remaining)), NOW),
                want,
                "{remaining} s"
            );
        }
        assert_eq!(judge_login(&CacheFile::Absent, NOW), LoginState::Missing);
        for (text, why) in [
            ("", "JSON"),
            (
                r#"{"accessToken":{},"clientId":"c","refreshToken":"r"}"#,
                "dpopKey",
            ),
            (
                r#"{"accessToken":{},"clientId":"c","refreshToken":"r","dpopKey":"k"}"#,
                "no expiresAt",
            ),
            (
                r#"{"accessToken":{"expiresAt":9},"clientId":"c","refreshToken":"r","dpopKey":"k"}"#,
                "not a date",
            ),
        ] {
            match judge_login(&CacheFile::parse(text.as_bytes()), NOW) {
                LoginState::Invalid(reason) => assert!(reason.contains(why), "{text}: {reason}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn where_logins_are_kept() {
        let home = Path::new("/home/me");
        let name = sha256_hex(b"arn:aws:sts::1:assumed-role/A/b") + ".json";
        for (vars, folder) in [
            (vec![], "/home/me/.aws/login/cache"),
            (vec![("AWS_LOGIN_CACHE_DIRECTORY", "~/x")], "/home/me/x"),
        ] {
            let env = Env::for_test(home, &vars);
            let path = login_path(&env, "arn:aws:sts::1:assumed-role/A/b");
            assert_eq!(path, Path::new(folder).join(&name));
        }
    }
}
