//! Credentials that the surroundings hold: environment variables, a container, an EC2 instance.

use super::{Credentials, Kind, Status, keys};
use crate::aws::profiles::Profile;
use crate::env::Env;
use crate::error::Code;
use crate::shell::quote;

/// The variables by which the surroundings hand out credentials, or say that they do not. They count in the settings too.
pub const VARIABLES: [&str; 7] = [
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_EC2_METADATA_DISABLED",
];

/// Whether a container hands out credentials here (`botocore.credentials.ContainerProvider`: set is enough).
pub(super) fn has_container(env: &Env) -> bool {
    let set = |name| env.var_os(name).is_some();
    set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || set("AWS_CONTAINER_CREDENTIALS_FULL_URI")
}

/// Whether the surroundings hand credentials to whoever names no profile: a container, or a token of a role
/// (`fromTokenFile` of the SDK for JavaScript asks for both variables).
pub fn hands_out(env: &Env) -> bool {
    let token = ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"];
    has_container(env) || token.iter().all(|name| env.var_nonempty(name).is_some())
}

/// Whether the environment holds an access key (`botocore.credentials.EnvProvider`: empty is absent).
pub(super) fn has_keys(env: &Env) -> bool {
    let set = |name| env.var_os(name).is_some_and(|value| !value.is_empty());
    set("AWS_ACCESS_KEY_ID") && set("AWS_SECRET_ACCESS_KEY")
}

/// Whether the metadata service of an EC2 instance may be asked (`botocore.utils.IMDSFetcher`). Whether there is one
/// takes a network call to tell.
pub fn may_ask_instance(env: &Env) -> bool {
    let disabled = env.var("AWS_EC2_METADATA_DISABLED").unwrap_or("false");
    !disabled.eq_ignore_ascii_case("true")
}

/// The verdict on a profile without credentials of its own. Keys in the environment do not count: naming a profile
/// sets them aside. A container's do; an EC2 instance's might, and only a call would tell.
pub(super) fn inspect(env: &Env, profile: &Profile) -> Credentials {
    let name = &profile.name;
    if has_container(env) {
        return Credentials::new(Kind::None, Status::Unverified);
    }
    if profile.has(keys::SECRET_KEY) && !profile.has(keys::ACCESS_KEY) {
        let message = format!(
            "the profile `{name}` has {} but no {}",
            keys::SECRET_KEY,
            keys::ACCESS_KEY
        );
        let step = format!("aws configure --profile {}", quote(name));
        return Credentials::misconfigured(Kind::None, message, step);
    }
    // To Claude Code it is an SSO profile, and its search for credentials ends there (`fromSSO`).
    if profile.has("sso_session") {
        let message = format!(
            "the profile `{name}` names an sso-session but no sso_account_id and sso_role_name"
        );
        let step = format!(
            "write both into [profile {name}], or configure a new one: claude-bedrock setup"
        );
        return Credentials::misconfigured(Kind::None, message, step);
    }
    Credentials::new(Kind::None, Status::Missing).because(
        Code::CredentialsMissing,
        format!("the profile `{name}` holds no credentials"),
        format!("add some to [profile {name}], or configure a new one: claude-bedrock setup"),
    )
}
