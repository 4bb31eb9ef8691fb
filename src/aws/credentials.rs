//! What a profile's credentials are worth, told from files and the clock alone.
//!
//! The order is that of `botocore.credentials.create_credential_resolver` for a profile named with `--profile`; nothing
//! is started, asked or sent. `status` is what Claude Code will meet: it does not read the CLI's kept role credentials.

mod external;
mod keys;
mod login;
mod process;
mod role;
mod sso;
mod web_identity;

use std::ffi::OsString;

use serde::Serialize;

use crate::aws::cache_json::CacheFile;
use crate::aws::identity::is_account;
use crate::aws::profiles::{AwsFiles, Profile, SsoSession};
use crate::aws::role_cache;
use crate::env::Env;
use crate::error::{Code, Error};
use crate::file;
use crate::hash::{NameMap, NameSet};
use crate::report::Warning;
use crate::shell::option;
use crate::time::{Epoch, describe_span};

pub use external::{VARIABLES, hands_out, may_ask_instance};

/// Where a profile's credentials come from: the provider that botocore picks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An SSO role by way of an `[sso-session]`.
    SsoSession,
    /// An SSO role with the start URL in the profile.
    SsoLegacy,
    /// An access key for good.
    Static,
    /// An access key with a session token.
    Session,
    /// A role that another profile or the surroundings assume.
    Role,
    /// A role for a token in a file.
    WebIdentity,
    /// A program that prints credentials.
    Process,
    /// A session of `aws login`.
    Login,
    /// Nothing in the profile: the surroundings (a container, an EC2 instance) may hold some.
    None,
}

/// What the credentials are worth now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// They last a while yet.
    Valid,
    /// They have run out, or are about to, and renew themselves at the next use.
    Refreshable,
    /// They have run out.
    Expired,
    /// There are none: nobody has logged in, or the source is not there.
    Missing,
    /// They are there; only AWS knows whether they work.
    Unverified,
    /// They cannot work as they are configured.
    Invalid,
}

/// Why credentials do not work, or will surprise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The stable code.
    pub code: Code,
    /// One sentence, without a full stop at its end.
    pub message: String,
    /// A command to paste or a step to take.
    pub suggestion: Option<String>,
}

impl From<&Problem> for Warning {
    fn from(problem: &Problem) -> Self {
        Warning {
            code: problem.code.as_str(),
            message: problem.message.clone(),
            suggestion: problem.suggestion.clone(),
        }
    }
}

impl From<&Problem> for Error {
    fn from(problem: &Problem) -> Self {
        let mut error = Error::new(problem.code, problem.message.clone());
        error.suggestion.clone_from(&problem.suggestion);
        error
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Problem {
            code: error.code,
            message: error.message.clone(),
            suggestion: error.suggestion.clone(),
        }
    }
}

/// How to log in: with what, and for which profile (the one that holds the session).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// `aws sso login`.
    Sso {
        /// The profile to name.
        profile: String,
    },
    /// `aws login`.
    AwsLogin {
        /// The profile to name.
        profile: String,
    },
}

impl Login {
    /// The profile that holds the session.
    pub fn profile(&self) -> &str {
        match self {
            Login::Sso { profile } | Login::AwsLogin { profile } => profile,
        }
    }

    /// The command line, quoted for a POSIX shell.
    pub fn command(&self) -> String {
        match self {
            Login::Sso { profile } => ["aws sso login ", &option("--profile", profile)].concat(),
            Login::AwsLogin { profile } => ["aws login ", &option("--profile", profile)].concat(),
        }
    }
}

/// The verdict on a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Where they come from.
    pub kind: Kind,
    /// What they are worth.
    pub status: Status,
    /// The sso-session behind them, also at the end of a role chain.
    pub sso_session: Option<String>,
    /// The SSO role's name, or the ARN of the role to assume.
    pub role: Option<String>,
    /// The account that the caller will be in, where the files tell.
    pub account: Option<String>,
    /// The profile at the end of a role chain.
    pub source: Option<String>,
    /// The end of the SSO session, or of the keys where that is all there is.
    pub expires: Option<Epoch>,
    /// Until when an SSO session can renew itself, as far as files tell.
    pub renewable_until: Option<Epoch>,
    /// The end of role credentials that the CLI keeps: good for `aws`, not for Claude Code.
    pub cached_role_until: Option<Epoch>,
    /// Whether a role on the chain asks for an MFA code.
    pub mfa: bool,
    /// What is wrong.
    pub problem: Option<Problem>,
    /// How to log in, where logging in is how to get such credentials.
    pub login: Option<Login>,
}

impl Credentials {
    fn new(kind: Kind, status: Status) -> Self {
        Credentials {
            kind,
            status,
            sso_session: None,
            role: None,
            account: None,
            source: None,
            expires: None,
            renewable_until: None,
            cached_role_until: None,
            mfa: false,
            problem: None,
            login: None,
        }
    }

    /// A profile that botocore refuses, or that cannot work as it stands.
    fn misconfigured(kind: Kind, message: impl Into<String>, step: impl Into<String>) -> Self {
        Credentials::new(kind, Status::Invalid).because(Code::ProfileInvalid, message, step)
    }

    fn because(mut self, code: Code, message: impl Into<String>, step: impl Into<String>) -> Self {
        self.problem = Some(Problem {
            code,
            message: message.into(),
            suggestion: Some(step.into()),
        });
        self
    }

    /// Their `part`, in the words of a sentence, has run out.
    fn expired(mut self, part: &str, profile: &str, since: i64, step: &str) -> Self {
        self.status = Status::Expired;
        let ago = describe_span(since);
        let message = format!("the {part} of the profile `{profile}` ended {ago} ago");
        self.because(Code::CredentialsExpired, message, step)
    }

    /// Notes role credentials that the CLI keeps. Where there is a problem, `aws` works all the same: that is said.
    fn with_kept(mut self, kept: Option<Epoch>, now: Epoch) -> Self {
        self.cached_role_until = kept;
        if let (Some(end), Some(problem)) = (kept, &mut self.problem) {
            let span = describe_span(end - now);
            problem.message += &format!(
                "; aws itself works for another {span} on role credentials that Claude Code does not read"
            );
        }
        self
    }

    /// The same, of a profile, as Claude Code meets them: by itself, or `through_aws`, where an export command runs that. Role credentials
    /// that `aws` keeps count for the second alone.
    #[must_use]
    pub fn met(mut self, profile: &str, through_aws: bool) -> Self {
        let asks_for_mfa = self.asks_for_mfa();
        let kept = self.cached_role_until.filter(|_| through_aws);
        if let Some(end) = kept.filter(|_| asks_for_mfa || !self.is_valid()) {
            self.status = Status::Valid;
            (self.expires, self.renewable_until) = (Some(end), None);
        } else if asks_for_mfa {
            self.status = Status::Invalid;
            self.login = None;
        }
        if let Some(problem) = self.problem.as_mut().filter(|_| asks_for_mfa) {
            problem.suggestion = Some(match (through_aws, kept) {
                (false, _) => isolating(profile),
                (true, None) => answering(profile),
                (true, Some(_)) => format!("then {}", answering(profile)),
            });
        }
        self
    }

    /// Whether what stands in the way is a question for an MFA code, be it answered for `aws` or not.
    pub fn asks_for_mfa(&self) -> bool {
        let problem = self.problem.as_ref();
        problem.is_some_and(|problem| problem.code == Code::MfaRequired)
    }

    /// Whether Claude Code can be expected to work: valid, refreshable or unverified.
    pub fn is_valid(&self) -> bool {
        self.status.is_valid()
    }

    /// Whether the profile holds none of its own, and is no mistake either: whoever does not name it may have those of a
    /// container or an instance.
    pub fn are_elsewhere(&self) -> bool {
        self.kind == Kind::None && self.status != Status::Invalid
    }

    /// Whether logging in gets such credentials.
    pub fn can_log_in(&self) -> bool {
        self.login.is_some()
    }
}

impl Status {
    fn is_valid(self) -> bool {
        matches!(
            self,
            Status::Valid | Status::Refreshable | Status::Unverified
        )
    }
}

/// The way on where `aws` asks for an MFA code.
fn answering(profile: &str) -> String {
    format!(
        "give the MFA code in a terminal: aws sts get-caller-identity {}",
        option("--profile", profile)
    )
}

/// The way out where only `aws` can be asked for an MFA code.
fn isolating(profile: &str) -> String {
    format!(
        "have `aws` hand over the role credentials that it keeps: claude-bedrock setup {} --isolate",
        option("--profile", profile)
    )
}

/// Gives verdicts on the profiles of two files. Each cache file is read once, however many profiles share it.
pub struct Inspector<'a> {
    env: &'a Env,
    files: &'a AwsFiles,
    sessions: NameMap<&'a str, &'a SsoSession>,
    tokens: NameMap<String, CacheFile>,
    kept: Option<NameSet<OsString>>,
    chains: NameMap<&'a str, role::Chain<'a>>,
}

/// Whose credentials a provider is asked for. The CLI keeps role credentials of the profile itself only; botocore hands
/// the sources of a role a memory of their own (`ProfileProviderBuilder`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Itself,
    Source,
}

impl<'a> Inspector<'a> {
    /// An inspector that has read nothing yet.
    pub fn new(env: &'a Env, files: &'a AwsFiles) -> Self {
        let sessions = files.sso_sessions.iter();
        Inspector {
            env,
            files,
            sessions: sessions
                .map(|session| (session.name.as_str(), session))
                .collect(),
            tokens: NameMap::default(),
            kept: None,
            chains: NameMap::default(),
        }
    }

    /// The verdict on the profile of that name. A name that is in neither file is `PROFILE_NOT_FOUND`.
    pub fn inspect(&mut self, name: &str) -> Credentials {
        let files = self.files;
        match files.require_profile(name) {
            Ok(profile) => self.inspect_profile(profile),
            Err(error) => {
                let mut credentials = Credentials::new(Kind::None, Status::Invalid);
                credentials.problem = Some(error.into());
                credentials
            }
        }
    }

    /// The verdict on a profile of the two files.
    pub fn inspect_profile(&mut self, profile: &'a Profile) -> Credentials {
        if profile.name.is_empty() {
            // `aws` passes over `--profile ''`, and Claude Code over an empty `AWS_PROFILE`.
            let message = "a profile whose name is empty cannot be chosen";
            return Credentials::misconfigured(Kind::None, message, "give the profile a name");
        }
        if role::is_role(profile) {
            return role::inspect(self, profile);
        }
        self.inspect_own(profile, Place::Itself)
            .unwrap_or_else(|| external::inspect(self.env, profile))
    }

    /// What the profile itself holds, roles apart (`ProfileProviderBuilder.providers`, in its order).
    fn inspect_own(&mut self, profile: &Profile, place: Place) -> Option<Credentials> {
        let now = self.env.now;
        None.or_else(|| web_identity::inspect(self, profile, place))
            .or_else(|| sso::inspect(self, profile, place))
            .or_else(|| keys::inspect(profile, profile.credentials.as_ref()?, now))
            .or_else(|| login::inspect(self.env, profile))
            .or_else(|| process::inspect(self.env, profile))
            .or_else(|| keys::inspect(profile, profile.config.as_ref()?, now))
    }

    /// When the role credentials that the CLI keeps under that name end, while it still uses them. The
    /// name costs a digest: it is made only when there are files.
    fn kept_until(&mut self, file_name: impl FnOnce() -> String) -> Option<Epoch> {
        let folder = || role_cache::folder(&self.env.home);
        let kept = self.kept.get_or_insert_with(|| {
            let paths = file::list(&folder()).unwrap_or_default();
            paths
                .iter()
                .filter_map(|path| Some(path.file_name()?.to_owned()))
                .collect()
        });
        if kept.is_empty() {
            return None;
        }
        let name = OsString::from(file_name());
        let path = kept.contains(&name).then(|| folder().join(name))?;
        role_cache::usable_until(&CacheFile::load(&path), self.env.now)
    }
}

/// The account in an ARN (`arn:PARTITION:SERVICE:REGION:ACCOUNT:…`).
fn account_of(arn: &str) -> Option<String> {
    let account = arn.strip_prefix("arn:")?.split(':').nth(3)?;
    is_account(account).then(|| account.to_owned())
}

#[cfg(test)]
mod tests;
