//! Caps on thinking and output, as presets or numbers.

use std::path::Path;

use serde_json::Value;

use super::{Keep, Plan, finish, open, open_note, switches_on};
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

/// The values wished for or found; `None` leaves one as [`Tuning::lift`] has it, or says that it is not set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tuning {
    /// The cap on thinking, in tokens.
    pub thinking: Option<u32>,
    /// The cap on output, in tokens.
    pub output: Option<u32>,
    /// Whether prompt caching is turned off.
    pub no_caching: Option<bool>,
    /// Whether a cap without a number goes, rather than stays.
    pub lift: bool,
}

/// What lifts both caps.
pub const LIFT: &str = "claude-bedrock inference-config --preset none";

/// What a file sets. A value that is no whole number counts as not set.
pub fn read_tuning(document: &Document) -> Tuning {
    let number = |name| env_text(document, name)?.trim().parse().ok();
    Tuning {
        thinking: number("MAX_THINKING_TOKENS"),
        output: number("CLAUDE_CODE_MAX_OUTPUT_TOKENS"),
        no_caching: env_text(document, "DISABLE_PROMPT_CACHING").map(|value| keys::is_on(&value)),
        lift: false,
    }
}

/// Plans the caps. Caching is only touched where it is asked for.
///
/// # Errors
/// `NOT_CONFIGURED` unless the file switches Bedrock on, or caps are but lifted; `SETTINGS_INVALID` when Claude Code would drop it.
pub fn plan_inference(
    current: Option<&[u8]>,
    kept: Option<&[u8]>,
    wished: Tuning,
    path: &Path,
) -> Result<Plan> {
    let before = open(current, path)?;
    let lifts_alone = Tuning {
        lift: true,
        ..Tuning::default()
    };
    let on = switches_on(&before);
    if !on && wished != lifts_alone {
        let error = Error::new(Code::NotConfigured, "Bedrock is not configured").at(path);
        return Err(error.suggest("claude-bedrock setup"));
    }
    let mut after = before.clone();
    let number = |tokens: Option<u32>| tokens.map(|tokens| tokens.to_string());
    let switch = wished
        .no_caching
        .map(|off| if off { "1" } else { "0" }.to_owned());
    for (path_in, value, goes) in [
        (keys::THINKING, number(wished.thinking), wished.lift),
        (keys::OUTPUT, number(wished.output), wished.lift),
        (keys::NO_CACHING, switch, false),
    ] {
        if let Some(value) = value {
            let set = after.set(path_in, &Value::from(value));
            set.map_err(|problem| problem.error(path))?;
        } else if goes {
            after.remove(path_in);
        }
    }
    let mut warnings = Vec::new();
    if let Some(tokens) = wished.output {
        let message = format!("every answer now ends at {tokens} tokens, long files included");
        warnings.push(Warning::new("OUTPUT_CAPPED", message).suggest(LIFT));
    }
    // What was before the first apply is kept by that; of a configuration made by hand the caps are noted, so that a reset
    // knows them for ours. Once all is as noted, the note has served.
    let mut plan = finish(current, &before, &after, warnings, path)?;
    if open_note(kept).is_some_and(|noted| after.same_as(&noted)) {
        plan.keep = Keep::Discard;
    } else if kept.is_none() && on && !plan.changes.is_empty() {
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
            ..Tuning::default()
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
            lift: false,
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
