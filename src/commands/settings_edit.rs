//! One edit of Claude Code's settings: plan, then commit or show. Every command that changes them comes through here.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use crate::claude::keys;
use crate::claude::plan::{self, Change};
use crate::claude::settings::{self, repository_of};
use crate::commands::{Context, Scope};
use crate::diff;
use crate::error::Result;
use crate::file;
use crate::json_edit::{Document, legible};
use crate::report::{Tint, Warning, escape_line, without_password};
use crate::shell::quote;

/// What came of an edit of the settings: the members that the answers to one have in common.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Edited {
    settings_path: String,
    requires_restart: bool,
    /// Whether the file has, or would have, other bytes.
    pub changed: bool,
    /// Which of our keys change.
    pub changes: Vec<Change>,
    /// For a dry run: what would change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

impl Edited {
    fn new(path: &Path, changed: bool) -> Self {
        Edited {
            settings_path: path.display().to_string(),
            // Claude Code reads its settings when it starts.
            requires_restart: changed,
            changed,
            changes: Vec::new(),
            diff: None,
            warnings: Vec::new(),
        }
    }

    /// The same, had nobody wanted it.
    #[must_use]
    pub fn declined(self, path: &Path) -> Self {
        Edited {
            diff: self.diff,
            warnings: self.warnings,
            ..Edited::new(path, false)
        }
    }
}

/// Plans one edit from what is in the file.
pub type Planner<'p> = dyn FnMut(file::Seen<'_>) -> Result<plan::Plan> + 'p;

/// Plans and commits; a dry run stops before the commit and shows the diff.
///
/// # Errors
/// Those of the plan and of [`file::edit`].
pub fn edit(
    context: &Context<'_>,
    path: &Path,
    dry_run: bool,
    plan: &mut Planner<'_>,
) -> Result<Edited> {
    let edited = carry_out(context, path, dry_run, plan)?;
    show(context, &edited);
    Ok(edited)
}

/// Plans, says nothing and writes nothing.
///
/// # Errors
/// Those of the plan, and of [`file::edit`] as far as it reads.
pub fn preview(context: &Context<'_>, path: &Path, plan: &mut Planner<'_>) -> Result<Edited> {
    carry_out(context, path, true, plan)
}

/// Shows the diff of a preview.
pub fn show(context: &Context<'_>, edited: &Edited) {
    if let Some(diff) = edited.diff.as_ref().filter(|diff| !diff.is_empty()) {
        let look = context.listener.look();
        let lines = diff.lines().map(|line| {
            let shown = escape_line(line);
            match line.as_bytes().first() {
                Some(b'+') => look.tint(Tint::Good, &shown),
                Some(b'-') => look.tint(Tint::Bad, &shown),
                Some(b'@') => look.tint(Tint::Dim, &shown),
                _ => shown,
            }
        });
        let lines: Vec<String> = lines.collect();
        context.listener.note(&lines.join("\n"));
    }
}

fn carry_out(
    context: &Context<'_>,
    path: &Path,
    dry_run: bool,
    plan: &mut Planner<'_>,
) -> Result<Edited> {
    let mut last = Edited::new(path, false);
    let mut lost_original = None;
    let outcome = file::edit(
        path,
        file::Options {
            backup_at: Some(context.env.now),
            for_everybody: settings::is_managed(context.env, path),
        },
        |seen| {
            let plan = plan(seen)?;
            lost_original.clone_from(&plan.lost_original);
            last = Edited {
                changes: plan.changes.clone(),
                warnings: plan.warnings.clone(),
                diff: dry_run.then(|| {
                    let text = |bytes: Option<&[u8]>| redact(&legible(bytes.unwrap_or_default()));
                    let label = context.env.tilde(path);
                    diff::unified(&text(seen.current), &text(plan.bytes.as_deref()), &label)
                }),
                ..Edited::new(path, plan.bytes.as_deref() != seen.current)
            };
            Ok(if dry_run {
                file::Plan::LEAVE
            } else {
                plan.commit(seen.current)
            })
        },
    )?;
    if let Some(mut warning) = lost_original {
        let backup = file::oldest_backup(path, &|bytes| {
            Document::parse(bytes).is_ok_and(|found| !plan::switches_on(&found))
        });
        warning.suggestion = backup.map(|backup| {
            let backup = context.env.tilde(&backup);
            format!("look into the oldest backup without Bedrock: {backup}")
        });
        last.warnings.insert(0, warning);
    }
    let in_project = outcome.changed && context.options.scope != Scope::User;
    if in_project && (outcome.backup.is_some() || matches!(file::read_kept(path), Ok(Some(_)))) {
        last.warnings.extend(copies_in_repository(path));
    }
    last.warnings.extend(outcome.warnings);
    Ok(last)
}

/// What is kept beside the settings of a project stands in its repository, and is nobody else's.
fn copies_in_repository(path: &Path) -> Option<Warning> {
    const LINES: [&str; 2] = ["*.before-bedrock", "*.bedrock-backup-*"];
    let ignored = repository_of(path)?.join(".gitignore");
    let bytes = file::read(&ignored).ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let missing = |line: &&str| !text.lines().any(|known| known.trim() == *line);
    let missing: Vec<String> = LINES.into_iter().filter(missing).map(quote).collect();
    let message = format!(
        "the file from before and its backups stand beside {}, in the repository",
        path.display()
    );
    (!missing.is_empty()).then(|| {
        // A last line without an end would swallow the first of ours.
        let start = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\\n"
        };
        Warning::new("COPIES_IN_REPOSITORY", message).suggest(format!(
            "printf '{start}%s\\n' {} >> {}",
            missing.join(" "),
            quote(&ignored.display().to_string())
        ))
    })
}

/// `text` with every string hidden but the names and the values of our keys; every line stays where it is.
///
/// No list of names would do: headers, addresses and commands hold secrets too.
fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut member = Cow::Borrowed("");
    // Each round passes over one string; one that a colon follows is a name.
    while let Some((string, beyond)) = next_string(rest) {
        let before = rest.split_once('"').map_or("", |(before, _)| before);
        let is_name = beyond.trim_start().starts_with(':');
        let is_value = before.trim_end().ends_with(':');
        out.push_str(before);
        let shown = is_name || string.is_empty() || is_value && is_ours(&member);
        let plain = decoded(string);
        let text = match shown {
            true if plain.contains("://") && plain.contains('@') => {
                Cow::Owned(without_password(&plain))
            }
            true => Cow::Borrowed(string),
            false => Cow::Borrowed("…"),
        };
        out.extend(["\"", &text, "\""]);
        if is_name {
            member = plain;
        }
        rest = beyond;
    }
    out + rest
}

/// Whether one of our keys has that name.
fn is_ours(name: &str) -> bool {
    let mut ours = keys::KEYS.iter().filter_map(|key| key.path.last());
    ours.any(|known| *known == name)
}

/// What a JSON string says, by how it is written.
fn decoded(written: &str) -> Cow<'_, str> {
    if !written.contains('\\') {
        return Cow::Borrowed(written);
    }
    let value = serde_json::from_slice(format!("\"{written}\"").as_bytes());
    match value {
        Ok(serde_json::Value::String(text)) => Cow::Owned(text),
        _ => Cow::Borrowed(written),
    }
}

/// The text of the first JSON string, as it is written, and what follows it.
fn next_string(text: &str) -> Option<(&str, &str)> {
    let (_, inside) = text.split_once('"')?;
    let mut escaped = false;
    let end = inside.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    Some((inside.get(..end)?, inside.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_others_are_hidden_and_lines_stay() {
        let table = [
            (
                r#"{"env": {"AWS_PROFILE": "dev", "B": "x"}, "n": 1}"#,
                r#"{"env": {"AWS_PROFILE": "dev", "B": "…"}, "n": 1}"#,
            ),
            (
                "{\n  \"HEADERS\" :\n \"a\\\"b\",\n}",
                "{\n  \"HEADERS\" :\n \"…\",\n}",
            ),
            (
                r#"{"model":"opus","hooks":[{"command":"c"}],"AWS_REGION":["a","b"]}"#,
                r#"{"model":"opus","hooks":[{"command":"…"}],"AWS_REGION":["…","…"]}"#,
            ),
            (r#"{"MY_SECRET": ""}"#, r#"{"MY_SECRET": ""}"#),
            (
                r#"{"ANTHROPIC_BEDROCK_BASE_URL": "https://me:p/\"w@gw", "awsAuthRefresh": "x"}"#,
                r#"{"ANTHROPIC_BEDROCK_BASE_URL": "https://***@gw", "awsAuthRefresh": "x"}"#,
            ),
            (
                r#"{"AWS\u005fREGION": "a", "ANTHROPIC_BEDROCK_BASE_URL": "https:\/\/me:pw@gw"}"#,
                r#"{"AWS\u005fREGION": "a", "ANTHROPIC_BEDROCK_BASE_URL": "https://***@gw"}"#,
            ),
            (r#"{"A_KEY": "open"#, r#"{"A_KEY": "open"#),
        ];
        for (text, expected) in table {
            assert_eq!(redact(text), expected, "{text}");
        }
    }
}
