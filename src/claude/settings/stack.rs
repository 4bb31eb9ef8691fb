//! All the settings that count together, and which of them wins for each value.

use std::path::{Path, PathBuf};

use super::content::{env_text, parse_settings};
use super::whereabouts::{Scope, managed_files, settings_path};
use crate::claude::keys;
use crate::env::Env;
use crate::error::Error;
use crate::file;
use crate::json_edit::Document;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A settings file.
    File(Scope, PathBuf),
    /// The environment that this program was started in.
    Shell,
}

impl Source {
    /// `managed`, `local`, `project`, `user` or `shell`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Source::File(scope, _) => scope.as_str(),
            Source::Shell => "shell",
        }
    }

    /// The scope, of a file.
    pub fn scope(&self) -> Option<Scope> {
        match self {
            Source::File(scope, _) => Some(*scope),
            Source::Shell => None,
        }
    }

    /// Whether it is the file at `path`.
    pub fn is(&self, path: &Path) -> bool {
        matches!(self, Source::File(_, own) if own == path)
    }
}

/// What a settings file turned out to be.
pub enum State {
    /// There is no such file.
    Absent,
    /// Claude Code reads it.
    Read(Document),
    /// Claude Code drops it, or it cannot be read.
    Dropped(Error),
}

/// One settings file.
pub struct Layer {
    /// Its scope.
    pub scope: Scope,
    /// Its path.
    pub path: PathBuf,
    /// What it turned out to be.
    pub state: State,
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value<T = String> {
    /// The value that counts.
    pub value: T,
    /// Where it stands.
    pub source: Source,
    /// What it overrides, strongest first.
    pub shadows: Vec<(Source, T)>,
}

impl<T> Value<T> {
    /// The value that counts and what it overrides, strongest first.
    pub fn every(&self) -> impl Iterator<Item = (&Source, &T)> {
        let shadows = self.shadows.iter().map(|(source, value)| (source, value));
        std::iter::once((&self.source, &self.value)).chain(shadows)
    }
}

/// What `get-aws-context` reports as the present configuration.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CurrentConfig {
    /// `AWS_PROFILE`.
    pub profile: Option<String>,
    /// `AWS_REGION`.
    pub region: Option<String>,
    /// `ANTHROPIC_MODEL`, else the setting `model`.
    pub model: Option<String>,
}

/// Every settings file, the strongest first, and the shell below them.
pub struct Stack {
    /// The files, absent ones included.
    pub layers: Vec<Layer>,
    shell: Option<Env>,
}

impl Stack {
    /// Reads each file once. A file that cannot be read is a layer like another: its state says so.
    ///
    /// Inside Claude Code the shell does not count: its variables are the settings' own, and some that the client made up.
    pub fn load(env: &Env) -> Stack {
        let mut layers = load_managed(env);
        for scope in [Scope::Local, Scope::Project, Scope::User] {
            layers.push(load_layer(scope, settings_path(env, scope)));
        }
        // In the home folder the project's file and the user's are one; it counts as the user's.
        let user = settings_path(env, Scope::User);
        layers.retain(|layer| layer.scope != Scope::Project || layer.path != user);
        let inside = ["CLAUDECODE", "CLAUDE_CODE_CHILD_SESSION"];
        let inside = inside.iter().any(|name| env.var_nonempty(name).is_some());
        Stack {
            layers,
            shell: (!inside).then(|| env.clone()),
        }
    }

    /// Only the files that need no trust in the working folder: the managed ones, and the user's own at `user`.
    pub fn load_trusted(env: &Env, user: PathBuf) -> Stack {
        let mut layers = load_managed(env);
        layers.push(load_layer(Scope::User, user));
        Stack {
            layers,
            shell: None,
        }
    }

    /// The same with the file at `path` in the place of the user's own, as `--settings` asks.
    #[must_use]
    pub fn with_user_file(mut self, path: PathBuf) -> Stack {
        self.layers.retain(|layer| layer.scope != Scope::User);
        self.layers.push(load_layer(Scope::User, path));
        self
    }

    /// Whether the shell's variables count: not inside Claude Code.
    pub fn counts_shell(&self) -> bool {
        self.shell.is_some()
    }

    /// The files that Claude Code drops, with the reason.
    pub fn dropped(&self) -> impl Iterator<Item = (&Layer, &Error)> {
        self.layers.iter().filter_map(|layer| match &layer.state {
            State::Dropped(error) => Some((layer, error)),
            _ => None,
        })
    }

    /// The layers that Claude Code reads, strongest first.
    pub fn documents(&self) -> impl Iterator<Item = (&Layer, &Document)> {
        self.layers.iter().filter_map(|layer| match &layer.state {
            State::Read(document) => Some((layer, document)),
            _ => None,
        })
    }

    /// The document of the user's own file, if Claude Code reads it.
    pub fn user(&self) -> Option<&Document> {
        self.documents()
            .find(|(layer, _)| layer.scope == Scope::User)
            .map(|(_, document)| document)
    }

    /// A variable as Claude Code has it: any file's `env` beats the shell. An empty value counts as set.
    pub fn effective_env(&self, name: &str) -> Option<Value> {
        let files = self.documents().filter_map(|(layer, document)| {
            let source = Source::File(layer.scope, layer.path.clone());
            Some((source, env_text(document, name)?))
        });
        let shell = self.shell.as_ref().and_then(|env| env.var(name));
        winner(files.chain(shell.map(|value| (Source::Shell, value.to_owned()))))
    }

    /// A member at the root as Claude Code has it.
    pub fn effective_top(&self, name: &str) -> Option<Value<serde_json::Value>> {
        winner(self.documents().filter_map(|(layer, document)| {
            let source = Source::File(layer.scope, layer.path.clone());
            Some((source, document.get(&[name])?))
        }))
    }

    /// Whether a switch such as `CLAUDE_CODE_USE_BEDROCK` is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.effective_env(name)
            .is_some_and(|value| keys::is_on(&value.value))
    }

    /// The present configuration; `None` unless Bedrock is on.
    pub fn current_config(&self) -> Option<CurrentConfig> {
        if !self.is_on("CLAUDE_CODE_USE_BEDROCK") {
            return None;
        }
        // Claude Code takes an empty variable for an unset one.
        let env = |name| {
            let value = self.effective_env(name)?.value;
            (!value.is_empty()).then_some(value)
        };
        let saved = || Some(self.effective_top("model")?.value.as_str()?.to_owned());
        Some(CurrentConfig {
            profile: env("AWS_PROFILE"),
            region: env("AWS_REGION"),
            model: env("ANTHROPIC_MODEL").or_else(saved),
        })
    }
}

fn load_managed(env: &Env) -> Vec<Layer> {
    let scope = Scope::Managed;
    match managed_files(env) {
        Ok(paths) => paths
            .into_iter()
            .map(|path| load_layer(scope, path))
            .collect(),
        Err(error) => vec![Layer {
            scope,
            path: settings_path(env, scope),
            state: State::Dropped(error),
        }],
    }
}

fn load_layer(scope: Scope, path: PathBuf) -> Layer {
    let state = match file::read(&path) {
        Ok(None) => State::Absent,
        Ok(Some(bytes)) => parse_settings(&bytes, &path).map_or_else(State::Dropped, State::Read),
        Err(error) => State::Dropped(error),
    };
    Layer { scope, path, state }
}

fn winner<T>(values: impl Iterator<Item = (Source, T)>) -> Option<Value<T>> {
    let mut values = values;
    let (source, value) = values.next()?;
    Some(Value {
        value,
        source,
        shadows: values.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{LOCAL, MANAGED, PIECES, PROJECT, USER, stack};
    use super::*;

    #[test]
    fn the_strongest_file_wins_and_what_it_hides_is_told() {
        let set = |value: &str| {
            format!("{{\"env\":{{\"AWS_REGION\":\"{value}\"}},\"model\":\"{value}\"}}")
        };
        let texts = ["managed", "piece-a", "piece-b", "local", "project", "user"].map(set);
        let (a, b) = (format!("{PIECES}/a.json"), format!("{PIECES}/b.json"));
        let paths = [MANAGED, &a, &b, LOCAL, PROJECT, USER];
        let files: Vec<_> = paths
            .into_iter()
            .zip(texts.iter().map(String::as_str))
            .collect();
        let (_home, stack) = stack(&[("AWS_REGION", "shell")], &files);
        let region = stack.effective_env("AWS_REGION").unwrap();
        let values: Vec<_> = region
            .every()
            .map(|(source, value)| (source.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            values,
            [
                ("managed", "piece-b"),
                ("managed", "piece-a"),
                ("managed", "managed"),
                ("local", "local"),
                ("project", "project"),
                ("user", "user"),
                ("shell", "shell"),
            ]
        );
        assert_eq!(stack.effective_top("model").unwrap().every().count(), 6);
        assert!(stack.effective_env("AWS_PROFILE").is_none());
    }

    #[test]
    fn inside_claude_code_the_shell_does_not_count() {
        for marker in ["CLAUDECODE", "CLAUDE_CODE_CHILD_SESSION"] {
            let (_home, stack) = stack(&[("AWS_REGION", "shell"), (marker, "1")], &[]);
            assert!(stack.effective_env("AWS_REGION").is_none(), "{marker}");
        }
    }

    #[test]
    fn a_file_that_claude_code_drops_sets_nothing_and_is_told() {
        let (_home, stack) = stack(
            &[],
            &[(USER, "{\"env\":{\"CLAUDE_CODE_USE_BEDROCK\":\"1\"},}")],
        );
        assert!(!stack.is_on("CLAUDE_CODE_USE_BEDROCK"));
        let (layer, error) = stack.dropped().next().unwrap();
        assert_eq!(
            (layer.scope, error.at.as_ref().unwrap().column),
            (Scope::User, Some(39))
        );
        assert!(stack.user().is_none());
    }

    #[test]
    fn defect_28_the_config_folder_moves_and_its_tilde_is_not_expanded() {
        let (home, stack) = stack(
            &[("CLAUDE_CONFIG_DIR", "~/x")],
            &[("repo/below/~/x/settings.json", "{\"model\":\"m\"}")],
        );
        let model = stack.effective_top("model").unwrap();
        assert!(
            model
                .source
                .is(&home.path().join("repo/below/~/x/settings.json"))
        );
    }

    #[test]
    fn defect_36_the_present_configuration_is_what_counts_however_spelt() {
        let config =
            |vars: &[(&str, &str)], files: &[(&str, &str)]| stack(vars, files).1.current_config();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(config(&[], &[]), None);
        assert_eq!(
            config(
                &[],
                &[(
                    USER,
                    "{\"env\":{\"CLAUDE_CODE_USE_BEDROCK\":0,\"AWS_PROFILE\":\"p\"}}"
                )]
            ),
            None
        );
        let text = r#"{"env":{"CLAUDE_CODE_USE_BEDROCK":true,"AWS_PROFILE":7,"AWS_REGION":""},"model":"opus"}"#;
        let found = config(&[], &[(USER, text)]).unwrap();
        assert_eq!(
            (found.profile, found.region, found.model),
            (some("7"), None, some("opus"))
        );
        let shell = [
            ("CLAUDE_CODE_USE_BEDROCK", "yes"),
            ("AWS_PROFILE", "dev"),
            ("ANTHROPIC_MODEL", "m"),
        ];
        let found = config(&shell, &[(PROJECT, "{\"env\":{\"AWS_PROFILE\":\"prod\"}}")]).unwrap();
        assert_eq!((found.profile, found.model), (some("prod"), some("m")));
        let off = config(
            &shell,
            &[(USER, "{\"env\":{\"CLAUDE_CODE_USE_BEDROCK\":\"\"}}")],
        );
        assert_eq!(off, None);
    }
}
