//! `parseIni` and `getConfigData`: one file's text to named sections.

use std::collections::HashMap;
use std::ops::Range;

use crate::aws::profiles::names_secret;

/// A key with its value, as places in the file's [`File::texts`]; without the value where it is secret.
struct Entry {
    key: Range<usize>,
    value: Option<Range<usize>>,
}

/// The sections of one file by profile name, those without keys among them.
#[derive(Default)]
pub(super) struct File {
    sections: HashMap<String, Vec<Entry>>,
    /// All keys and values, one after the other: thousands of small strings would take longer to make than to read.
    texts: String,
    /// A header made the SDK throw, so that it sees an empty file.
    pub(super) dropped: bool,
    /// Some line ends in a carriage return alone.
    pub(super) lone_returns: bool,
}

/// The part of a file that belongs to one profile; empty for a profile that the SDK does not see.
#[derive(Clone, Copy)]
pub(super) struct Section<'f> {
    entries: &'f [Entry],
    texts: &'f str,
}

impl<'f> Section<'f> {
    pub(super) fn is_empty(self) -> bool {
        self.entries.is_empty()
    }

    /// The keys in the file's order, with their texts (`None` for a secret).
    pub(super) fn entries(self) -> impl DoubleEndedIterator<Item = (&'f str, Option<&'f str>)> {
        let text = move |range: &Range<usize>| self.texts.get(range.clone()).unwrap_or_default();
        let entries = self.entries.iter();
        entries.map(move |entry| (text(&entry.key), entry.value.as_ref().map(text)))
    }

    /// A key with its text (`None` for a secret); the last one counts.
    pub(super) fn find(self, key: &str) -> Option<(&'f str, Option<&'f str>)> {
        self.entries().rev().find(|(known, _)| *known == key)
    }
}

impl File {
    /// What stands under that name.
    pub(super) fn section(&self, name: &str) -> Section<'_> {
        Section {
            entries: self.sections.get(name).map_or(&[], Vec::as_slice),
            texts: &self.texts,
        }
    }

    /// Whether a header for that name was seen, with keys or without.
    pub(super) fn has_header(&self, name: &str) -> bool {
        self.sections.contains_key(name)
    }

    /// The profiles that have keys.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let sections = self.sections.iter();
        let with_keys = sections.filter(|(_, entries)| !entries.is_empty());
        with_keys.map(|(name, _)| name.as_str())
    }

    fn keep(&mut self, pieces: &[&str]) -> Range<usize> {
        let start = self.texts.len();
        self.texts.extend(pieces.iter().copied());
        start..self.texts.len()
    }
}

/// The credentials file: every section is a profile.
pub(super) fn credentials(bytes: &[u8]) -> File {
    let mut file = read(bytes);
    file.1.sections = file.0.into_iter().collect();
    file.1
}

/// The config file: `profile.NAME` and `default` are profiles; of the two spellings of `default` the long one counts.
pub(super) fn config(bytes: &[u8]) -> File {
    let (sections, mut file) = read(bytes);
    for (raw, entries) in sections {
        let Some(name) = config_key(&raw) else {
            continue;
        };
        let section = file.sections.entry(name.to_owned()).or_default();
        if section.is_empty() || (raw != "default" && !entries.is_empty()) {
            *section = entries;
        }
    }
    file
}

/// The profile that a header of the config file names.
pub(super) fn config_name(header: &str) -> Option<String> {
    let raw = section_name(header)?;
    config_key(&raw).map(str::to_owned)
}

/// `getConfigData`: sso-sessions and services stay in, under their prefixed names.
fn config_key(raw: &str) -> Option<&str> {
    match raw.split_once('.') {
        Some(("profile", name)) => Some(name),
        Some(("sso-session" | "services", _)) => Some(raw),
        _ => (raw == "default").then_some(raw),
    }
}

/// The name under which `parseIni` keeps a section; `None` where it passes over the section.
pub(super) fn section_name(header: &str) -> Option<String> {
    match prefix_and_name(header) {
        Some((prefix @ ("profile" | "sso-session" | "services"), name)) => {
            Some(format!("{prefix}.{name}"))
        }
        Some(_) => None,
        None => (!header.is_empty()).then(|| header.to_owned()),
    }
}

/// `/^([\w-]+)\s(["'])?([\w-@+.%:/]+)\2$/`
fn prefix_and_name(header: &str) -> Option<(&str, &str)> {
    let (prefix, rest) = header.split_once(is_js_space)?;
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let name = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest.strip_prefix(quote)?.strip_suffix(quote)?,
        _ => rest,
    };
    let fits = !prefix.is_empty() && prefix.chars().all(word);
    (fits && !name.is_empty() && name.chars().all(is_name_char)).then_some((prefix, name))
}

/// A character of a name in the config file: `[\w-@+.%:/]`.
pub(super) fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '@' | '+' | '.' | '%' | ':' | '/')
}

/// JavaScript's `\s`, which `trim` uses too: Unicode white space without U+0085, with U+FEFF.
fn is_js_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

fn trim(text: &str) -> &str {
    // White space beyond ASCII is rare; bytes tell sooner than characters that there is none.
    let text = text.trim_ascii();
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if is_plain(text.as_bytes().first()) && is_plain(text.as_bytes().last()) {
        return text;
    }
    text.trim_matches(is_js_space)
}

/// `split(/(^|\s)[;#]/)[0]`
fn without_comment(line: &str) -> &str {
    if !line.bytes().any(|b| matches!(b, b';' | b'#')) {
        return line;
    }
    // Where the white space before the current character begins.
    let mut space = Some(0);
    for (at, c) in line.char_indices() {
        if let Some(cut) = space
            && matches!(c, ';' | '#')
        {
            return line.get(..cut).unwrap_or_default();
        }
        space = is_js_space(c).then_some(at);
    }
    line
}

/// The sections under the names that `parseIni` gives them, in order; those of the same name are one.
fn read(bytes: &[u8]) -> (Vec<(String, Vec<Entry>)>, File) {
    let text = String::from_utf8_lossy(bytes);
    let mut sections: Vec<(String, Vec<Entry>)> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    let mut file = File::default();
    let mut current: Option<usize> = None;
    let mut block: Option<&str> = None;
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        file.lone_returns |= line.contains('\r');
        let content = trim(without_comment(line));
        let header = content
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        if let Some(header) = header {
            if matches!(header, "__proto__" | "profile __proto__") {
                file.dropped = true;
                return (Vec::new(), file);
            }
            block = None;
            current = section_name(header).map(|name| {
                *positions.entry(name).or_insert_with_key(|name| {
                    sections.push((name.clone(), Vec::new()));
                    sections.len() - 1
                })
            });
            continue;
        }
        let Some((_, entries)) = current.and_then(|at| sections.get_mut(at)) else {
            continue;
        };
        let Some((key, value)) = content.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            continue;
        };
        let (key, value) = (trim(key), trim(value));
        if value.is_empty() {
            block = Some(key);
            continue;
        }
        if !line.starts_with(is_js_space) {
            block = None;
        }
        // An empty name of a block is none (`currentSubSection` is falsy then).
        let prefix = match block.filter(|block| !block.is_empty()) {
            Some(block) => [block, "."],
            None => ["", ""],
        };
        let secret = names_secret(prefix[0]) || names_secret(key);
        entries.push(Entry {
            key: file.keep(&[prefix[0], prefix[1], key]),
            value: (!secret).then(|| file.keep(&[value])),
        });
    }
    (sections, file)
}
