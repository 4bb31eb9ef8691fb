//! The wizard's new profile: five answers, a review of the AWS config, and one edit of it.
//!
//! Which accounts and roles a session may use, `aws sso list-accounts` tells only for an access token on its command
//! line, where every user of the machine can read it. So they are typed, or taken from other profiles of that session.

use super::{Next, Step, Wizard};
use crate::aws::claude_view::ClaudeView;
use crate::aws::config_edit::{NewProfile, plan_add};
use crate::aws::identity::is_account;
use crate::aws::profiles::{AwsFiles, Profile};
use crate::aws::regions;
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
            self.check_field(at, text)?;
            return Ok(Some(text.clone()));
        }
        let (question, flag) = FIELDS.get(at).copied().unwrap_or_default();
        let before = answers.get(at).filter(|text| !text.is_empty());
        let default = before.map_or_else(|| self.default_of(at, answers), String::clone);
        if self.flags.yes {
            // Without a default the option is known to be there.
            return Ok(Some(default));
        }
        let check = |text: &str| self.check_field(at, text);
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
            if given.is_none() && self.check_field(at, &answer).is_err() {
                missing.push(flag);
            }
            if let Some(place) = answers.get_mut(at) {
                *place = answer;
            }
        }
        missing
    }

    /// What other profiles suggest.
    fn default_of(&self, at: usize, answers: &[String; 5]) -> String {
        let sessions = &self.files.sso_sessions;
        let session = sessions
            .iter()
            .find(|session| at == 0 || session.text("sso_start_url") == Some(answers[0].as_str()));
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
            _ => Some("bedrock").filter(|name| self.files.find_profile(name).is_none()),
        };
        found.unwrap_or_default().to_owned()
    }

    fn check_field(&self, at: usize, text: &str) -> Result<()> {
        let wrong = |message: &str, step: &str| Err(Error::new(Code::Usage, message).suggest(step));
        match at {
            0 if !text.starts_with("https://") => wrong(
                "that is no https:// address",
                "it looks like https://company.awsapps.com/start",
            ),
            1 => regions::check(text),
            2 if !is_account(text) => wrong("that is no account id", "it is a number of 12 digits"),
            3 if text.is_empty() => wrong("a role is needed", "the access portal lists yours"),
            4 if text.is_empty() => wrong("a name is needed", "any word, such as bedrock"),
            4 if self.files.find_profile(text).is_some() => {
                wrong("there is a profile of that name", "choose another name")
            }
            _ => Ok(()),
        }
    }

    fn edit_config(&self, answers: &[String; 5], dry_run: bool) -> Result<Box<dyn Report>> {
        let [start_url, sso_region, account, role, name] = answers.clone();
        let sessions = &self.files.sso_sessions;
        let there = sessions
            .iter()
            .find(|session| session.text("sso_start_url") == Some(&start_url));
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
