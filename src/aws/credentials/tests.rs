//! Every kind and state of credentials, from files in a HOME of the test's own.

mod chains;
mod kinds;
mod logins;

use std::fmt::Write;
use std::path::Path;

use super::{Credentials, Inspector};
use crate::aws::profiles::AwsFiles;
use crate::env::Env;
use crate::file;
use crate::time::{Epoch, format_timestamp};

/// The clock of [`Env::for_test`].
const NOW: Epoch = 1_767_225_600;

/// A HOME with files in it.
struct Home(tempfile::TempDir);

impl Home {
    fn new(config: &str, credentials: &str) -> Self {
        let home = Home(tempfile::tempdir().unwrap());
        home.write(".aws/config", config);
        home.write(".aws/credentials", credentials);
        home
    }

    fn write(&self, path: &str, text: &str) {
        file::write(&self.path().join(path), text.as_bytes(), 0o600).unwrap();
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn inspect(&self, name: &str) -> Credentials {
        self.inspect_with(name, &[])
    }

    fn inspect_with(&self, name: &str, vars: &[(&str, &str)]) -> Credentials {
        let env = Env::for_test(self.path(), vars);
        let files = AwsFiles::load(&env).unwrap();
        let verdict = Inspector::new(&env, &files).inspect(name);
        assert!(
            !format!("{verdict:?}").contains("s3cr3t"),
            "a secret got into {verdict:?}"
        );
        verdict
    }

    /// The verdicts of one inspector, in that order.
    fn inspect_all<const N: usize>(&self, names: [&str; N]) -> [Credentials; N] {
        let env = Env::for_test(self.path(), &[]);
        let files = AwsFiles::load(&env).unwrap();
        let mut inspector = Inspector::new(&env, &files);
        names.map(|name| inspector.inspect(name))
    }

    /// A token of the session `corp` that has `remaining` seconds left, and its registration `registration`.
    fn write_token(&self, remaining: i64, registration: Option<i64>) {
        let mut text = format!(
            r#"{{"accessToken":"s3cr3t","expiresAt":"{}""#,
            format_timestamp(NOW + remaining)
        );
        if let Some(registration) = registration {
            let end = format_timestamp(NOW + registration);
            let members = r#""clientId":"s3cr3t","clientSecret":"s3cr3t","refreshToken":"s3cr3t""#;
            write!(text, r#",{members},"registrationExpiresAt":"{end}""#).unwrap();
        }
        // SHA-1 of `corp`.
        self.write(
            ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
            &(text + "}"),
        );
    }

    /// Role credentials that the CLI keeps under that name.
    fn write_kept(&self, name: &str, remaining: i64) {
        let end = format_timestamp(NOW + remaining);
        let text =
            format!(r#"{{"Credentials":{{"SecretAccessKey":"s3cr3t","Expiration":"{end}"}}}}"#);
        self.write(&format!(".aws/cli/cache/{name}"), &text);
    }
}

/// `kind status code`, in the contract's words; `-` for no problem.
fn summary(verdict: &Credentials) -> String {
    let word = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    let kind = word(serde_json::to_value(verdict.kind).unwrap());
    let status = word(serde_json::to_value(verdict.status).unwrap());
    let code = verdict
        .problem
        .as_ref()
        .map_or("-", |problem| problem.code.as_str());
    format!("{kind} {status} {code}")
}

fn message(verdict: &Credentials) -> &str {
    verdict
        .problem
        .as_ref()
        .map_or("", |problem| &problem.message)
}

fn suggestion(verdict: &Credentials) -> &str {
    let problem = verdict.problem.as_ref();
    problem
        .and_then(|problem| problem.suggestion.as_deref())
        .unwrap_or_default()
}
