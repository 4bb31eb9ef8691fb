//! Edits of `~/.aws/config` that change nothing else: a profile with its sso-session added, a session given the scope
//! that lets it renew itself, a legacy SSO profile turned into one with a session, and all of that undone.
//!
//! Pure: text in, text out. What an edit made is read once more with our own reader before anyone may write it.

mod add;
pub(crate) mod check;
mod editor;
mod undo;
mod upgrade;

use serde::Serialize;

use crate::aws::profiles::names_secret;
use crate::report::Warning;

pub use add::{NewProfile, plan_add};
pub use undo::{find_set_aside, plan_kept, plan_undo};
pub use upgrade::{Upgrade, plan_upgrade};

/// The scope with which AWS hands out refresh tokens, so that a session renews itself for as long as the administrator
/// allows ("IAM Identity Center token provider configuration" of the AWS CLI User Guide).
pub const ACCESS_SCOPE: &str = "sso:account:access";

/// The key of a session's scopes.
const SCOPES: &str = "sso_registration_scopes";

/// A planned edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The resulting file.
    pub bytes: Vec<u8>,
    /// What differs from the present one; empty when nothing does.
    pub changes: Vec<Change>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
    /// The profile to log in with next, where the edit asks for a login.
    pub log_in: Option<String>,
}

/// One key whose value changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The text between the header's brackets.
    pub section: String,
    /// The key, in lower case.
    pub key: &'static str,
    /// The value so far.
    pub before: Option<String>,
    /// The value to be.
    pub after: Option<String>,
}

/// The items of a comma-separated list of scopes (`botocore.utils`: trimmed, empty ones dropped).
fn scopes_of(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|it| !it.is_empty())
}

/// Whether a list of scopes has the one with which a session renews itself.
pub fn asks_to_renew(scopes: &str) -> bool {
    scopes_of(scopes).any(|scope| scope == ACCESS_SCOPE)
}

/// `text` for a diff: headers, comments, and the values of what sets SSO and regions up. Any other value may be a secret or
/// a command that holds one, and is `…`, its further lines too.
pub fn without_other_values(text: &str) -> String {
    const SHOWN: [&str; 4] = ["region", "output", "role_arn", "source_profile"];
    let shown = |line: &str| {
        let (key, _) = line.split_once(['=', ':']).unwrap_or((line, ""));
        let key = key.trim().to_ascii_lowercase();
        match line.trim_start().as_bytes().first() {
            None | Some(b'[') => true,
            Some(b'#' | b';') => !names_secret(line),
            Some(_) => key.starts_with("sso_") || SHOWN.contains(&key.as_str()),
        }
    };
    let lines = text.split_inclusive(['\n', '\r']).map(|line| {
        if shown(line) {
            return line.to_owned();
        }
        let key = line.find(['=', ':']).map_or(0, |at| at + 1);
        let (key, value) = line.split_at(key);
        let end = value.trim_end_matches(['\r', '\n']).len();
        let blank = if key.is_empty() { "" } else { " " };
        format!("{key}{blank}…{}", value.get(end..).unwrap_or_default())
    });
    lines.collect()
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
