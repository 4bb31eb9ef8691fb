//! The wizard's region, and the model from what Bedrock lists there.

use super::{Next, Step, Wizard, stopped};
use crate::aws::credentials::Inspector;
use crate::aws::regions;
use crate::claude::models::{self, ListedModel, geographies_of_region, label};
use crate::commands::apply_config::model::{Question, check_region, list};
use crate::commands::ask_bedrock::{Caller, find_kept, is_about_credentials};
use crate::commands::layout::count;
use crate::error::{Code, Error, Result};
use crate::prompt::Entry;

impl Wizard<'_> {
    pub(super) fn choose_region(&mut self) -> Result<Next> {
        if let Some(region) = &self.flags.region {
            regions::check(region)?;
            self.region.clone_from(region);
            return Ok(Next::Known(Step::Model));
        }
        Ok(if self.ask_region()? {
            Next::Asked(Step::Model)
        } else {
            Next::Back
        })
    }

    /// Whether there was an answer. The default is the profile's own region, never one that nobody named.
    fn ask_region(&mut self) -> Result<bool> {
        let env = self.context.env;
        let profile = self.files.find_profile(&self.profile);
        let own = profile.and_then(|profile| profile.region());
        let configured = self
            .config
            .as_ref()
            .and_then(|config| config.region.as_deref());
        let of_session = || {
            let session = profile.and_then(|profile| profile.text("sso_session"));
            let session = self.files.find_sso_session(session?)?;
            session.text("sso_region")
        };
        let before = Some(self.region.as_str()).filter(|region| !region.is_empty());
        let named = before
            .or(own)
            .or(configured)
            .or_else(|| env.var_nonempty("AWS_REGION"));
        let default = named
            .or_else(of_session)
            .filter(|region| regions::is_region_shaped(region))
            .unwrap_or_default()
            .to_owned();
        if let (None, Some(own), Some(configured)) = (before, own, configured)
            && own != configured
        {
            self.note(&format!(
                "Claude Code uses {configured} now; the profile says {own}."
            ));
        }
        if named.is_none() && !default.is_empty() {
            self.note(&format!(
                "Nothing says where to call Bedrock; {default} is the region of IAM Identity Center."
            ));
        }
        if self.flags.yes {
            if default.is_empty() {
                return Err(Error::new(Code::RegionMissing, "no file says which region")
                    .suggest("add --region REGION"));
            }
            self.region = default;
            return Ok(true);
        }
        let question = "Region to call Bedrock in";
        let answer = self
            .prompt
            .ask(question, "--region REGION", &default, &check_known)?;
        let answered = answer.is_some();
        self.region = answer.unwrap_or_default();
        Ok(answered)
    }

    pub(super) fn choose_model(&mut self) -> Result<Next> {
        if self.context.options.offline {
            self.take_kept();
        } else if let Some(next) = self.list_models()? {
            return Ok(next);
        }
        let geographies = geographies_of_region(&self.region);
        if let Some(wanted) = &self.flags.model {
            let gateway = self.flags.base_url.is_some();
            check_region(wanted, &self.region, gateway, &self.listing)?;
            let resolved = match (models::exact(wanted)?, self.listing.is_empty()) {
                (Some(exact), true) => exact,
                _ => models::resolve(wanted, &self.listing, geographies)?,
            };
            self.model = resolved.id;
            return Ok(Next::Known(Step::Pin));
        }
        if self.listing.is_empty() {
            return self.type_model();
        }
        let is = |id: &str| {
            self.listing
                .iter()
                .position(|model| model.invoked_as() == id)
        };
        let entries: Vec<Entry> = self.listing.iter().map(entry).collect();
        let default = is(&self.model).unwrap_or(0);
        let chosen = self.choose("Model", "--model MODEL", &entries, default)?;
        let Some(model) = chosen.and_then(|at| self.listing.get(at)) else {
            return Ok(Next::Back);
        };
        self.model = model.invoked_as().to_owned();
        Ok(Next::Asked(Step::Pin))
    }

    /// Offline and without a listing only an exact id will do.
    fn type_model(&mut self) -> Result<Next> {
        let gateway = self.flags.base_url.is_some();
        let check = |text: &str| match models::exact(text)? {
            Some(_) => check_region(text, &self.region, gateway, &[]),
            None => Err(Error::new(Code::ModelInvalid, "that is no exact model id")
                .suggest("no listing is kept for this profile and region")),
        };
        if self.flags.yes {
            check("")?;
        }
        let question = "Model, as an exact id or ARN";
        let answer = self
            .prompt
            .ask(question, "--model MODEL", &self.model, &check)?;
        let Some(model) = answer else {
            return Ok(Next::Back);
        };
        self.model = model;
        Ok(Next::Asked(Step::Pin))
    }

    fn take_kept(&mut self) {
        let Some(credentials) = &self.credentials else {
            return;
        };
        let caller = self
            .files
            .find_profile(&self.profile)
            .map(|profile| Caller::of(profile, credentials));
        let kept = caller.and_then(|caller| find_kept(self.context, &caller, &self.region));
        self.take_listing(kept.map(|kept| kept.models).unwrap_or_default());
    }

    /// By family, newest first, but for the recommended model, which leads.
    fn take_listing(&mut self, mut listing: Vec<ListedModel>) {
        models::newest_first(&mut listing);
        let best = models::recommended(&listing, geographies_of_region(&self.region));
        let best = best.map(|model| model.id.clone());
        if let Some(at) = listing
            .iter()
            .position(|model| Some(&model.id) == best.as_ref())
        {
            let first = listing.remove(at);
            listing.insert(0, first);
        }
        self.listing = listing;
    }

    /// Asks Bedrock, once for each profile and region. Where it refuses, the user chooses what to do about it; that
    /// may lead away from here.
    fn list_models(&mut self) -> Result<Option<Next>> {
        loop {
            let wanted = (self.profile.clone(), self.region.clone());
            if self.listed_for == wanted {
                return Ok(None);
            }
            let error = match self.list() {
                Ok(listing) => {
                    self.take_listing(listing);
                    self.listed_for = wanted;
                    return Ok(None);
                }
                Err(error)
                    if self.flags.yes
                        || matches!(error.code, Code::Interrupted | Code::ModelInvalid) =>
                {
                    return Err(error);
                }
                Err(error) => error,
            };
            self.show(&error);
            let next = self.mend(&error)?;
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    fn list(&self) -> Result<Vec<ListedModel>> {
        let context = self.context;
        let profile = self.files.require_profile(&self.profile)?;
        // The session may have renewed itself since.
        let credentials = Inspector::new(context.env, &self.files).inspect(&self.profile);
        context.listener.progress(&format!(
            "Asking Bedrock in {} which models {} may call",
            self.region, self.profile
        ));
        let (listing, remarks) = list(&Question {
            context,
            caller: Caller::of(profile, &credentials),
            credentials: &credentials,
            region: &self.region,
            model: self.flags.model.as_deref().unwrap_or_default(),
            pin: false,
            gateway: self.flags.base_url.is_some(),
            listing: None,
        })?;
        self.note(&format!(
            "Bedrock lists {} for it in {}.",
            count(listing.len(), "Claude model"),
            self.region
        ));
        for remark in remarks {
            self.note(&remark.message);
        }
        Ok(listing)
    }

    /// What to do about a refusal: another region (those with access first), logging in, once more; another step.
    fn mend(&mut self, error: &Error) -> Result<Option<Next>> {
        let found = error.details.iter().find(|(name, _)| *name == "regions");
        let elsewhere: Vec<String> = found
            .and_then(|(_, regions)| regions.as_array())
            .into_iter()
            .flatten()
            .filter_map(|region| Some(region.as_str()?.to_owned()))
            .collect();
        let login = self.credentials.as_ref().and_then(|it| it.login.clone());
        let login = login.filter(|_| is_about_credentials(error.code));
        let mut entries: Vec<Entry> = elsewhere
            .iter()
            .map(|region| Entry::new(region, "this profile has access there"))
            .collect();
        if let Some(login) = &login {
            entries.push(Entry::new("Log in", login.command()));
        }
        for label in ["Try again", "Another region", "Another profile", "Stop"] {
            entries.push(Entry::new(label, ""));
        }
        let chosen = self.choose("How to go on?", "--offline", &entries, 0)?;
        let Some(chosen) = chosen else {
            return Ok(Some(Next::Back));
        };
        if let Some(region) = elsewhere.get(chosen) {
            self.region.clone_from(region);
            return Ok(None);
        }
        let logins = usize::from(login.is_some());
        match (chosen - elsewhere.len(), login) {
            (0, Some(_)) => self.start_login()?,
            (at, _) => match at - logins {
                1 if !self.ask_region()? => return Ok(Some(Next::Back)),
                0 | 1 => {}
                2 => return Ok(Some(Next::OtherProfile)),
                _ => return Err(stopped()),
            },
        }
        Ok(None)
    }
}

/// A region to type: shaped like one, known, and with Bedrock. `--region` takes unknown ones too.
fn check_known(region: &str) -> Result<()> {
    regions::check(region)?;
    let message = match regions::has_bedrock(region) {
        Some(true) => return Ok(()),
        Some(false) => format!("Bedrock is not in {region}"),
        None => format!("{region} is not among the known regions"),
    };
    let step = match regions::nearest(region) {
        Some(near) => format!("did you mean {near}?"),
        None => "choose another".to_owned(),
    };
    Err(Error::new(Code::RegionInvalid, message).suggest(step))
}

fn entry(model: &ListedModel) -> Entry {
    let parsed = model.parsed();
    let name = match (&parsed, &model.name) {
        (Some(id), _) if !model.application => format!("{id}, {}", label(id.geography)),
        (_, Some(name)) => name.clone(),
        _ => model.id.clone(),
    };
    Entry::new(name, model.invoked_as())
}
