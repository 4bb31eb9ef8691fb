//! Whom AWS is asked as.

use crate::aws::cli;
use crate::aws::credentials::{Credentials, Login, Status};
use crate::aws::failure;
use crate::aws::listing::Key;
use crate::aws::profiles::Profile;
use crate::commands::facts::{Access, Facts};
use crate::error::Error;
use crate::exec::Run;
use crate::hash::sha1_hex;
use crate::report::escape;
use crate::shell::quote;

/// Whose credentials AWS is asked with.
#[derive(Clone, Default)]
pub struct Caller {
    /// The profile; `None` for the environment's own credentials.
    pub profile: Option<String>,
    /// The account, where the files tell it.
    pub account: Option<String>,
    /// What profiles have in common for which AWS must give the same answer.
    pub group: String,
    /// The session that renews itself at the next use, where one stands behind the profile.
    pub(super) renewal: Option<String>,
    login: Option<String>,
    instance: bool,
    /// Variables that only the settings hold, for the environment of `aws`.
    vars: Vec<(&'static str, String)>,
    /// Without a profile: a mark that tells these credentials from others.
    owner: String,
}

impl Caller {
    /// The caller that a profile makes.
    pub fn of(profile: &Profile, credentials: &Credentials) -> Self {
        let name = &profile.name;
        let of_session = credentials
            .sso_session
            .clone()
            .or_else(|| profile.text("sso_start_url").map(str::to_owned));
        // Endpoints of its own may make a profile another one, whatever account it is in.
        let own_way = profile.has("endpoint_url") || profile.has("services");
        let group = match (&credentials.account, &credentials.role, &of_session) {
            (Some(account), Some(role), Some(session)) if !own_way => {
                [account, role, session].map(String::as_str).join("\n")
            }
            _ => name.clone(),
        };
        let login = credentials.login.as_ref();
        let renewal = credentials
            .sso_session
            .as_deref()
            .or(login.map(Login::profile));
        Caller {
            profile: Some(name.clone()),
            account: credentials.account.clone(),
            group,
            renewal: renewal
                .filter(|_| credentials.status == Status::Refreshable)
                .map(str::to_owned),
            login: login.map(Login::command),
            instance: profile.text("credential_source") == Some("Ec2InstanceMetadata"),
            vars: Vec::new(),
            owner: String::new(),
        }
    }

    /// The environment's own credentials, with these variables on top of it; the first says whose they are.
    pub fn of_environment(vars: Vec<(&'static str, String)>) -> Self {
        let first = vars.first().map_or("", |(_, value)| value);
        // An access key's id is no secret, an API key is: 32 bits of a digest tell keys apart and say nothing of one.
        let mut owner = sha1_hex(first.as_bytes());
        owner.truncate(8);
        Caller {
            vars,
            owner,
            ..Caller::default()
        }
    }

    /// The environment's own credentials, where Claude Code signs with those: a Bedrock API key, keys in variables, or
    /// whatever a container or an instance hands out.
    pub fn of_variables(facts: &Facts<'_>) -> Option<Self> {
        let names: &[&str] = match facts.access {
            Access::BearerToken(_) => &["AWS_BEARER_TOKEN_BEDROCK"],
            Access::Keys(_) => &[
                "AWS_ACCESS_KEY_ID",
                "AWS_SECRET_ACCESS_KEY",
                "AWS_SESSION_TOKEN",
            ],
            // Inside Claude Code the variables of its shell do not count, but it has them.
            Access::Default
                if facts.on
                    && facts.credentials.is_none()
                    && facts.env.var_nonempty("AWS_PROFILE").is_none() =>
            {
                &[]
            }
            _ => return None,
        };
        let found = names.iter().map(|name| (*name, facts.variable(name)));
        let set = found.filter_map(|(name, found)| Some((name, found?.value)));
        Some(Caller::of_environment(set.collect()))
    }

    /// Under which its listing of a region is kept.
    pub fn key<'k>(&'k self, region: &'k str) -> Key<'k> {
        Key {
            account: self.account.as_deref(),
            profile: self.profile.as_deref().unwrap_or_default(),
            region,
            owner: &self.owner,
        }
    }

    /// For the sentence, where a run fails.
    pub(super) fn failure<'f>(
        &'f self,
        operation: &'f str,
        region: Option<&'f str>,
    ) -> failure::Context<'f> {
        failure::Context {
            operation,
            profile: self.profile.as_deref(),
            region,
            login_command: self.login.as_deref(),
        }
    }

    /// Makes a failure this caller's own, where AWS was asked by another of the same group.
    pub(super) fn take_over(&self, error: &mut Error, asked: &Caller) {
        let (Some(theirs), Some(own)) = (&asked.profile, &self.profile) else {
            return;
        };
        if theirs == own {
            return;
        }
        let (shown, quoted) = ([escape(theirs), escape(own)], [quote(theirs), quote(own)]);
        let named = |text: &str| {
            let mut text = format!("{text} ");
            for (before, [from, to], after) in [
                ("profile `", &shown, "`"),
                ("[profile ", &shown, "]"),
                ("--profile ", &quoted, " "),
            ] {
                text = text.replace(
                    &[before, from.as_ref(), after].concat(),
                    &[before, to.as_ref(), after].concat(),
                );
            }
            text.trim_end().to_owned()
        };
        error.message = named(&error.message);
        if let Some(step) = &mut error.suggestion {
            *step = match &self.login {
                Some(login) if asked.login.as_ref() == Some(step) => login.clone(),
                _ => named(step),
            };
        }
    }

    /// A run in the environment that this caller needs.
    pub(super) fn prepare(&self, mut run: Run) -> Run {
        if self.instance {
            run = cli::with_instance_metadata(run);
        }
        for (name, value) in &self.vars {
            run = run.set_var(name, value);
        }
        run
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::credentials::Inspector;
    use crate::aws::profiles::AwsFiles;
    use crate::env::Env;
    use crate::file;

    const CONFIG: &str = "
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1
[sso-session other]
sso_start_url = https://other.awsapps.com/start
sso_region = us-east-1
[profile a]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Dev
[profile same]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Dev
region = eu-west-1
[profile role]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
[profile account]
sso_session = corp
sso_account_id = 444455556666
sso_role_name = Dev
[profile session]
sso_session = other
sso_account_id = 111122223333
sso_role_name = Dev
[profile endpoint]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Dev
endpoint_url = http://127.0.0.1:1
[profile static]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = secretEXAMPLE
[profile static-too]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = secretEXAMPLE
";

    #[test]
    fn one_answer_serves_the_same_role_of_the_same_session_and_no_other() {
        let home = tempfile::tempdir().unwrap();
        file::write(&home.path().join(".aws/config"), CONFIG.as_bytes(), 0o600).unwrap();
        let env = Env::for_test(home.path(), &[]);
        let files = AwsFiles::load(&env).unwrap();
        let mut inspector = Inspector::new(&env, &files);
        let mut group = |name: &str| {
            Caller::of(files.find_profile(name).unwrap(), &inspector.inspect(name)).group
        };
        assert_eq!(group("a"), group("same"));
        for other in ["role", "account", "session", "endpoint", "static"] {
            assert_ne!(group("a"), group(other), "{other}");
        }
        assert_ne!(group("static"), group("static-too"));
    }
}
