//! Regions: their shape, their partitions, where Bedrock is.
//!
//! The table is botocore's `endpoints.json` (1.44.5; the same in aws-cli 2.36.7): the regions of every partition, and
//! which of them have an endpoint of the service `bedrock`. A region it does not know may still be a new one.

use crate::error::{Code, Error, Result};
use crate::nearest;
use crate::report::escape;

/// The regions of one partition.
struct Partition {
    /// The partition, as ARNs name it.
    name: &'static str,
    /// Regions with a Bedrock endpoint.
    with_bedrock: &'static [&'static str],
    /// The others.
    without_bedrock: &'static [&'static str],
}

impl Partition {
    fn regions(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        self.with_bedrock
            .iter()
            .chain(self.without_bedrock)
            .copied()
    }
}

const PARTITIONS: &[Partition] = &[
    Partition {
        name: "aws",
        with_bedrock: &[
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
            "af-south-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
            "sa-east-1",
        ],
        without_bedrock: &["ap-east-1"],
    },
    Partition {
        name: "aws-us-gov",
        with_bedrock: &["us-gov-east-1", "us-gov-west-1"],
        without_bedrock: &[],
    },
    Partition {
        name: "aws-eusc",
        with_bedrock: &["eusc-de-east-1"],
        without_bedrock: &[],
    },
    Partition {
        name: "aws-cn",
        with_bedrock: &[],
        without_bedrock: &["cn-north-1", "cn-northwest-1"],
    },
    Partition {
        name: "aws-iso",
        with_bedrock: &["us-iso-east-1"],
        without_bedrock: &["us-iso-west-1"],
    },
    Partition {
        name: "aws-iso-b",
        with_bedrock: &["us-isob-east-1"],
        without_bedrock: &["us-isob-west-1"],
    },
    Partition {
        name: "aws-iso-e",
        with_bedrock: &[],
        without_bedrock: &["eu-isoe-west-1"],
    },
    Partition {
        name: "aws-iso-f",
        with_bedrock: &["us-isof-east-1", "us-isof-south-1"],
        without_bedrock: &[],
    },
];

/// Whether `text` is written like a region: `xx-word-N` in lower case (`us-east-1`, `us-gov-west-1`, `eusc-de-east-1`).
///
/// That is narrower than botocore's check (a DNS label) and leaves room for regions that are yet to come.
pub fn is_region_shaped(text: &str) -> bool {
    let lower = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase());
    let parts = text.rsplit_once('-').and_then(|(words, number)| {
        let (area, words) = words.split_once('-')?;
        Some((area, words, number))
    });
    parts.is_some_and(|(area, words, number)| {
        (2..=4).contains(&area.len())
            && lower(area)
            && words.split('-').count() <= 2
            && words
                .split('-')
                .all(|word| (2..=12).contains(&word.len()) && lower(word))
            && (1..=2).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Passes what is shaped like a region and has no slip in its words: `us-wst-2` is refused, `us-east-9` may come.
///
/// # Errors
/// `REGION_INVALID`, with the nearest region there is.
pub fn check(region: &str) -> Result<()> {
    if is_region_shaped(region) && (has_known_words(region) || find_slip(region).is_none()) {
        return Ok(());
    }
    Err(no_region(region))
}

/// That a text is no region, with the one that was probably meant.
pub fn no_region(text: &str) -> Error {
    let message = match text {
        "" => "a region is needed".to_owned(),
        _ => format!("`{}` is not an AWS region", escape(text)),
    };
    let step = nearest(text).map_or_else(
        || "give a region such as us-east-1 or eu-central-1".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Error::new(Code::RegionInvalid, message).suggest(step)
}

/// Whether each word of the name but the first stands in a region of the table too.
fn has_known_words(region: &str) -> bool {
    let known = PARTITIONS.iter().flat_map(Partition::regions);
    let mut words = region.split('-').skip(1);
    words.all(|word| {
        word.bytes().all(|b| b.is_ascii_digit())
            || known
                .clone()
                .any(|region| region.split('-').any(|other| other == word))
    })
}

/// What is to be said of a region that AWS has not confirmed: the table does not know it, or knows that Bedrock is not
/// there. The code is that of a warning.
pub fn doubt(region: &str) -> Option<(&'static str, String, String)> {
    if has_bedrock(region) == Some(false) || bedrock_regions(partition(region)).is_empty() {
        let message = format!("Bedrock is not in {region}");
        let step = "pass another --region, such as us-east-1 or eu-central-1";
        return Some(("REGION_WITHOUT_BEDROCK", message, step.to_owned()));
    }
    if has_bedrock(region).is_some() {
        return None;
    }
    let message = format!("{region} is not among the regions known to have Bedrock");
    let step = find_slip(region).map_or_else(
        || "check its name".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Some(("REGION_UNKNOWN", message, step))
}

/// The known region that was probably meant by `text`, other than `text` itself; those with Bedrock come first.
pub fn nearest(text: &str) -> Option<&'static str> {
    nearest::nearest(&text.trim().replace(['_', ' ', '.'], "-"), others(text))
}

/// The region with Bedrock that `region`, which the table does not know, is a slip of: two edits at most.
pub fn find_slip(region: &str) -> Option<&'static str> {
    if has_bedrock(region).is_some() {
        return None;
    }
    nearest::nearest_within(2, region, others(region))
        .filter(|near| has_bedrock(near) == Some(true))
}

/// The known regions but `text`, those with Bedrock first.
fn others(text: &str) -> impl Iterator<Item = &'static str> {
    let with = PARTITIONS
        .iter()
        .flat_map(|partition| partition.with_bedrock);
    let without = PARTITIONS
        .iter()
        .flat_map(|partition| partition.without_bedrock);
    with.chain(without)
        .copied()
        .filter(move |region| *region != text)
}

/// Whether Bedrock is in that region, by the table; `None` for a region that the table does not know.
pub fn has_bedrock(region: &str) -> Option<bool> {
    PARTITIONS.iter().find_map(|partition| {
        if partition.with_bedrock.contains(&region) {
            Some(true)
        } else {
            partition.without_bedrock.contains(&region).then_some(false)
        }
    })
}

/// Whether an account has to enable the region before it may use it: all but the oldest in `aws`.
///
/// From "Enable or disable AWS Regions in your account" of the AWS Account Management guide.
pub fn is_opt_in(region: &str) -> bool {
    const ENABLED: &[&str] = &[
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    ];
    partition(region) == "aws" && !ENABLED.contains(&region)
}

/// The partition of a region, as ARNs name it; of one that the table does not know, by how its name starts (`aws` else).
pub fn partition(region: &str) -> &'static str {
    let known = |partition: &&Partition| partition.regions().any(|known| known == region);
    if let Some(partition) = PARTITIONS.iter().find(known) {
        return partition.name;
    }
    let prefixes = [
        ("us-gov-", "aws-us-gov"),
        ("eusc-", "aws-eusc"),
        ("cn-", "aws-cn"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
    ];
    let mut prefixes = prefixes.into_iter();
    let found = prefixes.find(|(prefix, _)| region.starts_with(prefix));
    found.map_or("aws", |(_, partition)| partition)
}

/// The regions with Bedrock in a partition, those of the United States first in `aws`.
pub fn bedrock_regions(partition: &str) -> &'static [&'static str] {
    let found = PARTITIONS.iter().find(|known| known.name == partition);
    found.map_or(&[], |partition| partition.with_bedrock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opt_in() {
        let table = [
            ("us-east-1", false),
            ("eu-central-1", false),
            ("eu-central-2", true),
            ("me-south-1", true),
            ("af-south-1", true),
            ("us-gov-west-1", false),
            ("cn-north-1", false),
        ];
        for (region, opt_in) in table {
            assert_eq!(is_opt_in(region), opt_in, "{region}");
        }
    }

    #[test]
    fn shapes() {
        for partition in PARTITIONS {
            for region in partition.regions() {
                assert!(is_region_shaped(region), "{region}");
                assert_eq!(super::partition(region), partition.name, "{region}");
            }
        }
        for region in ["eu-central-9", "xx-north-12", "nz-southeast-1"] {
            assert!(is_region_shaped(region), "{region}");
        }
        let wrong = [
            "",
            "us",
            "us-east",
            "us-west2",
            "us_east_1",
            "us east 1",
            "US-EAST-1",
            "us-east-1a",
            "us-east-",
            "-east-1",
            "nowhere-9",
            "us-east-1 ",
            "us-east-1 # prod",
            "us-east-1\noutput = json",
            "us--1",
            "us-east-123",
            "eu-wést-1",
            "https://bedrock.us-east-1",
            "us-gov-iso-west-1",
        ];
        for region in wrong {
            assert!(!is_region_shaped(region), "{region}");
        }
    }

    #[test]
    fn a_misspelt_word_is_refused_and_a_new_region_is_not() {
        for region in ["us-wst-2", "eu-cental-1", "us-eats-1", "us-gov-wets-1"] {
            assert!(check(region).is_err(), "{region}");
        }
        let passed = [
            "us-west-2",
            "us-east-9",
            "nz-southeast-1",
            "us-isob-west-1",
            "xx-middle-12",
        ];
        for region in passed {
            assert!(check(region).is_ok(), "{region}");
        }
    }

    #[test]
    fn doubts_are_named() {
        let table = [
            ("us-east-1", None),
            ("us-east-9", Some("REGION_UNKNOWN")),
            ("xx-middle-12", Some("REGION_UNKNOWN")),
            ("cn-north-1", Some("REGION_WITHOUT_BEDROCK")),
            ("cn-south-1", Some("REGION_WITHOUT_BEDROCK")),
            ("ap-east-1", Some("REGION_WITHOUT_BEDROCK")),
        ];
        for (region, code) in table {
            assert_eq!(doubt(region).map(|(code, ..)| code), code, "{region}");
        }
    }

    #[test]
    fn typing_errors_find_their_region() {
        let cases = [
            ("us-west2", Some("us-west-2")),
            ("us_east_1", Some("us-east-1")),
            ("US-EAST-1", Some("us-east-1")),
            ("us-east-1a", Some("us-east-1")),
            ("eu-cental-1", Some("eu-central-1")),
            ("us-gov-west1", Some("us-gov-west-1")),
            ("virginia", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(nearest(text), expected, "{text}");
        }
    }

    #[test]
    fn bedrock_is_where_the_table_says() {
        let cases = [
            ("us-east-1", Some(true), "aws"),
            ("ap-east-1", Some(false), "aws"),
            ("cn-north-1", Some(false), "aws-cn"),
            ("us-gov-west-1", Some(true), "aws-us-gov"),
            ("us-gov-north-1", None, "aws-us-gov"),
            ("eusc-de-west-2", None, "aws-eusc"),
            ("eu-west-9", None, "aws"),
        ];
        for (region, bedrock, partition) in cases {
            assert_eq!(has_bedrock(region), bedrock, "{region}");
            assert_eq!(super::partition(region), partition, "{region}");
        }
        assert_eq!(bedrock_regions("aws").len(), 33);
        assert!(bedrock_regions("aws-cn").is_empty());
    }
}
