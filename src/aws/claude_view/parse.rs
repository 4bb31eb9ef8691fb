//! `parseIni` and `getConfigData`: one file's text to named sections.

use std::borrow::Cow;
use std::ops::Range;

use crate::aws::profiles::names_secret;
use crate::hash::NameMap;

/// A key with its value, as places in the file's [`File::texts`]; without the value where it is secret.
struct Entry {
    key: Range<usize>,
    value: Option<Range<usize>>,
}

/// The sections of one file by profile name, those without keys among them.
#[derive(Default)]
pub(super) struct File {
    sections: NameMap<String, Vec<Entry>>,
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
    pub(super) fn entries(self) -> impl Iterator<Item = (&'f str, Option<&'f str>)> {
        let text = move |range: &Range<usize>| self.texts.get(range.clone()).unwrap_or_default();
        let entries = self.entries.iter();
        entries.map(move |entry| (text(&entry.key), entry.value.as_ref().map(text)))
    }

    /// A key with its text (`None` for a secret); the last one counts.
    pub(super) fn find(self, key: &str) -> Option<(&'f str, Option<&'f str>)> {
        let text = |range: &Range<usize>| self.texts.get(range.clone()).unwrap_or_default();
        let mut entries = self.entries.iter().rev();
        let found =
            entries.find(|entry| entry.key.len() == key.len() && text(&entry.key) == key)?;
        Some((text(&found.key), found.value.as_ref().map(text)))
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

    fn keep(&mut self, text: &str) -> Range<usize> {
        let start = self.texts.len();
        self.texts.push_str(text);
        start..self.texts.len()
    }
}

/// The credentials file: every section is a profile.
pub(super) fn credentials(bytes: &[u8]) -> File {
    read(bytes, |raw| Some(raw.name()))
}

/// The config file: `profile.NAME` and `default` are profiles.
pub(super) fn config(bytes: &[u8]) -> File {
    read(bytes, config_key)
}

/// The profile that a header of the config file names.
pub(super) fn config_name(header: &str) -> Option<String> {
    config_key(Raw::of(header)?)
}

/// The name under which `parseIni` keeps a section; `None` where it passes over the section.
pub(super) fn section_name(header: &str) -> Option<String> {
    Raw::of(header).map(Raw::name)
}

/// The name under which `parseIni` keeps a section, in two parts: a prefix that means something (or none), and what
/// follows the point after it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Raw<'t>(&'t str, &'t str);

impl<'t> Raw<'t> {
    fn of(header: &'t str) -> Option<Self> {
        let known = |prefix| matches!(prefix, "profile" | "sso-session" | "services");
        if let Some((prefix, name)) = prefix_and_name(header) {
            return known(prefix).then_some(Raw(prefix, name));
        }
        let written_out = header.split_once('.').filter(|(prefix, _)| known(prefix));
        let (prefix, name) = written_out.unwrap_or(("", header));
        (!header.is_empty()).then_some(Raw(prefix, name))
    }

    fn name(self) -> String {
        match self {
            Raw("", name) => name.to_owned(),
            Raw(prefix, name) => [prefix, ".", name].concat(),
        }
    }
}

/// `getConfigData`: sso-sessions and services stay in, under their prefixed names.
fn config_key(raw: Raw) -> Option<String> {
    match raw {
        Raw("profile", name) => Some(name.to_owned()),
        Raw("", name) => (name == "default").then(|| name.to_owned()),
        Raw(..) => Some(raw.name()),
    }
}

/// `/^([\w-]+)\s(["'])?([\w-@+.%:/]+)\2$/`
fn prefix_and_name(header: &str) -> Option<(&str, &str)> {
    // White space beyond the blank is rare; bytes tell sooner than characters where the blank is.
    let odd = header.bytes().position(|b| !b.is_ascii_graphic())?;
    let (prefix, rest) = match header.split_at_checked(odd) {
        Some((prefix, rest)) if rest.starts_with(' ') => (prefix, rest.get(1..)?),
        _ => header.split_once(is_js_space)?,
    };
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let name = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest.strip_prefix(quote)?.strip_suffix(quote)?,
        _ => rest,
    };
    let fits = !prefix.is_empty() && prefix.bytes().all(word);
    (fits && !name.is_empty() && name.bytes().all(|b| is_name_char(b.into())))
        .then_some((prefix, name))
}

/// A character of a name in the config file: `[\w-@+.%:/]`.
pub(in crate::aws) fn is_name_char(c: char) -> bool {
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

/// The sections under the names that `key` makes of those that `parseIni` gives them; those of the same name are one.
/// Of two spellings of a profile the later one with keys counts, and `[profile default]` before `[default]`.
fn read(bytes: &[u8], key: fn(Raw) -> Option<String>) -> File {
    let text = std::str::from_utf8(bytes);
    let text = text.map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
    let mut sections: Vec<(Raw, Vec<Entry>)> = Vec::new();
    let mut positions: NameMap<Raw, usize> = NameMap::default();
    let mut file = File::default();
    let mut current: Option<usize> = None;
    let mut block: Option<&str> = None;
    let has_returns = text.contains('\r');
    for line in text.split('\n') {
        let mut line = line;
        if has_returns {
            line = line.strip_suffix('\r').unwrap_or(line);
            file.lone_returns |= line.contains('\r');
        }
        let content = trim(without_comment(line));
        let header = match content.as_bytes() {
            [b'[', .., b']'] => content.get(1..content.len() - 1),
            _ => None,
        };
        if let Some(header) = header {
            if matches!(header, "__proto__" | "profile __proto__") {
                file.dropped = true;
                return file;
            }
            block = None;
            current = Raw::of(header).map(|raw| {
                *positions.entry(raw).or_insert_with(|| {
                    sections.push((raw, Vec::new()));
                    sections.len() - 1
                })
            });
            continue;
        }
        let Some((_, entries)) = current.and_then(|at| sections.get_mut(at)) else {
            continue;
        };
        let Some(split) = content.bytes().position(|b| b == b'=').filter(|at| *at > 0) else {
            continue;
        };
        let (name, value) = content.split_at(split);
        let (name, value) = (trim(name), trim(value.get(1..).unwrap_or_default()));
        if value.is_empty() {
            block = Some(name);
            continue;
        }
        if !line.starts_with(is_js_space) {
            block = None;
        }
        // An empty name of a block is none (`currentSubSection` is falsy then).
        let block = block.filter(|block| !block.is_empty());
        let secret = block.is_some_and(names_secret) || names_secret(name);
        let start = file.texts.len();
        if let Some(block) = block {
            file.keep(block);
            file.keep(".");
        }
        entries.push(Entry {
            key: start..file.keep(name).end,
            value: (!secret).then(|| file.keep(value)),
        });
    }
    file.sections.reserve(sections.len());
    for (raw, entries) in sections {
        let Some(name) = key(raw) else {
            continue;
        };
        let section = file.sections.entry(name).or_default();
        if section.is_empty() || (raw != Raw("", "default") && !entries.is_empty()) {
            *section = entries;
        }
    }
    file
}
