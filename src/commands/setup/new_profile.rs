//! The wizard's new profile: five answers, a review of the AWS config, and one edit of it.
//!
//! Which accounts and roles a session may use, `aws sso list-accounts` tells only for an access token on its command
//! line, where every user of the machine can read it. So they are typed, or taken from other profiles of that session.

use std::cmp::Ordering;

use super::{Next, Step, Wizard};
use crate::aws::claude_view::ClaudeView;
use crate::aws::config_edit::{NewProfile, check, plan_add};
use crate::aws::profiles::{AwsFiles, Profile, SsoSession};
use crate::commands::sso;
use crate::error::{Code, Error, Result};
use crate::prompt::Entry;
use crate::report::Report;

/// The questions: what to ask, and the flag that answers.
const FIELDS: [(&str, &str); 5] = [
    ("Start URL of your AWS access portal", "--sso-start-url URL"),
    (
        "Region of IAM Identity Center (not of Bedrock)",
        "--sso-region REGION",
    ),
    ("Account, 12 digits", "--sso-account ID"),
    ("Role (permission set)", "--sso-role NAME"),
    ("Name of the new profile", "--profile NAME"),
];

impl<'a> Wizard<'a> {
    pub(super) fn add_profile(&mut self) -> Result<Next> {
        let flags = self.flags;
        let given = self.given();
        let mut answers: [String; 5] = Default::default();
        let mut at = 0;
        let mut asked: Vec<usize> = Vec::new();
        loop {
            while let Some(given) = given.get(at) {
                let answer = self.answer_to(at, *given, &answers)?;
                if answer.is_some() && given.is_none() && !flags.yes {
                    asked.push(at);
                }
                match (answer, answers.get_mut(at)) {
                    (Some(answer), Some(place)) => {
                        *place = answer;
                        at += 1;
                    }
                    _ => match asked.pop() {
                        Some(before) => at = before,
                        None => return Ok(Next::Back),
                    },
                }
            }
            let planned = self.edit_config(&answers, true)?;
            if flags.dry_run {
                self.note("What follows, the models and Claude Code's settings, needs the new profile to be there.");
                return Ok(Next::Done(planned));
            }
            self.note(planned.text(&self.prompt.look).trim_end());
            let entries = ["Write it", "Go back"].map(|label| Entry::new(label, ""));
            let question = "Add this to the AWS config?";
            self.prompt.first &= asked.is_empty();
            if self.choose(question, "--yes", &entries, 0)? == Some(0) {
                self.edit_config(&answers, false)?;
                self.added = true;
                self.files = AwsFiles::load(self.context.env)?;
                self.view = ClaudeView::load(self.context.env, &self.files);
                let [.., name] = answers;
                self.take_profile(name);
                return Ok(Next::Asked(Step::Login));
            }
            match asked.pop() {
                Some(before) => at = before,
                None => return Ok(Next::Back),
            }
        }
    }

    /// The answer to one of [`FIELDS`]: the one given, with `--yes` the default, else what the user types.
    fn answer_to(
        &self,
        at: usize,
        given: Option<&String>,
        answers: &[String; 5],
    ) -> Result<Option<String>> {
        if let Some(text) = given {
            // It was checked before the first question.
            return Ok(Some(text.clone()));
        }
        let (question, flag) = FIELDS.get(at).copied().unwrap_or_default();
        let before = answers.get(at).filter(|text| !text.is_empty());
        let default = before.map_or_else(|| self.default_of(at, answers), String::clone);
        if self.flags.yes {
            // Without a default the option is known to be there.
            return Ok(Some(default));
        }
        let check = |text: &str| self.check_field(at, text, answers);
        self.prompt.ask(question, flag, &default, &check)
    }

    /// The answers that the options give.
    fn given(&self) -> [Option<&'a String>; 5] {
        let flags = self.flags;
        [
            &flags.sso_start_url,
            &flags.sso_region,
            &flags.sso_account,
            &flags.sso_role,
            &flags.profile,
        ]
        .map(|answer| answer.as_ref().filter(|_| !self.other))
    }

    /// The options that must be given where nobody can be asked.
    pub(super) fn missing_for_new(&self) -> Vec<&'static str> {
        let mut answers: [String; 5] = Default::default();
        let mut missing = Vec::new();
        for (at, (given, (_, flag))) in self.given().into_iter().zip(FIELDS).enumerate() {
            let answer = given.map_or_else(|| self.default_of(at, &answers), String::clone);
            if given.is_none() && self.check_field(at, &answer, &answers).is_err() {
                missing.push(flag);
            }
            if let Some(place) = answers.get_mut(at) {
                *place = answer;
            }
        }
        missing
    }

    /// Refuses what the options give before anything is asked: what was typed until then would be lost.
    pub(super) fn check_given(&self) -> Result<()> {
        let none = Default::default();
        for (at, given) in self.given().into_iter().enumerate() {
            given.map_or(Ok(()), |text| self.check_field(at, text, &none))?;
        }
        Ok(())
    }

    /// Refuses options that describe the profile otherwise than it is: they would come to nothing.
    pub(super) fn check_there(&self) -> Result<()> {
        const KEYS: [&str; 4] = [
            "sso_start_url",
            "sso_region",
            "sso_account_id",
            "sso_role_name",
        ];
        let name = self.flags.profile.as_deref().unwrap_or_default();
        let Some(profile) = self.files.find_profile(name) else {
            return Ok(());
        };
        let session = profile.text("sso_session");
        let session = session.and_then(|name| self.files.find_sso_session(name));
        for ((given, key), (_, option)) in self.given().into_iter().zip(KEYS).zip(FIELDS) {
            let there = session.and_then(|session| session.text(key));
            if given.is_some_and(|given| there.or(profile.text(key)) != Some(given)) {
                let option = option.split(' ').next().unwrap_or_default();
                let message = format!(
                    "{option} is for a new profile, and `{name}` is there with another {key} or none"
                );
                let step =
                    format!("leave {option} out, or give the new profile a name with --profile");
                return Err(Error::new(Code::Usage, message).suggest(step));
            }
        }
        Ok(())
    }

    /// The session of that portal, where a new profile can use it as it is.
    fn session_of(&self, start_url: &str) -> Option<&SsoSession> {
        self.files.sso_sessions.iter().find(|session| {
            session.text("sso_start_url") == Some(start_url)
                && session.text("sso_region").is_some()
                && check::name("an sso-session", &session.name).is_ok()
        })
    }

    /// The session whose portal to propose: the first one, but where nobody is asked only one of several is a guess.
    fn portal(&self) -> Option<&SsoSession> {
        let sessions = &self.files.sso_sessions;
        let first = sessions.first()?;
        let url = first.text("sso_start_url");
        let one = sessions
            .iter()
            .all(|other| other.text("sso_start_url") == url);
        (one || !self.flags.yes).then_some(first)
    }

    /// What other profiles suggest.
    fn default_of(&self, at: usize, answers: &[String; 5]) -> String {
        let session = match at {
            0 => self.portal(),
            _ => self.session_of(&answers[0]),
        };
        let of_session = |key: &str| session.and_then(|session| session.text(key));
        let of_profile = |key: &str| {
            let name = session.map(|session| session.name.as_str());
            let beside = |profile: &&Profile| name.is_some() && profile.text("sso_session") == name;
            let mut beside = self.files.profiles.iter().filter(beside);
            beside.find_map(|profile| profile.text(key))
        };
        let found = match at {
            0 => of_session("sso_start_url"),
            1 => of_session("sso_region"),
            2 => of_profile("sso_account_id"),
            3 => of_profile("sso_role_name"),
            _ => Some("bedrock").filter(|name| self.check_field(at, name, answers).is_ok()),
        };
        found.unwrap_or_default().to_owned()
    }

    /// Whether the edit will take that answer, beside those before it and those that the options give.
    fn check_field(&self, at: usize, text: &str, answers: &[String; 5]) -> Result<()> {
        let wrong = |message: &str, step: &str| Err(Error::new(Code::Usage, message).suggest(step));
        match at {
            4 if text.is_empty() => wrong("a name is needed", "any word, such as bedrock"),
            _ if text.is_empty() => wrong(
                "an answer is needed",
                "the access portal shows it, under \"Access keys\"",
            ),
            0 => check::start_url(text),
            1 => check::region(text),
            2 => check::account(text),
            3 => check::role(text),
            _ if self.files.find_profile(text).is_some() => {
                wrong("there is a profile of that name", "choose another name")
            }
            _ => check::name("a profile", text),
        }?;
        let given = self.given();
        let known = |field: usize| match field.cmp(&at) {
            Ordering::Less => answers.get(field).map(String::as_str),
            Ordering::Equal => Some(text),
            Ordering::Greater => given.get(field).copied().flatten().map(String::as_str),
        };
        let known = |field| known(field).filter(|text| !text.is_empty());
        let Some(start_url) = known(0) else {
            return Ok(());
        };
        match (self.session_of(start_url), known(1), known(4)) {
            (Some(session), Some(region), _) if session.text("sso_region") != Some(region) => {
                let name = &session.name;
                let there = session.text("sso_region").unwrap_or_default();
                wrong(
                    &format!("the sso-session `{name}` of that portal has the region {there}"),
                    &format!("give {there}, or correct [sso-session {name}] first"),
                )
            }
            // The new session will have the name of the profile.
            (None, _, Some(name)) if self.files.find_sso_session(name).is_some() => wrong(
                &format!("the sso-session `{name}` is there already, with other values"),
                "choose another name",
            ),
            _ => Ok(()),
        }
    }

    fn edit_config(&self, answers: &[String; 5], dry_run: bool) -> Result<Box<dyn Report>> {
        let [start_url, sso_region, account, role, name] = answers.clone();
        let there = self.session_of(&start_url);
        let wish = NewProfile {
            session: there.map_or_else(|| name.clone(), |session| session.name.clone()),
            start_url: Some(start_url),
            sso_region: Some(sso_region),
            scopes: None,
            profile: Some(name),
            account: Some(account),
            role: Some(role),
            region: self.flags.region.clone(),
        };
        sso::edit(self.context, dry_run, &mut |config, credentials| {
            plan_add(config, credentials, &wish)
        })
    }
}
