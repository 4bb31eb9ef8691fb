//! The session in the words of a person: how long, until when, what then.

use crate::aws::credentials::{Credentials, Kind, Login, Status, hands_out, may_ask_instance};
use crate::aws::profiles::AwsFiles;
use crate::claude::plan::{is_our_refresh, is_sso_login, profile_of_command};
use crate::commands::facts::{Access, Facts};
use crate::commands::layout::{date, moment};
use crate::error::Code;
use crate::time::{Epoch, describe_span};

/// What signs the requests and for how long.
pub fn words(facts: &Facts) -> String {
    match (&facts.access, &facts.credentials) {
        (Access::Unsigned, _) => {
            "requests go out unsigned, for a gateway that signs them".to_owned()
        }
        (Access::BearerToken(origin), _) => format!(
            "a Bedrock API key ({}); only AWS knows whether it works",
            origin.words()
        ),
        (Access::Keys(origin), _) => format!(
            "access keys in variables ({}); only AWS knows whether they work",
            origin.words()
        ),
        (Access::Export(None), _) => {
            "from the export command; what it prints is not known before it runs".to_owned()
        }
        (_, Some(credentials)) if is_of_no_profile(credentials) => {
            "none, because there is no such profile".to_owned()
        }
        (_, Some(credentials)) => describe(credentials, facts.env.now),
        (Access::Default, None) if facts.files.is_ok() => {
            if hands_out(facts.env) || may_ask_instance(facts.env) {
                ELSEWHERE.to_owned()
            } else {
                "none found in files".to_owned()
            }
        }
        (_, None) => "not known: the AWS files cannot be read".to_owned(),
    }
}

/// Why a refresh command does not suit the profile, where it does not: the code and a sentence.
pub fn find_misfit(
    refresh: &str,
    credentials: &Credentials,
    files: &AwsFiles,
) -> Option<(&'static str, String)> {
    let Some(login) = &credentials.login else {
        // Claude Code runs it whenever AWS refuses; a login that cannot help makes it try for half a minute.
        let message =
            "`awsAuthRefresh` logs in, and the profile in use is none that one logs in to";
        return is_our_refresh(refresh).then(|| ("REFRESH_WITHOUT_LOGIN", message.to_owned()));
    };
    let wanted = login.profile();
    if is_sso_login(refresh).is_some_and(|sso| sso != matches!(login, Login::Sso { .. })) {
        let message = format!(
            "`awsAuthRefresh` is `{refresh}`, which can only fail: the profile `{wanted}` needs the other kind of log-in"
        );
        return Some(("REFRESH_OF_OTHER_KIND", message));
    }
    let name = profile_of_command(refresh).filter(|name| name != wanted)?;
    // Any profile of the same session will do.
    let session = files
        .find_profile(&name)
        .and_then(|profile| profile.text("sso_session"));
    if session.is_some() && session == credentials.sso_session.as_deref() {
        return None;
    }
    let message = format!(
        "`awsAuthRefresh` logs in to the profile `{name}`, and the session is that of `{wanted}`"
    );
    Some(("REFRESH_FOR_OTHER_PROFILE", message))
}

const ELSEWHERE: &str = "from the container or instance, if it hands some out";

/// Whether the verdict is on a profile that is in neither file.
pub fn is_of_no_profile(credentials: &Credentials) -> bool {
    let problem = credentials.problem.as_ref();
    problem.is_some_and(|problem| problem.code == Code::ProfileNotFound)
}

/// Beyond this many seconds nobody counts the days that are left.
const YEAR: i64 = 365 * 86_400;

/// The verdict in words.
pub fn describe(credentials: &Credentials, now: Epoch) -> String {
    let renewal = |end: Epoch| format!("renews itself until {}", date(end));
    match (credentials.status, credentials.expires) {
        (Status::Valid, Some(end)) => {
            let mut text = if end - now > YEAR {
                format!("valid until {}", date(end))
            } else {
                let left = describe_span(end - now);
                format!("valid for {left}, until {}", moment(end))
            };
            if let Some(until) = credentials.renewable_until.filter(|until| *until > end) {
                text.push_str(&format!("; {}", renewal(until)));
            }
            text
        }
        (Status::Valid, None) => "valid".to_owned(),
        (Status::Refreshable, end) => {
            let mut text = match end {
                Some(end) if end <= now => format!("ran out {} ago", describe_span(now - end)),
                Some(end) => format!("runs out in {}", describe_span(end - now)),
                None => "has run out".to_owned(),
            };
            match credentials.renewable_until {
                Some(until) => text.push_str(&format!(", {}", renewal(until))),
                None => text.push_str(", renews itself"),
            }
            text
        }
        (Status::Expired, Some(end)) => {
            format!(
                "expired {} ago, on {}",
                describe_span(now - end),
                moment(end)
            )
        }
        (Status::Expired, None) => "expired".to_owned(),
        (Status::Missing, _) if credentials.can_log_in() => "not logged in".to_owned(),
        (Status::Missing, _) => "no credentials".to_owned(),
        (Status::Invalid, _) => "does not work as it is configured".to_owned(),
        (Status::Unverified, Some(end)) => format!(
            "session keys for another {}, until {}",
            describe_span(end - now),
            moment(end)
        ),
        (Status::Unverified, None) => match credentials.kind {
            Kind::Static => "access keys that do not run out; only AWS knows whether they work",
            Kind::Session => "session keys; no file says when they end",
            Kind::Process => "from a program that runs whenever credentials are needed",
            Kind::WebIdentity => "from a token in a file; only AWS knows whether it works",
            Kind::None => ELSEWHERE,
            _ => "only AWS knows whether they work",
        }
        .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Epoch = 1_795_365_201;

    #[test]
    fn a_session_in_words() {
        for (status, expires, starts) in [
            (Status::Valid, Some(25_920), "valid for 7 h 12 min, until 2"),
            (Status::Valid, Some(2_281_000_000), "valid until "),
            (Status::Valid, None, "valid"),
            (
                Status::Refreshable,
                Some(-3_600),
                "ran out 1 h ago, renews itself until ",
            ),
            (
                Status::Refreshable,
                Some(300),
                "runs out in 5 min, renews itself until ",
            ),
            (Status::Expired, Some(-10_800), "expired 3 h ago, on 2"),
            (Status::Missing, None, "no credentials"),
            (Status::Invalid, None, "does not work"),
            (Status::Unverified, None, "access keys that do not run out"),
        ] {
            let found = Credentials {
                kind: Kind::Static,
                status,
                sso_session: None,
                role: None,
                account: None,
                source: None,
                expires: expires.map(|after| NOW + after),
                renewable_until: Some(NOW + 90 * 86_400),
                cached_role_until: None,
                mfa: false,
                problem: None,
                login: None,
            };
            let words = describe(&found, NOW);
            assert!(words.starts_with(starts), "{words}");
            let renews = matches!(status, Status::Valid | Status::Refreshable)
                && expires.is_some_and(|after| after < 90 * 86_400);
            assert_eq!(words.contains("Feb 2027"), renews, "{words}");
        }
    }
}
