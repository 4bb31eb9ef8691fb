//! One edit of Claude Code's settings: plan, then commit or show. Every command that changes them comes through here.

use std::path::Path;

use crate::claude::plan::{self, Change};
use crate::claude::settings::{self, repository_of};
use crate::commands::{Context, Scope};
use crate::diff;
use crate::error::Result;
use crate::file;
use crate::json_edit::Document;
use crate::report::{Tint, Warning, escape};
use crate::shell::quote;

/// What came of an edit of the settings.
pub struct Edited {
    /// Whether the file has, or would have, other bytes.
    pub changed: bool,
    /// Which of our keys change.
    pub changes: Vec<Change>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
    /// For a dry run: what would change.
    pub diff: Option<String>,
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
            let shown = escape(line);
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
    let mut last = Edited {
        changed: false,
        changes: Vec::new(),
        warnings: Vec::new(),
        diff: None,
    };
    let outcome = file::edit(
        path,
        file::Options {
            backup_at: Some(context.env.now),
            for_everybody: settings::is_managed(context.env, path),
        },
        |seen| {
            let plan = plan(seen)?;
            last = Edited {
                changed: plan.bytes.as_deref() != seen.current,
                changes: plan.changes.clone(),
                warnings: plan.warnings.clone(),
                diff: dry_run.then(|| {
                    let text = |bytes: Option<&[u8]>| {
                        redact(&String::from_utf8_lossy(bytes.unwrap_or_default()))
                    };
                    let label = context.env.tilde(path);
                    diff::unified(&text(seen.current), &text(plan.bytes.as_deref()), &label)
                }),
            };
            Ok(if dry_run {
                file::Plan {
                    content: file::Content::Leave,
                    kept: file::Kept::Leave,
                }
            } else {
                plan.commit(seen.current)
            })
        },
    )?;
    let mut warnings = last.warnings.iter_mut();
    if let Some(warning) = warnings.find(|found| found.code.starts_with("KEPT_ORIGINAL")) {
        // Where the kept original is gone, that is the nearest to it.
        let backup = file::oldest_backup(path, &|bytes| {
            Document::parse(bytes).is_ok_and(|found| !plan::switches_on(&found))
        });
        let step = backup.map(|backup| {
            let backup = context.env.tilde(&backup);
            format!("look into the oldest backup without Bedrock: {backup}")
        });
        warning.suggestion = step.or(warning.suggestion.take());
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

/// `text` with the values of members that are named like secrets hidden; every line stays where it is.
fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Each round passes over one string; one that a colon and another string follow is a name.
    while let Some((name, beyond)) = next_string(rest) {
        let (passed, after) = rest.split_at(rest.len() - beyond.len());
        out.push_str(passed);
        rest = after;
        let value = after.trim_start().strip_prefix(':').map(str::trim_start);
        let Some(value) = value.filter(|value| value.starts_with('"') && names_secret(name)) else {
            continue;
        };
        let Some((secret, end)) = next_string(value) else {
            continue;
        };
        out.push_str(&after[..after.len() - value.len()]);
        out.push_str(if secret.is_empty() { "\"\"" } else { "\"…\"" });
        rest = end;
    }
    out + rest
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

/// Whether a variable of that name holds a secret: the AWS and Anthropic ones, and what others are called.
fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name == "AWS_BEARER_TOKEN_BEDROCK"
        || ["TOKEN", "KEY", "SECRET", "PASSWORD"].iter().any(|word| {
            name == *word
                || name
                    .strip_suffix(word)
                    .is_some_and(|rest| rest.ends_with('_'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secrets_are_hidden_and_lines_stay() {
        let table = [
            (
                r#"{"A_KEY": "sk-1", "B": "x"}"#,
                r#"{"A_KEY": "…", "B": "x"}"#,
            ),
            (
                "{\n  \"AWS_SESSION_TOKEN\" :\n \"a\\\"b\",\n}",
                "{\n  \"AWS_SESSION_TOKEN\" :\n \"…\",\n}",
            ),
            (
                r#"{"AWS_BEARER_TOKEN_BEDROCK":"b","c":"d"}"#,
                r#"{"AWS_BEARER_TOKEN_BEDROCK":"…","c":"d"}"#,
            ),
            (r#"{"MY_SECRET": ""}"#, r#"{"MY_SECRET": ""}"#),
            (r#"{"X": "A_KEY", "Y": "b"}"#, r#"{"X": "A_KEY", "Y": "b"}"#),
            (
                r#"{"MONKEY": "b", "MAX_THINKING_TOKENS": "1024"}"#,
                r#"{"MONKEY": "b", "MAX_THINKING_TOKENS": "1024"}"#,
            ),
            (r#"{"A_KEY": "open"#, r#"{"A_KEY": "open"#),
        ];
        for (text, expected) in table {
            assert_eq!(redact(text), expected, "{text}");
        }
    }
}
