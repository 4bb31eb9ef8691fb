//! Caps on thinking and output, as presets or numbers.

use std::path::Path;

use serde_json::Value;

use super::{Keep, Plan, finish, open, switches_on};
use crate::claude::keys;
use crate::claude::settings::env_text;
use crate::error::{Code, Error, Result};
use crate::json_edit::Document;
use crate::report::Warning;

/// A named pair of caps, as the script that we replace has them.
#[derive(Debug)]
pub struct Preset {
    /// The word of `--preset`.
    pub name: &'static str,
    /// The same for people.
    pub label: &'static str,
    /// The cap on thinking and that on output: each preset has one number for both.
    pub tokens: u32,
    /// What it is good for.
    pub description: &'static str,
    /// What it is not good for.
    pub caveat: Option<&'static str>,
}

/// The presets, in the recorded order.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "focused",
        label: "Focused",
        tokens: 4096,
        description: "Quick deliberation. Best for routine tasks and clear problems.",
        caveat: Some("May not fully analyze complex tradeoffs."),
    },
    Preset {
        name: "balanced",
        label: "Balanced",
        tokens: 8192,
        description: "Solid reasoning without overthinking.",
        caveat: None,
    },
    Preset {
        name: "thorough",
        label: "Thorough",
        tokens: 16384,
        description: "Extended deliberation for architectural decisions.",
        caveat: Some("May over-engineer straightforward problems."),
    },
];

/// The values wished for or found; `None` leaves one alone, or says that it is not set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tuning {
    /// The cap on thinking, in tokens.
    pub thinking: Option<u32>,
    /// The cap on output, in tokens.
    pub output: Option<u32>,
    /// Whether prompt caching is turned off.
    pub no_caching: Option<bool>,
}

/// What a file sets. A value that is no whole number counts as not set.
pub fn read_tuning(document: &Document) -> Tuning {
    let number = |name| env_text(document, name)?.trim().parse().ok();
    Tuning {
        thinking: number("MAX_THINKING_TOKENS"),
        output: number("CLAUDE_CODE_MAX_OUTPUT_TOKENS"),
        no_caching: env_text(document, "DISABLE_PROMPT_CACHING").map(|value| keys::is_on(&value)),
    }
}

/// Plans the caps. Caching is only touched where it is asked for.
///
/// # Errors
/// `NOT_CONFIGURED` unless the file switches Bedrock on; `SETTINGS_INVALID` when Claude Code would drop it.
pub fn plan_inference(
    current: Option<&[u8]>,
    kept: Option<&[u8]>,
    wished: Tuning,
    path: &Path,
) -> Result<Plan> {
    let before = open(current, path)?;
    if !switches_on(&before) {
        let error = Error::new(Code::NotConfigured, "Bedrock is not configured").at(path);
        return Err(error.suggest("claude-bedrock setup"));
    }
    let mut after = before.clone();
    let number = |tokens: Option<u32>| tokens.map(|tokens| tokens.to_string());
    let switch = wished
        .no_caching
        .map(|off| if off { "1" } else { "0" }.to_owned());
    for (path_in, value) in [
        (keys::THINKING, number(wished.thinking)),
        (keys::OUTPUT, number(wished.output)),
        (keys::NO_CACHING, switch),
    ] {
        if let Some(value) = value {
            let set = after.set(path_in, &Value::from(value));
            set.map_err(|problem| problem.error(path))?;
        }
    }
    let mut warnings = Vec::new();
    if let Some(tokens) = wished.output {
        let message = format!("every answer now ends at {tokens} tokens, long files included");
        let step = "claude-bedrock inference-config shows the caps; take CLAUDE_CODE_MAX_OUTPUT_TOKENS out to lift this one";
        warnings.push(Warning::new("OUTPUT_CAPPED", message).suggest(step));
    }
    // What was before the first apply is kept by that; of a configuration made by hand the caps are noted, so that a reset
    // knows them for ours.
    let mut plan = finish(current, &before, &after, warnings, path)?;
    if kept.is_none() && !plan.changes.is_empty() {
        plan.keep = Keep::NoteCaps;
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str, thinking: Option<u32>, output: Option<u32>) -> Plan {
        let wished = Tuning {
            thinking,
            output,
            no_caching: None,
        };
        plan_inference(Some(text.as_bytes()), None, wished, Path::new("s.json")).unwrap()
    }

    #[test]
    fn caps_are_written_in_the_recorded_order_and_said_to_cap() {
        let plan = plan(
            r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1"}}"#,
            Some(5000),
            Some(6000),
        );
        let text = r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","MAX_THINKING_TOKENS":"5000","CLAUDE_CODE_MAX_OUTPUT_TOKENS":"6000"}}"#;
        assert_eq!(plan.bytes.as_deref(), Some(text.as_bytes()));
        assert_eq!(plan.warnings[0].code, "OUTPUT_CAPPED");
        assert_eq!(plan.keep, Keep::NoteCaps);
    }

    #[test]
    fn defect_46_caching_stays_as_it_is_and_only_numbers_count() {
        let text = r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"1","DISABLE_PROMPT_CACHING":"1","MAX_THINKING_TOKENS":"5000abc"}}"#;
        let after = plan(text, Some(4096), None);
        let after = Document::parse(&after.bytes.unwrap()).unwrap();
        let found = Tuning {
            thinking: Some(4096),
            output: None,
            no_caching: Some(true),
        };
        assert_eq!(read_tuning(&after), found);
        let before = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(read_tuning(&before).thinking, None);
    }

    #[test]
    fn without_bedrock_there_is_nothing_to_tune() {
        for text in ["{}", r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":"0"}}"#] {
            let error = plan_inference(
                Some(text.as_bytes()),
                None,
                Tuning::default(),
                Path::new("s.json"),
            )
            .unwrap_err();
            assert_eq!(error.code, Code::NotConfigured);
        }
    }
}
