//! What the program promises elsewhere holds: each code has a row in the README and a test, each command a case, and the
//! README's usage is what `--help` says.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests read the project's files and stop when they cannot"
)]

mod support;

use std::path::Path;

use support::sandbox::Sandbox;
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

/// Those of warnings in what cases print, and those of the checks of `doctor`.
#[test]
fn every_warning_and_check_stands_in_the_readme() {
    let Some(readme) = readme() else { return };
    let mut found = std::collections::BTreeSet::new();
    for case in folders(&fixture("cases")).iter().flat_map(|it| folders(it)) {
        let printed = entries(&case)
            .into_iter()
            .filter(|it| name(it).starts_with("stdout"));
        for text in printed.filter_map(|path| std::fs::read(path).ok()) {
            if let Ok(answer) = serde_json::from_slice(&text) {
                codes_of_warnings(&answer, &mut found);
            }
        }
    }
    assert!(found.len() > 30, "only {} warnings found", found.len());
    let checks = text_below(&project().join("src/commands/doctor"), &|_, text| {
        let entry = |line: &str| {
            let (code, rest) = line.strip_prefix("    (\"")?.split_once("\", ")?;
            rest.ends_with("),").then(|| format!("{code}\n"))
        };
        text.lines().filter_map(entry).collect()
    });
    assert!(checks.lines().count() > 50, "{checks}");
    found.extend(checks.lines().map(str::to_owned));
    found.retain(|code| !readme.contains(&format!("`{code}`")));
    assert!(found.is_empty(), "not in the README: {found:?}");
}

/// The codes in every `warnings` of an answer.
fn codes_of_warnings(answer: &serde_json::Value, found: &mut std::collections::BTreeSet<String>) {
    match answer {
        serde_json::Value::Object(members) => {
            for (key, value) in members {
                let warnings = value.as_array().filter(|_| key == "warnings");
                for warning in warnings.into_iter().flatten() {
                    let code = warning["code"].as_str();
                    found.extend(code.map(str::to_owned));
                }
                codes_of_warnings(value, found);
            }
        }
        serde_json::Value::Array(items) => {
            for item in items {
                codes_of_warnings(item, found);
            }
        }
        _ => {}
    }
}

/// Codes that no case can reach, with what does.
const NOT_BY_A_CASE: &[(&str, &str)] = &[
    // It would be a defect.
    ("INTERNAL", ""),
    // Ctrl-C and a declined question need a terminal; there the exit code tells, for the answer is a text.
    ("INTERRUPTED", "ctrl_c_leaves_everything_as_it_was"),
    // It says how many seconds it took, which a case would have to know.
    (
        "AWS_CLI_TIMED_OUT",
        "defect_47_an_aws_that_never_answers_is_ended",
    ),
    // Another program must keep changing the file during the run.
    ("FILE_BUSY", "a_file_that_never_rests_is_busy"),
];

/// What the real binary printed: an error's code, or that of a finding. The list of `doctor` has every code of its own
/// checks, found or not, so it does not count.
#[test]
fn every_code_is_reached_by_a_case() {
    let mut shown = String::new();
    for command in folders(&fixture("cases")) {
        if name(&command) != "doctor" {
            shown.push_str(&text_below(&command, &|path, text| {
                let output = path.file_name().map(std::ffi::OsStr::to_string_lossy);
                let is = |it: &str| it.starts_with("stdout") || it.starts_with("stderr");
                if output.is_some_and(|it| is(&it)) {
                    text.to_owned()
                } else {
                    String::new()
                }
            }));
        }
    }
    let tests = all_sources();
    let mut wrong = Vec::new();
    for (_, code) in codes() {
        let reached = shown.contains(&format!("\"code\": \"{code}\""));
        let excused = NOT_BY_A_CASE.iter().find(|(it, _)| *it == code);
        match (reached, excused) {
            (false, None) => wrong.push(format!("{code}: no case prints it")),
            (true, Some(_)) => wrong.push(format!("{code}: a case prints it; it needs no excuse")),
            (false, Some((_, test))) if !tests.contains(&format!("fn {test}")) => {
                wrong.push(format!("{code}: there is no test {test}"));
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// `fixtures/upstream-defects.md`: every number once, each with tests and cases that exist; and no test or case that has
/// a number is missing there.
#[test]
fn every_defect_of_the_replaced_script_has_its_tests() {
    let table = std::fs::read_to_string(fixture("upstream-defects.md")).expect("the table");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| {
            line.starts_with("| ") && !line.starts_with("| number") && !line.contains("---")
        })
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let numbers: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    let want: Vec<String> = (1..=65).map(|number| number.to_string()).collect();
    assert_eq!(numbers, want);
    let sources = all_sources();
    let mut wrong = Vec::new();
    for row in &rows {
        let [number, what, proofs] = row[..] else {
            wrong.push(format!("{row:?}: not three columns"));
            continue;
        };
        let proofs: Vec<&str> = proofs.split('`').skip(1).step_by(2).collect();
        if what.is_empty() || proofs.is_empty() {
            wrong.push(format!("{number}: nothing proves it"));
        }
        for proof in proofs {
            let there = if proof.contains('/') {
                fixture("cases").join(proof).join("case.json").is_file()
            } else {
                sources.contains(&format!("fn {proof}()"))
            };
            if !there {
                wrong.push(format!("{number}: there is no {proof}"));
            }
        }
    }
    let cases = folders(&fixture("cases")).into_iter().flat_map(|command| {
        let of = |folder: &std::path::PathBuf| format!("{}/{}", name(&command), name(folder));
        folders(&command).iter().map(of).collect::<Vec<_>>()
    });
    let tests = sources.lines().filter_map(|line| {
        let (name, _) = line.trim().strip_prefix("fn ")?.split_once("()")?;
        name.starts_with("defect_").then(|| name.to_owned())
    });
    let numbered = cases.filter(|case| case.contains("defect-")).chain(tests);
    for numbered in numbered.filter(|it| !table.contains(&format!("`{it}`"))) {
        wrong.push(format!("{numbered} is not in the table"));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[cfg(unix)]
#[test]
fn defect_47_an_aws_that_never_answers_is_ended() {
    let sandbox = Sandbox::new();
    support::sandbox::copy_tree(&fixture("homes/sso-valid"), &sandbox.home);
    sandbox.script("aws", "#!/bin/sh\nexec /bin/sleep 600\n");
    let mut command = sandbox.command(support::sandbox::NOW);
    command.args(["models", "--profile=dev", "--json", "--timeout=1"]);
    let output = sandbox.run(command, "");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.exit, 1, "{stdout}");
    assert!(stdout.contains("\"AWS_CLI_TIMED_OUT\""), "{stdout}");
}

/// The text of all Rust sources and tests.
fn all_sources() -> String {
    let source = |path: &Path, text: &str| match path.extension().and_then(|it| it.to_str()) {
        Some("rs") => text.to_owned(),
        // A test in Python counts by its name too.
        Some("py") => text.replace("def ", "fn ").replace("(self)", "()"),
        _ => String::new(),
    };
    ["src", "tests"]
        .iter()
        .map(|folder| text_below(&project().join(folder), &source))
        .collect()
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

/// A full disk under stdout is a failure, whatever was to be printed, but for a hook; `/dev/full` stands for one.
#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    use std::io::Write;

    for (args, exit) in [
        (&["--help"][..], 1),
        (&["--version"], 1),
        (&["status"], 1),
        (&["get-aws-context"], 1),
        (&["nonsense", "--json"], 1),
        (&["hook", "expand"], 0),
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let mut run = Sandbox::new()
            .command(0)
            .args(args)
            .stdin(std::process::Stdio::piped())
            .stdout(full.expect("the device"))
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let input = br#"{"command_name":"bedrock:help"}"#;
        let written = run.stdin.take().expect("a pipe").write_all(input);
        let output = run.wait_with_output().expect("an end");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {stderr}");
        assert!(
            stderr.contains("cannot write to stdout"),
            "{args:?}: {stderr}, {written:?}"
        );
    }
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
    let output = sandbox.run(command, "");
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
