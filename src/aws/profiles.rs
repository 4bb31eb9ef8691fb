//! Config and credentials files to profiles, as botocore maps them: what `aws configure list-profiles` lists and reads.
//!
//! The mapping is `configloader.build_profile_map` for the config file and `Session.full_config` for the merge.
//! Secret values are left behind; the files' bytes are kept for an editor and for Claude Code's reading of them.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::env::Env;
use crate::error::{Code, Error, Result};
use crate::file;
use crate::hash::NameMap;
use crate::ini::{self, DEFAULT_SECTION, Document, Malformed};
use crate::nearest::nearest;
use crate::shell::{quote, split_words};

pub(super) mod location;

/// The variables that say where the two files are.
pub const AWS_FILE_VARIABLES: [&str; 2] = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];

/// The two files and what they define.
pub struct AwsFiles {
    /// `~/.aws/config`, or what `AWS_CONFIG_FILE` names.
    pub config: AwsFile,
    /// `~/.aws/credentials`, or what `AWS_SHARED_CREDENTIALS_FILE` names.
    pub credentials: AwsFile,
    /// The profiles in the order of `aws configure list-profiles`.
    pub profiles: Vec<Profile>,
    /// The sso-sessions of the config file, in its order.
    pub sso_sessions: Vec<SsoSession>,
    /// The names of the `[services NAME]` sections that hold anything.
    pub services: Vec<String>,
    positions: NameMap<String, usize>,
}

/// One of the two files.
#[derive(Clone)]
pub struct AwsFile {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// What it holds; `None` where botocore sees no file: absent, a folder, not readable.
    pub bytes: Option<Vec<u8>>,
}

impl AwsFile {
    /// Why botocore passes over the file, though it is there or a variable names it.
    pub fn find_unreadable(&self, env: &Env) -> Option<Error> {
        if self.bytes.is_some() {
            return None;
        }
        if let Err(error) = file::read(&self.path) {
            return Some(error);
        }
        let is_it =
            |name: &&str| env.var_nonempty(name).is_some() && location::of(env, name) == self.path;
        let named = AWS_FILE_VARIABLES.into_iter().find(is_it)?;
        let message = format!("{named} names {}, which is not there", self.path.display());
        Some(
            Error::new(Code::FileUnreadable, message)
                .suggest(format!("correct {named}, or unset it")),
        )
    }
}

/// A profile: its sections in the two files. At least one is there.
pub struct Profile {
    /// The name, as `--profile` and `AWS_PROFILE` take it.
    pub name: String,
    /// The section of the config file: the last one, where several spellings name the same profile.
    pub config: Option<Section>,
    /// The section of the credentials file; its keys win.
    pub credentials: Option<Section>,
}

/// A section of a file, without its secrets.
pub struct Section {
    /// The text between the header's brackets.
    pub header: String,
    /// The header's line, from 1.
    pub line: usize,
    entries: Vec<Entry>,
}

/// A key and what may be known of its value.
pub struct Entry {
    /// The key, lower-cased.
    pub key: String,
    /// The value.
    pub value: Value,
    /// The key's line, from 1; for an inherited entry, its line in `[DEFAULT]`.
    pub line: usize,
}

/// The value of a key.
pub enum Value {
    /// Text, as botocore has it.
    Text(String),
    /// An indented block: sub-keys and their texts.
    Nested(Vec<(String, String)>),
    /// A secret: it is there, and that is all that is known.
    Secret,
}

/// An `[sso-session NAME]` section.
pub struct SsoSession {
    /// The name, as `sso_session` refers to it.
    pub name: String,
    /// The section: the last one, where several spellings name the same session.
    pub section: Section,
}

impl AwsFiles {
    /// Finds and reads the two files.
    ///
    /// # Errors
    /// `AWS_CONFIG_INVALID` when botocore, and so every `aws` command, rejects one of them.
    pub fn load(env: &Env) -> Result<Self> {
        Self::parse(
            AwsFile::read(location::config(env)),
            AwsFile::read(location::credentials(env)),
        )
    }

    /// Why files that are there, or that a variable names, are passed over.
    pub fn find_unreadable(&self, env: &Env) -> Vec<Error> {
        let files = [&self.config, &self.credentials].into_iter();
        files.filter_map(|file| file.find_unreadable(env)).collect()
    }

    /// Maps the two files to profiles.
    ///
    /// # Errors
    /// `AWS_CONFIG_INVALID` with the path, the line and the cause.
    pub fn parse(config: AwsFile, credentials: AwsFile) -> Result<Self> {
        let mut map = ProfileMap::default();
        map.add_config(&config.document("config")?);
        map.add_credentials(&credentials.document("credentials")?);
        Ok(AwsFiles {
            config,
            credentials,
            profiles: map.profiles,
            sso_sessions: map.sso_sessions,
            services: map.services,
            positions: map.positions,
        })
    }

    /// The same with these bytes as the config file.
    ///
    /// # Errors
    /// As [`AwsFiles::parse`].
    pub(super) fn with_config(&self, bytes: &[u8]) -> Result<Self> {
        let config = AwsFile {
            path: self.config.path.clone(),
            bytes: Some(bytes.to_vec()),
        };
        Self::parse(config, self.credentials.clone())
    }

    /// The profile of that name.
    pub fn find_profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(*self.positions.get(name)?)
    }

    /// The sso-session of that name.
    pub fn find_sso_session(&self, name: &str) -> Option<&SsoSession> {
        self.sso_sessions
            .iter()
            .find(|session| session.name == name)
    }

    /// The names to choose from, as far as they fit into a sentence.
    fn list_names(&self) -> String {
        const MOST: usize = 5;
        let names = self.profiles.iter().take(MOST);
        let names: Vec<String> = names.map(|profile| quote(&profile.name)).collect();
        let more = if self.profiles.len() > MOST {
            " …"
        } else {
            ""
        };
        names.join(", ") + more
    }

    /// The step that makes a profile of a line of the config file that was meant for one of that name: `[NAME]` alone, a
    /// header in capitals, one that is indented and so part of the value above, one with more behind it.
    pub fn correct_header(&self, name: &str) -> Option<String> {
        let text = str::from_utf8(self.config.bytes.as_deref()?).ok()?;
        let mut lines = text.lines().enumerate();
        let (at, line, header) = lines.find_map(|(at, line)| {
            let header = line.trim_start().strip_prefix('[')?.split(']').next()?;
            (meant_by(header) == name).then_some((at, line, header))
        })?;
        let right = match quote(name).as_str() {
            plain if plain == name => format!("[profile {name}]"),
            _ => format!("[profile \"{name}\"]"),
        };
        let step = if right[1..right.len() - 1] != *header {
            format!("write {right} in place of [{header}]")
        } else if line.starts_with('[') {
            format!("leave nothing behind {right}")
        } else {
            format!("take away the blanks before {right}, which make it part of the line above")
        };
        let path = self.config.path.display();
        Some(format!("in {path}, line {}: {step}", at + 1))
    }

    /// The profile of that name, for one that the user asked for.
    ///
    /// # Errors
    /// `PROFILE_NOT_FOUND`, with the nearest name there is.
    pub fn require_profile(&self, name: &str) -> Result<&Profile> {
        self.find_profile(name).ok_or_else(|| {
            let names = self.profiles.iter().map(|profile| profile.name.as_str());
            let near = |name| {
                let near = nearest(name, names)?;
                Some(format!(
                    "did you mean `{near}`? Pass --profile {}",
                    quote(near)
                ))
            };
            let step = self.correct_header(name).or_else(|| near(name));
            let step = step.unwrap_or_else(|| match self.list_names().as_str() {
                "" => "there is no profile yet; add one: claude-bedrock setup".to_owned(),
                names => format!("choose one of {names}, or add one: claude-bedrock setup"),
            });
            let (config, credentials) =
                (self.config.path.display(), self.credentials.path.display());
            Error::new(
                Code::ProfileNotFound,
                format!("the profile `{name}` is neither in {config} nor in {credentials}"),
            )
            .suggest(step)
        })
    }
}

impl AwsFile {
    /// botocore takes regular files only (`os.path.isfile`), and passes over one that it cannot open.
    pub(super) fn read(path: PathBuf) -> Self {
        let regular = path.is_file().then(|| file::read(&path));
        let bytes = regular.and_then(|read| read.ok().flatten());
        AwsFile { path, bytes }
    }

    pub(super) fn document(&self, which: &str) -> Result<Document<'_>> {
        let bytes = self.bytes.as_deref().unwrap_or_default();
        Document::parse(bytes).map_err(|malformed| {
            let Malformed {
                line,
                cause,
                remedy,
            } = malformed;
            Error::new(
                Code::AwsConfigInvalid,
                format!("aws cannot read the {which} file, line {line}: {cause}"),
            )
            .suggest(format!("in {}, line {line}: {remedy}", self.path.display()))
            .at_line(&self.path, line, None)
        })
    }
}

impl Profile {
    /// A key's text, the credentials file first; `None` when it is absent, a nested block or a secret.
    pub fn text(&self, key: &str) -> Option<&str> {
        let sections = [&self.credentials, &self.config];
        let mut entries = sections
            .into_iter()
            .flatten()
            .filter_map(|section| section.find(key));
        entries.next()?.text()
    }

    /// Whether the key is there at all: also empty, a nested block, or a secret.
    pub fn has(&self, key: &str) -> bool {
        [&self.credentials, &self.config]
            .into_iter()
            .flatten()
            .any(|section| section.has(key))
    }

    /// The profile's own `region`, as it stands there: it may be empty or no region at all.
    pub fn region(&self) -> Option<&str> {
        self.text("region")
    }
}

impl Section {
    fn new(document: &Document, section: &ini::Section) -> Self {
        let entries = document.entries_of(section).map(Entry::new);
        Section {
            header: section.header.to_owned(),
            line: section.line,
            entries: entries.collect(),
        }
    }

    pub(super) fn find(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// A key's text; `None` when it is absent, a nested block or a secret. Keys are lower-case.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.find(key)?.text()
    }

    /// Whether the key is there at all: also empty, a nested block, or a secret.
    pub fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The section's entries in order, then those it inherits from `[DEFAULT]`.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Entry {
    fn new(entry: &ini::Entry) -> Self {
        let value = match &entry.value {
            _ if names_secret(&entry.key) => Value::Secret,
            // Several lines: one lies in the file as it is.
            ini::Value::Text(Cow::Owned(text)) => Value::Text(without_secrets(text)),
            ini::Value::Text(Cow::Borrowed(text)) => Value::Text((*text).to_owned()),
            ini::Value::Nested(pairs) => {
                let open = pairs.iter().filter(|(key, _)| !names_secret(key));
                let open = open.map(|&(key, value)| (key.to_owned(), value.to_owned()));
                Value::Nested(open.collect())
            }
        };
        Entry {
            key: entry.key.as_ref().to_owned(),
            value,
            line: entry.line,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Nested(_) | Value::Secret => None,
        }
    }
}

impl SsoSession {
    /// A key's text; `None` when it is absent or a nested block.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.section.text(key)
    }
}

/// Whether the key's value is a secret.
pub(super) fn names_secret(key: &str) -> bool {
    const SECRETS: [&str; 3] = [
        "aws_secret_access_key",
        "aws_session_token",
        "aws_security_token",
    ];
    // Whatever stands around the name (quotes, a second word): the value is none the less secret.
    key.len() > 16
        && SECRETS.iter().any(|secret| {
            let mut places = key.as_bytes().windows(secret.len());
            places.any(|place| place.eq_ignore_ascii_case(secret.as_bytes()))
        })
}

/// A secret's line that is indented deeper than the key above it is part of that key's value: cut from there on.
fn without_secrets(text: &str) -> String {
    let mut open: Vec<&str> = text.split('\n').collect();
    if let Some(first) = open.iter().position(|line| names_secret(line)) {
        open.truncate(first);
        open.push("…");
    }
    open.join("\n")
}

/// What `build_profile_map` and the merge build up.
#[derive(Default)]
struct ProfileMap {
    profiles: Vec<Profile>,
    positions: NameMap<String, usize>,
    sso_sessions: Vec<SsoSession>,
    services: Vec<String>,
    sso_positions: NameMap<String, usize>,
}

impl ProfileMap {
    /// The prefixes are looked at with `startswith`, in this order. A later spelling of a name replaces the earlier
    /// one wholesale and keeps its place.
    fn add_config(&mut self, document: &Document) {
        self.positions.reserve(document.sections.len());
        for section in &document.sections {
            let header = section.header;
            if header.starts_with("profile") || header == "default" {
                let name = match header {
                    "default" => Some(header.to_owned()),
                    _ => second_word(header),
                };
                if let Some(profile) = name.and_then(|name| self.profile(name)) {
                    profile.config = Some(Section::new(document, section));
                }
            } else if header.starts_with("sso-session")
                && let Some(name) = second_word(header)
            {
                self.add_sso_session(name, Section::new(document, section));
            } else if header.starts_with("services")
                && document.entries_of(section).next().is_some()
            {
                self.services.extend(second_word(header));
            }
        }
    }

    /// Every section of the credentials file is a profile, under the literal text of its header.
    fn add_credentials(&mut self, document: &Document) {
        for section in &document.sections {
            if section.header != DEFAULT_SECTION
                && let Some(profile) = self.profile(section.header.to_owned())
            {
                profile.credentials = Some(Section::new(document, section));
            }
        }
    }

    /// The profile of that name, made when it is new.
    fn profile(&mut self, name: String) -> Option<&mut Profile> {
        let known = self.positions.get(&name).copied();
        let position = known.unwrap_or(self.profiles.len());
        if known.is_none() {
            self.positions.insert(name.clone(), position);
            self.profiles.push(Profile {
                name,
                config: None,
                credentials: None,
            });
        }
        self.profiles.get_mut(position)
    }

    fn add_sso_session(&mut self, name: String, section: Section) {
        let position = self.sso_positions.get(&name);
        let known = position.and_then(|position| self.sso_sessions.get_mut(*position));
        if let Some(session) = known {
            session.section = section;
            return;
        }
        self.sso_positions
            .insert(name.clone(), self.sso_sessions.len());
        self.sso_sessions.push(SsoSession { name, section });
    }
}

/// The name that somebody meant who wrote this header.
fn meant_by(header: &str) -> &str {
    const BARE: [char; 4] = ['"', '\'', ' ', '\t'];
    let header = header.trim_matches(BARE);
    let (word, name) = header.split_once([' ', '\t']).unwrap_or_default();
    if word.eq_ignore_ascii_case("profile") {
        name.trim_matches(BARE)
    } else {
        header
    }
}

/// The name in `profile NAME`: the second of exactly two shell words.
fn second_word(header: &str) -> Option<String> {
    let is_plain = |word: &str| {
        let special = |b| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'\'' | b'"' | b'\\');
        !word.is_empty() && !word.bytes().any(special)
    };
    // The usual spelling, which takes no shell to read.
    if let Some((first, name)) = header.split_once(' ')
        && is_plain(first)
        && is_plain(name)
    {
        return Some(name.to_owned());
    }
    let words = split_words(header)?;
    <[String; 2]>::try_from(words).ok().map(|[_, name]| name)
}

#[cfg(test)]
mod tests;
