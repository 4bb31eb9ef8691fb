//! The first steps of the wizard: which profile, and a session for it.

use super::{Next, Step, Wizard};
use crate::aws::credentials::{Credentials, Inspector, Kind, Status};
use crate::aws::profiles::Profile;
use crate::commands::{login, session};
use crate::error::{Code, Error, Result};
use crate::prompt::Entry;

impl Wizard<'_> {
    pub(super) fn choose_profile(&mut self) -> Result<Next> {
        if self.is_new() {
            if self.files.profiles.is_empty() && self.flags.sso_start_url.is_none() {
                self.note("There is no AWS profile yet. Your AWS access portal shows what one needs, under \"Access keys\" beside each role.");
            }
            return Ok(Next::Known(Step::NewProfile));
        }
        if let Some(name) = self.flags.profile.as_ref().filter(|_| !self.other) {
            self.files.require_profile(name)?;
            self.take_profile(name.clone());
            return Ok(Next::Known(Step::Login));
        }
        let (names, mut entries) = self.profile_entries();
        if self.flags.yes && names.is_empty() {
            return Err(Error::new(
                Code::CredentialsMissing,
                "no AWS profile has credentials that Claude Code can use",
            )
            .suggest("see why with: claude-bedrock get-aws-context"));
        }
        entries.push(Entry::new(
            "New profile",
            "configure one for IAM Identity Center (SSO)",
        ));
        let before = names.iter().position(|name| *name == self.profile);
        let question = "Which AWS profile shall Claude Code use?";
        let chosen = self.choose(question, "--profile NAME", &entries, before.unwrap_or(0))?;
        let Some(chosen) = chosen else {
            return Ok(Next::Back);
        };
        Ok(match names.into_iter().nth(chosen) {
            Some(name) => {
                self.take_profile(name);
                Next::Asked(Step::Login)
            }
            None => Next::Asked(Step::NewProfile),
        })
    }

    /// The profiles to offer: the recommended one, the others as the files have them, then those that will not do.
    fn profile_entries(&self) -> (Vec<String>, Vec<Entry>) {
        let mut inspector = Inspector::new(self.context.env, &self.files);
        let configured = self
            .config
            .as_ref()
            .and_then(|config| config.profile.as_deref());
        let from_shell = self.context.env.var_nonempty("AWS_PROFILE");
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        let mut best = None;
        for profile in &self.files.profiles {
            let name = profile.name.as_str();
            let credentials = inspector.inspect(name);
            let reason = self.view.unreadable_reason(profile);
            let works = credentials.is_valid();
            let mut note = describe(profile, &credentials, self.context.env.now);
            if let Some(reason) = &reason {
                note.clone_from(&reason.message);
            }
            let offer = (name.to_owned(), Entry::new(name, note));
            if reason.is_some() || !(works || credentials.can_log_in()) {
                bad.push(offer);
                continue;
            }
            // As `get-aws-context` recommends, and after those that work the ones that do after a login.
            let rank = (
                !works,
                Some(name) != configured,
                Some(name) != from_shell,
                credentials.login.is_none(),
            );
            if best.is_none_or(|(least, _)| rank < least) {
                best = Some((rank, good.len()));
            }
            good.push(offer);
        }
        if let Some((_, at)) = best {
            let mut first = good.remove(at);
            first.1.note.insert_str(0, "recommended; ");
            good.insert(0, first);
        }
        if !self.flags.yes {
            good.append(&mut bad);
        }
        good.into_iter().unzip()
    }

    pub(super) fn take_profile(&mut self, name: String) {
        if name != self.profile {
            // Another profile has another region.
            self.region.clear();
        }
        self.credentials = Some(Inspector::new(self.context.env, &self.files).inspect(&name));
        self.profile = name;
    }

    /// Asks to log in where the session is over. It never is a step to come back to: once logged in there is nothing to
    /// ask.
    pub(super) fn log_in(&mut self) -> Result<Next> {
        if let Some(error) = self.hidden() {
            return self.refuse(error);
        }
        loop {
            let Some(credentials) = &self.credentials else {
                return Ok(Next::Back);
            };
            if credentials.is_valid() || self.context.options.offline || self.flags.skip_auth {
                return Ok(Next::Known(Step::Region));
            }
            let problem = credentials.problem.as_ref();
            let missing = || Error::new(Code::CredentialsMissing, "the profile has no credentials");
            let error = problem.map_or_else(missing, Error::from);
            let Some(login) = credentials.login.clone() else {
                return self.refuse(error);
            };
            // A login takes a browser and somebody in front of it.
            if self.flags.yes && !self.context.env.stdin_is_terminal {
                return Err(error);
            }
            let state = session::describe(credentials, self.context.env.now);
            let question = format!("Profile {}: {state}. Log in?", self.profile);
            let entries = [
                Entry::new("Log in", login.command()),
                Entry::new("Choose another profile", ""),
            ];
            match self.choose(&question, "--offline to go on without", &entries, 0)? {
                Some(0) => self.start_login()?,
                Some(_) => return Ok(Next::OtherProfile),
                None => return Ok(Next::Back),
            }
        }
    }

    /// Why Claude Code cannot load the profile, where it has to: not behind an export command, nor for unsigned requests.
    fn hidden(&self) -> Option<Error> {
        if self.flags.isolate == Some(true) || self.flags.skip_auth {
            return None;
        }
        let profile = self.files.find_profile(&self.profile)?;
        let reason = self.view.unreadable_reason(profile)?;
        let step = reason.step();
        Some(Error::new(Code::ProfileInvalid, reason.message).suggest(step))
    }

    /// Says why the profile will not do, and goes back to the choice of one, where it was the user's.
    fn refuse(&self, error: Error) -> Result<Next> {
        if (self.flags.profile.is_some() && !self.other) || self.flags.yes {
            return Err(error);
        }
        self.show(&error);
        Ok(Next::Back)
    }

    /// Logs in on this terminal; a failure is shown, and is the end where nobody can be asked again.
    pub(super) fn start_login(&mut self) -> Result<()> {
        let outcome = login::Login {
            profile: Some(self.profile.clone()),
            if_needed: false,
            no_browser: false,
            use_device_code: false,
        }
        .run(self.context);
        self.take_profile(self.profile.clone());
        match outcome {
            Err(error) if self.flags.yes || error.code == Code::Interrupted => Err(error),
            Err(error) => {
                self.show(&error);
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }
}

/// What helps to tell a profile from others: its session in few words, region, account, role, kind.
fn describe(profile: &Profile, credentials: &Credentials, now: i64) -> String {
    let words = session::describe(credentials, now);
    let state = match credentials.status {
        Status::Refreshable => "renews itself",
        _ => words.split([',', ';']).next().unwrap_or_default(),
    };
    let kind = match credentials.kind {
        Kind::SsoSession => "SSO",
        Kind::SsoLegacy => "SSO without a session",
        Kind::Role => "assumed role",
        Kind::Login => "aws login",
        // Their states say it.
        Kind::Static | Kind::Session | Kind::WebIdentity | Kind::Process | Kind::None => "",
    };
    let parts = [
        Some(state),
        profile.region(),
        credentials.account.as_deref(),
        // The name alone of an ARN.
        credentials
            .role
            .as_deref()
            .and_then(|role| role.rsplit('/').next()),
        Some(kind),
    ];
    let parts: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}
