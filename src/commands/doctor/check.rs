//! What a check is, and what it finds.

use serde::Serialize;

use crate::commands::facts::Facts;
use crate::commands::layout::Mark;
use crate::env::Env;
use crate::report::Warning;

/// What a check is about; the order is that of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Programs.
    Tools,
    /// `~/.aws/config` and `~/.aws/credentials`.
    AwsFiles,
    /// Credentials and how they are renewed.
    Session,
    /// Claude Code's settings.
    Settings,
    /// Models.
    Model,
    /// Region, endpoints, proxies.
    Network,
}

impl Group {
    /// Every group, in the order of the report.
    pub const ALL: [Group; 6] = [
        Group::Tools,
        Group::AwsFiles,
        Group::Session,
        Group::Settings,
        Group::Model,
        Group::Network,
    ];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Tools => "Tools",
            Group::AwsFiles => "AWS files",
            Group::Session => "Session",
            Group::Settings => "Settings",
            Group::Model => "Model",
            Group::Network => "Network",
        }
    }

    /// Those whose failures stop Claude Code first: without settings nothing else matters.
    pub const WORST_FIRST: [Group; 6] = [
        Group::Settings,
        Group::AwsFiles,
        Group::Session,
        Group::Network,
        Group::Model,
        Group::Tools,
    ];
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// All is well.
    Ok,
    /// Works, but will surprise.
    Warn,
    /// Stops Claude Code.
    Fail,
    /// Does not apply, or cannot be told.
    Skipped,
}

impl State {
    /// The mark before the finding.
    pub fn mark(self) -> Mark {
        match self {
            State::Ok => Mark::Good,
            State::Warn => Mark::Warn,
            State::Fail => Mark::Bad,
            State::Skipped => Mark::Skipped,
        }
    }
}

/// What one check found.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    state: State,
    text: String,
    remedy: Option<String>,
    key: Option<String>,
    code: Option<&'static str>,
}

/// All is well.
pub(super) fn ok(text: impl Into<String>) -> Finding {
    Finding::new(State::Ok, text)
}

/// Does not apply, or cannot be told.
pub(super) fn skipped(text: impl Into<String>) -> Finding {
    Finding::new(State::Skipped, text)
}

/// Works, but will surprise.
pub(super) fn warn(text: impl Into<String>) -> Finding {
    Finding::new(State::Warn, text)
}

/// Stops Claude Code.
pub(super) fn fail(text: impl Into<String>) -> Finding {
    Finding::new(State::Fail, text)
}

impl Finding {
    fn new(state: State, text: impl Into<String>) -> Self {
        Finding {
            state,
            text: text.into(),
            remedy: None,
            key: None,
            code: None,
        }
    }

    /// Adds the next step.
    #[must_use]
    pub(super) fn remedy(mut self, step: impl Into<String>) -> Self {
        self.remedy = Some(step.into());
        self
    }

    /// Adds the settings key that is at fault: `--fix` may know what to do with it.
    #[must_use]
    pub(super) fn at_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Replaces the check's code by a more exact one.
    #[must_use]
    pub(super) fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }
}

/// A check that was made.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The stable code.
    pub code: &'static str,
    /// What it is about.
    pub group: Group,
    /// How bad it is.
    pub state: State,
    /// One sentence, without a full stop at its end.
    pub finding: String,
    /// A command to paste or a step to take.
    pub remedy: Option<String>,
    /// What `doctor --fix` would do about it.
    pub fix: Option<String>,
    /// The settings key at fault.
    #[serde(skip)]
    pub key: Option<String>,
}

impl Check {
    pub(super) fn new(env: &Env, code: &'static str, group: Group, found: Finding) -> Self {
        // People know their home folder by a shorter name.
        let separator = std::path::MAIN_SEPARATOR;
        let home = format!("{}{separator}", env.home.display());
        let short = format!("~{separator}");
        let shorten = |text: String| text.replace(&home, &short);
        Check {
            code: found.code.unwrap_or(code),
            group,
            state: found.state,
            finding: shorten(found.text),
            remedy: found.remedy.map(shorten),
            fix: None,
            key: found.key,
        }
    }

    /// Whether it found something.
    pub fn is_bad(&self) -> bool {
        matches!(self.state, State::Fail | State::Warn)
    }

    /// The same, or skipped where one of `others` has found it already.
    #[must_use]
    pub(super) fn unless_told_by(mut self, others: &[Check]) -> Self {
        let same = |other: &Check| other.code == self.code && other.is_bad();
        if self.is_bad() && others.iter().any(same) {
            self.state = State::Skipped;
        }
        self
    }

    /// The same without group and state, for `status`.
    pub fn warning(&self) -> Warning {
        Warning {
            code: self.code,
            message: self.finding.clone(),
            suggestion: self.remedy.clone(),
        }
    }
}

/// A check to be made: its code and how it is made.
pub(super) type Test = (&'static str, fn(&Facts) -> Finding);

/// Makes the checks of a group.
pub(super) fn run(facts: &Facts, group: Group, tests: &[Test]) -> Vec<Check> {
    let checks = tests.iter();
    checks
        .map(|(code, test)| Check::new(facts.env, code, group, test(facts)))
        .collect()
}
