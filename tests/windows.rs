//! What is true on Windows alone: `aws.cmd`, `USERPROFILE`, files that other programs have open, grandchildren.
//!
//! Nothing is tested on other systems. Started as `aws` this program plays it, as in `cases.rs`; started as `holder` it
//! keeps a file open for longer than any test waits.

#![cfg_attr(
    windows,
    expect(
        clippy::disallowed_methods,
        clippy::expect_used,
        clippy::panic,
        reason = "tests set up files and stop when they cannot"
    )
)]

#[cfg(windows)]
mod support;

#[cfg(windows)]
fn main() -> std::process::ExitCode {
    on_windows::main()
}

#[cfg(not(windows))]
fn main() {}

#[cfg(windows)]
mod on_windows {
    use std::os::windows::fs::OpenOptionsExt;
    use std::path::Path;
    use std::process::ExitCode;
    use std::time::{Duration, Instant};

    use libtest_mimic::Arguments;
    use serde_json::Value;

    use crate::support::sandbox::{self, NOW, Sandbox, write};
    use crate::support::{APPLY, entries, fixture, name, stand_in, trials};

    /// Longer than a test may take.
    const LONG: Duration = Duration::from_secs(120);

    pub(super) fn main() -> ExitCode {
        if started_as("holder") {
            let folder = std::env::args()
                .nth(1)
                .expect("a folder for the file to hold");
            let held = Path::new(&folder).join(format!("held-{}", std::process::id()));
            let _open = exclusively(&held).expect("nobody else has it");
            std::thread::sleep(LONG);
            return ExitCode::SUCCESS;
        }
        if let Some(code) = stand_in::play() {
            return ExitCode::from(u8::try_from(code).expect("an exit code"));
        }
        let trials = trials![
            aws_cmd_is_found_and_run,
            home_is_userprofile,
            a_file_that_is_open_stays_whole,
            a_deadline_ends_grandchildren,
            crlf_stays_crlf,
        ];
        libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
    }

    fn started_as(name: &str) -> bool {
        let me = std::env::args_os().next().expect("a name");
        Path::new(&me).file_stem().is_some_and(|stem| stem == name)
    }

    /// Opens a file that nobody else can open then.
    fn exclusively(path: &Path) -> std::io::Result<std::fs::File> {
        let mut options = std::fs::File::options();
        options.read(true).write(true).create(true).truncate(false);
        options.share_mode(0).open(path)
    }

    fn home() -> Sandbox {
        let sandbox = Sandbox::new();
        sandbox::copy_tree(&fixture("homes/sso-valid"), &sandbox.home);
        sandbox
    }

    fn run(sandbox: &Sandbox, args: &[&str]) -> (i32, Value) {
        let mut command = sandbox.command(NOW);
        command.args(args);
        let output = sandbox.run(command, "");
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        let answer = serde_json::from_str(&shown).unwrap_or_else(|error| {
            let stderr = String::from_utf8_lossy(&output.stderr);
            panic!("{args:?}: {error}: {shown}{stderr}")
        });
        (output.exit, answer)
    }

    fn aws_cmd_is_found_and_run() {
        let sandbox = home();
        let text = "@echo off\r\necho aws-cli/2.31.0 Python/3.13.7 Windows/11 exe/AMD64\r\n";
        write(&sandbox.bin.join("aws.cmd"), text.as_bytes());
        let (_, answer) = run(&sandbox, &["check-prerequisites"]);
        let aws = &answer["data"]["aws_cli"];
        assert_eq!(aws["installed"], true, "{answer}");
        let path = aws["path"].as_str().expect("a path").to_ascii_lowercase();
        assert!(path.ends_with(r"\bin\aws.cmd"), "{answer}");
        assert!(aws.to_string().contains("2.31.0"), "{answer}");
    }

    fn home_is_userprofile() {
        let sandbox = home();
        let other = sandbox.work.join("other");
        write(
            &other.join(".aws/config"),
            b"[profile elsewhere]\nregion = eu-west-1\n",
        );
        let mut command = sandbox.command(NOW);
        command.arg("get-aws-context").env("HOME", &other);
        let output = sandbox.run(command, "");
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            shown.contains("\"dev\"") && !shown.contains("elsewhere"),
            "{shown}"
        );
    }

    /// Another program has the file open, and lets nobody in or lets nobody take it away.
    fn a_file_that_is_open_stays_whole() {
        const READ_AND_WRITE: u32 = 3;
        for (share, code) in [(0, "FILE_BUSY"), (READ_AND_WRITE, "FILE_NOT_WRITABLE")] {
            let sandbox = home();
            let file = sandbox.home.join(".claude/settings.json");
            let bytes = b"{\"theme\": \"dark\"}";
            write(&file, bytes);
            let mut options = std::fs::File::options();
            let open = options.read(true).share_mode(share).open(&file);
            let open = open.expect("the settings");
            let (exit, answer) = run(&sandbox, APPLY);
            assert_eq!(exit, 1, "{answer}");
            assert_eq!(answer["code"], code, "{answer}");
            let advice = answer["suggestion"].as_str().expect("a suggestion");
            assert!(advice.contains("close"), "{answer}");
            drop(open);
            assert_eq!(std::fs::read(&file).expect("the settings"), bytes);
            let folder = file.parent().expect("a folder");
            let left: Vec<String> = entries(folder).iter().map(|path| name(path)).collect();
            assert_eq!(left, ["settings.json"], "{answer}");
            let (exit, answer) = run(&sandbox, APPLY);
            assert_eq!(exit, 0, "{answer}");
        }
    }

    /// `aws.cmd` waits for a program that would wait much longer.
    fn a_deadline_ends_grandchildren() {
        let sandbox = home();
        sandbox.install("holder");
        let calls = sandbox.calls.display();
        let text = format!("@\"%~dp0holder.exe\" \"{calls}\"\r\n");
        write(&sandbox.bin.join("aws.cmd"), text.as_bytes());
        let args = [
            "models",
            "--json",
            "--profile=dev",
            "--region=us-west-2",
            "--timeout=5",
        ];
        let (exit, answer) = run(&sandbox, &args);
        assert_eq!(exit, 1, "{answer}");
        assert_eq!(answer["code"], "AWS_CLI_TIMED_OUT", "{answer}");
        let held = entries(&sandbox.calls);
        assert!(!held.is_empty(), "the programs of the programs never ran");
        // The system may take a moment to close what an ended program had open.
        let end = Instant::now() + Duration::from_secs(30);
        for file in held {
            while exclusively(&file).is_err() {
                assert!(Instant::now() < end, "it still runs");
                std::thread::yield_now();
            }
        }
    }

    fn crlf_stays_crlf() {
        let sandbox = home();
        let file = sandbox.home.join(".claude/settings.json");
        let before = b"{\r\n  \"theme\": \"dark\"\r\n}\r\n";
        write(&file, before);
        assert_eq!(run(&sandbox, APPLY).0, 0);
        let text = std::fs::read_to_string(&file).expect("the settings");
        let lines = text.matches('\n').count();
        assert!(
            lines > 5 && text.matches("\r\n").count() == lines,
            "{text:?}"
        );
        assert_eq!(run(&sandbox, &["apply-config", "--remove"]).0, 0);
        assert_eq!(std::fs::read(&file).expect("the settings"), before);
    }
}
