//! Roles that another profile or the surroundings assume (`botocore.credentials.AssumeRoleProvider`).

use std::rc::Rc;

use super::{
    Credentials, Inspector, Kind, Place, Problem, Status, account_of, answering, external,
    isolating, keys, web_identity,
};
use crate::aws::profiles::{AwsFiles, Profile};
use crate::aws::role_cache::AssumeRole;
use crate::env::Env;
use crate::error::Code;
use crate::hash::NameSet;
use crate::time::Epoch;

/// Whether botocore takes the profile for a role (`_has_assume_role_config_vars`).
pub(super) fn is_role(profile: &Profile) -> bool {
    profile.has("role_arn") && !profile.has(web_identity::TOKEN_FILE)
}

/// Whether a source's own keys end the chain (`_has_static_credentials`: either key will do).
fn has_keys(profile: &Profile) -> bool {
    profile.has(keys::ACCESS_KEY) || profile.has(keys::SECRET_KEY)
}

/// What a role on the chain is assumed with.
enum Source<'a> {
    Profile(&'a Profile),
    /// A profile that the chain has been at.
    Visited(&'a Profile),
    Surroundings(&'a str),
}

pub(super) fn inspect<'a>(inspector: &mut Inspector<'a>, profile: &'a Profile) -> Credentials {
    let chain = Chain::of(inspector, profile);
    let mut credentials = chain.verdict(profile, inspector.env.now);
    let arn = profile.text("role_arn");
    credentials.account = arn.and_then(account_of);
    credentials.role = arn.map(str::to_owned);
    credentials
}

/// What is met on the way from a role to the credentials at its end. Kept for each role, so that profiles which share
/// the end of a chain do not walk it anew.
#[derive(Clone)]
pub(super) struct Chain<'a> {
    /// The verdict on what stands at the end, or on a chain that botocore refuses.
    root: Rc<Credentials>,
    source: Option<&'a str>,
    /// The end of the first kept role credentials on the way: from there on nothing is asked.
    kept: Option<Epoch>,
    mfa: bool,
    /// The first profile whose MFA code would be asked for.
    asks: Option<&'a str>,
    /// The first profile whose `role_arn` is empty.
    nameless: Option<&'a str>,
}

impl<'a> Chain<'a> {
    fn ending(root: Credentials, source: Option<&'a str>) -> Self {
        Chain {
            root: Rc::new(root),
            source,
            kept: None,
            mfa: false,
            asks: None,
            nameless: None,
        }
    }

    /// The chain that starts at `top`: down to an end or to a role whose chain is known, and back up.
    fn of(inspector: &mut Inspector<'a>, top: &'a Profile) -> Self {
        if let Some(known) = inspector.chains.get(top.name.as_str()) {
            return known.clone();
        }
        let mut visited = NameSet::from_iter([top.name.as_str()]);
        let mut way = Vec::new();
        let mut link = top;
        let mut chain = loop {
            match source_of(inspector.files, link, &visited) {
                Err(refused) => {
                    let chain = Chain::ending(*refused, None);
                    inspector.chains.insert(&link.name, chain.clone());
                    break chain.below(link);
                }
                Ok(Source::Visited(entry)) => {
                    way.push(link);
                    let start = way.iter().position(|one| one.name == entry.name);
                    let ring = way.split_off(start.unwrap_or(0));
                    break Chain::round(inspector, &ring).below(entry);
                }
                Ok(Source::Surroundings(which)) => {
                    way.push(link);
                    break Chain::ending(surroundings(inspector.env, link, which), None);
                }
                Ok(Source::Profile(next)) => {
                    way.push(link);
                    visited.insert(&next.name);
                    if has_keys(next) || !is_role(next) {
                        let own = inspector.inspect_own(next, Place::Source);
                        let root = own.unwrap_or_else(|| has_none(link, next));
                        break Chain::ending(root, Some(&next.name));
                    }
                    // As a source, a profile with keys is an end; the chain that starts at it may not come back to it.
                    let known = inspector.chains.get(next.name.as_str());
                    if let Some(known) = known.filter(|known| known.source != Some(&top.name)) {
                        break known.clone().below(next);
                    }
                    link = next;
                }
            }
        };
        for link in way.into_iter().rev() {
            chain.meet(inspector, link);
            inspector.chains.insert(&link.name, chain.clone());
            if link.name != top.name {
                chain = chain.below(link);
            }
        }
        if let Some(known) = inspector.chains.get(top.name.as_str()) {
            return known.clone();
        }
        chain
    }

    /// The chain of the first in a ring of sources. Those of the others are noted.
    fn round(inspector: &mut Inspector<'a>, ring: &[&'a Profile]) -> Self {
        let asking = ring.iter().filter(|one| one.has("mfa_serial")).count();
        let chain_of = |entry: &'a Profile, last: &'a Profile| {
            let (name, source) = (&last.name, &entry.name);
            let message = format!(
                "the source profiles go round in a circle: `{name}` leads back to `{source}`"
            );
            let step = format!("correct source_profile in the profile `{name}`");
            let before_last = (ring.len() > 1).then_some(last.name.as_str());
            let mut chain = Chain::ending(*refused(message, step), before_last);
            chain.mfa = asking > usize::from(last.has("mfa_serial"));
            chain
        };
        let lasts = ring.iter().cycle().skip(ring.len().saturating_sub(1));
        let mut chains = ring
            .iter()
            .zip(lasts)
            .map(|(entry, last)| (entry, chain_of(entry, last)));
        let Some((entry, first)) = chains.next() else {
            return Chain::ending(Credentials::new(Kind::Role, Status::Invalid), None);
        };
        inspector.chains.insert(&entry.name, first.clone());
        // The others end at a source with keys where that is no more than the top.
        if !has_keys(entry) {
            inspector
                .chains
                .extend(chains.map(|(entry, chain)| (entry.name.as_str(), chain)));
        }
        first
    }

    /// The same, come to from a role above `link`.
    fn below(mut self, link: &'a Profile) -> Self {
        self.source = self.source.or(Some(&link.name));
        self
    }

    /// Puts `link` on top: kept credentials and MFA there settle what is further down.
    fn meet(&mut self, inspector: &mut Inspector, link: &'a Profile) {
        let mfa = link.has("mfa_serial");
        self.mfa |= mfa;
        let call = AssumeRole {
            role_arn: link.text("role_arn").unwrap_or_default(),
            session_name: link.text("role_session_name"),
            external_id: link.text("external_id"),
            mfa_serial: link.text("mfa_serial"),
            duration: link.text("duration_seconds"),
        };
        let kept = inspector.kept_until(|| call.file_name());
        if kept.is_some() || mfa {
            self.kept = kept;
            self.asks = kept.is_none().then_some(&link.name);
        }
        if kept.is_some() {
            self.nameless = None;
        } else if call.role_arn.is_empty() {
            self.nameless = Some(&link.name);
        }
    }

    /// The chain's worth is that of what stands at its end; whether AWS lets that assume the roles, no file tells.
    fn verdict(self, profile: &Profile, now: Epoch) -> Credentials {
        let root = Credentials::clone(&self.root);
        let stops_at_once = stops_at_once(&root);
        let mut credentials = Credentials {
            kind: Kind::Role,
            mfa: self.mfa,
            source: self.source.map(str::to_owned),
            ..root
        };
        if stops_at_once {
            return credentials;
        }
        if let Some(name) = self.nameless {
            credentials.status = Status::Invalid;
            credentials.login = None;
            return credentials.because(
                Code::ProfileInvalid,
                format!("the role_arn of the profile `{name}` is empty"),
                format!("write the ARN of the role as role_arn in the profile `{name}`"),
            );
        }
        if self.mfa {
            credentials = with_mfa(credentials, profile, self.asks);
        }
        credentials.expires = credentials.expires.or(self.kept);
        credentials.with_kept(self.kept, now)
    }
}

/// What the link says it is assumed with (`_get_role_config`).
fn source_of<'a>(
    files: &'a AwsFiles,
    link: &'a Profile,
    visited: &NameSet<&str>,
) -> Result<Source<'a>, Box<Credentials>> {
    let name = &link.name;
    let edit = |what: &str| format!("{what} in the profile `{name}`");
    match (link.has("source_profile"), link.has("credential_source")) {
        (true, true) => Err(refused(
            format!("the profile `{name}` has both source_profile and credential_source"),
            edit("leave one of them"),
        )),
        (false, false) => Err(refused(
            format!(
                "the profile `{name}` has role_arn but neither source_profile nor credential_source"
            ),
            edit("name the profile that may assume the role as source_profile"),
        )),
        (false, true) => match link.text("credential_source") {
            Some(which @ ("Environment" | "EcsContainer" | "Ec2InstanceMetadata")) => {
                Ok(Source::Surroundings(which))
            }
            other => Err(refused(
                format!(
                    "the profile `{name}` has the credential_source `{}`, which does not exist",
                    other.unwrap_or_default()
                ),
                edit("write Environment, EcsContainer or Ec2InstanceMetadata as credential_source"),
            )),
        },
        (true, false) => {
            let source = link.text("source_profile").unwrap_or_default();
            let Some(next) = files
                .find_profile(source)
                .filter(|_| link.text("source_profile").is_some())
            else {
                return Err(refused(
                    format!(
                        "the profile `{name}` names the source_profile `{source}`, which does not exist"
                    ),
                    edit("correct source_profile"),
                ));
            };
            // A profile may name itself, for the keys it holds; any other way back is a circle.
            let is_itself = source == name && has_keys(next);
            if visited.contains(source) && !is_itself {
                return Ok(Source::Visited(next));
            }
            Ok(Source::Profile(next))
        }
    }
}

/// A source that holds no credentials.
fn has_none(link: &Profile, next: &Profile) -> Credentials {
    *refused(
        format!(
            "the profile `{}` takes its credentials from the profile `{}`, which has none",
            link.name, next.name
        ),
        format!(
            "add some to [profile {}], or configure a new one: claude-bedrock setup",
            next.name
        ),
    )
}

/// Whether botocore fails on the end of a chain before it looks for kept credentials or asks for an MFA code: it loads
/// these sources at once, SSO and web identity only when the role is assumed.
fn stops_at_once(root: &Credentials) -> bool {
    let is_refused = root
        .problem
        .as_ref()
        .is_some_and(|problem| problem.code == Code::ProfileInvalid);
    is_refused
        || matches!(root.kind, Kind::Role | Kind::Login | Kind::Process)
            && matches!(root.status, Status::Missing | Status::Invalid)
}

/// Neither Claude Code nor we can answer an MFA question: where one would be asked the profile cannot work, whatever
/// stands at the chain's end, and logging in does not change that. While the CLI keeps credentials of the role, no
/// question is asked and the profile works for `aws` (and for Claude Code by `awsCredentialExport`): not invalid then,
/// but no more than unverified.
fn with_mfa(mut credentials: Credentials, profile: &Profile, asks: Option<&str>) -> Credentials {
    let message = |name: &str| {
        format!(
            "the role of the profile `{name}` asks for an MFA code, which Claude Code cannot answer"
        )
    };
    if let Some(name) = asks {
        credentials.status = Status::Invalid;
        credentials.login = None;
        return credentials.because(Code::MfaRequired, message(name), answering(&profile.name));
    }
    if credentials.is_valid() {
        credentials.status = Status::Unverified;
        return credentials.because(
            Code::MfaRequired,
            message(&profile.name),
            isolating(&profile.name),
        );
    }
    credentials
}

/// A chain that botocore refuses to follow.
fn refused(message: String, step: String) -> Box<Credentials> {
    Box::new(Credentials::misconfigured(Kind::Role, message, step))
}

/// The verdict on a `credential_source` (`CanonicalNameCredentialSourcer`).
fn surroundings(env: &Env, link: &Profile, which: &str) -> Credentials {
    let there = match which {
        "Environment" => external::has_keys(env),
        "EcsContainer" => external::has_container(env),
        _ => external::may_ask_instance(env),
    };
    if there {
        return Credentials::new(Kind::Role, Status::Unverified);
    }
    let mut credentials = Credentials::new(Kind::Role, Status::Missing);
    credentials.problem = Some(Problem {
        code: Code::CredentialsMissing,
        message: format!(
            "the profile `{}` takes its credentials from {which}, which has none here",
            link.name
        ),
        suggestion: Some(match which {
            "Environment" => "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".to_owned(),
            "EcsContainer" => "run this in the container that the profile is meant for".to_owned(),
            _ => "unset AWS_EC2_METADATA_DISABLED".to_owned(),
        }),
    });
    credentials
}
