//! The same two files as Claude Code reads them: through the AWS SDK for JavaScript.
//!
//! The rules are those of `@smithy/core` (3.41.0), `submodules/config/shared-ini-file-loader`: `parseIni`,
//! `getConfigData` and `mergeConfigFiles`. That reader never fails; it passes over what it does not understand.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::aws::profiles::{AwsFile, AwsFiles, Profile, Section};
use crate::env::Env;

mod difference;
mod parse;

pub use difference::{KEYS_HIDE_SSO, UNREADABLE};

use parse::File;
pub(super) use parse::is_name_char;

/// What Claude Code sees in the two files.
pub struct ClaudeView {
    config: File,
    credentials: File,
}

/// A profile as Claude Code sees it: the credentials file's keys before the config file's.
#[derive(Clone, Copy)]
pub struct ClaudeProfile<'v> {
    credentials: parse::Section<'v>,
    config: parse::Section<'v>,
}

/// Why Claude Code cannot load a profile that `aws` lists.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unreadable {
    /// A stable code: `NAME_HAS_SPACE`, `HEADER_QUOTED`, `NO_KEYS`, …
    pub code: &'static str,
    /// One sentence, without a full stop at its end.
    pub message: String,
}

impl Unreadable {
    /// What makes the profile one that Claude Code can load.
    pub fn step(&self) -> &'static str {
        match self.code {
            name if name.starts_with("NAME_") => {
                "give the profile a plain name (letters, digits and _ - . @), then: claude-bedrock setup"
            }
            "NO_KEYS" => "write what stands below it as `key = value`",
            "LINE_ENDINGS" => "end the file's lines with a line feed",
            "FILE_DROPPED" => "give the profile `__proto__` another name",
            _ => "write the header as [profile NAME], without quotes, on a line of its own",
        }
    }
}

/// Names that every JavaScript object has: the SDK merges profiles into a plain object and loses these.
const RESERVED: [&str; 12] = [
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

impl ClaudeView {
    /// Reads the files that Claude Code would open: they differ from botocore's where a variable is empty (then the
    /// default counts) or holds a `$NAME` (then it is part of the path).
    pub fn load(env: &Env, files: &AwsFiles) -> Self {
        let config = locate(env, "AWS_CONFIG_FILE", "config");
        let credentials = locate(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
        Self::parse(
            bytes_at(config, &files.config).as_deref(),
            bytes_at(credentials, &files.credentials).as_deref(),
        )
    }

    /// Reads the two files; `None` is an absent one.
    pub fn parse(config: Option<&[u8]>, credentials: Option<&[u8]>) -> Self {
        ClaudeView {
            config: parse::config(config.unwrap_or_default()),
            credentials: parse::credentials(credentials.unwrap_or_default()),
        }
    }

    /// The profile of that name, where the SDK lists it.
    pub fn find_profile(&self, name: &str) -> Option<ClaudeProfile<'_>> {
        let profile = ClaudeProfile {
            credentials: self.credentials.section(name),
            config: self.config.section(name),
        };
        let empty = profile.credentials.is_empty() && profile.config.is_empty();
        (!empty && !RESERVED.contains(&name)).then_some(profile)
    }

    /// The names of all profiles, in no order.
    pub fn profile_names(&self) -> impl Iterator<Item = &str> {
        let only_credentials = self
            .credentials
            .names()
            .filter(|name| self.config.section(name).is_empty());
        let names = self.config.names().chain(only_credentials);
        names.filter(|name| !RESERVED.contains(name))
    }

    /// The region that Claude Code takes from the files for a profile: a value that is not shaped like a region is
    /// dropped, first in the credentials file, then in the config file.
    pub fn region(&self, name: &str) -> Option<&str> {
        self.find_profile(name)?.region()
    }

    /// Why Claude Code cannot load a profile that botocore lists; `None` when it can.
    pub fn unreadable_reason(&self, profile: &Profile) -> Option<Unreadable> {
        let name = profile.name.as_str();
        if self.find_profile(name).is_some() {
            return None;
        }
        if RESERVED.contains(&name) {
            return Some(unreadable(
                "NAME_RESERVED",
                format!(
                    "Claude Code cannot load a profile named `{name}`: JavaScript has its own use for the word"
                ),
            ));
        }
        match (&profile.config, &profile.credentials) {
            (Some(section), _) => Some(self.config_reason(name, section)),
            (None, Some(section)) => Some(self.credentials_reason(name, section)),
            (None, None) => None,
        }
    }

    fn config_reason(&self, name: &str, section: &Section) -> Unreadable {
        let header = &section.header;
        if let Some(reason) = name_reason(name) {
            return reason;
        }
        let seen_as = parse::config_name(header);
        if let Some(reason) = self.config.reason(name, seen_as.as_deref(), header) {
            return reason;
        }
        let code = if header.contains(['"', '\'', '\\']) {
            "HEADER_QUOTED"
        } else {
            "HEADER_SPELLING"
        };
        unreadable(
            code,
            format!(
                "Claude Code reads this profile only below [profile {name}], and the config file has [{header}]"
            ),
        )
    }

    fn credentials_reason(&self, name: &str, section: &Section) -> Unreadable {
        let header = &section.header;
        let seen_as = parse::section_name(header);
        if seen_as.as_deref() != Some(name) {
            return match header.split_whitespace().next() {
                Some(word @ ("profile" | "sso-session" | "services")) => unreadable(
                    "HEADER_SPELLING",
                    format!(
                        "a header of the credentials file is the bare name; [{header}] has `{word}` before it"
                    ),
                ),
                _ => name_has_space(),
            };
        }
        self.credentials
            .reason(name, seen_as.as_deref(), header)
            .unwrap_or_else(name_has_space)
    }
}

impl File {
    /// What keeps a section from being seen when its header is spelt as it should be.
    fn reason(&self, name: &str, seen_as: Option<&str>, header: &str) -> Option<Unreadable> {
        if self.dropped {
            return Some(unreadable(
                "FILE_DROPPED",
                "Claude Code drops a whole file that has a profile named `__proto__`",
            ));
        }
        if self.has_header(name) {
            return Some(unreadable(
                "NO_KEYS",
                format!(
                    "Claude Code passes over [{header}]: it sees no `key = value` line below it"
                ),
            ));
        }
        if seen_as != Some(name) {
            return None;
        }
        Some(if self.lone_returns {
            unreadable(
                "LINE_ENDINGS",
                "the file's lines end in a lone carriage return, which Claude Code does not take for a line's end",
            )
        } else {
            unreadable(
                "HEADER_TRAILING",
                format!("what follows [{header}] on its line hides the profile from Claude Code"),
            )
        })
    }
}

impl<'v> ClaudeProfile<'v> {
    /// A key's text; `None` when it is absent or a secret. Keys are case-sensitive; a key of a block is `block.key`.
    pub fn text(&self, key: &str) -> Option<&'v str> {
        self.find(key)?.1
    }

    /// Whether the key is there with a value.
    pub fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The region that Claude Code takes from the files: see [`ClaudeView::region`].
    pub fn region(&self) -> Option<&'v str> {
        let sections = [self.credentials, self.config].into_iter();
        let mut regions = sections.filter_map(|section| section.find("region")?.1);
        let stops = |c: char| c.is_whitespace() || matches!(c, '/' | '.' | '_');
        regions.find(|region| !region.contains(stops))
    }

    /// Every key with its text (`None` for a secret); where a key comes twice, the later one counts.
    pub fn entries(&self) -> impl Iterator<Item = (&'v str, Option<&'v str>)> {
        self.config.entries().chain(self.credentials.entries())
    }

    fn find(&self, key: &str) -> Option<(&'v str, Option<&'v str>)> {
        let credentials = self.credentials.find(key);
        credentials.or_else(|| self.config.find(key))
    }
}

/// What the SDK's pattern for names in the config file (`[\w-@+.%:/]+`) has against this one.
fn name_reason(name: &str) -> Option<Unreadable> {
    let symbol = name.chars().find(|c| !is_name_char(*c));
    match symbol {
        _ if name.is_empty() => Some(unreadable(
            "NAME_EMPTY",
            "Claude Code cannot load a profile with an empty name",
        )),
        _ if name.contains(char::is_whitespace) => Some(name_has_space()),
        _ if !name.is_ascii() => Some(unreadable(
            "NAME_NOT_ASCII",
            "Claude Code cannot load a profile from the config file whose name has a letter beyond ASCII",
        )),
        Some(symbol) => Some(unreadable(
            "NAME_HAS_SYMBOL",
            format!(
                "Claude Code cannot load a profile from the config file whose name has `{symbol}`: it takes letters, digits and _ - @ + . % : /"
            ),
        )),
        None => None,
    }
}

fn name_has_space() -> Unreadable {
    unreadable(
        "NAME_HAS_SPACE",
        "Claude Code cannot load a profile whose name has a space",
    )
}

fn unreadable(code: &'static str, message: impl Into<String>) -> Unreadable {
    Unreadable {
        code,
        message: message.into(),
    }
}

/// `getConfigFilepath` and `loadSharedConfigFiles`: an empty variable counts as unset, only a leading `~/` is expanded.
fn locate(env: &Env, variable: &str, default: &str) -> PathBuf {
    match env.var_os(variable).filter(|path| !path.is_empty()) {
        None => env.home.join(".aws").join(default),
        Some(path) => match path.to_str().and_then(|path| path.strip_prefix("~/")) {
            Some(rest) => env.home.join(rest),
            None => env.cwd.join(Path::new(path)),
        },
    }
}

/// What is at `path`; where that is the file that botocore opens it is read already.
fn bytes_at(path: PathBuf, read: &AwsFile) -> Option<Cow<'_, [u8]>> {
    if path == read.path {
        read.bytes.as_deref().map(Cow::Borrowed)
    } else {
        AwsFile::read(path).bytes.map(Cow::Owned)
    }
}

#[cfg(test)]
mod tests;
