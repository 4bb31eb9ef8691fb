//! One edit of Claude Code's settings: plan, then commit or show. Every command that changes them comes through here.

use std::path::Path;

use crate::claude::plan::{self, Change};
use crate::commands::Context;
use crate::diff;
use crate::error::Result;
use crate::file;
use crate::report::{Tint, Warning, escape};

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
        },
        |seen| {
            let plan = plan(seen)?;
            last = Edited {
                changed: plan.bytes.as_deref() != seen.current,
                changes: plan.changes.clone(),
                warnings: plan.warnings.clone(),
                diff: dry_run.then(|| {
                    let text = |bytes: Option<&[u8]>| {
                        String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
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
    last.warnings.extend(outcome.warnings);
    Ok(last)
}
