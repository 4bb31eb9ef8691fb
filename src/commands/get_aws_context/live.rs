//! What AWS says of the profiles: who they are, and which models they may call.

use crate::aws::credentials::Credentials;
use crate::aws::identity::Identity;
use crate::aws::listing::{Answer, waves};
use crate::aws::profiles::Profile;
use crate::aws::regions::{self, has_bedrock, is_region_shaped};
use crate::commands::Context;
use crate::commands::ask_bedrock::{
    Asker, Caller, Listing, find_kept, means_no_credentials, no_access, none_kept,
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

/// A profile to ask for, and its answer so far.
struct Open<'a> {
    caller: Caller,
    /// Its own region.
    own: Option<&'a str>,
    live: &'a mut Live,
}

/// Asks for the profiles whose credentials may work; the others' files have answered. The answers are in their order.
pub(super) fn ask(
    wishes: &GetAwsContext,
    context: &Context<'_>,
    subjects: &[(&Profile, Credentials)],
    configured: Option<&str>,
) -> Vec<Live> {
    let mut answers: Vec<Live> = subjects.iter().map(|_| Live::default()).collect();
    let mut open: Vec<Open<'_>> = subjects
        .iter()
        .zip(&mut answers)
        .filter(|((_, credentials), _)| credentials.is_valid())
        .map(|((profile, credentials), live)| Open {
            caller: Caller::of(profile, credentials),
            own: profile.region().filter(|region| is_region_shaped(region)),
            live,
        })
        .collect();
    let search = Search { wishes, configured };
    if context.options.offline {
        if wishes.check_bedrock {
            search.take_kept(context, &mut open);
        }
        return answers;
    }
    let region = wishes.asked_region().filter(|_| wishes.check_bedrock);
    let region = region.map_or(Ok(()), regions::check);
    match region.and_then(|()| Asker::new(context)) {
        Ok(asker) => {
            if wishes.verify {
                search.identify(&asker, &mut open);
            }
            if wishes.check_bedrock {
                search.find_access(&asker, &mut open);
            }
        }
        Err(error) => {
            for one in open {
                one.live.error = Some(error.clone());
            }
        }
    }
    answers
}

/// What the user asks for, and the region that is configured.
struct Search<'a> {
    wishes: &'a GetAwsContext,
    configured: Option<&'a str>,
}

impl Search<'_> {
    /// Where to look for access: see [`waves`].
    fn waves(&self, own: Option<&str>) -> Vec<Vec<String>> {
        match self.wishes.asked_region() {
            // `aws` would only wait for a connection.
            Some(region) if has_bedrock(region) == Some(false) => Vec::new(),
            Some(region) => vec![vec![region.to_owned()]],
            None => waves(own, self.configured, self.wishes.all_regions),
        }
    }

    /// Where a search would find access, it was found the last time.
    fn take_kept(&self, context: &Context<'_>, open: &mut [Open<'_>]) {
        for one in open {
            let mut regions = self.waves(one.own).concat().into_iter();
            one.live.found = regions.find_map(|region| {
                let kept = find_kept(context, &one.caller, &region)?;
                Some((region, kept))
            });
            if one.live.found.is_none() {
                one.live.error = Some(none_kept());
            }
        }
    }

    /// Asks who they are; those without working credentials are done with.
    fn identify(&self, asker: &Asker<'_>, open: &mut Vec<Open<'_>>) {
        let who = open.iter().map(|one| {
            let region = one.own.or(self.configured).unwrap_or("us-east-1");
            (one.caller.clone(), region.to_owned())
        });
        let who: Vec<(Caller, String)> = who.collect();
        let identities = asker.identify(&who, self.wishes.jobs());
        for (one, identity) in open.iter_mut().zip(identities) {
            let failure = identity.as_ref().err();
            one.live.error = failure.filter(|it| means_no_credentials(it)).cloned();
            one.live.identity = Some(identity);
        }
        open.retain(|one| one.live.error.is_none());
    }

    fn find_access(&self, asker: &Asker<'_>, open: &mut [Open<'_>]) {
        let callers: Vec<Caller> = open.iter().map(|one| one.caller.clone()).collect();
        let regions = |caller: &Caller| {
            let one = open.iter().find(|it| it.caller.profile == caller.profile);
            self.waves(one.and_then(|one| one.own))
        };
        let found = asker.search(&callers, &regions, self.wishes.jobs());
        for (one, answer) in open.iter_mut().zip(found) {
            let Some(found) = &answer.found else {
                one.live.error = Some(self.failure(one.own, answer));
                continue;
            };
            let listing = Listing::new(&found.profiles, None);
            one.live.remarks = asker.remarks(&one.caller, &found.region);
            one.live.found = Some((found.region.clone(), listing));
        }
    }

    /// Why there is no access, and where else was asked.
    fn failure(&self, own: Option<&str>, answer: Answer) -> Error {
        let first = self.wishes.asked_region().or(own);
        let first = first.or(answer.asked.first().map(String::as_str));
        let refused = answer.error.is_some();
        let mut error = answer
            .error
            .unwrap_or_else(|| no_access(first.unwrap_or("any region")));
        if error.code != Code::BedrockAccessDenied || answer.asked.len() < 2 {
            return error;
        }
        error.message.push_str("; no access in any ");
        if self.wishes.all_regions {
            error.message.push_str("region");
            return error;
        }
        error.message.push_str("of ");
        error.message.push_str(&answer.asked.join(", "));
        if !refused {
            let all = "look further: claude-bedrock get-aws-context --check-bedrock --all-regions";
            error.suggestion = Some(all.to_owned());
        }
        error
    }
}
