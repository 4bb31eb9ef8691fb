//! Keys of a profile on whose values every `aws` command stops, whatever it asks.

use crate::aws::profiles::{AwsFiles, Entry, Profile, Section};
use crate::report::{Warning, escape};
use crate::shell::quote;

/// The code of such a value.
pub const CLI_KEYS_INVALID: &str = "CLI_KEYS_INVALID";

/// Keys with the values that they may have, the usual one first (`botocore.args`, `botocore.retries`,
/// `awscli.customizations.scalarparse`); seen with botocore 1.44.5.
const CHOICES: [(&str, &str); 8] = [
    ("output", "json text table yaml yaml-stream off"),
    ("retry_mode", "standard legacy adaptive"),
    ("sts_regional_endpoints", "regional legacy"),
    ("cli_timestamp_format", "iso8601 wire none"),
    (
        "defaults_mode",
        "standard legacy in-region cross-region mobile auto",
    ),
    ("account_id_endpoint_mode", "preferred required disabled"),
    (
        "request_checksum_calculation",
        "when_supported when_required",
    ),
    (
        "response_checksum_validation",
        "when_supported when_required",
    ),
];

/// From here on in [`CHOICES`] capitals do not count.
const ANY_CASE: usize = 4;

/// The first value on which `aws` stops.
pub fn find_fatal(profile: &Profile, files: &AwsFiles) -> Option<Warning> {
    let sections = [&profile.credentials, &profile.config]
        .into_iter()
        .flatten();
    let mut entries = sections.flat_map(Section::entries);
    entries.find_map(|entry| {
        let warning = fault_of(entry, profile, files)?;
        // The credentials file's value is the one that counts.
        (profile.text(&entry.key) == entry.text()).then_some(warning)
    })
}

fn fault_of(entry: &Entry, profile: &Profile, files: &AwsFiles) -> Option<Warning> {
    let key = entry.key.as_str();
    let value = entry.text()?;
    let name = &profile.name;
    let mut choices = CHOICES.iter().enumerate();
    let choice = choices.find(|(_, (of, _))| *of == key);
    let fault = match (key, choice) {
        (_, Some((at, (_, values)))) => {
            let lower = value.to_ascii_lowercase();
            let value = if at < ANY_CASE { value } else { &lower };
            !values.split(' ').any(|known| known == value)
        }
        // Python's `int`.
        ("max_attempts", _) => {
            let number = value.replace('_', "").parse::<i64>();
            !number.is_ok_and(|number| number > 0)
        }
        ("endpoint_url", _) => {
            let host = value.split_once("//").map(|(_, rest)| rest);
            let host = host.and_then(|rest| rest.split(['/', '?', '#', ':']).next());
            !value.is_empty()
                && host.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace))
                && !profile.has("ignore_configured_endpoint_urls")
        }
        ("services", _) => !files.services.iter().any(|known| known == value),
        _ => false,
    };
    if !fault {
        return None;
    }
    let what = match key {
        // It may hold a password.
        "endpoint_url" => "an endpoint_url that is no address".to_owned(),
        "services" => format!(
            "the services `{}`, which no section describes",
            escape(value)
        ),
        _ => format!("the {key} `{}`", escape(value)),
    };
    let message = format!("the profile `{name}` has {what}: aws stops on it");
    let usual = choice.and_then(|(_, (_, values))| values.split(' ').next());
    let step = match usual {
        Some(usual) => format!("aws configure set {key} {usual} --profile {}", quote(name)),
        None => format!("correct {key} in [profile {name}], or take it out"),
    };
    Some(Warning::new(CLI_KEYS_INVALID, message).suggest(step))
}
