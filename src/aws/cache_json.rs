//! The JSON files that the AWS tools keep tokens in: when they end, and which members are there.
//!
//! Secrets are skipped while parsing; no text but that of dates is looked at, and none is kept.

use std::fmt;
use std::io::ErrorKind;
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::file;
use crate::time::{Epoch, parse_timestamp};

/// More than any of these files can hold, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// A cache file, as far as it can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CacheFile {
    /// There is none.
    Absent,
    /// It is there and says nothing; the text says why.
    Unusable(String),
    /// What it says.
    Json(CacheJson),
}

impl CacheFile {
    /// Reads a cache file. Whatever is wrong with it is a part of the answer.
    pub fn load(path: &Path) -> Self {
        match path.metadata() {
            // A pipe would be waited for.
            Ok(what) if !what.is_file() => {
                return CacheFile::Unusable("it is not a regular file".to_owned());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return CacheFile::Absent,
            _ => {}
        }
        match file::read_limited(path, MOST_BYTES) {
            Ok(None) => CacheFile::Absent,
            Ok(Some(bytes)) => CacheFile::parse(&bytes),
            Err(error) => CacheFile::Unusable(error.message.clone()),
        }
    }

    /// Makes the same of its bytes.
    pub fn parse(bytes: &[u8]) -> Self {
        let unusable = || CacheFile::Unusable("it is not a JSON object".to_owned());
        CacheJson::parse(bytes).map_or_else(unusable, CacheFile::Json)
    }
}

/// The members whose text is read. Everything else is only there or not.
const DATES: &[&str] = &["expiresAt", "registrationExpiresAt", "Expiration"];

/// What a member holds, as far as anyone may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// `null`: the AWS tools treat it like a member that is not there.
    Null,
    /// A date with a time zone.
    Date(Epoch),
    /// A date member that holds something else.
    NotADate,
    /// Anything else.
    Something,
}

/// Why a date cannot be had from a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDate {
    /// The member is not there.
    Absent,
    /// The member is no date with a time zone; botocore fails on those (`SSOTokenProvider._refresher` subtracts it from
    /// a time that has one).
    Unreadable,
}

/// The members of a cache file, to the second level, as dotted paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheJson(Vec<(String, Found)>);

impl CacheJson {
    /// Reads the file's bytes; `None` when they are not a JSON object.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut found = Vec::new();
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let root = Member {
            path: "",
            depth: 0,
            found: &mut found,
        };
        root.deserialize(&mut json).ok()?;
        json.end().ok()?;
        Some(CacheJson(found))
    }

    /// The last member of that path: Python and Node let the last of two equal names count.
    fn find(&self, path: &str) -> Option<Found> {
        self.0
            .iter()
            .rev()
            .find(|(name, _)| name == path)
            .map(|(_, found)| *found)
    }

    /// Whether the member is there and not `null`.
    pub fn has(&self, path: &str) -> bool {
        self.find(path).is_some_and(|found| found != Found::Null)
    }

    /// The date in the member.
    pub fn date(&self, path: &str) -> Result<Epoch, NoDate> {
        match self.find(path) {
            Some(Found::Date(at)) => Ok(at),
            None | Some(Found::Null) => Err(NoDate::Absent),
            Some(_) => Err(NoDate::Unreadable),
        }
    }
}

/// Reads one value and notes what it is under `path`.
struct Member<'a> {
    path: &'a str,
    depth: u8,
    found: &'a mut Vec<(String, Found)>,
}

impl Member<'_> {
    fn is_date(&self) -> bool {
        DATES.contains(&self.path.rsplit('.').next().unwrap_or_default())
    }

    fn note<E: serde::de::Error>(self, found: Found) -> Result<(), E> {
        if self.depth == 0 {
            return Err(E::custom("not an object"));
        }
        let found = if found == Found::Something && self.is_date() {
            Found::NotADate
        } else {
            found
        };
        self.found.push((self.path.to_owned(), found));
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.note(Found::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.note(Found::Something)
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.note(Found::Something)
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.note(Found::Something)
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.note(Found::Something)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        let found = if self.is_date() {
            parse_timestamp(text).map_or(Found::NotADate, Found::Date)
        } else {
            Found::Something
        };
        self.note(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        self.note(Found::Something)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let depth = self.depth;
        while let Some(name) = members.next_key::<String>()? {
            if depth > 1 {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            let path = if depth == 0 {
                name
            } else {
                format!("{}.{name}", self.path)
            };
            members.next_value_seed(Member {
                path: &path,
                depth: depth + 1,
                found: &mut *self.found,
            })?;
        }
        if depth == 0 {
            Ok(())
        } else {
            self.note(Found::Something)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_presence() {
        let json = CacheJson::parse(
            br#"{"accessToken": "s3cr3t", "expiresAt": "1970-01-01T00:01:00Z", "refreshToken": null,
                 "Credentials": {"SecretAccessKey": "s3cr3t", "Expiration": "1970-01-01T00:02:00+00:00", "deep": {"x": [1]}},
                 "registrationExpiresAt": 5, "list": [{"expiresAt": 1}], "n": -1.5, "b": true}"#,
        )
        .expect("an object");
        for (path, there, date) in [
            ("accessToken", true, Err(NoDate::Unreadable)),
            ("expiresAt", true, Ok(60)),
            ("refreshToken", false, Err(NoDate::Absent)),
            ("registrationExpiresAt", true, Err(NoDate::Unreadable)),
            ("Credentials", true, Err(NoDate::Unreadable)),
            ("Credentials.Expiration", true, Ok(120)),
            ("Credentials.deep", true, Err(NoDate::Unreadable)),
            ("Credentials.deep.x", false, Err(NoDate::Absent)),
            ("n", true, Err(NoDate::Unreadable)),
            ("absent", false, Err(NoDate::Absent)),
        ] {
            assert_eq!((json.has(path), json.date(path)), (there, date), "{path}");
        }
        assert!(!format!("{json:?}").contains("s3cr3t"), "a secret was kept");
    }

    #[test]
    fn files_that_are_no_files() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("token.json");
        assert_eq!(CacheFile::load(&path), CacheFile::Absent);
        assert_eq!(CacheFile::load(&path.join("below")), CacheFile::Absent);
        assert!(
            matches!(CacheFile::load(home.path()), CacheFile::Unusable(why) if why.contains("regular"))
        );
        for (size, usable) in [(MOST_BYTES, true), (MOST_BYTES + 1, false)] {
            let mut bytes = b"{}".to_vec();
            bytes.resize(usize::try_from(size).expect("fits"), b' ');
            file::write(&path, &bytes, 0o600).expect("written");
            assert_eq!(
                matches!(CacheFile::load(&path), CacheFile::Json(_)),
                usable,
                "{size} bytes"
            );
        }
    }

    #[test]
    fn the_last_of_two_equal_names_counts() {
        let json =
            CacheJson::parse(br#"{"expiresAt": "soon", "expiresAt": "1970-01-01T00:00:09Z"}"#)
                .expect("an object");
        assert_eq!(json.date("expiresAt"), Ok(9));
    }

    #[test]
    fn anything_but_an_object_is_nothing() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            " ",
            "null",
            "5",
            "\"x\"",
            "[]",
            "{",
            "{}x",
            "{} {}",
            "\u{feff}{}",
            "{'a': 1}",
            "{\"a\": NaN}",
            deep.as_str(),
        ] {
            assert_eq!(CacheJson::parse(text.as_bytes()), None, "{text:.20}");
        }
        assert!(CacheJson::parse(b"\xff\xfe{\0}\0").is_none());
        assert!(CacheJson::parse(b" {}\n").is_some());
    }
}
