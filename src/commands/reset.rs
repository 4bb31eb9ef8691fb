//! `reset`: takes Bedrock out of Claude Code's settings again, for people.

use std::path::Path;

use serde::Serialize;

use crate::claude::keys;
use crate::claude::plan::{self, Change};
use crate::claude::settings::{Scope, Stack};
use crate::commands::Context;
use crate::commands::facts::Origin;
use crate::commands::layout::{Mark, bullet, count, paragraph};
use crate::commands::settings_edit::{self, Edited};
use crate::commands::usage::{Flag, arguments};
use crate::error::{Code, Error, Result};
use crate::file;
use crate::prompt;
use crate::report::{Look, Report, Warning, document};

arguments! {
    /// Take Bedrock out of Claude Code's settings and put earlier values back
    ///
    /// Shows what will change and asks before it does. What is Bedrock's gets the value from before the first apply, or
    /// goes; everything else stays as it is now.
    ///
    /// Examples:
    ///   claude-bedrock reset             asks first
    ///   claude-bedrock reset --dry-run   only shows
    pub struct Reset = "reset" {
        /// Show what would change and write nothing
        dry_run: bool = Flag::switch("dry-run");

        /// Do not ask
        yes: bool = Flag::switch("yes").short('y').conflicts("dry-run");
    }
}

/// The `data` of the answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WasReset {
    reset: bool,
    settings_path: String,
    requires_restart: bool,
    changed: bool,
    changes: Vec<Change>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    warnings: Vec<Warning>,
    #[serde(skip)]
    shown_path: String,
    #[serde(skip)]
    declined: bool,
}

impl Reset {
    /// Shows, asks, and takes out.
    ///
    /// # Errors
    /// `NOT_A_TERMINAL` without `--yes` where nobody can be asked, `SETTINGS_INVALID`, and those of [`file::edit`].
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let path = context.settings_path();
        let plan = &mut |seen: file::Seen<'_>| plan::plan_reset(seen.current, seen.kept, &path);
        let mut done = settings_edit::preview(context, &path, plan)?;
        let mut declined = false;
        if !self.dry_run {
            (done, declined) = self.take_out(context, &path, plan, done)?;
        } else if !context.options.json {
            settings_edit::show(context, &done);
        }
        Ok(Box::new(WasReset {
            reset: !self.dry_run && !declined,
            declined,
            shown_path: context.env.tilde(&path),
            settings_path: path.display().to_string(),
            requires_restart: done.changed,
            changed: done.changed,
            changes: done.changes,
            diff: done.diff,
            warnings: done.warnings,
        }))
    }

    /// Asks and writes, and asks again where what goes is not what was shown. `true`: declined.
    fn take_out(
        &self,
        context: &Context<'_>,
        path: &Path,
        plan: &mut settings_edit::Planner<'_>,
        mut shown: Edited,
    ) -> Result<(Edited, bool)> {
        loop {
            let approved = (shown.changed && !self.yes).then(|| shown.changes.clone());
            if approved.is_some() {
                settings_edit::show(context, &shown);
                if !prompt::confirm(context.env, "Take Bedrock out?", false)? {
                    (shown.changed, shown.changes) = (false, Vec::new());
                    return Ok((shown, true));
                }
            }
            let mut differs = false;
            let edited = settings_edit::edit(context, path, false, &mut |seen| {
                let plan = plan(seen)?;
                differs = approved.as_ref().is_some_and(|yes| *yes != plan.changes);
                if differs {
                    return Err(Error::new(Code::FileBusy, "the settings have changed"));
                }
                Ok(plan)
            });
            if !differs {
                let mut done = edited?;
                // The file itself has told of its own.
                let told = done.warnings.iter().any(|it| it.code == STILL_ON);
                done.warnings.extend(still_on(context).filter(|_| !told));
                return Ok((done, false));
            }
            let listener = context.listener;
            listener.note("The settings have changed in the meantime.");
            shown = settings_edit::preview(context, path, plan)?;
        }
    }
}

/// The code of a reset that leaves Bedrock on.
const STILL_ON: &str = "BEDROCK_STILL_ON";

/// Another file, or the shell, may have Bedrock on all the same.
fn still_on(context: &Context<'_>) -> Option<Warning> {
    const SWITCH: &str = "CLAUDE_CODE_USE_BEDROCK";
    let stack = Stack::load(context.env);
    let switch = stack
        .effective_env(SWITCH)
        .filter(|switch| keys::is_on(&switch.value))?;
    let origin = Origin::Setting(switch.source, SWITCH);
    let message = format!(
        "Bedrock stays on: `{SWITCH}` is set {}",
        match &origin {
            Origin::Setting(source, _) if source.scope() == Some(Scope::Managed) => origin.words(),
            _ => format!("in {}", origin.place(context.env)),
        }
    );
    Some(Warning::new(STILL_ON, message))
}

impl Report for WasReset {
    fn json(&self) -> String {
        document(self)
    }

    /// No is an answer, and not the one that a script waits for.
    fn exit(&self) -> u8 {
        if self.declined {
            Code::Interrupted.exit()
        } else {
            0
        }
    }

    fn text(&self, look: &Look) -> String {
        if self.declined {
            return "Nothing was changed.\n".to_owned();
        }
        let path = &self.shown_path;
        let keys = count(self.changes.len(), "key");
        let mut out = match (self.changed, self.reset) {
            (false, _) => format!("Nothing to do: Bedrock is not in {path}."),
            (true, false) => format!("{keys} would change in {path}; nothing was written."),
            (true, true) => format!("Bedrock is out of {path} ({keys})."),
        };
        out = paragraph(look, &out);
        if self.changed && self.reset {
            out.push_str(&paragraph(
                look,
                "Restart Claude Code: a running one keeps the old values.",
            ));
        }
        for warning in &self.warnings {
            out.push_str(&bullet(
                look,
                Mark::Warn,
                &warning.message,
                warning.suggestion.as_deref(),
            ));
        }
        out
    }
}
