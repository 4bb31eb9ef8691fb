//! Claude Code's settings: files it drops, switches, and values that defeat one another.

use super::check::{Finding, Test, fail, ok, skipped, warn};
use crate::claude::keys;
use crate::claude::settings::{Scope, Source, config_dir};
use crate::commands::facts::{Access, Facts, Origin};
use crate::env::Env;
use crate::file;
use crate::json_edit::Kind;
use crate::report::escape;

pub(super) const TESTS: &[Test] = &[
    ("SETTINGS_INVALID", files_are_read),
    ("PROVIDER_MANAGED_BY_HOST", no_host_decides),
    ("NOT_CONFIGURED", bedrock_is_on),
    ("MODEL_LEFT_BEHIND", nothing_is_left_behind),
    ("OTHER_PROVIDER_ON", no_other_provider),
    ("SETTING_OVERRIDDEN", nothing_overrides),
    ("SETTING_NOT_A_STRING", variables_are_strings),
    ("SETTING_MISPLACED", keys_are_in_their_place),
    ("REQUESTS_UNSIGNED", unsigned_has_a_gateway),
    ("BEARER_TOKEN_WINS", no_token_beside_the_profile),
    ("CAPS_LOW", caps_leave_room),
];

/// Those that do not concern the configuration in use.
pub(super) const FURTHER: &[Test] = &[
    ("HOME_LOCAL_SETTINGS", no_local_file_at_home),
    ("CONFIG_DIR_TILDE", config_dir_has_no_tilde),
    ("CONFIG_DIR_IN_SETTINGS", config_dir_is_not_in_settings),
    ("SHELL_DIFFERS", shell_agrees),
    ("SECRETS_READABLE_BY_OTHERS", secrets_are_private),
];

fn files_are_read(facts: &Facts) -> Finding {
    let Some((layer, error)) = facts.stack.dropped().next() else {
        let count = facts.stack.documents().count();
        return ok(format!(
            "Claude Code reads {}",
            crate::commands::layout::count(count, "settings file")
        ));
    };
    let effect = match layer.scope {
        Scope::Managed => "Claude Code does not start because of",
        _ => "Claude Code drops all of",
    };
    let mut place = facts.env.tilde(&layer.path);
    if let Some(at) = &error.at {
        for number in [at.line, at.column].into_iter().flatten() {
            place.push_str(&format!(":{number}"));
        }
    }
    let message = format!("{effect} {place}: {}", error.message);
    // What the other files configure works without it.
    let finding = if facts.on && layer.scope != Scope::Managed {
        warn(message)
    } else {
        fail(message)
    };
    match &error.suggestion {
        Some(step) => finding.remedy(step),
        None => finding,
    }
}

fn no_host_decides(facts: &Facts) -> Finding {
    match facts.variable("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST") {
        Some(_) => fail("the program that Claude Code runs in decides on the provider, and settings files do not")
            .remedy("configure Bedrock in that program, or start `claude` in a terminal"),
        None => ok("no other program decides on the provider"),
    }
}

fn bedrock_is_on(facts: &Facts) -> Finding {
    if facts.on {
        return ok("Claude Code uses Amazon Bedrock");
    }
    let Some(switch) = facts.stack.effective_env("CLAUDE_CODE_USE_BEDROCK") else {
        if facts.stack.dropped().next().is_some() {
            return skipped("the settings cannot be read");
        }
        return fail("Claude Code is not set up for Amazon Bedrock").remedy("claude-bedrock setup");
    };
    let (message, step) = switched_off(switch.source.clone(), &switch.value, facts.env);
    fail(message)
        .code(BEDROCK_SWITCHED_OFF)
        .remedy(if switch.source.scope() == Some(Scope::User) {
            facts.command(None) + " setup"
        } else {
            step
        })
}

/// The code of a switch that is there and off.
pub const BEDROCK_SWITCHED_OFF: &str = "BEDROCK_SWITCHED_OFF";

/// What to say of it, and how to take it out.
pub fn switched_off(source: Source, value: &str, env: &Env) -> (String, String) {
    const SWITCH: &str = "CLAUDE_CODE_USE_BEDROCK";
    let origin = Origin::Setting(source, SWITCH);
    let value = match value {
        "" => "empty",
        value => value,
    };
    let message = format!(
        "Bedrock is switched off: `{SWITCH}` is {} ({})",
        escape(value),
        origin.words()
    );
    (message, origin.take_out(SWITCH, env))
}

/// Ids of Bedrock are unknown to the Anthropic API, which answers with "model not found".
fn nothing_is_left_behind(facts: &Facts) -> Finding {
    let switch = facts.stack.effective_env("CLAUDE_CODE_USE_BEDROCK");
    let hidden = switch.is_some_and(|switch| {
        let on = |(_, value): (_, &String)| keys::is_on(value);
        switch.every().any(on)
    });
    if facts.on || hidden {
        return skipped("Bedrock is on, or a stronger file switches it off");
    }
    let values = facts
        .model
        .iter()
        .chain(facts.pins.iter().map(|(_, pin)| pin));
    let left = values
        .filter_map(|value| Some((value, value.key()?)))
        .find(|(value, _)| crate::claude::models::names_bedrock_model(&value.value));
    match left {
        Some((value, key)) => warn(format!(
            "Bedrock is off, and `{key}` still names a model on Bedrock: {}",
            value.value
        ))
        .at_key(settings_key(key))
        .remedy(match value.scope() {
            None | Some(Scope::Managed) => value.origin.take_out(key, facts.env),
            scope => facts.command(scope) + " doctor --fix",
        }),
        None => ok("no model of Bedrock is left behind"),
    }
}

/// The key as [`keys::Key::name`] spells it.
pub fn settings_key(key: &str) -> String {
    let known = keys::KEYS
        .iter()
        .find(|known| known.path.last() == Some(&key));
    known.map_or_else(|| key.to_owned(), keys::Key::name)
}

fn no_other_provider(facts: &Facts) -> Finding {
    let mut providers = keys::OTHER_PROVIDERS.iter().filter_map(|name| {
        let found = facts.stack.effective_env(name)?;
        keys::is_on(&found.value).then_some((name, found.source))
    });
    match providers.next() {
        Some((name, source)) => {
            let origin = Origin::Setting(source, "");
            let effect = if facts.on {
                "; Bedrock wins, until it is switched off"
            } else {
                ""
            };
            warn(format!(
                "another provider is on: `{name}` ({}){effect}",
                origin.place(facts.env)
            ))
            .remedy(origin.take_out(name, facts.env))
        }
        None => ok("no other provider is on"),
    }
}

/// What the user wrote and a stronger file hides.
fn nothing_overrides(facts: &Facts) -> Finding {
    let values = [&facts.profile, &facts.model].into_iter().flatten();
    let hidden = values.chain([&facts.region.used]).find_map(|value| {
        let theirs = value.differing().find(|(origin, _)| {
            matches!(origin, Origin::Setting(source, key)
                if source.scope() == Some(Scope::User) && Some(*key) == value.key())
        })?;
        Some((value, &theirs.1))
    });
    let Some((value, theirs)) = hidden.filter(|_| facts.on) else {
        return ok("nothing overrides your settings");
    };
    let name = value.key().unwrap_or_default();
    let finding = warn(format!(
        "`{name}` is {} {}, and {theirs} in your own settings does not count",
        value.value,
        match value.scope() {
            Some(Scope::Managed) => "by your organization".to_owned(),
            _ => format!("in {}", value.origin.place(facts.env)),
        }
    ));
    finding.remedy(value.origin.take_out(name, facts.env))
}

/// Claude Code turns numbers and booleans into text; of `null` and objects nothing useful comes.
fn variables_are_strings(facts: &Facts) -> Finding {
    for (layer, document) in facts.stack.documents() {
        for key in keys::KEYS {
            let kind = document.kind(key.path);
            let is_text = |kind| {
                let also = matches!(kind, Kind::Number | Kind::Boolean) && key.path.len() == 2;
                also || matches!(kind, Kind::String)
            };
            if let Some(kind) = kind.filter(|kind| !is_text(*kind)) {
                let path = facts.env.tilde(&layer.path);
                return warn(format!(
                    "`{}` in {path} is {}, not a text",
                    key.name(),
                    kind.name()
                ))
                .remedy(
                    if [keys::USE_BEDROCK, keys::SKIP_AUTH].contains(&key.path) {
                        format!("write \"1\" to switch it on in {path}, or take it out")
                    } else {
                        format!("write a value in quotes in {path}, or take it out")
                    },
                );
            }
        }
    }
    ok("every value is a text")
}

/// Variables stand in `env`, the others beside it; elsewhere Claude Code passes over them without a word.
fn keys_are_in_their_place(facts: &Facts) -> Finding {
    for (layer, document) in facts.stack.documents() {
        for key in keys::KEYS {
            let (wrong, right) = match key.path {
                // A variable of that name may be somebody else's.
                ["model"] => continue,
                ["env", name] => (&[*name][..], "in `env`"),
                [name] => (&["env", name][..], "beside `env`, not in it"),
                _ => continue,
            };
            if document.kind(wrong).is_some() {
                let path = facts.env.tilde(&layer.path);
                return warn(format!(
                    "`{}` in {path} has no effect: it is in the wrong place",
                    wrong.join(".")
                ))
                .remedy(format!("write it {right}"));
            }
        }
    }
    ok("every setting is in its place")
}

fn unsigned_has_a_gateway(facts: &Facts) -> Finding {
    let gateway = facts.variable("ANTHROPIC_BEDROCK_BASE_URL").is_some();
    match facts.access {
        Access::Unsigned if !gateway => {
            fail("requests go out unsigned (`CLAUDE_CODE_SKIP_BEDROCK_AUTH`) to AWS itself, which refuses them")
                .remedy(format!("take `CLAUDE_CODE_SKIP_BEDROCK_AUTH` out, or name the gateway: {}", facts.apply_again("--base-url URL")))
        }
        Access::Unsigned => ok("a gateway signs the requests"),
        _ => ok("requests are signed"),
    }
}

fn no_token_beside_the_profile(facts: &Facts) -> Finding {
    match (&facts.access, &facts.profile) {
        (Access::BearerToken(origin), Some(profile)) if facts.on => warn(format!(
            "a Bedrock API key ({}) is used in place of the profile `{}`",
            origin.words(),
            profile.value
        ))
        .remedy(format!(
            "take `AWS_BEARER_TOKEN_BEDROCK` out of {} to use the profile",
            origin.place(facts.env)
        )),
        _ => ok("no API key takes the profile's place"),
    }
}

/// Old advice for Bedrock, which cuts long answers short.
fn caps_leave_room(facts: &Facts) -> Finding {
    const LEAST: u64 = 8_192;
    let output = facts.variable("CLAUDE_CODE_MAX_OUTPUT_TOKENS");
    let low = output.filter(|cap| cap.value.parse().is_ok_and(|cap: u64| cap < LEAST));
    match low {
        Some(cap) if facts.on => warn(format!(
            "answers are cut off after {} tokens (`CLAUDE_CODE_MAX_OUTPUT_TOKENS`, {})",
            cap.value,
            cap.origin.place(facts.env)
        ))
        .remedy("see what to set instead: claude-bedrock inference-config --help"),
        _ => ok("no cap cuts answers short"),
    }
}

/// `settings.local.json` is a file of projects; in the user's folder nobody reads it.
fn no_local_file_at_home(facts: &Facts) -> Finding {
    let path = config_dir(facts.env).join("settings.local.json");
    let read = facts.stack.layers.iter().any(|layer| layer.path == path);
    if read || !matches!(file::read(&path), Ok(Some(_))) {
        return ok("no settings stand where nobody reads them");
    }
    warn(format!(
        "Claude Code never reads {}",
        facts.env.tilde(&path)
    ))
    .remedy("move its settings into settings.json beside it")
}

fn config_dir_has_no_tilde(facts: &Facts) -> Finding {
    match facts.env.var("CLAUDE_CONFIG_DIR") {
        Some(path) if path.starts_with('~') => warn(format!(
            "`CLAUDE_CONFIG_DIR` is {path}, and Claude Code takes the ~ for a folder of that name"
        ))
        .remedy("write the path in full"),
        _ => ok("the settings folder has a full path"),
    }
}

fn config_dir_is_not_in_settings(facts: &Facts) -> Finding {
    let mut documents = facts.stack.documents();
    let found = documents.find(|(_, file)| file.kind(&["env", "CLAUDE_CONFIG_DIR"]).is_some());
    match found {
        Some((layer, _)) => {
            let path = facts.env.tilde(&layer.path);
            warn(format!(
                "`CLAUDE_CONFIG_DIR` in {path} has no effect: it is read too late"
            ))
            .remedy("set it in the shell that starts Claude Code")
        }
        None => ok("`CLAUDE_CONFIG_DIR` stands in no settings file"),
    }
}

/// Claude Code goes by its settings; whoever tries `aws` beside it goes by the shell.
fn shell_agrees(facts: &Facts) -> Finding {
    let values = [facts.profile.as_ref(), Some(&facts.region.used)];
    let differs = values.into_iter().flatten().find_map(|value| {
        let name = value.key()?;
        let shell = facts.shell(name)?;
        (shell != value.value && facts.on).then_some((name, shell, &value.value))
    });
    match differs {
        Some((name, shell, ours)) => warn(format!(
            "`{name}` is {shell} in this shell and {ours} in Claude Code"
        ))
        .remedy(format!("unset {name}")),
        None => ok("the shell agrees with the settings"),
    }
}

fn secrets_are_private(facts: &Facts) -> Finding {
    const SECRETS: &[&str] = &["AWS_BEARER_TOKEN_BEDROCK", "AWS_SECRET_ACCESS_KEY"];
    let open = facts.stack.documents().find(|(layer, document)| {
        let secret = SECRETS
            .iter()
            .any(|name| document.kind(&["env", name]).is_some());
        secret && is_open(facts, &layer.path)
    });
    if cfg!(not(unix)) && open.is_some() {
        return skipped("a settings file outside your own folder holds a secret");
    }
    match open {
        Some((layer, _)) => {
            let path = facts.env.tilde(&layer.path);
            warn(format!(
                "{path} holds a secret, and others on this machine can read it"
            ))
            .remedy(format!("chmod 600 {path}"))
        }
        None => ok("no secret lies open in the settings"),
    }
}

#[cfg(unix)]
fn is_open(_facts: &Facts, path: &std::path::Path) -> bool {
    super::is_open_to_others(path)
}

/// Windows keeps what is in a user's folder to that user.
#[cfg(not(unix))]
fn is_open(facts: &Facts, path: &std::path::Path) -> bool {
    !path.starts_with(&facts.env.home)
}
