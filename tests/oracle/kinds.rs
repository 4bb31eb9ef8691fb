//! Our half of the comparison with botocore's choice of providers; `kinds.py` beside it is the other.
//!
//! With `--stdin`, reads `CONFIG<TAB>CREDENTIALS` lines (`-` means no file) and prints, for each, one JSON line: profile
//! names to `[kind, status, code of the problem or null]`, or `null` where the pair is rejected.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use claude_bedrock::aws::credentials::Inspector;
use claude_bedrock::aws::profiles::{AwsFile, AwsFiles};
use claude_bedrock::env::Env;
use claude_bedrock::file;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if !std::env::args().any(|argument| argument == "--stdin") {
        return Ok(());
    }
    let home = tempfile::tempdir()?;
    let env = Env::read(Some(home.path()))?;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (config, credentials) = line.split_once('\t').unwrap_or((&line, "-"));
        writeln!(out, "{}", verdicts(&env, open(config)?, open(credentials)?))?;
    }
    Ok(())
}

fn open(path: &str) -> Result<AwsFile, claude_bedrock::error::Error> {
    let path = PathBuf::from(path);
    let bytes = if path.as_os_str() == "-" {
        None
    } else {
        file::read(&path)?
    };
    Ok(AwsFile { path, bytes })
}

fn verdicts(env: &Env, config: AwsFile, credentials: AwsFile) -> Value {
    let Ok(files) = AwsFiles::parse(config, credentials) else {
        return Value::Null;
    };
    let mut inspector = Inspector::new(env, &files);
    let verdict = |name: &String| {
        let verdict = inspector.inspect(name);
        let code = verdict.problem.map(|problem| problem.code.as_str());
        (name.clone(), json!([verdict.kind, verdict.status, code]))
    };
    files
        .profiles
        .iter()
        .map(|profile| &profile.name)
        .map(verdict)
        .collect()
}
