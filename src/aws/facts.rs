//! Small files with what botocore and the AWS SDK for JavaScript make of them: `fixtures/ini-facts.jsonl`.

use serde_json::Value;

/// Every fact: `name`, `config`, `credentials`, `botocore`, `js_sdk`.
pub(super) fn facts() -> Vec<Value> {
    let lines = include_str!("../../fixtures/ini-facts.jsonl").lines();
    let facts: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(facts.len(), 140);
    facts
}

/// The bytes of a file, of which the fact holds one character each; `None` for an absent file.
pub(super) fn latin1(text: &Value) -> Option<Vec<u8>> {
    let chars = text.as_str()?.chars();
    Some(chars.map(|c| u8::try_from(u32::from(c)).unwrap()).collect())
}
