//! Makes the release binary smaller by what a program that aborts on panic never reads: its unwind tables.
//!
//! `panic = "abort"` still links the tables of std and of this crate (an eighth of the file). Nothing walks them: there
//! is no unwinding, and a stripped binary has no names for a backtrace. Tests unwind, so only the release profile does this.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to a build script in variables"
)]

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=.cargo/build.rs");
    println!("cargo:rerun-if-changed=.cargo/no-unwind-tables.ld");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|set| set == value);
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") {
        let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo:rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
        println!("cargo:rustc-link-arg-bins=-Wl,-T,{folder}/.cargo/no-unwind-tables.ld");
        // There the unwinder is linked in, and brings a second `_Unwind_Backtrace`; ours comes first and counts.
        if is("CARGO_CFG_TARGET_ENV", "musl") {
            println!("cargo:rustc-link-arg-bins=-Wl,-z,muldefs");
        }
    }
}
