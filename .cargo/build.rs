//! Makes the release binary smaller by what a program that aborts on panic never reads, its unwind tables, and by a short
//! spelling of its relocations. What the compiler does for size stands in config.toml.
//!
//! `panic = "abort"` still links the tables of std and of this crate (an eighth of the file). Nothing walks them: there
//! is no unwinding, and a stripped binary has no names for a backtrace. Tests unwind, so only the release profile does this.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to a build script in variables"
)]

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=.cargo/build.rs");
    println!("cargo:rerun-if-changed=.cargo/no-unwind-tables.ld");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|set| set == value);
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") {
        let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo:rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
        println!("cargo:rustc-link-arg-bins=-Wl,-T,{folder}/.cargo/no-unwind-tables.ld");
        // A relocation in 1 bit instead of 24 bytes. musl is linked in and reads them; of glibc, 2.36 and later do.
        if is("CARGO_CFG_TARGET_ENV", "musl") || glibc_reads_packed_relocations(&is) {
            println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        }
        // There the unwinder is linked in, and brings a second `_Unwind_Backtrace`; ours comes first and counts.
        if is("CARGO_CFG_TARGET_ENV", "musl") {
            println!("cargo:rustc-link-arg-bins=-Wl,-z,muldefs");
        } else if linker_folds() {
            println!(
                "cargo:rustc-link-arg-bins={}",
                FOLD.trim_start_matches("-Clink-arg=")
            );
        }
    }
}

/// Functions of the same code are there once (0.7 % of the program). lld knows it, which is Rust's own linker for x86_64.
const FOLD: &str = "-Clink-arg=-Wl,--icf=all";

/// Whether the linker that is going to be used takes [`FOLD`]: there is no other way to know than to link something.
fn linker_folds() -> bool {
    let set = |name: &str| env::var(name).unwrap_or_default();
    let source = format!("{}/empty.rs", set("OUT_DIR"));
    if std::fs::write(&source, "fn main() {}").is_err() {
        return false;
    }
    let mut rustc = Command::new(set("RUSTC"));
    rustc.args(["--target", &set("TARGET"), &source, "-o"]);
    rustc.arg(source.trim_end_matches(".rs")).arg(FOLD);
    let flags = set("CARGO_ENCODED_RUSTFLAGS");
    rustc.args(flags.split('\x1f').filter(|flag| !flag.is_empty()));
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.arg(format!("-Clinker={linker}"));
    }
    rustc.output().is_ok_and(|output| output.status.success())
}

/// Whether the system that builds, which is then the one that runs it, has a glibc that reads DT_RELR.
fn glibc_reads_packed_relocations(is: &dyn Fn(&str, &str) -> bool) -> bool {
    let host = env::var("HOST").unwrap_or_default();
    if !is("TARGET", &host) || !is("CARGO_CFG_TARGET_ENV", "gnu") {
        return false;
    }
    // Prints `glibc 2.36`.
    let output = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let text = output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    );
    let version = text.trim().rsplit(' ').next().unwrap_or_default();
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (2, 36)
}
