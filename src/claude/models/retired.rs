//! Ids that Bedrock cannot serve, or not for long.

use super::{ModelId, fits_region, names_bedrock_model};
use crate::time::Epoch;

/// The days on which Bedrock takes models away, as Claude Code 2.1.330 has them: part of the id, the day.
const RETIREMENTS: &[(&str, Epoch)] = &[
    ("claude-3-7-sonnet", 1_777_334_400),
    ("claude-opus-4-20250514", 1_780_185_600),
    ("claude-sonnet-4-20250514", 1_791_936_000),
];

/// The day on which Bedrock takes the model away, where one is known.
pub fn retirement(id: &str) -> Option<Epoch> {
    let known = RETIREMENTS.iter().find(|(part, _)| id.contains(part));
    known.map(|(_, day)| *day)
}

/// Whether requests for this model cannot succeed from the region: it is none of Bedrock's Claude models, of another
/// geography, or taken away. Other words than ids of Bedrock pass, but for `default`, which Claude Code sends as an id.
pub fn cannot_work(model: &str, region: &str, now: Epoch) -> bool {
    let wrong = || ModelId::parse(model).is_none() || !fits_region(model, region);
    model == "default"
        || names_bedrock_model(model) && wrong()
        || retirement(model).is_some_and(|day| day <= now)
}
