//! `sso add`: an sso-session and a profile that uses it.

use super::editor::Editor;
use super::upgrade::consistent;
use super::{ACCESS_SCOPE, Edit, SCOPES, asks_to_renew, check};
use crate::aws::claude_view::ClaudeView;
use crate::aws::profiles::{AwsFile, AwsFiles, Profile, Section};
use crate::aws::regions;
use crate::error::{Code, Error, Result};
use crate::report::Warning;
use crate::shell::quote;

/// What to add.
#[derive(Clone, Debug, Default)]
pub struct NewProfile {
    /// The sso-session's name. One that is there already is used as it is.
    pub session: String,
    /// The start URL of the access portal; needed for a new session.
    pub start_url: Option<String>,
    /// The region of IAM Identity Center; needed for a new session.
    pub sso_region: Option<String>,
    /// Scopes, comma-separated; [`ACCESS_SCOPE`] unless given.
    pub scopes: Option<String>,
    /// The profile's name; without one only the session is added.
    pub profile: Option<String>,
    /// The account to work in; a profile needs it.
    pub account: Option<String>,
    /// The permission set to work with; a profile needs it.
    pub role: Option<String>,
    /// The profile's region.
    pub region: Option<String>,
}

/// Plans the two sections. What is there already with the same values stays as it is.
///
/// # Errors
/// `USAGE` and `REGION_INVALID` for values that cannot be meant; `FILE_CONFLICT` when a section of that name says
/// something else; `AWS_CONFIG_INVALID` for a file that botocore rejects.
pub fn plan_add(config: AwsFile, credentials: AwsFile, wish: &NewProfile) -> Result<Edit> {
    wish.check()?;
    let files = AwsFiles::parse(config, credentials)?;
    let bytes = files.config.bytes.as_deref().unwrap_or_default();
    let document = files.config.document("config")?;
    let mut editor = Editor::new(bytes, &document)?;
    let mut warnings = Vec::new();
    for region in [&wish.sso_region, &wish.region].into_iter().flatten() {
        // Identity Center is in regions that have no Bedrock.
        let doubt = regions::doubt(region).filter(|_| regions::has_bedrock(region).is_none());
        warnings.extend(doubt.map(|(code, _, step)| {
            Warning::new(
                code,
                format!("{region} is not among the regions known here"),
            )
            .suggest(step)
        }));
    }

    if let Some(name) = &wish.profile {
        let entries = wish.profile_entries();
        let there = files.find_profile(name);
        let header = if name == "default" {
            name.clone()
        } else {
            format!("profile {name}")
        };
        match there.and_then(|profile| profile.config.as_ref()) {
            Some(section) => same(section, &entries)?,
            None => editor.add_section(&header, &entries),
        }
        warnings.extend(there.and_then(|profile| shadowed(profile, &entries)));
    }
    let scopes = if let Some(session) = files.find_sso_session(&wish.session) {
        let given = wish.session_entries().into_iter();
        let given = given.filter_map(|(key, value)| Some((key, value?)));
        same(&session.section, &given.collect::<Vec<_>>())?;
        session.text(SCOPES)
    } else {
        let entries = wish.new_session_entries()?;
        editor.add_section(&format!("sso-session {}", wish.session), &entries);
        wish.scopes.as_deref().or(Some(ACCESS_SCOPE))
    };
    warnings.extend(lacks_scope(&wish.session, scopes));
    let (bytes, changes) = editor.finish()?;
    if let Some(name) = &wish.profile {
        let after = files.with_config(&bytes)?;
        consistent(&after, name, &wish.session)?;
        warnings.extend(unreadable(&after, name)?);
    }
    Ok(Edit {
        bytes,
        changes,
        warnings,
        log_in: wish.profile.clone(),
    })
}

impl NewProfile {
    fn check(&self) -> Result<()> {
        check::name("an sso-session", &self.session)?;
        for (value, check) in [
            (&self.start_url, check::start_url as fn(&str) -> Result<()>),
            (&self.sso_region, check::region),
            (&self.scopes, check::scopes),
            (&self.account, check::account),
            (&self.role, check::role),
            (&self.region, check::region),
        ] {
            value.as_deref().map_or(Ok(()), check)?;
        }
        match &self.profile {
            Some(name) => check::name("a profile", name)?,
            None if self.account.is_some() || self.role.is_some() || self.region.is_some() => {
                return Err(needs("--account, --role and --region need --profile"));
            }
            None => return Ok(()),
        }
        match (&self.account, &self.role) {
            (Some(_), Some(_)) => Ok(()),
            (None, _) => Err(needs("a profile needs --account")),
            (_, None) => Err(needs("a profile needs --role")),
        }
    }

    fn session_entries(&self) -> [(&'static str, Option<&str>); 3] {
        [
            ("sso_start_url", self.start_url.as_deref()),
            ("sso_region", self.sso_region.as_deref()),
            (SCOPES, self.scopes.as_deref()),
        ]
    }

    /// What a new session needs: all of it, but for the scopes.
    fn new_session_entries(&self) -> Result<Vec<(&'static str, &str)>> {
        let entries = self.session_entries().into_iter();
        let required = entries.map(|(key, value)| {
            let default = (key == SCOPES).then_some(ACCESS_SCOPE);
            let value = value.or(default).ok_or_else(|| {
                let flag = key.replace('_', "-").replace("sso-start", "start");
                let session = &self.session;
                let message = format!("the sso-session `{session}` is new and needs --{flag}");
                Error::new(Code::Usage, message).suggest(
                    "claude-bedrock sso add --session NAME --start-url URL --sso-region REGION",
                )
            });
            Ok((key, value?))
        });
        required.collect()
    }

    fn profile_entries(&self) -> Vec<(&'static str, &str)> {
        let entries = [
            ("sso_session", Some(self.session.as_str())),
            ("sso_account_id", self.account.as_deref()),
            ("sso_role_name", self.role.as_deref()),
            ("region", self.region.as_deref()),
        ];
        let entries = entries.into_iter();
        entries
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    }
}

fn needs(message: &str) -> Error {
    Error::new(Code::Usage, message).suggest(
        "claude-bedrock sso add --session NAME --profile NAME --account ID --role NAME --region REGION",
    )
}

/// A section of that name is fine when it says the same.
fn same(section: &Section, wished: &[(&'static str, &str)]) -> Result<()> {
    let differ: Vec<String> = wished
        .iter()
        .filter(|(key, value)| section.text(key) != Some(value))
        .map(|(key, _)| match section.text(key) {
            Some(present) => format!("{key} (there: {present})"),
            None => format!("{key} (not there)"),
        })
        .collect();
    if differ.is_empty() {
        return Ok(());
    }
    let (header, line) = (&section.header, section.line);
    let message = format!(
        "[{header}] is there already, on line {line}, and differs in {}",
        differ.join(", ")
    );
    Err(Error::new(Code::FileConflict, message)
        .suggest("choose another name, or edit that section"))
}

/// Keys of the credentials file go before what is written here, for both readers, and access keys before SSO for Claude
/// Code (`@aws-sdk/credential-provider-ini`, `resolveProfileData`).
fn shadowed(profile: &Profile, entries: &[(&'static str, &str)]) -> Option<Warning> {
    let section = profile.credentials.as_ref()?;
    let name = &profile.name;
    let (key, message) = if section.has("aws_access_key_id") {
        let message =
            format!("Claude Code uses the access key of [{name}] in the credentials file, not SSO");
        ("aws_access_key_id", message)
    } else {
        let (key, _) = entries
            .iter()
            .find(|(key, value)| section.has(key) && section.text(key) != Some(value))?;
        let message = format!(
            "the {key} of [{name}] in the credentials file goes before the one written here"
        );
        (*key, message)
    };
    let entry = section.entries().iter().find(|entry| entry.key == key)?;
    let step = format!("take it out of the credentials file, line {}", entry.line);
    Some(Warning::new("CREDENTIALS_SHADOW", message).suggest(step))
}

fn lacks_scope(session: &str, scopes: Option<&str>) -> Option<Warning> {
    if scopes.is_some_and(asks_to_renew) {
        return None;
    }
    let message = format!(
        "the sso-session `{session}` does not ask for {ACCESS_SCOPE}, so it may not renew itself"
    );
    let step = format!("claude-bedrock sso upgrade --session {}", quote(session));
    Some(Warning::new("SCOPE_MISSING", message).suggest(step))
}

/// Whether Claude Code will see the profile in the edited file.
pub(super) fn unreadable(after: &AwsFiles, name: &str) -> Result<Option<Warning>> {
    let (config, credentials) = (&after.config.bytes, &after.credentials.bytes);
    let view = ClaudeView::parse(config.as_deref(), credentials.as_deref());
    let reason = view.unreadable_reason(after.require_profile(name)?);
    Ok(reason.map(|reason| Warning::new("PROFILE_UNREADABLE", reason.message)))
}
