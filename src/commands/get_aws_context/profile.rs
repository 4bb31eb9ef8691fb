//! One profile of the answer: what the files tell, then what AWS says.

use serde::Serialize;

use crate::aws::claude_view::{ClaudeProfile, ClaudeView, UNREADABLE, Unreadable};
use crate::aws::cli_keys;
use crate::aws::credentials::{Credentials, Kind, Login, Problem, Status};
use crate::aws::profiles::{AwsFiles, Profile};
use crate::aws::regions;
use crate::claude::models::{ListedModel, geographies_of_region, recommended};
use crate::commands::ask_bedrock::means_no_credentials;
use crate::env::LocalTime;
use crate::error::{Code, Error};
use crate::report::{Warning, escape};
use crate::time::{Epoch, describe_span, format_timestamp};

use super::live::Live;

/// One profile: the recorded members, then ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProfileContext {
    pub(super) name: String,
    region: Option<String>,
    profile_region: Option<String>,
    bedrock_region: Option<String>,
    region_mismatch: bool,
    pub(super) valid: bool,
    identity: Option<Identity>,
    session_expires: Option<String>,
    session_expires_local: Option<String>,
    pub(super) bedrock_access: bool,
    inference_profiles: Vec<InferenceProfile>,
    credentials: CredentialsContext,
    pub(super) claude_code: ClaudeCode,
    pub(super) needs_login: bool,
    pub(super) login_command: Option<String>,
    application_profiles: Vec<InferenceProfile>,
    recommended_model: Option<String>,
    bedrock_error: Option<Problem>,
    warnings: Vec<Warning>,
}

/// Who the profile is. From files only the account is known; `arn` and `userId` come from a live answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    account: Option<String>,
    arn: Option<String>,
    user_id: Option<String>,
}

/// One model that the profile may call, as recorded.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InferenceProfile {
    profile_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile_name: Option<String>,
    model_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile_arn: Option<String>,
}

impl InferenceProfile {
    fn new(model: &ListedModel) -> Self {
        InferenceProfile {
            profile_id: model.id.clone(),
            profile_name: model.name.clone(),
            model_id: model
                .model_id
                .clone()
                .unwrap_or_else(|| "unknown".to_owned()),
            profile_arn: model.arn.clone().filter(|_| model.application),
        }
    }
}

/// What the files tell of the credentials.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CredentialsContext {
    kind: Kind,
    status: Status,
    sso_session: Option<String>,
    role: Option<String>,
    source: Option<String>,
    renewable_until: Option<String>,
    problem: Option<Problem>,
}

/// Whether Claude Code sees the profile too.
#[derive(Serialize)]
pub(super) struct ClaudeCode {
    pub(super) readable: bool,
    reason: Option<Unreadable>,
}

impl ProfileContext {
    /// What the files tell.
    pub(super) fn new(
        profile: &Profile,
        credentials: Credentials,
        view: &ClaudeView,
        files: &AwsFiles,
    ) -> Self {
        let region = profile
            .region()
            .filter(|region| !region.is_empty())
            .map(str::to_owned);
        let seen = view.find_profile(&profile.name);
        let reason = match seen {
            Some(_) => None,
            None => view.unreadable_reason(profile),
        };
        let mut warnings = region_warnings(&profile.name, region.as_deref(), seen);
        warnings.extend(view.differing_credentials(profile, files));
        warnings.extend(cli_keys::find_fatal(profile, files));
        let valid = credentials.is_valid();
        let needs_login = !valid && credentials.can_log_in();
        // Those that `aws` keeps, where that is all there is.
        let expires = credentials.expires.or(credentials.cached_role_until);
        ProfileContext {
            name: profile.name.clone(),
            region: region.clone(),
            profile_region: region.clone(),
            bedrock_region: None,
            region_mismatch: false,
            valid,
            identity: valid.then_some(Identity {
                account: credentials.account,
                arn: None,
                user_id: None,
            }),
            session_expires: expires.map(format_timestamp),
            session_expires_local: expires.map(|at| LocalTime::of(at).to_string()),
            bedrock_access: false,
            inference_profiles: Vec::new(),
            application_profiles: Vec::new(),
            recommended_model: None,
            bedrock_error: None,
            warnings,
            credentials: CredentialsContext {
                kind: credentials.kind,
                status: credentials.status,
                sso_session: credentials.sso_session,
                role: credentials.role,
                source: credentials.source,
                renewable_until: credentials.renewable_until.map(format_timestamp),
                problem: credentials.problem,
            },
            claude_code: ClaudeCode {
                readable: reason.is_none(),
                reason,
            },
            needs_login,
            login_command: credentials.login.as_ref().map(Login::command),
        }
    }

    /// Adds what AWS says, which counts for more. `asked` is the region that the user asked about.
    pub(super) fn add(&mut self, live: &Live, asked: Option<&str>, now: Epoch) {
        let who = live.identity.as_ref();
        if let Some(Ok(who)) = who {
            self.works();
            self.identity = Some(Identity {
                account: who.account.clone(),
                arn: Some(who.arn.clone()),
                user_id: who.user_id.clone(),
            });
        }
        let refused = who.and_then(|who| who.as_ref().err());
        for error in [refused, live.error.as_ref()].into_iter().flatten() {
            if means_no_credentials(error) {
                self.does_not_work(error, now);
            }
        }
        if let Some(error) = refused.filter(|error| !means_no_credentials(error)) {
            self.warnings.push(Warning::from(error));
        }
        self.warnings.extend(live.remarks.iter().cloned());
        self.bedrock_error = live.error.clone().map(Problem::from);
        if let Some((region, listing)) = &live.found {
            self.bedrock_region = Some(region.clone());
            self.region_mismatch =
                asked.is_none() && self.region.as_ref().is_some_and(|own| own != region);
            self.region.get_or_insert_with(|| region.clone());
            self.bedrock_access = true;
            let models = &listing.models;
            self.recommended_model = recommended(models, geographies_of_region(region))
                .map(|model| model.invoked_as().to_owned());
            for model in models {
                let profile = InferenceProfile::new(model);
                if model.application {
                    self.application_profiles.push(profile);
                } else {
                    self.inference_profiles.push(profile);
                }
            }
            match listing.kept_at {
                None => self.works(),
                Some(at) => self.warnings.push(Warning::new(
                    "LISTING_KEPT",
                    format!(
                        "AWS was not asked; this is what it listed {} ago",
                        describe_span(now - at)
                    ),
                )),
            }
        }
    }

    /// Whether Claude Code can load the profile and the credentials that `aws` finds in it.
    pub(super) fn works_for_claude_code(&self) -> bool {
        let mut warnings = self.warnings.iter();
        self.claude_code.readable && !warnings.any(|warning| warning.code.ends_with(UNREADABLE))
    }

    fn works(&mut self) {
        self.valid = true;
        if self.credentials.status == Status::Unverified {
            self.credentials.status = Status::Valid;
        }
    }

    fn does_not_work(&mut self, error: &Error, now: Epoch) {
        self.valid = false;
        self.identity = None;
        self.credentials.status = match error.code {
            Code::SsoSessionExpired | Code::CredentialsExpired => Status::Expired,
            Code::SsoLoginRequired | Code::CredentialsMissing => Status::Missing,
            _ => Status::Invalid,
        };
        if matches!(self.credentials.status, Status::Expired | Status::Missing) {
            // What the files promised is off.
            let now = format_timestamp(now);
            if self.session_expires.as_ref().is_some_and(|end| *end > now) {
                self.session_expires = None;
                self.session_expires_local = None;
            }
            self.credentials.renewable_until = None;
        }
        self.credentials.problem = Some(error.clone().into());
        // To log in again changes neither what the file says nor what the role allows.
        let file_or_role = matches!(error.code, Code::ProfileInvalid | Code::AccessDenied);
        self.needs_login = self.login_command.is_some() && !file_or_role;
    }
}

/// Where `aws` and Claude Code will call different regions for the same profile, or one that is none.
fn region_warnings(name: &str, region: Option<&str>, seen: Option<ClaudeProfile>) -> Vec<Warning> {
    let Some(region) = region else {
        return Vec::new();
    };
    if !regions::is_region_shaped(region) {
        let warning = Warning::new(
            Code::RegionInvalid.as_str(),
            format!("the region `{}` is not shaped like one", escape(region)),
        );
        let near = regions::nearest(region);
        return vec![match near {
            Some(near) => warning.suggest(format!("write `region = {near}` in [profile {name}]")),
            None if region.contains([' ', '\t']) && region.contains(['#', ';']) => warning.suggest(
                "write a comment on a line of its own: behind a value it is a part of that",
            ),
            None => warning,
        }];
    }
    match seen.and_then(|seen| seen.region()) {
        Some(other) if other != region => vec![Warning::new(
            "REGION_DIFFERS",
            format!(
                "aws reads the region `{region}` and Claude Code reads `{}`",
                escape(other)
            ),
        )],
        _ => Vec::new(),
    }
}
