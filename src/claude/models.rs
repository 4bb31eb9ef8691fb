//! Claude models on Bedrock, as plain values: ids by grammar, geographies, and a wish to one exact id.
//!
//! Nothing here knows where a listing comes from; the commands hand it over as [`ListedModel`]s.

mod choice;
mod geography;
mod id;
mod resolve;
mod retired;

pub use choice::{newest_first, pins, recommended, show_global_first};
pub use geography::{fits_region, geographies_of_region, geography_for, is_passed_over, label};
pub use id::{Arn, Family, ModelId, Version, names_bedrock_model};
pub use resolve::{Resolved, elsewhere, exact, in_region_only, not_claude, resolve};
pub use retired::{cannot_work, retirement};

/// A model without the wish for a window of a million tokens.
pub fn without_one_m(model: &str) -> &str {
    id::split_one_m(model.trim()).0
}

/// One inference profile of a listing, as far as choosing a model needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedModel {
    /// `us.anthropic.claude-…` for a system profile, an opaque word for an application profile.
    pub id: String,
    /// Amazon's name (`US Anthropic Claude Opus 4.5`), or the one its owner gave an application profile.
    pub name: Option<String>,
    /// The profile's ARN.
    pub arn: Option<String>,
    /// The id of the model behind it (`anthropic.claude-…`), where the listing says so.
    pub model_id: Option<String>,
    /// Whether it is an application inference profile. Those are invoked by ARN.
    pub application: bool,
}

impl ListedModel {
    /// The id read by the grammar; for an application profile that of the model behind it.
    /// `None` for what is not a Claude model.
    pub fn parsed(&self) -> Option<ModelId<'_>> {
        let text = if self.application {
            self.model_id.as_deref()?
        } else {
            &self.id
        };
        ModelId::parse(text).filter(|id| id.family != Family::Unknown)
    }

    /// The id that the Anthropic API knows the model by, which Claude Code translates: `claude-opus-4-6` for
    /// `us.anthropic.claude-opus-4-6-v1`.
    pub fn anthropic_id(&self) -> Option<&str> {
        let (_, model) = self.id.split_once("anthropic.")?;
        let revision = |end: &str| end.bytes().all(|b| b.is_ascii_digit() || b == b':');
        match model.rsplit_once("-v") {
            Some((id, end)) if revision(end) => Some(id),
            _ => Some(model),
        }
    }

    /// Whether `text` is its id or its ARN.
    pub fn is(&self, text: &str) -> bool {
        self.id == text || self.arn.as_deref() == Some(text)
    }

    /// What Claude Code is to be given: the id, or the ARN of an application profile.
    pub fn invoked_as(&self) -> &str {
        match &self.arn {
            Some(arn) if self.application => arn,
            _ => &self.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A listing of system profiles.
    pub(super) fn listing(ids: &[&str]) -> Vec<ListedModel> {
        ids.iter()
            .map(|id| ListedModel {
                id: (*id).to_owned(),
                name: ModelId::parse(id).map(|parsed| {
                    let geography = label(parsed.geography);
                    format!("{geography} Anthropic Claude {parsed}")
                }),
                arn: Some(format!(
                    "arn:aws:bedrock:us-west-2:111122223333:inference-profile/{id}"
                )),
                model_id: id.split_once('.').map(|(_, model)| model.to_owned()),
                application: false,
            })
            .collect()
    }

    #[test]
    fn the_anthropic_api_knows_a_model_without_place_and_revision() {
        for (id, expected) in [
            ("us.anthropic.claude-opus-5", "claude-opus-5"),
            ("global.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
            (
                "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
                "claude-haiku-4-5-20251001",
            ),
            (
                "us-gov.anthropic.claude-3-5-sonnet-20241022-v2:0",
                "claude-3-5-sonnet-20241022",
            ),
        ] {
            assert_eq!(listing(&[id])[0].anthropic_id(), Some(expected));
        }
        assert_eq!(
            listing(&["us.amazon.nova-pro-v1:0"])[0].anthropic_id(),
            None
        );
    }

    #[test]
    fn an_application_profile_is_known_by_its_model_and_invoked_by_arn() {
        let arn = "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abc123";
        let mut model = ListedModel {
            id: "abc123".into(),
            arn: Some(arn.into()),
            model_id: Some("anthropic.claude-opus-4-8".into()),
            application: true,
            ..ListedModel::default()
        };
        assert_eq!(model.invoked_as(), arn);
        assert_eq!(model.parsed().unwrap().to_string(), "Opus 4.8");
        model.model_id = Some("amazon.nova-pro-v1:0".into());
        assert_eq!(model.parsed(), None);
    }
}
