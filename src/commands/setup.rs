//! `setup`: the wizard over the same plan as `apply-config`, with each answer also a flag.
//!
//! A small state machine: each step either knows its answer (a flag, `--yes`) or asks; Escape goes back to the last one
//! that asked. Nothing is written before the review, but for a new AWS profile, which has a review of its own.

mod model;
mod new_profile;
mod profile;
mod review;

use crate::aws::claude_view::ClaudeView;
use crate::aws::cli::AwsCli;
use crate::aws::credentials::Credentials;
use crate::aws::profiles::AwsFiles;
use crate::aws::regions;
use crate::claude::keys;
use crate::claude::models::ListedModel;
use crate::claude::plan::is_our_refresh;
use crate::claude::settings::{CurrentConfig, Stack, parse_settings};
use crate::commands::apply_config::{AuthRefresh, ModelIn};
use crate::commands::layout::{Mark, bullet};
use crate::commands::usage::{Flag, Takes, arguments};
use crate::commands::{Context, Scope};
use crate::error::{Code, Error, Result};
use crate::file;
use crate::prompt::{Entry, Prompt};
use crate::report::Report;

arguments! {
    /// Set Claude Code up on Bedrock, question by question
    ///
    /// Finds your AWS profiles, logs in where that is needed, lists the models that you may call, and shows what it will
    /// write before it does. Esc goes back, Ctrl-C leaves everything as it was. Each answer can be given as an option.
    ///
    /// Examples:
    ///   claude-bedrock setup                 asks for everything
    ///   claude-bedrock setup --yes           takes what is recommended
    ///   claude-bedrock setup --profile dev --region us-west-2 --model opus --yes
    pub struct Setup = "setup" {
        /// Take what is recommended and ask nothing
        yes: bool = Flag::switch("yes").short('y');

        /// Show what would change and write nothing
        dry_run: bool = Flag::switch("dry-run");

        /// AWS profile to use, or the name of the new one
        profile: Option<String> = Flag::option("profile", Takes::Text("NAME"));

        /// AWS region to call Bedrock in
        region: Option<String> = Flag::option("region", Takes::Text("REGION"));

        /// Model, as in apply-config
        model: Option<String> = Flag::option("model", Takes::Text("MODEL"));

        /// Whether to pin what `opus`, `sonnet`, `haiku` and `fable` mean
        pin: Option<bool> = Flag::option("pin", Takes::Switch);

        /// Where the model goes, as in apply-config
        model_in: ModelIn = Flag::option("model-in", Takes::OneOf("PLACE", ModelIn::WORDS));

        /// How Claude Code logs in again when the session ends
        auth_refresh: Option<AuthRefresh> = Flag::option("auth-refresh", Takes::OneOf("HOW", AuthRefresh::WORDS));

        /// Whether to give the credentials to Bedrock alone
        isolate: Option<bool> = Flag::option("isolate", Takes::Switch);

        /// Call Bedrock at this address (a gateway or a VPC endpoint)
        base_url: Option<String> = Flag::option("base-url", Takes::Text("URL"));

        /// Send requests unsigned, for a gateway that signs them
        skip_auth: bool = Flag::switch("skip-auth");

        /// For a new profile: the address of your AWS access portal
        sso_start_url: Option<String> = Flag::option("sso-start-url", Takes::Text("URL"));

        /// For a new profile: the region of IAM Identity Center
        sso_region: Option<String> = Flag::option("sso-region", Takes::Text("REGION"));

        /// For a new profile: the account's 12 digits
        sso_account: Option<String> = Flag::option("sso-account", Takes::Text("ID"));

        /// For a new profile: the name of the role (permission set)
        sso_role: Option<String> = Flag::option("sso-role", Takes::Text("NAME"));
    }
}

/// Where the wizard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Profile,
    NewProfile,
    Login,
    Region,
    Model,
    Pin,
    Refresh,
    Isolate,
    Review,
}

/// What came of a step.
enum Next {
    /// The user answered: on to that step, and Escape there comes back here.
    Asked(Step),
    /// The answer was known.
    Known(Step),
    /// Back to the last step that asked.
    Back,
    /// To the choice of a profile, whatever the options say.
    OtherProfile,
    Done(Box<dyn Report>),
}

/// The answers so far, and what they are chosen from.
struct Wizard<'a> {
    flags: &'a Setup,
    context: &'a Context<'a>,
    prompt: Prompt<'a>,
    files: AwsFiles,
    view: ClaudeView,
    config: Option<CurrentConfig>,
    /// Whether a profile was added to the AWS config, which stays even when the user stops later.
    added: bool,
    /// Whether the user wants another profile than the options name.
    other: bool,
    profile: String,
    credentials: Option<Credentials>,
    region: String,
    listing: Vec<ListedModel>,
    /// The profile and the region that the listing is for.
    listed_for: (String, String),
    model: String,
    pin: bool,
    /// `None`: as is usual for such a profile.
    refresh: Option<AuthRefresh>,
    /// Whether the settings hold a refresh command of the user's own, which stays.
    own_refresh: bool,
    isolate: bool,
}

impl Setup {
    /// Asks, shows and applies.
    ///
    /// # Errors
    /// `NOT_A_TERMINAL` with all flags that are missing; `INTERRUPTED`; `AWS_CLI_NOT_FOUND`; whatever stands in the
    /// way of the profile, the login, the listing or the file.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let env = context.env;
        // What cannot be edited is refused before anything is asked.
        let path = context.settings_path();
        let settings = parse_settings(&file::read(&path)?.unwrap_or_default(), &path)?;
        let refresh = settings.get(keys::REFRESH);
        let refresh = refresh.as_ref().and_then(|command| command.as_str());
        let files = AwsFiles::load(env)?;
        let mut wizard = Wizard {
            flags: self,
            context,
            prompt: Prompt {
                env,
                look: *context.listener.look(),
                first: true,
            },
            view: ClaudeView::load(env, &files),
            files,
            config: Stack::load(env).current_config(),
            added: false,
            other: false,
            profile: String::new(),
            credentials: None,
            region: String::new(),
            listing: Vec::new(),
            listed_for: Default::default(),
            model: String::new(),
            pin: true,
            // A file that others share must not name where this program is on this machine.
            refresh: Some(match context.options.scope {
                Scope::Project => AuthRefresh::Aws,
                Scope::User | Scope::Local => AuthRefresh::Guarded,
            }),
            own_refresh: refresh.is_some_and(|it| !it.trim().is_empty() && !is_our_refresh(it)),
            isolate: false,
        };
        if wizard.is_new() {
            wizard.check_given()?;
        } else {
            wizard.check_there()?;
        }
        self.region.as_deref().map_or(Ok(()), regions::check)?;
        wizard.require_answers()?;
        // One that is too old for Bedrock says so at the listing.
        if !context.options.offline {
            AwsCli::find(env)?;
        }
        wizard.run().map_err(|mut error| {
            if wizard.added {
                let before = match error.code {
                    Code::Interrupted => "interrupted",
                    _ => &error.message,
                };
                error.message = format!(
                    "{before}; the AWS profile {} stays in {}, Claude Code's settings are as they were",
                    wizard.profile,
                    env.tilde(&wizard.files.config.path)
                );
                let way_on = match (error.code, &error.suggestion) {
                    (Code::Interrupted, _) | (_, None) => {
                        "claude-bedrock setup goes on from there,".to_owned()
                    }
                    (_, Some(step)) => format!("{step}, then claude-bedrock setup once more;"),
                };
                error.suggestion = Some(format!(
                    "{way_on} claude-bedrock sso undo takes the profile out again"
                ));
            }
            error
        })
    }
}

impl Wizard<'_> {
    /// Where nobody can be asked, all that is missing is named before anything is started.
    fn require_answers(&mut self) -> Result<()> {
        let flags = self.flags;
        let env = self.context.env;
        if !flags.yes && env.stdin_is_terminal && env.stderr_is_terminal {
            return Ok(());
        }
        let mut needed = Vec::new();
        if self.is_new() {
            needed = self.missing_for_new();
        }
        if flags.yes {
            if needed.is_empty() {
                return Ok(());
            }
            let message = match self.files.profiles.as_slice() {
                [] => "there is no AWS profile yet, and a new one needs more options",
                _ => "a new AWS profile needs more options",
            };
            let step = format!("add {}", needed.join(" "));
            return Err(Error::new(Code::Usage, message).suggest(step));
        }
        let mut rest = Vec::new();
        for (given, flag) in [
            (flags.profile.is_some() || self.is_new(), "--profile NAME"),
            (flags.region.is_some(), "--region REGION"),
            (flags.model.is_some(), "--model MODEL"),
        ] {
            if !given {
                rest.push(flag);
            }
        }
        needed.push("--yes");
        let needed = needed.join(" ");
        let step = if rest.is_empty() {
            format!("add {needed} to write without a review")
        } else {
            let rest = rest.join(" ");
            format!("add {needed}, and {rest} where what is recommended will not do")
        };
        Err(Error::new(Code::NotATerminal, "there is no terminal to ask on").suggest(step))
    }

    /// Whether a profile is to be made: there is none at all, or the options describe one that is not there.
    fn is_new(&self) -> bool {
        if self.other {
            return self.files.profiles.is_empty();
        }
        let flags = self.flags;
        let described = self.files.profiles.is_empty()
            || flags.sso_start_url.is_some()
            || flags.sso_region.is_some()
            || flags.sso_account.is_some()
            || flags.sso_role.is_some();
        let named = self.flags.profile.as_deref();
        described && named.is_none_or(|name| self.files.find_profile(name).is_none())
    }

    fn run(&mut self) -> Result<Box<dyn Report>> {
        let mut step = Step::Profile;
        let mut asked: Vec<Step> = Vec::new();
        loop {
            // A new profile's questions are not asked again, and which profile to take now is one.
            let chooses = self.added && step != Step::Profile;
            self.prompt.first = asked.is_empty() && !chooses;
            let next = match step {
                Step::Profile => self.choose_profile(),
                Step::NewProfile => self.add_profile(),
                Step::Login => self.log_in(),
                Step::Region => self.choose_region(),
                Step::Model => self.choose_model(),
                Step::Pin => self.choose_pins(),
                Step::Refresh => self.choose_refresh(),
                Step::Isolate => self.choose_isolation(),
                Step::Review => self.review(),
            };
            match next? {
                Next::Asked(to) => {
                    // A profile that was written cannot be asked for once more.
                    if step != Step::NewProfile {
                        asked.push(step);
                    }
                    step = to;
                }
                Next::Known(to) => step = to,
                Next::Back => {
                    step = match asked.pop() {
                        Some(before) => before,
                        None if chooses => self.ask_for_other(),
                        None => return Err(stopped()),
                    };
                }
                Next::OtherProfile => {
                    asked.clear();
                    step = self.ask_for_other();
                }
                Next::Done(report) => return Ok(report),
            }
        }
    }

    fn ask_for_other(&mut self) -> Step {
        self.other = true;
        Step::Profile
    }

    /// The entry that the user chooses; with `--yes` the default.
    fn choose(
        &self,
        question: &str,
        flag: &str,
        entries: &[Entry],
        default: usize,
    ) -> Result<Option<usize>> {
        if self.flags.yes {
            return Ok(Some(default));
        }
        self.prompt.choose(question, flag, entries, default)
    }

    fn note(&self, text: &str) {
        self.context.listener.note(text);
    }

    /// Shows what went wrong, for the user to choose what to do about it.
    fn show(&self, error: &Error) {
        let step = error.suggestion.as_deref();
        let elsewhere = "configure a new one: claude-bedrock setup";
        let step = step.map(|step| step.replace(elsewhere, "choose \"New profile\""));
        let text = bullet(
            &self.prompt.look,
            Mark::Bad,
            &error.message,
            step.as_deref(),
        );
        self.note(text.trim_end());
    }
}

fn stopped() -> Error {
    Error::new(Code::Interrupted, "stopped, nothing was changed")
}
