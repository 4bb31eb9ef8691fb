//! A value with the place it comes from and what it hides.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::claude::settings::{self, Scope, Source, Stack};
use crate::env::Env;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A settings file or the shell, with the name of the key there.
    Setting(Source, &'static str),
    /// A profile of the AWS files.
    AwsProfile(String),
    /// Claude Code's own choice.
    Default,
}

/// A value, where it comes from, and what it hides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced {
    /// The value that counts.
    pub value: String,
    /// Where it stands.
    pub origin: Origin,
    /// What it hides, strongest first.
    pub shadows: Vec<(Origin, String)>,
}

impl Sourced {
    /// Adds what this value hides.
    pub fn shadow(&mut self, other: Sourced) {
        self.shadows.push((other.origin, other.value));
        self.shadows.extend(other.shadows);
    }

    /// The scope of the file it stands in.
    pub fn scope(&self) -> Option<Scope> {
        match &self.origin {
            Origin::Setting(source, _) => source.scope(),
            _ => None,
        }
    }

    /// The key it stands at.
    pub fn key(&self) -> Option<&'static str> {
        match self.origin {
            Origin::Setting(_, key) => Some(key),
            _ => None,
        }
    }

    /// What it hides and differs from.
    pub fn differing(&self) -> impl Iterator<Item = &(Origin, String)> {
        self.shadows
            .iter()
            .filter(|(_, value)| *value != self.value)
    }
}

impl Origin {
    /// The word in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Origin::Setting(source, _) => source.as_str(),
            Origin::AwsProfile(_) => "aws-profile",
            Origin::Default => "default",
        }
    }

    /// The place in words.
    pub fn words(&self) -> String {
        match self {
            Origin::Setting(Source::Shell, _) => "this shell".to_owned(),
            Origin::Setting(Source::File(Scope::Managed, _), _) => {
                "by your organization".to_owned()
            }
            Origin::Setting(Source::File(scope, _), _) => format!("{} settings", scope.as_str()),
            Origin::AwsProfile(name) => format!("AWS profile {name}"),
            Origin::Default => "Claude Code's default".to_owned(),
        }
    }

    /// The place as somebody who has to go there needs it.
    pub fn place(&self, env: &Env) -> String {
        match self {
            Origin::Setting(Source::File(_, path), _) => env.tilde(path),
            other => other.words(),
        }
    }

    /// The step that takes what stands at `key` out.
    pub fn take_out(&self, key: &str, env: &Env) -> String {
        match self {
            Origin::Setting(Source::File(Scope::Managed, _), _) => {
                "ask whoever manages this machine".to_owned()
            }
            Origin::Setting(Source::Shell, _) => format!("unset {key}"),
            other => format!("take `{key}` out of {}", other.place(env)),
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Origin::Setting(Source::File(_, path), _) => Some(path.display().to_string()),
            _ => None,
        }
    }
}

/// `{value, source, path?, key?}`: members of a value and of each one that it hides.
struct Form<'a>(&'a Origin, &'a str, Option<&'a [(Origin, String)]>);

impl Serialize for Form<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Form(origin, value, shadows) = self;
        let mut out = to.serialize_struct("Value", 5)?;
        out.serialize_field("value", value)?;
        out.serialize_field("source", origin.as_str())?;
        if let Some(path) = origin.path() {
            out.serialize_field("path", &path)?;
        }
        match origin {
            Origin::Setting(_, key) => out.serialize_field("key", key)?,
            Origin::AwsProfile(name) => out.serialize_field("profile", name)?,
            Origin::Default => {}
        }
        if let Some(shadows) = shadows {
            let shadows: Vec<Form> = shadows
                .iter()
                .map(|(origin, value)| Form(origin, value, None))
                .collect();
            out.serialize_field("shadows", &shadows)?;
        }
        out.end()
    }
}

impl Serialize for Sourced {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Form(&self.origin, &self.value, Some(&self.shadows)).serialize(to)
    }
}

/// A variable as Claude Code has it; an empty one counts as unset, blanks around it do not count.
pub(super) fn variable(stack: &Stack, name: &'static str) -> Option<Sourced> {
    let found = stack.effective_env(name)?;
    found_text(found, name, Some)
}

/// A text at the root of the settings.
pub(super) fn member(stack: &Stack, name: &'static str) -> Option<Sourced> {
    let found = stack.effective_top(name)?;
    found_text(found, name, |value| Some(value.as_str()?.to_owned()))
}

fn found_text<T>(
    found: settings::Value<T>,
    key: &'static str,
    text: impl Fn(T) -> Option<String>,
) -> Option<Sourced> {
    let text = |value| Some(text(value)?.trim().to_owned()).filter(|text| !text.is_empty());
    let shadows = found.shadows.into_iter();
    Some(Sourced {
        value: text(found.value)?,
        origin: Origin::Setting(found.source, key),
        shadows: shadows
            .filter_map(|(source, value)| Some((Origin::Setting(source, key), text(value)?)))
            .collect(),
    })
}
