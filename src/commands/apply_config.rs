//! `apply-config`: puts Bedrock into Claude Code's settings, or takes it out again.

use serde::Serialize;

use crate::aws::claude_view::ClaudeView;
use crate::aws::credentials::{Credentials, Inspector};
use crate::aws::profiles::AwsFiles;
use crate::aws::regions;
use crate::claude::keys;
use crate::claude::models::ListedModel;
use crate::claude::plan::{self, Change, Refresh, Wishes};
use crate::claude::settings::{Stack, parse_settings};
use crate::commands::ask_bedrock::Caller;
use crate::commands::settings_edit::{Edited, edit};
use crate::commands::usage::{Flag, Takes, arguments, words};
use crate::commands::{Context, reset, session};
use crate::error::{Code, Error, Result};
use crate::file;
use crate::json_edit::Document;
use crate::report::{Report, Warning, document};
use crate::shell::{option, program};

pub mod model;

arguments! {
    /// Put Bedrock into Claude Code's settings, or take it out again
    ///
    /// Changes the keys it owns and not one other byte. The file from before the first run is kept beside it, and
    /// --remove gives it back.
    ///
    /// Examples:
    ///   claude-bedrock apply-config --profile dev --region us-west-2 --model opus
    ///   claude-bedrock apply-config --profile dev --region eu-west-1 --model eu.opus \
    ///     --pin --auth-refresh guarded --dry-run
    ///   claude-bedrock apply-config --remove
    pub struct ApplyConfig = "apply-config" {
        /// AWS profile to use
        pub profile: Option<String> = Flag::option("profile", Takes::Text("NAME"));

        /// AWS region to call Bedrock in
        pub region: Option<String> = Flag::option("region", Takes::Text("REGION"));

        /// Model: an inference profile id, an ARN, a family (`opus`), a display name or a part of an id
        pub model: Option<String> = Flag::option("model", Takes::Text("MODEL"));

        /// Take Bedrock out again and put earlier values back
        pub remove: bool = Flag::option("remove", Takes::Switch);

        /// Show what would change as a unified diff and write nothing
        pub dry_run: bool = Flag::switch("dry-run");

        /// Where the model goes: ANTHROPIC_MODEL (env) or the top-level `model`, which leaves `/model` working (settings)
        pub model_in: ModelIn = Flag::option("model-in", Takes::OneOf("PLACE", ModelIn::WORDS));

        /// How Claude Code logs in again when the session ends [default: aws; with --skip-auth none]
        pub auth_refresh: Option<AuthRefresh> = Flag::option("auth-refresh", Takes::OneOf("HOW", AuthRefresh::WORDS));

        /// Give the credentials to Bedrock alone, not to the commands that Claude Code runs
        pub isolate: bool = Flag::switch("isolate");

        /// Call Bedrock at this address (a gateway or a VPC endpoint); left out, one from an earlier run goes
        pub base_url: Option<String> = Flag::option("base-url", Takes::Text("URL"));

        /// Send requests unsigned, for a gateway that signs them; left out, that of an earlier run goes
        pub skip_auth: bool = Flag::switch("skip-auth");

        /// Also pin what `opus`, `sonnet`, `haiku` and `fable` mean: the newest of each in the model's geography; left out,
        /// pins of an earlier run go
        pub pin: bool = Flag::switch("pin");
    }
}

words! {
    /// Where `--model-in` puts the model.
    pub enum ModelIn {
        /// `env.ANTHROPIC_MODEL`.
        Env = "env",
        /// The top-level `model`.
        Settings = "settings",
    }
}

words! {
    /// What `--auth-refresh` makes of `awsAuthRefresh`.
    pub enum AuthRefresh {
        /// `aws sso login` or `aws login`, for profiles that log in.
        Aws = "aws",
        /// `claude-bedrock login --if-needed`, which starts `aws` only when the session is over.
        Guarded = "guarded",
        /// Nothing; one of ours is taken out.
        None = "none",
        /// What is there stays.
        Keep = "keep",
    }
}

/// The `data` of `apply-config`: the recorded members, then ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Configured {
    applied: bool,
    config: Config,
    settings_path: String,
    requires_restart: bool,
    /// Whether the file has, or would have, other bytes.
    pub changed: bool,
    /// Whether AWS was asked about the model.
    verified: bool,
    changes: Vec<Change>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

#[derive(Serialize)]
struct Config {
    profile: String,
    region: String,
    model: String,
}

/// The `data` of `apply-config --remove`.
#[derive(Serialize)]
struct Reverted {
    removed: bool,
    #[serde(flatten)]
    edited: Edited,
}

impl ApplyConfig {
    /// Applies, or removes.
    ///
    /// # Errors
    /// `USAGE` for a missing flag; whatever stands in the way of the profile, the region, the model or the file.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let path = context.settings_path();
        if self.remove {
            let mut edited = edit(context, &path, self.dry_run, &mut |seen| {
                plan::plan_reset(seen.current, seen.kept, &path)
            })?;
            reset::warn_of_others(context, &path, &mut edited);
            let removed = !self.dry_run;
            return Ok(Box::new(Reverted { removed, edited }));
        }
        Ok(Box::new(self.configure(context, None)?))
    }

    /// Applies, with a listing that the caller has of that profile and region, or one asked for.
    ///
    /// # Errors
    /// As [`ApplyConfig::run`].
    pub fn configure(
        &self,
        context: &Context<'_>,
        listing: Option<&[ListedModel]>,
    ) -> Result<Configured> {
        let path = context.settings_path();
        let required = |value: &Option<String>, flag: &str| {
            value
                .clone()
                .filter(|value| !value.is_empty())
                .ok_or_else(|| {
                    Error::new(Code::Usage, format!("missing required argument: {flag}")).suggest(
                        "claude-bedrock apply-config --profile=NAME --region=REGION --model=MODEL",
                    )
                })
        };
        let profile = required(&self.profile, "--profile=<profile-name>")?;
        let region = required(&self.region, "--region=<region>")?;
        let model = required(&self.model, "--model=<model-id>")?;
        regions::check(&region)?;
        let doubt = regions::doubt(&region);
        if let Some(url) = self.base_url.as_deref().filter(|url| !is_web_address(url)) {
            let message = format!("`{url}` is not the address of a server");
            return Err(Error::new(Code::Usage, message)
                .suggest("pass --base-url with http:// or https:// and a host"));
        }

        let env = context.env;
        let files = AwsFiles::load(env)?;
        let entry = files.require_profile(&profile).map_err(|mut error| {
            if let Some(why) = files.find_unreadable(env).first() {
                error.suggestion = Some(format!(
                    "{}; {}",
                    why.message,
                    why.suggestion.as_deref().unwrap_or_default()
                ));
            }
            error
        })?;
        let credentials = Inspector::new(env, &files).inspect(&profile);
        // What cannot be edited is refused before AWS is asked.
        let settings = parse_settings(&file::read(&path)?.unwrap_or_default(), &path)?;
        let choice = model::choose(&model::Question {
            context,
            caller: Caller::of(entry, &credentials),
            credentials: &credentials,
            region: &region,
            model: &model,
            pin: self.pin,
            gateway: self.base_url.is_some(),
            listing,
        })?;
        // Claude Code asks with these credentials, and by itself sees no role credentials that `aws` keeps.
        let met = credentials.clone().met(&profile, self.isolate);
        let asked = !context.options.offline && met.cached_role_until.is_none();
        let problem = met.problem.as_ref();
        let problem = problem.filter(|_| !asked && !met.is_valid());
        let mut warnings: Vec<Warning> = problem.map(Warning::from).into_iter().collect();
        warnings.extend(choice.warnings);
        if let Some((code, message, step)) = doubt {
            // What AWS confirms may be newer than the table.
            if !choice.verified && regions::find_slip(&region).is_some() {
                let step = format!("{step} A new region takes a run without --offline");
                return Err(Error::new(Code::RegionInvalid, message).suggest(step));
            }
            warnings.push(Warning::new(code, message).suggest(step));
        }
        // What an export command prints comes from `aws`, which reads the profile.
        if !self.isolate {
            let view = ClaudeView::load(env, &files);
            warnings.extend(view.differing(entry, &files));
        }
        warnings.extend(self.refresh_misfit(&profile, &credentials, &files, &settings));
        let mut wishes = self.wishes(context, &profile, &region, &choice.model, &credentials);
        wishes.pins = choice.pins;
        let before = Stack::load(env);
        let edited = edit(context, &path, self.dry_run, &mut |seen| {
            plan::plan_apply(seen.current, seen.kept, &wishes, &path)
        })?;
        let obstacles = plan::find_obstacles(&before, &wishes, &path, &edited.changes);
        warnings.extend(obstacles);
        warnings.extend(edited.warnings);
        Ok(Configured {
            applied: !self.dry_run,
            config: Config {
                profile,
                region,
                model: choice.model,
            },
            settings_path: path.display().to_string(),
            requires_restart: true,
            changed: edited.changed,
            verified: choice.verified,
            changes: edited.changes,
            diff: edited.diff,
            warnings,
        })
    }

    /// Where the log-in that is asked for, or kept, is none for the profile.
    fn refresh_misfit(
        &self,
        profile: &str,
        credentials: &Credentials,
        files: &AwsFiles,
        settings: &Document,
    ) -> Option<Warning> {
        let (code, message, step) = match self.auth_refresh? {
            AuthRefresh::Keep if !self.skip_auth => {
                let kept = settings.get(keys::REFRESH)?;
                let (code, message) = session::find_misfit(kept.as_str()?, credentials, files)?;
                (code, message, "leave --auth-refresh keep out")
            }
            AuthRefresh::Aws | AuthRefresh::Guarded if !credentials.can_log_in() => {
                let message = format!(
                    "--auth-refresh has nothing to write: the profile `{profile}` is none that one logs in to"
                );
                ("REFRESH_WITHOUT_LOGIN", message, "leave --auth-refresh out")
            }
            _ => return None,
        };
        Some(Warning::new(code, message).suggest(step))
    }

    fn wishes(
        &self,
        context: &Context<'_>,
        profile: &str,
        region: &str,
        model: &str,
        credentials: &Credentials,
    ) -> Wishes {
        // Of unsigned requests none is refused for want of a login.
        let usual = if self.skip_auth {
            AuthRefresh::None
        } else {
            AuthRefresh::Aws
        };
        let refresh = match (self.auth_refresh.unwrap_or(usual), &credentials.login) {
            (AuthRefresh::Keep, _) => Refresh::Keep,
            (AuthRefresh::None, _) | (_, None) => Refresh::None,
            (AuthRefresh::Aws, Some(login)) => Refresh::Write(login.command()),
            (AuthRefresh::Guarded, Some(login)) => Refresh::Write(format!(
                "{} login --if-needed {}",
                own_command(context),
                option("--profile", login.profile())
            )),
        };
        Wishes {
            profile: (!self.isolate).then(|| profile.to_owned()),
            region: region.to_owned(),
            model: Some(model.to_owned()),
            model_in: match self.model_in {
                ModelIn::Env => plan::ModelIn::Env,
                ModelIn::Settings => plan::ModelIn::Settings,
            },
            pins: Vec::new(),
            refresh,
            credential_export: self.isolate.then(|| {
                format!(
                    "aws configure export-credentials {} --format process",
                    option("--profile", profile)
                )
            }),
            base_url: self.base_url.clone(),
            skip_auth: self.skip_auth,
        }
    }
}

/// How a shell starts this program: by its path, since a shell that Claude Code starts may have another `PATH`.
fn own_command(context: &Context<'_>) -> String {
    let path = context
        .env
        .executable
        .as_ref()
        .and_then(|path| path.to_str());
    program(path.unwrap_or("claude-bedrock"))
}

/// Whether `url` is `http` or `https` with a host, and free of blanks.
fn is_web_address(url: &str) -> bool {
    let scheme = ["https://", "http://"];
    let rest = scheme.iter().find_map(|scheme| {
        let start = url.get(..scheme.len())?;
        start
            .eq_ignore_ascii_case(scheme)
            .then(|| &url[scheme.len()..])
    });
    rest.is_some_and(|rest| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        !host.is_empty()
            && !host.starts_with(':')
            && !url.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

impl Report for Configured {
    fn json(&self) -> String {
        document(self)
    }
}

impl Report for Reverted {
    fn json(&self) -> String {
        document(self)
    }
}
