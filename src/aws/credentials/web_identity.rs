//! Roles for a token in a file (`botocore.credentials.AssumeRoleWithWebIdentityProvider`).

use std::path::Path;

use super::{Credentials, Inspector, Kind, Place, Status, account_of};
use crate::aws::profiles::Profile;
use crate::aws::role_cache::AssumeRole;
use crate::error::Code;
use crate::file;
use crate::time::Epoch;

/// The key whose presence, even empty, keeps the profile from being an ordinary role.
pub(super) const TOKEN_FILE: &str = "web_identity_token_file";

/// Of the file, which is the secret itself, only the token's end is read.
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
    let now = inspector.env.now;
    let path = inspector.env.cwd.join(file);
    if let Some(end) = end_of(&path).filter(|end| *end <= now) {
        let step = format!("have a new token written to {file}");
        credentials = credentials.expired("token", name, now - end, &step);
    }
    if !path.is_file() {
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
    Some(credentials.with_kept(kept, now))
}

/// When the token ends: `exp`, in the second of the parts of a JWT (RFC 7519, 4.1.4). The signature is not looked at.
fn end_of(path: &Path) -> Option<Epoch> {
    const MOST_BYTES: u64 = 1 << 16;
    let regular = path.is_file().then(|| file::read_limited(path, MOST_BYTES));
    let token = regular?.ok()??;
    let claims = base64(token.split(|byte| *byte == b'.').nth(1)?)?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    claims.get("exp")?.as_i64().filter(|end| *end >= 0)
}

/// Base64 with the alphabet of addresses, without padding (RFC 7515, 2).
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    Some(bytes)
}
