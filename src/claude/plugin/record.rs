//! The record of an installation: which files are ours, what they held, and which folders had to be made.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Asset;
use crate::error::Result;
use crate::file;
use crate::hash::sha1_hex;
use crate::report::pretty;

/// The record's path in the plugin's folder.
pub const RECORD: &str = ".claude-plugin/installed.json";

/// What was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The version of the program that wrote the files.
    pub version: String,
    /// The program that the hooks call.
    pub binary: String,
    /// How many folders had to be made for the plugin, itself included: that many go again.
    pub folders: usize,
    /// What the settings file with our status line was before it, where nothing stood in it: `true` for no file, else its
    /// blanks. It is that again when nothing else was put in.
    #[serde(rename = "madeSettings", skip_serializing_if = "Option::is_none")]
    pub made_settings: Option<Value>,
    /// The digest of each file as it was written.
    pub files: Map<String, Value>,
}

impl Record {
    /// The record of writing `assets`.
    pub(super) fn new(
        binary: &str,
        folders: usize,
        made_settings: Option<Value>,
        assets: &[Asset],
    ) -> Self {
        let digested = |(path, text): &Asset| {
            let path: &str = path;
            let digest = digest(text.as_bytes(), binary);
            (path.to_owned(), Value::String(digest))
        };
        Record {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            binary: binary.to_owned(),
            folders,
            made_settings,
            files: assets.iter().map(digested).collect(),
        }
    }

    /// Reads the file's bytes; `None` when they are no record.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut value: Value = serde_json::from_slice(bytes).ok()?;
        let text = |name| value.get(name)?.as_str().map(str::to_owned);
        let (version, binary) = (text("version")?, text("binary")?);
        let folders = value.get("folders")?.as_u64()?;
        let is_blank = |text: &str| text.trim().is_empty();
        let made_settings = value.get("madeSettings").cloned();
        let made_settings = made_settings
            .filter(|made| made.as_bool() == Some(true) || made.as_str().is_some_and(is_blank));
        let Value::Object(files) = value.get_mut("files")?.take() else {
            return None;
        };
        Some(Record {
            version,
            binary,
            folders: usize::try_from(folders).ok()?,
            made_settings,
            files,
        })
    }

    /// The record in `folder`; `None` when there is none, or none that can be read: then no file counts as ours that is
    /// not what we would write.
    ///
    /// # Errors
    /// `FILE_UNREADABLE`.
    pub fn load(folder: &Path) -> Result<Option<Self>> {
        let bytes = file::read(&folder.join(RECORD))?;
        Ok(bytes.and_then(|bytes| Record::parse(&bytes)))
    }

    /// The file's bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        pretty(self).into_bytes()
    }

    /// Whether `path` holds what was written to it.
    pub(super) fn wrote(&self, path: &str, bytes: &[u8]) -> bool {
        let digest = digest(bytes, &self.binary);
        self.files.get(path).is_some_and(|known| *known == digest)
    }
}

/// The SHA-1 of a file in hexadecimal, the path of the program left out, so that it is the same on every machine. It
/// tells a changed file, and protects nothing.
fn digest(bytes: &[u8], binary: &str) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            let spelt = super::spellings(binary);
            let rest = spelt
                .iter()
                .fold(text.to_owned(), |text, one| text.replace(one, ""));
            sha1_hex(rest.as_bytes())
        }
        Err(_) => sha1_hex(bytes),
    }
}
