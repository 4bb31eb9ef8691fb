//! Credentials that the surroundings hold: environment variables, a container, an EC2 instance.

use super::{Credentials, Kind, Status, keys};
use crate::aws::profiles::Profile;
use crate::env::Env;
use crate::error::Code;
use crate::shell::quote;

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
pub(super) fn may_ask_instance(env: &Env) -> bool {
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
    let (message, step) = if profile.has("sso_session") {
        (
            format!(
                "the profile `{name}` names an sso-session but no sso_account_id and sso_role_name"
            ),
            format!(
                "write both into [profile {name}], or configure a new one: claude-bedrock setup"
            ),
        )
    } else {
        (
            format!("the profile `{name}` holds no credentials"),
            format!("add some to [profile {name}], or configure a new one: claude-bedrock setup"),
        )
    };
    Credentials::new(Kind::None, Status::Missing).because(Code::CredentialsMissing, message, step)
}
