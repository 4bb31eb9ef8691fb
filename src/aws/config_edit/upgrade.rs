//! `sso upgrade`: a session that renews itself, and legacy profiles turned into profiles with a session.

use super::editor::Editor;
use super::{ACCESS_SCOPE, Edit, SCOPES, add, asks_to_renew, check, scopes_of};
use crate::aws::profiles::{AwsFile, AwsFiles, Profile, Section, SsoSession};
use crate::error::{Code, Error, Result};
use crate::ini::is_python_space;
use crate::report::Warning;
use crate::shell::quote;

/// What to upgrade.
#[derive(Clone, Debug, Default)]
pub struct Upgrade {
    /// A session to give the scope; or, beside a legacy profile, the session to make or use.
    pub session: Option<String>,
    /// A profile: its session gets the scope, or it gets a session.
    pub profile: Option<String>,
    /// Also every other legacy profile of the same portal.
    pub all: bool,
}

const URL: &str = "sso_start_url";
const REGION: &str = "sso_region";

/// Plans the upgrade. What needs none is left alone.
///
/// # Errors
/// `PROFILE_NOT_FOUND`; `PROFILE_INVALID` for a profile without SSO or with SSO settings in the credentials file;
/// `FILE_CONFLICT` for a session of another portal; `AWS_CONFIG_INVALID` for a file that botocore rejects.
pub fn plan_upgrade(config: AwsFile, credentials: AwsFile, wish: &Upgrade) -> Result<Edit> {
    let files = AwsFiles::parse(config, credentials)?;
    let bytes = files.config.bytes.as_deref().unwrap_or_default();
    let document = files.config.document("config")?;
    let mut plan = Plan {
        files: &files,
        editor: Editor::new(bytes, &document)?,
        converted: Vec::new(),
        warnings: Vec::new(),
    };
    let mut session = wish.session.clone();
    if let Some(name) = &wish.profile {
        let profile = files.require_profile(name)?;
        match (profile.text("sso_session"), &session) {
            (Some(own), Some(given)) if own != given => {
                let message = format!("the profile `{name}` uses the sso-session `{own}`");
                return Err(Error::new(Code::Usage, message).suggest("leave --session out"));
            }
            (Some(own), _) => session = Some(own.to_owned()),
            (None, _) => {
                let made = plan.convert(profile, session.as_deref(), wish.all)?;
                session = Some(made);
            }
        }
    }
    let Some(session) = session else {
        return Err(Error::new(Code::Usage, "--profile or --session is missing")
            .suggest("claude-bedrock sso upgrade --profile NAME"));
    };
    match files.find_sso_session(&session) {
        Some(found) => plan.add_scope(found)?,
        None if plan.converted.is_empty() => {
            let message = format!("there is no sso-session `{session}`");
            return Err(Error::new(Code::ProfileNotFound, message)
                .at(&files.config.path)
                .suggest(format!(
                    "add it: claude-bedrock sso add --session {} --start-url URL --sso-region REGION",
                    quote(&session)
                )));
        }
        None => {}
    }
    let (converted, mut warnings) = (plan.converted, plan.warnings);
    let (bytes, changes) = plan.editor.finish()?;
    let after = files.with_config(&bytes)?;
    for name in wish.profile.iter().chain(&converted) {
        consistent(&after, name, &session)?;
    }
    for name in &converted {
        warnings.extend(add::unreadable(&after, name)?);
    }
    let user = || {
        let mut profiles = files.profiles.iter();
        profiles.find(|profile| profile.text("sso_session") == Some(&session))
    };
    let log_in = wish.profile.clone().or_else(|| Some(user()?.name.clone()));
    Ok(Edit {
        bytes,
        log_in: log_in.filter(|_| !changes.is_empty()),
        changes,
        warnings,
    })
}

struct Plan<'a> {
    files: &'a AwsFiles,
    editor: Editor<'a>,
    /// The names of the profiles that get a session.
    converted: Vec<String>,
    warnings: Vec<Warning>,
}

impl Plan<'_> {
    fn add_scope(&mut self, session: &SsoSession) -> Result<()> {
        let present = session.text(SCOPES);
        if present.is_none() && session.section.has(SCOPES) {
            return Err(invalid(format!(
                "the {SCOPES} of the sso-session `{}` is a block where a list belongs",
                session.name
            )));
        }
        let present = present.unwrap_or_default();
        check_list(present, &session.section)?;
        if asks_to_renew(present) {
            return Ok(());
        }
        let more = match present.trim_end().chars().last() {
            None | Some(',') => format!(" {ACCESS_SCOPE}"),
            Some(_) => format!(", {ACCESS_SCOPE}"),
        };
        let whole = list_with_access(scopes_of(present));
        let line = session.section.line;
        self.editor.append(line, SCOPES, &more, &whole)
    }

    /// Gives a legacy profile, and with `all` those of the same portal, a session; returns its name.
    fn convert(&mut self, profile: &Profile, given: Option<&str>, all: bool) -> Result<String> {
        let legacy = Legacy::of(profile)?;
        let name = self.session_for(&legacy, given)?;
        let mut targets = vec![legacy];
        let others = self.files.profiles.iter();
        for other in others.filter(|other| all && other.name != profile.name) {
            if !other.has(URL) || other.has("sso_session") {
                continue;
            }
            match Legacy::of(other) {
                Ok(other) if portal(other.url) != portal(legacy.url) => {}
                Ok(other) if other.region == legacy.region => targets.push(other),
                Ok(other) => self.leave(other.name, "its sso_region is another one"),
                Err(error) => self.leave(&other.name, &error.message),
            }
        }
        let mut scopes: Vec<&str> = Vec::new();
        for target in &targets {
            let own = target.section.text(SCOPES).unwrap_or_default();
            scopes.extend(scopes_of(own));
        }
        for target in &targets {
            let line = target.section.line;
            self.editor.replace(line, URL, "sso_session", &name)?;
            self.editor.remove(line, REGION)?;
            self.editor.remove(line, SCOPES)?;
            self.converted.push(target.name.to_owned());
        }
        if self.files.find_sso_session(&name).is_none() {
            let list = list_with_access(scopes.into_iter());
            let entries = [(URL, legacy.url), (REGION, legacy.region), (SCOPES, &list)];
            let header = format!("sso-session {name}");
            self.editor.add_section(&header, &entries);
        }
        Ok(name)
    }

    fn leave(&mut self, name: &str, why: &str) {
        let message = format!("the profile `{name}` stays as it is: {why}");
        self.warnings.push(Warning::new("PROFILE_LEFT", message));
    }

    /// The session that a legacy profile is to use: the one named, one of the same portal, or a new name.
    fn session_for(&self, legacy: &Legacy<'_>, given: Option<&str>) -> Result<String> {
        let fits = |session: &SsoSession| {
            session.text(URL) == Some(legacy.url) && session.text(REGION) == Some(legacy.region)
        };
        if let Some(name) = given {
            check::name("an sso-session", name)?;
            return match self.files.find_sso_session(name) {
                Some(found) if !fits(found) => Err(Error::new(
                    Code::FileConflict,
                    format!(
                        "the sso-session `{name}` on line {} is of another portal",
                        found.section.line
                    ),
                )
                .suggest("choose another --session, or leave it out")),
                _ => Ok(name.to_owned()),
            };
        }
        // A value cannot name a session whose name starts or ends with a blank.
        let can_be_named = |it: &SsoSession| it.name.trim_matches(is_python_space) == it.name;
        let mut sessions = self.files.sso_sessions.iter();
        if let Some(session) = sessions.find(|it| fits(it) && can_be_named(it)) {
            return Ok(session.name.clone());
        }
        let host = legacy.url.split("://").last().unwrap_or_default();
        let label = host.split(['.', '/', ':']).next().unwrap_or_default();
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        let label: String = label.chars().filter(plain).collect();
        let label = Some(label).filter(|label| !label.is_empty());
        let label = label.unwrap_or_else(|| "sso".to_owned());
        let mut names = std::iter::once(label.clone())
            .chain((2_u32..).map(|number| format!("{label}-{number}")));
        let free = names.find(|name| self.files.find_sso_session(name).is_none());
        Ok(free.unwrap_or(label))
    }
}

/// A profile with its start URL in itself, all of it in the config file.
#[derive(Clone, Copy)]
struct Legacy<'a> {
    name: &'a str,
    section: &'a Section,
    url: &'a str,
    region: &'a str,
}

impl<'a> Legacy<'a> {
    fn of(profile: &'a Profile) -> Result<Self> {
        let name = &profile.name;
        let in_credentials = profile.credentials.as_ref().is_some_and(|section| {
            let entries = section.entries();
            entries.iter().any(|entry| entry.key.starts_with("sso_"))
        });
        if in_credentials {
            return Err(invalid(format!(
                "the profile `{name}` has SSO settings in the credentials file, which go before any session"
            )));
        }
        let section = profile.config.as_ref();
        if let Some(section) = section {
            check_list(section.text(SCOPES).unwrap_or_default(), section)?;
        }
        let text = |key: &str| section.and_then(|section| section.text(key));
        let one_word = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
        match (section, text(URL), text(REGION)) {
            (Some(section), Some(url), Some(region)) if one_word(url) && one_word(region) => {
                Ok(Legacy {
                    name,
                    section,
                    url,
                    region,
                })
            }
            (_, None, None) => Err(invalid(format!("the profile `{name}` has no SSO settings"))),
            _ => Err(invalid(format!(
                "the profile `{name}` is set up for SSO and lacks a {URL} or {REGION} of one word"
            ))),
        }
    }
}

/// Passes a list of scopes and nothing else. An indented line below the list is part of it, a secret's among them, and
/// must neither be repeated nor moved.
fn check_list(list: &str, section: &Section) -> Result<()> {
    let odd = |scope: &str| scope.contains(|c: char| c.is_whitespace() || c == '=');
    if scopes_of(list).any(odd) {
        return Err(invalid(format!(
            "the {SCOPES} of [{}] on line {} hold more than a list: an indented line below it, or a comment behind it, is part of the value",
            section.header, section.line
        )));
    }
    Ok(())
}

/// Start URLs of one portal differ in their ends only (`/start`, `/start/`, `/start#/`).
fn portal(url: &str) -> &str {
    url.trim_end_matches(['/', '#'])
}

/// The scopes, each once, with [`ACCESS_SCOPE`] among them.
fn list_with_access<'s>(scopes: impl Iterator<Item = &'s str>) -> String {
    let mut list: Vec<&str> = Vec::new();
    for scope in scopes.chain([ACCESS_SCOPE]) {
        if !list.contains(&scope) {
            list.push(scope);
        }
    }
    list.join(", ")
}

/// A key in both the profile and its session must be the same in both (`botocore.tokens`), whatever key it is.
pub(super) fn consistent(after: &AwsFiles, name: &str, session: &str) -> Result<()> {
    let profile = after.require_profile(name)?;
    let entries = after.find_sso_session(session).into_iter();
    let mut entries = entries.flat_map(|session| session.section.entries());
    match entries.find(|entry| profile.has(&entry.key) && profile.text(&entry.key) != entry.text())
    {
        Some(entry) => {
            let key = &entry.key;
            let error = invalid(format!(
                "the profile `{name}` and the sso-session `{session}` differ in {key}"
            ));
            let place = |(section, file): (&Option<Section>, &AwsFile)| {
                let mut entries = section.as_ref()?.entries().iter();
                let line = entries.find(|entry| entry.key == *key)?.line;
                let path = file.path.display();
                Some(format!("take {key} out of {path}, line {line}"))
            };
            let mut places = [
                (&profile.credentials, &after.credentials),
                (&profile.config, &after.config),
            ]
            .into_iter();
            Err(match places.find_map(place) {
                Some(step) => error.suggest(step),
                None => error,
            })
        }
        None => Ok(()),
    }
}

fn invalid(message: String) -> Error {
    Error::new(Code::ProfileInvalid, message)
        .suggest("make the change by hand, or configure a new profile: claude-bedrock setup")
}
