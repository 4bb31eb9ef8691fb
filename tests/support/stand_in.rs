//! The test program as `aws`, `node` or whatever else a case lets the binary start.
//!
//! Started under such a name it answers from `NAME.json` in the folder that [`FOLDER`] names. Each answer can be given
//! as often as its rule says: it is claimed by creating a file, which also works for calls side by side.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::sandbox;

/// The variable that names the folder of rules and claims.
pub(crate) const FOLDER: &str = "CLAUDE_BEDROCK_TEST_CALLS";

/// How a stand-in ends when nobody expected the call.
const UNLISTED: i32 = 97;

/// The exit code, when this process was started as a stand-in: under a name other than the test program's.
pub(crate) fn play() -> Option<i32> {
    let mut args = std::env::args_os();
    let program = Path::new(&args.next()?)
        .file_stem()?
        .to_string_lossy()
        .into_owned();
    if ["cases", "pty", "windows"]
        .iter()
        .any(|me| program.starts_with(me))
    {
        return None;
    }
    let args: Vec<String> = args.map(|arg| arg.to_string_lossy().into_owned()).collect();
    let folder = std::env::var_os(FOLDER).expect("a stand-in is told where its rules are");
    let folder = Path::new(&folder);
    let rules = std::fs::read(folder.join(format!("{program}.json"))).expect("its rules");
    let rules: Vec<Value> = serde_json::from_slice(&rules).expect("rules are a list");
    for (number, rule) in rules.iter().enumerate() {
        if fits(rule, &args) && claim(folder, &program, number, rule, &args) {
            return Some(answer(rule));
        }
    }
    let note = folder.join(format!("unlisted-{}", std::process::id()));
    sandbox::write(&note, format!("{program} {args:?}").as_bytes());
    let _ = writeln!(
        std::io::stderr(),
        "the case does not list this call: {program} {args:?}"
    );
    Some(UNLISTED)
}

/// In a rule `*` is any one argument, a last `**` all the rest.
fn fits(rule: &Value, args: &[String]) -> bool {
    let wanted = rule["args"].as_array().expect("a rule has args");
    let wanted: Vec<&str> = wanted.iter().filter_map(Value::as_str).collect();
    let same = |want: &[&str], args: &[String]| {
        want.len() == args.len() && want.iter().zip(args).all(|(w, a)| *w == "*" || w == a)
    };
    match wanted.split_last() {
        Some((&"**", start)) => args
            .get(..start.len())
            .is_some_and(|args| same(start, args)),
        _ => same(&wanted, args),
    }
}

/// How often a rule answers: once, unless it says otherwise.
fn times(rule: &Value) -> u64 {
    rule["times"].as_u64().unwrap_or(1)
}

fn claim(folder: &Path, program: &str, number: usize, rule: &Value, args: &[String]) -> bool {
    let wrong: Vec<String> = rule["env"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, want)| std::env::var(name).ok().as_deref() != want.as_str())
        .map(|(name, _)| format!("{name}={:?}", std::env::var(name).ok()))
        .collect();
    (0..times(rule)).any(|count| {
        let path = folder.join(format!("claim-{program}-{number}-{count}"));
        let Ok(mut file) = std::fs::File::create_new(path) else {
            return false;
        };
        let note = json!({ "program": program, "args": args, "wrong": wrong });
        file.write_all(note.to_string().as_bytes())
            .expect("a note of the call");
        true
    })
}

fn answer(rule: &Value) -> i32 {
    let text = |name: &str| rule[name].as_str().unwrap_or_default();
    if let Some(delay) = rule["delay_ms"].as_u64() {
        std::thread::sleep(std::time::Duration::from_millis(delay));
    }
    let home =
        std::env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).unwrap_or_default();
    for (path, bytes) in rule["write"].as_object().into_iter().flatten() {
        sandbox::write(
            &Path::new(&home).join(path),
            bytes.as_str().unwrap_or_default().as_bytes(),
        );
    }
    // A caller that gave up has closed its end.
    let _ = std::io::stdout().write_all(text("stdout").as_bytes());
    let _ = std::io::stderr().write_all(text("stderr").as_bytes());
    i32::try_from(rule["exit"].as_i64().unwrap_or(0)).expect("an exit code")
}

/// What is wrong with the calls that were made.
pub(crate) fn review(folder: &Path, programs: &[(String, Vec<Value>)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for path in super::entries(folder) {
        let name = super::name(&path);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if name.starts_with("unlisted-") {
            wrong.push(format!("started, though the case does not list it: {text}"));
        } else if name.starts_with("claim-") {
            let note: Value = serde_json::from_str(&text).unwrap_or_default();
            let bad = note["wrong"].as_array().into_iter().flatten();
            wrong.extend(bad.map(|bad| format!("{} was started with {bad}", note["program"])));
        }
    }
    for (program, rules) in programs {
        for (number, rule) in rules.iter().enumerate() {
            let made = (0..times(rule))
                .filter(|count| {
                    folder
                        .join(format!("claim-{program}-{number}-{count}"))
                        .exists()
                })
                .count();
            if made as u64 != times(rule) && rule["optional"] != true {
                wrong.push(format!(
                    "{program} {} was started {made} times, not {}",
                    rule["args"],
                    times(rule)
                ));
            }
        }
    }
    wrong
}
