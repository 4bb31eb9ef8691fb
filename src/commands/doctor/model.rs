//! Models: ids that cannot work, choices that cannot count.

use super::check::{Finding, Test, fail, ok, skipped, warn};
use super::settings::settings_key;
use crate::aws::listing::{Key, load_kept};
use crate::claude::models::{
    ModelId, cannot_work, fits_region, in_region_only, names_bedrock_model, retirement,
};
use crate::claude::plan::{find_stale_others, not_available};
use crate::claude::settings::Scope;
use crate::commands::ask_bedrock::Caller;
use crate::commands::facts::{Facts, Origin, Sourced};
use crate::time::describe_span;

pub(super) const TESTS: &[Test] = &[
    ("MODEL_DEFAULT_WORD", no_default_word),
    ("STALE_MODEL", model_takes_requests),
    ("STALE_PIN", pins_take_requests),
    ("MODEL_INVALID", models_are_claude),
    ("MODEL_UNDATED", model_is_translated),
    ("MODEL_RETIRED", model_is_not_retired),
    ("MODEL_NOT_LISTED", model_was_listed),
    ("MODEL_IN_REGION_ONLY", model_has_a_geography),
    ("ONE_M_WITHOUT_EFFECT", one_m_suits_the_model),
    ("MODEL_CHOICE_HIDDEN", saved_choice_counts),
    ("MODEL_NOT_ALLOWED", model_is_allowed),
];

/// Those that do not concern the configuration in use.
pub(super) const FURTHER: &[Test] = &[
    ("PINS_INCOMPLETE", pins_are_complete),
    ("PIN_OF_OTHER_FAMILY", pins_name_their_family),
    ("SMALL_FAST_MODEL", no_small_fast_model),
    ("REGION_PREFIX_INVALID", prefix_is_known),
];

/// The chosen model, where Bedrock is on and a model is chosen.
fn model<'f>(facts: &'f Facts) -> Result<&'f Sourced, Finding> {
    if !facts.on {
        return Err(skipped("Bedrock is not on"));
    }
    facts
        .model
        .as_ref()
        .ok_or_else(|| skipped("Claude Code chooses the model"))
}

/// A value at fault, with the step that takes it out.
fn at_fault(facts: &Facts, value: &Sourced, finding: Finding) -> Finding {
    let key = value.key().unwrap_or_default();
    let step = value.origin.take_out(key, facts.env);
    finding
        .at_key(settings_key(key))
        .remedy(match value.scope() {
            // What `setup` writes into the user's settings would not count.
            Some(Scope::Managed | Scope::Local | Scope::Project) => step,
            _ => format!("{} setup, or {step}", facts.command(None)),
        })
}

/// Claude Code sends the word itself as an id.
fn no_default_word(facts: &Facts) -> Finding {
    match model(facts) {
        Ok(chosen) if chosen.value == "default" => {
            let finding = fail("the model is `default`, which Bedrock knows no model by");
            at_fault(facts, chosen, finding)
        }
        Ok(chosen) => ok(format!("the model is {}", chosen.value)),
        Err(finding) => finding,
    }
}

fn is_stale(facts: &Facts, model: &str) -> bool {
    names_bedrock_model(model) && !fits_region(model, &facts.region.used.value)
}

fn model_takes_requests(facts: &Facts) -> Finding {
    let chosen = match model(facts) {
        Ok(chosen) => chosen,
        Err(finding) => return finding,
    };
    let region = &facts.region.used.value;
    let id = &chosen.value;
    if is_stale(facts, id) {
        let finding = fail(format!("the model {id} takes no requests from {region}"));
        return at_fault(facts, chosen, finding);
    }
    ok(format!("the model takes requests from {region}"))
}

fn pins_take_requests(facts: &Facts) -> Finding {
    if !facts.on {
        return skipped("Bedrock is not on");
    }
    let pin = facts
        .pins
        .iter()
        .find(|(_, pin)| is_stale(facts, &pin.value));
    let others = find_stale_others(&facts.stack, &facts.region.used.value);
    if let (None, [other, rest @ ..]) = (pin, others.as_slice()) {
        let told = rest.iter().fold(other.message.clone(), |told, other| {
            told + "; " + &other.message
        });
        let step = match &other.suggestion {
            Some(step) if rest.is_empty() => step,
            _ => "write models there that do, or take these settings out",
        };
        return warn(told).code(other.code).remedy(step);
    }
    match pin {
        Some((family, pin)) => {
            let finding = fail(format!(
                "`{}` means {}, which takes no requests from {}",
                family.word(),
                pin.value,
                facts.region.used.value
            ));
            at_fault(facts, pin, finding)
        }
        None if facts.pins.is_empty() => skipped("no family is pinned"),
        None => ok("every pin takes requests from the region"),
    }
}

fn models_are_claude(facts: &Facts) -> Finding {
    if !facts.on {
        return skipped("Bedrock is not on");
    }
    let pins = facts.pins.iter().map(|(_, pin)| pin);
    let mut values = facts.model.iter().chain(pins);
    let other = values
        .find(|value| names_bedrock_model(&value.value) && ModelId::parse(&value.value).is_none());
    match other {
        Some(value) => {
            let finding = fail(format!("{} is no Claude model", value.value));
            at_fault(facts, value, finding)
        }
        None => ok("every model is a Claude model"),
    }
}

/// Ids of the Anthropic API are translated where Claude Code knows them; without their date some are sent as they are.
fn model_is_translated(facts: &Facts) -> Finding {
    const DATED: &[&str] = &["claude-haiku-4-5", "claude-sonnet-4-5", "claude-opus-4-5"];
    match model(facts) {
        Ok(chosen) if DATED.contains(&chosen.value.as_str()) => {
            let finding = fail(format!(
                "{} has no date, so Claude Code sends it as it stands, and Bedrock knows no such id",
                chosen.value
            ));
            at_fault(facts, chosen, finding)
        }
        Ok(_) => ok("the model's id is one that Bedrock is sent"),
        Err(finding) => finding,
    }
}

fn model_is_not_retired(facts: &Facts) -> Finding {
    if !facts.on {
        return skipped("Bedrock is not on");
    }
    let pins = facts.pins.iter().map(|(_, pin)| pin);
    for value in facts.model.iter().chain(pins) {
        let Some(day) = retirement(&value.value) else {
            continue;
        };
        let left = day - facts.env.now;
        let finding = if left <= 0 {
            fail(format!("Bedrock no longer serves {}", value.value))
        } else {
            warn(format!(
                "Bedrock takes {} away in {}",
                value.value,
                describe_span(left)
            ))
        };
        return at_fault(facts, value, finding);
    }
    ok("no model is at the end of its life")
}

/// Only a system profile can be looked up by its id.
fn model_was_listed(facts: &Facts) -> Finding {
    let chosen = match model(facts) {
        Ok(chosen) => chosen,
        Err(finding) => return finding,
    };
    let Some(id) =
        ModelId::parse(&chosen.value).filter(|id| id.arn.is_none() && id.geography.is_some())
    else {
        return skipped("the model is not one that listings name");
    };
    let account = facts
        .credentials
        .as_ref()
        .and_then(|found| found.account.as_deref());
    let region = facts.region.used.value.as_str();
    let of_profile = Key {
        account,
        profile: facts.access.profile().unwrap_or_default(),
        region,
        owner: "",
    };
    let variables = Caller::of_variables(facts);
    let key = variables
        .as_ref()
        .map_or(of_profile, |caller| caller.key(region));
    let Some(kept) = load_kept(facts.env, key) else {
        return skipped("no listing is kept: claude-bedrock models asks for one");
    };
    if kept.profiles.iter().any(|profile| profile.id == id.text) {
        return ok("the model was in the last listing");
    }
    warn(format!(
        "{} was not in the listing of {} ago",
        id.text,
        describe_span(facts.env.now - kept.fetched_at)
    ))
    .remedy("claude-bedrock models")
}

fn model_is_allowed(facts: &Facts) -> Finding {
    let chosen = match model(facts) {
        Ok(chosen) => chosen,
        Err(finding) => return finding,
    };
    match not_available(&facts.stack, &chosen.value) {
        Some(warning) => warn(warning.message).remedy(warning.suggestion.unwrap_or_default()),
        None => ok("no list of allowed models leaves it out"),
    }
}

/// Most models answer only through an inference profile, whose id begins with a geography.
fn model_has_a_geography(facts: &Facts) -> Finding {
    let chosen = match model(facts) {
        Ok(chosen) => chosen,
        Err(finding) => return finding,
    };
    let region = &facts.region.used.value;
    let alone = ModelId::parse(&chosen.value).and_then(|id| in_region_only(&id, region, &[]));
    match alone {
        Some((message, _)) => at_fault(facts, chosen, warn(message)),
        None => ok("the model is called through an inference profile"),
    }
}

/// The models that take `[1m]`: Opus from 4.6, Sonnet 4.6. Sonnet from 5 has the window without it.
fn one_m_suits_the_model(facts: &Facts) -> Finding {
    let chosen = match model(facts) {
        Ok(chosen) => chosen,
        Err(finding) => return finding,
    };
    let Some(id) =
        ModelId::parse(&chosen.value).filter(|id| id.one_m && !id.family.word().is_empty())
    else {
        return ok("no `[1m]` is lost");
    };
    let release = id.version.release();
    let suits = match id.family.word() {
        "opus" | "sonnet" => release >= (4, 6),
        _ => false,
    };
    if suits {
        return ok("the model takes `[1m]`");
    }
    let finding = warn(format!(
        "{id} has no window of a million tokens, and `[1m]` asks for one"
    ));
    at_fault(facts, chosen, finding)
}

/// With `ANTHROPIC_MODEL` set, what `/model` saves has no effect on the next start.
fn saved_choice_counts(facts: &Facts) -> Finding {
    let chosen = match model(facts) {
        Ok(chosen) => chosen,
        Err(finding) => return finding,
    };
    let saved = chosen
        .differing()
        .find(|(origin, _)| matches!(origin, Origin::Setting(_, "model")));
    let Some((origin, saved)) = saved.filter(|_| chosen.key() == Some("ANTHROPIC_MODEL")) else {
        return ok("what `/model` saves counts");
    };
    let scope = match origin {
        Origin::Setting(source, _) => source.scope(),
        _ => None,
    };
    // `/model` writes into the user's settings and no others.
    let theirs = match scope {
        Some(Scope::User) => format!("`/model` chose {saved} ({})", origin.place(facts.env)),
        Some(Scope::Managed) => format!("`model` is {saved} {}", origin.words()),
        _ => format!("`model` is {saved} ({})", origin.place(facts.env)),
    };
    let finding = warn(format!(
        "{theirs}, and `ANTHROPIC_MODEL` ({}) counts instead",
        chosen.origin.place(facts.env)
    ));
    let now = facts.env.now;
    finding.remedy(if cannot_work(saved, &facts.region.used.value, now) {
        origin.take_out("model", facts.env)
    } else {
        chosen.origin.take_out("ANTHROPIC_MODEL", facts.env)
    })
}

/// With all three pinned Claude Code starts without trying models out.
fn pins_are_complete(facts: &Facts) -> Finding {
    let missing: Vec<&str> = ["opus", "sonnet", "haiku"]
        .into_iter()
        .filter(|word| facts.pins.iter().all(|(family, _)| family.word() != *word))
        .collect();
    match missing.as_slice() {
        [] => ok("opus, sonnet and haiku are pinned"),
        _ if missing.len() == 3 => skipped("no family is pinned"),
        _ => warn(format!(
            "some families are pinned, and some are not: {}",
            missing.join(", ")
        ))
        .remedy(facts.apply_again("--pin")),
    }
}

fn pins_name_their_family(facts: &Facts) -> Finding {
    let other = facts.pins.iter().find_map(|(family, pin)| {
        let id = ModelId::parse(&pin.value)?;
        let word = id.family.word();
        (!word.is_empty() && word != family.word()).then_some((family, pin))
    });
    match other {
        Some((family, pin)) => warn(format!("`{}` means {}", family.word(), pin.value))
            .remedy(facts.apply_again("--pin")),
        None => ok("every pin names a model of its family"),
    }
}

fn no_small_fast_model(facts: &Facts) -> Finding {
    let mut pins = facts.pins.iter();
    let haiku_is_free = pins.all(|(family, _)| family.word() != "haiku");
    let region = facts.variable("ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION");
    match facts.variable("ANTHROPIC_SMALL_FAST_MODEL") {
        Some(value) => warn("`ANTHROPIC_SMALL_FAST_MODEL` is out of use").remedy(format!(
            "write `ANTHROPIC_DEFAULT_HAIKU_MODEL` in its place in {}",
            value.origin.place(facts.env)
        )),
        None if haiku_is_free && region.is_some() => {
            warn("`ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION` has no effect without a model of its own")
                .remedy(facts.apply_again("--pin"))
        }
        None => ok("no setting out of use names a model"),
    }
}

fn prefix_is_known(facts: &Facts) -> Finding {
    const KNOWN: &[&str] = &["us", "eu", "apac", "jp", "au", "global"];
    match facts.variable("ANTHROPIC_BEDROCK_REGION_PREFIX") {
        Some(prefix) if !KNOWN.contains(&prefix.value.as_str()) => warn(format!(
            "`ANTHROPIC_BEDROCK_REGION_PREFIX` is {}, which Claude Code ignores",
            prefix.value
        ))
        .remedy("write one of us, eu, apac, jp, au, global"),
        Some(prefix) => ok(format!("ids begin with {}.", prefix.value)),
        None => ok("the region decides how ids begin"),
    }
}
