//! `check-prerequisites`: are `aws` and `node` there, and is `aws` new enough.

use std::path::PathBuf;

use serde::Serialize;

use crate::aws::cli::{self, AwsCli};
use crate::commands::Context;
use crate::commands::usage::arguments;
use crate::error::{Code, Result};
use crate::exec;
use crate::report::{Report, Warning, document};

arguments! {
    /// Check that the `aws` CLI is there and new enough
    ///
    /// `node` is reported for compatibility with the replaced script; nothing here needs it.
    pub struct CheckPrerequisites = "check-prerequisites" {
    }
}

/// A program as the replaced script reported it, with what was added.
#[derive(Serialize)]
struct Tool {
    installed: bool,
    version: Option<String>,
    path: Option<String>,
    /// Why the program will not do, or why that is not known.
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
        let paths = ["aws", "node"].map(|name| exec::find(env, name.as_ref()));
        let offline = context.options.offline;
        let runs: Vec<exec::Run> = paths
            .iter()
            .flatten()
            .filter(|_| !offline)
            .map(|path| {
                exec::Run::new(path, env)
                    .args(["--version"])
                    .deadline(context.timeout(VERSION_TIMEOUT))
            })
            .collect();
        let mut outcomes = exec::capture_all(&runs, runs.len(), &mut |_| {}).into_iter();
        let mut outcome = |path: &Option<PathBuf>| path.as_ref().and_then(|_| outcomes.next());
        let [aws, node] = &paths;
        let mut aws_cli = Tool::new(aws.as_ref());
        if let Err(error) = AwsCli::find(env) {
            aws_cli.problem = Some(Warning::from(&error));
        } else if offline {
            let message = "with --offline `aws` is not asked for its version";
            let warning = Warning::new("NOT_ASKED", message).suggest("leave --offline out");
            aws_cli.problem = Some(warning);
        }
        if let (Some(path), Some(outcome)) = (aws, not_interrupted(outcome(aws))?) {
            let problem = match cli::read_version(path, outcome) {
                Ok((version, line)) => {
                    aws_cli.version = Some(line);
                    version.problem()
                }
                Err(error) => Some(error),
            };
            aws_cli.problem = problem.as_ref().map(Warning::from);
        }
        let told = not_interrupted(outcome(node))?;
        let node = Tool {
            version: told.and_then(Result::ok).as_ref().and_then(first_line),
            ..Tool::new(node.as_ref())
        };
        let missing = [("aws-cli", &aws_cli), ("node", &node)];
        Ok(Box::new(Prerequisites {
            ready: aws_cli.installed && (offline || aws_cli.problem.is_none()),
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

impl Tool {
    fn new(path: Option<&PathBuf>) -> Self {
        Tool {
            installed: path.is_some(),
            version: None,
            path: path.map(|path| path.display().to_string()),
            problem: None,
        }
    }
}

/// A program that does not start is an answer; Ctrl-C is none.
fn not_interrupted(outcome: Option<Result<exec::Output>>) -> Result<Option<Result<exec::Output>>> {
    match outcome {
        Some(Err(error)) if error.code == Code::Interrupted => Err(error),
        outcome => Ok(outcome),
    }
}

/// The first line that the program printed.
fn first_line(output: &exec::Output) -> Option<String> {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let line = stdout.lines().next()?;
    Some(line.trim().to_owned()).filter(|_| output.success())
}

impl Report for Prerequisites {
    fn json(&self) -> String {
        document(self)
    }
}
