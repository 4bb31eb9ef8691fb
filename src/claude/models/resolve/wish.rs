//! What a user may type for a model: `opus`, `Claude Opus 4.5`, `eu.sonnet`, a part of an id.

use crate::claude::models::choice::claude_profiles;
use crate::claude::models::id::is_geography;
use crate::claude::models::{ListedModel, ModelId, label};

/// A family, and maybe which release of it.
pub(super) struct Wish {
    family: String,
    pub(super) release: Option<(u8, u8)>,
    date: Option<u32>,
}

impl Wish {
    /// `opus`, `Opus 4.5`, `claude-3-5-sonnet-20241022`, `Claude Sonnet 4`: words and numbers in
    /// any order and case. `None` when anything else is in it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase().replace(['.', '_', ' '], "-");
        let words = lower.strip_prefix("claude-").unwrap_or(&lower);
        let spelled = format!("claude-{words}");
        let id = ModelId::parse_anthropic(&spelled)?;
        let plain = id.variant.is_empty() && id.version.revision == 0;
        plain.then(|| Wish {
            family: id.family.word().to_owned(),
            release: Some(id.version.release()).filter(|release| *release != (0, 0)),
            date: Some(id.version.date).filter(|date| *date != 0),
        })
    }

    pub(super) fn fits(&self, id: &ModelId<'_>) -> bool {
        id.family.word() == self.family
            && self.release.is_none_or(|it| it == id.version.release())
            && self.date.is_none_or(|it| it == id.version.date)
    }
}

/// Takes `eu.` off `eu.opus`: a geography of the listing, or one that has a name.
pub(super) fn split_geography<'t>(
    text: &'t str,
    listed: &[ListedModel],
) -> (Option<&'t str>, &'t str) {
    let Some((word, rest)) = text.split_once('.') else {
        return (None, text);
    };
    let known = label(Some(word)) != word
        || claude_profiles(listed).any(|(_, id)| id.geography == Some(word));
    if is_geography(word) && known && !rest.is_empty() {
        (Some(word), rest)
    } else {
        (None, text)
    }
}

/// Whether that is a listed name but for what stands before `Claude`: `US Anthropic Claude Opus 4.5` is listed.
pub(super) fn is_name_of(name: &str, text: &str) -> bool {
    let lower = |text: &str| text.to_ascii_lowercase();
    let (name, text) = (lower(name), lower(text));
    let text = text.strip_prefix("anthropic ").unwrap_or(&text);
    let own = name.find("claude").and_then(|at| name.get(at..));
    text.starts_with("claude") && own == Some(text)
}

/// Whether `part` is in `id` without cutting a word or number of it in two.
pub(super) fn contains_words(id: &str, part: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    !part.is_empty()
        && id.match_indices(part).any(|(start, found)| {
            let (before, after) = (id.get(..start), id.get(start + found.len()..));
            !joins(before.and_then(|text| text.chars().next_back()))
                && !joins(after.and_then(|text| text.chars().next()))
        })
}
