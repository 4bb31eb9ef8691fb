//! What the fuzzer kept, and what it found: every file of `fixtures/fuzz/TARGET/` through its target.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a test reads its fixtures and stops when it cannot"
)]

mod support;
#[path = "fuzz/targets.rs"]
#[expect(
    unreachable_pub,
    clippy::panic,
    reason = "a library to the fuzzer; a target panics when something does not hold"
)]
mod targets;

use support::{entries, fixture, folders, name};

#[test]
fn every_input_holds() {
    let mut folders: Vec<String> = folders(&fixture("fuzz"))
        .iter()
        .map(|it| name(it))
        .collect();
    folders.sort();
    let known: Vec<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(folders, known, "a folder for each target");
    for (name, target) in targets::TARGETS {
        let inputs = entries(&fixture("fuzz").join(name));
        assert!(!inputs.is_empty(), "no input for {name}");
        for input in inputs {
            println!("{name}: {}", input.display());
            let bytes = std::fs::read(&input).unwrap_or_else(|why| panic!("{why}"));
            target(&bytes);
        }
    }
}
