//! The line reader behind [`Document::parse`]: `RawConfigParser._read`, one line at a time.

use std::borrow::Cow;
use std::ops::Range;

use super::{DEFAULT_SECTION, Document, Entry, Malformed, Section, Value};
use crate::hash::NameMap;

/// Reads a whole file.
pub(super) fn read(bytes: &[u8]) -> Result<Document<'_>, Malformed> {
    let mut reader = Reader::default();
    for line in lines(decode(bytes)?) {
        reader.take(&line)?;
    }
    reader.finish()
}

/// A line without its ending, and where it lies.
struct Line<'a> {
    number: usize,
    text: &'a str,
    /// Includes the line ending.
    range: Range<usize>,
}

/// Python's universal newlines: `\n`, `\r\n` and a lone `\r` end a line.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    let mut number = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let length = rest.bytes().position(|b| matches!(b, b'\n' | b'\r'));
        let length = length.unwrap_or(rest.len());
        let (line, ending) = rest.split_at(length);
        let ending = match ending.as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [] => 0,
            _ => 1,
        };
        let range = start..start + length + ending;
        start = range.end;
        number += 1;
        Some(Line {
            number,
            text: line,
            range,
        })
    })
}

fn decode(bytes: &[u8]) -> Result<&str, Malformed> {
    std::str::from_utf8(bytes).map_err(|error| {
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Malformed::new(1, "the file is UTF-16 text", "save the file as UTF-8");
        }
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let before = String::from_utf8_lossy(before);
        // A last line that is still open is the one at fault; `x` opens it where a line ending came last.
        let line = lines(&format!("{before}x")).count();
        Malformed::new(
            line,
            "a byte there is not UTF-8 text",
            "save the file as UTF-8",
        )
    })
}

/// Python's `str.isspace`: Unicode white space and U+001C to U+001F.
pub(crate) fn is_python_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// Whether there is a byte that is a character of its own, and no white space.
fn is_plain(byte: Option<&u8>) -> bool {
    byte.is_some_and(u8::is_ascii_graphic)
}

/// Python's `str.strip`.
fn strip(text: &str) -> &str {
    // White space beyond ASCII is rare; bytes tell sooner than characters that there is none.
    let text = text.trim_ascii();
    if is_plain(text.as_bytes().first()) && is_plain(text.as_bytes().last()) {
        return text;
    }
    text.trim_matches(is_python_space)
}

/// The white space that a line starts with.
pub(crate) fn indent_of(line: &str) -> &str {
    if is_plain(line.as_bytes().first()) {
        return "";
    }
    let rest = line.trim_start_matches(is_python_space);
    line.strip_suffix(rest).unwrap_or_default()
}

/// Python's `str.lower`.
fn lower(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
    {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

/// `SECTCRE.match`: from the first character to the last `]`; what follows it does not count.
fn header_text(stripped: &str) -> Option<&str> {
    let inner = stripped.strip_prefix('[')?;
    let close = inner.rfind(']')?;
    inner.get(..close).filter(|header| !header.is_empty())
}

/// An entry whose continuation lines are still being collected.
struct Open<'a> {
    key: Cow<'a, str>,
    first: &'a str,
    /// Continuation lines with their numbers; blank ones between them are kept.
    rest: Vec<(usize, &'a str)>,
    /// Blank lines seen since: they count when a continuation follows.
    blanks: usize,
    line: usize,
    range: Range<usize>,
    indent: &'a str,
}

impl<'a> Open<'a> {
    fn extend(&mut self, line: &Line<'a>, stripped: &'a str) {
        let blanks = std::mem::take(&mut self.blanks);
        self.rest
            .extend(std::iter::repeat_n((line.number, ""), blanks));
        self.rest.push((line.number, stripped));
        self.range.end = line.range.end;
    }

    /// The value; the error is a nested block that cannot be read.
    fn value(&self) -> Result<Value<'a>, Malformed> {
        if self.rest.is_empty() {
            return Ok(Value::Text(Cow::Borrowed(self.first)));
        }
        if self.first.is_empty() {
            return self.nested().map(Value::Nested);
        }
        let mut text = self.first.to_owned();
        for (_, piece) in &self.rest {
            text.push('\n');
            text.push_str(piece);
        }
        Ok(Value::Text(Cow::Owned(text)))
    }

    /// botocore's `_parse_nested`: `str.splitlines`, the first `=` of each, a later sub-key replaces an earlier one.
    fn nested(&self) -> Result<Vec<(&'a str, &'a str)>, Malformed> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        let mut positions: NameMap<&str, usize> = NameMap::default();
        for (number, piece) in &self.rest {
            let parts = piece.split(|c| {
                matches!(
                    c,
                    '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
                )
            });
            for part in parts.map(strip).filter(|part| !part.is_empty()) {
                let Some((key, value)) = part.split_once('=') else {
                    return Err(Malformed::new(
                        *number,
                        format!("the indented line below {} has no `=`", name_of(&self.key)),
                        "give it a value, or make it a comment",
                    ));
                };
                let (key, value) = (strip(key), strip(value));
                let position = *positions.entry(key).or_insert(pairs.len());
                match pairs.get_mut(position) {
                    Some(pair) => pair.1 = value,
                    None => pairs.push((key, value)),
                }
            }
        }
        Ok(pairs)
    }
}

/// The state of `RawConfigParser._read` between two lines.
#[derive(Default)]
struct Reader<'a> {
    sections: Vec<Section<'a>>,
    header_lines: NameMap<&'a str, usize>,
    defaults: Vec<usize>,
    open: Option<Open<'a>>,
    /// Characters before the last header or key.
    indent: usize,
    /// Entries of the default section whose nested block cannot be read: fatal only where a section inherits them.
    broken_defaults: Vec<(String, Malformed)>,
}

impl<'a> Reader<'a> {
    fn take(&mut self, line: &Line<'a>) -> Result<(), Malformed> {
        let stripped = strip(line.text);
        if stripped.is_empty() {
            if let Some(open) = &mut self.open {
                open.blanks += 1;
            }
            return Ok(());
        }
        if matches!(stripped.as_bytes().first(), Some(b'#' | b';')) {
            return Ok(());
        }
        let indent = indent_of(line.text);
        let depth = indent.chars().count();
        if let Some(open) = &mut self.open
            && depth > self.indent
        {
            open.extend(line, stripped);
            return Ok(());
        }
        self.indent = depth;
        self.close_entry()?;
        match header_text(stripped) {
            Some(header) => self.open_section(header, line),
            None => self.open_entry(stripped, indent, line),
        }
    }

    fn open_section(&mut self, header: &'a str, line: &Line<'a>) -> Result<(), Malformed> {
        self.check_last_section()?;
        if header == DEFAULT_SECTION {
            self.defaults.push(self.sections.len());
        } else if let Some(first) = self.header_lines.insert(header, line.number) {
            return Err(Malformed::new(
                line.number,
                format!("the section [{header}] is there twice (first on line {first})"),
                format!("merge the two sections into the one on line {first}"),
            ));
        }
        self.sections.push(Section {
            header,
            line: line.number,
            header_range: line.range.clone(),
            // Most sections have no more.
            entries: Vec::with_capacity(6),
        });
        Ok(())
    }

    fn open_entry(
        &mut self,
        stripped: &'a str,
        indent: &'a str,
        line: &Line<'a>,
    ) -> Result<(), Malformed> {
        let split = stripped.bytes().position(|b| matches!(b, b'=' | b':'));
        let (key, value) = match split.map(|at| stripped.split_at(at)) {
            Some((key, value)) if !self.sections.is_empty() && !key.is_empty() => {
                (key, value.get(1..).unwrap_or_default())
            }
            _ => return Err(self.no_entry(stripped, line.number)),
        };
        self.open = Some(Open {
            key: lower(strip(key)),
            first: strip(value),
            rest: Vec::new(),
            blanks: 0,
            line: line.number,
            range: line.range.clone(),
            indent,
        });
        Ok(())
    }

    /// Why a line is neither a header nor an entry.
    fn no_entry(&self, stripped: &str, line: usize) -> Malformed {
        let markers = ["<<<<<<<", "=======", ">>>>>>>"];
        if line == 1 && stripped.starts_with('\u{feff}') {
            Malformed::new(
                line,
                "the file starts with a byte order mark",
                "save the file as UTF-8 without a byte order mark",
            )
        } else if markers.iter().any(|marker| stripped.starts_with(marker)) {
            Malformed::new(
                line,
                "a merge conflict was left there",
                "keep one side and delete the markers",
            )
        } else if stripped.starts_with("[]") {
            Malformed::new(line, "the header `[]` is empty", "name the section")
        } else if stripped.starts_with('[') && !stripped.contains(']') {
            Malformed::new(line, "the header has no closing `]`", "add the `]`")
        } else if self.sections.is_empty() {
            Malformed::new(
                line,
                "something stands before the first section header",
                "put a header such as [default] above it",
            )
        } else if stripped.starts_with(['=', ':']) {
            Malformed::new(
                line,
                "there is no key before the delimiter",
                "add the key, or make the line a comment",
            )
        } else {
            Malformed::new(
                line,
                "the line is neither a header nor `key = value`",
                "give it a value, or make it a comment",
            )
        }
    }

    fn close_entry(&mut self) -> Result<(), Malformed> {
        let (Some(open), Some(section)) = (self.open.take(), self.sections.last_mut()) else {
            return Ok(());
        };
        let value = match open.value() {
            Err(malformed) if section.header == DEFAULT_SECTION => {
                self.broken_defaults
                    .push((open.key.clone().into_owned(), malformed));
                Value::Nested(Vec::new())
            }
            value => value?,
        };
        section.entries.push(Entry {
            key: open.key,
            value,
            line: open.line,
            range: open.range,
            indent: open.indent,
        });
        Ok(())
    }

    /// A key may come once in a section. The blocks of the default section count as one, so they are looked at last.
    fn check_last_section(&self) -> Result<(), Malformed> {
        match self.sections.last() {
            Some(section) if section.header != DEFAULT_SECTION => {
                // A few keys are compared sooner than noted.
                let known = section.entries.iter().enumerate();
                let is_new = |(at, entry): (usize, &Entry)| {
                    let before = section.entries.iter().take(at);
                    before.into_iter().all(|other| other.key != entry.key)
                };
                if section.entries.len() <= 16 && known.into_iter().all(is_new) {
                    return Ok(());
                }
                check_keys(section.header, &mut section.entries.iter())
            }
            _ => Ok(()),
        }
    }

    fn finish(mut self) -> Result<Document<'a>, Malformed> {
        self.close_entry()?;
        self.check_last_section()?;
        check_keys(
            DEFAULT_SECTION,
            &mut super::default_entries(&self.sections, &self.defaults),
        )?;
        for (key, malformed) in self.broken_defaults {
            let inherits = |section: &Section| {
                section.header != DEFAULT_SECTION && section.find(&key).is_none()
            };
            if self.sections.iter().any(inherits) {
                return Err(malformed);
            }
        }
        Ok(Document {
            sections: self.sections,
            defaults: self.defaults,
        })
    }
}

fn check_keys<'e, 'a: 'e>(
    header: &str,
    entries: &mut dyn Iterator<Item = &'e Entry<'a>>,
) -> Result<(), Malformed> {
    let mut seen: NameMap<&str, usize> = NameMap::default();
    let twice = entries.filter_map(|entry| Some((seen.insert(&entry.key, entry.line)?, entry)));
    match twice.min_by_key(|(_, second)| second.line) {
        Some((first, second)) => Err(Malformed::new(
            second.line,
            format!(
                "{} is given twice in [{header}] (first on line {first})",
                name_of(&second.key)
            ),
            format!("delete line {first} or line {}", second.line),
        )),
        None => Ok(()),
    }
}

/// A key by its name, unless it does not look like one: it may be a secret that stands in the wrong place.
fn name_of(key: &str) -> Cow<'static, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if key.len() <= 32 && key.chars().all(plain) {
        Cow::Owned(format!("the key `{key}`"))
    } else {
        Cow::Borrowed("a key")
    }
}
