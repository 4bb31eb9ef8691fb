//! Asking AWS for identities and listings: the fewest runs of `aws`, side by side, kept for offline use.
//!
//! The commands say for whom; what is run, in which order and what it means is decided here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::aws::cli::{self, AwsCli};
use crate::aws::credentials::Credentials;
use crate::aws::failure;
use crate::aws::identity::{self, Identity};
use crate::aws::listing::{self, Answer, InferenceProfile, Kind, Target};
use crate::aws::regions::{self, has_bedrock};
use crate::claude::models::ListedModel;
use crate::commands::Context;
use crate::error::{Code, Error, Result};
use crate::exec::{self, Output, Run, lock};
use crate::hash::NameSet;
use crate::report::Warning;
use crate::time::Epoch;

mod caller;

pub use caller::Caller;

/// A listing with its age.
pub struct Listing {
    /// The models, `global.` first.
    pub models: Vec<ListedModel>,
    /// What of other makers is listed beside them, by id and by ARN.
    pub others: Vec<String>,
    /// When AWS gave it, for one that was kept; `None`: just now.
    pub kept_at: Option<Epoch>,
}

impl Listing {
    /// What `aws` listed.
    pub fn new(profiles: &[InferenceProfile], kept_at: Option<Epoch>) -> Self {
        Listing {
            models: listed(profiles),
            others: of_others(profiles),
            kept_at,
        }
    }
}

/// Asks AWS.
pub struct Asker<'a> {
    context: &'a Context<'a>,
    cli: AwsCli,
    /// For each session that has to renew itself, how that went.
    renewals: Mutex<Vec<(String, Arc<Mutex<Renewal>>)>>,
    lacks_type_filter: AtomicBool,
    /// What a listing lacks, by the caller's group and the region.
    remarks: Mutex<Vec<(String, String, Warning)>>,
}

/// How a session renewed itself: at the first run of `aws` that needs it.
#[derive(Default)]
enum Renewal {
    /// Nothing has run yet.
    #[default]
    Ahead,
    /// Nothing was said against it.
    Done,
    /// It could not, as the run for that caller told: nobody of that session is to be asked for.
    Failed(Box<(Caller, Error)>),
}

/// The code of a listing that lacks something.
const INCOMPLETE: &str = "LISTING_INCOMPLETE";

const LIST: &str = "bedrock list-inference-profiles";

impl<'a> Asker<'a> {
    /// Finds `aws`.
    ///
    /// # Errors
    /// `AWS_CLI_NOT_FOUND`.
    pub fn new(context: &'a Context<'a>) -> Result<Self> {
        Ok(Asker {
            context,
            cli: context.find_aws()?,
            renewals: Mutex::default(),
            lacks_type_filter: AtomicBool::new(false),
            remarks: Mutex::default(),
        })
    }

    /// Lists the inference profiles in a region: Amazon's and the account's own. With `at_once` both are asked for side
    /// by side; else the account's own only where there is access.
    ///
    /// # Errors
    /// Whatever `aws` says of Amazon's; without the account's own a listing is whole enough.
    pub fn list(
        &self,
        caller: &Caller,
        region: &str,
        at_once: bool,
    ) -> Result<Vec<InferenceProfile>> {
        let profile = caller.profile.as_deref();
        let by_kind =
            |kind| caller.prepare(self.cli.list_inference_profiles(profile, region, kind));
        let unfiltered = || caller.prepare(self.cli.list_all_inference_profiles(profile, region));
        let read = |outcome, kind: Option<Kind>| -> Result<Vec<InferenceProfile>> {
            let context = caller.failure(LIST, Some(region));
            let mut parsed = cli::read(&context, outcome, listing::parse)?;
            // An address that stands in for AWS may pass over the filter.
            let asked_for = |it: &InferenceProfile| kind.is_none_or(|kind| it.kind == kind);
            parsed.profiles.retain(asked_for);
            if parsed.skipped > 0 {
                let message = format!(
                    "the listing of {region} has odd records, which are left out: {}",
                    parsed.skipped
                );
                self.remark(caller, region, Warning::new(INCOMPLETE, message));
            }
            Ok(parsed.profiles)
        };

        let mut lacks_filter = self.lacks_type_filter.load(Ordering::Relaxed);
        let mut runs = if lacks_filter {
            vec![unfiltered()]
        } else {
            vec![by_kind(Kind::SystemDefined)]
        };
        if at_once && !lacks_filter {
            runs.push(by_kind(Kind::Application));
        }
        let mut outcomes = self.run(caller, &runs).into_iter();
        let mut first = outcomes.next().unwrap_or_else(nothing_ran);
        if !lacks_filter && cli::lacks_type_filter(&first) {
            self.lacks_type_filter.store(true, Ordering::Relaxed);
            lacks_filter = true;
            first = exec::capture(&unfiltered());
        }
        let mut profiles = read(first, (!lacks_filter).then_some(Kind::SystemDefined))?;
        let has_claude = profiles.iter().any(InferenceProfile::is_claude);
        let mut further = outcomes.next();
        if !at_once && !lacks_filter && has_claude {
            further = Some(exec::capture(&by_kind(Kind::Application)));
        }
        if let Some(further) = further.filter(|_| !lacks_filter) {
            match read(further, Some(Kind::Application)) {
                Ok(further) => profiles.extend(further),
                Err(error) if has_claude => {
                    let mut warning = Warning::from(&error);
                    warning.code = INCOMPLETE;
                    warning.message = format!(
                        "the account's own inference profiles in {region} are not known: {}",
                        error.message
                    );
                    self.remark(caller, region, warning);
                }
                Err(error) => self.context.listener.trace(&error.message),
            }
        }
        // What answers in place of AWS may not know `--type-equals`, and list everything both times.
        let mut seen = NameSet::default();
        profiles.retain(|profile| seen.insert(profile.id.clone()));
        if has_claude
            && let Err(error) = listing::keep(self.context.env, caller.key(region), &profiles)
        {
            self.context.listener.trace(&error.message);
        }
        Ok(profiles)
    }

    fn remark(&self, caller: &Caller, region: &str, warning: Warning) {
        lock(&self.remarks).push((caller.group.clone(), region.to_owned(), warning));
    }

    /// What the listing of that caller and region lacks.
    pub fn remarks(&self, caller: &Caller, region: &str) -> Vec<Warning> {
        let remarks = lock(&self.remarks);
        let its = remarks
            .iter()
            .filter(|(group, of, _)| *group == caller.group && of == region);
        its.map(|(_, _, warning)| warning.clone()).collect()
    }

    /// Finds access for every caller: `waves` as in [`Target`]. The answers are in the callers' order.
    pub fn search(
        &self,
        callers: &[Caller],
        waves: &dyn Fn(&Caller) -> Vec<Vec<String>>,
        jobs: usize,
    ) -> Vec<Answer> {
        let targets: Vec<Target> = callers
            .iter()
            .map(|caller| Target {
                profile: caller.profile.clone().unwrap_or_default(),
                group_key: caller.group.clone(),
                waves: waves(caller),
            })
            .collect();
        let list = |profile: &str, region: &str| {
            let index = targets.iter().position(|target| target.profile == profile);
            let found = index.and_then(|index| Some((callers.get(index)?, targets.get(index)?)));
            let (caller, target) = found.ok_or_else(unknown_caller)?;
            let first = target.waves.first().and_then(|wave| wave.first());
            self.list(caller, region, first.is_some_and(|first| first == region))
        };
        let mut answers = listing::ask(&targets, jobs, &list, &mut |done, target| {
            self.progress(done, targets.len(), &target.profile);
        });
        for (caller, answer) in callers.iter().zip(&mut answers) {
            if let Some(error) = &mut answer.error {
                let asked = callers.iter().find(|known| known.group == caller.group);
                caller.take_over(error, asked.unwrap_or(caller));
            }
        }
        answers
    }

    /// Asks who each caller is; one run for those of a group. The answers are in the callers' order.
    pub fn identify(&self, callers: &[(Caller, String)], jobs: usize) -> Vec<Result<Identity>> {
        let mut groups: Vec<&(Caller, String)> = Vec::new();
        for caller in callers {
            if !groups.iter().any(|known| known.0.group == caller.0.group) {
                groups.push(caller);
            }
        }
        // A session that has to renew itself does so once, before others of it are asked.
        let (mut first, mut rest): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
        for group in groups {
            let again = group.0.renewal.is_some()
                && first
                    .iter()
                    .any(|known: &&(Caller, _)| known.0.renewal == group.0.renewal);
            if again {
                rest.push(group);
            } else {
                first.push(group);
            }
        }
        let mut answers: Vec<(&Caller, Result<Identity>)> = Vec::new();
        for round in [first, rest] {
            let mut asked = Vec::new();
            for group in round {
                match self.lost(&group.0) {
                    Some(error) => answers.push((&group.0, Err(error))),
                    None => asked.push(group),
                }
            }
            let runs: Vec<Run> = asked
                .iter()
                .map(|(caller, region)| self.sts(caller, region))
                .collect();
            let mut done = 0;
            let outcomes = exec::capture_all(&runs, jobs, &mut |index| {
                done += 1;
                if let Some((caller, _)) = asked.get(index) {
                    let name = caller.profile.as_deref().unwrap_or_default();
                    self.progress(done, runs.len(), name);
                }
            });
            for ((caller, _), outcome) in asked.iter().zip(outcomes) {
                self.note_renewal(caller, &outcome);
                answers.push((caller, read_identity(caller, outcome)));
            }
        }
        let answer = |(caller, _): &(Caller, _)| {
            let known = answers
                .iter()
                .find(|(asked, _)| asked.group == caller.group);
            let (asked, answer) = known.ok_or_else(unknown_caller)?;
            answer.clone().map_err(|mut error| {
                caller.take_over(&mut error, asked);
                error
            })
        };
        callers.iter().map(answer).collect()
    }

    /// Asks for the identity and the listing, side by side where no session has to renew itself first.
    pub fn identify_and_list(
        &self,
        caller: &Caller,
        region: &str,
    ) -> (Result<Identity>, Result<Vec<InferenceProfile>>) {
        let one = [(caller.clone(), region.to_owned())];
        let identify = || {
            let mut answers = self.identify(&one, 1);
            answers.pop().unwrap_or_else(|| Err(unknown_caller()))
        };
        if caller.renewal.is_some() {
            let who = identify();
            return (who, self.list(caller, region, true));
        }
        let listing = Mutex::new(None);
        let list = |_| *lock(&listing) = Some(self.list(caller, region, true));
        let mut who = None;
        exec::side_by_side(1, &list, &mut |board| {
            board.want(0);
            who = Some(identify());
            board.next_done();
        });
        let listed = lock(&listing).take();
        (
            who.unwrap_or_else(|| Err(unknown_caller())),
            listed.unwrap_or_else(|| Err(unknown_caller())),
        )
    }

    /// The likely regions other than `region` in which the caller has access, asked side by side.
    pub fn regions_with_access(&self, caller: &Caller, region: &str) -> Vec<String> {
        let mut regions: Vec<String> = listing::waves(Some(region), None, false).concat();
        regions.retain(|other| other != region);
        let profile = caller.profile.as_deref();
        let runs: Vec<Run> = regions
            .iter()
            .map(|region| {
                let kind = Kind::SystemDefined;
                let lacks_filter = self.lacks_type_filter.load(Ordering::Relaxed);
                caller.prepare(if lacks_filter {
                    self.cli.list_all_inference_profiles(profile, region)
                } else {
                    self.cli.list_inference_profiles(profile, region, kind)
                })
            })
            .collect();
        let mut outcomes = self.run(caller, &runs).into_iter();
        regions.retain(|region| {
            let outcome = outcomes.next().unwrap_or_else(nothing_ran);
            let context = caller.failure(LIST, Some(region));
            let profiles = cli::read(&context, outcome, listing::parse);
            profiles.is_ok_and(|it| it.profiles.iter().any(InferenceProfile::is_claude))
        });
        regions
    }

    fn sts(&self, caller: &Caller, region: &str) -> Run {
        caller.prepare(
            self.cli
                .get_caller_identity(caller.profile.as_deref(), Some(region)),
        )
    }

    /// Runs side by side. Two runs that both renew a session would take it from one another: the first goes alone, and
    /// where the session is lost it is the only one.
    fn run(&self, caller: &Caller, runs: &[Run]) -> Vec<Result<Output>> {
        let mut outcomes = Vec::new();
        if let Some(renewal) = self.renewal_of(caller) {
            let mut renewal = lock(&renewal);
            if matches!(*renewal, Renewal::Ahead)
                && let Some(first) = runs.first()
            {
                let outcome = exec::capture(first);
                *renewal = after(caller, &outcome);
                outcomes.push(outcome);
            }
        }
        if let Some(error) = self.lost(caller) {
            outcomes.resize_with(runs.len(), || Err(error.clone()));
        }
        let rest = runs.get(outcomes.len()..).unwrap_or_default();
        outcomes.extend(exec::capture_all(rest, rest.len(), &mut |_| {}));
        outcomes
    }

    /// The renewal of the caller's session, to look at and to go through one after another.
    fn renewal_of(&self, caller: &Caller) -> Option<Arc<Mutex<Renewal>>> {
        let session = caller.renewal.as_ref()?;
        let mut known = lock(&self.renewals);
        if let Some((_, renewal)) = known.iter().find(|(name, _)| name == session) {
            return Some(Arc::clone(renewal));
        }
        let renewal = Arc::default();
        known.push((session.clone(), Arc::clone(&renewal)));
        Some(renewal)
    }

    fn note_renewal(&self, caller: &Caller, outcome: &Result<Output>) {
        if let Some(renewal) = self.renewal_of(caller) {
            *lock(&renewal) = after(caller, outcome);
        }
    }

    /// Why the caller's session does not work, if another of it was told so.
    fn lost(&self, caller: &Caller) -> Option<Error> {
        let renewal = self.renewal_of(caller)?;
        match &*lock(&renewal) {
            Renewal::Failed(told) => {
                let (asked, error) = &**told;
                let mut error = error.clone();
                caller.take_over(&mut error, asked);
                Some(error)
            }
            _ => None,
        }
    }

    fn progress(&self, done: usize, of: usize, profile: &str) {
        self.context
            .listener
            .progress(&format!("[{done}/{of}] Checking profile: {profile}"));
    }
}

/// The listing kept for a caller and region.
pub fn find_kept(context: &Context<'_>, caller: &Caller, region: &str) -> Option<Listing> {
    let kept = listing::load_kept(context.env, caller.key(region))?;
    Some(Listing::new(&kept.profiles, Some(kept.fetched_at)))
}

/// The Claude models of a listing, `global.` first.
pub fn listed(profiles: &[InferenceProfile]) -> Vec<ListedModel> {
    let mut models: Vec<ListedModel> = profiles
        .iter()
        .filter(|profile| profile.is_claude())
        .map(|profile| ListedModel {
            id: profile.id.clone(),
            name: profile.name.clone(),
            arn: profile.arn.clone(),
            model_id: profile.model_id.clone(),
            application: profile.kind == Kind::Application,
        })
        .collect();
    crate::claude::models::show_global_first(&mut models);
    models
}

/// The ids and ARNs of profiles that are known to be another maker's.
pub fn of_others(profiles: &[InferenceProfile]) -> Vec<String> {
    profiles
        .iter()
        .filter(|profile| !profile.is_claude() && profile.model_id.is_some())
        .flat_map(|profile| [Some(profile.id.clone()), profile.arn.clone()])
        .flatten()
        .collect()
}

/// Whether a failure says that the credentials do not work, so that nothing else can be told.
pub fn is_about_credentials(code: Code) -> bool {
    matches!(
        code,
        Code::ProfileNotFound
            | Code::ProfileInvalid
            | Code::CredentialsMissing
            | Code::CredentialsInvalid
            | Code::CredentialsExpired
            | Code::SsoLoginRequired
            | Code::SsoSessionExpired
            | Code::SsoTokenInvalid
            | Code::MfaRequired
    )
}

/// Whether a failure says that the profile comes to no working credentials. So does a role that is refused; that only the
/// identity is refused, as by the policy of a VPC endpoint, says nothing.
pub fn means_no_credentials(error: &Error) -> bool {
    let of_identity = |said: &serde_json::Value| {
        let said = said.as_str().unwrap_or_default();
        said.contains("GetCallerIdentity")
    };
    is_about_credentials(error.code)
        || (error.code == Code::AccessDenied
            && !error.details.iter().any(|(_, said)| of_identity(said)))
}

/// Why `aws` need not be asked: the files know what it would say. Role credentials that `aws` keeps may work all the
/// same, and so may an instance's.
pub fn refusal(credentials: &Credentials) -> Option<Error> {
    if credentials.is_valid()
        || credentials.cached_role_until.is_some()
        || credentials.are_elsewhere()
    {
        return None;
    }
    credentials.problem.as_ref().map(Error::from)
}

/// That a region offers no Claude model to the caller.
pub fn no_access(region: &str) -> Error {
    if has_bedrock(region) == Some(false) {
        let message = format!("Bedrock is not in {region}");
        let step = match regions::partition(region) {
            "aws" => "pass another --region, such as us-east-1 or eu-central-1".to_owned(),
            partition => match regions::bedrock_regions(partition).first() {
                Some(there) => format!("pass another --region, such as {there}"),
                None => format!(
                    "take a profile of another partition: Bedrock is nowhere in {partition}"
                ),
            },
        };
        return Error::new(Code::BedrockAccessDenied, message).suggest(step);
    }
    Error::new(
        Code::BedrockAccessDenied,
        format!("Bedrock lists no Claude model for this account in {region}"),
    )
    .suggest("choose another region, or ask for access to Claude models on the Bedrock console")
}

/// That nothing can be told offline.
pub fn none_kept() -> Error {
    Error::new(
        Code::ListingMissing,
        "no listing is kept for this profile and region",
    )
    .suggest("leave --offline out once")
}

/// What a run of `aws` that renews a session says of it.
fn after(caller: &Caller, outcome: &Result<Output>) -> Renewal {
    let failed = outcome.as_ref().ok().filter(|output| !output.success());
    let error = failed
        .map(|it| failure::classify(&caller.failure(LIST, None), it.exit(), &it.stderr_text()));
    let of_session = |error: &Error| {
        matches!(
            error.code,
            Code::SsoLoginRequired | Code::SsoSessionExpired | Code::SsoTokenInvalid
        )
    };
    match error.filter(of_session) {
        Some(error) => Renewal::Failed(Box::new((caller.clone(), error))),
        None => Renewal::Done,
    }
}

fn read_identity(caller: &Caller, outcome: Result<Output>) -> Result<Identity> {
    let context = caller.failure("sts get-caller-identity", None);
    cli::read(&context, outcome, identity::parse)
}

fn nothing_ran() -> Result<Output> {
    Err(unknown_caller())
}

/// A slip of this module: every answer has its caller.
fn unknown_caller() -> Error {
    Error::new(Code::Internal, "an answer of aws belongs to no profile")
}
