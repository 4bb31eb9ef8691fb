//! The grammar of model ids: `[GEO.]anthropic.claude-…` in every suffix style, ARNs, and `[1m]`.
//!
//! Ids are read, not looked up in a table: a model that comes out tomorrow has a family and a version.

use super::{Arn, Family, ModelId, Version};

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

/// Whether a value can only mean a model on Bedrock: any maker, any geography, with or without
/// `:0` or `[1m]`, or an ARN. For finding values that would break the Anthropic API.
pub fn names_bedrock_model(text: &str) -> bool {
    let (text, _) = split_one_m(text.trim());
    if text.starts_with("arn:") {
        return text.split(':').nth(2) == Some("bedrock");
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

/// Takes `[1m]` off, however often it is there; Claude Code knows it in either case.
pub(in crate::claude::models) fn split_one_m(text: &str) -> (&str, bool) {
    match text
        .strip_suffix("[1m]")
        .or_else(|| text.strip_suffix("[1M]"))
    {
        Some(rest) => (split_one_m(rest.trim_end()).0, true),
        None => (text, false),
    }
}

/// `^[a-z]{2,6}(-[a-z]+)*$`: no fixed list, so that a new geography is no surprise.
pub(in crate::claude::models) fn is_geography(word: &str) -> bool {
    let mut parts = word.split('-');
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    parts
        .next()
        .is_some_and(|first| letters(first) && (2..=6).contains(&first.len()))
        && parts.all(letters)
}

/// `arn:PARTITION:bedrock:REGION:ACCOUNT:RESOURCE/ID`; the region of some global ones is empty.
pub(super) fn parse_arn(text: &str) -> Option<(Arn<'_>, &str)> {
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
pub(super) fn parse_id(text: &str) -> Option<ModelId<'_>> {
    let (first, rest) = text.split_once('.')?;
    let (geography, model) = if first == "anthropic" {
        (None, rest)
    } else {
        (Some(first), rest.strip_prefix("anthropic.")?)
    };
    if geography.is_some_and(|word| !is_geography(word)) {
        return None;
    }
    let (family, version, variant) = parse_model(model)?;
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

/// `claude-`, family and numbers in either order, then `-YYYYMMDD`, `-vN`, `:N`, each optional.
pub(super) fn parse_model(model: &str) -> Option<(Family<'_>, Version, &str)> {
    let model = model.strip_prefix("claude-")?;
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
