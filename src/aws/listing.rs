//! Inference profile listings: what `aws bedrock list-inference-profiles` printed, where to ask for it
//! (`waves`), asked for side by side (`ask`) and kept for offline use (`kept`).

mod ask;
mod kept;
mod waves;

pub use ask::{Answer, Found, Target, ask};
pub use kept::{KeptListing, Key, keep, load_kept, parse_kept};
pub use waves::waves;

use serde::Serialize;
use serde_json::Value;

use crate::error::{Code, Error, Result};

/// One inference profile, as far as anyone here needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InferenceProfile {
    /// `us.anthropic.claude-…`, or an opaque word for an application profile.
    pub id: String,
    /// Amazon's or the owner's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The ARN; application profiles are invoked by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The model behind it (`anthropic.claude-…`): the end of the first model's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
    /// Whose it is.
    pub kind: Kind,
}

/// Who made an inference profile. The spelling is the API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Amazon, for every account.
    SystemDefined,
    /// The account, mostly to allocate costs.
    Application,
}

impl Kind {
    /// The value of `--type-equals`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::SystemDefined => "SYSTEM_DEFINED",
            Kind::Application => "APPLICATION",
        }
    }
}

impl InferenceProfile {
    /// Whether Claude Code can use it. The id or the model says so; a name only where neither tells,
    /// since anyone may call a Nova profile `claude-costs`.
    pub fn is_claude(&self) -> bool {
        let claude = |id: &str| id.contains("anthropic.claude-");
        match (&self.model_id, self.kind) {
            _ if claude(&self.id) => true,
            (Some(model), _) => claude(model),
            (None, Kind::SystemDefined) => false,
            (None, Kind::Application) => {
                let name = self.name.as_deref().unwrap_or("");
                name.to_ascii_lowercase().contains("claude")
            }
        }
    }
}

/// A listing that was read.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The profiles.
    pub profiles: Vec<InferenceProfile>,
    /// How many entries could not be read.
    pub skipped: usize,
}

/// Reads what `aws bedrock list-inference-profiles --output json` printed with exit 0.
///
/// Profiles that are not `ACTIVE` are left out. Entries that cannot be read, and those without id and ARN, are counted:
/// one odd entry takes nothing away from the others.
///
/// # Errors
/// `AWS_CLI_OUTPUT_INVALID` for anything but the promised JSON, and for a listing of nothing but odd entries. Nothing at
/// all is such a case: `aws` prints nothing, with exit 0, when the answer was no listing (a captive portal's page).
pub fn parse(stdout: &[u8]) -> Result<Parsed> {
    if stdout.trim_ascii().is_empty() {
        return Err(invalid("aws printed nothing where a listing was due"));
    }
    if std::str::from_utf8(stdout).is_err() {
        return Err(invalid("aws printed a listing that is not UTF-8"));
    }
    let output: Value = serde_json::from_slice(stdout).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Eof => "a listing that breaks off",
            _ => "something that is not JSON",
        };
        invalid(&format!(
            "aws printed {what} (line {}, column {})",
            error.line(),
            error.column()
        ))
    })?;
    let summaries = output.get("inferenceProfileSummaries");
    let summaries = summaries
        .and_then(Value::as_array)
        .ok_or_else(|| invalid("aws printed JSON that is no listing"))?;
    let mut parsed = Parsed::default();
    for summary in summaries {
        let status = summary.get("status").and_then(Value::as_str);
        if status.is_some_and(|status| status != "ACTIVE") {
            continue;
        }
        match read_profile(summary) {
            Some(profile) => parsed.profiles.push(profile),
            None => parsed.skipped += 1,
        }
    }
    if parsed.skipped > 0 && parsed.profiles.is_empty() {
        return Err(invalid(
            "aws printed a listing without a single profile that can be read",
        ));
    }
    Ok(parsed)
}

/// One entry, as `aws.md` 6 has it; everything in it may be missing or `null`, and nothing may be of another type.
fn read_profile(summary: &Value) -> Option<InferenceProfile> {
    let tail = |arn: &str| {
        let (_, end) = arn.rsplit_once('/')?;
        (!end.is_empty()).then(|| end.to_owned())
    };
    let arn = text(summary, "inferenceProfileArn")?;
    let application = text(summary, "type")? == Kind::Application.as_str()
        || arn.contains(":application-inference-profile/");
    let model = match summary.get("models") {
        None | Some(Value::Null) => None,
        Some(models) => models.as_array()?.first(),
    };
    let model = match model {
        Some(model) => text(model, "modelArn")?,
        None => "",
    };
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let name = text(summary, "inferenceProfileName")?;
    Some(InferenceProfile {
        id: given(text(summary, "inferenceProfileId")?).or_else(|| tail(arn))?,
        name: given(name),
        arn: given(arn),
        model_id: tail(model),
        kind: if application {
            Kind::Application
        } else {
            Kind::SystemDefined
        },
    })
}

/// A member that holds text, or nothing where it is missing or `null`; `None` for one of another type.
fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    match value.get(name) {
        None | Some(Value::Null) => Some(""),
        Some(found) => found.as_str(),
    }
}

fn invalid(message: &str) -> Error {
    Error::new(Code::AwsCliOutputInvalid, message)
}

#[cfg(test)]
mod tests;
