//! What AWS says of the profiles: who they are, and which models they may call.

use crate::aws::credentials::Credentials;
use crate::aws::identity::Identity;
use crate::aws::listing::waves;
use crate::aws::profiles::Profile;
use crate::aws::regions::{self, has_bedrock, is_region_shaped};
use crate::commands::Context;
use crate::commands::ask_bedrock::{
    Asker, Caller, Listing, find_kept, listed, means_no_credentials, no_access, none_kept,
};
use crate::error::{Code, Error, Result};
use crate::report::Warning;

use super::GetAwsContext;

/// What AWS says of a profile.
#[derive(Default)]
pub(super) struct Live {
    /// Who it is, where that was asked.
    pub(super) identity: Option<Result<Identity>>,
    /// Where it has access, with what is listed there.
    pub(super) found: Option<(String, Listing)>,
    /// Why nothing was found, where that was asked.
    pub(super) error: Option<Error>,
    /// What the listing lacks.
    pub(super) remarks: Vec<Warning>,
}

/// Asks for the profiles whose credentials may work; the others' files have answered. The answers are in their order.
pub(super) fn ask(
    wishes: &GetAwsContext,
    context: &Context<'_>,
    subjects: &[(&Profile, Credentials)],
    configured: Option<&str>,
) -> Vec<Live> {
    let mut answers: Vec<Live> = subjects.iter().map(|_| Live::default()).collect();
    let mut callers: Vec<(usize, Caller, Option<&str>)> = Vec::new();
    for (index, (profile, credentials)) in subjects.iter().enumerate() {
        if credentials.is_valid() {
            let own = profile.region().filter(|region| is_region_shaped(region));
            callers.push((index, Caller::of(profile, credentials), own));
        }
    }
    let mut put = |index: usize, fill: &dyn Fn(&mut Live)| {
        if let Some(answer) = answers.get_mut(index) {
            fill(answer);
        }
    };
    let only = wishes.asked_region();
    if context.options.offline {
        for (index, caller, own) in callers.iter().filter(|_| wishes.check_bedrock) {
            // Where a search would find access, it was found the last time.
            let regions = match only {
                Some(region) => vec![region.to_owned()],
                None => waves(*own, configured, wishes.all_regions).concat(),
            };
            put(*index, &|answer| {
                let mut regions = regions.iter();
                answer.found = regions
                    .find_map(|region| Some((region.clone(), find_kept(context, caller, region)?)));
                if answer.found.is_none() {
                    answer.error = Some(none_kept());
                }
            });
        }
        return answers;
    }
    let region = only
        .filter(|_| wishes.check_bedrock)
        .map_or(Ok(()), regions::check);
    let asker = match region.and_then(|()| Asker::new(context)) {
        Ok(found) => found,
        Err(error) => {
            for (index, _, _) in &callers {
                put(*index, &|answer| answer.error = Some(error.clone()));
            }
            return answers;
        }
    };
    if wishes.verify {
        let region = |own: Option<&str>| own.or(configured).unwrap_or("us-east-1").to_owned();
        let who: Vec<(Caller, String)> = callers
            .iter()
            .map(|(_, caller, own)| (caller.clone(), region(*own)))
            .collect();
        let identities = asker.identify(&who, wishes.jobs());
        let mut stopped = Vec::new();
        for ((index, _, _), identity) in callers.iter().zip(identities) {
            let failure = identity
                .as_ref()
                .err()
                .filter(|error| means_no_credentials(error));
            if let Some(error) = failure {
                put(*index, &|answer| answer.error = Some(error.clone()));
                stopped.push(*index);
            }
            put(*index, &|answer| answer.identity = Some(identity.clone()));
        }
        callers.retain(|(index, _, _)| !stopped.contains(index));
    }
    if wishes.check_bedrock {
        let every: Vec<Caller> = callers
            .iter()
            .map(|(_, caller, _)| caller.clone())
            .collect();
        let own_of = |caller: &Caller| {
            let found = callers
                .iter()
                .find(|(_, known, _)| known.profile == caller.profile);
            found.and_then(|(_, _, own)| *own)
        };
        let regions = |caller: &Caller| match only {
            // `aws` would only wait for a connection.
            Some(region) if has_bedrock(region) == Some(false) => Vec::new(),
            Some(region) => vec![vec![region.to_owned()]],
            None => waves(own_of(caller), configured, wishes.all_regions),
        };
        let found = asker.search(&every, &regions, wishes.jobs());
        for ((index, caller, own), answer) in callers.iter().zip(found) {
            let first = only.or(*own).or(answer.asked.first().map(String::as_str));
            let error = answer.error.clone();
            let mut error = error.unwrap_or_else(|| no_access(first.unwrap_or("any region")));
            if error.code == Code::BedrockAccessDenied && answer.asked.len() > 1 {
                error.message.push_str("; no access in any ");
                if wishes.all_regions {
                    error.message.push_str("region");
                } else {
                    error.message.push_str("of ");
                    error.message.push_str(&answer.asked.join(", "));
                    if answer.error.is_none() {
                        let all = "look further: claude-bedrock get-aws-context --check-bedrock --all-regions";
                        error.suggestion = Some(all.to_owned());
                    }
                }
            }
            put(*index, &|live| match &answer.found {
                Some(found) => {
                    let models = listed(&found.profiles);
                    live.remarks = asker.remarks(caller, &found.region);
                    live.found = Some((
                        found.region.clone(),
                        Listing {
                            models,
                            others: Vec::new(),
                            kept_at: None,
                        },
                    ));
                }
                None => live.error = Some(error.clone()),
            });
        }
    }
    answers
}
