//! Every folder of `fixtures/cases/COMMAND/SITUATION/` is one test of the real binary.
//!
//! `cargo test --test cases apply-config/` runs those of a command; with `UPDATE=1` in the environment their expectations
//! are written anew. Started as `aws` or `node`, this same program plays them.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests set up files and read their own environment, and stop when they cannot"
)]

mod support;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use support::{case, fixture, folders, name, stand_in};

fn main() -> ExitCode {
    if let Some(code) = stand_in::play() {
        return ExitCode::from(u8::try_from(code).expect("an exit code"));
    }
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    let mut trials = Vec::new();
    for command in folders(&fixture("cases")) {
        for situation in folders(&command) {
            let title = format!("{}/{}", name(&command), name(&situation));
            let skipped = case::skip(&situation);
            let trial = Trial::test(title, move || {
                case::run(&situation, update).map_err(Failed::from)
            });
            trials.push(match skipped {
                Some(reason) => trial.with_kind(reason).with_ignored_flag(true),
                None => trial,
            });
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
