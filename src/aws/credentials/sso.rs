//! SSO roles (`botocore.credentials.SSOProvider`, `botocore.tokens.SSOTokenProvider`).

use super::{Credentials, Inspector, Kind, Login, Place, Status};
use crate::aws::cache_json::CacheFile;
use crate::aws::profiles::{Profile, SsoSession, Value};
use crate::aws::role_cache::sso_file_name;
use crate::aws::sso::{State, Token, TokenKey, judge};
use crate::error::Code;
use crate::shell::quote;
use crate::time::describe_span;

/// Either of them makes a profile an SSO profile; `sso_session` alone does not.
const MARKS: [&str; 2] = ["sso_role_name", "sso_account_id"];

/// What must be there in the end, from the profile or its session.
const NEEDED: [&str; 4] = [
    "sso_role_name",
    "sso_account_id",
    "sso_start_url",
    "sso_region",
];

pub(super) fn inspect(
    inspector: &mut Inspector,
    profile: &Profile,
    place: Place,
) -> Option<Credentials> {
    if !MARKS.iter().any(|key| profile.has(key)) {
        return None;
    }
    let kind = if profile.has("sso_session") {
        Kind::SsoSession
    } else {
        Kind::SsoLegacy
    };
    Some(match Sso::resolve(inspector, profile) {
        Ok(sso) => verdict(inspector, profile, place, &sso),
        Err(message) => {
            let session = profile.text("sso_session");
            let step = match session.filter(|name| !inspector.sessions.contains_key(name)) {
                Some(session) => format!(
                    "claude-bedrock sso add --session {} --start-url URL --sso-region REGION",
                    quote(session)
                ),
                None => format!(
                    "correct [profile {}], or configure a new one: claude-bedrock setup",
                    profile.name
                ),
            };
            Credentials::misconfigured(kind, message, step)
        }
    })
}

/// The SSO settings of a profile and its session together.
struct Sso<'a> {
    key: TokenKey<'a>,
    account: &'a str,
    role: &'a str,
}

impl<'a> Sso<'a> {
    /// Puts profile and session together; otherwise why botocore would not.
    fn resolve(inspector: &Inspector<'a>, profile: &'a Profile) -> Result<Self, String> {
        let name = &profile.name;
        let session = match (profile.text("sso_session"), profile.has("sso_session")) {
            (Some(session), _) => {
                let found = inspector.sessions.get(session).copied();
                Some(found.ok_or_else(|| format!("the profile `{name}` names the sso-session `{session}`, which does not exist"))?)
            }
            (None, true) => {
                return Err(format!(
                    "the sso_session of the profile `{name}` is a block where a name belongs"
                ));
            }
            (None, false) => None,
        };
        if let Some(key) = session.and_then(|session| inconsistent_key(profile, session)) {
            return Err(format!(
                "the profile `{name}` and its sso-session differ in {key}"
            ));
        }
        let has =
            |key: &str| profile.has(key) || session.is_some_and(|session| session.section.has(key));
        let missing: Vec<&str> = NEEDED.into_iter().filter(|key| !has(key)).collect();
        if !missing.is_empty() {
            return Err(format!(
                "the profile `{name}` is set up for SSO but lacks {}",
                missing.join(", ")
            ));
        }
        // The token is the session's own business: what only the profile says does not reach it.
        if let Some(session) = session
            && let Some(key) = ["sso_start_url", "sso_region"]
                .iter()
                .find(|key| !session.section.has(key))
        {
            return Err(format!("the sso-session `{}` lacks {key}", session.name));
        }
        let text = |key: &str| {
            let text = profile.text(key).or_else(|| session?.text(key));
            text.ok_or_else(|| {
                format!("the {key} of the profile `{name}` is a block where a text belongs")
            })
        };
        let key = match session {
            Some(session) => TokenKey::Session(&session.name),
            None => TokenKey::StartUrl(text("sso_start_url")?),
        };
        Ok(Sso {
            key,
            account: text("sso_account_id")?,
            role: text("sso_role_name")?,
        })
    }
}

/// A key that stands in both and differs: any key, not only those of SSO.
fn inconsistent_key<'a>(profile: &Profile, session: &'a SsoSession) -> Option<&'a str> {
    let differs = |key: &str, value: &Value| match value {
        Value::Text(text) => profile.has(key) && profile.text(key) != Some(text),
        Value::Nested(_) | Value::Secret => profile.text(key).is_some(),
    };
    let mut entries = session.section.entries().iter();
    entries
        .find(|entry| differs(&entry.key, &entry.value))
        .map(|entry| entry.key.as_str())
}

fn verdict(inspector: &mut Inspector, profile: &Profile, place: Place, sso: &Sso) -> Credentials {
    let now = inspector.env.now;
    let (TokenKey::Session(text) | TokenKey::StartUrl(text)) = sso.key;
    if !inspector.tokens.contains_key(text) {
        let file = CacheFile::load(&sso.key.path(&inspector.env.home));
        inspector.tokens.insert(text.to_owned(), file);
    }
    let token = judge(
        inspector.tokens.get(text).unwrap_or(&CacheFile::Absent),
        sso.key,
        now,
    );
    let (kind, of, name) = match sso.key {
        TokenKey::Session(session) => (Kind::SsoSession, "SSO session `", session),
        TokenKey::StartUrl(_) => (
            Kind::SsoLegacy,
            "SSO session of the profile `",
            profile.name.as_str(),
        ),
    };
    let login = Login::Sso {
        profile: profile.name.clone(),
    };
    let mut credentials = Credentials::new(kind, status_of(&token));
    credentials.expires = token.expires;
    credentials.renewable_until = token.renewable_until;
    credentials.account = Some(sso.account.to_owned());
    credentials.role = Some(sso.role.to_owned());
    if let TokenKey::Session(session) = sso.key {
        credentials.sso_session = Some(session.to_owned());
    }
    let problem = match token.state {
        State::Valid | State::Refreshable => None,
        State::Missing => Some((
            Code::SsoLoginRequired,
            ["nobody has logged in to the ", of, name, "` yet"].concat(),
        )),
        State::Expired => {
            let ago = describe_span(token.expires.map_or(0, |end| now - end));
            Some((
                Code::SsoSessionExpired,
                ["the ", of, name, "` ended ", &ago, " ago"].concat(),
            ))
        }
        State::Invalid(why) => Some((
            Code::SsoTokenInvalid,
            [
                "the token file of the ",
                of,
                name,
                "` cannot be used: ",
                &why,
            ]
            .concat(),
        )),
    };
    if let Some((code, message)) = problem {
        credentials = credentials.because(code, message, login.command());
    }
    credentials.login = Some(login);
    if place == Place::Source {
        return credentials;
    }
    let kept = inspector.kept_until(|| sso_file_name(sso.account, sso.role, sso.key));
    credentials.with_kept(kept, now)
}

fn status_of(token: &Token) -> Status {
    match token.state {
        State::Valid => Status::Valid,
        State::Refreshable => Status::Refreshable,
        State::Expired => Status::Expired,
        State::Missing => Status::Missing,
        State::Invalid(_) => Status::Invalid,
    }
}
