//! The command line is read as clap reads it: both are given the same table of commands and the same words.
//!
//! Where ours is kinder on purpose, the words leave it out: a switch may be given twice.

#![expect(clippy::expect_used, reason = "a test stops when it cannot go on")]

use std::ffi::OsString;

use clap::builder::{OsStringValueParser, PossibleValuesParser, RangedU64ValueParser};
use clap::{Arg, ArgAction, ArgMatches};
use claude_bedrock::cli::{Parsed, parse};
use claude_bedrock::commands::usage::{Flag, Takes, Usage};
use claude_bedrock::commands::{EVERYWHERE, PROGRAM};
use proptest::prelude::*;

fn command(usage: &'static Usage) -> clap::Command {
    clap::Command::new(usage.name)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .subcommand_required(!usage.below.is_empty())
        .args(usage.flags.iter().map(argument))
        .subcommands(usage.below.iter().map(|below| command(below)))
}

fn argument(flag: &Flag) -> Arg {
    let mut arg = Arg::new(flag.name).value_parser(OsStringValueParser::new());
    if flag.is_option() {
        arg = arg.long(flag.name);
    }
    if let Some(letter) = flag.short {
        arg = arg.short(letter);
    }
    if let Some(other) = flag.requires {
        arg = arg.requires(other);
    }
    if let Some(other) = flag.conflicts {
        arg = arg.conflicts_with(other);
    }
    let words = || PossibleValuesParser::new(flag.words().iter().map(|(word, _)| *word));
    match flag.takes {
        Takes::Nothing => arg.action(ArgAction::SetTrue),
        Takes::Switch => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(["true", "false"]),
        Takes::Text(_) | Takes::Path(_) => arg,
        Takes::Required(_) => arg.required(true),
        Takes::Several(_) => arg.action(ArgAction::Append),
        Takes::Number(_, from, to) => {
            arg.value_parser(RangedU64ValueParser::<u64>::new().range(from..=to))
        }
        Takes::OneOf(..) => arg.value_parser(words()),
        Takes::Argument(_) => arg.required(true).value_parser(words()),
        Takes::CommandLine => arg.required(true).last(true).num_args(1..),
        Takes::Rest => arg
            .num_args(0..)
            .trailing_var_arg(true)
            .allow_hyphen_values(true),
    }
}

/// What clap reads: the names of the commands, and each option with its values.
fn by_clap(args: &[OsString]) -> Option<Vec<(String, Vec<OsString>)>> {
    let globals = EVERYWHERE.iter().map(|flag| argument(flag).global(true));
    let matches = command(&PROGRAM)
        .args(globals)
        .try_get_matches_from(args)
        .ok()?;
    let (mut usage, mut given): (&Usage, &ArgMatches) = (&PROGRAM, &matches);
    let mut found = Vec::new();
    while let Some((name, below)) = given.subcommand() {
        found.push((name.to_owned(), Vec::new()));
        usage = usage
            .below
            .iter()
            .find(|below| below.name == name)
            .expect("it is in the table");
        given = below;
    }
    for flag in usage.flags.iter().chain(EVERYWHERE) {
        let values: Vec<OsString> = given
            .get_raw(flag.name)
            .map_or_else(Vec::new, |values| values.map(ToOwned::to_owned).collect());
        let there = given.value_source(flag.name) == Some(clap::parser::ValueSource::CommandLine);
        if there {
            let is_switch = matches!(flag.takes, Takes::Nothing | Takes::Switch);
            let values = match values.last() {
                Some(value) if is_switch && value == "false" => vec!["false".into()],
                _ if is_switch => Vec::new(),
                _ => values,
            };
            found.push((flag.name.to_owned(), values));
        }
    }
    Some(found)
}

/// The same by ours.
fn by_us(args: &[OsString]) -> Option<Vec<(String, Vec<OsString>)>> {
    let Parsed::Run(cli) = parse(args, false, 80) else {
        return None;
    };
    let mut usage = &PROGRAM;
    let mut found = Vec::new();
    for arg in args.iter().skip(1) {
        if let Some(below) = usage.below.iter().find(|below| arg == below.name) {
            usage = below;
            found.push((below.name.to_owned(), Vec::new()));
        }
    }
    for flag in usage.flags.iter().chain(EVERYWHERE) {
        let mut values: Vec<OsString> = cli.given.all(flag.name).cloned().collect();
        if !values.is_empty() {
            if !matches!(flag.takes, Takes::Several(_) | Takes::CommandLine) {
                values.drain(..values.len() - 1);
            }
            if matches!(flag.takes, Takes::Nothing | Takes::Switch) {
                values.retain(|value| value == "false");
            }
            found.push((flag.name.to_owned(), values));
        }
    }
    Some(found)
}

/// The commands that take words, with the names that lead to them. `hook` passes on whatever it is given.
fn leaves() -> Vec<(Vec<&'static str>, &'static Usage)> {
    let mut found = Vec::new();
    for top in PROGRAM.below.iter().copied().filter(|usage| !usage.hidden) {
        if top.below.is_empty() {
            found.push((vec![top.name], top));
        }
        found.extend(
            top.below
                .iter()
                .map(|below| (vec![top.name, below.name], *below)),
        );
    }
    found
}

/// One option of a command as it may be typed, well or badly.
fn typed(flag: &Flag, how: usize) -> Vec<String> {
    let name = format!("--{}", flag.name);
    let value = match flag.takes {
        Takes::OneOf(_, words) | Takes::Argument(words) => {
            let (word, _) = words[how % words.len()];
            word.to_owned()
        }
        Takes::Number(_, from, to) => [from, to, to + 1][how % 3].to_string(),
        _ => ["dev", "a=b", "", "-x", "--json", "eu west"][how % 6].to_owned(),
    };
    match (flag.takes, how % 5) {
        (Takes::Nothing, 0) if flag.short.is_some() => {
            vec![format!("-{}", flag.short.unwrap_or_default())]
        }
        (Takes::Nothing, 1) => vec![format!("{name}=true")],
        (Takes::Switch, 0) => vec![format!("{name}=false")],
        (Takes::Switch, 1) => vec![format!("{name}=maybe")],
        (Takes::Argument(_), 0) => vec!["other".to_owned()],
        (Takes::Argument(_), _) => vec![value],
        (Takes::CommandLine, _) => vec!["--".to_owned(), value, "--".to_owned()],
        (Takes::Nothing | Takes::Switch, _) | (_, 0) => vec![name],
        (_, 1) => vec![format!("{name}={value}")],
        (_, 2) => vec![format!("-{}={value}", flag.name)],
        _ => vec![name, value],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_clap_does(leaf in any::<prop::sample::Index>(), picks in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..30), 0..5), early in any::<bool>()) {
        let leaves = leaves();
        let (names, usage) = &leaves[leaf.index(leaves.len())];
        let flags: Vec<&Flag> = usage.flags.iter().chain(EVERYWHERE).collect();
        let mut words: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut seen = Vec::new();
        for (pick, how) in picks {
            let flag = flags[pick.index(flags.len())];
            if seen.contains(&flag.name) && matches!(flag.takes, Takes::Nothing) {
                continue;
            }
            seen.push(flag.name);
            let more = typed(flag, how);
            // What every command takes may stand before the command too.
            let everywhere = EVERYWHERE.iter().any(|it| it.name == flag.name);
            if early && everywhere && seen.iter().filter(|name| **name == flag.name).count() == 1 {
                words.splice(0..0, more);
            } else {
                words.extend(more);
            }
        }
        let args: Vec<OsString> = std::iter::once("claude-bedrock".to_owned()).chain(words).map(Into::into).collect();
        prop_assert_eq!(by_us(&args), by_clap(&args), "{:?}", args);
    }
}
