//! The secrets that a home or a case holds, and whether one got out.
//!
//! What is secret is told from the key that a value stands at, in whatever file of the home that is, or from the words that
//! made-up ones start with: no list names them.
//! Every [`super::sandbox::Sandbox`] and every [`super::terminal::Terminal`] looks for them in all that the program
//! printed, in all that it handed to its children, and in every file but those that have them in their place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::snapshot::{Snapshot, What};

/// Keys and variables whose value nobody may see, in lower case, without what parts their words.
const KEYS: &[&str] = &[
    "accesstoken",
    "anthropicapikey",
    "anthropicauthtoken",
    "awsbearertokenbedrock",
    "awssecretaccesskey",
    "awssecuritytoken",
    "awssessiontoken",
    "clientsecret",
    "dpopkey",
    "idtoken",
    "refreshtoken",
    "secretaccesskey",
    "sessiontoken",
];

/// What a made-up secret starts with that stands where no key tells: in a header, an address, a command.
const MADE_UP: &str = "EXAMPLE-secret";

/// Shorter ones would be found in ordinary words.
const SHORTEST: usize = 8;

/// Secrets, and the files that have each in its place.
#[derive(Debug, Default)]
pub(crate) struct Secrets(BTreeMap<String, BTreeSet<PathBuf>>);

impl Secrets {
    /// Every secret in the files of a home.
    pub(crate) fn of(home: &Snapshot) -> Self {
        let mut found = Secrets::default();
        found.learn(home);
        found
    }

    /// Adds what the files of a home hold before a run.
    pub(crate) fn learn(&mut self, home: &Snapshot) {
        for (path, value) in places(home) {
            self.add(&value, Some(path));
        }
    }

    /// Adds what they hold after it. A secret that was there before may now also be in copies beside its file, as the
    /// kept original and the backups are; nowhere else.
    pub(crate) fn learn_after(&mut self, home: &Snapshot) {
        for (path, value) in places(home) {
            let copy = |holder: &PathBuf| {
                let (path, holder) = (path.to_string_lossy(), holder.to_string_lossy());
                path.starts_with(&*holder)
            };
            let known = self.0.get(&value);
            if known.is_none_or(|holders| holders.iter().any(copy)) {
                self.add(&value, Some(path));
            }
        }
    }

    /// Adds the value of a variable of the environment, if it is one.
    pub(crate) fn learn_variable(&mut self, name: &str, value: &str) {
        if is_secret(name) {
            self.add(value, None);
        }
    }

    fn add(&mut self, value: &str, holder: Option<&Path>) {
        if value.len() >= SHORTEST {
            let holders = self.0.entry(value.to_owned()).or_default();
            holders.extend(holder.map(Path::to_owned));
        }
    }

    /// What to say when `bytes` shows one of them.
    pub(crate) fn leak(&self, place: &str, bytes: &[u8]) -> Option<String> {
        self.leak_but(place, bytes, |_| false)
    }

    /// The same for a file of the home, which may have its own.
    pub(crate) fn leak_in_file(&self, path: &Path, bytes: &[u8]) -> Option<String> {
        let place = path.display().to_string();
        self.leak_but(&place, bytes, |holders| holders.contains(path))
    }

    fn leak_but(
        &self,
        place: &str,
        bytes: &[u8],
        may: impl Fn(&BTreeSet<PathBuf>) -> bool,
    ) -> Option<String> {
        let text = String::from_utf8_lossy(bytes);
        let shown = |(secret, holders): &(&String, &BTreeSet<PathBuf>)| {
            text.contains(secret.as_str()) && !may(holders)
        };
        let (secret, _) = self.0.iter().find(shown)?;
        Some(format!("{place} shows the secret {secret}"))
    }

    /// What every file of a folder gives away.
    pub(crate) fn leaks_in(&self, folder: &Snapshot) -> Vec<String> {
        let leak = |(path, entry): (&PathBuf, &super::snapshot::Entry)| match &entry.what {
            What::File(bytes) => self.leak_in_file(path, bytes),
            _ => None,
        };
        folder.iter().filter_map(leak).collect()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The secrets of a home with their files.
fn places(home: &Snapshot) -> Vec<(&Path, String)> {
    let mut found = Vec::new();
    for (path, entry) in home {
        if let What::File(bytes) = &entry.what {
            let values = pairs(bytes).into_iter().map(|(_, value)| value);
            let values = values.chain(token(bytes)).chain(made_up(bytes));
            found.extend(values.map(|value| (path.as_path(), value)));
        }
    }
    found
}

/// Whether a key or a variable names a secret.
pub(crate) fn is_secret(key: &str) -> bool {
    let letters: String = key
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    KEYS.contains(&letters.as_str())
}

/// The secret keys of a file with their values: of its JSON, of what is left of it where it breaks off, and of its lines
/// `key = value`.
pub(crate) fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut found = Vec::new();
    let json = serde_json::from_str::<Value>(text);
    if let Ok(value) = &json {
        in_json(value, &mut found);
    }
    let broken = json.is_err() && text.starts_with('{');
    for line in text.split(|c| c == '\n' || broken && c == ',') {
        let Some((key, value)) = line.split_once(['=', ':']) else {
            continue;
        };
        let value = value.trim().trim_end_matches(',').trim_matches('"');
        if is_secret(key) && !value.starts_with(['{', '[']) {
            found.push((key.trim().to_owned(), value.to_owned()));
        }
    }
    found
}

/// The made-up secrets of a text, each to the end of its word.
fn made_up(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let found = text.match_indices(MADE_UP).map(|(at, _)| &text[at..]);
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    found
        .map(|rest| rest.chars().take_while(|c| word(*c)).collect())
        .collect()
}

/// What a file of one word holds: a token.
fn token(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let one_word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    text.chars().all(one_word).then(|| text.to_owned())
}

fn in_json(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(text) if is_secret(key) => {
                        found.push((key.clone(), text.clone()));
                    }
                    other => in_json(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| in_json(item, found)),
        _ => {}
    }
}
