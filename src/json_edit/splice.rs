//! Members in and out of an object, in the file's own style.

use std::ops::Range;

use super::Document;
use super::scan::Member;
use crate::report::compact;

/// An object of a document: where it is, what it holds, and the member that it is the value of.
pub(super) struct Object {
    pub(super) range: Range<usize>,
    pub(super) members: Vec<Member>,
    pub(super) holder: Option<Member>,
}

/// Adds a member after the last one.
pub(super) fn append(document: &mut Document, object: &Object, name: &str, value: &[u8]) {
    let name = compact(name);
    let view = document.view.as_str();
    let style = Style::of(view, object);
    let member = [name.as_bytes(), style.colon.as_bytes(), value].concat();
    let (range, text) = if let Some(last) = object.members.last() {
        let text = [b",", style.before.as_bytes(), &member].concat();
        (last.value.end..last.value.end, text)
    } else {
        let (open, close) = (style.before.as_bytes(), style.after.as_bytes());
        let text = [b"{", open, &member, close, b"}"].concat();
        if view.contains('{') {
            (object.range.clone(), text)
        } else {
            // A blank file becomes one that ends its last line.
            (0..view.len(), [&text, style.line.as_bytes()].concat())
        }
    };
    document.replace(range, &text);
}

/// Takes one member out, with the comma and the white space that only it needed.
pub(super) fn remove(document: &mut Document, object: &Object, index: usize) {
    let Some(member) = object.members.get(index) else {
        return;
    };
    let before = index.checked_sub(1).and_then(|at| object.members.get(at));
    match (before, object.members.get(index + 1)) {
        (_, Some(after)) => document.replace(member.key.start..after.key.start, b""),
        (Some(before), None) => document.replace(before.value.end..member.value.end, b""),
        (None, None) => document.replace(object.range.clone(), b"{}"),
    }
}

/// The white space around a new member.
struct Style {
    /// Before the name.
    before: String,
    /// Between name and value, with the colon.
    colon: String,
    /// Between the value and the closing bracket of an object that was empty.
    after: String,
    /// What ends a line.
    line: &'static str,
}

impl Style {
    fn of(view: &str, object: &Object) -> Style {
        let line = if view.contains("\r\n") { "\r\n" } else { "\n" };
        let model = object.members.last().or(object.holder.as_ref());
        let Some(model) = model else {
            return Style {
                before: format!("{line}  "),
                colon: ": ".to_owned(),
                after: line.to_owned(),
                line,
            };
        };
        let colon = view.get(model.key.end..model.value.start).unwrap_or(":");
        let colon = if colon.contains('\n') { ": " } else { colon };
        let spaced = colon.ends_with([' ', '\t']);
        let lead = blank_before(view, model.key.start);
        let indent = lead.rfind('\n').and_then(|at| lead.get(at + 1..));
        let (before, after) = match (indent, object.members.len()) {
            // The first member of an object that a line of its own holds: one step further in.
            (Some(indent), 0) => {
                let step = if indent.is_empty() { "  " } else { indent };
                (format!("{line}{indent}{step}"), format!("{line}{indent}"))
            }
            (Some(indent), _) => (format!("{line}{indent}"), String::new()),
            (None, 0) => (String::new(), String::new()),
            (None, 1) => ((if spaced { " " } else { "" }).to_owned(), String::new()),
            (None, _) => (lead.to_owned(), String::new()),
        };
        Style {
            before,
            colon: colon.to_owned(),
            after,
            line,
        }
    }
}

/// The white space that ends at `at`.
fn blank_before(view: &str, at: usize) -> &str {
    let before = view.get(..at).unwrap_or_default();
    let text = before.trim_end_matches([' ', '\t', '\r', '\n']);
    before.get(text.len()..).unwrap_or_default()
}
