//! Where Claude Code takes other credentials than `aws` from a profile that both can load, or none.

use super::{ClaudeProfile, ClaudeView};
use crate::aws::profiles::{AwsFiles, Profile};
use crate::report::Warning;

/// The code of keys that Claude Code takes before the SSO of the same profile.
pub const KEYS_HIDE_SSO: &str = "KEYS_HIDE_SSO";

/// The keys that say what stands at a chain's end, in botocore's order.
const ENDS: [&str; 5] = [
    "web_identity_token_file",
    "sso_account_id",
    "aws_access_key_id",
    "login_session",
    "credential_process",
];

/// Chains of roles are two or three long; one that is longer is followed no further, so that time grows with the file.
const LONGEST_CHAIN: usize = 16;

impl ClaudeView {
    /// Why Claude Code cannot load a profile; else where it takes other credentials from it than `aws`.
    pub fn difference(&self, profile: &Profile, files: &AwsFiles) -> Option<Warning> {
        let unreadable = self.unreadable_reason(profile).map(|reason| {
            let step = reason.step();
            Warning::new("PROFILE_UNREADABLE", reason.message).suggest(step)
        });
        unreadable.or_else(|| self.differing_credentials(profile, files))
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
            match profile.text("source_profile") {
                Some(source) if profile.has("role_arn") && !(is_source && has_keys(view)) => {
                    if !(view.has("role_arn") && view.has("source_profile")) {
                        return Some(unseen(name, "role_arn"));
                    }
                    profile = files
                        .find_profile(source)
                        .filter(|_| seen.len() < LONGEST_CHAIN && !seen.contains(&source))?;
                }
                _ => return self.differing_end(profile, view, files),
            }
        }
    }

    fn differing_end(
        &self,
        profile: &Profile,
        view: ClaudeProfile<'_>,
        files: &AwsFiles,
    ) -> Option<Warning> {
        let name = &profile.name;
        let end = ENDS.into_iter().find(|key| profile.has(key))?;
        if !ENDS.iter().any(|key| view.has(key)) {
            return Some(unseen(name, end));
        }
        if end != "sso_account_id" {
            return None;
        }
        if has_keys(view) {
            let message = format!(
                "the profile `{name}` has access keys and SSO: Claude Code takes the keys, and aws the SSO role"
            );
            let step = format!(
                "take the keys of `{name}` out of the credentials file, unless they are meant"
            );
            return Some(Warning::new(KEYS_HIDE_SSO, message).suggest(step));
        }
        // One that is nowhere is told by the verdict on the credentials.
        let session = profile.text("sso_session")?;
        files.find_sso_session(session)?;
        let section = self.config.section(&format!("sso-session.{session}"));
        if ["sso_start_url", "sso_region"]
            .iter()
            .all(|key| section.find(key).is_some())
        {
            return None;
        }
        let message = format!(
            "the profile `{name}` signs in by the sso-session `{session}`, which only aws can read"
        );
        let step = "name it with letters, digits and _ - . alone, in its header [sso-session NAME] and in `sso_session`; each of its lines is `key = value`";
        Some(Warning::new("SSO_SESSION_UNREADABLE", message).suggest(step))
    }
}

fn has_keys(view: ClaudeProfile<'_>) -> bool {
    view.has("aws_access_key_id") && view.has("aws_secret_access_key")
}

/// Keys that only `aws` reads: in another case, behind a colon, or inherited from `[DEFAULT]`.
fn unseen(name: &str, key: &str) -> Warning {
    let message = format!(
        "the profile `{name}` has credentials for aws alone: Claude Code does not see its `{key}`"
    );
    let step =
        format!("write `{key} = …` in lower case, with =, below the header of `{name}` itself");
    Warning::new("CREDENTIALS_UNREADABLE", message).suggest(step)
}
