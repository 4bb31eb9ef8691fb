//! `check-prerequisites`: are `aws` and `node` there, and is `aws` new enough.

use std::path::PathBuf;

use serde::Serialize;

use crate::aws::cli::{self, Version};
use crate::aws::failure;
use crate::commands::Context;
use crate::error::Result;
use crate::exec;
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

/// How long a program may take to tell its version, in seconds.
const VERSION_TIMEOUT: u64 = 10;

impl CheckPrerequisites {
    /// Looks for both programs and asks their versions side by side.
    ///
    /// # Errors
    /// `INTERRUPTED`.
    pub fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let env = context.env;
        let paths = ["aws", "node"].map(|name| exec::find(env, name));
        let runs: Vec<exec::Run> = paths
            .iter()
            .flatten()
            .map(|path| {
                exec::Run::new(path, env)
                    .args(["--version"])
                    .deadline(context.timeout(VERSION_TIMEOUT))
            })
            .collect();
        let mut outputs = exec::capture_all(&runs, runs.len(), |_, _| {}).into_iter();
        let mut tool = |path: &Option<PathBuf>| -> Result<(Tool, Option<exec::Output>)> {
            let output = path.as_ref().and_then(|_| outputs.next()).transpose()?;
            let tool = Tool {
                installed: path.is_some(),
                version: output.as_ref().and_then(version),
                path: path.as_ref().map(|path| path.display().to_string()),
                problem: None,
            };
            Ok((tool, output))
        };
        let (mut aws_cli, output) = tool(&paths[0])?;
        let (node, _) = tool(&paths[1])?;
        if let Some(output) = output {
            aws_cli.problem = problem(output, aws_cli.version.as_deref());
        }
        let missing = [("aws-cli", &aws_cli), ("node", &node)];
        Ok(Box::new(Prerequisites {
            ready: aws_cli.installed && aws_cli.problem.is_none(),
            missing: missing
                .into_iter()
                .filter(|(_, tool)| !tool.installed)
                .map(|(name, _)| name)
                .collect(),
            aws_cli,
            node,
        }))
    }
}

/// Why this `aws` will not do: it does not answer, or is version 1, or does not know the listing.
fn problem(output: exec::Output, version: Option<&str>) -> Option<Warning> {
    let found = if let Some(version) = version {
        Version::parse(version)?.problem()?
    } else {
        let asked = failure::Context {
            operation: "--version",
            ..failure::Context::default()
        };
        cli::check(&asked, Ok(output)).err()?
    };
    Some(Warning::from(&found))
}

/// The first line that the program printed; AWS CLI v1 on Python 2 printed it on stderr.
fn version(output: &exec::Output) -> Option<String> {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = output.stderr_text();
    let line = [stdout.as_ref(), &stderr]
        .into_iter()
        .find_map(|text| text.lines().next())?;
    Some(line.trim().to_owned()).filter(|_| output.success())
}

impl Report for Prerequisites {
    fn json(&self) -> String {
        document(self)
    }

    fn text(&self, _look: &Look) -> String {
        self.json()
    }
}
