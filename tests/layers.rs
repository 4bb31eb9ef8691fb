//! Arrows point down: a module uses only what is below it, and its neighbours only inside its own folder.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests read the sources and stop when they cannot"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The layers from the bottom. `aws` and `claude` share one and do not see each other.
const LAYERS: &[&[&str]] = &[
    &["error", "time", "hash"],
    &["env", "report"],
    &["ini", "json_edit", "diff", "nearest", "shell"],
    &["file", "exec", "prompt"],
    &["aws", "claude"],
    &["commands"],
    &["cli", "output"],
    &["main", "lib"],
];

#[test]
fn arrows_point_down() {
    let sources = sources();
    let mut wrong = Vec::new();
    for (path, text) in &sources {
        let from = top(path);
        let Some(rank) = rank(&from) else {
            wrong.push(format!("{}: `{from}` stands in no layer", path.display()));
            continue;
        };
        for (line, to) in uses(text) {
            let Some(below) = self::rank(&to) else {
                continue;
            };
            let inside =
                from == to && (path.components().count() > 1 || is_folder(&sources, &from));
            if below >= rank && !inside {
                wrong.push(format!(
                    "{}:{line}: `{from}` may not use `{to}`",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_module_stands_in_a_layer_and_the_other_way_round() {
    let sources = sources();
    let known: Vec<&str> = LAYERS
        .iter()
        .flat_map(|layer| layer.iter().copied())
        .collect();
    let mut missing = known.clone();
    missing.retain(|name| !sources.keys().any(|path| top(path) == *name));
    assert!(missing.is_empty(), "in LAYERS and not in src/: {missing:?}");
}

#[test]
fn the_search_for_uses_sees_every_spelling() {
    let text = "use crate::error::{Code};\n// crate::cli::x\nuse crate::{env, aws::{sso, cli}, report::Look};\n    crate::time::civil(0);\n\
                use claude_bedrock::output;\nuse crate::{\n    file,\n    ini,\n};\n#[cfg(test)]\nmod tests {\n    use crate::commands::x;\n}\n";
    let found: Vec<String> = uses(text).into_iter().map(|(_, name)| name).collect();
    assert_eq!(
        found,
        [
            "error", "env", "aws", "report", "time", "output", "file", "ini"
        ]
    );
}

/// The sources by path below `src`.
fn sources() -> BTreeMap<PathBuf, String> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    let mut open = vec![base.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source is text");
                found.insert(
                    path.strip_prefix(&base).expect("it is below").to_owned(),
                    text,
                );
            }
        }
    }
    found
}

/// The module of the crate root that a file belongs to.
fn top(path: &Path) -> String {
    let first = path.iter().next().unwrap_or_default();
    Path::new(first)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn rank(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&name))
}

fn is_folder(sources: &BTreeMap<PathBuf, String>, name: &str) -> bool {
    sources.keys().any(|path| path.starts_with(name))
}

/// The modules of the crate root that a text names, with the line. A module's own tests may look anywhere.
fn uses(text: &str) -> Vec<(usize, String)> {
    let code: Vec<&str> = text
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    for root in ["crate::", "claude_bedrock::", "super::super::"] {
        for (at, _) in code.match_indices(root) {
            let line = code[..at].matches('\n').count() + 1;
            let rest = &code[at + root.len()..];
            let names = match rest.strip_prefix('{') {
                Some(group) => first_words(group),
                None => vec![word(rest)],
            };
            found.extend(names.into_iter().map(|name| (at, (line, name))));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, found)| found).collect()
}

/// The first word of each entry of a `{…}` group, up to the brace that closes it.
fn first_words(group: &str) -> Vec<String> {
    let (mut depth, mut fresh, mut names) = (0, true, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && depth == 0 && c.is_alphabetic() => {
                names.push(word(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}
