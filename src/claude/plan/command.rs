//! Whose a refresh or export command is: one that we (or the script before us) write, or the user's own.

use crate::shell::plain_words;

/// Whether `awsAuthRefresh` holds a log-in of ours, for whatever profile: `aws sso login [--profile P]`,
/// `aws login [--profile P]`, `claude-bedrock login …`. With anything more it is the user's own.
pub fn is_our_refresh(command: &str) -> bool {
    let Some(words) = plain_words(command) else {
        return false;
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.split_first() {
        Some((program, ["login", ..])) if is_program(program, "claude-bedrock") => true,
        // What we write for ourselves, under whatever name the binary was installed.
        Some((_, ["login", "--if-needed", ..])) => true,
        Some((program, ["sso", "login", rest @ ..] | ["login", rest @ ..])) => {
            is_program(program, "aws") && names_a_profile_at_most(rest)
        }
        _ => false,
    }
}

/// Whether a log-in of ours is one to AWS IAM Identity Center (`aws sso login`) or not (`aws login`); `None` for other
/// commands. Each fails for a profile that needs the other.
pub fn is_sso_login(command: &str) -> Option<bool> {
    let words = plain_words(command).filter(|_| is_our_refresh(command))?;
    let is_aws = is_program(words.first()?, "aws");
    is_aws.then(|| words.get(1).is_some_and(|word| word == "sso"))
}

/// Whether `awsCredentialExport` holds a command of ours: `aws configure export-credentials` with a profile and a format,
/// or `claude-bedrock …`.
pub fn is_our_export(command: &str) -> bool {
    let Some(words) = plain_words(command) else {
        return false;
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.split_first() {
        Some((program, [_, ..])) if is_program(program, "claude-bedrock") => true,
        Some((program, ["configure", "export-credentials", rest @ ..])) => {
            let known = |word: &&str| {
                !word.starts_with('-')
                    || word.starts_with("--profile")
                    || word.starts_with("--format")
            };
            is_program(program, "aws") && rest.iter().all(known)
        }
        _ => false,
    }
}

/// The profile that a refresh or export command of `aws` or of this program names with `--profile`. What that means to
/// another program, or in a line that takes a shell to understand, is not known.
pub fn profile_of_command(command: &str) -> Option<String> {
    let words = plain_words(command)?;
    let known = |word: &String| {
        is_program(word, "aws") || is_program(word, "claude-bedrock") || word == "--if-needed"
    };
    if !words.iter().any(known) {
        return None;
    }
    let at = words
        .iter()
        .position(|word| word == "--profile" || word.starts_with("--profile="))?;
    let word = words.get(at)?;
    match word.strip_prefix("--profile=") {
        Some(name) => Some(name.to_owned()),
        None => words.get(at + 1).cloned(),
    }
}

/// Whether `word` runs the program `name`, with whatever folder and on Windows with its ending.
fn is_program(word: &str, name: &str) -> bool {
    let file = word.rsplit(['/', '\\']).next().unwrap_or(word);
    let stem = file
        .strip_suffix(".exe")
        .or_else(|| file.strip_suffix(".cmd"));
    stem.unwrap_or(file) == name
}

fn names_a_profile_at_most(words: &[&str]) -> bool {
    match words {
        [] => true,
        ["--profile", name] => !name.starts_with('-'),
        [one] => one.starts_with("--profile="),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_command_is_ours_or_the_users() {
        for command in [
            "aws sso login",
            "aws sso login --profile dev",
            "aws sso login --profile 'my work'",
            "aws sso login --profile 'x;touch pwned'",
            "aws sso login --profile=dev",
            "aws login --profile dev",
            "/usr/local/bin/aws sso login --profile dev",
            "claude-bedrock login --if-needed --profile dev",
            "'/home/jo smith/bin/claude-bedrock' login --if-needed",
            "C:/tools/claude-bedrock.exe login",
            "/opt/bin/cb-1.2 login --if-needed --profile dev",
        ] {
            assert!(is_our_refresh(command), "{command}");
        }
        for command in [
            "",
            "saml2aws login",
            "aws sso login --profile dev && notify",
            "aws sso login --profile $P",
            "aws sso login --profile x;touch pwned",
            "aws sso login --no-browser --profile dev",
            "aws sso login --sso-session corp",
            "BROWSER=none aws sso login",
            "aws sso logout",
            "myaws sso login",
            "claude-bedrock",
            "aws sso login --profile 'dev",
            "aws sso login --profile dev # note",
        ] {
            assert!(!is_our_refresh(command), "{command}");
        }
    }

    #[test]
    fn logins_of_both_kinds_are_told_apart() {
        for (command, sso) in [
            ("aws sso login --profile dev", Some(true)),
            ("/opt/bin/aws login --profile dev", Some(false)),
            ("claude-bedrock login --if-needed", None),
            ("saml2aws login", None),
        ] {
            assert_eq!(is_sso_login(command), sso, "{command}");
        }
    }

    #[test]
    fn an_export_command_is_ours_or_the_users() {
        assert!(is_our_export(
            "aws configure export-credentials --profile 'a b' --format process"
        ));
        assert!(is_our_export(
            "/opt/aws/bin/aws configure export-credentials --format process --profile=x"
        ));
        assert!(!is_our_export("vault-creds"));
        assert!(!is_our_export(
            "aws configure export-credentials --profile x | jq ."
        ));
        assert!(!is_our_export(
            "aws configure export-credentials --region x"
        ));
    }

    #[test]
    fn the_profile_of_a_command_is_read_with_its_quotes() {
        for (command, profile) in [
            ("aws sso login --profile dev", Some("dev")),
            ("aws sso login --profile='a b' --x", Some("a b")),
            ("aws sso login --profile", None),
            ("aws sso login", None),
            ("command aws sso login --profile dev", Some("dev")),
            ("BROWSER=none aws sso login --profile dev", Some("dev")),
            ("cb login --if-needed --profile dev", Some("dev")),
            ("gimme-aws-creds --profile dev", None),
            ("aws sso login --profile $AWS_PROFILE", None),
            ("aws sso login --profile dev; true", None),
            ("aws sso login --profile dev>/dev/null", None),
            ("x --profile old && aws sso login --profile dev", None),
        ] {
            assert_eq!(profile_of_command(command).as_deref(), profile, "{command}");
        }
    }
}
