//! Programs that print credentials (`botocore.credentials.ProcessProvider`): looked for, never run.

use super::{Credentials, Kind, Status};
use crate::aws::profiles::Profile;
use crate::env::Env;
use crate::error::Code;
use crate::exec;
use crate::shell::split_words;

pub(super) fn inspect(env: &Env, profile: &Profile) -> Option<Credentials> {
    if !profile.has("credential_process") {
        return None;
    }
    let name = &profile.name;
    let line = profile.text("credential_process").unwrap_or_default();
    let Some(program) = first_word(line) else {
        return Some(Credentials::misconfigured(
            Kind::Process,
            format!("the credential_process of the profile `{name}` is no command line"),
            "give it a program and its arguments, with every quote closed",
        ));
    };
    if exec::find(env, program.as_ref()).is_some() {
        return Some(Credentials::new(Kind::Process, Status::Unverified));
    }
    Some(Credentials::new(Kind::Process, Status::Invalid).because(
        Code::CommandNotFound,
        format!(
            "the credential_process of the profile `{name}` starts `{program}`, which is not there"
        ),
        format!("install {program}, or write its full path into credential_process"),
    ))
}

/// The program of a command line. Windows has rules of its own: backslashes part folders there
/// (`botocore.compat.compat_shell_split`).
fn first_word(line: &str) -> Option<String> {
    if cfg!(windows) {
        let line = line.trim_start();
        let word = match line.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next()?,
            None => line.split_whitespace().next()?,
        };
        return Some(word.to_owned());
    }
    split_words(line)?.into_iter().next()
}
