//! Failures on the way to AWS: no region, a wrong one, no network, a proxy, TLS.

use super::{Context, after, between, bounded};
use crate::aws::regions;
use crate::error::{Code, Error};
use crate::report::escape;

/// Regions that are not given or cannot be one.
pub(super) fn region(context: &Context<'_>, text: &str) -> Option<Error> {
    if text.contains("You must specify a region") {
        let message = format!("no region is set for {}", context.who());
        return Some(Error::new(Code::RegionMissing, message).suggest(format!(
            "pass --region, or set one: aws configure set region us-east-1{}",
            context.option()
        )));
    }
    // An empty region leaves its place in the host name empty.
    let empty = text.contains("Invalid endpoint:") && text.contains("..amazonaws");
    if empty || text.contains("doesn't match a supported format") {
        let region = between(text, "Provided region_name '", "'")
            .or(context.region)
            .unwrap_or_default();
        let message = format!("`{}` is not a region", escape(region));
        let step = match regions::nearest(region) {
            Some(near) => format!("did you mean {near}? Pass --region {near}"),
            None => "pass a region: --region us-east-1".to_owned(),
        };
        return Some(Error::new(Code::RegionInvalid, message).suggest(step));
    }
    None
}

const UNTRUSTED: &str = "the TLS certificate of ";

/// Whether what a `NETWORK_ERROR` tells may be otherwise in another region. A dead proxy, an address of the user's own and
/// a certificate that nobody trusts are the same for all: they do not name the region, or are no matter of it.
pub fn is_of_region(error: &Error, region: &str) -> bool {
    error.message.contains(region) && !error.message.starts_with(UNTRUSTED)
}

/// Hosts that cannot be reached, or do not answer as AWS would.
pub(super) fn unreached(context: &Context<'_>, text: &str) -> Option<Error> {
    let failed =
        |message: String, step: &str| Some(Error::new(Code::NetworkError, message).suggest(step));
    if let Some(url) = after(text, "unhandled exception: Failed to parse: ") {
        return failed(
            format!("aws cannot read the address of the proxy {}", address(url)),
            "correct HTTPS_PROXY; in a password write / ? # @ as %2F %3F %23 %40",
        );
    }
    if let Some(url) = between(text, "Failed to connect to proxy URL: \"", "\"") {
        let message = format!("the proxy {} cannot be reached", address(url));
        return failed(
            message,
            "check HTTPS_PROXY, or take it out: unset HTTPS_PROXY",
        );
    }
    let bundle = "Could not find a suitable TLS CA certificate bundle";
    if text.contains("SSL validation failed for") || text.contains(bundle) {
        let whose = after(text, "SSL validation failed for ")
            .and_then(|url| url.split(' ').next())
            .map_or_else(|| "AWS".to_owned(), address);
        let message =
            format!("{UNTRUSTED}{whose} is not trusted, as behind a proxy that reads along");
        return failed(
            message,
            "name the certificates of your organisation: export AWS_CA_BUNDLE=/path/to/certificates.pem",
        );
    }
    let step = "check the network, VPN and proxy, then try again";
    if let Some(url) = between(text, "Could not connect to the endpoint URL: \"", "\"") {
        return Some(unreachable(context, url));
    }
    let texts = [
        (
            "Connect timeout on endpoint URL: \"",
            "did not accept a connection in time",
        ),
        ("Read timeout on endpoint URL: \"", "did not answer in time"),
        (
            "before we received a valid response from endpoint URL: \"",
            "closed the connection",
        ),
        ("HTTP Client raised an unhandled exception", ""),
    ];
    for (start, what) in texts {
        if let Some((_, rest)) = text.split_once(start) {
            let url = rest.split('"').next().unwrap_or_default();
            let message = if what.is_empty() {
                format!("the connection to AWS broke{}", context.place())
            } else {
                format!("{} {what}", address(url))
            };
            return failed(message, step);
        }
    }
    None
}

/// A host that cannot be reached. A region that does not exist has no host name, so both look the same.
fn unreachable(context: &Context<'_>, url: &str) -> Error {
    let host = address(url);
    let region = context.region.unwrap_or_default();
    let by_region = !region.is_empty() && host.starts_with(&format!("bedrock.{region}."));
    if by_region && regions::has_bedrock(region) != Some(true) {
        let step = match regions::nearest(region) {
            Some(near) if regions::has_bedrock(region).is_none() => {
                format!("did you mean {near}? Pass --region {near}")
            }
            _ => {
                "choose a region with Bedrock, such as us-east-1, and check the network".to_owned()
            }
        };
        let message = format!(
            "{host} cannot be reached: {region} is not known to have Bedrock (no network looks the same)"
        );
        return Error::new(Code::RegionInvalid, message).suggest(step);
    }
    let message = format!("{host} cannot be reached: no network, or not the right region");
    Error::new(Code::NetworkError, message)
        .suggest("check the network, VPN and proxy, and the region")
}

/// The host and port of a URL.
fn address(url: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    bounded(rest.split(['/', '?']).next().unwrap_or_default())
}
