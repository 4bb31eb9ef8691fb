//! The version of `aws`, and what came with which.

use std::fmt;

use crate::aws::failure::install_step;
use crate::error::{Code, Error};

/// A version of the AWS CLI. Versions 1 and 2 are developed side by side, so each ability has two first versions
/// (changelogs of aws-cli, branches `develop` and `v2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 1 or 2.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl Version {
    /// Reads `aws-cli/2.31.0 Python/3.13.7 Linux/…`, after whatever warnings stand before it.
    pub fn parse(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once("aws-cli/")?;
        let word = rest.split_whitespace().next()?;
        let mut numbers = word.split('.').map(|number| {
            // `2.0.0dev1`
            let digits = number.bytes().take_while(u8::is_ascii_digit).count();
            number.get(..digits)?.parse().ok()
        });
        Some(Version {
            major: numbers.next()??,
            minor: numbers.next().flatten()?,
            patch: numbers.next().flatten().unwrap_or(0),
        })
    }

    /// Whether it has `bedrock list-inference-profiles`.
    fn has_inference_profiles(self) -> bool {
        self.is_since((1, 34, 7), (2, 17, 39))
    }

    /// Whether it has `bedrock` at all.
    fn has_bedrock(self) -> bool {
        self.is_since((1, 29, 57), (2, 13, 23))
    }

    /// Why this `aws` will not do: version 1 cannot log in to SSO, others do not know the listing.
    pub fn problem(self) -> Option<Error> {
        let (code, message) = if self.major < 2 {
            (
                Code::AwsCliV1,
                format!("the `aws` found is version {self}; `aws sso login` needs version 2"),
            )
        } else if !self.has_bedrock() {
            (
                Code::AwsCliTooOld,
                format!("the `aws` found is version {self}; `aws bedrock` needs 2.17.39"),
            )
        } else if !self.has_inference_profiles() {
            (
                Code::AwsCliTooOld,
                format!(
                    "the `aws` found is version {self}; listing inference profiles needs 2.17.39"
                ),
            )
        } else {
            return None;
        };
        Some(Error::new(code, message).suggest(install_step()))
    }

    fn is_since(self, first: (u32, u32, u32), second: (u32, u32, u32)) -> bool {
        let since = if self.major < 2 { first } else { second };
        (self.major, self.minor, self.patch) >= since
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn versions_are_read() {
        let table = [
            (
                "aws-cli/2.31.0 Python/3.13.7 Linux/6.1 exe/x86_64.debian.12\n",
                Some("2.31.0"),
            ),
            (
                "aws-cli/1.46.3 Python/3.11.2 Linux/6.1 botocore/1.43.62\r\n",
                Some("1.46.3"),
            ),
            ("aws-cli/2.9.19", Some("2.9.19")),
            ("aws-cli/2.0.0dev1 Python/3.7.3", Some("2.0.0")),
            (
                "warning: something\naws-cli/2.15.0 Python/3.11",
                Some("2.15.0"),
            ),
            ("aws-cli/ Python", None),
            ("aws-cli/two.three", None),
            ("aws-cli/99999999999.1.1", None),
            ("command not found", None),
            ("", None),
        ];
        for (text, expected) in table {
            let read = Version::parse(text).map(|version| version.to_string());
            assert_eq!(read.as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn abilities_came_with_versions() {
        for (text, bedrock, listing) in [
            ("1.29.56", false, false),
            ("1.29.57", true, false),
            ("1.34.6", true, false),
            ("1.34.7", true, true),
            ("1.99.0", true, true),
            ("2.9.19", false, false),
            ("2.13.22", false, false),
            ("2.13.23", true, false),
            ("2.17.38", true, false),
            ("2.17.39", true, true),
        ] {
            let it = version(&format!("aws-cli/{text} Python/3"));
            let has = (it.has_bedrock(), it.has_inference_profiles());
            assert_eq!(has, (bedrock, listing), "{text}");
        }
    }

    /// Defects 30 and 31: version 1, no `bedrock` and no listing are three answers.
    #[test]
    fn defect_30_31_an_unfit_aws_is_named() {
        let problem = |text: &str| {
            version(text)
                .problem()
                .map(|it| (it.code, it.message.clone()))
        };
        let (code, v1) = problem("aws-cli/1.46.3 x").unwrap();
        assert_eq!(code, Code::AwsCliV1);
        let (code, no_bedrock) = problem("aws-cli/2.9.19 x").unwrap();
        assert_eq!(code, Code::AwsCliTooOld);
        let (code, no_listing) = problem("aws-cli/2.13.23 x").unwrap();
        assert_eq!(code, Code::AwsCliTooOld);
        assert!(v1 != no_bedrock && no_bedrock != no_listing);
        assert_eq!(problem("aws-cli/2.17.39 x"), None);
    }
}
