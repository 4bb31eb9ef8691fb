//! Which region Claude Code sends requests to.

use super::sourced::{self, Origin, Sourced};
use crate::aws::claude_view::ClaudeView;
use crate::claude::models::is_passed_over;
use crate::claude::settings::Stack;

/// The region in use and what was passed over on the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The region in use.
    pub used: Sourced,
    /// Values that Claude Code drops without a word, because they are not shaped like a region.
    pub dropped: Vec<Sourced>,
}

/// Where requests go when nothing says so.
pub const LAST_RESORT: &str = "us-east-1";

impl Region {
    /// `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's own `region`, `us-east-1`.
    ///
    /// `named`: whether the profile of the credentials is the one whose region counts.
    pub(super) fn find(
        stack: &Stack,
        view: &ClaudeView,
        profile: Option<&Sourced>,
        named: bool,
    ) -> Self {
        let name = profile.map_or("default", |profile| &profile.value);
        let own = view.region(name).map(|region| Sourced {
            value: region.to_owned(),
            origin: Origin::AwsProfile(name.to_owned()),
            shadows: Vec::new(),
        });
        let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"];
        let (mut found, mut dropped) = (Vec::new(), Vec::new());
        for value in variables
            .into_iter()
            .filter_map(|name| sourced::variable(stack, name))
            .chain(own)
        {
            if is_passed_over(&value.value) {
                dropped.push(value);
            } else {
                found.push(value);
            }
        }
        let mut found = found.into_iter();
        let mut used = found.next().unwrap_or_else(|| Sourced {
            value: LAST_RESORT.to_owned(),
            origin: Origin::Default,
            shadows: Vec::new(),
        });
        for other in found {
            // A region of `[default]` that nobody uses hides nothing.
            if named || !matches!(other.origin, Origin::AwsProfile(_)) {
                used.shadow(other);
            }
        }
        Region { used, dropped }
    }

    /// Whether anything at all names a region.
    pub fn is_known(&self) -> bool {
        self.used.origin != Origin::Default
    }
}
