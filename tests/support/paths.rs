//! How paths are spelt: as the system has it in what the program reads, and on every system alike in expectations.

use std::path::{Path, PathBuf};

/// The absolute path without links, as other programs spell it: Windows' own word for it starts with `\\\\?\\`.
pub(crate) fn real(path: &Path) -> PathBuf {
    let full = path.canonicalize().expect("a path that is there");
    let text = full.to_string_lossy();
    match text.strip_prefix(r"\\?\") {
        Some(plain) => PathBuf::from(plain),
        None => full,
    }
}

/// How often a backslash is written in text, in JSON, in JSON within JSON.
pub(crate) const LEVELS: &[usize] = &[4, 2, 1];

/// `text` with each backslash written `level` times.
pub(crate) fn at_level(text: &str, level: usize) -> String {
    text.replace('\\', &"\\".repeat(level))
}

/// Turns the separators of every path that starts with one of `starts`: `\` to `/`, and `/` to `\`, so that a path with the
/// wrong ones, or with both, is still told from a right one.
pub(crate) fn turn(text: &str, starts: &[&str]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, start)) = starts
        .iter()
        .filter_map(|start| Some((rest.find(start)?, *start)))
        .min_by_key(|(at, _)| *at)
    {
        let (before, path) = rest.split_at(at + start.len());
        out.push_str(before);
        rest = turn_one(path, &mut out);
    }
    out.push_str(rest);
    out
}

/// Turns the path that `text` starts with; what is behind it comes back. The first separator shows the level.
fn turn_one<'t>(text: &'t str, out: &mut String) -> &'t str {
    let mut rest = text;
    let mut level = None;
    loop {
        let run = rest.bytes().take_while(|byte| *byte == b'\\').count();
        let (_, behind) = rest.split_at(run);
        let next = behind.chars().next();
        let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'`,;:()[]*|<>".contains(c);
        if run > 0 {
            let separates = *level.get_or_insert(run) == run && next != Some('"');
            if !separates {
                return rest;
            }
            out.push('/');
            rest = behind;
            continue;
        }
        match next {
            Some('/') => out.push('\\'),
            Some(c) if !ends(c) => out.push(c),
            _ => return rest,
        }
        rest = rest
            .get(next.map_or(0, char::len_utf8)..)
            .unwrap_or_default();
    }
}
