//! The last listing of an account and region, kept under the user's cache folder for offline use.
//!
//! It can be fetched again at any time, so whatever is wrong with a kept file, it counts as absent.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::{InferenceProfile, Kind};
use crate::aws::identity::is_account;
use crate::env::Env;
use crate::error::Result;
use crate::file;
use crate::hash::sha1_hex;
use crate::report::pretty;
use crate::time::{Epoch, format_timestamp, parse_timestamp};

/// Whose listing it is.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    /// The twelve digits, where the files tell them.
    pub account: Option<&'a str>,
    /// The profile, which stands in for an unknown account.
    pub profile: &'a str,
    /// The region asked.
    pub region: &'a str,
    /// The mark of whoever signs without a profile; empty with one. They share a file, which then is the last one's: the
    /// keys of a session are others every few hours, and would leave a file each.
    pub owner: &'a str,
}

impl Key<'_> {
    /// `listing-111122223333-us-west-2.json`. Without an account, or with a region that is not
    /// shaped like one, a digest takes the place: these words come from files that anyone may edit.
    fn file_name(&self) -> String {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let region_fits =
            !self.region.is_empty() && self.region.len() <= 32 && self.region.bytes().all(plain);
        match self.account.filter(|text| is_account(text)) {
            Some(account) if region_fits => format!("listing-{account}-{}.json", self.region),
            account => {
                let whose = account.unwrap_or(self.profile).as_bytes();
                let told = [u8::from(account.is_some())];
                let words = [whose, &told, self.region.as_bytes()].concat();
                format!("listing-{}.json", sha1_hex(&words))
            }
        }
    }

    fn path(&self, env: &Env) -> PathBuf {
        env.cache_dir().join(self.file_name())
    }
}

/// A listing that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptListing {
    /// When `aws` answered.
    pub fetched_at: Epoch,
    /// What it answered, both kinds.
    pub profiles: Vec<InferenceProfile>,
}

/// The file's form.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    fetched_at: String,
    region: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    owner: String,
    profiles: Vec<InferenceProfile>,
}

/// Keeps a listing, mode 0600.
///
/// # Errors
/// As [`file::write`]. Worth a trace, never a failed command.
pub fn keep(env: &Env, key: Key<'_>, profiles: &[InferenceProfile]) -> Result<()> {
    let kept = Kept {
        fetched_at: format_timestamp(env.now),
        region: key.region.to_owned(),
        owner: key.owner.to_owned(),
        profiles: profiles.to_vec(),
    };
    file::write(&key.path(env), pretty(&kept).as_bytes(), 0o600).map(|_| ())
}

/// The listing kept for an account and region, or for whoever signs without a profile.
pub fn load_kept(env: &Env, key: Key<'_>) -> Option<KeptListing> {
    let bytes = file::read(&key.path(env)).ok()??;
    parse_kept(&bytes, key.region, key.owner)
}

/// Reads a kept file; `None` for one that is broken, for another region or of another owner.
pub fn parse_kept(bytes: &[u8], region: &str, owner: &str) -> Option<KeptListing> {
    let kept: Value = serde_json::from_slice(bytes).ok()?;
    let profiles = kept.get("profiles")?.as_array()?;
    let whose = kept.get("owner").map_or(Some(""), Value::as_str);
    (kept.get("region")? == region && whose == Some(owner)).then_some(KeptListing {
        fetched_at: parse_timestamp(kept.get("fetchedAt")?.as_str()?)?,
        profiles: profiles.iter().map(kept_profile).collect::<Option<_>>()?,
    })
}

fn kept_profile(value: &Value) -> Option<InferenceProfile> {
    let text = |name| value.get(name)?.as_str().map(str::to_owned);
    let kinds = [Kind::SystemDefined, Kind::Application];
    let kind = value.get("kind")?;
    Some(InferenceProfile {
        id: text("id")?,
        name: text("name"),
        arn: text("arn"),
        model_id: text("modelId"),
        kind: kinds.into_iter().find(|known| kind == known.as_str())?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    const KEY: Key<'_> = Key {
        account: Some("111122223333"),
        profile: "dev",
        region: "us-west-2",
        owner: "",
    };

    fn profile(id: &str, kind: Kind) -> InferenceProfile {
        InferenceProfile {
            id: id.to_owned(),
            name: Some("name".to_owned()),
            arn: None,
            model_id: None,
            kind,
        }
    }

    #[test]
    fn what_was_kept_is_loaded() {
        let home = tempfile::tempdir().unwrap();
        let env = Env::read(Some(home.path())).unwrap();
        let profiles = [
            profile("us.anthropic.claude-opus-5", Kind::SystemDefined),
            profile("abc", Kind::Application),
        ];
        assert_eq!(load_kept(&env, KEY), None);
        keep(&env, KEY, &profiles).unwrap();
        let kept = load_kept(&env, KEY).unwrap();
        assert_eq!(kept.fetched_at, env.now);
        assert_eq!(kept.profiles, profiles);
        let elsewhere = Key {
            region: "eu-west-1",
            ..KEY
        };
        assert_eq!(load_kept(&env, elsewhere), None);
        let owned = |owner| Key { owner, ..KEY };
        assert_eq!(load_kept(&env, owned("5ba93c9d")), None);
        keep(&env, owned("5ba93c9d"), &profiles).unwrap();
        assert!(load_kept(&env, owned("5ba93c9d")).is_some());
        for other in [KEY, owned("98a3b1f0")] {
            assert_eq!(load_kept(&env, other), None);
        }
    }

    #[cfg(unix)]
    #[test]
    fn others_may_not_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let env = Env::read(Some(home.path())).unwrap();
        keep(&env, KEY, &[]).unwrap();
        let mode = KEY.path(&env).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_name_holds_no_foreign_word() {
        assert_eq!(KEY.file_name(), "listing-111122223333-us-west-2.json");
        let odd = [
            Key {
                account: None,
                ..KEY
            },
            Key {
                account: None,
                profile: "other",
                ..KEY
            },
            Key {
                region: "../us-west-2",
                ..KEY
            },
            Key { region: "", ..KEY },
        ];
        let names: std::collections::BTreeSet<String> = odd.iter().map(Key::file_name).collect();
        assert_eq!(names.len(), odd.len());
        let odd_account = Key {
            account: Some("../../etc"),
            ..KEY
        };
        assert!(names.contains(&odd_account.file_name()), "no account then");
        for name in names {
            let digest = name
                .strip_prefix("listing-")
                .unwrap()
                .strip_suffix(".json")
                .unwrap();
            assert!(
                digest.len() == 40 && digest.bytes().all(|b| b.is_ascii_hexdigit()),
                "{name}"
            );
        }
    }

    #[test]
    fn a_broken_file_counts_as_absent() {
        let whole = br#"{"fetchedAt": "2026-11-22T16:33:21+00:00", "region": "us-west-2", "profiles": [{"id": "a", "kind": "APPLICATION"}]}"#;
        let kept = parse_kept(whole, "us-west-2", "").unwrap();
        assert_eq!((kept.fetched_at, kept.profiles.len()), (1_795_365_201, 1));
        assert_eq!(parse_kept(whole, "us-east-1", ""), None);
        for text in [
            "",
            "null",
            r#"{"fetchedAt": "yesterday", "region": "us-west-2", "profiles": []}"#,
            r#"{"fetchedAt": "2026-11-22T16:33:21+00:00", "region": "us-west-2"}"#,
            r#"{"fetchedAt": "2026-11-22T16:33:21+00:00", "region": "us-west-2", "owner": 1, "profiles": []}"#,
            r#"{"fetchedAt": "2026-11-22T16:33:21+00:00", "region": "us-west-2", "profiles": [{"id": 1}]}"#,
            r#"{"fetchedAt": "2026-11-22T16:33:21+00:00", "region": "us-west-2", "profiles": ["#,
        ] {
            assert_eq!(parse_kept(text.as_bytes(), "us-west-2", ""), None, "{text}");
        }
    }
}
