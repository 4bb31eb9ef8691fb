//! A model id taken apart: geography, family, version, `[1m]`, and what an ARN says besides.

mod grammar;

use std::fmt;

use crate::report::capitalized;

pub use grammar::names_bedrock_model;
pub(super) use grammar::{is_geography, split_one_m};
use grammar::{parse_arn, parse_id, parse_model};

/// A line of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family<'a> {
    /// `opus`
    Opus,
    /// `sonnet`
    Sonnet,
    /// `haiku`
    Haiku,
    /// `fable`
    Fable,
    /// A line that Claude Code has no alias for, by its word in the id.
    Other(&'a str),
    /// An application profile or provisioned model: its id says nothing about the model.
    Unknown,
}

impl<'a> Family<'a> {
    /// The lines that Claude Code has an alias and a pin for, in the order people expect.
    pub const ALIASED: [Family<'static>; 4] =
        [Family::Opus, Family::Sonnet, Family::Haiku, Family::Fable];

    /// The family of a word in an id (`opus`).
    pub fn from_word(word: &'a str) -> Self {
        Family::ALIASED
            .into_iter()
            .find(|family| family.word() == word)
            .unwrap_or(Family::Other(word))
    }

    /// The word in an id; empty for [`Family::Unknown`].
    pub fn word(&self) -> &'a str {
        match *self {
            Family::Opus => "opus",
            Family::Sonnet => "sonnet",
            Family::Haiku => "haiku",
            Family::Fable => "fable",
            Family::Other(word) => word,
            Family::Unknown => "",
        }
    }
}

/// A version: numbers first, then the date, then the revision. `4-5` is 4.5, `5` is 5.0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The 4 of 4.5.
    pub major: u8,
    /// The 5 of 4.5.
    pub minor: u8,
    /// `YYYYMMDD`, or 0.
    pub date: u32,
    /// The 2 of `-v2:0`, or 0.
    pub revision: u8,
}

impl Version {
    /// Major and minor: what people call the version.
    pub fn release(self) -> (u8, u8) {
        (self.major, self.minor)
    }
}

/// Where an ARN belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `us-west-2`
    pub region: &'a str,
    /// Twelve digits; empty for a foundation model.
    pub account: &'a str,
    /// `inference-profile`, `application-inference-profile`, `foundation-model`, `provisioned-model`.
    pub resource: &'a str,
}

/// A model id of Bedrock, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelId<'a> {
    /// What Bedrock is sent: the id or ARN without `[1m]`.
    pub text: &'a str,
    /// `us`, `global`, `us-gov`, …; `None` for an id without one and for what an ARN leaves open.
    pub geography: Option<&'a str>,
    /// The line of models.
    pub family: Family<'a>,
    /// The version; zero where the id has none.
    pub version: Version,
    /// What is left between family, version and date (`trn2-208k`); mostly empty.
    pub variant: &'a str,
    /// Whether it ends in `[1m]`, Claude Code's mark for the window of a million tokens.
    pub one_m: bool,
    /// Set when it is an ARN.
    pub arn: Option<Arn<'a>>,
}

impl<'a> ModelId<'a> {
    /// Reads an id or an ARN, surrounding blanks aside. `None` for what is no Claude model on Bedrock.
    ///
    /// Ids of the Anthropic API (`claude-opus-4-5`) and aliases (`opus`) are not Bedrock ids.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (text, one_m) = split_one_m(text.trim());
        if text.starts_with("arn:") {
            let (arn, id) = parse_arn(text)?;
            return match arn.resource {
                "inference-profile" | "foundation-model" => Some(ModelId {
                    text,
                    one_m,
                    arn: Some(arn),
                    ..parse_id(id)?
                }),
                _ => Some(ModelId {
                    text,
                    geography: None,
                    family: Family::Unknown,
                    version: Version::default(),
                    variant: "",
                    one_m,
                    arn: Some(arn),
                }),
            };
        }
        Some(ModelId {
            one_m,
            ..parse_id(text)?
        })
    }

    /// Reads an id as the Anthropic API spells it (`claude-opus-4-5`, `claude-3-5-sonnet-20241022`).
    pub(super) fn parse_anthropic(text: &'a str) -> Option<Self> {
        let (family, version, variant) = parse_model(text)?;
        Some(ModelId {
            text,
            geography: None,
            family,
            version,
            variant,
            one_m: false,
            arn: None,
        })
    }

    /// Whether two ids name the same release, wherever it runs and whatever its date.
    pub fn same_release(&self, other: &ModelId<'_>) -> bool {
        self.family.word() == other.family.word()
            && self.version.release() == other.version.release()
            && self.variant == other.variant
    }

    /// Whether it is called in its region alone: no inference profile, whose id begins with a geography. Most models
    /// refuse that ("on-demand throughput isn't supported").
    pub fn is_in_region(&self) -> bool {
        let of_amazon = |arn: Arn<'_>| arn.resource == "foundation-model";
        self.geography.is_none() && self.arn.is_none_or(of_amazon)
    }

    /// The id inside an ARN of a system profile or a foundation model, or the id itself.
    pub fn bare(&self) -> &'a str {
        match self.arn {
            Some(_) => self.text.rsplit('/').next().unwrap_or(self.text),
            None => self.text,
        }
    }
}

/// The name that people use: `Opus 4.5`, `Sonnet 5`.
impl fmt::Display for ModelId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.family.word() {
            "" => return f.write_str("application profile"),
            word => f.write_str(&capitalized(word))?,
        }
        match self.version.release() {
            (0, 0) => {}
            (major, 0) => write!(f, " {major}")?,
            (major, minor) => write!(f, " {major}.{minor}")?,
        }
        if !self.variant.is_empty() {
            write!(f, " {}", self.variant)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
