//! What `aws sts get-caller-identity` printed.

use serde_json::Value;

use crate::error::{Code, Error, Result};

/// Who AWS takes the caller for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account's twelve digits.
    pub account: Option<String>,
    /// The ARN of the user or the assumed role.
    pub arn: String,
    /// The unique id; for a role with the session's name after a colon.
    pub user_id: Option<String>,
}

/// Whether `text` is the number of an account: twelve digits.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads the output of `aws sts get-caller-identity --output json`.
///
/// # Errors
/// `AWS_CLI_OUTPUT_INVALID` for anything without an ARN in it.
pub fn parse(stdout: &[u8]) -> Result<Identity> {
    let value: Value = serde_json::from_slice(stdout).unwrap_or_default();
    let text = |name| Some(value.get(name)?.as_str()?.to_owned());
    let arn = text("Arn").ok_or_else(|| {
        Error::new(
            Code::AwsCliOutputInvalid,
            "aws printed something else than the caller's identity",
        )
    })?;
    Ok(Identity {
        account: text("Account"),
        arn,
        user_id: text("UserId"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_read_and_nothing_else_is() {
        let text = br#"{"UserId": "AROAEXAMPLE:jo", "Account": "111122223333", "Arn": "arn:aws:sts::111122223333:assumed-role/Dev/jo"}"#;
        let identity = parse(text).unwrap();
        assert_eq!(identity.account.as_deref(), Some("111122223333"));
        assert_eq!(identity.user_id.as_deref(), Some("AROAEXAMPLE:jo"));
        assert!(identity.arn.ends_with("/jo"));
        for text in [
            "",
            "null",
            "{}",
            "[1]",
            "<html>",
            r#"{"Arn": 1}"#,
            r#"{"Arn": "arn:"#,
        ] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.code, Code::AwsCliOutputInvalid, "{text}");
        }
    }
}
