//! Access keys in a file (`botocore.credentials.SharedCredentialProvider` and `ConfigProvider`).

use super::{Credentials, Kind, Status};
use crate::aws::profiles::{Profile, Section};
use crate::shell::quote;
use crate::time::{Epoch, parse_timestamp};

pub(super) const ACCESS_KEY: &str = "aws_access_key_id";
pub(super) const SECRET_KEY: &str = "aws_secret_access_key";
const SESSION_TOKENS: [&str; 2] = ["aws_security_token", "aws_session_token"];

/// Where the tools that write session keys note their end. No SDK reads these.
const ENDS: [&str; 4] = [
    "x_security_token_expires",
    "aws_expiration",
    "aws_session_expiration",
    "expiration",
];

/// The keys in one of the profile's two sections. Without an access key id the section counts as having none.
pub(super) fn inspect(profile: &Profile, section: &Section, now: Epoch) -> Option<Credentials> {
    if !section.has(ACCESS_KEY) {
        return None;
    }
    let name = &profile.name;
    let is_session = SESSION_TOKENS.iter().any(|key| section.has(key));
    let kind = if is_session {
        Kind::Session
    } else {
        Kind::Static
    };
    let id = section.text(ACCESS_KEY).unwrap_or_default();
    let fault = if !section.has(SECRET_KEY) {
        Some(format!(
            "the profile `{name}` has {ACCESS_KEY} but no {SECRET_KEY}"
        ))
    } else if id.is_empty() {
        // Present all the same: aws signs with it, and no other credentials get a chance.
        Some(format!("the {ACCESS_KEY} of the profile `{name}` is empty"))
    } else if id.starts_with("ASIA") && !is_session {
        Some(format!(
            "the profile `{name}` has a temporary access key but no aws_session_token"
        ))
    } else {
        None
    };
    if let Some(message) = fault {
        let step = format!("aws configure --profile {}", quote(name));
        return Some(Credentials::misconfigured(kind, message, step));
    }
    let mut credentials = Credentials::new(kind, Status::Unverified);
    if is_session {
        credentials.expires = ENDS
            .iter()
            .find_map(|key| parse_timestamp(section.text(key)?));
    }
    if let Some(end) = credentials.expires.filter(|end| *end <= now) {
        let step = "fetch new session keys with the tool that wrote them";
        credentials = credentials.expired("session keys", name, now - end, step);
    }
    Some(credentials)
}
