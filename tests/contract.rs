//! What the program promises elsewhere holds: each code has a row in the README and a test, each command a case, and the
//! README's usage is what `--help` says.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests read the project's files and stop when they cannot"
)]

mod support;

use std::path::Path;

use support::sandbox::{self, Sandbox};
use support::{entries, fixture, folders, name, project};

/// Codes of commands that are still to come. One that gets a test must leave this list.
const LATER: &[&str] = &[];

#[test]
fn every_code_has_a_row_in_the_readme_and_a_test() {
    let readme = readme();
    let cases = text_below(&fixture("cases"), &|_, text| text.to_owned());
    let tests = text_below(&project().join("src"), &|path, text| {
        let all = path.file_name().is_some_and(|name| name == "tests.rs");
        let from = if all {
            Some(0)
        } else {
            text.find("#[cfg(test)]")
        };
        from.map_or(String::new(), |from| text[from..].to_owned())
    });
    let mut wrong = Vec::new();
    for (variant, code) in codes() {
        if readme
            .as_ref()
            .is_some_and(|text| !text.contains(&format!("| `{code}` |")))
        {
            wrong.push(format!("{code}: no row in the README"));
        }
        let quoted = format!("\"{code}\"");
        let tested = cases.contains(&quoted)
            || cases.contains(&format!("code {code}"))
            || tests.contains(&format!("Code::{variant}"))
            || tests.contains(&quoted);
        match (tested, LATER.contains(&code.as_str())) {
            (false, false) => wrong.push(format!("{code}: no case and no test names it")),
            (true, true) => wrong.push(format!("{code}: has a test now; take it out of LATER")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_command_has_a_case_and_a_row_in_the_readme() {
    let readme = readme();
    let with_case: Vec<String> = folders(&fixture("cases"))
        .iter()
        .filter(|command| !folders(command).is_empty())
        .map(|command| name(command))
        .collect();
    let mut wrong = Vec::new();
    for command in commands() {
        if !with_case.contains(&command) {
            wrong.push(format!("{command}: no folder in fixtures/cases"));
        }
        if readme
            .as_ref()
            .is_some_and(|text| !text.contains(&format!("| `{command}")))
        {
            wrong.push(format!("{command}: no row in the README"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_case_has_its_description() {
    let cases: Vec<_> = folders(&fixture("cases"))
        .iter()
        .flat_map(|command| folders(command))
        .collect();
    let without: Vec<_> = cases
        .iter()
        .filter(|case| !case.join("case.json").is_file())
        .collect();
    assert!(without.is_empty(), "no case.json in {without:?}");
    assert!(!cases.is_empty(), "there is no case at all");
}

#[test]
fn the_readme_shows_the_help() {
    let help = help(&["--help"]);
    let Some(text) = readme() else { return };
    let block = text
        .split("```")
        .find(|block| block.contains("Usage: claude-bedrock"));
    let block = block.expect("the README has a block with the usage");
    let shown = block.split_once('\n').map_or("", |(_, text)| text);
    assert_eq!(
        plain(shown),
        plain(&help),
        "the README's usage block is not `--help`"
    );
}

/// What it prints is what a case has.
#[test]
fn the_readme_shows_what_the_commands_print() {
    let Some(text) = readme() else { return };
    for (command, case) in [("status", "expired"), ("doctor", "fixable")] {
        let path = fixture("cases").join(command).join(case).join("stdout");
        let stdout = std::fs::read_to_string(path).expect("what it prints");
        let shown = format!("$ claude-bedrock {command}\n{stdout}```");
        assert!(text.contains(&shown), "not in the README:\n{shown}");
    }
}

/// The variants and spellings in the `codes!` table of `src/error.rs`.
fn codes() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(project().join("src/error.rs")).expect("src/error.rs");
    let table = text.split_once("\ncodes! {").expect("the table of codes").1;
    let table = table.split_once("\n}").expect("its end").0;
    let found: Vec<(String, String)> = table
        .lines()
        .filter_map(|line| line.trim().strip_suffix("\",")?.split_once(" = \""))
        .map(|(variant, code)| (variant.to_owned(), code.to_owned()))
        .collect();
    assert!(found.len() > 30, "only {} codes found", found.len());
    found
}

/// The commands that `--help` lists.
fn commands() -> Vec<String> {
    let help = help(&["--help"]);
    let list = help
        .split_once("Commands:\n")
        .expect("a list of commands")
        .1;
    list.lines()
        .take_while(|line| !line.trim().is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect()
}

/// A full disk under stdout is a failure, whatever was to be printed; `/dev/full` stands for one.
#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    for args in [
        &["--help"][..],
        &["--version"],
        &["status"],
        &["get-aws-context"],
        &["nonsense", "--json"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let output = Sandbox::new()
            .command(0)
            .args(args)
            .stdout(full.expect("the device"))
            .output()
            .expect("the binary runs");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {stderr}");
        assert!(
            stderr.contains("cannot write to stdout"),
            "{args:?}: {stderr}"
        );
    }
}

#[test]
fn a_home_that_is_no_folder_is_refused() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(0);
    command.args(["status", "--json", "--home", "no such folder"]);
    let output = sandbox::run(command, "");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.exit, 1, "{stdout}");
    assert!(
        stdout.contains("HOME_NOT_FOUND") && stdout.contains("no such folder"),
        "{stdout}"
    );
}

/// But for indented lines at the top, which are examples to paste, and a word that is longer.
#[test]
fn the_help_is_no_wider_than_the_terminal() {
    for columns in ["40", "60", "80"] {
        let width: usize = columns.parse().expect("a number");
        for command in std::iter::once(String::new()).chain(commands()) {
            let mut args: Vec<&str> = Some(command.as_str()).into_iter().collect();
            args.retain(|word| !word.is_empty());
            args.push("--help");
            let text = help_at(columns, &args);
            let (above, below) = text.split_once("\nUsage: ").expect("a usage");
            let sentences = above.lines().filter(|line| !line.starts_with(' '));
            for line in sentences.chain(below.lines()) {
                assert!(line.chars().count() <= width, "{args:?}: {line}");
            }
            let examples = above.lines().filter(|line| line.starts_with(' '));
            for line in examples {
                assert!(line.chars().count() <= 80, "{args:?}: {line}");
            }
        }
    }
}

fn help(args: &[&str]) -> String {
    help_at("80", args)
}

fn help_at(columns: &str, args: &[&str]) -> String {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(0);
    command.env("COLUMNS", columns).args(args);
    let output = sandbox::run(command, "");
    assert_eq!(output.exit, 0, "{args:?}");
    String::from_utf8(output.stdout).expect("help is text")
}

/// `None` while parts of it are still to be written (`<!-- … -->`).
fn readme() -> Option<String> {
    let text = std::fs::read_to_string(project().join("README.md")).expect("README.md");
    (!text.contains("<!--")).then_some(text)
}

/// Without spaces at line ends and empty lines around.
fn plain(text: &str) -> String {
    text.trim()
        .lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What `pick` takes of every text file below a folder, one after another.
fn text_below(folder: &Path, pick: &dyn Fn(&Path, &str) -> String) -> String {
    let mut found = String::new();
    for path in entries(folder) {
        if path.is_dir() {
            found.push_str(&text_below(&path, pick));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            found.push_str(&pick(&path, &text));
        }
    }
    found
}
