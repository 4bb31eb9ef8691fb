//! What around the edited file would defeat the configuration: stronger files, the shell, other providers.

use std::path::Path;

use super::{Change, ModelIn, Refresh, Wishes, bedrock_models_at, holds_model_of_elsewhere};
use crate::claude::keys::{self, Claim, KEYS};
use crate::claude::models::fits_region;
use crate::claude::settings::{Scope, Source, Stack};
use crate::hash::NameSet;
use crate::report::{Warning, without_password};

/// What would defeat `wishes` once they are written to the file `target`. The stack is the one before, and `changes` is
/// what the edit does to the file.
pub fn find_obstacles(
    stack: &Stack,
    wishes: &Wishes,
    target: &Path,
    changes: &[Change],
) -> Vec<Warning> {
    let mut warnings = find_surroundings(stack);
    let mut wanted: Vec<(&str, Option<&str>)> = vec![
        ("CLAUDE_CODE_USE_BEDROCK", Some("1")),
        ("AWS_PROFILE", wishes.profile.as_deref()),
        ("AWS_REGION", Some(&wishes.region)),
    ];
    let in_env = wishes.model_in == ModelIn::Env;
    if wishes.model.is_some() {
        let model = wishes.model.as_deref().filter(|_| in_env);
        wanted.push(("ANTHROPIC_MODEL", model));
    }
    for (key, model) in &wishes.pins {
        wanted.extend(key.last().map(|name| (*name, Some(model.as_str()))));
    }
    if let Some(url) = wishes.base_url.as_deref() {
        wanted.push(("ANTHROPIC_BEDROCK_BASE_URL", Some(url)));
    }
    for (name, value) in wanted {
        warnings.extend(rival_of_variable(stack, name, value, target));
    }
    let mut wanted = Vec::new();
    if let (Some(model), false) = (&wishes.model, in_env) {
        wanted.push(("model", Some(model.as_str())));
    }
    if let Refresh::Write(command) = &wishes.refresh {
        wanted.push(("awsAuthRefresh", Some(command)));
    }
    wanted.push(("awsCredentialExport", wishes.credential_export.as_deref()));
    for (name, value) in wanted {
        warnings.extend(rival_of_member(stack, name, value, target));
    }
    let left = |name| value_after(stack, name, target, changes);
    if wishes.base_url.is_none() {
        warnings.extend(left("ANTHROPIC_BEDROCK_BASE_URL").and_then(other_endpoint));
    }
    let unsigned = left("CLAUDE_CODE_SKIP_BEDROCK_AUTH");
    let unsigned = if wishes.skip_auth {
        // Bedrock itself refuses them all.
        let gateway = left("ANTHROPIC_BEDROCK_BASE_URL").filter(|(_, url)| !url.is_empty());
        wishes.base_url.is_none() && gateway.is_none()
    } else {
        unsigned.is_some_and(|(_, value)| keys::is_on(&value))
    };
    if unsigned {
        let message = "`CLAUDE_CODE_SKIP_BEDROCK_AUTH` is on, so requests go out unsigned";
        let step = if wishes.skip_auth {
            "name the gateway that signs them with --base-url, or leave --skip-auth out"
        } else {
            "take it out unless a gateway signs for you"
        };
        warnings.push(Warning::new("REQUESTS_UNSIGNED", message).suggest(step));
    }
    warnings.extend(find_stale_models(stack, &wishes.region, Some(target)));
    warnings.extend(find_stale_others(stack, &wishes.region));
    if let Some(model) = &wishes.model {
        warnings.extend(not_available(stack, model));
    }
    warnings
}

/// What defeats Bedrock whatever is wished for: files that Claude Code drops, a bearer token, another provider, a host
/// program that decides.
pub fn find_surroundings(stack: &Stack) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (layer, error) in stack.dropped() {
        let effect = match layer.scope {
            Scope::Managed => "Claude Code does not start",
            _ => "Claude Code drops the whole file",
        };
        let place = error.at.as_ref().and_then(|at| at.line);
        let place = place.map_or_else(String::new, |line| format!(" line {line}"));
        let message = format!(
            "{effect}: {}{place}: {}",
            layer.path.display(),
            error.message
        );
        let mut warning = Warning::new("SETTINGS_INVALID", message);
        warning.suggestion.clone_from(&error.suggestion);
        warnings.push(warning);
    }
    let nonempty = |name| {
        stack
            .effective_env(name)
            .filter(|value| !value.value.is_empty())
    };
    if let Some(token) = nonempty("AWS_BEARER_TOKEN_BEDROCK") {
        let message = format!(
            "a Bedrock API key (`AWS_BEARER_TOKEN_BEDROCK`, {}) is used in place of the profile",
            place(&token.source)
        );
        warnings.push(
            Warning::new("BEARER_TOKEN_WINS", message)
                .suggest("take the key out to use the profile"),
        );
    }
    for name in keys::OTHER_PROVIDERS {
        if let Some(value) = stack
            .effective_env(name)
            .filter(|value| keys::is_on(&value.value))
        {
            let message = format!(
                "another provider is on too: `{name}` ({})",
                place(&value.source)
            );
            let step = format!("take `{name}` out; Bedrock wins, but what is meant is not clear");
            warnings.push(Warning::new("OTHER_PROVIDER_ON", message).suggest(step));
        }
    }
    if nonempty("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST").is_some() {
        let message = "the program that Claude Code runs in decides on the provider, and settings files do not";
        let warning = Warning::new("PROVIDER_MANAGED_BY_HOST", message);
        warnings.push(
            warning.suggest("configure Bedrock in that program, or start `claude` in a terminal"),
        );
    }
    warnings
}

/// Models that count and take no requests from `region`; those in the file `except` do not matter.
pub fn find_stale_models(stack: &Stack, region: &str, except: Option<&Path>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for key in KEYS {
        if key.claim != Claim::BedrockModel && key.path != keys::ENV_MODEL {
            continue;
        }
        let mut documents = stack.documents();
        let Some((layer, document)) =
            documents.find(|(_, document)| document.kind(key.path).is_some())
        else {
            continue;
        };
        if except != Some(layer.path.as_path())
            && holds_model_of_elsewhere(document, key.path, region)
        {
            let message = format!(
                "`{}` in {} names a model that takes no requests from {region}",
                key.name(),
                layer.path.display()
            );
            warnings.push(
                Warning::new("STALE_MODEL", message)
                    .suggest(format!("take `{}` out there", key.name())),
            );
        }
    }
    warnings
}

/// Models beside the main one and the pins that take no requests from `region`.
pub fn find_stale_others(stack: &Stack, region: &str) -> Vec<Warning> {
    let [subagents, fallback, _] = keys::OTHER_MODELS;
    let mut paths = vec![subagents.to_vec(), fallback.to_vec()];
    let of_layers = stack
        .documents()
        .flat_map(|(_, document)| document.names(&[keys::OVERRIDES]));
    let mut overridden: Vec<String> = of_layers.collect();
    let mut seen = NameSet::default();
    overridden.retain(|model| seen.insert(model.clone()));
    paths.extend(overridden.iter().map(|model| vec![keys::OVERRIDES, model]));
    let found = paths.iter().filter_map(|path| {
        let mut documents = stack.documents();
        let (layer, document) = documents.find(|(_, document)| document.kind(path).is_some())?;
        let models = bedrock_models_at(document, path);
        let stale = models.iter().find(|model| !fits_region(model, region))?;
        let name = path.join(".");
        let message = format!(
            "`{name}` in {} names {stale}, which takes no requests from {region}",
            layer.path.display()
        );
        let step = format!("write one there that does, or take `{name}` out");
        Some(Warning::new("STALE_MODEL", message).suggest(step))
    });
    found.collect()
}

/// A stronger file that sets the variable otherwise, or a shell that does. `wanted` is what the target will hold; with
/// `None` the variable has to be unset everywhere.
fn rival_of_variable(
    stack: &Stack,
    name: &str,
    wanted: Option<&str>,
    target: &Path,
) -> Option<Warning> {
    let found = stack.effective_env(name)?;
    let Some(wanted) = wanted else {
        let (source, value) = found.every().find(|(source, value)| {
            // A profile switches the export command off only where it is managed.
            let counts = name != "AWS_PROFILE" || source.scope() == Some(Scope::Managed);
            counts && !source.is(target) && !value.is_empty()
        })?;
        return Some(overridden(name, value, source));
    };
    let same = |value: &str| value == wanted || (wanted == "1" && keys::is_on(value));
    if let Some((source, value)) = found
        .every()
        .find(|(source, _)| stronger(stack, source, target))
    {
        return (!same(value)).then(|| overridden(name, value, source));
    }
    // Claude Code goes by the file. But whoever tries `aws` beside it is misled.
    let (_, value) = found
        .every()
        .find(|(source, _)| **source == Source::Shell)?;
    let misleads = name.starts_with("AWS_") && !value.is_empty() && !same(value);
    let message = format!(
        "`{name}` is {value} in this shell: Claude Code goes by its settings, other programs by the shell"
    );
    misleads.then(|| Warning::new("SHELL_DIFFERS", message).suggest(format!("unset {name}")))
}

/// The same for a member at the root, which the shell cannot hold.
fn rival_of_member(
    stack: &Stack,
    name: &str,
    wanted: Option<&str>,
    target: &Path,
) -> Option<Warning> {
    let found = stack.effective_top(name)?;
    let (source, value) = found.every().find(|(source, _)| match wanted {
        Some(_) => stronger(stack, source, target),
        None => !source.is(target),
    })?;
    let value = value.as_str().unwrap_or_default();
    (wanted.unwrap_or_default() != value).then(|| overridden(name, value, source))
}

/// Whether a value there beats one in `target`. A file given by `--settings` is beaten by managed ones alone.
fn stronger(stack: &Stack, source: &Source, target: &Path) -> bool {
    let at = |path: &Path| stack.layers.iter().position(|layer| layer.path == path);
    match (source, at(target)) {
        (Source::Shell, _) => false,
        (Source::File(scope, _), None) => *scope == Scope::Managed,
        (Source::File(_, path), place) => at(path) < place,
    }
}

fn overridden(name: &str, value: &str, source: &Source) -> Warning {
    let value = match value {
        "" => "empty".to_owned(),
        url if url.contains("://") => without_password(url),
        value => value.to_owned(),
    };
    let message = format!(
        "`{name}` is {value} in {}, which counts instead",
        place(source)
    );
    let step = match source {
        Source::File(Scope::Managed, _) => "ask whoever manages this machine".to_owned(),
        Source::File(..) => format!("take `{name}` out there"),
        Source::Shell => format!("unset {name}"),
    };
    Warning::new("SETTING_OVERRIDDEN", message).suggest(step)
}

/// The variable as it will count: the edit may change it in the target, or take it out there.
fn value_after(
    stack: &Stack,
    name: &str,
    target: &Path,
    changes: &[Change],
) -> Option<(Source, String)> {
    let edited = changes
        .iter()
        .find(|change| change.key.strip_prefix("env.") == Some(name));
    let found = stack.effective_env(name)?;
    found.every().find_map(|(source, value)| {
        let value = match edited.filter(|_| source.is(target)) {
            Some(change) => change.after.as_ref()?.as_str().unwrap_or_default(),
            None => value,
        };
        Some((source.clone(), value.to_owned()))
    })
}

fn other_endpoint((source, url): (Source, String)) -> Option<Warning> {
    let message = format!(
        "requests go to {} (`ANTHROPIC_BEDROCK_BASE_URL`, {})",
        without_password(&url),
        place(&source)
    );
    (!url.is_empty()).then(|| {
        Warning::new("OTHER_ENDPOINT", message).suggest("take it out to reach Bedrock itself")
    })
}

/// An administrator's list of models replaces a choice that is not on it. It may name families and parts of ids.
pub fn not_available(stack: &Stack, model: &str) -> Option<Warning> {
    let list = stack.effective_top("availableModels")?;
    let entries = list.value.as_array()?;
    let listed = entries
        .iter()
        .any(|entry| entry.as_str().is_some_and(|entry| model.contains(entry)));
    let message = format!(
        "{model} is not among `availableModels` in {}",
        place(&list.source)
    );
    let step = match list.source.scope() {
        _ if !entries.is_empty() => "choose a model of that list",
        Some(Scope::Managed) => "ask whoever manages this machine: the list is empty",
        _ => "add it there, or take `availableModels` out: the list is empty",
    };
    (!listed).then(|| Warning::new("MODEL_NOT_ALLOWED", message).suggest(step))
}

fn place(source: &Source) -> String {
    match source {
        Source::File(Scope::Managed, path) => format!("the managed settings {}", path.display()),
        Source::File(_, path) => path.display().to_string(),
        Source::Shell => "the shell".to_owned(),
    }
}

#[cfg(test)]
mod tests;
