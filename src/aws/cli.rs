//! Each `aws` call as a run to start, and its outcome as the bytes of an answer or an error.

mod version;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use version::Version;

use crate::aws::failure::{self, Context};
use crate::aws::listing::Kind;
use crate::env::Env;
use crate::error::{Code, Error, Result};
use crate::exec::{self, End, Output, Run, Trace};
use crate::report::escape;
use crate::shell::quote;

/// How many seconds one run may take, unless `--timeout` says otherwise: twice a connection that is not accepted and an answer
/// that does not come, by the limits that [`AwsCli`] gives `aws`, with time for Python to start.
pub const DEFAULT_TIMEOUT: u64 = 60;

/// The `aws` command of this system.
#[derive(Clone)]
pub struct AwsCli {
    path: PathBuf,
    env: Env,
    timeout: Duration,
    trace: Option<Trace>,
}

/// How `aws sso login` reaches the browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Browser {
    /// It opens one.
    #[default]
    Open,
    /// It prints the address (`--no-browser`, since 2.4.25).
    Print,
    /// It prints an address and a code that work on another computer (`--no-browser --use-device-code`, since 2.22).
    DeviceCode,
}

impl AwsCli {
    /// Finds `aws` on `PATH`.
    ///
    /// # Errors
    /// `AWS_CLI_NOT_FOUND`, with what installs it here.
    pub fn find(env: &Env) -> Result<Self> {
        let path = exec::find(env, "aws".as_ref()).ok_or_else(|| {
            Error::new(Code::AwsCliNotFound, "the `aws` command is not on PATH")
                .suggest(failure::install_step())
        })?;
        Ok(AwsCli {
            path,
            env: env.clone(),
            timeout: Duration::from_secs(DEFAULT_TIMEOUT),
            trace: None,
        })
    }

    /// Sets how long each run may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets who is told of each run's command line and time.
    #[must_use]
    pub fn trace(mut self, trace: Option<Trace>) -> Self {
        self.trace = trace;
        self
    }

    /// Asks for its version.
    ///
    /// # Errors
    /// Those of [`read_version`].
    pub fn version(&self) -> Result<Version> {
        let outcome = exec::capture(&self.run(None).args(["--version"]));
        read_version(&self.path, outcome).map(|(version, _)| version)
    }

    /// `aws bedrock list-inference-profiles` of one kind; all pages, as one JSON document.
    ///
    /// Without a profile the environment's own credentials or bearer token are used.
    pub fn list_inference_profiles(&self, profile: Option<&str>, region: &str, kind: Kind) -> Run {
        self.list_all_inference_profiles(profile, region)
            .args(["--type-equals", kind.as_str()])
    }

    /// The same without `--type-equals`, which `aws` knows since 2.18.17 and 1.35.17: see [`lacks_type_filter`].
    pub fn list_all_inference_profiles(&self, profile: Option<&str>, region: &str) -> Run {
        self.ask(
            &["bedrock", "list-inference-profiles"],
            profile,
            Some(region),
        )
    }

    /// `aws sts get-caller-identity`, as JSON.
    pub fn get_caller_identity(&self, profile: Option<&str>, region: Option<&str>) -> Run {
        self.ask(&["sts", "get-caller-identity"], profile, region)
    }

    /// `aws sso login` for the profile that holds the session, to be run on the terminal.
    pub fn sso_login(&self, profile: &str, browser: Browser) -> Run {
        let browser: &[&str] = match browser {
            Browser::Open => &[],
            Browser::Print => &["--no-browser"],
            Browser::DeviceCode => &["--no-browser", "--use-device-code"],
        };
        self.run(Some(profile))
            .args(["sso", "login"])
            .args(option("--profile", profile))
            .args(browser)
    }

    /// `aws login` (since 2.32.0), to be run on the terminal.
    pub fn login(&self, profile: &str) -> Run {
        self.run(Some(profile))
            .args(["login"])
            .args(option("--profile", profile))
    }

    /// A question with an answer in JSON, in bounded time.
    fn ask(&self, words: &[&str], profile: Option<&str>, region: Option<&str>) -> Run {
        let seconds = |most: u64| self.timeout.as_secs().clamp(1, most).to_string();
        let mut run = self.run(profile).args(words);
        if let Some(profile) = profile {
            run = run.args(option("--profile", profile));
        }
        if let Some(region) = region {
            run = run.args(option("--region", region));
        }
        run.args(["--output", "json"])
            .args(["--cli-connect-timeout".to_owned(), seconds(5)])
            .args(["--cli-read-timeout".to_owned(), seconds(20)])
    }

    /// `aws` in an environment in which it neither pages nor asks back nor retries for minutes.
    fn run(&self, profile: Option<&str>) -> Run {
        let mut run = Run::new(&self.path, &self.env)
            .deadline(self.timeout)
            .trace(self.trace.clone())
            // `--no-cli-pager` is an error in version 1; the variable is not.
            .set_var("AWS_PAGER", "")
            .set_var("AWS_CLI_AUTO_PROMPT", "off")
            .set_var("AWS_MAX_ATTEMPTS", "2")
            .set_var("AWS_RETRY_MODE", "standard")
            .set_var("PYTHONUTF8", "1");
        if profile.is_some() {
            // The token would be used instead of the profile. The keys stay: `aws` passes over them once a profile is
            // named, and `credential_source = Environment` needs them.
            run = run.remove_vars(&[
                "AWS_BEARER_TOKEN_BEDROCK",
                "AWS_PROFILE",
                "AWS_DEFAULT_PROFILE",
            ]);
            if self.env.var_nonempty("AWS_EC2_METADATA_DISABLED").is_none() {
                run = run.set_var("AWS_EC2_METADATA_DISABLED", "true");
            }
            return run;
        }
        // Set and empty is the name of a profile that does not exist.
        for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
            if self.env.var_os(name).is_some_and(OsStr::is_empty) {
                run = run.remove_vars(&[name]);
            }
        }
        run
    }
}

/// What `aws --version` (found at `path`) told, and the line in which it did: the one that starts with `aws-cli/`, on
/// stdout or, as with Python 2, on stderr. Warnings may stand before it.
///
/// # Errors
/// `AWS_CONFIG_INVALID` when `aws` rejects its files, which stops even this; `AWS_CLI_OUTPUT_INVALID` when it answers
/// with something else than a version; whatever else [`check`] finds.
pub fn read_version(path: &Path, outcome: Result<Output>) -> Result<(Version, String)> {
    let context = Context {
        operation: "--version",
        ..Context::default()
    };
    let output = match outcome {
        Ok(output) if output.success() => output,
        outcome => {
            check(&context, outcome)?;
            return Err(Error::new(Code::Internal, "a failure passed as a version"));
        }
    };
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = output.stderr_text();
    let mut lines = stdout.lines().chain(stderr.lines()).map(str::trim);
    let found = lines
        .clone()
        .filter(|line| line.starts_with("aws-cli/"))
        .find_map(|line| Some((Version::parse(line)?, line.to_owned())));
    found.ok_or_else(|| {
        let line = lines
            .find(|line| !line.is_empty())
            .unwrap_or("nothing at all");
        let line: String = line.chars().take(100).collect();
        let message = format!("`aws --version` printed no version: {}", escape(&line));
        Error::new(Code::AwsCliOutputInvalid, message).suggest(format!(
            "look at: {} --version",
            quote(&path.to_string_lossy())
        ))
    })
}

/// The run for a profile whose credentials the instance gives (`credential_source = Ec2InstanceMetadata`). For all others
/// `aws` is told not to ask for them: outside of EC2 it takes seconds to learn that nobody answers.
pub fn with_instance_metadata(run: Run) -> Run {
    run.remove_vars(&["AWS_EC2_METADATA_DISABLED"])
}

/// Whether a run failed because this `aws` is too old for `--type-equals`.
pub fn lacks_type_filter(outcome: &Result<Output>) -> bool {
    outcome.as_ref().is_ok_and(|output| {
        let stderr = output.stderr_text();
        stderr.contains("Unknown options:") && stderr.contains("--type-equals")
    })
}

/// What a run printed on stdout, or why there is no answer.
///
/// # Errors
/// The code of what `aws` said (`aws/failure.rs`); `AWS_CLI_TIMED_OUT`; `AWS_CLI_NOT_FOUND` when it did not even start;
/// `AWS_CLI_OUTPUT_INVALID` when it printed nothing, as it does, with exit code 0, when something else than AWS answered.
pub fn check(context: &Context<'_>, outcome: Result<Output>) -> Result<Vec<u8>> {
    let output = outcome.map_err(|mut error| {
        if error.code == Code::CommandNotFound {
            error.code = Code::AwsCliNotFound;
            return error.suggest(failure::install_step());
        }
        error
    })?;
    let operation = context.operation;
    match output.end {
        End::Exit(0) if !output.stdout.trim_ascii().is_empty() => Ok(output.stdout),
        End::Exit(0) => Err(Error::new(
            Code::AwsCliOutputInvalid,
            format!(
                "`aws {operation}` printed nothing, as when something else answers in AWS's place"
            ),
        )
        .suggest(format!(
            "sign in to the network, or look closer with: {} --debug",
            context.again()
        ))),
        End::TooLarge => Err(Error::new(
            Code::AwsCliOutputInvalid,
            format!("`aws {operation}` printed more than 64 MiB"),
        )
        .suggest(format!("look closer with: {}", context.again()))),
        End::TimedOut => {
            let said = failure::classify(context, None, &output.stderr_text());
            // It may have said what it waits for.
            if said.code == Code::MfaRequired {
                return Err(said);
            }
            let seconds = output.elapsed.as_secs();
            Err(Error::new(
                Code::AwsCliTimedOut,
                format!("`aws {operation}` did not end within {seconds} s"),
            )
            .suggest(format!(
                "allow more time with --timeout, or see what it waits for: {}",
                context.again()
            )))
        }
        End::Exit(_) | End::Signal(_) => Err(failure::classify(
            context,
            output.exit(),
            &output.stderr_text(),
        )),
    }
}

/// Reads what a run printed, where it ended well.
///
/// # Errors
/// Those of [`check`], and of `parse` with the call to look closer with.
pub fn read<T>(
    context: &Context<'_>,
    outcome: Result<Output>,
    parse: fn(&[u8]) -> Result<T>,
) -> Result<T> {
    parse(&check(context, outcome)?).map_err(|error| {
        error.suggest(format!(
            "something may have answered in AWS's place; look with: {} --debug",
            context.again()
        ))
    })
}

/// An option with its value, in one word where the value would be taken for another option.
fn option(name: &str, value: &str) -> Vec<String> {
    if value.starts_with('-') {
        vec![format!("{name}={value}")]
    } else {
        vec![name.to_owned(), value.to_owned()]
    }
}

#[cfg(test)]
mod tests;
