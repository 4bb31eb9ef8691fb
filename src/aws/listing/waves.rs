//! In which regions to look for access, and in which order.

use crate::aws::regions::{self, bedrock_regions, has_bedrock};

/// Where accounts mostly have Claude, in the script's order.
const LIKELY: &[&str] = &[
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "eu-central-1",
    "ap-northeast-1",
];

/// The waves of a [`super::Target`]: the profile's own region, then the configured one, then a
/// short list, one after the other, since the first mostly has access. `all_regions` adds the rest
/// of the partition, side by side.
///
/// A region known to be without Bedrock is left out: `aws` would only wait for a connection.
pub fn waves(own: Option<&str>, configured: Option<&str>, all_regions: bool) -> Vec<Vec<String>> {
    let partition = own.or(configured).map_or("aws", regions::partition);
    // Credentials of one partition mean nothing in another.
    let configured = configured.filter(|region| regions::partition(region) == partition);
    let every = bedrock_regions(partition);
    let likely = if partition == "aws" { LIKELY } else { every };
    let mut order: Vec<&str> = Vec::new();
    for region in own
        .into_iter()
        .chain(configured)
        .chain(likely.iter().copied())
    {
        if has_bedrock(region) != Some(false) && !order.contains(&region) {
            order.push(region);
        }
    }
    let rest: Vec<String> = every
        .iter()
        .filter(|region| all_regions && !order.contains(region))
        .map(|region| (*region).to_owned())
        .collect();
    let mut waves: Vec<Vec<String>> = order.into_iter().map(|it| vec![it.to_owned()]).collect();
    if !rest.is_empty() {
        waves.push(rest);
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_comes_first_and_no_region_twice() {
        let rows: &[(Option<&str>, Option<&str>, &[&str])] = &[
            (None, None, LIKELY),
            (
                Some("us-west-2"),
                None,
                &[
                    "us-west-2",
                    "us-east-1",
                    "eu-west-1",
                    "eu-central-1",
                    "ap-northeast-1",
                ],
            ),
            (
                Some("eu-north-1"),
                Some("eu-west-1"),
                &[
                    "eu-north-1",
                    "eu-west-1",
                    "us-east-1",
                    "us-west-2",
                    "eu-central-1",
                    "ap-northeast-1",
                ],
            ),
            (
                Some("us-gov-west-1"),
                None,
                &["us-gov-west-1", "us-gov-east-1"],
            ),
            (
                Some("us-gov-east-1"),
                Some("us-west-2"),
                &["us-gov-east-1", "us-gov-west-1"],
            ),
            // No Bedrock there.
            (Some("ap-east-1"), None, LIKELY),
            (Some("cn-north-1"), None, &[]),
        ];
        for (own, configured, expected) in rows {
            let got: Vec<String> = waves(*own, *configured, false)
                .into_iter()
                .flatten()
                .collect();
            assert_eq!(got, *expected, "{own:?}");
        }
    }

    #[test]
    fn all_regions_are_one_more_wave() {
        let all = waves(Some("us-west-2"), None, true);
        assert!(all[..5].iter().all(|wave| wave.len() == 1));
        assert_eq!(all.len(), 6);
        assert_eq!(all[5].len(), bedrock_regions("aws").len() - 5);
        assert_eq!(waves(Some("us-gov-west-1"), None, true).len(), 2);
    }
}
