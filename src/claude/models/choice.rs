//! Which of the listed models to show first, to recommend, and to pin.

use std::cmp::Reverse;

use super::{Family, ListedModel, ModelId};

/// The order of the JSON contract: `global.` first, within each half the order of the listing.
///
/// The script's last version did so, and also hid the `us.` and `eu.` twins of a global profile;
/// nothing is hidden here, since a user bound to the EU must see `eu.`.
pub fn show_global_first(listed: &mut Vec<ListedModel>) {
    let all = std::mem::take(listed).into_iter();
    let (global, others): (Vec<_>, Vec<_>) = all.partition(|model| model.id.starts_with("global."));
    listed.extend(global.into_iter().chain(others));
}

/// The order for people: by family, newest first, `global.` before the other geographies.
/// What is no Claude model comes last.
pub fn newest_first(listed: &mut [ListedModel]) {
    // Cached: the key borrows nothing from the element that is being moved.
    listed.sort_by_cached_key(|model| {
        let id = model.parsed();
        let rank = id.map_or(usize::MAX, |id| family_rank(id.family));
        let word = id.map_or(String::new(), |id| id.family.word().to_owned());
        let version = id.map(|id| id.version).unwrap_or_default();
        (
            rank,
            word,
            Reverse(version),
            model.application,
            !model.id.starts_with("global."),
            model.id.clone(),
        )
    });
}

/// The model to propose: the newest Opus in the first of `geographies` that has one, then in any;
/// without any Opus the newest of the next family. Application profiles are never proposed.
pub fn recommended<'m>(listed: &'m [ListedModel], geographies: &[&str]) -> Option<&'m ListedModel> {
    let place = |id: &ModelId<'_>| {
        let mut words = geographies.iter();
        words
            .position(|word| id.geography == Some(word))
            .unwrap_or(geographies.len())
    };
    let best = claude_profiles(listed)
        .min_by_key(|(_, id)| (family_rank(id.family), place(id), Reverse(id.version)));
    best.map(|(model, _)| model)
}

/// The newest of each family that Claude Code has an alias for, in one geography, as (family, id).
/// A family that is not listed there has no entry: another geography is never slipped in.
pub fn pins<'m>(listed: &'m [ListedModel], geography: &str) -> Vec<(Family<'static>, &'m str)> {
    Family::ALIASED
        .into_iter()
        .filter_map(|family| {
            let (model, _) = claude_profiles(listed)
                .filter(|(_, id)| id.family == family && id.geography == Some(geography))
                .max_by_key(|(_, id)| id.version)?;
            Some((family, model.id.as_str()))
        })
        .collect()
}

/// The system profiles of Claude models.
pub(super) fn claude_profiles(
    listed: &[ListedModel],
) -> impl Iterator<Item = (&ListedModel, ModelId<'_>)> {
    listed
        .iter()
        .filter(|model| !model.application)
        .filter_map(|model| Some((model, model.parsed()?)))
}

/// Opus, Sonnet, Haiku, Fable, then the lines without an alias.
fn family_rank(family: Family<'_>) -> usize {
    Family::ALIASED
        .iter()
        .position(|aliased| *aliased == family)
        .unwrap_or(Family::ALIASED.len())
}

#[cfg(test)]
mod tests {
    use super::super::tests::listing;
    use super::*;

    const MIXED: &[&str] = &[
        "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
        "us.anthropic.claude-opus-4-8",
        "eu.anthropic.claude-opus-4-6-v1",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "us.amazon.nova-pro-v1:0",
        "global.anthropic.claude-opus-5",
        "us.anthropic.claude-opus-5",
        "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    ];

    fn ids(listed: &[ListedModel]) -> Vec<&str> {
        listed.iter().map(|model| model.id.as_str()).collect()
    }

    /// Defect 40: the twins of a global profile were hidden.
    #[test]
    fn defect_40_global_comes_first_and_nothing_is_hidden() {
        let mut listed = listing(MIXED);
        show_global_first(&mut listed);
        assert_eq!(
            ids(&listed),
            [
                "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "global.anthropic.claude-opus-5",
                "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
                "us.anthropic.claude-opus-4-8",
                "eu.anthropic.claude-opus-4-6-v1",
                "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "us.amazon.nova-pro-v1:0",
                "us.anthropic.claude-opus-5",
                "us.anthropic.claude-haiku-4-5-20251001-v1:0",
            ]
        );
    }

    #[test]
    fn people_see_families_newest_first() {
        let mut listed = listing(MIXED);
        newest_first(&mut listed);
        assert_eq!(
            ids(&listed),
            [
                "global.anthropic.claude-opus-5",
                "us.anthropic.claude-opus-5",
                "us.anthropic.claude-opus-4-8",
                "eu.anthropic.claude-opus-4-6-v1",
                "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
                "us.anthropic.claude-haiku-4-5-20251001-v1:0",
                "us.amazon.nova-pro-v1:0",
            ]
        );
    }

    #[test]
    fn the_proposal_is_the_newest_opus_of_the_geography() {
        let sonnets = [
            "us.amazon.nova-pro-v1:0",
            "eu.anthropic.claude-sonnet-4-6",
            "eu.anthropic.claude-sonnet-5",
        ];
        let rows: &[(&[&str], &[&str], Option<&str>)] = &[
            (MIXED, &["us", "global"], Some("us.anthropic.claude-opus-5")),
            (
                MIXED,
                &["eu", "global"],
                Some("eu.anthropic.claude-opus-4-6-v1"),
            ),
            (
                MIXED,
                &["jp", "global"],
                Some("global.anthropic.claude-opus-5"),
            ),
            (&sonnets, &["us"], Some("eu.anthropic.claude-sonnet-5")),
            (&["us.amazon.nova-pro-v1:0"], &["us"], None),
            (&[], &["us"], None),
        ];
        for (listed, geographies, expected) in rows {
            let listed = listing(listed);
            let got = recommended(&listed, geographies).map(|model| model.id.as_str());
            assert_eq!(got, *expected, "{geographies:?}");
        }
    }

    #[test]
    fn pins_stay_in_their_geography() {
        let listed = listing(MIXED);
        assert_eq!(
            pins(&listed, "us"),
            [
                (Family::Opus, "us.anthropic.claude-opus-5"),
                (
                    Family::Sonnet,
                    "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
                ),
                (Family::Haiku, "us.anthropic.claude-haiku-4-5-20251001-v1:0"),
            ]
        );
        assert_eq!(
            pins(&listed, "eu"),
            [(Family::Opus, "eu.anthropic.claude-opus-4-6-v1")]
        );
        assert_eq!(pins(&listed, "jp"), []);
    }
}
