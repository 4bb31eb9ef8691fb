//! The secrets that a fixture holds, and whether one got out.

use serde_json::Value;

use super::snapshot::{Snapshot, What};

/// Keys of the AWS files and variables whose value nobody may see.
const INI: &[&str] = &[
    "aws_secret_access_key",
    "aws_session_token",
    "aws_security_token",
];

/// Members of the cache files whose value nobody may see, in lower case.
const JSON: &[&str] = &[
    "accesstoken",
    "refreshtoken",
    "clientsecret",
    "secretaccesskey",
    "sessiontoken",
    "idtoken",
    "dpopkey",
];

/// Every secret in the files of a home.
pub(crate) fn find(home: &Snapshot) -> Vec<String> {
    let mut found = Vec::new();
    for (path, entry) in home {
        let What::File(bytes) = &entry.what else {
            continue;
        };
        if !path.starts_with(".aws") {
            continue;
        }
        let text = String::from_utf8_lossy(bytes);
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            in_json(&value, &mut found);
        }
        for (key, value) in text.lines().filter_map(|line| line.split_once(['=', ':'])) {
            add(INI, key, value, &mut found);
        }
    }
    found
}

/// The secret of one variable of the environment, if it is one.
pub(crate) fn of_variable(name: &str, value: &str) -> Option<String> {
    let mut found = Vec::new();
    add(INI, name, value, &mut found);
    add(&["aws_bearer_token_bedrock"], name, value, &mut found);
    found.pop()
}

/// The first secret that `bytes` shows.
pub(crate) fn shown<'a>(secrets: &'a [String], bytes: &[u8]) -> Option<&'a str> {
    let text = String::from_utf8_lossy(bytes);
    secrets
        .iter()
        .find(|secret| text.contains(*secret))
        .map(String::as_str)
}

fn in_json(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(text) => add(JSON, key, text, found),
                    other => in_json(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| in_json(item, found)),
        _ => {}
    }
}

fn add(keys: &[&str], key: &str, value: &str, found: &mut Vec<String>) {
    // Shorter ones would be found in ordinary words.
    let long = value.trim().len() >= 8;
    if long && keys.contains(&key.trim().to_lowercase().as_str()) {
        found.push(value.trim().to_owned());
    }
}
