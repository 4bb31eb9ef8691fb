//! `doctor`: every known trap as a check, with the step out of it.

mod aws_files;
mod check;
mod model;
mod network;
mod online;
mod session;
mod settings;
mod tools;

use serde::Serialize;

use crate::aws::credentials::Login;
use crate::claude::plan::{self, Change};
use crate::commands::Context;
use crate::commands::facts::Facts;
use crate::commands::layout::{bullet, count, heading, paragraph};
use crate::commands::settings_edit::{self, Edited};
use crate::commands::usage::{Flag, arguments};
use crate::error::Result;
use crate::exec;
use crate::file;
use crate::prompt;
use crate::report::{Look, Report, Tint, document, escape, fold};

pub use check::{Check, Group, State};
pub use settings::{BEDROCK_SWITCHED_OFF, settings_key, switched_off};

arguments! {
    /// Check for everything that is known to go wrong, and say what to do about it
    ///
    /// Reads files only, unless --online is given. Exits with 1 when something stops Claude Code from working.
    ///
    /// Examples:
    ///   claude-bedrock doctor             what is wrong
    ///   claude-bedrock doctor --verbose   every check that was made
    ///   claude-bedrock doctor --online    the same, and what AWS says
    ///   claude-bedrock doctor --fix       mend what needs no choice of yours
    pub struct Doctor = "doctor" {
        /// Ask AWS too: the version of `aws`, who you are, which models you may call
        online: bool = Flag::switch("online");

        /// Mend what is safe to mend, after showing it and asking
        fix: bool = Flag::switch("fix");

        /// With --fix: do not ask
        yes: bool = Flag::switch("yes").short('y').requires("fix");
    }
}

/// The `data` of the answer.
#[derive(Serialize)]
struct Diagnosis {
    healthy: bool,
    failures: usize,
    warnings: usize,
    checks: Vec<Check>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<Vec<Change>>,
    #[serde(skip)]
    verbose: bool,
}

/// The checks that concern the configuration in use, in the order of the report.
pub fn examine(facts: &Facts) -> Vec<Check> {
    let tests = Group::ALL.map(|group| (group, tests_of(group).0));
    let tests = tests.into_iter();
    tests
        .flat_map(|(group, tests)| check::run(facts, group, tests))
        .collect()
}

/// All checks, in the order of the report.
fn examine_all(facts: &Facts) -> Vec<Check> {
    let groups = Group::ALL.into_iter();
    groups
        .flat_map(|group| {
            let (tests, further) = tests_of(group);
            let mut checks = check::run(facts, group, tests);
            checks.extend(check::run(facts, group, further));
            checks
        })
        .collect()
}

/// The checks of a group: those of the configuration in use, and the others.
fn tests_of(group: Group) -> (&'static [check::Test], &'static [check::Test]) {
    match group {
        Group::Tools => (tools::TESTS, tools::FURTHER),
        Group::AwsFiles => (aws_files::TESTS, aws_files::FURTHER),
        Group::Session => (session::TESTS, &[]),
        Group::Settings => (settings::TESTS, settings::FURTHER),
        Group::Model => (model::TESTS, model::FURTHER),
        Group::Network => (network::TESTS, network::FURTHER),
    }
}

impl Doctor {
    /// Makes the checks, and with `--fix` the repairs before them.
    ///
    /// # Errors
    /// `NOT_A_TERMINAL` for `--fix` without `--yes` where nobody can be asked; `INTERRUPTED`; whatever stops the edit.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let gather = || Facts::gather(context.env, context.options);
        let mut facts = gather();
        let mut fixed = None;
        let mut checks = examine_all(&facts);
        // A file that Claude Code drops is for a person to mend; the check says so.
        let planned = repair(context, &facts, &checks, true).ok();
        for check in &mut checks {
            check.fix = planned
                .as_ref()
                .and_then(|plan| fix_of(check, &plan.changes));
        }
        if self.fix {
            fixed = Some(self.mend(context, &facts, checks, planned.as_ref())?);
            facts = gather();
            checks = examine_all(&facts);
        }
        if self.online {
            for live in online::ask(context, &facts) {
                checks.push(live.unless_told_by(&checks));
            }
            exec::check_interrupted()?;
        }
        Ok(Box::new(Diagnosis::new(
            checks,
            fixed,
            context.options.verbose,
        )))
    }

    /// What `--fix` mends, without a question or a word.
    ///
    /// # Errors
    /// Whatever stops the edit.
    pub fn repair(context: &Context<'_>, only_planned: bool) -> Result<Vec<Change>> {
        let facts = Facts::gather(context.env, context.options);
        Ok(repair(context, &facts, &examine(&facts), only_planned)?.changes)
    }

    /// Shows what is wrong and the repairs, asks, and commits them.
    fn mend(
        &self,
        context: &Context<'_>,
        facts: &Facts,
        checks: Vec<Check>,
        planned: Option<&Edited>,
    ) -> Result<Vec<Change>> {
        let Some(planned) = planned.filter(|plan| plan.changed) else {
            if checks.iter().any(Check::is_bad) {
                context
                    .listener
                    .note("Nothing that can be mended without a choice of yours.");
            }
            return Ok(Vec::new());
        };
        let before = Diagnosis::new(checks, None, false);
        context.listener.note(&before.text(context.listener.look()));
        settings_edit::show(context, planned);
        if !self.yes && !prompt::confirm(context.env, "Mend this?", true)? {
            context.listener.note("Nothing was changed.");
            return Ok(Vec::new());
        }
        let done = repair(context, facts, &before.checks, false)?;
        context
            .listener
            .note("Mended. Restart Claude Code for it to take effect.");
        Ok(done.changes)
    }
}

/// Plans the repairs of what the checks have found, and of nothing else; commits them unless they are only asked after.
fn repair(
    context: &Context<'_>,
    facts: &Facts,
    checks: &[Check],
    only_planned: bool,
) -> Result<Edited> {
    let told = |about: fn(&str) -> bool| {
        let mut bad = checks.iter().filter(|check| check.is_bad());
        bad.any(|check| check.key.as_deref().is_some_and(about))
    };
    let login = facts
        .credentials
        .as_ref()
        .and_then(|found| found.login.as_ref());
    let login = login.filter(|_| told(|key| key == "awsAuthRefresh"));
    let login = login.map(Login::command);
    let path = &facts.target;
    let wanted = plan::Repairs {
        on: facts.on,
        models: told(|key| key != "awsAuthRefresh"),
        region: &facts.region.used.value,
        login: login.as_deref(),
    };
    let plan = &mut |seen: file::Seen<'_>| plan::plan_repair(seen.current, wanted, path);
    if only_planned {
        settings_edit::preview(context, path, plan)
    } else {
        settings_edit::edit(context, path, false, plan)
    }
}

/// What the repairs do about a check.
fn fix_of(check: &Check, changes: &[Change]) -> Option<String> {
    let key = check.key.as_deref().filter(|_| check.is_bad())?;
    let change = changes.iter().find(|change| change.key == key)?;
    Some(
        match change.after.as_ref().and_then(|value| value.as_str()) {
            Some(value) => format!("writes `{value}` as `{key}`"),
            None => format!("takes `{key}` out"),
        },
    )
}

impl Diagnosis {
    fn new(checks: Vec<Check>, fixed: Option<Vec<Change>>, verbose: bool) -> Self {
        let of = |state| checks.iter().filter(|check| check.state == state).count();
        Diagnosis {
            healthy: of(State::Fail) == 0,
            failures: of(State::Fail),
            warnings: of(State::Warn),
            checks,
            fixed,
            verbose,
        }
    }
}

impl Report for Diagnosis {
    fn json(&self) -> String {
        document(self)
    }

    fn exit(&self) -> u8 {
        u8::from(!self.healthy)
    }

    fn text(&self, look: &Look) -> String {
        let mut out = String::new();
        for group in Group::ALL {
            let shown = |check: &&Check| check.group == group && (self.verbose || check.is_bad());
            let checks: Vec<&Check> = self.checks.iter().filter(shown).collect();
            if checks.is_empty() {
                continue;
            }
            out.push_str(&heading(look, group.title()));
            for check in checks {
                let mut finding = check.finding.clone();
                if check.state == State::Skipped {
                    // One reason may stand beside many.
                    finding = format!("{finding} ({})", check.code);
                }
                let remedy = check.remedy.as_deref();
                out.push_str(&bullet(look, check.state.mark(), &finding, remedy));
                if let Some(fix) = &check.fix {
                    let done = fix.strip_prefix("writes ");
                    let told = remedy.and_then(|step| step.strip_prefix("write "));
                    let same = done.zip(told).is_some_and(|(a, b)| b.starts_with(a));
                    let fix = if same { "does that" } else { fix };
                    let fix = format!("doctor --fix {}", escape(fix));
                    let fix = fold(&fix, look.width.saturating_sub(4), 4);
                    out.push_str(&format!("    {fix}\n"));
                }
            }
        }
        let made = self
            .checks
            .iter()
            .filter(|check| check.state != State::Skipped)
            .count();
        let summary = match (self.failures, self.warnings) {
            (0, 0) => look.tint(
                Tint::Good,
                &format!("All is well: {} found nothing.", count(made, "check")),
            ),
            (0, warnings) => format!(
                "Claude Code can work; {} ({}).",
                count(warnings, "warning"),
                count(made, "check")
            ),
            (failures, 0) => format!("{} ({}).", count(failures, "problem"), count(made, "check")),
            (failures, warnings) => format!(
                "{}, {} ({}).",
                count(failures, "problem"),
                count(warnings, "warning"),
                count(made, "check")
            ),
        };
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&paragraph(look, &summary));
        out.trim_start_matches('\n').to_owned()
    }
}

/// What stops Claude Code, as far as files tell.
pub fn stops(facts: &Facts) -> Vec<Check> {
    let mut checks = examine(facts);
    checks.retain(|check| check.state == State::Fail);
    checks
}

/// Whether anybody but the owner may read the file.
#[cfg(unix)]
fn is_open_to_others(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let mode = path.metadata().map(|file| file.permissions().mode());
    mode.is_ok_and(|mode| mode & 0o044 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_checks_share_a_code() {
        let mut codes: Vec<&str> = Group::ALL
            .into_iter()
            .flat_map(|group| {
                let (tests, further) = tests_of(group);
                tests.iter().chain(further).map(|(code, _)| *code)
            })
            .collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
        assert!(all >= 30, "{all}");
    }
}
