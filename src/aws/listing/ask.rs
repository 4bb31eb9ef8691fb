//! Asking for listings side by side: the fewest runs of `aws` that answer for every profile.
//!
//! One thread decides and a few run `aws`. A run is named by account, role and region, so that
//! profiles which come to the same never ask twice.

use std::sync::{Arc, Mutex};

use super::InferenceProfile;
use crate::aws::failure::is_of_region;
use crate::error::{Code, Error, Result};
use crate::exec::{lock, side_by_side};

/// A profile to find access for.
#[derive(Clone, Debug)]
pub struct Target {
    /// The profile's name.
    pub profile: String,
    /// What it resolves to: account and role, or anything else that is the same for profiles to
    /// which AWS must give the same answer.
    pub group_key: String,
    /// The regions to ask: a wave after the other, the regions of a wave side by side. The search
    /// ends with the first wave in which one has access.
    pub waves: Vec<Vec<String>>,
}

/// The region that a profile has access in.
#[derive(Clone, Debug)]
pub struct Found {
    /// The first region of the waves that lists a Claude model.
    pub region: String,
    /// Its whole listing.
    pub profiles: Arc<Vec<InferenceProfile>>,
}

/// What came of a target.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Where there is access.
    pub found: Option<Found>,
    /// The regions that answered, in the target's order, up to the one with access.
    pub asked: Vec<String>,
    /// Without access: the failure that ended the search, or else the first region's. `None` then
    /// means that the first region answered and lists no Claude model.
    pub error: Option<Error>,
}

type Outcome = std::result::Result<Arc<Vec<InferenceProfile>>, Arc<Error>>;

/// The profiles that come to the same, and what was asked for them.
struct Group<'t> {
    key: &'t str,
    /// The first of them: the one to ask with.
    profile: &'t str,
    runs: Vec<(&'t str, Option<Outcome>)>,
}

impl Group<'_> {
    /// What `region` answered; `None` while nobody knows.
    fn outcome(&self, region: &str) -> Option<&Outcome> {
        let run = self.runs.iter().find(|(asked, _)| *asked == region);
        run.and_then(|(_, outcome)| outcome.as_ref())
    }
}

/// Asks for every target, at most `jobs` runs at a time. The answers are in the targets' order.
///
/// `list` runs `aws` for a profile and a region. `on_answer` is told how many targets are answered
/// and which one just was.
///
/// A failure that another region may not share (no access, an unknown region) leads to the next
/// wave. Any other ends the search for its targets: expired credentials expire everywhere. One that
/// is about the `aws` command itself ends it for all.
pub fn ask(
    targets: &[Target],
    jobs: usize,
    list: &(dyn Fn(&str, &str) -> Result<Vec<InferenceProfile>> + Sync),
    on_answer: &mut dyn FnMut(usize, &Target),
) -> Vec<Answer> {
    let (mut open, mut groups) = chains_of(targets);
    let mut answers = vec![Answer::default(); targets.len()];
    // Each run's group, the profile to ask with, and the region; its place here is its number.
    let ordered: Mutex<Vec<(usize, &str, &str)>> = Mutex::default();
    let outcomes: Mutex<Vec<(usize, Outcome)>> = Mutex::default();
    let order_of = |number: usize| lock(&ordered).get(number).copied();
    let work = |number: usize| {
        if let Some((_, profile, region)) = order_of(number) {
            let outcome = list(profile, region).map(Arc::new).map_err(Arc::new);
            lock(&outcomes).push((number, outcome));
        }
    };
    let threads = jobs.clamp(1, most_runs(&open));
    side_by_side(threads, &work, &mut |board| {
        let mut answered = 0;
        loop {
            open.retain_mut(|chain| {
                let place = chain.group;
                let Some(group) = groups.get_mut(place) else {
                    return false;
                };
                let Some(answer) = chain.advance(group, &mut |profile, region| {
                    let mut ordered = lock(&ordered);
                    board.want(ordered.len());
                    ordered.push((place, profile, region));
                }) else {
                    return true;
                };
                for &index in &chain.targets {
                    if let (Some(slot), Some(target)) = (answers.get_mut(index), targets.get(index))
                    {
                        *slot = answer.clone();
                        answered += 1;
                        on_answer(answered, target);
                    }
                }
                false
            });
            let done = if open.is_empty() {
                None
            } else {
                board.next_done()
            };
            let Some(((group, _, region), outcome)) = done.and_then(|number| {
                let mut outcomes = lock(&outcomes);
                let place = outcomes.iter().position(|(done, _)| *done == number)?;
                Some((order_of(number)?, outcomes.swap_remove(place).1))
            }) else {
                break;
            };
            if let Err(error) = &outcome
                && ends_everything(error.code)
            {
                for &index in open.iter().flat_map(|chain| &chain.targets) {
                    if let Some(slot) = answers.get_mut(index) {
                        slot.error = Some((**error).clone());
                    }
                }
                break;
            }
            let runs = groups.get_mut(group).map(|group| &mut group.runs);
            let run = runs.and_then(|runs| runs.iter_mut().find(|(asked, _)| *asked == region));
            if let Some((_, place)) = run {
                *place = Some(outcome);
            }
        }
    });
    answers
}

/// Targets that share a group and their waves: one search for all of them.
struct Chain<'t> {
    group: usize,
    waves: &'t [Vec<String>],
    wave: usize,
    targets: Vec<usize>,
}

impl<'t> Chain<'t> {
    /// Goes as far as the known runs allow, and has the missing ones started. `None`: wait.
    fn advance(
        &mut self,
        group: &mut Group<'t>,
        start: &mut dyn FnMut(&'t str, &'t str),
    ) -> Option<Answer> {
        while let Some(wave) = self.waves.get(self.wave) {
            for region in wave {
                if !group.runs.iter().any(|(asked, _)| asked == region) {
                    group.runs.push((region, None));
                    start(group.profile, region);
                }
            }
            for region in wave {
                let Ok(profiles) = group.outcome(region)? else {
                    continue;
                };
                if profiles.iter().any(InferenceProfile::is_claude) {
                    // Not what happened to answer beside it: the same question, the same answer.
                    let mut asked = self.asked(group);
                    let until = asked.iter().position(|it| it == region);
                    asked.truncate(until.map_or(0, |index| index + 1));
                    return Some(Answer {
                        found: Some(Found {
                            region: region.clone(),
                            profiles: Arc::clone(profiles),
                        }),
                        asked,
                        error: None,
                    });
                }
            }
            self.wave += 1;
            if let Some(error) = self.last_word(group) {
                return Some(Answer {
                    found: None,
                    asked: self.asked(group),
                    error: Some(error),
                });
            }
        }
        let home = self.regions().first().copied();
        let mut failures = self.failures(group);
        let first = failures.next().filter(|(region, _)| Some(*region) == home);
        Some(Answer {
            found: None,
            asked: self.asked(group),
            error: first.map(|(_, error)| error.clone()),
        })
    }

    /// The regions of the waves so far, each once.
    fn regions(&self) -> Vec<&'t str> {
        let mut regions: Vec<&str> = Vec::new();
        for region in self.waves.iter().take(self.wave + 1).flatten() {
            if !regions.contains(&region.as_str()) {
                regions.push(region);
            }
        }
        regions
    }

    fn asked(&self, group: &Group<'t>) -> Vec<String> {
        let mut regions = self.regions();
        regions.retain(|region| group.outcome(region).is_some());
        regions.into_iter().map(str::to_owned).collect()
    }

    /// The failures so far, each with its region.
    fn failures<'g>(&self, group: &'g Group<'t>) -> impl Iterator<Item = (&'t str, &'g Error)> {
        let regions = self.regions().into_iter();
        regions.filter_map(move |region| match group.outcome(region) {
            Some(Err(error)) => Some((region, &**error)),
            _ => None,
        })
    }

    /// A failure after which no other region needs to be asked.
    fn last_word(&self, group: &Group<'t>) -> Option<Error> {
        let mut unreachable: Option<&Error> = None;
        for (region, error) in self.failures(group) {
            match error.code {
                // Not `ACCESS_DENIED`: that is about a role, which is refused the same everywhere.
                Code::BedrockAccessDenied | Code::RegionInvalid => {}
                // An unknown region cannot be told from a dead network by one answer; by two it can.
                Code::NetworkError if unreachable.is_none() && is_of_region(error, region) => {
                    unreachable = Some(error);
                }
                Code::NetworkError => return unreachable.or(Some(error)).cloned(),
                _ => return Some(error.clone()),
            }
        }
        None
    }
}

/// Failures of the `aws` command, its files, or the user's patience: the same for every profile.
fn ends_everything(code: Code) -> bool {
    matches!(
        code,
        Code::AwsCliNotFound
            | Code::AwsCliV1
            | Code::AwsCliTooOld
            | Code::AwsConfigInvalid
            | Code::Interrupted
    )
}

/// One chain for targets of the same group and waves, and the groups.
fn chains_of(targets: &[Target]) -> (Vec<Chain<'_>>, Vec<Group<'_>>) {
    let (mut chains, mut groups) = (Vec::<Chain<'_>>::new(), Vec::<Group<'_>>::new());
    for (index, target) in targets.iter().enumerate() {
        let known = groups
            .iter()
            .position(|group| group.key == target.group_key);
        let group = known.unwrap_or_else(|| {
            groups.push(Group {
                key: &target.group_key,
                profile: &target.profile,
                runs: Vec::new(),
            });
            groups.len() - 1
        });
        let same = |chain: &&mut Chain<'_>| chain.group == group && *chain.waves == *target.waves;
        match chains.iter_mut().find(same) {
            Some(chain) => chain.targets.push(index),
            None => chains.push(Chain {
                group,
                waves: &target.waves,
                wave: 0,
                targets: vec![index],
            }),
        }
    }
    (chains, groups)
}

/// How many runs there can be at a time; at least 1.
fn most_runs(chains: &[Chain<'_>]) -> usize {
    let widest = |chain: &Chain<'_>| chain.waves.iter().map(Vec::len).max().unwrap_or(0);
    chains.iter().map(widest).sum::<usize>().max(1)
}

#[cfg(test)]
mod tests;
