//! The one error type: a stable code, a sentence, a next step, and where it is.
//!
//! Nothing here prints; `output` does.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// Defines [`Code`] with its spelling, so that the list exists once.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// A stable name for a failure. Scripts read it; people read the message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)+ }

        impl Code {
            /// Every code, in the order of the README's table.
            #[cfg(test)]
            pub const ALL: &[Code] = &[$(Code::$name),+];

            /// The spelling in the JSON contract.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }
        }
    };
}

codes! {
    /// The command line does not fit the command.
    Usage = "USAGE",
    /// A question had to be asked and there is no terminal to ask on.
    NotATerminal = "NOT_A_TERMINAL",
    /// The user pressed Ctrl-C, or declined.
    Interrupted = "INTERRUPTED",
    /// Neither the environment nor the system says where the home folder is, or `--home` names no folder.
    HomeNotFound = "HOME_NOT_FOUND",

    /// `aws` is not on `PATH`.
    AwsCliNotFound = "AWS_CLI_NOT_FOUND",
    /// The `aws` found is version 1 where version 2 is needed.
    AwsCliV1 = "AWS_CLI_V1",
    /// The `aws` found does not know the operation asked of it.
    AwsCliTooOld = "AWS_CLI_TOO_OLD",
    /// `aws` did not end within its deadline.
    AwsCliTimedOut = "AWS_CLI_TIMED_OUT",
    /// `aws` failed in a way that has no code of its own; the message carries its text.
    AwsCliFailed = "AWS_CLI_FAILED",
    /// `aws` answered with something that is not the promised JSON.
    AwsCliOutputInvalid = "AWS_CLI_OUTPUT_INVALID",

    /// botocore (and so `aws`) rejects the config or credentials file.
    AwsConfigInvalid = "AWS_CONFIG_INVALID",
    /// The profile is in neither file.
    ProfileNotFound = "PROFILE_NOT_FOUND",
    /// The profile's keys contradict one another or lack one.
    ProfileInvalid = "PROFILE_INVALID",
    /// The profile holds no credentials of any kind.
    CredentialsMissing = "CREDENTIALS_MISSING",
    /// The keys are unknown to AWS, or their signature does not match.
    CredentialsInvalid = "CREDENTIALS_INVALID",
    /// Session keys have run out.
    CredentialsExpired = "CREDENTIALS_EXPIRED",
    /// Nobody has logged in to the SSO session yet.
    SsoLoginRequired = "SSO_LOGIN_REQUIRED",
    /// The SSO session has run out and cannot renew itself.
    SsoSessionExpired = "SSO_SESSION_EXPIRED",
    /// The SSO cache file is there but cannot be used.
    SsoTokenInvalid = "SSO_TOKEN_INVALID",
    /// The profile asks for an MFA code, which cannot be answered here.
    MfaRequired = "MFA_REQUIRED",
    /// The region is not shaped like one, or AWS does not know it.
    RegionInvalid = "REGION_INVALID",
    /// Neither a flag nor a file says which region.
    RegionMissing = "REGION_MISSING",
    /// AWS knows the caller and refuses the operation.
    AccessDenied = "ACCESS_DENIED",
    /// The account may not use Bedrock in that region.
    BedrockAccessDenied = "BEDROCK_ACCESS_DENIED",
    /// AWS asks to slow down.
    Throttled = "THROTTLED",
    /// AWS could not be reached, or the connection broke.
    NetworkError = "NETWORK_ERROR",
    /// AWS answered with a fault of its own.
    ServiceError = "SERVICE_ERROR",

    /// No listed model fits the one asked for.
    ModelNotFound = "MODEL_NOT_FOUND",
    /// Several listed models fit the one asked for.
    ModelAmbiguous = "MODEL_AMBIGUOUS",
    /// The model is not a Claude model, or its id cannot be read.
    ModelInvalid = "MODEL_INVALID",
    /// The model takes no requests from the region.
    ModelElsewhere = "MODEL_ELSEWHERE",
    /// The answer needs a listing, and there is none kept.
    ListingMissing = "LISTING_MISSING",

    /// Claude Code would drop the settings file, so it is not edited.
    SettingsInvalid = "SETTINGS_INVALID",
    /// Bedrock is not configured in the settings asked about.
    NotConfigured = "NOT_CONFIGURED",
    /// A file is there and cannot be read.
    FileUnreadable = "FILE_UNREADABLE",
    /// A file cannot be written: read-only, no space, no permission.
    FileNotWritable = "FILE_NOT_WRITABLE",
    /// Another program kept changing the file while we tried to edit it, or has it open (Windows).
    FileBusy = "FILE_BUSY",
    /// A file of the same name that we did not write is in the way.
    FileConflict = "FILE_CONFLICT",
    /// A program that was asked to run could not be started.
    CommandNotFound = "COMMAND_NOT_FOUND",
    /// A program that was asked to run is there and may not be executed.
    CommandNotExecutable = "COMMAND_NOT_EXECUTABLE",
    /// A defect of this program.
    Internal = "INTERNAL",
}

impl Code {
    /// The exit code: 2 usage, 130 interrupted, 127 and 126 as a shell has them, 1 everything else.
    pub fn exit(self) -> u8 {
        match self {
            Code::Usage | Code::NotATerminal => 2,
            Code::Interrupted => 130,
            Code::CommandNotFound => 127,
            Code::CommandNotExecutable => 126,
            _ => 1,
        }
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// A place in a file. Line and column count from 1; columns count characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The file, as the user would name it.
    pub path: PathBuf,
    /// The line, where one is known.
    pub line: Option<usize>,
    /// The column, where one is known.
    pub column: Option<usize>,
}

/// A failure as a value: what happened, and what to do next. Its members are those of [`Failure`].
///
/// One pointer wide, so that the hundreds of `?` move no more than that.
#[derive(Clone, Debug)]
pub struct Error(Box<Failure>);

/// What an [`Error`] holds.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The stable code.
    pub code: Code,
    /// One sentence, without a full stop at its end.
    pub message: String,
    /// A command to paste or a step to take.
    pub suggestion: Option<String>,
    /// Where it is.
    pub at: Option<At>,
    /// Further members for the JSON form (`candidates`, `command`, …).
    pub details: Vec<(&'static str, Value)>,
}

/// What every fallible function here returns.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with its sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Error(Box::new(Failure {
            code,
            message: message.into(),
            suggestion: None,
            at: None,
            details: Vec::new(),
        }))
    }

    /// Adds the next step.
    #[must_use]
    pub fn suggest(mut self, step: impl Into<String>) -> Self {
        self.suggestion = Some(step.into());
        self
    }

    /// Adds the file.
    #[must_use]
    pub fn at(mut self, path: impl AsRef<Path>) -> Self {
        self.at = Some(At {
            path: path.as_ref().to_owned(),
            line: None,
            column: None,
        });
        self
    }

    /// Adds the file and the place in it; both count from 1.
    #[must_use]
    pub fn at_line(mut self, path: impl AsRef<Path>, line: usize, column: Option<usize>) -> Self {
        self.at = Some(At {
            path: path.as_ref().to_owned(),
            line: Some(line),
            column,
        });
        self
    }

    /// Adds a member to the JSON form.
    #[must_use]
    pub fn detail(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// The contract's form: `success`, `error`, `code`, `suggestion`, then the rest.
    pub fn json(&self) -> Value {
        let mut out = Map::new();
        out.insert("success".into(), Value::Bool(false));
        out.insert("error".into(), self.message.clone().into());
        out.insert("code".into(), self.code.as_str().into());
        out.insert("suggestion".into(), self.suggestion.clone().into());
        if let Some(at) = &self.at {
            out.insert("path".into(), at.path.display().to_string().into());
            if let Some(line) = at.line {
                out.insert("line".into(), line.into());
            }
            if let Some(column) = at.column {
                out.insert("column".into(), column.into());
            }
        }
        out.extend(
            self.details
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
        Value::Object(out)
    }
}

impl Deref for Error {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Failure {
        &mut self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
