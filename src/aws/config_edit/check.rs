//! What may be written: names that both readers see, values that mean what they say.

use crate::aws::claude_view::is_name_char;
use crate::aws::identity::is_account;
use crate::aws::regions;
use crate::error::{Code, Error, Result};

const NAMES: &str = "use letters, digits and _ - @ + . % : / only";

/// The name of `what` (a profile, an sso-session): what the SDK for JavaScript, and so Claude Code, takes in a header (`getConfigData`).
pub(crate) fn name(what: &str, name: &str) -> Result<()> {
    if let Some(bad) = name.chars().find(|c| !is_name_char(*c)) {
        let shown = match bad {
            ' ' => "a space".to_owned(),
            other => format!("`{}`", other.escape_debug()),
        };
        return Err(usage(format!(
            "Claude Code cannot read {what} whose name has {shown} in it: {name}"
        ))
        .suggest(NAMES));
    }
    if name.is_empty() {
        return Err(usage(format!("the name of {what} is empty")).suggest(NAMES));
    }
    Ok(())
}

/// The start URL of the access portal. `#/` and a slash at its end are as good as none, and stay as they are.
pub(crate) fn start_url(url: &str) -> Result<()> {
    let wrong = |why: &str| {
        let tail = url.split("://").last().unwrap_or(url).trim();
        let meant = format!("https://{tail}");
        let shown = url.escape_debug();
        let error = usage(format!("`{shown}` is no start URL: {why}"));
        if meant != url && start_url(&meant).is_ok() {
            error.suggest(format!("did you mean `{meant}`?"))
        } else {
            error.suggest("it looks like https://my-company.awsapps.com/start; the AWS access portal's settings show it")
        }
    };
    if url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(wrong("it has a space or a control character in it"));
    }
    // The CLI refuses others since 2.35.13.
    let Some(rest) = url.strip_prefix("https://") else {
        return Err(wrong("it does not start with https://"));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    let labels = host.split('.').all(|label| !label.is_empty());
    if !host.contains('.') || !labels || !host.chars().all(fits) {
        return Err(wrong("it names no host"));
    }
    Ok(())
}

/// A region.
pub(crate) fn region(region: &str) -> Result<()> {
    regions::check(region)
}

/// An account: twelve digits.
pub(crate) fn account(account: &str) -> Result<()> {
    if is_account(account) {
        return Ok(());
    }
    let shown = account.escape_debug();
    Err(
        usage(format!("`{shown}` is no AWS account: it has twelve digits"))
            .suggest("give all twelve, leading zeros included"),
    )
}

/// A permission set's name (`CreatePermissionSet`: `[\w+=,.@-]+`, at most 32).
pub(crate) fn role(role: &str) -> Result<()> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if (1..=32).contains(&role.len()) && role.chars().all(fits) {
        return Ok(());
    }
    let shown = role.escape_debug();
    Err(usage(format!("`{shown}` is no name of a permission set"))
        .suggest("the access portal lists the names below each account"))
}

/// A list of scopes.
pub(crate) fn scopes(list: &str) -> Result<()> {
    let fits = |c: char| c.is_ascii_graphic() && c != '#' && c != ';';
    let mut scopes = super::scopes_of(list).peekable();
    if scopes.peek().is_some() && scopes.all(|scope| scope.chars().all(fits)) {
        return Ok(());
    }
    let shown = list.escape_debug();
    Err(usage(format!("`{shown}` is no list of scopes"))
        .suggest(format!("leave --scopes out for {}", super::ACCESS_SCOPE)))
}

fn usage(message: impl Into<String>) -> Error {
    Error::new(Code::Usage, message)
}
