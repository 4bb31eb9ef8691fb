//! Two texts to a unified diff, as `patch` reads it and `git diff` shows it.

use std::fmt::Write as _;
use std::ops::Range;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// Edits that are looked for line by line. Texts that differ more are shown as one change: still right, only longer.
/// The search takes at most this many steps a line, and the square of it in numbers of memory.
const MOST_EDITS: usize = 256;

/// Lines that differ: these of the old text became those of the new one. Either may be empty.
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// The difference between two texts with the customary three lines around each change; empty when there is none.
///
/// `label` names the file in the heading (`--- a/label`). Lines end at `\n`; a `\r` before it belongs to the line and is
/// passed on as it is, so that the diff can be applied and a change of line ends shows.
pub fn unified(old: &str, new: &str, label: &str) -> String {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let changes = find_changes(&old, &new);
    let mut out = String::new();
    if changes.is_empty() {
        return out;
    }
    let label = label.trim_start_matches('/');
    out.push_str(&format!("--- a/{label}\n+++ b/{label}\n"));
    // Changes with no more than twice the context between them share a hunk.
    for hunk in changes.chunk_by(|one, next| next.old.start - one.old.end <= 2 * CONTEXT) {
        write_hunk(&mut out, hunk, &old, &new);
    }
    out
}

fn write_hunk(out: &mut String, hunk: &[Change], old: &[&str], new: &[&str]) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
        return;
    };
    let before = first.old.start.min(CONTEXT);
    let after = (old.len() - last.old.end).min(CONTEXT);
    let _ = writeln!(
        out,
        "@@ -{} +{} @@",
        describe(first.old.start - before..last.old.end + after),
        describe(first.new.start - before..last.new.end + after),
    );
    let mut shown = first.old.start - before;
    for change in hunk {
        write_lines(out, ' ', &old[shown..change.old.start]);
        write_lines(out, '-', &old[change.old.clone()]);
        write_lines(out, '+', &new[change.new.clone()]);
        shown = change.old.end;
    }
    write_lines(out, ' ', &old[shown..shown + after]);
}

fn write_lines(out: &mut String, mark: char, lines: &[&str]) {
    for line in lines {
        out.push(mark);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// `start,count` with lines from 1; a count of one is left out, and an empty range names the line before it.
fn describe(lines: Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        count => format!("{},{count}", lines.start + 1),
    }
}

/// The changes in order. Nothing touches the next: there is an equal line between any two.
fn find_changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = old.iter().zip(new).take_while(same).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(same)
        .count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let pairs = find_equal_lines(&old[head..old_end], &new[head..new_end]);
    let mut changes = Vec::new();
    let (mut old_at, mut new_at) = (head, head);
    let ends = pairs.into_iter().map(|(a, b)| (a + head, b + head));
    for (old_next, new_next) in ends.chain([(old_end, new_end)]) {
        if old_next > old_at || new_next > new_at {
            changes.push(Change {
                old: old_at..old_next,
                new: new_at..new_next,
            });
        }
        (old_at, new_at) = (old_next + 1, new_next + 1);
    }
    changes
}

/// A longest common subsequence as pairs of line numbers, by the greedy search of E. Myers, "An O(ND) Difference
/// Algorithm and Its Variations" (1986). Empty when it would take more than [`MOST_EDITS`] edits.
fn find_equal_lines(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let most = MOST_EDITS.min(old.len() + new.len());
    // Diagonals, on which the old line less the new line is the same, are numbered from `zero`; what is kept for each is
    // the furthest old line reached on it.
    let zero = most + 1;
    let mut furthest = vec![0; 2 * zero + 1];
    let mut rounds = Vec::new();
    for edits in 0..=most {
        rounds.push(furthest.clone());
        for diagonal in (zero - edits..=zero + edits).step_by(2) {
            let from = predecessor(&furthest, diagonal, zero, edits);
            let mut x = furthest[from] + usize::from(from < diagonal);
            let mut y = x + zero - diagonal;
            while x < old.len() && y < new.len() && old[x] == new[y] {
                x += 1;
                y += 1;
            }
            furthest[diagonal] = x;
            if x == old.len() && y == new.len() {
                return trace_back(&rounds, zero, x, y);
            }
        }
    }
    Vec::new()
}

/// The diagonal that a path with one edit fewer came from: the one above for an added line, below for a removed one.
fn predecessor(furthest: &[usize], diagonal: usize, zero: usize, edits: usize) -> usize {
    let lowest = diagonal == zero - edits;
    let highest = diagonal == zero + edits;
    if lowest || !highest && furthest[diagonal - 1] < furthest[diagonal + 1] {
        diagonal + 1
    } else {
        diagonal - 1
    }
}

/// Walks the rounds of the search backwards from its end, and returns the equal lines on the way in order.
fn trace_back(
    rounds: &[Vec<usize>],
    zero: usize,
    mut x: usize,
    mut y: usize,
) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (edits, furthest) in rounds.iter().enumerate().rev() {
        let (start_x, start_y) = if edits == 0 {
            (0, 0)
        } else {
            let from = predecessor(furthest, x + zero - y, zero, edits);
            (furthest[from], furthest[from] + zero - from)
        };
        while x > start_x && y > start_y {
            x -= 1;
            y -= 1;
            pairs.push((x, y));
        }
        (x, y) = (start_x, start_y);
    }
    pairs.reverse();
    pairs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_form_is_the_one_of_diff_u() {
        for (old, new, want) in [
            ("", "", ""),
            ("same\n", "same\n", ""),
            ("", "a\n", "@@ -0,0 +1 @@\n+a\n"),
            ("a\n", "", "@@ -1 +0,0 @@\n-a\n"),
            ("a\nb\n", "a\nc\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"),
            (
                "a",
                "a\n",
                "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n",
            ),
            (
                "a\nb",
                "c\nb",
                "@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n",
            ),
            (
                "a\r\nb\r\n",
                "a\r\nb\n",
                "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+b\n",
            ),
            (
                "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
                "0\n1\n2\n3\n4\n5\n6\n8\n9\n",
                "@@ -1,9 +1,9 @@\n+0\n 1\n 2\n 3\n 4\n 5\n 6\n-7\n 8\n 9\n",
            ),
            (
                "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
                "0\n1\n2\n3\n4\n5\n6\n7\n9\n",
                "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -5,5 +6,4 @@\n 5\n 6\n 7\n-8\n 9\n",
            ),
        ] {
            let want = if want.is_empty() {
                String::new()
            } else {
                format!("--- a/home/s.json\n+++ b/home/s.json\n{want}")
            };
            assert_eq!(unified(old, new, "/home/s.json"), want, "{old:?} {new:?}");
        }
    }

    #[test]
    fn two_mebibytes_that_share_no_line_are_one_change() {
        let text = |letter: &str| format!("{letter}\n").repeat(1 << 19);
        let diff = unified(&text("old"), &text("new"), "s.json");
        assert_eq!(diff.matches("@@ -").count(), 1);
        assert_eq!(apply(&text("old"), &diff), text("new"));
    }

    /// What `patch` does, without its tolerance: every line must be where the diff says it is.
    fn apply(old: &str, diff: &str) -> String {
        let old: Vec<&str> = old.split_inclusive('\n').collect();
        let (mut out, mut at) = (Vec::new(), 0);
        let mut lines = diff.split_inclusive('\n').skip(2).peekable();
        while let Some(line) = lines.next() {
            let bare = match lines.next_if(|next| next.starts_with('\\')) {
                Some(_) => line.strip_suffix('\n').unwrap(),
                None => line,
            };
            let text = &bare[1..];
            match bare.as_bytes()[0] {
                b'@' => {
                    let mut words = bare.split(' ').skip(1).map(|word| {
                        let (start, count) = word[1..].split_once(',').unwrap_or((&word[1..], "1"));
                        let count: usize = count.trim_end().parse().unwrap();
                        start.parse::<usize>().unwrap() - usize::from(count > 0)
                    });
                    let start = words.next().unwrap();
                    out.extend_from_slice(&old[at..start]);
                    at = start;
                    assert_eq!(out.len(), words.next().unwrap(), "start in the new text");
                }
                b' ' => {
                    assert_eq!(old[at], text);
                    out.push(text);
                    at += 1;
                }
                b'-' => {
                    assert_eq!(old[at], text);
                    at += 1;
                }
                b'+' => out.push(text),
                mark => panic!("{mark}"),
            }
        }
        out.extend_from_slice(&old[at..]);
        out.concat()
    }

    /// The length of a longest common subsequence by the textbook's table.
    fn common(old: &[&str], new: &[&str]) -> usize {
        let mut row = vec![0; new.len() + 1];
        for a in old {
            let mut diagonal = 0;
            for (at, b) in new.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if a == b {
                    diagonal + 1
                } else {
                    above.max(row[at])
                };
                diagonal = above;
            }
        }
        row[new.len()]
    }

    fn text() -> impl Strategy<Value = String> {
        let line = prop::sample::select(vec!["a\n", "b\n", "c\n", "\n", "a\r\n", "- x\n", "@@\n"]);
        let end = prop::sample::select(vec!["", "", "end", "\\ x"]);
        (prop::collection::vec(line, 0..40), end).prop_map(|(lines, end)| lines.concat() + end)
    }

    proptest! {
        #[test]
        fn a_diff_applied_gives_the_new_text(old in text(), new in text()) {
            let diff = unified(&old, &new, "s.json");
            prop_assert_eq!(diff.is_empty(), old == new);
            prop_assert_eq!(apply(&old, &diff), new);
        }

        #[test]
        fn no_shorter_diff_exists(old in text(), new in text()) {
            let diff = unified(&old, &new, "s.json");
            let marked = |mark| diff.lines().skip(2).filter(|line| line.starts_with(mark)).count();
            let old: Vec<&str> = old.split_inclusive('\n').collect();
            let new: Vec<&str> = new.split_inclusive('\n').collect();
            let common = common(&old, &new);
            prop_assert_eq!(marked('-'), old.len() - common);
            prop_assert_eq!(marked('+'), new.len() - common);
        }
    }
}
