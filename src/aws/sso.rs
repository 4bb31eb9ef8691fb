//! SSO token files: where they are, when they end, whether they renew themselves.
//!
//! The rules are botocore's (`botocore.tokens.SSOTokenProvider`, `botocore.utils.SSOTokenLoader`,
//! `botocore.credentials.SSOCredentialFetcher`); the clock and the file decide, nothing is asked.

use std::path::{Path, PathBuf};

use crate::aws::cache_json::{CacheFile, CacheJson, NoDate};
use crate::hash::sha1_hex;
use crate::time::Epoch;

/// Seconds before its end from which botocore renews a token (`SSOTokenProvider._REFRESH_WINDOW`).
const REFRESH_WINDOW: i64 = 15 * 60;

/// What must all be in the file for a renewal, beside the registration's end (`_refresh_access_token`).
const RENEWAL_MEMBERS: [&str; 3] = ["clientId", "clientSecret", "refreshToken"];

/// What a token belongs to, and so what its file is named after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKey<'a> {
    /// The name of an `[sso-session]`.
    Session(&'a str),
    /// The `sso_start_url` of a profile without a session, letter for letter.
    StartUrl(&'a str),
}

impl TokenKey<'_> {
    /// The token file: SHA-1 of the name or the URL, under `~/.aws/sso/cache`. No variable moves that folder.
    pub fn path(self, home: &Path) -> PathBuf {
        let (TokenKey::Session(text) | TokenKey::StartUrl(text)) = self;
        let name = sha1_hex(text.as_bytes());
        home.join(".aws")
            .join("sso")
            .join("cache")
            .join(name + ".json")
    }
}

/// What can be done with a token now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It works.
    Valid,
    /// It has run out, or is about to, and renews itself at the next use.
    Refreshable,
    /// It has run out; a new login is needed.
    Expired,
    /// There is no token file: nobody has logged in.
    Missing,
    /// The token file cannot be used; the text says why.
    Invalid(String),
}

/// A token file seen at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What can be done with it.
    pub state: State,
    /// When the token ends.
    pub expires: Option<Epoch>,
    /// Until when the client registration lets it renew itself. AWS may end a session sooner; no file tells.
    pub renewable_until: Option<Epoch>,
}

impl Token {
    fn ended(state: State) -> Self {
        Token {
            state,
            expires: None,
            renewable_until: None,
        }
    }

    fn invalid(why: impl Into<String>) -> Self {
        Token::ended(State::Invalid(why.into()))
    }
}

/// Tells the state of a token file at `now`.
pub fn judge(file: &CacheFile, key: TokenKey, now: Epoch) -> Token {
    match file {
        CacheFile::Absent => Token::ended(State::Missing),
        CacheFile::Unusable(why) => Token::invalid(why.clone()),
        CacheFile::Json(json) => judge_members(json, key, now),
    }
}

fn judge_members(json: &CacheJson, key: TokenKey, now: Epoch) -> Token {
    if !json.has("accessToken") {
        return Token::invalid("it holds no accessToken");
    }
    let expires = match json.date("expiresAt") {
        Ok(expires) => expires,
        Err(NoDate::Absent) => return Token::invalid("it holds no expiresAt"),
        Err(NoDate::Unreadable) => {
            return Token::invalid("its expiresAt is not a date with a time zone");
        }
    };
    // Tokens of a start URL are never renewed, even when the file has all that it takes.
    let can_renew =
        matches!(key, TokenKey::Session(_)) && RENEWAL_MEMBERS.iter().all(|name| json.has(name));
    let registration = if can_renew {
        json.date("registrationExpiresAt")
    } else {
        Err(NoDate::Absent)
    };
    let renewable_until = registration.ok();
    let remaining = expires - now;
    let state = if remaining >= REFRESH_WINDOW {
        State::Valid
    } else if registration == Err(NoDate::Unreadable) {
        // botocore reads this date only when it renews, and stops there.
        State::Invalid("its registrationExpiresAt is not a date with a time zone".to_owned())
    } else if renewable_until.is_some_and(|end| end > now) {
        State::Refreshable
    } else if remaining > 0 {
        State::Valid
    } else {
        State::Expired
    };
    Token {
        state,
        expires: Some(expires),
        renewable_until,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::format_timestamp;

    const NOW: Epoch = 1_795_365_201;
    const SESSION: TokenKey = TokenKey::Session("my-sso");
    const LEGACY: TokenKey = TokenKey::StartUrl("https://my-sso.awsapps.com/start");

    fn token(expires: Epoch, registration: Option<Epoch>) -> String {
        let expires = format_timestamp(expires);
        let renewal = registration.map_or_else(String::new, |end| {
            let end = format_timestamp(end);
            format!(r#","clientId":"i","clientSecret":"s","refreshToken":"r","registrationExpiresAt":"{end}""#)
        });
        format!(r#"{{"accessToken":"a","expiresAt":"{expires}"{renewal}}}"#)
    }

    fn judge_text(text: &str, key: TokenKey) -> Token {
        judge(&CacheFile::parse(text.as_bytes()), key, NOW)
    }

    #[test]
    fn file_names() {
        let home = Path::new("/home/me");
        assert_eq!(
            SESSION.path(home),
            home.join(".aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json")
        );
        assert_ne!(
            TokenKey::StartUrl("https://x/start").path(home),
            TokenKey::StartUrl("https://x/start/").path(home)
        );
    }

    #[test]
    fn states_by_the_clock() {
        let alive = Some(NOW + 1);
        for (remaining, registration, session, legacy) in [
            (901, None, State::Valid, State::Valid),
            (900, alive, State::Valid, State::Valid),
            (899, alive, State::Refreshable, State::Valid),
            (899, Some(NOW), State::Valid, State::Valid),
            (899, None, State::Valid, State::Valid),
            (1, None, State::Valid, State::Valid),
            (0, None, State::Expired, State::Expired),
            (0, alive, State::Refreshable, State::Expired),
            (0, Some(NOW), State::Expired, State::Expired),
            (-1, Some(NOW - 1), State::Expired, State::Expired),
            (-1_000_000, alive, State::Refreshable, State::Expired),
        ] {
            let text = token(NOW + remaining, registration);
            let want = |state, renewable_until| Token {
                state,
                expires: Some(NOW + remaining),
                renewable_until,
            };
            assert_eq!(
                judge_text(&text, SESSION),
                want(session, registration),
                "session, {remaining} s"
            );
            assert_eq!(
                judge_text(&text, LEGACY),
                want(legacy, None),
                "legacy, {remaining} s"
            );
        }
    }

    #[test]
    fn every_renewal_member_is_needed() {
        let whole = token(NOW, Some(NOW + 1));
        for name in [
            "clientId",
            "clientSecret",
            "refreshToken",
            "registrationExpiresAt",
        ] {
            for text in [
                whole.replace(name, "other"),
                whole.replace(&format!("\"{name}\":"), &format!("\"{name}\":null,\"x\":")),
            ] {
                assert_eq!(judge_text(&text, SESSION).state, State::Expired, "{text}");
            }
        }
    }

    #[test]
    fn files_that_are_no_token() {
        let late = token(NOW, Some(NOW + 1));
        let registration = format_timestamp(NOW + 1);
        for (text, why) in [
            (String::new(), "JSON"),
            ("{\"accessToken\":".to_owned(), "JSON"),
            ("[]".to_owned(), "JSON"),
            ("{}".to_owned(), "accessToken"),
            (r#"{"accessToken":"a"}"#.to_owned(), "no expiresAt"),
            (
                r#"{"accessToken":null,"expiresAt":"2030-01-01T00:00:00Z"}"#.to_owned(),
                "accessToken",
            ),
            (
                r#"{"accessToken":"a","expiresAt":1795365201}"#.to_owned(),
                "expiresAt is not",
            ),
            (
                r#"{"accessToken":"a","expiresAt":"2030-01-01T00:00:00"}"#.to_owned(),
                "expiresAt is not",
            ),
            (
                r#"{"accessToken":"a","expiresAt":"soon"}"#.to_owned(),
                "expiresAt is not",
            ),
            (
                late.replace(&registration, "soon"),
                "registrationExpiresAt is not",
            ),
        ] {
            match judge_text(&text, SESSION).state {
                State::Invalid(reason) => assert!(reason.contains(why), "{text}: {reason}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert_eq!(
            judge(&CacheFile::Absent, SESSION, NOW).state,
            State::Missing
        );
        let registration_soon = token(NOW + 900, Some(NOW)).replace(&format_timestamp(NOW), "soon");
        assert_eq!(
            judge_text(&registration_soon, SESSION).state,
            State::Valid,
            "not read before a renewal"
        );
    }
}
