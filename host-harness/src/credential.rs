//! Credentials: read from the environment or a file, held in a type that cannot
//! be printed and is wiped on drop, turned into a header on the way out.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use governance_contract::connector::RedactedCredential;
use governance_contract::manifest::{Credential, CredentialScheme};
use http::{HeaderName, HeaderValue, header};
use secrecy::{ExposeSecret, SecretString};

/// A longer file is no credential.
const FILE_BYTES: u64 = 64 * 1024;

/// Characters of a value's end that may be shown, to recognise it by.
const SHOWN: usize = 4;

/// Of a shorter value the end would tell too much.
const SHOWN_FROM: usize = 24;

/// The credentials of a connection, by the ids that the connector declares.
#[derive(Debug, Default)]
pub struct Credentials(BTreeMap<String, SecretString>);

/// A credential that cannot be read or sent. Never holds the value.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The file cannot be read.
    #[error("cannot read the credential file {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The value cannot be one.
    #[error("the credential `{id}` is {problem}")]
    Value {
        /// The credential's id.
        id: String,
        /// What is wrong with the value.
        problem: &'static str,
    },
    /// A file is for no credential of the connector.
    #[error("{given} a credential of this connector, which has: {known}")]
    Unknown {
        /// The id given, or that there was none.
        given: String,
        /// The ids that there are.
        known: String,
    },
}

impl Credentials {
    /// Reads the credentials that a connector declares: from `files`, else from
    /// the environment variables that it names. One that is in neither is
    /// missed only when a request needs it.
    pub fn read(
        declared: &[Credential],
        files: &[(Option<String>, PathBuf)],
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, CredentialError> {
        let mut credentials = Self::default();
        for (id, path) in files {
            let found = match (id, declared) {
                (Some(id), _) => declared.iter().find(|it| it.id == *id),
                (None, [only]) => Some(only),
                (None, _) => None,
            };
            let found = found.ok_or_else(|| unknown(id.as_deref(), declared))?;
            credentials.insert_file(&found.id, path)?;
        }
        for credential in declared.iter() {
            let variable = credential.environment.as_deref().and_then(&environment);
            let value = variable.filter(|_| !credentials.has(&credential.id));
            if let Some(value) = value.filter(|it| !it.is_empty()) {
                credentials.insert(&credential.id, SecretString::from(value).expose_secret())?;
            }
        }
        Ok(credentials)
    }

    /// Keeps a value. Surrounding white space, such as a file's last newline,
    /// is not part of it.
    pub fn insert(&mut self, id: &str, value: &str) -> Result<(), CredentialError> {
        let value = value.trim();
        let wrong = |problem| CredentialError::Value {
            id: id.to_owned(),
            problem,
        };
        if value.is_empty() {
            return Err(wrong("empty"));
        }
        if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("not one word of printable ASCII"));
        }
        self.0.insert(id.to_owned(), SecretString::from(value));
        Ok(())
    }

    /// Reads a value from a file.
    pub fn insert_file(&mut self, id: &str, path: &Path) -> Result<(), CredentialError> {
        let read = || -> std::io::Result<String> {
            let mut text = String::new();
            fs::File::open(path)?
                .take(FILE_BYTES)
                .read_to_string(&mut text)?;
            Ok(text)
        };
        let text = read().map_err(|source| CredentialError::File {
            path: path.to_owned(),
            source,
        })?;
        let text = SecretString::from(text);
        self.insert(id, text.expose_secret())
    }

    /// Whether there is a value for this id.
    pub fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// What a connector may know of the credentials that there are, to recognise
    /// them in a list of the service: the end of each long value.
    pub fn redacted(&self) -> Vec<RedactedCredential> {
        let redacted = self.0.iter().map(|(id, value)| RedactedCredential {
            id: id.clone(),
            redacted_value: redacted(value.expose_secret()),
        });
        redacted.collect()
    }

    /// Every value, in each form that a scheme sends it in.
    pub(crate) fn presented(&self) -> impl Iterator<Item = SecretString> {
        self.0.values().flat_map(|value| {
            let encoded = BASE64.encode(value.expose_secret());
            [value.clone(), SecretString::from(encoded)]
        })
    }

    /// The header that presents a credential, marked so that no log shows it.
    /// None if there is no value for the id, or the scheme is not one of ours.
    pub fn header(&self, id: &str, scheme: &CredentialScheme) -> Option<(HeaderName, HeaderValue)> {
        let value = self.0.get(id)?.expose_secret();
        let (name, text) = match scheme {
            CredentialScheme::Bearer => (
                header::AUTHORIZATION,
                SecretString::from(format!("Bearer {value}")),
            ),
            CredentialScheme::Header(name) => {
                (HeaderName::try_from(name).ok()?, SecretString::from(value))
            }
            CredentialScheme::Basic => {
                let encoded = SecretString::from(BASE64.encode(value));
                (
                    header::AUTHORIZATION,
                    SecretString::from(format!("Basic {}", encoded.expose_secret())),
                )
            }
            CredentialScheme::Other(_) => return None,
        };
        let mut value = HeaderValue::from_str(text.expose_secret()).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    }
}

fn redacted(value: &str) -> Option<String> {
    let end = value.len().checked_sub(SHOWN)?;
    (value.len() >= SHOWN_FROM).then(|| format!("…{}", value.get(end..).unwrap_or_default()))
}

fn unknown(id: Option<&str>, declared: &[Credential]) -> CredentialError {
    let known: Vec<_> = declared.iter().map(|it| it.id.as_str()).collect();
    CredentialError::Unknown {
        given: id.map_or("a file without an id does not name".into(), |id| {
            format!("`{id}` is not")
        }),
        known: known.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(value: &str) -> Credentials {
        let mut credentials = Credentials::default();
        credentials.insert("key", value).unwrap();
        credentials
    }

    #[test]
    fn a_credential_is_presented_by_its_scheme() {
        let cases = [
            (
                CredentialScheme::Bearer,
                "s3cret",
                "authorization: Bearer s3cret",
            ),
            (
                CredentialScheme::Header("X-Key".into()),
                "s3cret",
                "x-key: s3cret",
            ),
            (
                CredentialScheme::Basic,
                "user:pass",
                "authorization: Basic dXNlcjpwYXNz",
            ),
        ];
        for (scheme, value, expected) in cases {
            let (name, value) = holding(value).header("key", &scheme).unwrap();
            assert_eq!(format!("{name}: {}", value.to_str().unwrap()), expected);
            assert!(!format!("{value:?}").contains("s3cret"));
        }
        let other = CredentialScheme::Other("signed".into());
        assert!(holding("x").header("key", &other).is_none());
    }

    #[test]
    fn a_credential_cannot_be_printed() {
        let credentials = holding("s3cret");
        assert!(!format!("{credentials:?}").contains("s3cret"));
    }

    #[test]
    fn the_end_of_a_long_value_is_all_that_is_shown() {
        let short = "a".repeat(23);
        let long = format!("{}wxyz", "a".repeat(20));
        for (value, shown) in [("k", None), (&short, None), (&long, Some("…wxyz"))] {
            let redacted = holding(value).redacted().remove(0);
            assert_eq!(redacted.id, "key");
            assert_eq!(redacted.redacted_value.as_deref(), shown, "{value}");
        }
    }

    #[test]
    fn what_no_header_can_carry_is_refused_without_being_shown() {
        for value in ["", "  \n", "two words", "line\nbreak", "ümlaut"] {
            let error = Credentials::default().insert("key", value).unwrap_err();
            assert!(!error.to_string().contains("break"), "{error}");
        }
        holding(
            " surrounded by nothing but space"
                .split(' ')
                .next_back()
                .unwrap(),
        );
        holding("trailing-newline\n");
    }
}
