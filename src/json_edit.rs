//! Settings text and edits to settings text, changing no byte outside the members edited.
//!
//! Reads what `JSON.parse` reads, no more and no less, and after a byte order mark what Claude Code decodes.
//! The words come from jsonc-parser's scanner; the grammar is ours, because its trees end at 512 levels and
//! re-flow one-line objects, and a settings file may be deeper and must not move.

mod scan;
mod splice;
mod text;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde_json::Value;

use crate::error::{Code, Error};
use crate::report::compact;
use scan::Member;
use text::Encoding;
pub(crate) use text::legible;

/// The largest settings file that Claude Code reads, in bytes.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// Why a text is not a settings file: what is wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1; `None` when the fault is the file's as a whole.
    pub line: Option<usize>,
    /// Counted from 1, in characters.
    pub column: Option<usize>,
    /// A sentence for a person, without a full stop.
    pub message: String,
    /// The step that mends it.
    pub suggestion: String,
}

impl Problem {
    pub(crate) fn whole(message: impl Into<String>, suggestion: impl Into<String>) -> Self {
        Problem {
            line: None,
            column: None,
            message: message.into(),
            suggestion: suggestion.into(),
        }
    }

    fn at(text: &str, offset: usize, message: impl Into<String>, suggestion: &str) -> Self {
        let (line, column) = position(text, offset);
        Problem {
            line: Some(line),
            column: Some(column),
            message: message.into(),
            suggestion: suggestion.to_owned(),
        }
    }

    /// The same as an error about the file `path`.
    pub fn error(self, path: &Path) -> Error {
        let error = Error::new(Code::SettingsInvalid, self.message).suggest(self.suggestion);
        match self.line {
            Some(line) => error.at_line(path, line, self.column),
            None => error.at(path),
        }
    }
}

/// What a JSON value is, told from its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A number of any size.
    Number,
    /// `true` or `false`
    Boolean,
    /// `null`
    Null,
}

impl Kind {
    fn of(text: &str) -> Kind {
        match text.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// With its article, for a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Object => "an object",
            Kind::Array => "an array",
            Kind::String => "a string",
            Kind::Number => "a number",
            Kind::Boolean => "a boolean",
            Kind::Null => "null",
        }
    }
}

/// A settings file in memory. Members are addressed by a path of at most two names, as in `["env", "AWS_REGION"]`.
#[derive(Clone)]
pub struct Document {
    encoding: Encoding,
    /// The text as it stands in the file, in UTF-8 (or nearly: see [`text::view`]).
    bytes: Vec<u8>,
    /// The same, byte for byte as long, with what no scanner takes replaced.
    view: String,
    members: Vec<Member>,
}

impl Document {
    /// Reads a file's bytes. An empty or blank file holds an empty object, as it does for Claude Code.
    ///
    /// # Errors
    /// Everything that makes Claude Code drop the file as JSON, or refuse to read it for its size.
    pub fn parse(file: &[u8]) -> Result<Document, Problem> {
        if file.len() > MAX_BYTES {
            return Err(Problem::whole(
                "the file is larger than 2 MiB, the most that Claude Code reads",
                "take out what is no longer needed, such as old permission rules",
            ));
        }
        let (encoding, bytes) = text::decode(file)?;
        let view = text::view(&bytes);
        let members = scan::members(&view)?;
        Ok(Document {
            encoding,
            bytes,
            view,
            members,
        })
    }

    /// The file's bytes, in the encoding it came in.
    pub fn to_bytes(&self) -> Vec<u8> {
        text::encode(self.encoding, &self.bytes)
    }

    /// The value at `path`: of several members of one name the last, as `JSON.parse` has it.
    ///
    /// `None` too for a number beyond any float and for nesting beyond 128 levels; [`Document::kind`] knows those.
    pub fn get(&self, path: &[&str]) -> Option<Value> {
        serde_json::from_slice(self.text_of(path)?.as_bytes()).ok()
    }

    /// What the value at `path` is.
    pub fn kind(&self, path: &[&str]) -> Option<Kind> {
        self.text_of(path).map(Kind::of)
    }

    /// The names in the object at `path` (`[]` is the root), in order, each once.
    pub fn names(&self, path: &[&str]) -> Vec<String> {
        let members = self.members_of(path).unwrap_or_default();
        let mut seen = HashSet::new();
        let names = members.iter().map(|member| member.name.as_str());
        names
            .filter(|name| seen.insert(*name))
            .map(str::to_owned)
            .collect()
    }

    /// Whether the object around `path` has several members of that name.
    pub fn repeats(&self, path: &[&str]) -> bool {
        let Some((last, parent)) = path.split_last() else {
            return false;
        };
        let members = self.members_of(parent).unwrap_or_default();
        members.iter().filter(|member| member.name == *last).count() > 1
    }

    /// Line and column, from 1, of the value at `path`.
    pub fn place(&self, path: &[&str]) -> Option<(usize, usize)> {
        self.find(path)
            .map(|member| position(&self.view, member.value.start))
    }

    /// Puts `value` at `path`; a path through a missing object makes the object. An equal value is left as it is spelt.
    ///
    /// # Errors
    /// When the first name of a longer path holds something that is not an object.
    pub fn set(&mut self, path: &[&str], value: &Value) -> Result<(), Problem> {
        if self.get(path).as_ref() == Some(value) {
            return Ok(());
        }
        self.put(path, compact(value).as_bytes())
    }

    /// Puts the value that `other` has at `path` to the same place here, in `other`'s spelling.
    ///
    /// # Errors
    /// As [`Document::set`].
    pub fn copy(&mut self, path: &[&str], other: &Document) -> Result<(), Problem> {
        match other.find(path) {
            Some(member) if !self.same_at(path, other) => {
                let text = other.bytes.get(member.value).unwrap_or_default().to_vec();
                self.put(path, &text)
            }
            _ => Ok(()),
        }
    }

    /// Takes every member of that name out of the object that counts. Says whether there was one.
    pub fn remove(&mut self, path: &[&str]) -> bool {
        let mut removed = false;
        while let Some((object, index)) = self.object_and_index(path) {
            splice::remove(self, &object, index);
            removed = true;
        }
        removed
    }

    /// Whether both hold the same value at `path`, however spelt; two absences are the same.
    pub fn same_at(&self, path: &[&str], other: &Document) -> bool {
        match (self.text_of(path), other.text_of(path)) {
            (Some(a), Some(b)) => same_meaning(a, b),
            (None, None) => true,
            _ => false,
        }
    }

    /// Whether a reader gets the same from both: order, spelling and layout aside.
    pub fn same_as(&self, other: &Document) -> bool {
        let (own, others) = (self.texts(), other.texts());
        let same = |(name, text): (&&str, &&str)| {
            others
                .get(name)
                .is_some_and(|other| same_meaning(text, other))
        };
        own.len() == others.len() && own.iter().all(same)
    }

    /// The text of each member of the root that counts.
    fn texts(&self) -> HashMap<&str, &str> {
        let text = |member: &Member| self.view.get(member.value.clone()).unwrap_or_default();
        // Of several members of one name the last one stays.
        self.members
            .iter()
            .map(|member| (member.name.as_str(), text(member)))
            .collect()
    }

    fn find(&self, path: &[&str]) -> Option<Member> {
        let (last, parent) = path.split_last()?;
        let members = self.members_of(parent)?;
        members.iter().rfind(|member| member.name == *last).cloned()
    }

    fn text_of(&self, path: &[&str]) -> Option<&str> {
        self.view.get(self.find(path)?.value)
    }

    /// The members of the object at `path`, with offsets into the whole text.
    fn members_of(&self, path: &[&str]) -> Option<Cow<'_, [Member]>> {
        if path.is_empty() {
            return Some(Cow::Borrowed(&self.members));
        }
        let value = self.find(path)?.value;
        let text = self.view.get(value.clone())?;
        if Kind::of(text) != Kind::Object {
            return None;
        }
        // The whole was read before, so a part of it reads too.
        let mut members = scan::members(text).ok()?;
        for member in &mut members {
            member.shift(value.start);
        }
        Some(Cow::Owned(members))
    }

    /// The object that holds the last member at `path`, and which of its members that is.
    fn object_and_index(&self, path: &[&str]) -> Option<(splice::Object, usize)> {
        let (last, parent) = path.split_last()?;
        let object = self.object(parent)?;
        let index = object.members.iter().rposition(|m| m.name == *last)?;
        Some((object, index))
    }

    fn object(&self, path: &[&str]) -> Option<splice::Object> {
        let range = if path.is_empty() {
            let start = self.view.find('{').unwrap_or(0);
            start..self.view.rfind('}').map_or(self.view.len(), |end| end + 1)
        } else {
            self.find(path)?.value
        };
        Some(splice::Object {
            range,
            members: self.members_of(path)?.into_owned(),
            holder: self.find(path),
        })
    }

    fn put(&mut self, path: &[&str], text: &[u8]) -> Result<(), Problem> {
        if let Some(member) = self.find(path) {
            self.replace(member.value, text);
            return Ok(());
        }
        let Some((last, parent)) = path.split_last() else {
            return Ok(());
        };
        if !parent.is_empty() && self.find(parent).is_none() {
            self.put(parent, b"{}")?;
        }
        let Some(object) = self.object(parent) else {
            let kind = self.kind(parent).unwrap_or(Kind::Null);
            let offset = self.find(parent).map_or(0, |member| member.value.start);
            return Err(Problem::at(
                &self.view,
                offset,
                format!("`{}` is {}, not an object", parent.join("."), kind.name()),
                "write an object there, or take the member out",
            ));
        };
        splice::append(self, &object, last, text);
        Ok(())
    }

    /// The one place where bytes change.
    fn replace(&mut self, range: std::ops::Range<usize>, with: &[u8]) {
        self.bytes.splice(range, with.iter().copied());
        self.view = text::view(&self.bytes);
        // Our edits are JSON put in the place of JSON; the tests hold that against every style.
        self.members = scan::members(&self.view).unwrap_or_default();
    }
}

/// Line and column of a byte offset, both from 1, the column in characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    (line, column)
}

fn same_meaning(a: &str, b: &str) -> bool {
    let parse = |text: &str| serde_json::from_slice::<Value>(text.as_bytes());
    a == b || matches!((parse(a), parse(b)), (Ok(a), Ok(b)) if same_value(&a, &b))
}

/// Equality as JavaScript sees it: numbers are floats there, and objects have no order.
fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let same = |(name, a): (&String, &Value)| b.get(name).is_some_and(|b| same_value(a, b));
            a.len() == b.len() && a.iter().all(same)
        }
        _ => a == b,
    }
}
