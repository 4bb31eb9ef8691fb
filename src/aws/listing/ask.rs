//! Asking for listings side by side: the fewest runs of `aws` that answer for every profile.
//!
//! One thread decides and a few run `aws`. A run is named by account, role and region, so that
//! profiles which come to the same never ask twice.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::InferenceProfile;
use crate::error::{Code, Error, Result};

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

/// A run of `aws`: a group's number and a region.
type Run<'t> = (usize, &'t str);

/// What is known of the runs; `None` while one is under way.
type Runs<'t> = HashMap<Run<'t>, Option<Outcome>>;

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
    let (mut open, profiles) = chains_of(targets);
    let mut answers = vec![Answer::default(); targets.len()];
    let (wanted, queue) = channel::<Run<'_>>();
    let (finished, outcomes) = channel::<(Run<'_>, Outcome)>();
    let queue = Mutex::new(queue);
    let stopped = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, most_runs(&open)) {
            let (queue, stopped, profiles) = (&queue, &stopped, &profiles);
            let finished = finished.clone();
            scope.spawn(move || {
                while let Some(run) = next_run(queue).filter(|_| !stopped.load(Ordering::Relaxed)) {
                    let profile = profiles.get(run.0).copied().unwrap_or_default();
                    let outcome = list(profile, run.1).map(Arc::new).map_err(Arc::new);
                    if finished.send((run, outcome)).is_err() {
                        break;
                    }
                }
            });
        }
        let mut runs = Runs::new();
        let mut answered = 0;
        loop {
            open.retain_mut(|chain| {
                let Some(answer) = chain.advance(&mut runs, &wanted) else {
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
            if open.is_empty() {
                break;
            }
            let Ok((run, outcome)) = outcomes.recv() else {
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
            runs.insert(run, Some(outcome));
        }
        // What is still queued has no one left who needs it; the workers end with their queue.
        stopped.store(true, Ordering::Relaxed);
        drop(wanted);
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
    fn advance(&mut self, runs: &mut Runs<'t>, wanted: &Sender<Run<'t>>) -> Option<Answer> {
        while let Some(wave) = self.waves.get(self.wave) {
            for region in wave {
                let run = (self.group, region.as_str());
                if let Entry::Vacant(entry) = runs.entry(run) {
                    entry.insert(None);
                    // The queue outlives every chain: it ends after the last answer.
                    let _ = wanted.send(run);
                }
            }
            for region in wave {
                match runs.get(&(self.group, region.as_str())) {
                    Some(Some(Ok(profiles))) => {
                        if profiles.iter().any(InferenceProfile::is_claude) {
                            // Not what happened to answer beside it: the same question, the same answer.
                            let mut asked = self.asked(runs);
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
                    Some(Some(Err(_))) => {}
                    _ => return None,
                }
            }
            self.wave += 1;
            if let Some(error) = self.last_word(runs) {
                return Some(Answer {
                    found: None,
                    asked: self.asked(runs),
                    error: Some(error),
                });
            }
        }
        let first = self.failures(runs).next().filter(|(index, _)| *index == 0);
        Some(Answer {
            found: None,
            asked: self.asked(runs),
            error: first.map(|(_, error)| (*error).clone()),
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

    fn asked(&self, runs: &Runs<'_>) -> Vec<String> {
        self.regions()
            .into_iter()
            .filter(|region| matches!(runs.get(&(self.group, *region)), Some(Some(_))))
            .map(str::to_owned)
            .collect()
    }

    /// The failures so far, each with its place among the regions.
    fn failures<'r>(&self, runs: &'r Runs<'t>) -> impl Iterator<Item = (usize, &'r Error)> {
        let group = self.group;
        self.regions()
            .into_iter()
            .enumerate()
            .filter_map(move |(index, region)| match runs.get(&(group, region)) {
                Some(Some(Err(error))) => Some((index, &**error)),
                _ => None,
            })
    }

    /// A failure after which no other region needs to be asked.
    fn last_word(&self, runs: &Runs<'t>) -> Option<Error> {
        let mut unreachable = 0;
        for (_, error) in self.failures(runs) {
            match error.code {
                Code::AccessDenied | Code::BedrockAccessDenied | Code::RegionInvalid => {}
                // An unknown region cannot be told from a dead network by one answer; by two it can.
                Code::NetworkError if unreachable == 0 => unreachable += 1,
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

/// One chain for targets of the same group and waves, and each group's first profile.
fn chains_of(targets: &[Target]) -> (Vec<Chain<'_>>, Vec<&str>) {
    let mut groups: HashMap<&str, usize> = HashMap::new();
    let mut places: HashMap<(usize, &[Vec<String>]), usize> = HashMap::new();
    let (mut chains, mut profiles) = (Vec::<Chain<'_>>::new(), Vec::new());
    for (index, target) in targets.iter().enumerate() {
        let group = *groups.entry(&target.group_key).or_insert_with(|| {
            profiles.push(target.profile.as_str());
            profiles.len() - 1
        });
        let place = *places
            .entry((group, target.waves.as_slice()))
            .or_insert(chains.len());
        match chains.get_mut(place) {
            Some(chain) => chain.targets.push(index),
            None => chains.push(Chain {
                group,
                waves: &target.waves,
                wave: 0,
                targets: vec![index],
            }),
        }
    }
    (chains, profiles)
}

/// How many runs there can be at a time; at least 1.
fn most_runs(chains: &[Chain<'_>]) -> usize {
    let widest = |chain: &Chain<'_>| chain.waves.iter().map(Vec::len).max().unwrap_or(0);
    chains.iter().map(widest).sum::<usize>().max(1)
}

/// Waits for a run to do; `None` when there will be no more.
fn next_run<'t>(queue: &Mutex<Receiver<Run<'t>>>) -> Option<Run<'t>> {
    let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    queue.recv().ok()
}

#[cfg(test)]
mod tests;
