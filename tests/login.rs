//! `login --if-needed` by several callers at once: one `aws`, whatever comes of it.

#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a test sets up files and starts programs, and stops when it cannot"
)]

mod support;

use std::os::unix::fs::MetadataExt;
use std::process::Child;
use std::thread;

use support::sandbox::{Sandbox, write};

const CALLERS: usize = 6;

const CONFIG: &str = "[profile dev]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = R\n\
    [sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n";

/// Writes down that it was started, and ends as it is told through the pipe.
const AWS: &str = r#"#!/bin/sh
echo "$*" >> "$HOME/calls"
read -r verdict < "$HOME/gate"
if [ "$verdict" = good ]; then
  printf '{"accessToken":"EXAMPLE-access-token","expiresAt":"2099-01-01T00:00:00Z"}' > "$HOME/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
  exit 0
fi
echo 'aws: [ERROR]: Could not connect to the endpoint URL: "https://oidc.us-east-1.amazonaws.com/client/register"' >&2
exit 255
"#;

const LOGIN: &[&str] = &["login", "--if-needed", "--profile", "dev", "--json"];

/// How many wait for the lock of the folder that stands for the session (`/proc/locks` marks them with `->`).
fn waiting(sandbox: &Sandbox) -> usize {
    let folder = sandbox.home.join(".cache/claude-bedrock/login");
    let Some(inode) = support::entries(&folder)
        .first()
        .and_then(|path| path.metadata().ok())
    else {
        return 0;
    };
    let ending = format!(":{} 0 EOF", inode.ino());
    let locks = std::fs::read_to_string("/proc/locks").expect("a list of locks");
    let waits = |line: &&str| line.contains("->") && line.ends_with(&ending);
    locks.lines().filter(waits).count()
}

/// Lets them all come, then tells `aws` how to end; returns exit codes, outputs and the calls that were made.
fn run_all(verdict: &str) -> (Vec<(i32, String)>, Vec<String>) {
    let sandbox = Sandbox::new();
    write(&sandbox.home.join(".aws/config"), CONFIG.as_bytes());
    std::fs::create_dir_all(sandbox.home.join(".aws/sso/cache")).expect("a folder");
    sandbox.script("aws", AWS);
    let gate = sandbox.gate();

    let mut callers: Vec<Child> = (0..CALLERS).map(|_| sandbox.start(LOGIN)).collect();
    while waiting(&sandbox) < CALLERS - 1 {
        for caller in &mut callers {
            let ended = caller.try_wait().expect("a child of ours");
            assert!(
                ended.is_none(),
                "a caller ended before the login did: {ended:?}"
            );
        }
        thread::yield_now();
    }
    // Opening waits for the reader, which is the one `aws`.
    std::fs::write(&gate, format!("{verdict}\n")).expect("the pipe takes a line");
    let ended = callers.into_iter().map(|caller| {
        let output = sandbox.finish(caller);
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.exit, stdout)
    });
    let ended = ended.collect();
    let calls = std::fs::read_to_string(sandbox.home.join("calls")).expect("a call");
    (ended, calls.lines().map(str::to_owned).collect())
}

#[test]
fn one_logs_in_and_the_others_wait_for_it() {
    let (ended, calls) = run_all("good");
    assert_eq!(calls, ["sso login --profile dev"]);
    for (exit, told) in ended {
        assert_eq!(exit, 0, "{told}");
        assert!(told.contains("\"loggedIn\": true"), "{told}");
    }
}

#[test]
fn a_login_that_fails_is_not_tried_again_by_those_who_waited() {
    let (ended, calls) = run_all("bad");
    assert_eq!(calls, ["sso login --profile dev"]);
    let of = |code: &str| {
        let says = format!("\"code\": \"{code}\"");
        ended
            .iter()
            .filter(|(exit, told)| *exit == 1 && told.contains(&says))
            .count()
    };
    assert_eq!(
        (of("NETWORK_ERROR"), of("SSO_LOGIN_REQUIRED")),
        (1, CALLERS - 1),
        "{ended:?}"
    );
}

/// With what it started: that would hold the terminal, the browser's port and the lock.
#[test]
fn a_login_that_nobody_finishes_ends_at_its_deadline() {
    let sandbox = Sandbox::new();
    write(&sandbox.home.join(".aws/config"), CONFIG.as_bytes());
    sandbox.script(
        "aws",
        "#!/bin/sh\nsleep 1000 &\necho $! > \"$HOME/started\"\nwait\n",
    );
    for more in [&[][..], &["--if-needed"]] {
        let args = ["login", "--profile", "dev", "--json", "--timeout", "1"];
        let output = sandbox.finish(sandbox.start(&[&args, more].concat()));
        let told = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.exit, 1, "{told}");
        assert!(told.contains("\"code\": \"AWS_CLI_TIMED_OUT\""), "{told}");
        let started = std::fs::read_to_string(sandbox.home.join("started")).expect("a call");
        let process = std::path::Path::new("/proc").join(started.trim());
        // One that nobody has buried yet is gone too.
        let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
        assert!(stat.is_empty() || stat.contains(") Z "), "{stat}");
    }
}
