//! The one table of the settings keys that we own.
//!
//! Apply, reset, status, doctor and the README go by it. Key meanings: Claude Code's pages "Amazon Bedrock",
//! "Settings" and "Model configuration".

use super::models::Family;

/// How a key is ours, which decides what reset does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Ours as a whole while Bedrock is configured.
    Whole,
    /// Ours as long as the value names a model on Bedrock; any other value is the user's.
    BedrockModel,
    /// Ours as long as the value is a command that we write; any other is the user's.
    Command,
    /// Never written, taken out only where it belongs to another geography.
    Stale,
}

/// A settings key of ours.
#[derive(Debug)]
pub struct Key {
    /// One name at the root, or `env` and a variable.
    pub path: &'static [&'static str],
    /// How it is ours.
    pub claim: Claim,
}

impl Key {
    const fn new(path: &'static [&'static str], claim: Claim) -> Self {
        Key { path, claim }
    }

    /// `env.AWS_REGION`, `model`.
    pub fn name(&self) -> String {
        self.path.join(".")
    }
}

/// `"1"` routes Claude Code to Bedrock.
pub const USE_BEDROCK: &[&str] = &["env", "CLAUDE_CODE_USE_BEDROCK"];
/// The AWS profile whose credentials are used.
pub const PROFILE: &[&str] = &["env", "AWS_PROFILE"];
/// The region that requests go to.
pub const REGION: &[&str] = &["env", "AWS_REGION"];
/// The main model; beats [`MODEL`] and makes `/model` last for one session only.
pub const ENV_MODEL: &[&str] = &["env", "ANTHROPIC_MODEL"];
/// The main model as `/model` saves it.
pub const MODEL: &[&str] = &["model"];
/// The model of small tasks; deprecated in favour of the Haiku pin.
pub const SMALL_FAST: &[&str] = &["env", "ANTHROPIC_SMALL_FAST_MODEL"];
/// The region for the model of small tasks.
pub const SMALL_FAST_REGION: &[&str] = &["env", "ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION"];
/// The runtime endpoint of a gateway or a VPC endpoint.
pub const BASE_URL: &[&str] = &["env", "ANTHROPIC_BEDROCK_BASE_URL"];
/// `"1"` leaves requests unsigned, for a gateway that signs.
pub const SKIP_AUTH: &[&str] = &["env", "CLAUDE_CODE_SKIP_BEDROCK_AUTH"];
/// The cap on thinking tokens.
pub const THINKING: &[&str] = &["env", "MAX_THINKING_TOKENS"];
/// The cap on output tokens.
pub const OUTPUT: &[&str] = &["env", "CLAUDE_CODE_MAX_OUTPUT_TOKENS"];
/// `"1"` turns prompt caching off.
pub const NO_CACHING: &[&str] = &["env", "DISABLE_PROMPT_CACHING"];
/// The command that logs in when credentials fail.
pub const REFRESH: &[&str] = &["awsAuthRefresh"];
/// The command that prints credentials for Bedrock alone.
pub const EXPORT: &[&str] = &["awsCredentialExport"];

/// Every key of ours, in the order in which new ones are written.
pub const KEYS: &[Key] = &[
    Key::new(USE_BEDROCK, Claim::Whole),
    Key::new(PROFILE, Claim::Whole),
    Key::new(REGION, Claim::Whole),
    Key::new(ENV_MODEL, Claim::Whole),
    Key::new(
        &["env", "ANTHROPIC_DEFAULT_OPUS_MODEL"],
        Claim::BedrockModel,
    ),
    Key::new(
        &["env", "ANTHROPIC_DEFAULT_SONNET_MODEL"],
        Claim::BedrockModel,
    ),
    Key::new(
        &["env", "ANTHROPIC_DEFAULT_HAIKU_MODEL"],
        Claim::BedrockModel,
    ),
    Key::new(
        &["env", "ANTHROPIC_DEFAULT_FABLE_MODEL"],
        Claim::BedrockModel,
    ),
    Key::new(SMALL_FAST, Claim::BedrockModel),
    Key::new(SMALL_FAST_REGION, Claim::Stale),
    Key::new(BASE_URL, Claim::Whole),
    Key::new(SKIP_AUTH, Claim::Whole),
    Key::new(THINKING, Claim::Whole),
    Key::new(OUTPUT, Claim::Whole),
    Key::new(NO_CACHING, Claim::Whole),
    Key::new(MODEL, Claim::BedrockModel),
    Key::new(REFRESH, Claim::Command),
    Key::new(EXPORT, Claim::Command),
];

/// Switches of other providers. Bedrock wins over each (Claude Code 2.1.330), which hides them until it is off.
pub const OTHER_PROVIDERS: &[&str] = &[
    "CLAUDE_CODE_USE_FOUNDRY",
    "CLAUDE_CODE_USE_ANTHROPIC_AWS",
    "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD",
    "CLAUDE_CODE_USE_MANTLE",
    "CLAUDE_CODE_USE_VERTEX",
];

/// Other places that name models for Claude Code. They are the user's own: what stands there is told, not changed.
pub const OTHER_MODELS: [&[&str]; 3] = [
    &["env", "CLAUDE_CODE_SUBAGENT_MODEL"],
    &["fallbackModel"],
    // Last, for it counts only where no other key names the main model.
    &["env", "ANTHROPIC_DEFAULT_MODEL"],
];

/// What each model of the Anthropic API is called at the provider, where the user says so: an object of their ids.
pub const OVERRIDES: &str = "modelOverrides";

/// The key that says what a family's name means; `None` for families that Claude Code has no key for.
pub fn pin_of(family: &Family<'_>) -> Option<&'static [&'static str]> {
    let name = format!(
        "ANTHROPIC_DEFAULT_{}_MODEL",
        family.word().to_ascii_uppercase()
    );
    let key = KEYS
        .iter()
        .find(|key| key.path.last() == Some(&name.as_str()))?;
    Some(key.path)
}

/// Whether Claude Code takes the value of a switch such as `CLAUDE_CODE_USE_BEDROCK` for on.
pub fn is_on(value: &str) -> bool {
    let value = value.trim();
    ["1", "true", "yes", "on"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_on_as_the_client_has_it() {
        for value in ["1", "true", "TRUE", "Yes", "on", " 1 "] {
            assert!(is_on(value), "{value:?}");
        }
        for value in ["", "0", "false", "no", "off", "2", "null", "enabled"] {
            assert!(!is_on(value), "{value:?}");
        }
    }

    #[test]
    fn each_family_has_its_pin_and_no_key_stands_twice() {
        let pin = pin_of(&Family::from_word("opus")).unwrap();
        assert_eq!(pin, ["env", "ANTHROPIC_DEFAULT_OPUS_MODEL"]);
        assert!(pin_of(&Family::from_word("instant")).is_none());
        for (at, key) in KEYS.iter().enumerate() {
            assert!(
                KEYS[..at].iter().all(|other| other.path != key.path),
                "{}",
                key.name()
            );
        }
    }
}
