//! Whom the operator trusts with what: the file `harness.toml`.
//!
//! A component that does not come with the harness gets no credential and no
//! origin unless it has an entry, pinned by the SHA-256 of its file:
//!
//! ```toml
//! [[component]]
//! sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
//! origins = ["https://api.example.com"]
//! credentials = ["example-token"]
//! ```
//!
//! An entry also lets the component name environment variables for its settings
//! and credentials; `harness inspect` shows which.
//!
//! Another table says what of changing is allowed, whatever the component:
//!
//! ```toml
//! [provisioning]
//! enabled = ["create", "remove"]
//! # No change may touch these: e-mail addresses, or ids such as `user:user-abc`.
//! protect = ["break-glass@example.com"]
//! # A batch that would remove more is refused.
//! max-removals = 10
//! ```
//!
//! What else there is, `docs/configuration.md` describes: limits, rates, certificate
//! authorities, and where credentials come from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, de};

use crate::limits::settings::Overrides;
use crate::pace::rate::Rates;
use crate::policy::Operator;
use crate::policy::origin::{Origin, OriginError};
use crate::provision::operation::Provisioning;

/// The contents of `harness.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trust {
    #[serde(default)]
    component: Vec<Entry>,
    /// The limits of all components.
    #[serde(default)]
    pub limits: Overrides,
    /// A file of certificate authorities that are trusted besides the
    /// platform's.
    pub ca_file: Option<PathBuf>,
    /// Commands that print credentials, by credential id.
    #[serde(default)]
    pub credential_command: BTreeMap<String, Vec<String>>,
    /// How often routes may be asked, by connector and route id.
    #[serde(default, rename = "rate")]
    pub rates: Rates,
    /// What of changing is allowed.
    #[serde(default)]
    pub provisioning: Changing,
}

/// What of changing the operator allows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Changing {
    /// The operations that are enabled.
    #[serde(default, deserialize_with = "operations")]
    pub enabled: Provisioning,
    /// What no change may touch, as [`crate::provision::protect`] reads it.
    #[serde(default)]
    pub protect: Vec<String>,
    /// How many removals a batch may hold.
    pub max_removals: Option<usize>,
}

fn operations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Provisioning, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    words.join(",").parse().map_err(de::Error::custom)
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    sha256: String,
    #[serde(default)]
    origins: Vec<String>,
    #[serde(default)]
    credentials: Vec<String>,
    #[serde(default, deserialize_with = "Overrides::of_component")]
    limits: Overrides,
}

/// A `harness.toml` that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// It cannot be read.
    #[error("cannot read {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is not what this module documents.
    #[error("{path} is not a harness configuration: line {line}: {why}")]
    Format {
        /// The file.
        path: PathBuf,
        /// Where, from 1; of a limit, where its table begins.
        line: usize,
        /// What is wrong there, on one line.
        why: String,
    },
    /// An entry's origin cannot be allowed.
    #[error("an origin in the configuration cannot be allowed")]
    Origin(#[from] OriginError),
}

impl TrustError {
    /// The library tells the place in a picture of several lines.
    fn format(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let before = error.span().and_then(|at| text.get(..at.start));
        Self::Format {
            path: path.to_owned(),
            line: before.unwrap_or_default().matches('\n').count() + 1,
            why: error.message().replace('\n', ", "),
        }
    }
}

impl Trust {
    /// Reads a file. One that is not there trusts nobody.
    pub fn read(path: &Path) -> Result<Self, TrustError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(source) => {
                return Err(TrustError::File {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let format = |error| TrustError::format(path, &text, &error);
        let mut trust: Self = toml::from_str(&text).map_err(format)?;
        // Beside the file that names it, wherever the harness was started.
        let folder = path.parent().unwrap_or(Path::new(""));
        trust.ca_file = trust.ca_file.map(|file| folder.join(file));
        Ok(trust)
    }

    /// The limits that are set for the component with this hash alone.
    pub fn limits_of(&self, sha256: &str) -> impl Iterator<Item = &Overrides> {
        self.entries(sha256).map(|entry| &entry.limits)
    }

    fn entries(&self, sha256: &str) -> impl Iterator<Item = &Entry> {
        let entries = self.component.iter();
        entries.filter(move |entry| entry.sha256.eq_ignore_ascii_case(sha256))
    }

    /// What the component with this hash is allowed; None if it has no entry.
    pub fn of(&self, sha256: &str) -> Result<Option<Operator>, TrustError> {
        let mut entries = self.entries(sha256).peekable();
        if entries.peek().is_none() {
            return Ok(None);
        }
        let mut operator = Operator::default();
        for entry in entries {
            for origin in &entry.origins {
                operator.origins.push(Origin::parse(origin)?);
            }
            operator
                .credentials
                .extend(entry.credentials.iter().cloned());
        }
        Ok(Some(operator))
    }

    /// The entry that would give a component what it declares, for an operator
    /// who has looked at it to copy.
    pub fn entry_for(sha256: &str, origins: &[String], credentials: &[String]) -> String {
        format!(
            "[[component]]\nsha256 = \"{sha256}\"\norigins = {origins:?}\ncredentials = {credentials:?}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::Limits;

    use super::*;

    const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[test]
    fn the_entry_that_is_offered_is_one_that_can_be_read() {
        let text = Trust::entry_for(HASH, &["https://api.example.com".into()], &["token".into()]);
        let trust: Trust = toml::from_str(&text).unwrap();
        let operator = trust.of(&HASH.to_uppercase()).unwrap().unwrap();
        assert_eq!(
            operator.origins,
            [Origin::parse("https://api.example.com").unwrap()]
        );
        assert_eq!(operator.credentials, ["token"]);
        assert!(!operator.all_declared);
        assert_eq!(trust.of("other").unwrap(), None);
    }

    #[test]
    fn a_misspelt_key_is_an_error_and_not_ignored() {
        for text in [
            &format!("[[component]]\nsha256 = \"{HASH}\"\norigin = [\"https://a.example\"]\n"),
            "[provisioning]\nprotected = []\n",
            "[provisioning]\nenabled = [\"delete\"]\n",
            "[provisioning]\nenabled = \"create\"\n",
            "[provisioning]\nmax_removals = 1\n",
            "[limits]\ncall-time = 1\n",
            "ca_file = \"ca.pem\"\n",
            "[credential-command]\ntoken = \"op read x\"\n",
            "[rate]\nlist-users = \"10 / second\"\n",
            "[rate.openai]\nlist-users = 10\n",
            "[rate.openai]\nlist-users = \"10 / fortnight\"\n",
        ] {
            assert!(toml::from_str::<Trust>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_on_one_line_with_its_place() {
        for (text, told) in [
            (
                "[limits]\ncall_time = \"3 s\"\n",
                "line 1: the limit `call_time` has to be a number of seconds, such as 60 or 0.5, \
                 above zero",
            ),
            ("\n\nnonsense", "line 3: key with no value, expected `=`"),
            (
                "[provisioning]\nprotected = []\n",
                "line 2: unknown field `protected`, expected one of `enabled`, `protect`, \
                 `max-removals`",
            ),
        ] {
            let error = toml::from_str::<Trust>(text).unwrap_err();
            let error = TrustError::format(Path::new("harness.toml"), text, &error);
            let expected = format!("harness.toml is not a harness configuration: {told}");
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn nothing_may_be_changed_unless_it_is_said() {
        let nothing: Trust = toml::from_str("").unwrap();
        assert_eq!(nothing.provisioning, Changing::default());
        let text =
            "[provisioning]\nenabled = [\"remove\"]\nprotect = [\"a@b.c\"]\nmax-removals = 3";
        let changing = toml::from_str::<Trust>(text).unwrap().provisioning;
        assert_eq!(changing.enabled.to_string(), "remove");
        assert_eq!(changing.protect, ["a@b.c"]);
        assert_eq!(changing.max_removals, Some(3));
    }

    #[test]
    fn a_components_limits_are_its_own_and_what_all_share_is_not() {
        let text = |limits: &str| {
            format!(
                "[limits]\nmemory = \"8 MiB\"\nrequests = 3\n\
                 [[component]]\nsha256 = \"{HASH}\"\n[component.limits]\n{limits}\n"
            )
        };
        let trust: Trust = toml::from_str(&text("memory = \"16 MiB\"")).unwrap();
        let limits = trust.limits.over(Limits::default());
        assert_eq!((limits.memory, limits.requests), (8 << 20, 3));
        let own: Vec<_> = trust.limits_of(HASH).map(|it| it.over(limits)).collect();
        assert_eq!((own[0].memory, own[0].requests), (16 << 20, 3));
        assert_eq!(trust.limits_of("other").count(), 0);
        let shared = toml::from_str::<Trust>(&text("stack = \"1 MiB\"")).unwrap_err();
        assert!(
            shared.to_string().contains("set it in [limits]"),
            "{shared}"
        );
    }

    #[test]
    fn a_ca_file_is_looked_for_beside_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("harness.toml");
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            Trust::read(&file).unwrap().ca_file
        };
        assert_eq!(
            read("ca-file = \"ca.pem\""),
            Some(folder.path().join("ca.pem"))
        );
        assert_eq!(
            read("ca-file = \"/etc/ca.pem\""),
            Some("/etc/ca.pem".into())
        );
        assert_eq!(read(""), None);
    }
}
