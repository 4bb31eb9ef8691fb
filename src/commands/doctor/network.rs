//! Where requests go: region, endpoints, proxies, certificates.

use std::path::Path;

use super::check::{Finding, Test, fail, ok, skipped, warn};
use crate::aws::regions;
use crate::commands::facts::{Facts, LAST_RESORT, Origin};
use crate::report::without_password;

pub(super) const TESTS: &[Test] = &[
    ("REGION_INVALID", region_is_shaped),
    ("REGION_MISSING", region_is_known),
    ("REGION_WITHOUT_BEDROCK", region_has_bedrock),
    ("PARTITION_DIFFERS", partition_fits),
    ("BASE_URL_INVALID", base_url_is_one),
    ("CERTIFICATES_MISSING", certificates_are_there),
];

/// Those that do not concern the configuration in use.
pub(super) const FURTHER: &[Test] = &[
    ("REGION_DIFFERS", region_is_the_profiles),
    ("ENDPOINT_WITHOUT_EFFECT", endpoints_count),
    ("PROXY_INVALID", proxies_are_urls),
];

fn region_is_shaped(facts: &Facts) -> Finding {
    if !facts.on {
        return skipped("Bedrock is not on");
    }
    let used = &facts.region.used;
    let passed_over = facts.region.dropped.first();
    // What is taken in its place may well work.
    let (wrong, effect, bad): (_, _, fn(String) -> Finding) = match passed_over {
        _ if !regions::is_region_shaped(&used.value) => {
            (used, "which no region is called".to_owned(), fail)
        }
        Some(wrong) => {
            let effect = format!("which Claude Code passes over: it takes {}", used.value);
            (wrong, effect, warn)
        }
        None => return ok(format!("the region is {}", used.value)),
    };
    let place = wrong.origin.place(facts.env);
    let finding = bad(format!(
        "the region in {place} is `{}`, {effect}",
        wrong.value
    ));
    match (regions::nearest(&wrong.value), wrong.key()) {
        (Some(near), Some(key)) => finding.remedy(format!("write {near} as `{key}` in {place}")),
        (Some(near), None) => finding.remedy(format!(
            "aws configure set region {near} --profile {}",
            crate::shell::quote(facts.profile_name())
        )),
        (None, _) => finding.remedy("give a region such as us-east-1 or eu-central-1"),
    }
}

fn region_is_known(facts: &Facts) -> Finding {
    if !facts.on {
        return skipped("Bedrock is not on");
    }
    if facts.region.is_known() {
        let words = facts.region.used.origin.words();
        return ok(format!("the region comes from: {words}"));
    }
    if !facts.region.dropped.is_empty() {
        return skipped("the region that is named is none");
    }
    warn(format!(
        "nothing names a region, so requests go to {LAST_RESORT}"
    ))
    .remedy(format!(
        "claude-bedrock setup, or write `AWS_REGION` into {}",
        facts.env.tilde(&facts.target)
    ))
}

fn region_has_bedrock(facts: &Facts) -> Finding {
    if !facts.on {
        return skipped("Bedrock is not on");
    }
    let region = &facts.region.used.value;
    match regions::has_bedrock(region) {
        Some(true) => ok(format!("Bedrock is in {region}")),
        Some(false) => fail(format!("Bedrock is not in {region}")).remedy("claude-bedrock setup"),
        None if !regions::is_region_shaped(region) => skipped("the region is none"),
        None => warn(format!(
            "{region} is a region that this program does not know"
        ))
        .remedy("nothing to do where it is a new one, else: claude-bedrock setup"),
    }
}

/// Accounts of one partition cannot call regions of another.
fn partition_fits(facts: &Facts) -> Finding {
    let role = facts
        .credentials
        .as_ref()
        .and_then(|found| found.role.as_deref());
    let arn = role.and_then(|role| role.strip_prefix("arn:"));
    let Some(own) = arn.and_then(|arn| arn.split(':').next()) else {
        return skipped("no file tells the account's partition");
    };
    let region = &facts.region.used.value;
    let there = regions::partition(region);
    if own == there {
        return ok(format!("{region} belongs to the account's partition"));
    }
    fail(format!(
        "the role belongs to the partition {own}, and {region} to {there}"
    ))
    .remedy("claude-bedrock setup")
}

fn base_url_is_one(facts: &Facts) -> Finding {
    match facts.variable("ANTHROPIC_BEDROCK_BASE_URL") {
        Some(url) if !is_url(&url.value) => fail(format!(
            "`ANTHROPIC_BEDROCK_BASE_URL` is no address: {}",
            without_password(&url.value)
        ))
        .remedy(format!(
            "write it with https:// in {}",
            url.origin.place(facts.env)
        )),
        Some(url) => ok(format!("requests go to {}", without_password(&url.value))),
        None => ok("requests go to AWS itself"),
    }
}

fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

fn certificates_are_there(facts: &Facts) -> Finding {
    for name in ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"] {
        if let Some(path) = facts.variable(name)
            && !facts.env.cwd.join(Path::new(&path.value)).exists()
        {
            let place = path.origin.place(facts.env);
            return warn(format!(
                "`{name}` ({place}) names a file that is not there: {}",
                path.value
            ))
            .remedy(format!("correct `{name}` in {place}"));
        }
    }
    ok("no certificate file is missing")
}

/// Legal, and a surprise to whoever compares with `aws`.
fn region_is_the_profiles(facts: &Facts) -> Finding {
    let mut others = facts.region.used.differing();
    let own = others.find_map(|(origin, region)| match origin {
        Origin::AwsProfile(name) => Some((name, region)),
        _ => None,
    });
    match own.filter(|_| facts.on) {
        Some((name, region)) => warn(format!(
            "Claude Code calls {}, and the profile `{name}` has {region}",
            facts.region.used.value
        ))
        .remedy("nothing to do where that is meant, else: claude-bedrock setup"),
        None => ok("the region is the profile's own"),
    }
}

/// Claude Code honours these for STS, SSO and the listing, and not for the models.
fn endpoints_count(facts: &Facts) -> Finding {
    let names = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"];
    let set = names.iter().find(|name| facts.variable(name).is_some());
    match set {
        Some(name) => warn(format!(
            "`{name}` has no effect on where Claude Code calls models"
        ))
        .remedy(facts.apply_again("--base-url URL")),
        None => ok("no endpoint variable is passed over"),
    }
}

fn proxies_are_urls(facts: &Facts) -> Finding {
    for name in ["HTTPS_PROXY", "https_proxy"] {
        if let Some(url) = facts.variable(name)
            && !is_url(&url.value)
        {
            let place = url.origin.place(facts.env);
            return warn(format!(
                "`{name}` ({place}) is no address with http:// or https://"
            ))
            .remedy(format!("correct `{name}` in {place}"));
        }
    }
    ok("no proxy is malformed")
}
