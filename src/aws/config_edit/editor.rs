//! The edit of one text by byte ranges. Whatever is not asked for keeps its bytes.
//!
//! Where a key goes follows from how botocore reads: a line that is indented deeper than the key above it belongs to that
//! key's value, so an inserted key stands as deep as the last one of its section, below all of that one's lines.

use std::ops::Range;

use super::Change;
use crate::error::{Code, Error, Result};
use crate::ini::{Document, Entry, Section, Value, indent_of, is_python_space};

/// Sections with their keys and values, in order: what two texts are compared by.
type Reading = Vec<(String, Vec<(String, String)>)>;

/// A text, and what is to become of it.
pub(super) struct Editor<'a> {
    text: &'a str,
    document: &'a Document<'a>,
    newline: &'static str,
    edits: Vec<(Range<usize>, String)>,
    expected: Reading,
    changes: Vec<Change>,
}

impl<'a> Editor<'a> {
    /// Starts on the text that `document` was read from.
    pub(super) fn new(bytes: &'a [u8], document: &'a Document<'a>) -> Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| mistake())?;
        Ok(Editor {
            text,
            document,
            newline: newline_of(text),
            edits: Vec::new(),
            expected: reading(document),
            changes: Vec::new(),
        })
    }

    /// Adds a section at the end of the file.
    pub(super) fn add_section(&mut self, header: &str, entries: &[(&'static str, &str)]) {
        for (key, value) in entries {
            self.note(header, key, None, Some(value));
        }
        let entries = entries.iter();
        self.expected.push((
            header.to_owned(),
            entries
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        ));
    }

    /// Adds a key at the end of the section whose header is on `line`.
    pub(super) fn insert(&mut self, line: usize, key: &'static str, value: &str) -> Result<()> {
        let (position, section) = self.section(line)?;
        let last = section.entries.last();
        let indent = last.map_or_else(|| self.indent_below(position), |last| last.indent);
        let at = section.end();
        let ends = self.text.get(..at).is_some_and(ends_line);
        let newline = self.newline;
        let line = if ends {
            format!("{indent}{key} = {value}{newline}")
        } else {
            format!("{newline}{indent}{key} = {value}")
        };
        self.write(at..at, line);
        self.expect(position)?
            .push((key.to_owned(), value.to_owned()));
        self.note(section.header, key, None, Some(value));
        Ok(())
    }

    /// Puts another key in the place of `old`, or at the section's end when `old` is not written there.
    pub(super) fn replace(
        &mut self,
        line: usize,
        old: &'static str,
        key: &'static str,
        value: &str,
    ) -> Result<()> {
        let (position, section) = self.section(line)?;
        let Some(entry) = section.find(old) else {
            return self.insert(line, key, value);
        };
        let (indent, newline) = (entry.indent, self.newline);
        let kept = self.comments_in(entry);
        let line = format!("{indent}{key} = {value}{newline}{kept}");
        self.write(entry.range.clone(), line);
        for known in self.expect(position)? {
            if known.0 == old {
                *known = (key.to_owned(), value.to_owned());
            }
        }
        self.note(section.header, old, text_of(entry), None);
        self.note(section.header, key, None, Some(value));
        Ok(())
    }

    /// Takes a key out, where it is written in that section.
    pub(super) fn remove(&mut self, line: usize, key: &'static str) -> Result<()> {
        let (position, section) = self.section(line)?;
        if let Some(entry) = section.find(key) {
            let kept = self.comments_in(entry);
            self.write(entry.range.clone(), kept);
            self.expect(position)?.retain(|(known, _)| known != key);
            self.note(section.header, key, text_of(entry), None);
        }
        Ok(())
    }

    /// Adds `more` to the end of a key's value, or the key with `whole` when it is not written in that section.
    pub(super) fn append(
        &mut self,
        line: usize,
        key: &'static str,
        more: &str,
        whole: &str,
    ) -> Result<()> {
        let (position, section) = self.section(line)?;
        let Some(entry) = section.find(key) else {
            return self.insert(line, key, whole);
        };
        let lines = self.text.get(entry.range.clone()).unwrap_or_default();
        let at = entry.range.start + lines.trim_end_matches(is_python_space).len();
        let before = text_of(entry).ok_or_else(mistake)?;
        self.write(at..at, more.to_owned());
        let after = format!("{before}{more}").trim_start().to_owned();
        for known in self.expect(position)? {
            if known.0 == key {
                known.1.clone_from(&after);
            }
        }
        self.note(section.header, key, Some(before), Some(&after));
        Ok(())
    }

    /// Notes an edit, in the order of the text.
    fn write(&mut self, range: Range<usize>, new: String) {
        let place = |range: &Range<usize>| (range.start, range.end);
        let at = self
            .edits
            .partition_point(|(known, _)| place(known) <= place(&range));
        self.edits.insert(at, (range, new));
    }

    /// The edited text and what differs in it.
    ///
    /// # Errors
    /// `AWS_CONFIG_INVALID` when botocore would reject it; `INTERNAL` when it does not read as the old one plus the changes: then it must not be written.
    pub(super) fn finish(self) -> Result<(Vec<u8>, Vec<Change>)> {
        let mut out = self.text.to_owned();
        let ended = out.is_empty() || ends_line(&out);
        for (range, new) in self.edits.iter().rev() {
            out.replace_range(range.clone(), new);
        }
        if self.expected.len() > self.document.sections.len() {
            if !out.is_empty() {
                out += if ends_line(&out) { "" } else { self.newline };
                out += self.newline;
            }
            out += &self.added_text();
        }
        if !ended && let Some(open) = out.strip_suffix(self.newline) {
            out.truncate(open.len());
        }
        // A block in [DEFAULT] that nobody inherits yet may be beyond reading.
        let document = Document::parse(out.as_bytes()).map_err(|malformed| {
            let (line, cause) = (malformed.line, malformed.cause);
            let message = format!("aws could not read the edited file, line {line}: {cause}");
            Error::new(Code::AwsConfigInvalid, message).suggest(malformed.remedy)
        })?;
        if reading(&document) == self.expected {
            Ok((out.into_bytes(), self.changes))
        } else {
            Err(mistake())
        }
    }

    /// The sections to add.
    fn added_text(&self) -> String {
        let mut out = String::new();
        for (header, entries) in self.expected.iter().skip(self.document.sections.len()) {
            if !out.is_empty() {
                out += self.newline;
            }
            out += &format!("[{header}]{}", self.newline);
            for (key, value) in entries {
                out += &format!("{key} = {value}{}", self.newline);
            }
        }
        out
    }

    fn section(&self, line: usize) -> Result<(usize, &'a Section<'a>)> {
        let mut sections = self.document.sections.iter().enumerate();
        sections
            .find(|(_, section)| section.line == line)
            .ok_or_else(mistake)
    }

    fn expect(&mut self, position: usize) -> Result<&mut Vec<(String, String)>> {
        let section = self.expected.get_mut(position).ok_or_else(mistake)?;
        Ok(&mut section.1)
    }

    /// How deep the first key of an empty section stands: as deep as its header or the next one, which must not become
    /// part of its value.
    fn indent_below(&self, position: usize) -> &'a str {
        let sections = self.document.sections.iter().skip(position).take(2);
        let indents = sections.map(|section| {
            let line = self.text.get(section.header_range.clone());
            indent_of(line.unwrap_or_default())
        });
        indents
            .max_by_key(|indent| indent.chars().count())
            .unwrap_or_default()
    }

    /// The comment lines among a value's lines: they stay when the value goes.
    fn comments_in(&self, entry: &Entry<'_>) -> String {
        let lines = self.text.get(entry.range.clone()).unwrap_or_default();
        let comment = |line: &&str| {
            line.trim_start_matches(is_python_space)
                .starts_with(['#', ';'])
        };
        lines
            .split_inclusive(if self.newline == "\r" { '\r' } else { '\n' })
            .skip(1)
            .filter(comment)
            .collect()
    }

    fn note(
        &mut self,
        section: &str,
        key: &'static str,
        before: Option<String>,
        after: Option<&str>,
    ) {
        self.changes.push(Change {
            section: section.to_owned(),
            key,
            before,
            after: after.map(str::to_owned),
        });
    }
}

fn reading(document: &Document<'_>) -> Reading {
    let spell = |value: &Value<'_>| match value {
        Value::Text(text) => text.as_ref().to_owned(),
        // No text starts with a line end.
        Value::Nested(pairs) => {
            let lines = pairs.iter().map(|(key, value)| format!("\n{key}={value}"));
            lines.chain(["\n".to_owned()]).collect()
        }
    };
    let sections = document.sections.iter().map(|section| {
        let entries = section.entries.iter();
        let entries = entries.map(|entry| (entry.key.as_ref().to_owned(), spell(&entry.value)));
        (section.header.to_owned(), entries.collect())
    });
    sections.collect()
}

fn text_of(entry: &Entry<'_>) -> Option<String> {
    match &entry.value {
        Value::Text(text) => Some(text.as_ref().to_owned()),
        Value::Nested(_) => None,
    }
}

/// The line end of the file: that of its first line.
fn newline_of(text: &str) -> &'static str {
    match text.find(['\n', '\r']).and_then(|at| text.get(at..)) {
        Some(rest) if rest.starts_with("\r\n") => "\r\n",
        Some(rest) if rest.starts_with('\r') => "\r",
        _ => "\n",
    }
}

fn ends_line(text: &str) -> bool {
    text.ends_with(['\n', '\r'])
}

fn mistake() -> Error {
    Error::new(
        Code::Internal,
        "the edit of the AWS config file does not read back as it was meant",
    )
    .suggest("make the change by hand: claude-bedrock sso add --dry-run shows what it should be")
}
