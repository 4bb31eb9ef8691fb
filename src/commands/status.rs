//! `status`: what is configured, where each value comes from, and what would stop Claude Code from working.

use serde::Serialize;

use crate::aws::credentials::{Kind, Status as CredentialStatus};
use crate::claude::keys;
use crate::commands::doctor::{self, State};
use crate::commands::facts::{Facts, Sourced};
use crate::commands::layout::{Mark, Row, bullet, heading, rows};
use crate::commands::usage::arguments;
use crate::commands::{Context, Options, session};
use crate::env::{Env, LocalTime};
use crate::error::Result;
use crate::report::{Look, Report, Tint, Warning, document, fold, without_password};
use crate::time::format_timestamp;

arguments! {
    /// Show what is configured, where each value comes from, and whether it can work
    ///
    /// Reads files and starts nothing. Exits with 0 when Claude Code can work with Bedrock, else with 1.
    pub struct Status = "status" {
    }
}

/// The `data` of the answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusReport {
    /// Whether Bedrock is on.
    configured: bool,
    /// Whether nothing is known to stop it.
    works: bool,
    profile: Option<Sourced>,
    region: Option<Sourced>,
    model: Option<Sourced>,
    pins: Vec<Pin>,
    refresh: Option<Sourced>,
    export: Option<Sourced>,
    /// `ANTHROPIC_BEDROCK_BASE_URL`, without a password in it.
    endpoint: Option<Sourced>,
    /// `CLAUDE_CODE_SKIP_BEDROCK_AUTH`, where it is on.
    unsigned: Option<Sourced>,
    credentials: Option<CredentialsInUse>,
    session: Option<Session>,
    settings: Vec<SettingsFile>,
    inside_claude_code: bool,
    /// What stops Claude Code, worst first.
    problems: Vec<Warning>,
    /// What will surprise.
    warnings: Vec<Warning>,
}

/// What a family's name means.
#[derive(Serialize)]
struct Pin {
    family: &'static str,
    model: Sourced,
}

/// What signs the requests.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CredentialsInUse {
    from: &'static str,
    profile: Option<String>,
    kind: Option<Kind>,
    status: Option<CredentialStatus>,
    account: Option<String>,
    role: Option<String>,
    sso_session: Option<String>,
    source: Option<String>,
}

/// How long they last.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    text: String,
    expires: Option<String>,
    expires_local: Option<String>,
    renewable_until: Option<String>,
}

/// A settings file that counts.
#[derive(Serialize)]
struct SettingsFile {
    source: &'static str,
    path: String,
    #[serde(skip)]
    shown: String,
}

/// The problem that the headline tells.
const NOT_CONFIGURED: &str = "NOT_CONFIGURED";

/// Gathers the facts and judges them. What cannot be read is part of the answer.
fn gather(env: &Env, options: &Options) -> StatusReport {
    let facts = Facts::gather(env, options);
    let checks = doctor::examine(&facts);
    let of = |state: State| -> Vec<Warning> {
        let found = doctor::Group::WORST_FIRST.iter().flat_map(|group| {
            let of_group = |check: &&doctor::Check| check.group == *group && check.state == state;
            checks.iter().filter(of_group)
        });
        found.map(doctor::Check::warning).collect()
    };
    let problems = of(State::Fail);
    let warnings = of(State::Warn);
    let on = facts.on;
    let files = facts.stack.documents().map(|(layer, _)| SettingsFile {
        source: layer.scope.as_str(),
        path: layer.path.display().to_string(),
        shown: env.tilde(&layer.path),
    });
    let endpoint = facts.variable("ANTHROPIC_BEDROCK_BASE_URL").filter(|_| on);
    let unsigned = facts.variable("CLAUDE_CODE_SKIP_BEDROCK_AUTH");
    StatusReport {
        endpoint: endpoint.map(|mut url| {
            let hidden = url.shadows.iter_mut().map(|(_, value)| value);
            for value in hidden.chain([&mut url.value]) {
                *value = without_password(value);
            }
            url
        }),
        unsigned: unsigned.filter(|switch| on && keys::is_on(&switch.value)),
        configured: on,
        works: on && problems.is_empty(),
        credentials: on.then(|| CredentialsInUse::new(&facts)),
        session: on.then(|| Session::new(&facts)),
        settings: files.collect(),
        inside_claude_code: !facts.stack.counts_shell(),
        problems,
        warnings,
        profile: facts.profile.filter(|_| on),
        region: on.then_some(facts.region.used),
        model: facts.model.filter(|_| on),
        pins: facts
            .pins
            .into_iter()
            .filter(|_| on)
            .map(|(family, model)| Pin {
                family: family.word(),
                model,
            })
            .collect(),
        refresh: facts.refresh.filter(|_| on),
        export: facts.export.filter(|_| on),
    }
}

impl CredentialsInUse {
    fn new(facts: &Facts) -> Self {
        let found = facts.credentials.as_ref();
        CredentialsInUse {
            from: facts.access.as_str(),
            profile: facts
                .access
                .profile()
                .filter(|_| found.is_some())
                .map(str::to_owned),
            kind: found.map(|found| found.kind),
            status: found.map(|found| found.status),
            account: found.and_then(|found| found.account.clone()),
            role: found.and_then(|found| found.role.clone()),
            sso_session: found.and_then(|found| found.sso_session.clone()),
            source: found.and_then(|found| found.source.clone()),
        }
    }
}

impl Session {
    fn new(facts: &Facts) -> Self {
        let found = facts.credentials.as_ref();
        let expires = found.and_then(|found| found.expires);
        Session {
            text: session::words(facts),
            expires: expires.map(format_timestamp),
            expires_local: expires.map(|at| LocalTime::of(at).to_string()),
            renewable_until: found
                .and_then(|found| found.renewable_until)
                .map(format_timestamp),
        }
    }
}

impl Status {
    /// Gathers and judges.
    ///
    /// # Errors
    /// None: what cannot be read is part of the answer.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        Ok(Box::new(gather(context.env, context.options)))
    }
}

impl StatusReport {
    fn headline(&self) -> &'static str {
        let has = |code| self.problems.iter().any(|problem| problem.code == code);
        match (self.configured, self.works) {
            (true, true) => "Claude Code uses Amazon Bedrock.",
            (true, false) => "Claude Code is set up for Amazon Bedrock, and cannot work.",
            (false, _) if has("SETTINGS_INVALID") => "Claude Code cannot read its settings.",
            (false, _) if has(NOT_CONFIGURED) => {
                "Claude Code is not set up for Amazon Bedrock. To set it up:"
            }
            (false, _) => "Claude Code does not use Amazon Bedrock.",
        }
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        match (&self.profile, &self.credentials) {
            (Some(profile), _) => rows.push(row("Profile", profile)),
            (None, Some(found)) if found.from == "default" && found.profile.is_some() => {
                rows.push(Row::new("Profile", "default").note("nothing names another"));
            }
            _ => {}
        }
        if let Some(found) = &self.credentials {
            let mut identity: Vec<String> = Vec::new();
            if found.profile.as_ref() != self.profile.as_ref().map(|profile| &profile.value)
                && found.from == "export"
            {
                identity.extend(found.profile.iter().map(|name| format!("profile {name}")));
            }
            identity.extend(
                found
                    .account
                    .iter()
                    .map(|account| format!("account {account}")),
            );
            identity.extend(found.role.iter().map(|role| {
                let name = role.rsplit('/').next().unwrap_or(role);
                format!("role {name}")
            }));
            identity.extend(
                found
                    .source
                    .iter()
                    .map(|source| format!("by way of {source}")),
            );
            if !identity.is_empty() {
                rows.push(Row::new("Identity", &identity.join(", ")));
            }
        }
        if let Some(session) = &self.session {
            rows.push(Row::new("Session", &session.text));
        }
        if let Some(region) = &self.region {
            rows.push(row("Region", region));
        }
        if let Some(endpoint) = &self.endpoint {
            rows.push(row("Endpoint", endpoint));
        }
        if let Some(unsigned) = &self.unsigned {
            rows.push(Row::new("Signing", "none").note(&unsigned.origin.words()));
        }
        match &self.model {
            Some(model) => rows.push(row("Model", model)),
            None => rows.push(Row::new("Model", "not chosen").note("Claude Code's default")),
        }
        for (number, pin) in self.pins.iter().enumerate() {
            let label = if number == 0 { "Pins" } else { "" };
            let value = format!("{} = {}", pin.family, pin.model.value);
            rows.push(Row::new(label, &value).note(&pin.model.origin.words()));
        }
        if let Some(refresh) = &self.refresh {
            rows.push(row("Refresh", refresh));
        } else if self.export.is_none() {
            rows.push(Row::new("Refresh", "none"));
        }
        if let Some(export) = &self.export {
            rows.push(row("Export", export));
        }
        for (number, file) in self.settings.iter().enumerate() {
            let label = if number == 0 { "Files" } else { "" };
            let note = match file.source {
                "managed" => "by your organization".to_owned(),
                source => format!("{source} settings"),
            };
            rows.push(Row::new(label, &file.shown).note(&note));
        }
        rows
    }
}

/// A value with its source and what it hides.
fn row(label: &str, value: &Sourced) -> Row {
    let mut row = Row::new(label, &value.value).note(&value.origin.words());
    let mut told: Vec<&str> = Vec::new();
    for (_, hidden) in value.differing() {
        if !told.contains(&hidden.as_str()) {
            told.push(hidden);
            let places = value.differing().filter(|(_, other)| other == hidden);
            let places: Vec<String> = places.map(|(origin, _)| origin.words()).collect();
            row = row.below(&format!("instead of {hidden} ({})", places.join(", ")));
        }
    }
    row
}

impl Report for StatusReport {
    fn json(&self) -> String {
        document(self)
    }

    fn exit(&self) -> u8 {
        u8::from(!self.works)
    }

    fn text(&self, look: &Look) -> String {
        let head = fold(self.headline(), look.width, 0);
        let mut out = format!("{}\n", look.tint(Tint::Bold, &head));
        let (first, problems): (Vec<_>, Vec<_>) = self
            .problems
            .iter()
            .partition(|problem| problem.code == NOT_CONFIGURED);
        for step in first
            .iter()
            .filter_map(|problem| problem.suggestion.as_ref())
        {
            out.push_str(&format!("  {step}\n"));
        }
        let warnings = self.warnings.iter().collect();
        if self.configured {
            out.push('\n');
            out.push_str(&rows(look, &self.rows()));
        }
        let lists = [
            ("What stops it", Mark::Bad, problems),
            ("Good to know", Mark::Warn, warnings),
        ];
        for (title, mark, list) in &lists {
            if !list.is_empty() {
                out.push_str(&heading(look, title));
            }
            for entry in list {
                out.push_str(&bullet(
                    look,
                    *mark,
                    &entry.message,
                    entry.suggestion.as_deref(),
                ));
            }
        }
        out
    }
}
