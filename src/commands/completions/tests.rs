//! The scripts, and where bash is there, what it completes with its own.

#[cfg(unix)]
use std::path::Path;

use super::{Shell, write};
#[cfg(unix)]
use crate::env::Env;
#[cfg(unix)]
use crate::exec;

#[test]
fn every_script_names_the_commands_and_options() {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Powershell] {
        let script = write(shell);
        for word in ["apply-config", "doctor", "dry-run", "json", "never"] {
            assert!(script.contains(word), "{shell:?}: {word}");
        }
        assert!(
            script.lines().all(|line| line.trim_end() == line),
            "{shell:?}"
        );
    }
}

/// What bash offers after these words, the last of which is being typed.
#[cfg(unix)]
fn bash_offers(words: &[&str]) -> Option<Vec<String>> {
    let mut env = Env::for_test(Path::new("/"), &[("PATH", "/usr/bin:/bin:/usr/local/bin")]);
    env.cwd = Path::new("/").to_owned();
    let bash = exec::find(&env, "bash".as_ref())?;
    let quoted: Vec<String> = words.iter().map(|word| crate::shell::quote(word)).collect();
    let script = format!(
        "{}\nclaude-bedrock() {{ printf '        \"name\": \"%s\",\\n' dev 'my dev' prod; }}\nCOMP_WORDS=(claude-bedrock {})\nCOMP_CWORD={}\n_claude_bedrock\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        write(Shell::Bash),
        quoted.join(" "),
        words.len()
    );
    let output = exec::capture(&exec::Run::new(bash, &env).args(["-uec", &script])).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr, "", "{words:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    Some(
        text.lines()
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
    )
}

#[test]
#[cfg(unix)]
fn bash_completes_with_it() {
    let rows: &[(&[&str], &[&str])] = &[
        (&["doct"], &["doctor"]),
        (&["doctor", "--fi"], &["--fix"]),
        (&["--json", "res"], &["reset"]),
        (&["--color", ""], &["auto", "always", "never"]),
        (&["status", "--color", "=", "a"], &["auto", "always"]),
        (&["apply-config", "--auth-refresh", "g"], &["guarded"]),
        (&["completions", "z"], &["zsh"]),
        (&["apply-config", "--region", ""], &[]),
        (&["apply-config", "--profile", ""], &["dev", "prod"]),
        (&["apply-config", "--profile", "=", "d"], &["dev"]),
        (&["--home", "status", "res"], &["reset"]),
        (&["--home", "=", "status", "res"], &["reset"]),
        (&["--vers"], &["--version"]),
        (&["status", "--vers"], &[]),
        (&["run", "--", "st"], &[]),
    ];
    for (words, offers) in rows {
        // Without bash there is nothing to test.
        let Some(found) = bash_offers(words) else {
            return;
        };
        assert_eq!(found, *offers, "{words:?}");
    }
}
