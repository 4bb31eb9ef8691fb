//! Geographies: the word before `anthropic.`, which says between which regions Bedrock may route a request.
//!
//! Source regions as the Bedrock API lists them (`fixtures/bedrock-claude-profiles.json` is the test).

use super::ModelId;

/// The geographies to prefer in a region, best first.
///
/// Like Claude Code's own choice (a region's prefix, else `global`), except in Asia: `apac` ends
/// with Sonnet 4, so Japan, Australia, India and `global` come before it. GovCloud has only its own.
pub fn geographies_of_region(region: &str) -> &'static [&'static str] {
    match region {
        "ap-northeast-1" | "ap-northeast-3" => &["jp", "global", "apac"],
        "ap-southeast-2" | "ap-southeast-4" | "ap-southeast-6" => &["au", "global", "apac"],
        "ap-south-1" | "ap-south-2" => &["in", "global", "apac"],
        _ if region.starts_with("us-gov-") => &["us-gov"],
        _ if region.starts_with("us-iso") => &[],
        _ if region.starts_with("us-") => &["us", "global"],
        _ if region.starts_with("eu-") => &["eu", "global"],
        _ if region.starts_with("ap-") => &["global", "apac"],
        _ => &["global"],
    }
}

/// Whether Claude Code takes the next source of a region in place of this value, by the characters in it (2.1.330).
pub fn is_passed_over(region: &str) -> bool {
    region
        .chars()
        .any(|c| c.is_whitespace() || matches!(c, '/' | '.' | '_'))
}

/// Whether an id can work from a region. False only when it certainly cannot: an ARN of another
/// region, or a geography that does not take requests from there. Ids that cannot be read pass.
pub fn fits_region(id: &str, region: &str) -> bool {
    let Some(id) = ModelId::parse(id) else {
        return true;
    };
    if let Some(arn) = id.arn
        && !arn.region.is_empty()
        && arn.region != region
    {
        return false;
    }
    let government = region.starts_with("us-gov-");
    match id.geography {
        Some("us-gov") => government,
        Some("global" | "us" | "eu" | "apac" | "jp" | "au" | "in") if government => false,
        Some("us") => region.starts_with("us-") || region.starts_with("ca-"),
        // Israel's only neighbours in the API's data are the European ones.
        Some("eu") => region.starts_with("eu-") || region == "il-central-1",
        Some("apac") => region.starts_with("ap-"),
        Some(own @ ("jp" | "au" | "in")) => geographies_of_region(region).contains(&own),
        None | Some(_) => true,
    }
}

/// The geography that goes with a model: its own, else the first choice of the region.
pub fn geography_for<'m>(model: &'m str, region: &str) -> &'m str {
    let own = ModelId::parse(model).and_then(|id| id.geography);
    own.or_else(|| geographies_of_region(region).first().copied())
        .unwrap_or("global")
}

/// A geography's name for people; an unknown one keeps its word.
pub fn label(geography: Option<&str>) -> &str {
    match geography {
        None => "in region",
        Some("global") => "Global",
        Some("us") => "US",
        Some("eu") => "EU",
        Some("apac") => "Asia Pacific",
        Some("jp") => "Japan",
        Some("au") => "Australia",
        Some("in") => "India",
        Some("us-gov") => "US GovCloud",
        Some(other) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_id_is_told_from_one_that_works() {
        let rows = [
            ("global.anthropic.claude-opus-5-5", "eu-central-1", true),
            ("eu.anthropic.claude-opus-5-5", "eu-central-1", true),
            ("us.anthropic.claude-opus-5-5", "eu-central-1", false),
            ("eu.anthropic.claude-opus-5-5", "us-east-1", false),
            ("us.anthropic.claude-opus-5-5[1m]", "ca-central-1", true),
            (
                "apac.anthropic.claude-sonnet-4-20250514-v1:0",
                "ap-northeast-1",
                true,
            ),
            ("jp.anthropic.claude-opus-5-5", "ap-northeast-1", true),
            ("jp.anthropic.claude-opus-5-5", "ap-southeast-2", false),
            ("global.anthropic.claude-opus-5-5", "us-gov-west-1", false),
            ("us.anthropic.claude-opus-5-5", "us-gov-west-1", false),
            ("us-gov.anthropic.claude-opus-5", "us-gov-west-1", true),
            ("us-gov.anthropic.claude-opus-5", "us-west-2", false),
            ("ca.anthropic.claude-opus-5", "ca-central-1", true),
            ("anthropic.claude-opus-5-5", "eu-west-2", true),
            ("opus", "eu-west-2", true),
            (
                "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abc",
                "us-west-2",
                true,
            ),
            (
                "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abc",
                "us-east-1",
                false,
            ),
        ];
        for (id, region, expected) in rows {
            assert_eq!(fits_region(id, region), expected, "{id} from {region}");
        }
    }

    #[test]
    fn every_pair_that_the_api_lists_fits() {
        let text = include_str!("../../../fixtures/bedrock-claude-profiles.json");
        let all: serde_json::Value = serde_json::from_str(text).unwrap();
        let mut pairs = 0;
        for (model, facts) in all["models"].as_object().unwrap() {
            for (region, kinds) in facts["by_region"].as_object().unwrap() {
                for kind in kinds.as_array().unwrap() {
                    let word = kind.as_str().unwrap().to_lowercase();
                    if word != "on_demand" {
                        assert!(
                            fits_region(&format!("{word}.{model}"), region),
                            "{word} {region}"
                        );
                        pairs += 1;
                    }
                }
            }
        }
        assert!(pairs > 300, "{pairs}");
    }

    #[test]
    fn a_region_has_its_geographies() {
        let rows: &[(&str, &[&str])] = &[
            ("us-west-2", &["us", "global"]),
            ("us-gov-west-1", &["us-gov"]),
            ("eu-south-2", &["eu", "global"]),
            ("ap-northeast-1", &["jp", "global", "apac"]),
            ("ap-northeast-2", &["global", "apac"]),
            ("ap-southeast-2", &["au", "global", "apac"]),
            ("ap-south-1", &["in", "global", "apac"]),
            ("ca-central-1", &["global"]),
            ("sa-east-1", &["global"]),
            ("", &["global"]),
        ];
        for (region, expected) in rows {
            assert_eq!(geographies_of_region(region), *expected, "{region}");
        }
    }
}
