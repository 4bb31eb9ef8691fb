//! What a command hands back, and how it may look. `output` alone prints it.

use serde::Serialize;

use crate::error::Error;

mod json;

use json::Json;

/// The answer of a command: one value, two forms.
pub trait Report {
    /// The JSON document, made with [`document`].
    fn json(&self) -> String;

    /// The same for a person; ends with a newline unless empty. The script commands have no other form than JSON.
    fn text(&self, _look: &Look) -> String {
        self.json()
    }

    /// The exit code of a command that could answer. Most say 0.
    fn exit(&self) -> u8 {
        0
    }

    /// The exit code where the answer could not be written.
    fn exit_unwritten(&self) -> u8 {
        1
    }
}

/// The contract's document round `data`: `{"success": true, "data": …}`, two spaces, a newline at its end.
pub fn document(data: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct Document<'a, T> {
        success: bool,
        data: &'a T,
    }
    pretty(&Document {
        success: true,
        data,
    })
}

/// A value as JSON with two spaces and a newline at its end, as `JSON.stringify(value, null, 2)` and `console.log` have it.
pub fn pretty(value: &impl Serialize) -> String {
    written(value, Json::default())
}

/// A value as JSON on one line, as `JSON.stringify(value)` has it.
pub fn compact<T: Serialize + ?Sized>(value: &T) -> String {
    written(value, Json::compact())
}

fn written<T: Serialize + ?Sized>(value: &T, mut json: Json) -> String {
    let written = value.serialize(&mut json);
    // Our values hold strings, numbers and maps with string keys, which always serialise.
    debug_assert!(written.is_ok(), "a value that has no JSON form");
    json.finish()
}

/// How text may look on the stream it goes to.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Escape sequences for colour may be used.
    pub color: bool,
    /// Symbols beyond ASCII may be used.
    pub unicode: bool,
    /// Columns of the terminal; 80 where there is none.
    pub width: usize,
}

/// The colours of the one quiet style. Each is an aid: the words say the same without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tint {
    /// Headings and the value that matters most.
    Bold,
    /// What may be skipped.
    Dim,
    /// Works.
    Good,
    /// Works, but will surprise.
    Warn,
    /// Does not work.
    Bad,
}

impl Look {
    /// Text without any aid, for pipes and tests.
    pub const PLAIN: Look = Look {
        color: false,
        unicode: false,
        width: 80,
    };

    /// `text` in a colour, where colours may be used.
    pub fn tint(&self, tint: Tint, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let code = match tint {
            Tint::Bold => "1",
            Tint::Dim => "2",
            Tint::Good => "32",
            Tint::Warn => "33",
            Tint::Bad => "31",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// Something that will not stop the command and that the user should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// A stable code in the style of [`crate::error::Code`].
    pub code: &'static str,
    /// One sentence, without a full stop at its end.
    pub message: String,
    /// A command to paste or a step to take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl Warning {
    /// A warning with its sentence.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Warning {
            code,
            message: message.into(),
            suggestion: None,
        }
    }

    /// Adds the next step.
    #[must_use]
    pub fn suggest(mut self, step: impl Into<String>) -> Self {
        self.suggestion = Some(step.into());
        self
    }
}

impl From<&Error> for Warning {
    fn from(error: &Error) -> Self {
        Warning {
            code: error.code.as_str(),
            message: error.message.clone(),
            suggestion: error.suggestion.clone(),
        }
    }
}

/// `text` with control characters spelt out (`\n`, `\u{1b}`), so that foreign text can neither move the cursor nor forge lines.
///
/// Bidirectional overrides (U+202A to U+202E, U+2066 to U+2069) are spelt out too: they reorder what stands around them.
/// So are the separators U+2028 and U+2029, which some terminals take for line ends (U+0085 is a control character).
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// A line of a file: [`escape`]d, but for its tabs.
pub fn escape_line(line: &str) -> String {
    let parts: Vec<String> = line.split('\t').map(escape).collect();
    parts.join("\t")
}

/// `text` with its first letter in capitals; only those of ASCII have one here.
pub fn capitalized(text: &str) -> String {
    let mut capitalized = text.to_owned();
    if let Some(first) = capitalized.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    capitalized
}

/// An address with `***` for what stands before the last `@` in it, after the `://`: a password may hold any character.
pub fn without_password(url: &str) -> String {
    let Some((before, host)) = url.rsplit_once('@') else {
        return url.to_owned();
    };
    let scheme = before.find("://").and_then(|at| before.get(..at + 3));
    format!("{}***@{host}", scheme.unwrap_or_default())
}

/// `text` as lines of at most `room` columns, broken at blanks; those after the first begin with so many blanks. A word
/// that is longer has a line of its own.
pub fn fold(text: &str, room: usize, margin: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut used = 0;
    for word in text.split(' ') {
        let width = word.chars().count();
        if used > 0 && used + 1 + width > room {
            out.push('\n');
            out.push_str(&" ".repeat(margin));
            used = 0;
        }
        if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += width;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_long_words_stay_whole() {
        assert_eq!(fold("one two three", 7, 0), "one two\nthree");
        assert_eq!(
            fold("a arn:aws:bedrock:us b", 8, 2),
            "a\n  arn:aws:bedrock:us\n  b"
        );
        assert_eq!(fold("", 8, 2), "");
    }

    #[test]
    fn what_moves_or_reorders_is_spelt_out() {
        for (text, want) in [
            ("é ∞\u{2027}\u{202f}", "é ∞\u{2027}\u{202f}"),
            ("\n\u{1b}\u{85}", "\\n\\u{1b}\\u{85}"),
            ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
            ("\u{202a}\u{2066}", "\\u{202a}\\u{2066}"),
        ] {
            assert_eq!(escape(text), want);
        }
    }

    #[test]
    fn writes_as_serde_json_does() {
        let deep = (0..40).fold(
            serde_json::json!([1]),
            |inner, _| serde_json::json!({"a": inner}),
        );
        for value in [
            serde_json::json!({}),
            serde_json::json!([]),
            serde_json::json!("a\u{1b}\"b"),
            serde_json::json!("\\ \n\r\t\u{8}\u{c}\0\u{1f} / \u{7f} é \u{2028}\u{1f600}\""),
            serde_json::json!({"a\nb": "", "": [0, u64::MAX, i64::MIN, 1e300, 0.1, true, false]}),
            serde_json::json!({"a": [], "b": {}, "c": [{}, [], 1, {"d": null}], "e": -1.5}),
            deep,
        ] {
            let want = serde_json::to_string_pretty(&value).unwrap() + "\n";
            assert_eq!(pretty(&value), want);
            assert_eq!(compact(&value), serde_json::to_string(&value).unwrap());
        }
    }
}
