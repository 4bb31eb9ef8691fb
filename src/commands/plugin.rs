//! `plugin install`, `plugin uninstall`, `plugin show`: the plugin for Claude Code that this program carries.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::claude::plugin as bundle;
use crate::claude::plugin::status_line::{self, Owner};
use crate::claude::settings::{Scope, parse_settings, settings_path};
use crate::commands::Context;
use crate::commands::usage::{Flag, Takes, Usage, arguments};
use crate::env::Env;
use crate::error::Result;
use crate::file;
use crate::report::{Look, Report, Tint, Warning, document, escape};
use crate::shell::{option, quote};

/// What stands below `plugin`.
pub(crate) const USAGE: Usage = Usage {
    name: "plugin",
    help: " Install, remove or show the Claude Code plugin that this program carries",
    flags: &[],
    below: &[&Install::USAGE, &Uninstall::USAGE, &Show::USAGE],
    run: None,
    hidden: false,
};

arguments! {
    /// Write the plugin, or bring it up to date
    struct Install = "install" {
        /// Use this folder instead of the one that Claude Code looks into by itself
        dir: Option<PathBuf> = DIR;

        /// Also show profile, region and time left in Claude Code's status line, where none is set
        statusline: bool = Flag::switch("statusline");

        /// Replace files that are in the way
        force: bool = Flag::switch("force");
    }
}

arguments! {
    /// Remove what was installed
    struct Uninstall = "uninstall" {
        /// Use this folder instead of the one that Claude Code looks into by itself
        dir: Option<PathBuf> = DIR;

        /// Remove files that were changed since, too
        force: bool = Flag::switch("force");
    }
}

arguments! {
    /// Show what is installed
    struct Show = "show" {
        /// Use this folder instead of the one that Claude Code looks into by itself
        dir: Option<PathBuf> = DIR;
    }
}

const DIR: Flag = Flag::option("dir", Takes::Path("DIR"));

/// The plugin's folder.
fn folder(context: &Context<'_>, dir: Option<&Path>) -> PathBuf {
    match dir {
        Some(dir) => context.env.cwd.join(dir),
        None => bundle::default_folder(context.env),
    }
}

/// The settings file whose status line is looked at.
fn settings_of(context: &Context<'_>) -> PathBuf {
    match &context.options.settings {
        Some(given) => context.env.cwd.join(given),
        None => settings_path(context.env, Scope::User),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    installed: bool,
    changed: bool,
    folder: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    previous_version: Option<String>,
    written: Vec<String>,
    removed: Vec<String>,
    status_line: Owner,
    requires_restart: bool,
    warnings: Vec<Warning>,
    #[serde(skip)]
    shown_folder: String,
    /// Whether there was something of ours, were it only a file that stays.
    #[serde(skip)]
    found: bool,
    #[serde(skip)]
    next: Vec<String>,
}

impl Install {
    fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let env = context.env;
        let settings = &settings_of(context);
        let folder = folder(context, self.dir.as_deref());
        let binary = bundle::binary(env)?;
        let (status_line, mut warnings) = check_settings(settings);
        let mut made_settings = None;
        if self.statusline {
            // Before anything is written: settings that cannot be edited are an error.
            let current = file::read(settings)?;
            status_line::plan_set(current.as_deref(), settings, &binary)?;
            made_settings = match &current {
                None => Some(Value::Bool(true)),
                Some(bytes) => std::str::from_utf8(bytes)
                    .ok()
                    .filter(|text| text.trim().is_empty())
                    .map(Value::from),
            };
        }
        let done = bundle::install(&folder, &binary, made_settings, self.force)?;
        bundle::HookFailure::forget(env);
        let mut report = Outcome::new(env, &folder, done);
        report.installed = true;
        report.version = Some(env!("CARGO_PKG_VERSION"));
        report.status_line = status_line;
        if self.statusline {
            match status_line {
                Owner::Other => warnings.push(Warning::new(
                    "STATUS_LINE_TAKEN",
                    "another status line is set already, and stays",
                )),
                Owner::None | Owner::Ours => {
                    let outcome = file::edit(settings, file::Options::default(), |seen| {
                        status_line::plan_set(seen.current, settings, &binary)
                    })?;
                    report.changed |= outcome.changed;
                    report.status_line = Owner::Ours;
                    warnings.extend(outcome.warnings);
                }
            }
        }
        report.warnings.append(&mut warnings);
        report.requires_restart = report.changed;
        let path = quote(&folder.display().to_string());
        report.next = if self.dir.is_some() {
            vec![
                format!("for one session: claude --plugin-dir {path}"),
                format!(
                    "for good: claude plugin marketplace add {path} && claude plugin install bedrock@claude-bedrock"
                ),
            ]
        } else if report.changed {
            vec!["start Claude Code anew, then type /bedrock".to_owned()]
        } else {
            Vec::new()
        };
        Ok(Box::new(report))
    }
}

impl Uninstall {
    fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let env = context.env;
        let settings = &settings_of(context);
        let folder = folder(context, self.dir.as_deref());
        let made = bundle::Record::load(&folder)?.and_then(|record| record.made_settings);
        let outcome = file::edit(settings, file::Options::default(), |seen| {
            status_line::plan_unset(seen.current, settings, made.as_ref())
        });
        let done = bundle::uninstall(&folder, &bundle::binary(env)?, self.force)?;
        bundle::HookFailure::forget(env);
        let mut report = Outcome::new(env, &folder, done);
        match outcome {
            Ok(outcome) => {
                report.changed |= outcome.changed;
                report.warnings.extend(outcome.warnings);
            }
            // The plugin goes all the same.
            Err(error) => {
                let mut warning = Warning::from(&error);
                let path = env.tilde(settings);
                warning.message = format!(
                    "a status line of ours would stay in {path}, which cannot be edited: {}",
                    error.message
                );
                report.warnings.push(warning);
            }
        }
        report.requires_restart = report.changed;
        report.status_line = check_settings(settings).0;
        Ok(Box::new(report))
    }
}

impl Outcome {
    fn new(env: &Env, folder: &Path, done: bundle::Done) -> Self {
        let kept = |path: &String| {
            Warning::new(
                "FILE_KEPT",
                format!(
                    "{} was changed since it was installed, and stays",
                    env.tilde(&bundle::place(folder, path))
                ),
            )
            .suggest("pass --force to remove it too")
        };
        let found = !done.kept.is_empty() || done.changed();
        Outcome {
            installed: false,
            changed: done.changed(),
            folder: folder.display().to_string(),
            version: None,
            warnings: done.kept.iter().map(kept).collect(),
            previous_version: done.previous,
            written: done.written,
            removed: done.removed,
            status_line: Owner::None,
            requires_restart: false,
            shown_folder: env.tilde(folder),
            found,
            next: Vec::new(),
        }
    }
}

impl Report for Outcome {
    fn json(&self) -> String {
        document(self)
    }

    fn text(&self, look: &Look) -> String {
        let what = match (self.installed, self.changed) {
            (true, true) => "The plugin is installed in",
            (true, false) => "The plugin is up to date in",
            (false, _) if self.found || self.changed => "The plugin is gone from",
            (false, _) => "There is no plugin of ours in",
        };
        let folder = look.tint(Tint::Bold, &escape(&self.shown_folder));
        let mut text = format!("{what} {folder}\n");
        push_warnings(&mut text, &self.warnings, look);
        for step in &self.next {
            text.push_str(&format!("  {}\n", escape(step)));
        }
        text
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    installed: bool,
    folder: String,
    version: Option<String>,
    available: &'static str,
    binary: Option<String>,
    binary_found: bool,
    up_to_date: bool,
    changed_files: Vec<String>,
    missing_files: Vec<String>,
    status_line: Owner,
    warnings: Vec<Warning>,
    #[serde(skip)]
    folder_in_short: String,
    #[serde(skip)]
    binary_in_short: String,
    /// The command that installs it, or brings it up to date.
    #[serde(skip)]
    install: String,
}

impl Show {
    fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let env = context.env;
        let settings = &settings_of(context);
        let folder = folder(context, self.dir.as_deref());
        let standing = bundle::look(&folder, &bundle::binary(env)?)?;
        let (status_line, mut warnings) = check_settings(settings);
        let mut install = "claude-bedrock plugin install".to_owned();
        if let Some(dir) = &self.dir {
            install.push(' ');
            install.push_str(&option("--dir", &dir.display().to_string()));
        }
        let record = bundle::place(&folder, bundle::RECORD);
        if standing.record.is_none() && file::read(&record)?.is_some() {
            let message = format!(
                "the record of the installation is garbled: {}",
                env.tilde(&record)
            );
            warnings.push(Warning::new(GARBLED, message).suggest(install.as_str()));
        }
        let (version, binary) = standing
            .record
            .map(|record| (record.version, record.binary))
            .unzip();
        if !standing.changed.is_empty() {
            install += " --force";
        }
        Ok(Box::new(Shown {
            installed: version.is_some(),
            folder_in_short: env.tilde(&folder),
            binary_in_short: env.tilde(Path::new(binary.as_deref().unwrap_or_default())),
            install,
            folder: folder.display().to_string(),
            version,
            available: env!("CARGO_PKG_VERSION"),
            binary_found: binary
                .as_deref()
                .is_some_and(|path| Path::new(path).is_file()),
            binary,
            up_to_date: standing.current,
            changed_files: standing.changed,
            missing_files: standing.missing,
            status_line,
            warnings,
        }))
    }
}

/// The code of a record that cannot be read, so that no file counts as ours.
const GARBLED: &str = "PLUGIN_RECORD_INVALID";

impl Report for Shown {
    fn json(&self) -> String {
        document(self)
    }

    fn text(&self, look: &Look) -> String {
        let folder = escape(&self.folder_in_short);
        let install = escape(&self.install);
        let Some(version) = &self.version else {
            let mut text = if self.warnings.iter().any(|it| it.code == GARBLED) {
                format!("What stands of the plugin cannot be told in {folder}\n")
            } else {
                format!("The plugin is not installed in {folder}\n  {install}\n")
            };
            push_warnings(&mut text, &self.warnings, look);
            return text;
        };
        let state = if self.up_to_date {
            look.tint(Tint::Good, "up to date")
        } else {
            let loss = if self.changed_files.is_empty() {
                ""
            } else {
                ", which replaces what was changed"
            };
            look.tint(Tint::Warn, &format!("run `{install}` to update{loss}"))
        };
        let mut text = format!(
            "The plugin of claude-bedrock {} is installed in {folder}: {state}\n  calls {}{}\n",
            escape(version),
            escape(&self.binary_in_short),
            if self.binary_found {
                ""
            } else {
                ", which is gone"
            },
        );
        for (files, what) in [
            (&self.changed_files, "changed"),
            (&self.missing_files, "missing"),
        ] {
            for path in files {
                text.push_str(&format!("  {what}: {}\n", escape(path)));
            }
        }
        push_warnings(&mut text, &self.warnings, look);
        text
    }
}

fn push_warnings(text: &mut String, warnings: &[Warning], look: &Look) {
    for warning in warnings {
        let word = look.tint(Tint::Warn, "warning:");
        text.push_str(&format!("{word} {}\n", escape(&warning.message)));
        if let Some(step) = &warning.suggestion {
            text.push_str(&format!("  {}\n", escape(step)));
        }
    }
}

/// Whose status line is set, and what in the settings gets in the plugin's way. Settings that cannot be read get in
/// nobody's way here.
fn check_settings(path: &Path) -> (Owner, Vec<Warning>) {
    let settings = file::read(path)
        .ok()
        .flatten()
        .and_then(|bytes| parse_settings(&bytes, path).ok());
    let Some(settings) = settings else {
        return (Owner::None, Vec::new());
    };
    let rivals = bundle::rivals(&settings).into_iter().map(|name| {
        Warning::new(
            "PLUGIN_TWICE",
            format!("another plugin of the same name is on: {name}"),
        )
        .suggest(format!("claude plugin uninstall {}", quote(&name)))
    });
    (status_line::owner(&settings), rivals.collect())
}
