//! AWS INI text to sections and entries, as botocore reads them, with line numbers and byte ranges.
//!
//! The rules are those of Python's `configparser.RawConfigParser` (`_read`, Python 3.10 and later) and of botocore's
//! `configloader.raw_config_parse` and `_parse_nested`. The byte ranges serve an editor that changes nothing else.

use std::borrow::Cow;
use std::ops::Range;

mod reader;

pub(crate) use reader::{indent_of, is_python_space};

/// The section whose entries every other section of the file inherits (`configparser.DEFAULTSECT`).
pub const DEFAULT_SECTION: &str = "DEFAULT";

/// A file as botocore reads it. Has no `Debug` form: it holds secrets.
pub struct Document<'a> {
    /// The sections in the order of the file, [`DEFAULT_SECTION`] (which may come several times) among them.
    pub sections: Vec<Section<'a>>,
    /// Which of them are default sections.
    defaults: Vec<usize>,
}

/// A header and the entries below it.
pub struct Section<'a> {
    /// The text between the brackets, untrimmed.
    pub header: &'a str,
    /// The header's line, from 1.
    pub line: usize,
    /// The bytes of the header's whole line, with its line ending.
    pub header_range: Range<usize>,
    /// The entries written in this section, in order; inherited ones are not among them.
    pub entries: Vec<Entry<'a>>,
}

/// A key with its value.
pub struct Entry<'a> {
    /// The key, lower-cased, never empty.
    pub key: Cow<'a, str>,
    /// The value.
    pub value: Value<'a>,
    /// The key's line, from 1.
    pub line: usize,
    /// The bytes of the whole lines, from the key's to the last continuation line's, with their line endings.
    pub range: Range<usize>,
    /// The white space before the key.
    pub indent: &'a str,
}

/// What stands after the `=`.
pub enum Value<'a> {
    /// Text; continuation lines are joined with `\n`.
    Text(Cow<'a, str>),
    /// An indented block below an empty value: sub-keys in order, their case kept.
    Nested(Vec<(&'a str, &'a str)>),
}

/// Why botocore rejects a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there, as a clause. Never quotes the line: it may hold a secret.
    pub cause: String,
    /// What to do about it, as a clause in the imperative.
    pub remedy: String,
}

impl Malformed {
    fn new(line: usize, cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        let (cause, remedy) = (cause.into(), remedy.into());
        Malformed {
            line,
            cause,
            remedy,
        }
    }
}

impl<'a> Document<'a> {
    /// Reads a whole file.
    ///
    /// # Errors
    /// Exactly when botocore raises `ConfigParseError`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        reader::read(bytes)
    }

    /// The entries that count in `section`: its own, then those it inherits.
    pub fn entries_of<'d>(
        &'d self,
        section: &'d Section<'a>,
    ) -> impl Iterator<Item = &'d Entry<'a>> {
        let inherited = default_entries(&self.sections, &self.defaults)
            .filter(|entry| section.find(&entry.key).is_none());
        section.entries.iter().chain(inherited)
    }
}

impl<'a> Section<'a> {
    /// The entry of that lower-case key, among those written in this section.
    pub fn find(&self, key: &str) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Where the section's last entry ends (its header, when it has none): blank and comment lines after it are not counted.
    pub fn end(&self) -> usize {
        self.entries
            .last()
            .map_or(self.header_range.end, |entry| entry.range.end)
    }
}

/// The entries of the sections at `positions`.
fn default_entries<'d, 'a>(
    sections: &'d [Section<'a>],
    positions: &'d [usize],
) -> impl Iterator<Item = &'d Entry<'a>> {
    let sections = positions.iter().filter_map(|at| sections.get(*at));
    sections.flat_map(|section| &section.entries)
}

#[cfg(test)]
mod tests;
