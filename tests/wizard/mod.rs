//! The situations of the wizard.

use std::path::Path;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::support::sandbox::{self, NOW, Sandbox};
use crate::support::snapshot::{self, Change};
use crate::support::terminal::Terminal;
use crate::support::{fixture, project, stand_in, trials};

const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const CTRL_C: &str = "\x03";
const DOWN: &str = "\x1b[B";

/// The end of every list.
const LIST: &str = "Esc: ";

/// The token file of the sso-session `corp`: the SHA-1 of its name.
const CORP_TOKEN: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

/// That of `bedrock`.
const BEDROCK_TOKEN: &str = ".aws/sso/cache/7f595d4801a4e1bc1c7fab5d403a35575b532eec.json";

/// That of `work`.
const WORK_TOKEN: &str = ".aws/sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json";

const TOKEN: &str = r#"{"startUrl": "https://corp.awsapps.com/start", "region": "us-east-1", "accessToken": "EXAMPLE", "expiresAt": "2026-11-22T20:00:00Z"}"#;

pub(crate) fn trials() -> Vec<Trial> {
    trials![
        a_profile_that_cannot_work_leads_back,
        asks_for_what_it_will_do,
        takes_what_is_recommended,
        a_list_is_filtered_and_typed_in,
        logs_in_when_the_session_is_over,
        goes_on_in_a_region_with_access,
        another_profile_leads_to_the_profiles,
        escape_after_a_new_profile_shows_the_profiles,
        says_that_regions_differ,
        a_new_user_gets_a_profile,
        a_new_profile_is_not_written_before_its_review,
        what_a_new_profile_cannot_have_is_asked_again,
        the_readme_shows_the_wizard,
        yes_on_a_terminal_logs_in,
        goes_back_and_forth,
        ctrl_c_leaves_everything_as_it_was,
        a_plain_terminal_reads_lines,
        a_plain_terminal_gets_no_sequences,
        what_installs_aws_stands_on_a_line_of_its_own,
        nothing_is_wider_than_the_terminal,
        sigterm_restores_the_terminal,
        reset_asks_again_when_the_file_changed,
    ]
}

/// A home of the fixtures with rules for `aws`.
fn sandbox(home: &str, rules: &[Value]) -> Sandbox {
    let sandbox = Sandbox::new();
    if !home.is_empty() {
        sandbox::copy_tree(&fixture("homes").join(home), &sandbox.home);
    }
    sandbox.install("aws");
    let rules = serde_json::to_vec(rules).expect("rules are JSON");
    sandbox::write(&sandbox.calls.join("aws.json"), &rules);
    sandbox
}

fn start(sandbox: &Sandbox, term: &str, args: &[&str]) -> Terminal {
    let mut command = sandbox.command(NOW);
    command.env("TERM", term).arg("setup").args(args);
    Terminal::start(command)
}

/// What goes is what was shown; Enter alone changes nothing.
fn reset_asks_again_when_the_file_changed() {
    let sandbox = sandbox("configured", &[]);
    let path = sandbox.home.join(".claude/settings.json");
    let mut command = sandbox.command(NOW);
    command.env("TERM", "xterm").arg("reset");
    let mut terminal = Terminal::start(command);
    terminal.wait_for("Take Bedrock out? [y/N]");
    let mut changed = settings(&sandbox);
    changed["env"]["AWS_REGION"] = "eu-west-1".into();
    let changed = changed.to_string();
    sandbox::write(&path, changed.as_bytes());
    terminal.press("y\r");
    terminal.wait_for("changed in the meantime");
    terminal.wait_for("eu-west-1");
    terminal.answer(&["Take Bedrock out? [y/N]"], ENTER);
    terminal.wait_for("Nothing was changed.");
    stopped(terminal, &sandbox);
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), changed);
}

/// What `aws` lists: for a profile and a region, four models.
fn listing(profile: &str, region: &str) -> Vec<Value> {
    let ids = [
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "us.anthropic.claude-opus-4-5-20251101-v1:0",
        "global.anthropic.claude-opus-4-5-20251101-v1:0",
        "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    ];
    let summaries: Vec<Value> = ids
        .iter()
        .map(|id| {
            json!({
                "inferenceProfileId": id,
                "inferenceProfileName": id,
                "inferenceProfileArn": format!("arn:aws:bedrock:{region}:111122223333:inference-profile/{id}"),
                "models": [],
                "status": "ACTIVE",
                "type": "SYSTEM_DEFINED"
            })
        })
        .collect();
    let answer = |kind: &str, summaries: &[Value]| {
        json!({
            "args": ["bedrock", "list-inference-profiles", "--profile", profile, "--region", region, "--output", "json", "--cli-connect-timeout", "5", "--cli-read-timeout", "20", "--type-equals", kind],
            "stdout": json!({ "inferenceProfileSummaries": summaries }).to_string(),
            "optional": true
        })
    };
    vec![
        answer("SYSTEM_DEFINED", &summaries),
        answer("APPLICATION", &[]),
    ]
}

/// What changed in the home, but for the listing that is kept in the cache.
fn changed(sandbox: &Sandbox, before: &snapshot::Snapshot) -> Vec<String> {
    let after = snapshot::take(&sandbox.home);
    snapshot::changes(before, &after)
        .into_iter()
        .filter(|(path, change)| !path.starts_with(".cache") && *change != Change::Rewritten)
        .map(|(path, _)| path.display().to_string())
        .collect()
}

/// No call that was not expected.
fn review(sandbox: &Sandbox) {
    let wrong = stand_in::review(&sandbox.calls, &[]);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The end of a wizard that was stopped: all that was shown.
fn stopped(terminal: Terminal, sandbox: &Sandbox) -> String {
    let (exit, shown) = terminal.finish();
    assert_eq!(exit, Some(130), "{shown}");
    review(sandbox);
    shown
}

/// The end of one that was stopped before it wrote anything.
fn stopped_in_time(terminal: Terminal, sandbox: &Sandbox, before: &snapshot::Snapshot) -> String {
    let shown = stopped(terminal, sandbox);
    assert!(shown.contains("nothing was changed"), "{shown}");
    assert_eq!(changed(sandbox, before), [""; 0]);
    shown
}

fn settings(sandbox: &Sandbox) -> Value {
    let bytes = std::fs::read(sandbox.home.join(".claude/settings.json")).expect("settings");
    serde_json::from_slice(&bytes).expect("JSON")
}

fn takes_what_is_recommended() {
    let sandbox = sandbox("sso-valid", &listing("dev", "us-west-2"));
    let mut terminal = start(&sandbox, "xterm", &[]);
    // No part is cut, and the account is whole.
    terminal.wait_for("dev          recommended; valid until");
    terminal.wait_for(", us-west-2, 111122223333\r");
    terminal.wait_for(LIST);
    terminal.press(ENTER);
    terminal.wait_for("[us-west-2]");
    terminal.wait_for("> ");
    terminal.press(ENTER);
    terminal.wait_for("1  Opus 4.5, US");
    for question in [
        "Pin what",
        "How shall Claude Code log in",
        "May the commands",
    ] {
        terminal.answer(&[LIST], ENTER);
        terminal.wait_for(question);
    }
    terminal.answer(&[LIST], ENTER);
    terminal.wait_for("+    \"AWS_PROFILE\": \"dev\"");
    terminal.answer(&["Write this to ~/.claude/settings.json?", LIST], ENTER);
    terminal.wait_for("Restart Claude Code");
    terminal.wait_for("claude-bedrock reset");
    terminal.wait_for("claude-bedrock apply-config --profile dev --region us-west-2");
    assert_eq!(terminal.finish().0, Some(0));
    let settings = settings(&sandbox);
    assert_eq!(settings["env"]["AWS_REGION"], "us-west-2");
    let opus = "us.anthropic.claude-opus-4-5-20251101-v1:0";
    assert_eq!(settings["env"]["ANTHROPIC_MODEL"], opus);
    assert_eq!(settings["env"]["ANTHROPIC_DEFAULT_OPUS_MODEL"], opus);
    let refresh = settings["awsAuthRefresh"].as_str().expect("a command");
    assert!(
        refresh.ends_with("login --if-needed --profile dev"),
        "{refresh}"
    );
    review(&sandbox);
}

fn a_list_is_filtered_and_typed_in() {
    let sandbox = sandbox("many", &[]);
    let config = sandbox.home.join(".aws/config");
    let mut text = std::fs::read_to_string(&config).expect("the config");
    for number in 0..60 {
        text.push_str(&format!("\n[profile team-{number:02}]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\nregion = eu-west-3\n"));
    }
    std::fs::write(&config, text).expect("the config");
    let mut terminal = start(&sandbox, "xterm", &["--offline"]);
    terminal.answer(&["of 70, type to filter"], "TEAM-4");
    terminal.answer(&["team-49"], "7");
    terminal.wait_for("team-47");
    terminal.answer(&["| team-47"], ENTER);
    terminal.answer(&["[eu-west-3]", "> "], "eu-wst-1\r");
    terminal.answer(&["did you mean `eu-west-1`?", "> "], "\x15eu-west-1\r");
    terminal.answer(&["exact id", "> "], "opus\r");
    terminal.answer(&["no exact model id", "> "], CTRL_C);
    stopped(terminal, &sandbox);
}

fn logs_in_when_the_session_is_over() {
    let mut rules = listing("dev", "us-west-2");
    rules.push(json!({
        "args": ["sso", "login", "--profile", "dev"],
        "exit": 255,
        "stderr": "the browser was closed\n"
    }));
    rules.push(json!({
        "args": ["sso", "login", "--profile", "dev"],
        "stdout": "Successfully logged into Start URL\n",
        "write": { CORP_TOKEN: TOKEN }
    }));
    let sandbox = sandbox("sso-expired", &rules);
    let mut terminal = start(&sandbox, "xterm", &["--profile", "dev"]);
    terminal.wait_for("expired 2 d ago");
    terminal.answer(&["aws sso login --profile dev", LIST], ENTER);
    terminal.wait_for("the browser was closed");
    terminal.answer(&["`aws sso login` failed", LIST], ENTER);
    terminal.wait_for("Successfully logged into");
    terminal.answer(&["[us-west-2]", "> "], ENTER);
    terminal.answer(&["Bedrock lists 4 Claude models", LIST], CTRL_C);
    stopped(terminal, &sandbox);
}

fn goes_on_in_a_region_with_access() {
    let denied = "An error occurred (AccessDeniedException) when calling the ListInferenceProfiles operation: User: arn:aws:sts::111122223333:assumed-role/Developer/x is not authorized to perform: bedrock:ListInferenceProfiles\n";
    let mut rules = listing("dev", "us-east-1");
    // The search for regions asks for the first kind once more.
    rules.extend(listing("dev", "us-east-1"));
    rules.push(json!({
        "args": ["bedrock", "list-inference-profiles", "**"],
        "exit": 254, "stderr": denied, "times": 40, "optional": true
    }));
    let sandbox = sandbox("sso-valid", &rules);
    let mut terminal = start(&sandbox, "xterm", &["--profile", "dev"]);
    terminal.answer(&["[us-west-2]", "> "], ENTER);
    terminal.wait_for("How to go on?");
    terminal.answer(&["us-east-1", LIST], ENTER);
    terminal.answer(
        &["Bedrock lists 4 Claude models for it in us-east-1", LIST],
        CTRL_C,
    );
    stopped(terminal, &sandbox);
}

/// Where Bedrock refuses and where nobody is logged in, with a profile chosen and with one that an option names.
fn another_profile_leads_to_the_profiles() {
    let denied = "An error occurred (AccessDeniedException) when calling the ListInferenceProfiles operation: User: x is not authorized to perform: bedrock:ListInferenceProfiles\n";
    let rule = json!({
        "args": ["bedrock", "list-inference-profiles", "**"],
        "exit": 254, "stderr": denied, "times": 40, "optional": true
    });
    for args in [&[][..], &["--profile", "dev"]] {
        let sandbox = sandbox("sso-valid", std::slice::from_ref(&rule));
        let mut terminal = start(&sandbox, "xterm", args);
        if args.is_empty() {
            terminal.answer(&[LIST], ENTER);
        }
        terminal.answer(&["[us-west-2]", "> "], ENTER);
        terminal.answer(&["How to go on?", LIST], "another p");
        terminal.answer(&["| another p"], ENTER);
        terminal.answer(&["Which AWS profile", LIST], CTRL_C);
        stopped(terminal, &sandbox);
    }
    let sandbox = sandbox("sso-expired", &[]);
    let mut terminal = start(&sandbox, "xterm", &["--profile", "dev"]);
    terminal.answer(&["Log in?", LIST], "choose");
    terminal.answer(&["| choose"], ENTER);
    terminal.answer(&["Which AWS profile", LIST], ESC);
    let shown = stopped(terminal, &sandbox);
    assert!(shown.contains("stopped, nothing was changed"), "{shown}");
}

fn escape_after_a_new_profile_shows_the_profiles() {
    let rule = json!({
        "args": ["sso", "login", "--profile", "bedrock"],
        "write": { BEDROCK_TOKEN: TOKEN }
    });
    let sandbox = sandbox("", &[rule]);
    let mut terminal = start(&sandbox, "xterm", &[]);
    add_profile(&mut terminal);
    terminal.answer(&["[us-east-1]", "> "], ESC);
    terminal.wait_for("Which AWS profile");
    terminal.answer(&["1  bedrock      recommended; valid for", LIST], ESC);
    let shown = stopped(terminal, &sandbox);
    let last = shown.find("error: ").map_or("", |at| &shown[at..]);
    assert!(last.contains("claude-bedrock sso undo takes"), "{shown}");
    assert!(last.lines().all(|line| line.len() <= 80), "{shown}");
}

/// What was chosen goes back to the choice, which has a row for what is to be done.
fn a_profile_that_cannot_work_leads_back() {
    let sandbox = sandbox("both-differ", &[]);
    let config = sandbox.home.join(".aws/config");
    let mut text = std::fs::read_to_string(&config).expect("the config");
    text.push_str("\n[profile bare]\nregion = us-east-1\n");
    sandbox::write(&config, text.as_bytes());
    let mut terminal = start(&sandbox, "xterm", &[]);
    for (name, why, step) in [
        (
            "colon",
            "Claude Code passes over [profile colon]",
            "`key = value`",
        ),
        (
            "bare",
            "The profile `bare` holds no credentials",
            "or choose \"New profile\"",
        ),
    ] {
        terminal.wait_for("Which AWS profile");
        terminal.wait_for("Esc: quit");
        terminal.press(name);
        terminal.wait_for(&format!("| {name}"));
        terminal.press(ENTER);
        terminal.wait_for(why);
        terminal.wait_for(step);
    }
    terminal.wait_for("New profile");
    terminal.wait_for("Esc: quit");
    terminal.press(ESC);
    let (exit, shown) = terminal.finish();
    assert_eq!(exit, Some(130), "{shown}");
    assert!(!shown.contains("claude-bedrock setup"), "{shown}");
    review(&sandbox);
}

/// A command of the user's own stays, and nothing is asked about it. What `fable` means is pinned too, where it is listed.
fn asks_for_what_it_will_do() {
    let mut rules = listing("dev", "us-west-2");
    let with_fable = rules[0]["stdout"].as_str().expect("a listing").replace(
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "us.anthropic.claude-fable-5",
    );
    rules[0]["stdout"] = with_fable.into();
    let sandbox = sandbox("sso-valid", &rules);
    let own = br#"{"awsAuthRefresh": "saml2aws login"}"#;
    sandbox::write(&sandbox.home.join(".claude/settings.json"), own);
    let mut terminal = start(&sandbox, "xterm", &["--profile=dev", "--region=us-west-2"]);
    for (question, escape) in [
        ("Model\r", "Esc: quit"),
        ("Pin what opus, haiku and fable mean?", "Esc: back"),
        ("May the commands", "Esc: back"),
        ("`awsAuthRefresh` holds a command of your own", ""),
        ("Write this", "Esc: back"),
    ] {
        terminal.wait_for(question);
        terminal.wait_for(escape);
        if !escape.is_empty() {
            terminal.press(ENTER);
        }
    }
    let (exit, shown) = terminal.finish();
    assert_eq!(exit, Some(0), "{shown}");
    assert!(!shown.contains("How shall"), "{shown}");
    assert!(!shown.contains("--auth-refresh"), "{shown}");
    assert_eq!(settings(&sandbox)["awsAuthRefresh"], "saml2aws login");
    review(&sandbox);
}

fn says_that_regions_differ() {
    let sandbox = sandbox("sso-valid", &[]);
    let file = r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "dev", "AWS_REGION": "eu-west-1"}}"#;
    sandbox::write(&sandbox.home.join(".claude/settings.json"), file.as_bytes());
    let before = snapshot::take(&sandbox.home);
    let mut terminal = start(&sandbox, "xterm", &["--profile", "dev"]);
    terminal.wait_for("Claude Code uses eu-west-1 now; the profile says us-west-2.");
    terminal.wait_for("[us-west-2]");
    terminal.wait_for("> ");
    // Nobody asked before this question: there is nothing to go back to.
    terminal.press(ESC);
    stopped_in_time(terminal, &sandbox, &before);
}

/// The questions for a new profile, each with an answer.
const NEW_PROFILE: [(&str, &str); 5] = [
    ("Start URL", "https://corp.awsapps.com/start\r"),
    ("Region of IAM Identity Center", "us-east-1\r"),
    ("Account", "111122223333\r"),
    ("Role", "Developer\r"),
    ("Name of the new profile [bedrock]", ENTER),
];

/// Answers the questions for a new profile, and logs in to it.
fn add_profile(terminal: &mut Terminal) {
    for (question, answer) in NEW_PROFILE {
        terminal.answer(&[question, "> "], answer);
    }
    for question in ["Add this to the AWS config?", "Log in?"] {
        terminal.answer(&[question, LIST], ENTER);
    }
}

fn a_new_user_gets_a_profile() {
    let mut rules = listing("bedrock", "us-east-1");
    rules.push(json!({
        "args": ["sso", "login", "--profile", "bedrock"],
        "write": { BEDROCK_TOKEN: TOKEN }
    }));
    let sandbox = sandbox("", &rules);
    let mut terminal = start(&sandbox, "xterm", &[]);
    terminal.wait_for("There is no AWS profile yet");
    for (question, answer) in NEW_PROFILE {
        terminal.wait_for(question);
        terminal.wait_for("> ");
        if question == "Account" {
            terminal.press("1234\r");
            terminal.answer(&["all twelve", "> "], "\x15");
        }
        terminal.press(answer);
    }
    terminal.wait_for("+[profile bedrock]");
    terminal.wait_for("+sso_registration_scopes = sso:account:access");
    terminal.answer(&["Add this to the AWS config?", LIST], ENTER);
    terminal.answer(&["Profile bedrock: not logged in. Log in?", LIST], ENTER);
    // Nothing else says which region.
    terminal.answer(&["[us-east-1]", "> "], ENTER);
    terminal.answer(&["Opus 4.5, US", LIST], CTRL_C);
    let shown = stopped(terminal, &sandbox);
    assert!(shown.contains("the AWS profile bedrock stays"), "{shown}");
    let config = std::fs::read_to_string(sandbox.home.join(".aws/config")).expect("a config");
    assert!(config.contains("sso_account_id = 111122223333"), "{config}");
    assert!(!sandbox.home.join(".claude").exists());
}

/// Every line of the README's session is one of this run, in that order.
fn the_readme_shows_the_wizard() {
    let mut rules = listing("bedrock", "us-west-2");
    rules.push(json!({
        "args": ["sso", "login", "--profile", "bedrock"],
        "stdout": "Attempting to automatically open the SSO authorization page\nSuccessfully logged into Start URL: https://corp.awsapps.com/start\n",
        "write": { BEDROCK_TOKEN: TOKEN }
    }));
    let sandbox = sandbox("", &rules);
    let mut terminal = start(&sandbox, "xterm", &[]);
    add_profile(&mut terminal);
    terminal.answer(&["[us-east-1]", "> "], "us-west-2\r");
    for question in ["Model\r", "Pin what", "How shall", "May the", "Write this"] {
        terminal.answer(&[question, LIST], ENTER);
    }
    let (exit, shown) = terminal.finish();
    assert_eq!(exit, Some(0), "{shown}");
    let mut printed = String::new();
    for (number, part) in shown.split("\x1b[").enumerate() {
        let end = part.find(|c: char| c.is_ascii_alphabetic());
        let text = end
            .filter(|_| number > 0)
            .map_or(part, |at| &part[at + 1..]);
        printed.push_str(text);
        printed.push('\r');
    }
    let mut lines = printed.split(['\r', '\n']);
    let readme = std::fs::read_to_string(project().join("README.md")).expect("README.md");
    let session = readme.split("$ claude-bedrock setup\n").nth(1);
    let session = session.and_then(|text| text.split("```").next());
    for line in session.expect("a session").lines() {
        // Where the program is, is another place there.
        if !line.contains("/home/me/") {
            assert!(
                lines.any(|printed| printed == line),
                "not in the session, or not there: {line}\n{shown}"
            );
        }
    }
    review(&sandbox);
}

fn a_new_profile_is_not_written_before_its_review() {
    for last in 0..=NEW_PROFILE.len() {
        let sandbox = sandbox("", &[]);
        let before = snapshot::take(&sandbox.home);
        let mut terminal = start(&sandbox, "xterm", &[]);
        for (number, (question, answer)) in NEW_PROFILE.iter().enumerate().take(last + 1) {
            terminal.wait_for(question);
            terminal.wait_for("> ");
            if number == 2 && last > 2 {
                // Back to the region, whose answer stands as the default now.
                terminal.press(ESC);
                terminal.answer(&["[us-east-1]", "> "], ENTER);
                terminal.wait_for(question);
                terminal.wait_for("> ");
            }
            terminal.press(if number == last { CTRL_C } else { answer });
        }
        if last == NEW_PROFILE.len() {
            terminal.answer(&["Add this to the AWS config?", LIST], CTRL_C);
        }
        stopped_in_time(terminal, &sandbox, &before);
    }
}

/// Each at its own question: at the review it would be too late to mend one answer.
fn what_a_new_profile_cannot_have_is_asked_again() {
    const ERASE: &str = "\x15";
    let home = sandbox("sso-valid", &[]);
    let before = snapshot::take(&home.home);
    let mut terminal = start(&home, "xterm", &[]);
    terminal.answer(&[LIST], "new");
    terminal.answer(&["| new"], ENTER);
    let ended = |answer: &str| format!("{ERASE}{answer}\r");
    for (question, refused, taken) in [
        (
            "Start URL",
            &[
                ("corp.awsapps.com/start", "did you mean"),
                ("https://corp.awsapps.com/start https://x", "a space"),
            ][..],
            "https://corp.awsapps.com/start",
        ),
        (
            "Region of IAM Identity Center",
            &[
                ("us-wst-2", "did you mean"),
                ("us-west-2", "has the region us-east-1"),
            ],
            "us-east-1",
        ),
        ("Account", &[("1234", "twelve digits")], "222233334444"),
        (
            "Role",
            &[
                ("Dev Role", "no name of a"),
                ("arn:aws:iam::1:role/R", "no name of a"),
            ],
            "Reader",
        ),
        (
            "Name of the new profile",
            &[
                ("my prof", "a profile whose name has a"),
                ("o'brien", "whose name has `\\'`"),
                ("x#y", "whose name has `#`"),
                ("a]b", "whose name has `]`"),
                ("\u{fc}ber", "whose name has `\u{fc}`"),
                ("dev", "of that name"),
            ],
            "reader",
        ),
    ] {
        terminal.wait_for(question);
        for (answer, why) in refused {
            terminal.answer(&["> "], &ended(answer));
            terminal.wait_for("! ");
            terminal.wait_for(why);
        }
        terminal.answer(&["> "], &ended(taken));
    }
    terminal.answer(&["+[profile reader]", "Add this to", LIST], ESC);
    // Another portal cannot have the session of this one.
    terminal.answer(&["Name of the new profile", "> "], ESC);
    for question in ["Role", "Account", "Region of IAM"] {
        terminal.answer(&[question, "> "], ESC);
    }
    terminal.answer(
        &["Start URL", "> "],
        &ended("https://other.awsapps.com/start"),
    );
    for question in ["Region of IAM", "Account", "Role"] {
        terminal.answer(&[question, "> "], ENTER);
    }
    terminal.answer(&["Name of the new profile", "> "], &ended("corp"));
    terminal.answer(&["`corp` is there already", "> "], &ended("other"));
    terminal.answer(&["+[sso-session other]", "Add this to", LIST], CTRL_C);
    stopped_in_time(terminal, &home, &before);

    // An option cannot be asked for again.
    for (option, why) in [
        ("--profile=my prof", "whose name has a space"),
        ("--sso-role=Dev Role", "no name of a permission set"),
        ("--region=us-wst-2", "did you mean"),
        (
            "--sso-start-url=http://corp.awsapps.com/start",
            "did you mean",
        ),
    ] {
        let home = sandbox("", &[]);
        let (exit, shown) = start(&home, "xterm", &[option]).finish();
        assert!(matches!(exit, Some(1 | 2)), "{shown}");
        assert!(shown.contains(why) && !shown.contains("> "), "{shown}");
    }
}

fn yes_on_a_terminal_logs_in() {
    let mut rules = listing("work", "us-east-1");
    rules.push(json!({
        "args": ["sso", "login", "--profile", "work"],
        "write": { WORK_TOKEN: TOKEN }
    }));
    let sandbox = sandbox("", &rules);
    let flags = [
        "--yes",
        "--profile=work",
        "--sso-start-url=https://corp.awsapps.com/start",
        "--sso-region=us-east-1",
        "--sso-account=111122223333",
        "--sso-role=Developer",
    ];
    let (exit, shown) = start(&sandbox, "xterm", &flags).finish();
    assert_eq!(exit, Some(0), "{shown}");
    assert!(shown.contains("claude-bedrock sso undo"), "{shown}");
    assert_eq!(settings(&sandbox)["env"]["AWS_PROFILE"], "work");
    review(&sandbox);
}

fn goes_back_and_forth() {
    let sandbox = sandbox("sso-valid", &listing("dev", "us-west-2"));
    let before = snapshot::take(&sandbox.home);
    let mut terminal = start(&sandbox, "xterm", &[]);
    terminal.answer(&[LIST], ENTER);
    terminal.answer(&["[us-west-2]", "> "], "us-w");
    terminal.wait_for("us-w");
    // The first Escape takes back what was typed.
    terminal.press(ESC);
    terminal.answer(&["> "], ESC);
    terminal.answer(&["Which AWS profile", LIST], ENTER);
    terminal.answer(&["> "], ENTER);
    terminal.answer(&["Model\r", LIST], DOWN);
    terminal.answer(&[LIST], ENTER);
    for (question, key) in [
        ("Pin what", ENTER),
        ("How shall", ENTER),
        ("May the commands", ESC),
        ("How shall", ESC),
        ("Pin what", ESC),
        // The listing is not asked for again: each answer of `aws` can be had once.
        ("Model\r", ENTER),
        ("Pin what", DOWN),
    ] {
        terminal.answer(&[question, LIST], key);
    }
    terminal.answer(&[LIST], ENTER);
    for question in ["How shall", "May the commands"] {
        terminal.answer(&[question, LIST], ENTER);
    }
    terminal.answer(&["Write this to", LIST], "stop");
    terminal.answer(&["| stop"], ENTER);
    let shown = stopped_in_time(terminal, &sandbox, &before);
    assert!(
        !shown.contains("+    \"ANTHROPIC_DEFAULT_OPUS_MODEL"),
        "{shown}"
    );
}

fn ctrl_c_leaves_everything_as_it_was() {
    let steps = [
        ("Which AWS profile", LIST),
        ("Region to call", "> "),
        ("Model\r", LIST),
        ("Pin what", LIST),
        ("How shall", LIST),
        ("May the commands", LIST),
        ("Write this to", LIST),
    ];
    for last in 0..steps.len() {
        let sandbox = sandbox("sso-valid", &listing("dev", "us-west-2"));
        let before = snapshot::take(&sandbox.home);
        let mut terminal = start(&sandbox, "xterm", &[]);
        for (number, (question, ready)) in steps.iter().enumerate().take(last + 1) {
            terminal.answer(
                &[question, ready],
                if number == last { CTRL_C } else { ENTER },
            );
        }
        stopped_in_time(terminal, &sandbox, &before);
    }
}

fn a_plain_terminal_reads_lines() {
    let sandbox = sandbox("sso-valid", &listing("dev", "us-west-2"));
    let mut terminal = start(
        &sandbox,
        "dumb",
        &["--isolate=true", "--auth-refresh", "aws", "--pin=false"],
    );
    terminal.wait_for("< quits: ");
    terminal.press("nothing of that name\n");
    terminal.wait_for("that fits none of them, or several");
    terminal.wait_for("< quits: ");
    // The account and the date beside the names have both.
    for number in ["9", "1111"] {
        terminal.press(&format!("{number}\n"));
        terminal.wait_for("that fits none of them, or several");
        terminal.wait_for("< quits: ");
    }
    terminal.press("1\n");
    terminal.wait_for("> ");
    terminal.press("<\n");
    terminal.wait_for("< quits: ");
    terminal.press("dev\n");
    terminal.wait_for("> ");
    terminal.press("\n");
    terminal.wait_for("goes back: ");
    terminal.press("sonnet\n");
    terminal.wait_for("Write this to");
    terminal.wait_for("goes back: ");
    terminal.press("\n");
    let (exit, shown) = terminal.finish();
    assert_eq!(exit, Some(0), "{shown}");
    let settings = settings(&sandbox);
    let sonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    assert_eq!(settings["env"]["ANTHROPIC_MODEL"], sonnet);
    assert!(settings["env"]["AWS_PROFILE"].is_null());
    assert_eq!(settings["awsAuthRefresh"], "aws sso login --profile dev");
    assert!(Path::new(&sandbox.home).join(".claude").is_dir());
    review(&sandbox);
}

/// Where there is no line of progress, nothing takes one back, on any terminal.
fn a_plain_terminal_gets_no_sequences() {
    for (term, args) in [
        ("dumb", &["models", "--profile=dev"][..]),
        ("", &["models", "--profile=dev"]),
        ("dumb", &["status"]),
        ("xterm", &["status", "--color=never"]),
        ("xterm", &["login", "--profile=nobody", "--color=never"]),
    ] {
        let sandbox = sandbox("sso-valid", &listing("dev", "us-west-2"));
        let mut command = sandbox.command(NOW);
        command.env("TERM", term).args(args);
        let (_, shown) = Terminal::start(command).finish();
        assert!(!shown.is_empty() && !shown.contains('\x1b'), "{shown:?}");
        let progress = shown.contains("Listing the models in us-west-2\r\n");
        assert_eq!(progress, args[0] == "models", "{shown:?}");
        review(&sandbox);
    }
}

fn what_installs_aws_stands_on_a_line_of_its_own() {
    let sandbox = Sandbox::new();
    sandbox::copy_tree(&fixture("homes").join("sso-valid"), &sandbox.home);
    for command in ["setup", "login"] {
        let mut narrow = sandbox.command(NOW);
        narrow.env("TERM", "dumb").env("COLUMNS", "60").arg(command);
        let (_, shown) = Terminal::start(narrow).finish();
        let whole = |line: &str| {
            line.trim_start().starts_with("(cd ") && line.ends_with("--update)")
                || line.trim() == "brew install awscli"
        };
        assert!(shown.lines().any(whole), "{shown}");
    }
}

/// But for what is to be pasted and what stands in a file.
fn nothing_is_wider_than_the_terminal() {
    for term in ["xterm", "dumb"] {
        let sandbox = sandbox("sso-valid", &listing("dev", "us-west-2"));
        let mut command = sandbox.command(NOW);
        command.env("TERM", term).env("COLUMNS", "40").arg("setup");
        let mut terminal = Terminal::start(command);
        let list = if term == "xterm" { LIST } else { ": " };
        let (enter, back) = if term == "xterm" {
            (ENTER, ESC)
        } else {
            ("\n", "<\n")
        };
        for (question, ready, key) in [
            ("Which AWS", list, enter),
            ("Region to call", "> ", "us-wst-2"),
            ("us-wst-2", "", enter),
            ("you mean", "> ", if term == "xterm" { "\x15" } else { "" }),
            ("", "", enter),
            ("Bedrock lists", list, enter),
            ("Pin what", list, enter),
            ("How shall", list, enter),
            ("May the", list, enter),
            ("Write this", list, "go back"),
            ("", "", enter),
            ("May the", list, back),
            ("How shall", list, back),
            ("Pin what", list, back),
            ("Model", list, back),
            ("Region to call", "> ", back),
            ("Which AWS", list, back),
        ] {
            terminal.answer(&[question, ready], key);
        }
        let shown = stopped(terminal, &sandbox);
        // What clears the screen takes no room.
        let printed = shown.replace("\x1b[J", "").replace("\x1b[K", "");
        let lines = printed.split(['\r', '\n', '\x1b']);
        let wide: Vec<&str> = lines
            .filter(|line| !line.starts_with([' ', '+', '-', '@']) || line.starts_with("  "))
            .filter(|line| !line.contains("\": \"") && line.chars().count() > 40)
            .collect();
        assert_eq!(wide, [""; 0], "{shown}");
    }
}

#[expect(unsafe_code, reason = "std sends no signals")]
fn sigterm_restores_the_terminal() {
    let sandbox = sandbox("sso-valid", &[]);
    let mut terminal = start(&sandbox, "xterm", &[]);
    terminal.wait_for(LIST);
    // SAFETY: takes numbers.
    unsafe { libc::kill(terminal.process(), libc::SIGTERM) };
    // `finish` looks at the terminal's mode; a signal leaves no exit code.
    assert_eq!(terminal.finish().0, None);
}
