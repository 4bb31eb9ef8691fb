//! `inference-config`: shows the caps on thinking and output tokens, or sets them.

use serde::Serialize;

use crate::claude::plan::{self, PRESETS, Tuning, plan_inference, read_tuning};
use crate::claude::settings::parse_settings;
use crate::commands::Context;
use crate::commands::settings_edit::{Edited, edit};
use crate::commands::usage::{Flag, Takes, Words, arguments, words};
use crate::error::{Code, Error, Result};
use crate::file;
use crate::report::{Report, document};

/// The caps that may be set, in tokens.
const RANGE: std::ops::RangeInclusive<u32> = 4096..=16384;

/// The presets by name, and what is none of them.
const NAMES: Words = &[
    ("focused", "4096 tokens each"),
    ("balanced", "8192 tokens each"),
    ("thorough", "16384 tokens each"),
    ("custom", "What --thinking and --output say"),
    ("none", "No cap: those that are set go"),
];

arguments! {
    /// Show or set the caps on thinking and output tokens
    ///
    /// Without a cap Claude Code uses each model's own limit. A cap on output ends every answer there, long files included.
    pub struct InferenceConfig = "inference-config" {
        /// Both caps at once
        preset: Option<String> = Flag::option("preset", Takes::OneOf("NAME", NAMES));

        /// Cap on thinking tokens, 4096 to 16384; goes before the preset's
        thinking: Option<String> = Flag::option("thinking", Takes::Text("TOKENS"));

        /// Cap on output tokens, 4096 to 16384; goes before the preset's
        output: Option<String> = Flag::option("output", Takes::Text("TOKENS"));

        /// Prompt caching; left as it is unless given
        prompt_caching: Option<Switch> = Flag::option("prompt-caching", Takes::OneOf("SWITCH", Switch::WORDS));

        /// Show what would change as a unified diff and write nothing
        dry_run: bool = Flag::switch("dry-run");
    }
}

words! {
    /// On or off.
    enum Switch {
        /// On.
        On = "on",
        /// Off.
        Off = "off",
    }
}

/// The caps as they stand: `null` where nothing caps.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Caps {
    preset: Option<&'static str>,
    thinking_tokens: Option<u32>,
    output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_caching_disabled: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Offer {
    name: &'static str,
    label: &'static str,
    thinking_tokens: u32,
    output_tokens: u32,
    description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    caveat: Option<&'static str>,
    is_default: bool,
}

#[derive(Serialize)]
struct Limits {
    min: u32,
    max: u32,
}

/// The `data` without a wish.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    configured: bool,
    bedrock_configured: bool,
    current: Caps,
    presets: Vec<Offer>,
    token_range: Limits,
    settings_path: String,
}

/// The `data` of a change.
#[derive(Serialize)]
struct Capped {
    applied: bool,
    config: Caps,
    #[serde(flatten)]
    edited: Edited,
}

impl InferenceConfig {
    /// Shows, or sets.
    ///
    /// # Errors
    /// `USAGE` for a number that is none; `NOT_CONFIGURED`; those of the edit.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let path = context.settings_path();
        let wished = self.wished()?;
        if wished == Tuning::default() {
            let bytes = file::read(&path)?.unwrap_or_default();
            let settings = parse_settings(&bytes, &path)?;
            let found = read_tuning(&settings);
            return Ok(Box::new(Shown {
                configured: found != Tuning::default(),
                bedrock_configured: plan::switches_on(&settings),
                current: caps(found, Some(found.no_caching == Some(true))),
                presets: offers(),
                token_range: Limits {
                    min: *RANGE.start(),
                    max: *RANGE.end(),
                },
                settings_path: path.display().to_string(),
            }));
        }
        let mut after = Tuning::default();
        let edited = edit(context, &path, self.dry_run, &mut |seen| {
            let plan = plan_inference(seen.current, seen.kept, wished, &path)?;
            after = read_tuning(&parse_settings(
                plan.bytes.as_deref().unwrap_or_default(),
                &path,
            )?);
            Ok(plan)
        })?;
        Ok(Box::new(Capped {
            applied: !self.dry_run,
            config: caps(after, None),
            edited,
        }))
    }

    /// What the flags ask for: a number goes before the preset's.
    fn wished(&self) -> Result<Tuning> {
        let name = self.preset.as_deref();
        let preset = PRESETS.iter().find(|preset| name == Some(preset.name));
        let preset = preset.map(|preset| preset.tokens);
        let thinking = tokens(self.thinking.as_deref(), "thinking")?;
        let output = tokens(self.output.as_deref(), "output")?;
        if name == Some("custom") && thinking.or(output).is_none() {
            return Err(usage("--preset=custom needs --thinking or --output"));
        }
        Ok(Tuning {
            thinking: thinking.or(preset),
            output: output.or(preset),
            no_caching: self.prompt_caching.map(|switch| switch == Switch::Off),
            lift: name == Some("none"),
        })
    }
}

fn usage(message: impl Into<String>) -> Error {
    Error::new(Code::Usage, message).suggest("claude-bedrock inference-config --preset=balanced")
}

/// A number of tokens in [`RANGE`], wholly a number.
fn tokens(text: Option<&str>, what: &str) -> Result<Option<u32>> {
    let Some(text) = text else {
        return Ok(None);
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits).ok_or_else(|| {
        usage(format!(
            "invalid token values: `{text}` is not a whole number"
        ))
    })?;
    if RANGE.contains(&number) {
        return Ok(Some(number));
    }
    let (min, max) = (RANGE.start(), RANGE.end());
    Err(usage(format!(
        "{what} tokens must be between {min} and {max}"
    )))
}

fn caps(tuning: Tuning, prompt_caching_disabled: Option<bool>) -> Caps {
    let preset = PRESETS.iter().find(|preset| {
        tuning.thinking == Some(preset.tokens) && tuning.output == Some(preset.tokens)
    });
    let is_set = tuning.thinking.or(tuning.output).is_some();
    Caps {
        preset: preset
            .map(|preset| preset.name)
            .or(is_set.then_some("custom")),
        thinking_tokens: tuning.thinking,
        output_tokens: tuning.output,
        prompt_caching_disabled,
    }
}

fn offers() -> Vec<Offer> {
    let offers = PRESETS.iter().map(|preset| Offer {
        name: preset.name,
        label: preset.label,
        thinking_tokens: preset.tokens,
        output_tokens: preset.tokens,
        description: preset.description,
        caveat: preset.caveat,
        is_default: preset.name == "balanced",
    });
    offers.collect()
}

impl Report for Shown {
    fn json(&self) -> String {
        document(self)
    }
}

impl Report for Capped {
    fn json(&self) -> String {
        document(self)
    }
}
