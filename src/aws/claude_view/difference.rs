//! Where Claude Code takes other credentials than `aws` from a profile that both can load, or none.

use super::{ClaudeProfile, ClaudeView};
use crate::aws::profiles::{AwsFiles, Entry, Profile, Section};
use crate::report::{Warning, escape};

/// The code of keys that Claude Code takes before the SSO of the same profile.
pub const KEYS_HIDE_SSO: &str = "KEYS_HIDE_SSO";

/// How the codes of what Claude Code cannot load end; by the others it takes something else than `aws`.
pub const UNREADABLE: &str = "_UNREADABLE";

/// Where a reader takes credentials from, in words that end a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Role,
    WebIdentity,
    Sso,
    Keys,
    Login,
    Process,
}

const ACCESS_KEY: &str = "aws_access_key_id";
const SECRET_KEY: &str = "aws_secret_access_key";
const TOKEN_FILE: &str = "web_identity_token_file";
/// botocore takes it before `aws_session_token`; the SDK for JavaScript knows the latter alone.
const SECURITY_TOKEN: &str = "aws_security_token";

impl Source {
    /// In botocore's order (`create_credential_resolver`). A source of a role with keys of its own is no role.
    fn of_aws(profile: &Profile, is_source: bool) -> Option<Self> {
        let has = |key| profile.has(key);
        let section_has_keys = |section: &Option<Section>| {
            section
                .as_ref()
                .is_some_and(|section| section.has(ACCESS_KEY))
        };
        let ends = is_source && (has(ACCESS_KEY) || has(SECRET_KEY));
        Some(if has("role_arn") && !has(TOKEN_FILE) && !ends {
            Source::Role
        } else if has(TOKEN_FILE) && profile.text(TOKEN_FILE) != Some("") {
            Source::WebIdentity
        } else if has("sso_account_id") || has("sso_role_name") {
            Source::Sso
        } else if section_has_keys(&profile.credentials) {
            Source::Keys
        } else if has("login_session") {
            Source::Login
        } else if has("credential_process") {
            Source::Process
        } else if section_has_keys(&profile.config) {
            Source::Keys
        } else {
            return None;
        })
    }

    /// In the order of `resolveProfileData` (`@aws-sdk/credential-provider-ini`).
    fn of_claude_code(view: ClaudeProfile<'_>, is_source: bool) -> Option<Self> {
        let has = |key| view.has(key);
        let has_keys = has(ACCESS_KEY) && has(SECRET_KEY);
        let assumed = has("source_profile") != has("credential_source");
        Some(if has("role_arn") && assumed && !(is_source && has_keys) {
            Source::Role
        } else if has_keys {
            Source::Keys
        } else if has(TOKEN_FILE) && has("role_arn") {
            Source::WebIdentity
        } else if has("credential_process") {
            Source::Process
        } else if SSO_KEYS.into_iter().any(has) {
            Source::Sso
        } else if has("login_session") {
            Source::Login
        } else {
            return None;
        })
    }

    /// The keys that say who one is.
    fn keys(self, profile: &Profile) -> &'static str {
        match self {
            Source::Role => {
                "role_arn source_profile credential_source external_id mfa_serial role_session_name"
            }
            Source::WebIdentity => "web_identity_token_file role_arn role_session_name",
            // Its session says the rest.
            Source::Sso if profile.has("sso_session") => "sso_session sso_account_id sso_role_name",
            Source::Sso => "sso_start_url sso_region sso_account_id sso_role_name",
            Source::Keys => {
                "aws_access_key_id aws_secret_access_key aws_session_token aws_security_token"
            }
            Source::Login => "login_session",
            Source::Process => "credential_process",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Source::Role => "the role",
            Source::WebIdentity => "the role of the token file",
            Source::Sso => "the SSO role",
            Source::Keys => "the access keys",
            Source::Login => "the login_session",
            Source::Process => "the credential_process",
        }
    }
}

/// Any of them makes a profile one of SSO for Claude Code.
const SSO_KEYS: [&str; 5] = [
    "sso_session",
    "sso_account_id",
    "sso_role_name",
    "sso_start_url",
    "sso_region",
];

/// Chains of roles are two or three long; one that is longer is followed no further, so that time grows with the file.
const LONGEST_CHAIN: usize = 16;

impl ClaudeView {
    /// Why Claude Code will not use the profile as `aws` does: it cannot load it, or takes other credentials from it.
    pub fn differing(&self, profile: &Profile, files: &AwsFiles) -> Option<Warning> {
        match self.unreadable_reason(profile) {
            Some(reason) => {
                let step = reason.step();
                Some(Warning::new("PROFILE_UNREADABLE", reason.message).suggest(step))
            }
            None => self.differing_credentials(profile, files),
        }
    }

    /// Follows a profile to the end of its chain of roles, as both readers do, and tells where they part.
    pub fn differing_credentials(&self, profile: &Profile, files: &AwsFiles) -> Option<Warning> {
        let mut seen: Vec<&str> = Vec::new();
        let mut profile = profile;
        loop {
            let name = profile.name.as_str();
            let Some(view) = self.find_profile(name) else {
                // Of the first one that is told for itself.
                let user = seen.last()?;
                let reason = self.unreadable_reason(profile)?;
                let message = format!(
                    "the profile `{user}` takes its credentials from `{name}`, which only aws can load: {}",
                    reason.message
                );
                return Some(Warning::new("SOURCE_UNREADABLE", message).suggest(reason.step()));
            };
            let is_source = !seen.is_empty();
            seen.push(name);
            let ours = Source::of_aws(profile, is_source)?;
            let theirs = Source::of_claude_code(view, is_source);
            if let Some(theirs) = theirs.filter(|theirs| *theirs != ours) {
                return Some(taken_elsewhere(profile, ours, theirs));
            }
            let mut keys = ours.keys(profile).split(' ');
            let apart = keys.find_map(|key| {
                let section = [&profile.credentials, &profile.config]
                    .into_iter()
                    .flatten();
                let entry = section.into_iter().find_map(|section| section.find(key))?;
                differing_value(&format!("profile `{name}`"), entry, view.find(read_as(key)))
            });
            if apart.is_some() {
                return apart;
            }
            match ours {
                Source::Role => {
                    let source = profile.text("source_profile")?;
                    // One may name itself, for its keys. Any other way back is told by the verdict on the credentials.
                    let is_new = !seen.contains(&source) || (source == name && !is_source);
                    profile = files
                        .find_profile(source)
                        .filter(|_| seen.len() < LONGEST_CHAIN && is_new)?;
                }
                Source::Sso => return self.differing_session(profile, files),
                _ => return None,
            }
        }
    }

    fn differing_session(&self, profile: &Profile, files: &AwsFiles) -> Option<Warning> {
        let name = &profile.name;
        // One that is nowhere is told by the verdict on the credentials.
        let session = files.find_sso_session(profile.text("sso_session")?)?;
        let session_name = &session.name;
        let seen_as = format!("sso-session.{session_name}");
        let section = self.config.section(&seen_as);
        let needed = ["sso_start_url", "sso_region"];
        let Some(key) = needed.iter().find(|key| section.find(key).is_none()) else {
            let whose = format!("sso-session `{session_name}`");
            return needed.iter().find_map(|key| {
                differing_value(&whose, session.section.find(key)?, section.find(key))
            });
        };
        let message = format!(
            "the profile `{name}` signs in by the sso-session `{session_name}`, which only aws can read"
        );
        let step = if !session_name.chars().all(super::parse::is_name_char) {
            "name it with letters, digits and _ - . alone, in its header [sso-session NAME] and in `sso_session`".to_owned()
        } else if self.config.has_header(&seen_as) {
            how_to_write(key, &format!("[sso-session {session_name}]"))
        } else {
            format!(
                "write its header as [sso-session {session_name}], without quotes, on a line of its own"
            )
        };
        Some(Warning::new("SSO_SESSION_UNREADABLE", message).suggest(step))
    }
}

/// The key by which Claude Code knows the same.
fn read_as(key: &str) -> &str {
    match key {
        SECURITY_TOKEN => "aws_session_token",
        key => key,
    }
}

/// What the two readers make of a key that `aws` goes by.
fn differing_value(
    whose: &str,
    entry: &Entry,
    seen: Option<(&str, Option<&str>)>,
) -> Option<Warning> {
    let key = entry.key.as_str();
    // Nothing comes of an empty one in either.
    if entry.text() == Some("") {
        return None;
    }
    let Some((_, theirs)) = seen else {
        let message = format!(
            "the {whose} has credentials for aws alone: Claude Code does not see its `{key}`"
        );
        let step = how_to_write(read_as(key), &format!("the header of the {whose} itself"));
        return Some(Warning::new("CREDENTIALS_UNREADABLE", message).suggest(step));
    };
    let (ours, theirs) = entry
        .text()
        .zip(theirs)
        .filter(|(ours, theirs)| ours != theirs)?;
    // A command line may hold a secret, and an id is nobody's business.
    let is_open = key.starts_with("sso_") || matches!(key, "role_arn" | "source_profile");
    let message = if is_open {
        format!(
            "aws reads `{}` as `{key}` of the {whose}, and Claude Code reads `{}`",
            escape(ours),
            escape(theirs)
        )
    } else {
        format!("aws and Claude Code read different values as `{key}` of the {whose}")
    };
    let step = if ours.contains('\n') {
        "begin each line as deep as the others: aws takes a deeper one for a part of the value above"
    } else if ours.starts_with(theirs) {
        "write a comment on a line of its own: behind a value, aws takes it for a part of that"
    } else {
        "write the key once, below one header"
    };
    Some(Warning::new("VALUE_DIFFERS", message).suggest(step))
}

/// Keys in another case, behind a colon, or inherited from `[DEFAULT]`, only `aws` reads.
fn how_to_write(key: &str, header: &str) -> String {
    format!("write `{key} = …` in lower case, with =, below {header}")
}

/// Both readers find credentials in the profile, and not the same.
fn taken_elsewhere(profile: &Profile, ours: Source, theirs: Source) -> Warning {
    let name = &profile.name;
    if (ours, theirs) == (Source::Sso, Source::Keys) {
        let message = format!(
            "the profile `{name}` has access keys and SSO: Claude Code takes the keys, and aws the SSO role"
        );
        let in_credentials = |section: &Section| section.has(SECRET_KEY);
        let file = match &profile.credentials {
            Some(section) if in_credentials(section) => "credentials",
            _ => "config",
        };
        let step =
            format!("take the keys of `{name}` out of the {file} file, unless they are meant");
        return Warning::new(KEYS_HIDE_SSO, message).suggest(step);
    }
    let message = format!(
        "the profile `{name}` has credentials of two kinds: Claude Code takes {}, and aws {}",
        theirs.words(),
        ours.words()
    );
    let step = format!("leave the keys of one kind below one header of the profile `{name}`");
    Warning::new("CREDENTIALS_DIFFER", message).suggest(step)
}
