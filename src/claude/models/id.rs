//! The grammar of model ids: `[GEO.]anthropic.claude-…` in every suffix style, ARNs, and `[1m]`.
//!
//! Ids are read, not looked up in a table: a model that comes out tomorrow has a family and a version.

use std::fmt;

/// What follows `anthropic.` in every Claude id.
const CLAUDE: &str = "claude-";

/// Makers whose models Bedrock serves through inference profiles.
const MAKERS: &[&str] = &[
    "anthropic",
    "amazon",
    "meta",
    "mistral",
    "deepseek",
    "cohere",
    "writer",
    "ai21",
    "openai",
    "qwen",
];

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
        let (family, version, variant) = parse_model(text.strip_prefix(CLAUDE)?)?;
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
        let word = self.family.word();
        let mut letters = word.chars();
        match letters.next() {
            Some(first) => write!(f, "{}{}", first.to_ascii_uppercase(), letters.as_str())?,
            None => return f.write_str("application profile"),
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

/// Whether a value can only mean a model on Bedrock: any maker, any geography, with or without
/// `:0` or `[1m]`, or an ARN. For finding values that would break the Anthropic API.
pub fn names_bedrock_model(text: &str) -> bool {
    let (text, _) = split_one_m(text.trim());
    if text.starts_with("arn:") {
        return parse_arn(text).is_some();
    }
    let starts_with_maker = |id: &str| {
        id.split_once('.')
            .is_some_and(|(maker, model)| MAKERS.contains(&maker) && !model.is_empty())
    };
    starts_with_maker(text)
        || text
            .split_once('.')
            .is_some_and(|(geo, rest)| is_geography(geo) && starts_with_maker(rest))
}

/// Takes `[1m]` off; Claude Code knows it in either case.
pub(super) fn split_one_m(text: &str) -> (&str, bool) {
    match text
        .strip_suffix("[1m]")
        .or_else(|| text.strip_suffix("[1M]"))
    {
        Some(rest) => (rest.trim_end(), true),
        None => (text, false),
    }
}

/// `^[a-z]{2,6}(-[a-z]+)*$`: no fixed list, so that a new geography is no surprise.
pub(super) fn is_geography(word: &str) -> bool {
    let mut parts = word.split('-');
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    parts
        .next()
        .is_some_and(|first| letters(first) && (2..=6).contains(&first.len()))
        && parts.all(letters)
}

/// `arn:PARTITION:bedrock:REGION:ACCOUNT:RESOURCE/ID`; the region of some global ones is empty.
fn parse_arn(text: &str) -> Option<(Arn<'_>, &str)> {
    let mut fields = text.splitn(6, ':');
    let (arn, partition, service) = (fields.next()?, fields.next()?, fields.next()?);
    let (region, account) = (fields.next()?, fields.next()?);
    let (resource, id) = fields.next()?.split_once('/')?;
    let word = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let account_fits = account.bytes().all(|b| b.is_ascii_digit())
        && (account.len() == 12 || (account.is_empty() && resource == "foundation-model"));
    let known = matches!(
        resource,
        "inference-profile"
            | "application-inference-profile"
            | "foundation-model"
            | "provisioned-model"
    );
    let id_fits = !id.is_empty()
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b));
    (arn == "arn"
        && (partition == "aws" || partition.starts_with("aws-"))
        && service == "bedrock"
        && word(region)
        && word(partition)
        && account_fits
        && known
        && id_fits)
        .then_some((
            Arn {
                region,
                account,
                resource,
            },
            id,
        ))
}

/// `[GEO.]anthropic.claude-…`
fn parse_id(text: &str) -> Option<ModelId<'_>> {
    let (first, rest) = text.split_once('.')?;
    let (geography, model) = if first == "anthropic" {
        (None, rest)
    } else {
        (Some(first), rest.strip_prefix("anthropic.")?)
    };
    if geography.is_some_and(|word| !is_geography(word)) {
        return None;
    }
    let (family, version, variant) = parse_model(model.strip_prefix(CLAUDE)?)?;
    Some(ModelId {
        text,
        geography,
        family,
        version,
        variant,
        one_m: false,
        arn: None,
    })
}

/// What follows `claude-`: family and numbers in either order, then `-YYYYMMDD`, `-vN`, `:N`, each optional.
fn parse_model(model: &str) -> Option<(Family<'_>, Version, &str)> {
    let id_like = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:".contains(&b);
    if !model.bytes().all(id_like) {
        return None;
    }
    let mut version = Version::default();
    let mut rest = model.split(':').next().unwrap_or(model);
    if let Some((before, revision)) = split_last(rest, |word| word.strip_prefix('v')?.parse().ok())
    {
        version.revision = revision;
        rest = before;
    }
    if let Some((before, date)) = split_last(rest, |word| {
        (word.len() == 8).then(|| word.parse().ok()).flatten()
    }) {
        version.date = date;
        rest = before;
    }
    let number = |word: &str| (word.len() <= 2).then(|| word.parse::<u8>().ok()).flatten();
    let (mut family, mut numbers) = ("", Vec::new());
    while !rest.is_empty() {
        let (word, after) = rest.split_once('-').unwrap_or((rest, ""));
        match number(word) {
            Some(value) if numbers.len() < 2 => numbers.push(value),
            None if family.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()) => {
                family = word;
            }
            _ => break,
        }
        rest = after;
    }
    version.major = numbers.first().copied().unwrap_or(0);
    version.minor = numbers.get(1).copied().unwrap_or(0);
    (!family.is_empty()).then_some((Family::from_word(family), version, rest))
}

/// The last word after a dash, when `read` takes it, and what is before it.
fn split_last<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<(&str, T)> {
    let (before, word) = text.rsplit_once('-')?;
    Some((before, read(word)?))
}

#[cfg(test)]
mod tests;
