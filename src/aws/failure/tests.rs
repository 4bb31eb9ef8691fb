//! The rows of `fixtures/aws-cli-runs.jsonl` are real runs of `aws` 1.46.3 and 2.36.7, with the code that each must get.

use serde_json::Value;

use super::*;

fn rows() -> Vec<Value> {
    include_str!("../../../fixtures/aws-cli-runs.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The value of an option in a recorded command, whose words were joined by blanks.
fn option<'t>(command: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = command.split_once(&format!("{name} "))?;
    Some(rest.split(" --").next().unwrap_or_default())
}

fn classify_row(row: &Value) -> Error {
    let command = row["command"].as_str().unwrap();
    let words = command.strip_prefix("aws").unwrap().trim_start();
    let context = Context {
        operation: words.split(" --").next().unwrap_or_default(),
        profile: option(command, "--profile"),
        region: option(command, "--region"),
        login_command: None,
    };
    let exit = i32::try_from(row["exit"].as_i64().unwrap()).unwrap();
    classify(&context, Some(exit), row["stderr"].as_str().unwrap())
}

#[test]
fn every_recorded_failure_has_its_code() {
    let rows = rows();
    assert_eq!(rows.len(), 253);
    let mut wrong = String::new();
    for row in &rows {
        let error = classify_row(row);
        if error.code.as_str() != row["code"] {
            wrong.push_str(&format!("{row}\n  is {}: {error}\n", error.code.as_str()));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_recorded_failure_has_a_sentence_and_a_step() {
    for row in rows() {
        let error = classify_row(&row);
        let message = &error.message;
        let suggestion = error.suggestion.clone().unwrap_or_default();
        let fine = !message.is_empty()
            && message.len() < 400
            && !message.contains("unexpected")
            && !message.contains("traceback")
            && !message.ends_with('.')
            && !message.chars().any(char::is_control)
            && !suggestion.is_empty()
            && !suggestion.contains('<');
        assert!(fine, "{row}\n{message}\n{suggestion}");
    }
}

/// Defect 34: a step that names nothing cannot be followed.
#[test]
fn defect_34_suggestions_name_the_profile() {
    let codes = [
        Code::SsoLoginRequired,
        Code::SsoSessionExpired,
        Code::SsoTokenInvalid,
        Code::ProfileInvalid,
        Code::CredentialsMissing,
        Code::MfaRequired,
        Code::RegionMissing,
    ];
    let mut seen = 0;
    for row in rows() {
        let error = classify_row(&row);
        let Some(profile) = option(row["command"].as_str().unwrap(), "--profile") else {
            continue;
        };
        if codes.contains(&error.code) {
            let suggestion = error.suggestion.clone().unwrap();
            let names = [
                format!("--profile {profile}"),
                format!("[profile {profile}]"),
            ];
            assert!(
                names.iter().any(|name| suggestion.contains(name)),
                "{row}\n{suggestion}"
            );
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
}

const LISTING: Context<'_> = Context {
    operation: "bedrock list-inference-profiles",
    profile: Some("my dev"),
    region: Some("eu-west-1"),
    login_command: None,
};

#[test]
fn texts_that_are_not_among_the_recorded_runs() {
    let refused = |code: &str, operation: &str, message: &str| {
        format!("\nAn error occurred ({code}) when calling the {operation} operation: {message}\n")
    };
    let list = |code: &str, message: &str| refused(code, "ListInferenceProfiles", message);
    let table: &[(String, Code)] = &[
        // 2.9.19 of Debian 12, which has no `bedrock`.
        ("usage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]\naws: error: argument command: Invalid choice, valid choices are:\n\naccessanalyzer | account\n".into(), Code::AwsCliTooOld),
        // 2.13.23 to 2.17.38 have `bedrock` without the listing.
        ("usage: aws [options]\n\naws: [ERROR]: argument operation: Found invalid choice 'list-inference-profiles'\n".into(), Code::AwsCliTooOld),
        ("usage: aws [options]\n\nUnknown options: --type-equals, SYSTEM_DEFINED\n".into(), Code::AwsCliTooOld),
        ("\nInvalid endpoint: https://bedrock..amazonaws.com\n".into(), Code::RegionInvalid),
        ("\nInvalid endpoint: nonsense\n".into(), Code::ProfileInvalid),
        ("\nCould not connect to the endpoint URL: \"https://bedrock.eu-west-1.amazonaws.com/inference-profiles\"\n".into(), Code::NetworkError),
        ("\nConnect timeout on endpoint URL: \"https://bedrock.eu-west-1.amazonaws.com/inference-profiles\"\n".into(), Code::NetworkError),
        ("\nYour session has expired or credentials have changed. Please reauthenticate using 'aws login'.\n".into(), Code::SsoSessionExpired),
        (refused("UnauthorizedException", "GetRoleCredentials", "Session token not found or invalid"), Code::SsoSessionExpired),
        (refused("AccessDenied", "AssumeRole", "MultiFactorAuthentication failed with invalid MFA one time pass code."), Code::MfaRequired),
        (refused("ValidationError", "AssumeRole", "x is invalid"), Code::ProfileInvalid),
        (refused("RegionDisabledException", "AssumeRole", "STS is not activated in this region"), Code::RegionInvalid),
        (list("AccessDeniedException", "Authentication failed: Please make sure your API Key is valid."), Code::CredentialsInvalid),
        (list("AccessDeniedException", "Bearer Token has expired"), Code::CredentialsExpired),
        (list("AccessDeniedException", "User: x is not authorized to perform: y with an explicit deny in a service control policy"), Code::BedrockAccessDenied),
        (list("UnknownOperationException", ""), Code::RegionInvalid),
        (list("407", "Proxy Authentication Required"), Code::NetworkError),
        (list("504", "Gateway Timeout"), Code::ServiceError),
        (list("SomethingNewException", "of tomorrow"), Code::AwsCliFailed),
        ("\n[Errno 13] Permission denied: '/home/me/.aws/cli/cache/x.json'\n".into(), Code::FileUnreadable),
        ("\n[Errno 30] Read-only file system: '/home/me/.aws/cli/cache/x.json'\n".into(), Code::FileNotWritable),
        ("\nParameter validation failed:\nInvalid length for parameter RoleArn, value: 1, valid min length: 20\n".into(), Code::ProfileInvalid),
        ("{\"Code\": \"ExpiredTokenException\", \"Message\": \"expired\"}\n".into(), Code::CredentialsExpired),
        ("{\"Code\": \"NoRegion\", \"Message\": \"You must specify a region. …\"}\n".into(), Code::RegionMissing),
        ("{ not JSON\n".into(), Code::AwsCliFailed),
        (String::new(), Code::AwsCliFailed),
        ("Traceback (most recent call last):\nModuleNotFoundError: No module named 'awscli'\n".into(), Code::AwsCliFailed),
    ];
    for (stderr, code) in table {
        let error = classify(&LISTING, Some(255), stderr);
        assert_eq!(error.code, *code, "{stderr}\n{error}");
    }
}

/// Keys that AWS does not know look like a region that the account has not enabled.
#[test]
fn unknown_keys_in_a_region_to_be_enabled_may_be_the_region() {
    let stderr = "\nAn error occurred (UnrecognizedClientException) when calling the ListInferenceProfiles operation: The security token included in the request is invalid.\n";
    for (region, code) in [
        ("eu-west-1", Code::CredentialsInvalid),
        ("me-south-1", Code::RegionInvalid),
    ] {
        let region = Some(region);
        let error = classify(&Context { region, ..LISTING }, Some(254), stderr);
        assert_eq!(error.code, code, "{error}");
    }
}

#[test]
fn the_login_command_of_the_caller_counts() {
    let stderr = "\nError when retrieving token from sso: Token has expired and refresh failed\n";
    let error = classify(&LISTING, Some(255), stderr);
    assert_eq!(
        error.suggestion.clone().unwrap(),
        "aws sso login --profile 'my dev'"
    );
    let login_command = Some("aws sso login --profile base");
    let context = Context {
        login_command,
        ..LISTING
    };
    let error = classify(&context, Some(255), stderr);
    assert_eq!(error.suggestion.as_deref(), login_command);
}

#[test]
fn foreign_text_is_bounded_and_escaped() {
    let long = format!("something \u{1b}[31m{}", "x".repeat(5000));
    let error = classify(&LISTING, Some(1), &long);
    assert!(error.message.len() < 400, "{}", error.message);
    assert!(error.message.contains("\\u{1b}[31m"), "{}", error.message);
    let long = "x".repeat(100_000);
    for stderr in [
        format!("The config profile ({long}) could not be found"),
        format!("Unable to parse config file: {long}"),
        format!("[Errno 13] Permission denied: '{long}'"),
        format!("The source_profile \"{long}\" referenced in the profile"),
        format!("Provided region_name '{long}' doesn't match a supported format"),
        format!("An error occurred ({long}) when calling the {long} operation: {long}"),
    ] {
        let error = classify(&LISTING, Some(255), &stderr);
        let shown = error.json().to_string();
        assert!(shown.len() < 5_000, "{} bytes: {stderr:.60}", shown.len());
    }
}

/// Defect 65: root ran an installer from `/tmp`, where anyone could have put it.
#[test]
fn defect_65_what_installs_aws_comes_from_a_folder_of_its_own() {
    let step = install_step();
    assert!(!step.contains("/tmp"), "{step}");
    assert!(
        !step.contains("sudo") || step.contains("mktemp -d"),
        "{step}"
    );
}

#[test]
fn a_shim_without_aws_behind_it_is_no_aws() {
    let error = classify(&LISTING, Some(127), "pyenv: aws: command not found\n");
    assert_eq!(error.code, Code::AwsCliNotFound);
    assert!(
        error.message.ends_with("pyenv: aws: command not found"),
        "{error}"
    );
}

/// The texts of botocore 1.43.11, which hides a password only where Python's `urlparse` finds it.
#[test]
fn the_proxy_is_named_without_its_password() {
    let texts = [
        ("Failed to connect to proxy URL: \"", "\""),
        (
            "An HTTP Client raised an unhandled exception: Failed to parse: ",
            "",
        ),
        (
            "SSL validation failed for ",
            " [SSL: CERTIFICATE_VERIFY_FAILED]",
        ),
        ("Could not connect to the endpoint URL: \"", "\""),
        ("Connect timeout on endpoint URL: \"", "\""),
        ("something of tomorrow with (", ")"),
        (
            "Error when retrieving credentials from custom-process: curl ",
            "",
        ),
        (
            "An error occurred (407) when calling the ListInferenceProfiles operation: see ",
            "",
        ),
    ];
    // Each between letters, as no sentence of ours has them.
    let odd = [
        "/", "@", "?", "#", ":", "\"", "'", " ", "\\", "://", "%40", "[1]", "é", "/@/@", "\t", "",
    ];
    for (before, after) in texts {
        for scheme in ["http", "https", "socks5"] {
            for (first, second) in odd.iter().flat_map(|one| odd.map(|two| (one, two))) {
                let url = format!("{scheme}://qxz{first}qxz:zqx{second}zqx@proxy.corp:3128");
                let stderr = format!("\naws: [ERROR]: {before}{url}{after}\n");
                let error = classify(&LISTING, Some(255), &stderr);
                let shown = error.json().to_string();
                let leaks = shown.contains("qxz") || shown.contains("zqx");
                assert!(
                    !leaks && shown.contains("proxy.corp:3128"),
                    "{stderr}{shown}"
                );
            }
        }
    }
}

#[test]
fn what_is_no_password_stays() {
    for text in [
        "User: arn:aws:sts::111122223333:assumed-role/Dev/me@example.com may not, see https://aws.amazon.com",
        "https://proxy.corp:3128/a?b=c is\nof me@example.com",
        "a://",
        "",
    ] {
        assert_eq!(without_passwords(text), text);
    }
}

#[test]
fn a_failure_that_every_region_shares_is_told_from_one_of_the_region() {
    let host = "https://bedrock.eu-west-1.amazonaws.com/inference-profiles";
    for (stderr, expected) in [
        (
            format!("Could not connect to the endpoint URL: \"{host}\""),
            true,
        ),
        (format!("Connect timeout on endpoint URL: \"{host}\""), true),
        (
            "An HTTP Client raised an unhandled exception: x".to_owned(),
            true,
        ),
        (
            "Failed to connect to proxy URL: \"http://127.0.0.1:1\"".to_owned(),
            false,
        ),
        (
            "Could not connect to the endpoint URL: \"http://127.0.0.1:1/\"".to_owned(),
            false,
        ),
        (format!("SSL validation failed for {host} [SSL]"), false),
        (
            "An HTTP Client raised an unhandled exception: Failed to parse: http://a:b/c@d"
                .to_owned(),
            false,
        ),
    ] {
        let error = classify(&LISTING, Some(255), &stderr);
        assert_eq!(error.code, Code::NetworkError, "{stderr}");
        assert_eq!(is_of_region(&error, "eu-west-1"), expected, "{error}");
    }
}

#[test]
fn the_file_that_aws_rejects_is_named() {
    let stderr = "\naws: [ERROR]: Unable to parse config file: /home/me/.aws/credentials\n";
    let error = classify(&LISTING, Some(255), stderr);
    let path = error.at.clone().unwrap().path;
    assert_eq!(path, std::path::Path::new("/home/me/.aws/credentials"));
}
