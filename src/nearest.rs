//! The word that was probably meant: the nearest of some by edit distance.

/// The nearest candidate to `word`: the same but for case, else with the fewest edits (a third of the word at most).
///
/// Among equals the first wins. An edit adds, drops or changes a character, or swaps two neighbours.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(word.chars().count().div_ceil(3), word, candidates)
}

/// The same with `most` edits.
pub fn nearest_within<'a>(
    most: usize,
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let folded: Vec<char> = word.to_lowercase().chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        if other.len().abs_diff(folded.len()) > most {
            continue;
        }
        let distance = edits(&folded, &other);
        if distance <= most && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The optimal string alignment distance.
fn edits(from: &[char], to: &[char]) -> usize {
    // The last two rows of the usual table; `before` is needed for swaps alone.
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    let mut earlier = None;
    for (row, a) in from.iter().enumerate() {
        let mut current = Vec::with_capacity(above.len());
        let mut left = row + 1;
        current.push(left);
        let mut last = None;
        for (column, (b, pair)) in to.iter().zip(above.windows(2)).enumerate() {
            let &[diagonal, up] = pair else { continue };
            let mut cost = (diagonal + usize::from(a != b)).min(up + 1).min(left + 1);
            if earlier == Some(b) && last == Some(a) {
                let swapped = column.checked_sub(1).and_then(|at| before.get(at));
                cost = swapped.map_or(cost, |swapped| cost.min(swapped + 1));
            }
            current.push(cost);
            left = cost;
            last = Some(b);
        }
        earlier = Some(a);
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        let cases = [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("abc", "abd", 1),
            ("abc", "acb", 1),
            ("abc", "xabc", 1),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
        ];
        for (from, to, expected) in cases {
            let [from, to] = [from, to].map(|text| text.chars().collect::<Vec<_>>());
            assert_eq!(edits(&from, &to), expected, "{from:?} {to:?}");
        }
    }

    #[test]
    fn the_nearest_is_near() {
        let names = ["default", "dev", "Prod", "acme-staging"];
        let cases = [
            ("prod", Some("Prod")),
            ("dve", Some("dev")),
            ("defualt", Some("default")),
            ("acme-stagin", Some("acme-staging")),
            ("x", None),
            ("", None),
            ("something-else", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, names), expected, "{word:?}");
        }
    }
}
