//! `models`: which Claude models a profile may call in a region, by family, newest first.

use serde::Serialize;

use crate::aws::credentials::Inspector;
use crate::aws::profiles::AwsFiles;
use crate::aws::regions;
use crate::claude::models::{
    Family, ListedModel, geographies_of_region, label, newest_first, recommended, without_one_m,
};
use crate::commands::Context;
use crate::commands::ask_bedrock::{Asker, Caller, Listing, find_kept, no_access, refusal};
use crate::commands::facts::{Access, Facts, Sourced};
use crate::commands::layout::{Mark, bullet};
use crate::commands::usage::{Flag, Takes, arguments};
use crate::error::{Code, Error, Result};
use crate::exec;
use crate::report::{Look, Report, Tint, Warning, capitalized, document, escape, fold};
use crate::time::{describe_span, format_timestamp};

arguments! {
    /// Show the Claude models that a profile may call, newest first
    ///
    /// Lists them with one call of aws; with --offline, or when AWS cannot be reached, from the last time.
    ///
    /// Examples:
    ///   claude-bedrock models                               of the configured profile
    ///   claude-bedrock models --profile dev --region eu-west-1
    pub struct Models = "models" {
        /// AWS profile; without it whatever Claude Code signs with: a Bedrock API key, the configured profile, keys in variables
        profile: Option<String> = Flag::option("profile", Takes::Text("NAME"));

        /// AWS region; without it the configured one, else the profile's own
        region: Option<String> = Flag::option("region", Takes::Text("REGION"));
    }
}

/// The `data` of the answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    /// `None`: a Bedrock API key, or keys in variables.
    profile: Option<String>,
    region: String,
    #[serde(skip)]
    whose: String,
    /// When AWS listed them.
    fetched_at: String,
    /// Whether that is from an earlier time.
    kept: bool,
    #[serde(skip)]
    age: i64,
    recommended: Option<String>,
    models: Vec<Model>,
    warnings: Vec<Warning>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Model {
    /// What Claude Code is to be given.
    id: String,
    name: Option<String>,
    family: String,
    version: String,
    geography: Option<String>,
    application: bool,
    behind: Option<String>,
    chosen: bool,
    pinned: bool,
    #[serde(skip)]
    place: String,
}

impl Models {
    /// Lists.
    ///
    /// # Errors
    /// `USAGE` or `REGION_MISSING` where nothing says which profile or region; what AWS says, where no listing
    /// is kept or it gives no access.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let env = context.env;
        let facts = Facts::gather(env, context.options);
        let files = facts.files.as_ref().map_err(Error::clone)?;
        let config = facts.stack.current_config();
        let subject = self.subject(&facts, files)?;
        regions::check(&subject.region)?;
        let whose = subject.whose(&facts.access);
        let mut warnings = Vec::new();
        let listing = match subject.list(context, &whose, &mut warnings) {
            Ok(listing) => listing,
            Err(error) => {
                exec::check_interrupted()?;
                // An answer: what was listed once is no longer to be had.
                if matches!(error.code, Code::AccessDenied | Code::BedrockAccessDenied) {
                    return Err(error);
                }
                let kept = find_kept(context, &subject.caller, &subject.region);
                let kept = kept.ok_or_else(|| error.clone())?;
                if !context.options.offline {
                    warnings.push(Warning::from(&error));
                }
                kept
            }
        };
        let Subject { name, region, .. } = subject;
        let age = listing.kept_at.map_or(0, |at| env.now - at);
        let mut models = listing.models;
        newest_first(&mut models);
        let chosen = config.and_then(|config| config.model);
        Ok(Box::new(Listed {
            profile: name,
            whose,
            fetched_at: format_timestamp(env.now - age),
            kept: listing.kept_at.is_some(),
            age,
            recommended: recommended(&models, geographies_of_region(&region))
                .map(|model| model.invoked_as().to_owned()),
            region,
            models: models
                .iter()
                .map(|model| Model::new(model, chosen.as_deref(), &facts.pins))
                .collect(),
            warnings,
        }))
    }

    /// Whom to ask as: `--profile`, else what Claude Code signs with, else `default`, else the only profile.
    fn subject(&self, facts: &Facts<'_>, files: &AwsFiles) -> Result<Subject> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let (name, wanted) = (given(&self.profile), given(&self.region));
        if let (None, Some(caller)) = (&name, Caller::of_variables(facts)) {
            return Ok(Subject {
                name: None,
                region: wanted.unwrap_or_else(|| facts.region.used.value.clone()),
                caller,
                refusal: None,
            });
        }
        let access = facts.access.profile().filter(|_| facts.access.is_named());
        let variable = facts.profile.as_ref().map(|found| found.value.as_str());
        let alone = match files.profiles.as_slice() {
            [only] => Some(only.name.as_str()),
            _ => files
                .find_profile("default")
                .map(|profile| profile.name.as_str()),
        };
        let shell = facts.env.var_nonempty("AWS_PROFILE");
        let found = access.or(variable).or(shell).or(alone);
        let name = name.or_else(|| found.map(str::to_owned)).ok_or_else(|| {
            Error::new(Code::Usage, "nothing says which profile to ask with")
                .suggest("pass --profile NAME, or configure one: claude-bedrock setup")
        })?;
        let profile = files.require_profile(&name)?;
        let config = facts.stack.current_config();
        let configured = (access.or(variable) == Some(name.as_str()))
            .then(|| config.as_ref()?.region.clone())
            .flatten();
        let region = wanted
            .or(configured)
            .or_else(|| profile.region().map(str::to_owned))
            .or_else(|| config?.region)
            // Where nothing says, Claude Code has a region all the same.
            .or_else(|| {
                let used = facts.on && facts.profile_name() == name;
                used.then(|| facts.region.used.value.clone())
            })
            .ok_or_else(|| {
                Error::new(
                    Code::RegionMissing,
                    format!("the profile `{name}` names no region"),
                )
                .suggest("pass --region, such as --region us-east-1")
            })?;
        let credentials = Inspector::new(facts.env, files).inspect(&name);
        Ok(Subject {
            caller: Caller::of(profile, &credentials),
            refusal: refusal(&credentials),
            name: Some(name),
            region,
        })
    }
}

/// Whom AWS is asked as, and where.
struct Subject {
    name: Option<String>,
    region: String,
    caller: Caller,
    /// Why AWS need not be asked.
    refusal: Option<Error>,
}

impl Subject {
    /// Whose models they are, for a sentence.
    fn whose(&self, access: &Access) -> String {
        match (&self.name, access) {
            (Some(name), _) => format!("the profile {name}"),
            (None, Access::BearerToken(origin)) => {
                format!("the Bedrock API key ({})", origin.words())
            }
            (None, Access::Keys(origin)) => {
                format!("the access keys in variables ({})", origin.words())
            }
            (None, _) => "the credentials of this machine".to_owned(),
        }
    }

    /// What AWS lists now, and with it what the listing lacks.
    fn list(
        &self,
        context: &Context<'_>,
        whose: &str,
        warnings: &mut Vec<Warning>,
    ) -> Result<Listing> {
        let region = &self.region;
        if context.options.offline {
            let message = format!("no listing is kept for {whose} in {region}");
            let error = Error::new(Code::ListingMissing, message);
            return Err(error.suggest("leave --offline out once"));
        }
        let listener = context.listener;
        listener.progress(&format!("Listing the models in {region}"));
        if let Some(refusal) = &self.refusal {
            return Err(refusal.clone());
        }
        if regions::has_bedrock(region) == Some(false) {
            return Err(no_access(region));
        }
        let asker = Asker::new(context)?;
        let profiles = asker.list(&self.caller, region, true)?;
        warnings.extend(asker.remarks(&self.caller, region));
        let listing = Listing::new(&profiles, None);
        if listing.models.is_empty() {
            return Err(no_access(region));
        }
        Ok(listing)
    }
}

impl Model {
    fn new(model: &ListedModel, chosen: Option<&str>, pins: &[(Family, Sourced)]) -> Self {
        let names = |text: &str| model.is(without_one_m(text));
        let id = model.parsed();
        let geography = id.and_then(|id| id.geography);
        Model {
            id: model.invoked_as().to_owned(),
            name: model.name.clone(),
            family: id.map_or_else(String::new, |id| id.family.word().to_owned()),
            version: id.map_or_else(String::new, |id| {
                let (major, minor) = id.version.release();
                if minor == 0 {
                    major.to_string()
                } else {
                    format!("{major}.{minor}")
                }
            }),
            place: if model.application {
                model.name.clone().unwrap_or_else(|| "own".to_owned())
            } else {
                label(geography).to_owned()
            },
            geography: geography.map(str::to_owned),
            application: model.application,
            behind: model.model_id.clone(),
            chosen: chosen.is_some_and(names),
            pinned: pins.iter().any(|(_, pin)| names(&pin.value)),
        }
    }
}

impl Report for Listed {
    fn json(&self) -> String {
        document(self)
    }

    fn text(&self, look: &Look) -> String {
        let mut head = format!("Claude models for {} in {}", self.whose, self.region);
        if self.kept {
            let age = describe_span(self.age);
            head.push_str(&format!(", as AWS listed them {age} ago"));
        }
        let head = fold(&escape(&head), look.width, 0);
        let mut out = format!("{}\n", look.tint(Tint::Bold, &head));
        for warning in &self.warnings {
            let what = if self.kept {
                "AWS did not list them now: "
            } else {
                "Not complete: "
            };
            let told = format!("{what}{}", warning.message);
            out.push_str(&bullet(
                look,
                Mark::Warn,
                &told,
                warning.suggestion.as_deref(),
            ));
        }
        let width = |of: fn(&Model) -> &str| {
            let widths = self
                .models
                .iter()
                .map(|model| escape(of(model)).chars().count());
            widths.max().unwrap_or(0)
        };
        let (versions, places, ids) = (
            width(|it| &it.version),
            width(|it| &it.place),
            width(|it| &it.id),
        );
        let at = versions + places + 6;
        // An id is not broken. Where it fits only below its version, all stand there.
        let stacked = self.models.iter().any(|model| {
            let id = escape(&model.id).chars().count();
            at + id > look.width && versions + 4 + id <= look.width
        });
        let mut family = None;
        for model in &self.models {
            if family != Some(&model.family) {
                let word = match model.family.as_str() {
                    "" => "Other".to_owned(),
                    family => escape(&capitalized(family)),
                };
                out.push_str(&format!("\n{}\n", look.tint(Tint::Bold, &word)));
                family = Some(&model.family);
            }
            let marks = [
                (model.chosen, "chosen"),
                (model.pinned, "pinned"),
                (self.recommended.as_ref() == Some(&model.id), "recommended"),
            ];
            let marks: Vec<&str> = marks
                .iter()
                .filter(|(is, _)| *is)
                .map(|(_, word)| *word)
                .collect();
            let marks = marks.join(", ");
            let tinted = look.tint(Tint::Good, &marks);
            let id = escape(&model.id);
            let head = format!(
                "  {:versions$}  {:places$}  ",
                escape(&model.version),
                escape(&model.place),
            );
            out.push_str(&if stacked {
                let head = head + &tinted;
                format!("{}\n{}{id}", head.trim_end(), " ".repeat(versions + 4))
            } else {
                let line = format!("{head}{id:ids$}  ");
                let (column, end) = (line.chars().count(), line.trim_end().chars().count());
                // In a column of their own, else right beside the id, else below it.
                let gap = if marks.is_empty() {
                    String::new()
                } else if column + marks.len() <= look.width {
                    " ".repeat(column - end)
                } else if end + 2 + marks.len() <= look.width {
                    "  ".to_owned()
                } else {
                    format!("\n{}", " ".repeat(at))
                };
                format!("{}{gap}{tinted}", line.trim_end())
            });
            out.push('\n');
        }
        out
    }
}
