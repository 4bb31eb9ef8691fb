//! Roles for a token in a file (`botocore.credentials.AssumeRoleWithWebIdentityProvider`).

use super::{Credentials, Inspector, Kind, Place, Status, account_of};
use crate::aws::profiles::Profile;
use crate::aws::role_cache::AssumeRole;
use crate::error::Code;

/// The key whose presence, even empty, keeps the profile from being an ordinary role.
pub(super) const TOKEN_FILE: &str = "web_identity_token_file";

/// The file is looked for, not read: what is in it is the secret itself.
pub(super) fn inspect(
    inspector: &mut Inspector,
    profile: &Profile,
    place: Place,
) -> Option<Credentials> {
    // Empty counts as absent here, unlike everywhere else.
    if !profile.has(TOKEN_FILE) || profile.text(TOKEN_FILE) == Some("") {
        return None;
    }
    let name = &profile.name;
    let role = profile.text("role_arn").unwrap_or_default();
    if role.is_empty() {
        return Some(Credentials::misconfigured(
            Kind::WebIdentity,
            format!("the profile `{name}` has {TOKEN_FILE} but no role_arn"),
            format!("add role_arn to the profile `{name}`"),
        ));
    }
    let file = profile.text(TOKEN_FILE).unwrap_or_default();
    let mut credentials = Credentials::new(Kind::WebIdentity, Status::Unverified);
    if !inspector.env.cwd.join(file).is_file() {
        credentials.status = Status::Missing;
        credentials = credentials.because(
            Code::CredentialsMissing,
            format!("the {TOKEN_FILE} of the profile `{name}` is not there: {file}"),
            "correct the path, or have the token written",
        );
    }
    credentials.role = Some(role.to_owned());
    credentials.account = account_of(role);
    if place == Place::Source {
        return Some(credentials);
    }
    let call = AssumeRole {
        role_arn: role,
        session_name: profile.text("role_session_name"),
        ..AssumeRole::default()
    };
    let kept = inspector.kept_until(|| call.file_name());
    Some(credentials.with_kept(kept, inspector.env.now))
}
