use super::*;

fn cli(vars: &[(&str, &str)]) -> AwsCli {
    AwsCli {
        path: "/opt/aws/bin/aws".into(),
        env: Env::for_test(Path::new("/nonexistent"), vars),
        timeout: Duration::from_secs(60),
        trace: None,
    }
}

const CONTEXT: Context<'_> = Context {
    operation: "bedrock list-inference-profiles",
    profile: Some("dev"),
    region: Some("us-east-1"),
    login_command: None,
};

fn output(end: End, stdout: &str, stderr: &str) -> Output {
    Output {
        end,
        stdout: stdout.into(),
        stderr: stderr.into(),
        elapsed: Duration::from_secs(3),
    }
}

#[test]
fn command_lines() {
    let cli = cli(&[]);
    let bounded = "--output json --cli-connect-timeout 5 --cli-read-timeout 20";
    let table = [
        (
            cli.list_inference_profiles(Some("my dev"), "us-east-1", Kind::SystemDefined),
            format!(
                "bedrock list-inference-profiles --profile 'my dev' --region us-east-1 {bounded} --type-equals SYSTEM_DEFINED"
            ),
        ),
        (
            cli.list_inference_profiles(None, "eu-west-1", Kind::Application),
            format!(
                "bedrock list-inference-profiles --region eu-west-1 {bounded} --type-equals APPLICATION"
            ),
        ),
        (
            cli.get_caller_identity(Some("-x"), None),
            format!("sts get-caller-identity --profile=-x {bounded}"),
        ),
        (
            cli.sso_login("dev", Browser::Open),
            "sso login --profile dev".to_owned(),
        ),
        (
            cli.sso_login("dev", Browser::DeviceCode),
            "sso login --profile dev --no-browser --use-device-code".to_owned(),
        ),
        (cli.login("dev"), "login --profile dev".to_owned()),
    ];
    for (run, expected) in table {
        assert_eq!(run.command_line(), format!("/opt/aws/bin/aws {expected}"));
    }
    let quick = cli.timeout(Duration::from_millis(300));
    let line = quick.get_caller_identity(None, None).command_line();
    assert!(
        line.ends_with("--cli-connect-timeout 1 --cli-read-timeout 1"),
        "{line}"
    );
}

#[test]
fn the_environment_of_a_profile() {
    let vars = [
        ("AWS_BEARER_TOKEN_BEDROCK", "token"),
        ("AWS_PROFILE", "other"),
        ("AWS_ACCESS_KEY_ID", "key"),
    ];
    let run = cli(&vars).get_caller_identity(Some("dev"), None);
    for (name, expected) in [
        ("AWS_BEARER_TOKEN_BEDROCK", None),
        ("AWS_PROFILE", None),
        ("AWS_ACCESS_KEY_ID", Some("key")),
        ("AWS_PAGER", Some("")),
        ("AWS_CLI_AUTO_PROMPT", Some("off")),
        ("AWS_EC2_METADATA_DISABLED", Some("true")),
        ("AWS_MAX_ATTEMPTS", Some("2")),
        ("AWS_RETRY_MODE", Some("standard")),
        ("PYTHONUTF8", Some("1")),
    ] {
        assert_eq!(run.var(name), expected.map(OsStr::new), "{name}");
    }
    let metadata = "AWS_EC2_METADATA_DISABLED";
    assert_eq!(with_instance_metadata(run).var(metadata), None);
    let chosen = cli(&[(metadata, "false")]).login("dev");
    assert_eq!(chosen.var(metadata), Some("false".as_ref()));
}

#[test]
fn the_environment_of_the_environments_own_credentials() {
    let kept = [
        ("AWS_BEARER_TOKEN_BEDROCK", "token"),
        ("AWS_PROFILE", "other"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    let run = cli(&kept).get_caller_identity(None, None);
    for (name, value) in kept {
        assert_eq!(run.var(name), Some(value.as_ref()), "{name}");
    }
    assert_eq!(run.var("AWS_EC2_METADATA_DISABLED"), None);
    let run = cli(&[("AWS_PROFILE", "")]).get_caller_identity(None, None);
    assert_eq!(
        run.var("AWS_PROFILE"),
        None,
        "set and empty is a profile that is not there"
    );
}

#[test]
fn an_answer_is_what_stdout_holds() {
    let answer = check(&CONTEXT, Ok(output(End::Exit(0), "{}\n", "a warning\n")));
    assert_eq!(answer.unwrap(), b"{}\n");
}

#[test]
fn what_is_no_answer_has_a_code() {
    let mfa = "Enter MFA code for arn:aws:iam::123456789012:mfa/me: ";
    let missing = "The config profile (dev) could not be found\n";
    let table = [
        (Ok(output(End::Exit(0), "", "")), Code::AwsCliOutputInvalid),
        (
            Ok(output(End::Exit(0), " \r\n", "")),
            Code::AwsCliOutputInvalid,
        ),
        (
            Ok(output(End::TooLarge, "x", "")),
            Code::AwsCliOutputInvalid,
        ),
        (Ok(output(End::TimedOut, "{", "")), Code::AwsCliTimedOut),
        (Ok(output(End::TimedOut, "", mfa)), Code::MfaRequired),
        (
            Ok(output(End::Exit(255), "", missing)),
            Code::ProfileNotFound,
        ),
        (Ok(output(End::Exit(127), "", "")), Code::AwsCliNotFound),
        (Ok(output(End::Signal(9), "{}", "")), Code::AwsCliFailed),
        (
            Err(Error::new(Code::CommandNotFound, "no")),
            Code::AwsCliNotFound,
        ),
        (Err(Error::new(Code::Interrupted, "no")), Code::Interrupted),
    ];
    for (outcome, code) in table {
        let told = format!("{outcome:?}");
        let error = check(&CONTEXT, outcome).unwrap_err();
        assert_eq!(error.code, code, "{told}");
    }
}

#[test]
fn an_aws_without_type_filter_is_recognised() {
    let old = "usage: aws [options]\n\nUnknown options: --type-equals, APPLICATION\n";
    assert!(lacks_type_filter(&Ok(output(End::Exit(252), "", old))));
    let other = output(End::Exit(255), "", "Unable to locate credentials");
    assert!(!lacks_type_filter(&Ok(other)));
}

#[test]
fn without_aws_the_step_installs_it() {
    let env = Env::for_test(Path::new("/nonexistent"), &[("PATH", "/nonexistent")]);
    let Err(error) = AwsCli::find(&env) else {
        panic!("found aws in no folder");
    };
    assert_eq!(error.code, Code::AwsCliNotFound);
    assert!(error.suggestion.clone().unwrap().contains("awscli"));
}
