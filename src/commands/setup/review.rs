//! The wizard's last steps: pins, refresh, isolation, the review, and what is said at the end.

use super::{Next, Step, Wizard, stopped};
use crate::claude::models::{self, ModelId, geography_for};
use crate::commands::Scope;
use crate::commands::apply_config::{ApplyConfig, AuthRefresh, Configured, ModelIn};
use crate::commands::layout::{Mark, Row, bullet, paragraph, rows};
use crate::error::Result;
use crate::prompt::Entry;
use crate::report::{Look, Report, escape};
use crate::shell::quote;

impl Wizard<'_> {
    pub(super) fn choose_pins(&mut self) -> Result<Next> {
        let known = Ok(Next::Known(Step::Refresh));
        if let Some(pin) = self.flags.pin {
            self.pin = pin;
            return known;
        }
        let pins = models::pins(&self.listing, geography_for(&self.model, &self.region));
        if pins.is_empty() {
            self.pin = false;
            return known;
        }
        let names: Vec<String> = pins
            .iter()
            .filter_map(|(_, id)| Some(ModelId::parse(id)?.to_string()))
            .collect();
        let entries = [
            Entry::new("Pin", names.join(", ")),
            Entry::new(
                "Leave",
                "Claude Code's own ids, which your account may lack",
            ),
        ];
        let words: Vec<&str> = pins.iter().map(|(family, _)| family.word()).collect();
        let words = match words.as_slice() {
            [one] => format!("{one} means"),
            [first @ .., last] => format!("{} and {last} mean", first.join(", ")),
            [] => String::new(),
        };
        let question = format!("Pin what {words}? Background tasks use them.");
        let chosen = self.choose(&question, "--pin", &entries, usize::from(!self.pin))?;
        self.pin = chosen == Some(0) || (chosen.is_none() && self.pin);
        Ok(next(chosen, Step::Refresh))
    }

    pub(super) fn choose_refresh(&mut self) -> Result<Next> {
        const WAYS: [AuthRefresh; 3] = [AuthRefresh::Guarded, AuthRefresh::Aws, AuthRefresh::None];
        let login = self.credentials.as_ref().and_then(|it| it.login.as_ref());
        let asks = self.flags.auth_refresh.is_none() && !self.flags.skip_auth && !self.own_refresh;
        let Some(login) = login.filter(|_| asks) else {
            // Nothing logs in, a command of the user's does, or the flag says how.
            self.refresh = self.flags.auth_refresh;
            return Ok(Next::Known(Step::Isolate));
        };
        let guarded = match self.context.options.scope {
            Scope::Project => {
                "logs in once for all windows, but puts a path of this machine into a shared file"
            }
            Scope::User | Scope::Local => {
                "logs in once for all windows, only when the session is over"
            }
        };
        let entries = [
            Entry::new("guarded", guarded),
            Entry::new(
                "aws",
                format!("`{}` whenever a call fails", login.command()),
            ),
            Entry::new("none", "you log in yourself"),
        ];
        let before = WAYS.iter().position(|way| Some(*way) == self.refresh);
        let question = "How shall Claude Code log in when the session ends?";
        let chosen = self.choose(
            question,
            "--auth-refresh HOW",
            &entries,
            before.unwrap_or(0),
        )?;
        if let Some(way) = chosen.and_then(|at| WAYS.get(at)) {
            self.refresh = Some(*way);
        }
        Ok(next(chosen, Step::Isolate))
    }

    pub(super) fn choose_isolation(&mut self) -> Result<Next> {
        if let Some(isolate) = self.flags.isolate {
            self.isolate = isolate;
            return Ok(Next::Known(Step::Review));
        }
        let entries = [
            Entry::new(
                "Share",
                "commands that Claude Code runs see the profile as AWS_PROFILE",
            ),
            Entry::new("Isolate", "the credentials go to Bedrock alone"),
        ];
        let question = "May the commands that Claude Code runs use the AWS profile too?";
        let chosen = self.choose(question, "--isolate", &entries, usize::from(self.isolate))?;
        if let Some(chosen) = chosen {
            self.isolate = chosen == 1;
        }
        Ok(next(chosen, Step::Review))
    }

    /// Shows what will be written, asks, and writes.
    pub(super) fn review(&mut self) -> Result<Next> {
        let flags = self.flags;
        let mut apply = ApplyConfig {
            profile: Some(self.profile.clone()),
            region: Some(self.region.clone()),
            model: Some(self.model.clone()),
            remove: false,
            dry_run: true,
            model_in: flags.model_in,
            auth_refresh: self.refresh,
            isolate: self.isolate,
            base_url: flags.base_url.clone(),
            skip_auth: flags.skip_auth,
            pin: self.pin,
        };
        let listing = Some(self.listing.as_slice()).filter(|listing| !listing.is_empty());
        let look = self.prompt.look;
        let planned = apply.configure(self.context, listing)?;
        for warning in &planned.warnings {
            let step = warning.suggestion.as_deref();
            let text = bullet(&look, Mark::Warn, &warning.message, step);
            self.note(text.trim_end());
        }
        let command = self.command(&apply);
        let asks = planned.changed && !flags.dry_run;
        if asks {
            let entries = ["Write it", "Go back", "Stop"].map(|label| Entry::new(label, ""));
            let file = self.context.env.tilde(&self.context.settings_path());
            let question = format!("Write this to {file}?");
            match self.choose(&question, "--yes", &entries, 0)? {
                Some(0) => {}
                Some(2) => return Err(stopped()),
                _ => return Ok(Next::Back),
            }
        }
        apply.dry_run = flags.dry_run;
        let done = if asks {
            apply.configure(self.context, listing)?
        } else {
            planned
        };
        Ok(Next::Done(Box::new(Done {
            target: self.target(),
            added: self.added,
            command,
            dry_run: flags.dry_run,
            answer: done,
        })))
    }

    /// The options that say which file.
    fn target(&self) -> String {
        let options = self.context.options;
        let mut text = String::new();
        let paths = [("--home", &options.home), ("--settings", &options.settings)];
        for (flag, path) in paths {
            if let Some(path) = path {
                text.push_str(&format!(" {flag} {}", quote(&path.to_string_lossy())));
            }
        }
        text.push_str(match options.scope {
            Scope::User => "",
            Scope::Project => " --scope project",
            Scope::Local => " --scope local",
        });
        text
    }

    /// The command line that does the same without questions.
    fn command(&self, apply: &ApplyConfig) -> String {
        let mut text = format!(
            "claude-bedrock apply-config --profile {} --region {} --model {}",
            quote(&self.profile),
            self.region,
            quote(&self.model)
        );
        let refresh = match apply.auth_refresh {
            None => "",
            Some(AuthRefresh::Aws) => " --auth-refresh aws",
            Some(AuthRefresh::Guarded) => " --auth-refresh guarded",
            Some(AuthRefresh::None) => " --auth-refresh none",
            Some(AuthRefresh::Keep) => " --auth-refresh keep",
        };
        let on = |is: bool, flag: &'static str| if is { flag } else { "" };
        for part in [
            on(apply.pin, " --pin"),
            on(apply.model_in == ModelIn::Settings, " --model-in settings"),
            refresh,
            on(apply.isolate, " --isolate"),
            on(apply.skip_auth, " --skip-auth"),
            on(self.context.options.offline, " --offline"),
        ] {
            text.push_str(part);
        }
        if let Some(url) = &apply.base_url {
            text.push_str(&format!(" --base-url {}", quote(url)));
        }
        text + &self.target()
    }
}

fn next(chosen: Option<usize>, to: Step) -> Next {
    match chosen {
        Some(_) => Next::Asked(to),
        None => Next::Back,
    }
}

/// The answer: that of `apply-config`, with the way on and the way back for a person.
struct Done {
    answer: Configured,
    dry_run: bool,
    /// The options that say which file.
    target: String,
    /// Whether the AWS config has a new profile.
    added: bool,
    command: String,
}

impl Report for Done {
    fn json(&self) -> String {
        self.answer.json()
    }

    fn text(&self, look: &Look) -> String {
        let head = match (self.dry_run, self.answer.changed) {
            (true, _) => "Nothing was written.",
            (false, true) => {
                "Bedrock is set up. Restart Claude Code: a running one keeps the old values."
            }
            (false, false) => "Bedrock is set up this way already; nothing was written.",
        };
        let command = |name: &str| format!("claude-bedrock {name}{}", self.target);
        let mut undo = Row::new("Undo", &command("reset"));
        if self.added {
            undo = undo.below("claude-bedrock sso undo, for the new AWS profile");
        }
        let table = [Row::new("Check", &command("status")), undo];
        // Nothing to check or undo, where nothing was written.
        let table = if self.dry_run {
            String::new()
        } else {
            rows(look, &table) + "\n"
        };
        // What is to be pasted is not broken into lines.
        format!(
            "{}\n{}The same without questions:\n  {}\n",
            paragraph(look, head),
            table,
            escape(&self.command)
        )
    }
}
