//! Where the two files and the folder of logins are, as botocore finds them.

use std::path::PathBuf;

use crate::env::Env;

/// `AWS_CONFIG_FILE`, else `~/.aws/config`.
pub(super) fn config(env: &Env) -> PathBuf {
    locate(env, "AWS_CONFIG_FILE", "config")
}

/// `AWS_SHARED_CREDENTIALS_FILE`, else `~/.aws/credentials`.
pub(super) fn credentials(env: &Env) -> PathBuf {
    locate(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials")
}

/// The one of the two files that the variable is about.
pub(super) fn of(env: &Env, variable: &str) -> PathBuf {
    match variable {
        "AWS_CONFIG_FILE" => config(env),
        _ => credentials(env),
    }
}

/// `AWS_LOGIN_CACHE_DIRECTORY`, else `~/.aws/login/cache` (`botocore.utils.get_login_token_cache_directory`).
pub(in crate::aws) fn login_cache(env: &Env) -> PathBuf {
    locate(env, "AWS_LOGIN_CACHE_DIRECTORY", "login/cache")
}

/// A variable that is set and empty names no file: it does not bring the default back.
fn locate(env: &Env, variable: &str, default: &str) -> PathBuf {
    match env.var_os(variable) {
        None => env.home.join(".aws").join(default),
        Some(path) if path.is_empty() => PathBuf::new(),
        Some(path) => match path.to_str() {
            Some(path) => env.cwd.join(expand_home(env, &expand_variables(env, path))),
            None => env.cwd.join(path),
        },
    }
}

/// `os.path.expandvars`: `$NAME` and `${NAME}`; a variable that is not set stays as it is written.
fn expand_variables(env: &Env, path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (name, beyond) = match after.strip_prefix('{') {
            Some(inner) => inner.split_once('}').unwrap_or_default(),
            None => after.split_at(after.find(|c| !word(c)).unwrap_or(after.len())),
        };
        match env.var(name) {
            Some(value) if !name.is_empty() => {
                out.push_str(value);
                rest = beyond;
            }
            _ => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// `os.path.expanduser`, for the user's own home; `~NAME` stays as it is written.
fn expand_home(env: &Env, path: &str) -> PathBuf {
    let separator = |c: char| c == '/' || (cfg!(windows) && c == '\\');
    match path.strip_prefix('~') {
        Some("") => env.home.clone(),
        Some(rest) if rest.starts_with(separator) => {
            env.home.join(rest.trim_start_matches(separator))
        }
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_files_are_where_botocore_looks() {
        let home = Path::new("/home/me");
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[], "/home/me/.aws/config"),
            (&[("AWS_CONFIG_FILE", "")], ""),
            (&[("AWS_CONFIG_FILE", "/etc/aws")], "/etc/aws"),
            (&[("AWS_CONFIG_FILE", "~")], "/home/me"),
            (&[("AWS_CONFIG_FILE", "~/a b")], "/home/me/a b"),
            (&[("AWS_CONFIG_FILE", "~you/a")], "/home/me/~you/a"),
            (&[("AWS_CONFIG_FILE", "a")], "/home/me/a"),
            (
                &[("AWS_CONFIG_FILE", "$D/a${D}$NO${NO}$"), ("D", "/d")],
                "/d/a/d$NO${NO}$",
            ),
            (
                &[("AWS_CONFIG_FILE", "$D_E/${"), ("D", "/d")],
                "/home/me/$D_E/${",
            ),
            (&[("AWS_CONFIG_FILE", "$T/a"), ("T", "~")], "/home/me/a"),
        ];
        for (vars, expected) in cases {
            let env = Env::for_test(home, vars);
            assert_eq!(config(&env), Path::new(expected), "{vars:?}");
        }
        let env = Env::for_test(home, &[("AWS_SHARED_CREDENTIALS_FILE", "/c")]);
        assert_eq!(credentials(&env), Path::new("/c"));
        assert_eq!(config(&env), Path::new("/home/me/.aws/config"));
    }
}
