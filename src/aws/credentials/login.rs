//! Sessions of `aws login` (`botocore.credentials.LoginProvider`).

use super::{Credentials, Kind, Login, Status, account_of};
use crate::aws::cache_json::CacheFile;
use crate::aws::profiles::Profile;
use crate::aws::role_cache::{self, LoginState, judge_login};
use crate::env::Env;
use crate::error::Code;

pub(super) fn inspect(env: &Env, profile: &Profile) -> Option<Credentials> {
    if !profile.has("login_session") {
        return None;
    }
    let name = &profile.name;
    let login = Login::AwsLogin {
        profile: name.clone(),
    };
    let command = login.command();
    let Some(session) = profile.text("login_session") else {
        let message =
            format!("the login_session of the profile `{name}` is a block where a name belongs");
        return Some(Credentials::misconfigured(Kind::Login, message, command));
    };
    let state = judge_login(
        &CacheFile::load(&role_cache::login_path(env, session)),
        env.now,
    );
    let (status, expires) = match &state {
        LoginState::Valid(end) => (Status::Valid, Some(*end)),
        LoginState::Refreshable(end) => (Status::Refreshable, Some(*end)),
        LoginState::Expired(end) => (Status::Expired, Some(*end)),
        LoginState::Missing => (Status::Missing, None),
        LoginState::Invalid(_) => (Status::Invalid, None),
    };
    let mut credentials = Credentials::new(Kind::Login, status);
    credentials.expires = expires;
    credentials.account = account_of(session);
    credentials.login = Some(login);
    let (code, message) = match state {
        LoginState::Valid(_) | LoginState::Refreshable(_) => return Some(credentials),
        LoginState::Missing => (
            Code::CredentialsMissing,
            format!("nobody has logged in to the profile `{name}` yet"),
        ),
        LoginState::Expired(end) => {
            return Some(credentials.expired("login", name, env.now - end, &command));
        }
        LoginState::Invalid(why) => (
            Code::CredentialsInvalid,
            format!("the login file of the profile `{name}` cannot be used: {why}"),
        ),
    };
    Some(credentials.because(code, message, command))
}
