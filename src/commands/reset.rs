//! `reset`: takes Bedrock out of Claude Code's settings again, for people.

use std::path::Path;

use serde::Serialize;

use crate::claude::keys;
use crate::claude::plan::{self, BEDROCK_STILL_ON, Change};
use crate::claude::settings::{Scope, Source, Stack};
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
    /// Take Bedrock out of Claude Code's settings and restore what it replaced
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
struct WasReset {
    reset: bool,
    #[serde(flatten)]
    edited: Edited,
    #[serde(skip)]
    shown_path: String,
    #[serde(skip)]
    declined: bool,
    /// Whether the settings from before have Bedrock on themselves.
    #[serde(skip)]
    on_again: bool,
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
        let on_again = done.warnings.iter().any(|it| it.code == BEDROCK_STILL_ON);
        if !declined {
            warn_of_others(context, &path, &mut done);
        }
        Ok(Box::new(WasReset {
            reset: !self.dry_run && !declined,
            declined,
            on_again,
            shown_path: context.env.tilde(&path),
            edited: done,
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
                    return Ok((shown.declined(path), true));
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
                return Ok((edited?, false));
            }
            let listener = context.listener;
            listener.note("The settings have changed in the meantime.");
            shown = settings_edit::preview(context, path, plan)?;
        }
    }
}

/// Another file than the one at `path`, or the shell, may have Bedrock on all the same; also after a dry run's changes.
pub fn warn_of_others(context: &Context<'_>, path: &Path, edited: &mut Edited) {
    // The file itself has told of its own.
    if !edited.warnings.iter().any(|it| it.code == BEDROCK_STILL_ON) {
        let others = still_on(context, path, &edited.changes);
        edited.warnings.extend(others);
    }
}

fn still_on(context: &Context<'_>, path: &Path, changes: &[Change]) -> Option<Warning> {
    const SWITCH: &str = "CLAUDE_CODE_USE_BEDROCK";
    let stack = Stack::load(context.env);
    let switch = stack.effective_env(SWITCH)?;
    // A dry run has left the switch in the file as it is.
    let change = changes.iter().find(|change| change.key.ends_with(SWITCH));
    let target = path.canonicalize().ok();
    let is_changed = |source: &Source| match source {
        Source::File(_, path) => change.is_some() && path.canonicalize().ok() == target,
        Source::Shell => false,
    };
    let goes = change.is_some_and(|change| change.after.is_none());
    let (source, _) = switch
        .every()
        .find(|(source, _)| !(goes && is_changed(source)))
        .filter(|(source, value)| keys::is_on(value) && !is_changed(source))?;
    let scope = source.scope();
    let origin = Origin::Setting(source.clone(), SWITCH);
    let place = match scope {
        Some(Scope::Managed) => origin.words(),
        _ => format!("in {}", origin.place(context.env)),
    };
    let step = match scope {
        Some(scope @ (Scope::User | Scope::Project | Scope::Local)) => {
            format!("claude-bedrock --scope {} reset", scope.as_str())
        }
        _ => origin.take_out(SWITCH, context.env),
    };
    let message = format!("Bedrock stays on: `{SWITCH}` is set {place}");
    Some(Warning::new(BEDROCK_STILL_ON, message).suggest(step))
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
        let edited = &self.edited;
        let keys = count(edited.changes.len(), "key");
        let mut out = match (edited.changed, self.reset) {
            (false, true) if self.on_again => {
                format!("In {path} Bedrock is as it was before the first apply: on.")
            }
            (true, true) if self.on_again => {
                format!("In {path} Bedrock is as it was before the first apply: on ({keys}).")
            }
            (false, _) => format!("Nothing to do: Bedrock is not in {path}."),
            (true, false) => format!("{keys} would change in {path}; nothing was written."),
            (true, true) => format!("Bedrock is out of {path} ({keys})."),
        };
        out = paragraph(look, &out);
        if edited.changed && self.reset {
            out.push_str(&paragraph(
                look,
                "Restart Claude Code: a running one keeps the old values.",
            ));
        }
        for warning in &edited.warnings {
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
