//! What the test programs share: a throw-away HOME, the real binary in it, stand-ins for the programs it may start.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "each test program uses a part of this"
)]

pub(crate) mod case;
pub(crate) mod paths;
pub(crate) mod sandbox;
pub(crate) mod secrets;
pub(crate) mod snapshot;
pub(crate) mod stand_in;
#[cfg(unix)]
pub(crate) mod terminal;

use std::path::{Path, PathBuf};

/// Functions as tests of their name.
macro_rules! trials {
    ($($test:ident),* $(,)?) => {
        vec![$(libtest_mimic::Trial::test(stringify!($test), || {
            $test();
            Ok(())
        })),*]
    };
}
pub(crate) use trials;

/// Bedrock on, with a profile of the cases.
pub(crate) const APPLY: &[&str] = &[
    "apply-config",
    "--offline",
    "--profile=dev",
    "--region=us-west-2",
    "--model=global.anthropic.claude-opus-4-5-20251101-v1:0",
];

/// The project's folder.
pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The binary to test: the one that cargo built, or the one that `CLAUDE_BEDROCK_BIN` names.
pub(crate) fn program() -> PathBuf {
    let named = std::env::var_os("CLAUDE_BEDROCK_BIN").filter(|path| !path.is_empty());
    let built = || PathBuf::from(env!("CARGO_BIN_EXE_claude-bedrock"));
    paths::real(&named.map_or_else(built, PathBuf::from))
}

/// A path under `fixtures/`.
pub(crate) fn fixture(path: impl AsRef<Path>) -> PathBuf {
    project().join("fixtures").join(path)
}

/// The folders directly in `dir`, by name; none when it is missing.
pub(crate) fn folders(dir: &Path) -> Vec<PathBuf> {
    entries(dir)
        .into_iter()
        .filter(|path| path.is_dir())
        .collect()
}

/// What stands directly in `dir`, by name; nothing when it is missing.
pub(crate) fn entries(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a folder can be listed").path())
        .collect();
    found.sort();
    found
}

/// The last part of a path as text.
pub(crate) fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
