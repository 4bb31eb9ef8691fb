//! `setup` as a person uses it: on a terminal, by keys, with this program playing `aws`.

#![cfg_attr(
    unix,
    expect(
        clippy::disallowed_methods,
        clippy::expect_used,
        reason = "tests set up files and stop when they cannot"
    )
)]

#[cfg(unix)]
mod support;

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
mod wizard;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    if let Some(code) = support::stand_in::play() {
        return std::process::ExitCode::from(u8::try_from(code).expect("an exit code"));
    }
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), wizard::trials()).exit_code()
}
