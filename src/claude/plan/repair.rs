//! What `doctor --fix` may mend in a settings file without asking.

use std::path::Path;

use serde_json::Value;

use super::{
    Plan, finish, holds_bedrock_model, holds_model_of_elsewhere, is_our_refresh, is_sso_login,
    open, profile_of_command, text_at,
};
use crate::claude::keys::{self, Claim, KEYS};
use crate::claude::models::is_passed_over;
use crate::claude::settings::env_text;
use crate::error::Result;
use crate::shell::{quote, split_words};

/// What is to be mended.
#[derive(Clone, Copy, Debug)]
pub struct Repairs<'r> {
    /// Whether Claude Code uses Bedrock, whatever file says so.
    pub on: bool,
    /// Whether a finding is about models.
    pub models: bool,
    /// The region in use.
    pub region: &'r str,
    /// Where the log-in is for another profile or of the other kind, the right one. Its profile is the one that holds the
    /// session (for a role, the one at the end of its chain).
    pub login: Option<&'r str>,
}

/// Plans the repairs of one file.
///
/// With Bedrock on: models that take no requests from the region go, and a log-in of ours becomes one as `login` is. With
/// Bedrock off: models on Bedrock go, because the Anthropic API does not know them. The user's own commands and values stay.
///
/// # Errors
/// `SETTINGS_INVALID` when Claude Code would drop the file: that is for a person to mend.
pub fn plan_repair(current: Option<&[u8]>, wanted: Repairs, path: &Path) -> Result<Plan> {
    let before = open(current, path)?;
    let mut after = before.clone();
    if wanted.models {
        // The file's own region, where Claude Code does not pass over it: what it says is meant for that.
        let own = env_text(&after, "AWS_REGION");
        let own = own.as_deref().map(str::trim);
        let own = own.filter(|own| !own.is_empty() && !is_passed_over(own));
        let region = own.unwrap_or(wanted.region);
        let models = KEYS
            .iter()
            .filter(|key| key.claim == Claim::BedrockModel || key.path == keys::ENV_MODEL);
        for path in models.map(|key| key.path) {
            let goes = if wanted.on {
                holds_model_of_elsewhere(&after, path, region)
                    // Claude Code sends the word itself as an id.
                    || path == keys::ENV_MODEL
                        && text_at(&after, path).is_some_and(|model| model.trim() == "default")
            } else {
                holds_bedrock_model(&after, path)
            };
            if goes {
                after.remove(path);
            }
        }
    }
    if let (Some(login), Some(command)) = (wanted.login, text_at(&after, keys::REFRESH))
        && is_our_refresh(&command)
        && let Some(command) = as_login(&command, login)
    {
        after
            .set(keys::REFRESH, &Value::from(command))
            .map_err(|problem| problem.error(path))?;
    }
    finish(current, &before, &after, Vec::new(), path)
}

/// `login`, where the command is of the other kind, else the command with its `--profile`; `None` when nothing changes.
fn as_login(command: &str, login: &str) -> Option<String> {
    if is_sso_login(command).is_some_and(|sso| Some(sso) != is_sso_login(login)) {
        return Some(login.to_owned());
    }
    let profile = &*profile_of_command(login)?;
    if profile_of_command(command)? == profile {
        return None;
    }
    let words = split_words(command)?;
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        if out.last().is_some_and(|before| before == "--profile") {
            out.push(quote(profile));
        } else if word.starts_with("--profile=") {
            out.push(quote(&format!("--profile={profile}")));
        } else {
            out.push(quote(&word));
        }
    }
    Some(out.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(text: &str, region: Option<&str>) -> String {
        let file: Value = serde_json::from_str(text).unwrap();
        let login = file["env"]["AWS_PROFILE"]
            .as_str()
            .map(|profile| match profile {
                "console" => "aws login --profile console".to_owned(),
                _ => format!("aws sso login --profile {}", quote(profile)),
            });
        let on = file["env"]["CLAUDE_CODE_USE_BEDROCK"].is_string();
        let wanted = Repairs {
            on,
            models: true,
            region: region.unwrap_or("us-east-1"),
            login: login.as_deref().filter(|_| on),
        };
        let plan = plan_repair(Some(text.as_bytes()), wanted, Path::new("s.json")).unwrap();
        assert_eq!(
            plan.changes.is_empty(),
            plan.bytes.as_deref() == Some(text.as_bytes()),
            "{text}"
        );
        String::from_utf8(plan.bytes.unwrap()).unwrap()
    }

    #[test]
    fn each_repair_mends_what_is_wrong_and_nothing_else() {
        for (text, region, after) in [
            // Nothing to mend.
            (
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_REGION":"us-east-1"},"model":"us.anthropic.claude-opus-5"}"#,
                None,
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_REGION":"us-east-1"},"model":"us.anthropic.claude-opus-5"}"#,
            ),
            // `/model` saved an id of another geography.
            (
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_REGION":"eu-west-1"},"model":"us.anthropic.claude-opus-5"}"#,
                None,
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_REGION":"eu-west-1"}}"#,
            ),
            // A region that is none, and one that Claude Code passes over.
            (
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_REGION":"","ANTHROPIC_MODEL":"eu.anthropic.claude-opus-5"}}"#,
                None,
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_REGION":""}}"#,
            ),
            (
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_REGION":"us_west/2","ANTHROPIC_MODEL":"us.anthropic.claude-opus-5"}}"#,
                None,
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_REGION":"us_west/2","ANTHROPIC_MODEL":"us.anthropic.claude-opus-5"}}"#,
            ),
            // The log-in is for another profile.
            (
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_PROFILE":"my work"},"awsAuthRefresh":"aws sso login --profile dev"}"#,
                None,
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_PROFILE":"my work"},"awsAuthRefresh":"aws sso login --profile 'my work'"}"#,
            ),
            (
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_PROFILE":"p"},"awsAuthRefresh":"claude-bedrock login --if-needed --profile=dev"}"#,
                None,
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_PROFILE":"p"},"awsAuthRefresh":"claude-bedrock login --if-needed --profile=p"}"#,
            ),
            (
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_PROFILE":"p"},"awsAuthRefresh":"okta login --profile dev"}"#,
                None,
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_PROFILE":"p"},"awsAuthRefresh":"okta login --profile dev"}"#,
            ),
            // A log-in of the other kind can only fail.
            (
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_PROFILE":"console"},"awsAuthRefresh":"aws sso login --profile console"}"#,
                None,
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_PROFILE":"console"},"awsAuthRefresh":"aws login --profile console"}"#,
            ),
            // A word where an id belongs.
            (
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","ANTHROPIC_MODEL":"default"}}"#,
                None,
                r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1"}}"#,
            ),
            // Left over after Bedrock was switched off.
            (
                r#"{"env":{"X":"1","ANTHROPIC_MODEL":"us.anthropic.claude-opus-4-6-v1"},"model":"jp.anthropic.claude-opus-5"}"#,
                Some("us-east-1"),
                r#"{"env":{"X":"1"}}"#,
            ),
            (
                r#"{"env":{"AWS_PROFILE":"p"},"awsAuthRefresh":"aws sso login --profile dev","model":"opus"}"#,
                None,
                r#"{"env":{"AWS_PROFILE":"p"},"awsAuthRefresh":"aws sso login --profile dev","model":"opus"}"#,
            ),
        ] {
            assert_eq!(repaired(text, region), after);
            assert_eq!(repaired(after, region), after);
        }
    }
}
