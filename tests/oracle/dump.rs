//! Prints both readings of AWS file pairs, for `compare.py`: lines `CONFIG<TAB>CREDENTIALS` on stdin, a JSON line each
//! on stdout. `-` means no file. A secret's value is null.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool of the tests: it reads what it is told, prints, and stops where it cannot"
)]

use std::io::BufRead;
use std::path::PathBuf;

use claude_bedrock::aws::claude_view::{ClaudeProfile, ClaudeView};
use claude_bedrock::aws::profiles::{AwsFile, AwsFiles, Section, Value};
use serde_json::{Map, Value as Json, json};

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (config, credentials) = line.split_once('\t').unwrap();
        println!("{}", dump(read(config), read(credentials)));
    }
}

fn read(path: &str) -> AwsFile {
    AwsFile {
        path: PathBuf::from(path),
        bytes: std::fs::read(path).ok(),
    }
}

fn dump(config: AwsFile, credentials: AwsFile) -> Json {
    let view = ClaudeView::parse(config.bytes.as_deref(), credentials.bytes.as_deref());
    let js: Map<String, Json> = view
        .profile_names()
        .map(|name| (name.to_owned(), seen(&view, name)))
        .collect();
    let files = match AwsFiles::parse(config, credentials) {
        Ok(files) => files,
        Err(error) => return json!({ "error": error.message, "js": js }),
    };
    let names: Vec<&str> = files.profiles.iter().map(|p| p.name.as_str()).collect();
    let values = files.profiles.iter().map(|profile| {
        let sections = [profile.config.as_ref(), profile.credentials.as_ref()];
        (profile.name.clone(), json_of(&sections))
    });
    let regions = files
        .profiles
        .iter()
        .map(|profile| (profile.name.clone(), profile.region().into()));
    let sessions = files
        .sso_sessions
        .iter()
        .map(|session| (session.name.clone(), json_of(&[Some(&session.section)])));
    let reasons = files.profiles.iter().map(|profile| {
        let reason = view.unreadable_reason(profile);
        (
            profile.name.clone(),
            reason.map(|reason| reason.code).into(),
        )
    });
    json!({
        "error": null,
        "profiles": names,
        "values": values.collect::<Map<_, _>>(),
        "regions": regions.collect::<Map<_, _>>(),
        "sso_sessions": sessions.collect::<Map<_, _>>(),
        "unreadable": reasons.collect::<Map<_, _>>(),
        "js": js,
    })
}

fn json_of(sections: &[Option<&Section>]) -> Json {
    let mut out = Map::new();
    for entry in sections
        .iter()
        .flatten()
        .flat_map(|section| section.entries())
    {
        let value = match &entry.value {
            Value::Text(text) => text.as_str().into(),
            Value::Nested(pairs) => pairs
                .iter()
                .map(|(key, value)| (key.clone(), value.as_str().into()))
                .collect::<Map<_, _>>()
                .into(),
            Value::Secret => Json::Null,
        };
        out.insert(entry.key.clone(), value);
    }
    out.into()
}

fn seen(view: &ClaudeView, name: &str) -> Json {
    let profile = view.find_profile(name);
    let entries = profile.iter().flat_map(ClaudeProfile::entries);
    entries
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect::<Map<_, _>>()
        .into()
}
