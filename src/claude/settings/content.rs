//! What Claude Code would make of one settings file.

use std::path::Path;

use serde_json::Value;

use crate::error::Result;
use crate::json_edit::{Document, Kind, Problem};

/// Members whose wrong type makes Claude Code drop the whole file, with the type it wants. Seen with Claude Code
/// 2.1.330; a bad permission rule or hook is dropped alone.
const TYPED: &[(&str, Kind)] = &[
    ("$schema", Kind::String),
    ("awsAuthRefresh", Kind::String),
    ("awsCredentialExport", Kind::String),
    ("env", Kind::Object),
    ("model", Kind::String),
    ("permissions", Kind::Object),
];

/// Reads a settings file as Claude Code would.
///
/// # Errors
/// `SETTINGS_INVALID` with file, line, column and cause where Claude Code would drop the whole file.
pub fn parse_settings(file: &[u8], path: &Path) -> Result<Document> {
    let document = Document::parse(file).map_err(|problem| problem.error(path))?;
    match wrong_type(&document) {
        Some(problem) => Err(problem.error(path)),
        None => Ok(document),
    }
}

fn wrong_type(document: &Document) -> Option<Problem> {
    TYPED.iter().find_map(|(name, wanted)| {
        let found = document.kind(&[name]).filter(|found| found != wanted)?;
        let (line, column) = document.place(&[name])?;
        Some(Problem {
            line: Some(line),
            column: Some(column),
            message: format!(
                "`{name}` is {}, and Claude Code drops the whole file unless it is {}",
                found.name(),
                wanted.name()
            ),
            suggestion: format!("correct `{name}`, or take it out"),
        })
    })
}

/// The variable `name` as the file sets it: values that are no strings become what JavaScript's `String()` makes of
/// them, as Claude Code's schema does.
pub fn env_text(document: &Document, name: &str) -> Option<String> {
    document.get(&["env", name]).map(|value| js_string(&value))
}

fn js_string(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(_) => "[object Object]".to_owned(),
        Value::Array(items) => {
            let item = |value: &Value| match value {
                Value::Null => String::new(),
                value => js_string(value),
            };
            items.iter().map(item).collect::<Vec<_>>().join(",")
        }
        Value::Number(number) => match number.as_f64() {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "these are whole and fit; std's printer of floats would be 12 KB for this line"
            )]
            Some(float) if float.fract() == 0.0 && float.abs() < 1e15 => (float as i64).to_string(),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_type_where_claude_code_drops_the_file_is_refused_with_its_place() {
        let path = Path::new("s.json");
        for (text, line, column) in [
            ("{\n  \"model\": 5}", 2, 12),
            ("{\"permissions\": \"x\"}", 1, 17),
            ("{\"awsAuthRefresh\": 5}", 1, 20),
            ("{\"$schema\": 5}", 1, 13),
            ("{\"env\": \"x\"}", 1, 9),
            ("{\"env\": null}", 1, 9),
            ("{\"env\": {}, \"env\": [1]}", 1, 20),
            ("null", 1, 1),
            ("[]", 1, 1),
        ] {
            let error = parse_settings(text.as_bytes(), path)
                .map(|_| ())
                .unwrap_err();
            let at = error.at.clone().unwrap();
            assert_eq!((at.line, at.column), (Some(line), Some(column)), "{text}");
        }
        for text in [
            "",
            " ",
            "{}",
            "{\"env\":\"x\",\"env\":{\"X\":7}}",
            "{\"hooks\":5,\"new\":null}",
        ] {
            assert!(parse_settings(text.as_bytes(), path).is_ok(), "{text}");
        }
    }

    #[test]
    fn defect_3_variables_that_are_no_strings_are_read_as_javascript_spells_them() {
        let text = r#"{"env":{"a":1,"b":true,"c":null,"d":{"x":1},"e":["1"],"f":1.50,"g":1e3,"h":-0.0,"i":"x","j":[1,null]}}"#;
        let document = Document::parse(text.as_bytes()).unwrap();
        for (name, value) in [
            ("a", "1"),
            ("b", "true"),
            ("c", "null"),
            ("d", "[object Object]"),
            ("e", "1"),
            ("f", "1.5"),
            ("g", "1000"),
            ("i", "x"),
            ("j", "1,"),
        ] {
            assert_eq!(env_text(&document, name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(env_text(&document, "z"), None);
    }
}
