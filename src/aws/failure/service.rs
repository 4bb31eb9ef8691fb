//! Refusals by AWS: `An error occurred (CODE) when calling the OPERATION operation: MESSAGE`.

use super::{Context, after, between, bounded};
use crate::aws::regions;
use crate::error::{Code, Error};
use crate::report::capitalized;

/// What AWS answered.
pub(super) struct Refusal {
    code: String,
    /// The API's operation. It may be one that `aws` calls on its way: `AssumeRole`, `GetRoleCredentials`.
    operation: String,
    message: String,
}

/// Reads the refusal in its text form, or in the JSON that `cli_error_format = json` asks for.
pub(super) fn parse(context: &Context<'_>, text: &str) -> Option<Refusal> {
    if let Some(start) = text.find('{').filter(|at| text[..*at].trim().is_empty()) {
        let json = text.get(start..)?.trim();
        let json: serde_json::Value = serde_json::from_slice(json.as_bytes()).ok()?;
        let member = |name: &str| Some(json.get(name)?.as_str()?.to_owned());
        let words = context.operation.rsplit(' ').next().unwrap_or_default();
        return Some(Refusal {
            code: member("Code")?,
            operation: words.split('-').map(capitalized).collect(),
            message: member("Message").unwrap_or_default(),
        });
    }
    let (_, rest) = text.split_once("An error occurred (")?;
    let (code, rest) = rest.split_once(')')?;
    let (operation, rest) = rest
        .strip_prefix(" when calling the ")?
        .split_once(" operation")?;
    // In between may stand ` (reached max retries: 2)`.
    let (_, message) = rest.split_once("):").or_else(|| rest.split_once(':'))?;
    let (message, more) = message.split_once("\n\n").unwrap_or((message, ""));
    let message = match message.trim() {
        "" => after(more, "error_description: ").unwrap_or_default(),
        message => message,
    };
    Some(Refusal {
        code: code.to_owned(),
        operation: operation.to_owned(),
        message: message.to_owned(),
    })
}

/// The error of a refusal; `None` for a code that says nothing to us.
pub(super) fn error(context: &Context<'_>, refusal: &Refusal) -> Option<Error> {
    let operation = refusal.operation.as_str();
    let (who, option) = (context.who(), context.option());
    let login_flow = matches!(
        operation,
        "RegisterClient" | "StartDeviceAuthorization" | "CreateToken" | "CreateTokenWithIAM"
    );
    let role = operation.starts_with("AssumeRole");
    Some(match refusal.code.as_str() {
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "ForbiddenException"
        | "OptInRequired"
        | "SubscriptionRequiredException" => denied(context, refusal),
        "ExpiredTokenException" | "ExpiredToken" if login_flow => {
            Error::new(Code::SsoLoginRequired, "the login was not finished in time")
                .suggest(context.login())
        }
        "InvalidRequestException" | "InvalidClientException" | "InvalidGrantException"
            if login_flow =>
        {
            let message = format!(
                "IAM Identity Center rejects the login of {who}; sso_start_url or sso_region may be wrong"
            );
            Error::new(Code::ProfileInvalid, message).suggest(context.anew())
        }
        "UnauthorizedException" => super::local::session_expired(context),
        "ExpiredTokenException" | "ExpiredToken" | "RequestExpired" | "TokenRefreshRequired" => {
            expired(context)
        }
        "ResourceNotFoundException" if operation == "GetRoleCredentials" => {
            let message = format!("the account or the role of {who} does not exist");
            Error::new(Code::ProfileInvalid, message).suggest(context.anew())
        }
        "ResourceNotFoundException" => Error::new(
            Code::ModelNotFound,
            format!("Bedrock does not find it: {}", bounded(&refusal.message)),
        )
        .suggest(format!(
            "see what there is with: claude-bedrock models{option}"
        )),
        "ValidationException" if refusal.message.contains("Operation not allowed") => {
            let message = format!("Bedrock is not allowed for the account of {who}");
            Error::new(Code::BedrockAccessDenied, message).suggest(
                "ask AWS Support to enable Bedrock for the account: https://console.aws.amazon.com/support",
            )
        }
        "ValidationError" if role => {
            let message = format!(
                "the role of {who} is not valid: {}",
                bounded(&refusal.message)
            );
            Error::new(Code::ProfileInvalid, message)
                .suggest(format!("look at it: aws configure get role_arn{option}"))
        }
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "AuthFailure"
        | "InvalidIdentityToken"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignature" => unrecognized(context),
        "InvalidSignatureException" | "SignatureDoesNotMatch" | "RequestTimeTooSkewed" => {
            mismatch(context, refusal)
        }
        "UnknownOperationException" | "RegionDisabledException" => {
            let message = format!("AWS does not offer this to {who}{}", context.place());
            Error::new(Code::RegionInvalid, message)
                .suggest("choose another region: --region REGION")
        }
        "ThrottlingException"
        | "Throttling"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "429" => {
            let message = format!("AWS asks {who} to slow down{}", context.place());
            Error::new(Code::Throttled, message).suggest("try again in a minute")
        }
        code => return by_status(context, refusal, code),
    })
}

/// Codes that are families: faults of AWS, and bare HTTP statuses, which no AWS service answers with.
fn by_status(context: &Context<'_>, refusal: &Refusal, code: &str) -> Option<Error> {
    let fault = code.starts_with("Internal") || code.starts_with("ServiceUnavailable");
    let status = code.parse::<u16>().ok();
    if fault || status.is_some_and(|status| status >= 500) {
        let message = format!(
            "AWS failed to answer{}: {}",
            context.place(),
            bounded(&format!("{code} {}", refusal.message))
        );
        return Some(Error::new(Code::ServiceError, message).suggest("try again in a minute"));
    }
    status.map(|status| {
        let message = format!(
            "something answered in AWS's place, with HTTP status {status}: a proxy or a sign-in page"
        );
        Error::new(Code::NetworkError, message)
            .suggest("sign in to the network, or check HTTPS_PROXY and NO_PROXY")
    })
}

fn denied(context: &Context<'_>, refusal: &Refusal) -> Error {
    let (who, option) = (context.who(), context.option());
    let message = refusal.message.as_str();
    if message.contains("MultiFactorAuthentication") {
        return Error::new(
            Code::MfaRequired,
            format!("AWS does not accept the MFA code of {who}"),
        )
        .suggest(format!("try again: aws sts get-caller-identity{option}"));
    }
    match refusal.operation.as_str() {
        operation if operation.starts_with("AssumeRole") => Error::new(
            Code::AccessDenied,
            format!("{who} may not assume its role{}", because(message)),
        )
        .suggest(format!(
            "check the trust policy of the role: aws configure get role_arn{option}"
        )),
        "GetRoleCredentials" => Error::new(
            Code::AccessDenied,
            format!("the SSO user may not use the account and role of {who}"),
        )
        .suggest(context.anew()),
        "GetCallerIdentity" => Error::new(
            Code::AccessDenied,
            format!("AWS refuses {who}{}", because(message)),
        )
        .suggest(format!(
            "ask your AWS administrator about: {}",
            context.again()
        )),
        _ if message.contains("API Key") || message.contains("Bearer Token") => {
            let (code, what) = if message.contains("expired") {
                (Code::CredentialsExpired, "has expired")
            } else {
                (Code::CredentialsInvalid, "is not accepted")
            };
            Error::new(code, format!("the Bedrock API key {what}"))
                .suggest("set a new one in AWS_BEARER_TOKEN_BEDROCK, or take it out: unset AWS_BEARER_TOKEN_BEDROCK")
        }
        _ if message.contains("needs a subscription") => Error::new(
            Code::BedrockAccessDenied,
            format!("the account of {who} has no access to Bedrock{}", context.place()),
        )
        .suggest("choose another region with --region, or have Bedrock enabled for the account"),
        _ => Error::new(
            Code::BedrockAccessDenied,
            format!("{who} may not list inference profiles{}{}", context.place(), because(message)),
        )
        .suggest("ask your AWS administrator for bedrock:ListInferenceProfiles, bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream"),
    }
}

/// AWS's reason without the names it comes with: `because no identity-based policy allows the … action`.
fn because(message: &str) -> String {
    [" because ", " with an explicit deny"]
        .iter()
        .find_map(|start| Some(bounded(message.get(message.find(start)?..)?)))
        .map(|reason| format!(", {reason}"))
        .unwrap_or_default()
}

fn expired(context: &Context<'_>) -> Error {
    let message = format!("the session credentials of {} have expired", context.who());
    Error::new(Code::CredentialsExpired, message).suggest(
        match (context.login_command, context.profile) {
            (Some(command), _) => command.to_owned(),
            (None, Some(_)) => format!(
                "put in new ones from where these came from: aws configure{}",
                context.option()
            ),
            (None, None) => {
                "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew".to_owned()
            }
        },
    )
}

/// Keys that AWS does not know, or does not know in that region: one that the account has not enabled answers the same.
fn unrecognized(context: &Context<'_>) -> Error {
    let who = context.who();
    if let Some(region) = context.region.filter(|region| regions::is_opt_in(region)) {
        let message = format!(
            "AWS does not accept the credentials of {who} in {region}, which an account has to enable first"
        );
        return Error::new(Code::RegionInvalid, message).suggest(format!(
            "enable it: aws account enable-region --region-name {}{}",
            crate::shell::quote(region),
            context.option()
        ));
    }
    Error::new(
        Code::CredentialsInvalid,
        format!("AWS does not know the credentials of {who}"),
    )
    .suggest(new_keys(context))
}

fn mismatch(context: &Context<'_>, refusal: &Refusal) -> Error {
    let clock = [
        "Signature expired",
        "Signature not yet current",
        "is now earlier",
        "is still later",
    ];
    if refusal.code == "RequestTimeTooSkewed"
        || clock.iter().any(|text| refusal.message.contains(text))
    {
        let times = between(&refusal.message, "(", ")")
            .map(|times| format!(" ({})", bounded(times)))
            .unwrap_or_default();
        let message = format!("the clock of this computer is too far from AWS's{times}");
        return Error::new(Code::CredentialsInvalid, message).suggest(set_clock());
    }
    let message = format!(
        "the secret key of {} does not belong to its access key",
        context.who()
    );
    Error::new(Code::CredentialsInvalid, message).suggest(new_keys(context))
}

fn new_keys(context: &Context<'_>) -> String {
    match (context.login_command, context.profile) {
        (Some(command), _) => command.to_owned(),
        (None, Some(_)) => format!("enter the keys anew: aws configure{}", context.option()),
        (None, None) => {
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY anew, or take them out".to_owned()
        }
    }
}

fn set_clock() -> &'static str {
    if cfg!(windows) {
        "set the clock: w32tm /resync"
    } else if cfg!(target_os = "macos") {
        "set the clock: sudo sntp -sS time.apple.com"
    } else {
        "set the clock: sudo timedatectl set-ntp true"
    }
}
