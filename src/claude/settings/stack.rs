//! All the settings that count together, and which of them wins for each value.

use std::path::PathBuf;

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
        let mut layers = Vec::new();
        match managed_files(env) {
            Ok(paths) => layers.extend(
                paths
                    .into_iter()
                    .map(|path| load_layer(Scope::Managed, path)),
            ),
            Err(error) => layers.push(Layer {
                scope: Scope::Managed,
                path: settings_path(env, Scope::Managed),
                state: State::Dropped(error),
            }),
        }
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
