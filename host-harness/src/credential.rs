//! Credentials: read from the environment, a file or a command, held in a type
//! that cannot be printed and is wiped on drop, turned into a header on the way
//! out.
//!
//! | source, first one wins | read for |
//! |---|---|
//! | `--credential-file`, `--credential-command` | every component: it is named for this call |
//! | the credential's environment variable | components that the operator trusts |
//! | `[credential-command]` in `harness.toml` | credentials that the operator allows the component |
//!
//! `secret` says which copies are wiped.

mod command;
mod secret;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use bytes::Bytes;
use governance_contract::connector::RedactedCredential;
use governance_contract::manifest::{Credential, CredentialScheme};
use http::{HeaderName, HeaderValue, header};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

pub use command::CommandError;

/// Where the operator says that a credential is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In this file.
    File(PathBuf),
    /// This program prints it: its name and its arguments.
    Command(Vec<String>),
}

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
    /// The command brings none.
    #[error("the credential `{id}` cannot be had from its command")]
    Command {
        /// The credential's id.
        id: String,
        /// Why.
        #[source]
        source: CommandError,
    },
    /// The value cannot be one.
    #[error("the credential `{id}` is {problem}")]
    Value {
        /// The credential's id.
        id: String,
        /// What is wrong with the value.
        problem: &'static str,
    },
    /// A file or a command is for no credential of the connector.
    #[error("{given} a credential of this connector, which has: {known}")]
    Unknown {
        /// The id given, or that there was none.
        given: String,
        /// The ids that there are.
        known: String,
    },
}

impl Credentials {
    /// Reads the credentials that a connector declares: those of `given` from
    /// there, others from the environment variables that the connector names,
    /// and what is in neither from the commands that are `configured` for it.
    /// One that is nowhere is missed only when a request needs it.
    pub fn read(
        declared: &[Credential],
        given: &[(Option<String>, Source)],
        environment: impl Fn(&str) -> Option<String>,
        configured: impl Fn(&str) -> Option<Vec<String>>,
    ) -> Result<Self, CredentialError> {
        let mut credentials = Self::default();
        for (id, source) in given {
            let found = match (id, declared) {
                (Some(id), _) => declared.iter().find(|it| it.id == *id),
                (None, [only]) => Some(only),
                (None, _) => None,
            };
            let found = found.ok_or_else(|| unknown(id.as_deref(), declared))?;
            credentials.insert_from(&found.id, source)?;
        }
        for Credential {
            id,
            environment: variable,
            ..
        } in declared
        {
            if credentials.has(id) {
                continue;
            }
            let value = variable
                .as_deref()
                .and_then(&environment)
                .map(Zeroizing::new);
            if let Some(value) = value.filter(|it| !it.is_empty()) {
                credentials.insert(id, &value)?;
            } else if let Some(command) = configured(id) {
                credentials.insert_from(id, &Source::Command(command))?;
            }
        }
        Ok(credentials)
    }

    fn insert_from(&mut self, id: &str, source: &Source) -> Result<(), CredentialError> {
        match source {
            Source::File(path) => self.insert_file(id, path),
            Source::Command(command) => {
                let printed = command::run(command, command::TIME);
                let printed = printed.map_err(|source| CredentialError::Command {
                    id: id.to_owned(),
                    source,
                })?;
                self.insert_bytes(id, &printed)
            }
        }
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
        let bytes = fs::File::open(path).and_then(secret::read);
        let bytes = bytes.map_err(|source| CredentialError::File {
            path: path.to_owned(),
            source,
        })?;
        self.insert_bytes(id, &bytes)
    }

    fn insert_bytes(&mut self, id: &str, bytes: &[u8]) -> Result<(), CredentialError> {
        // What is no text is not ASCII either.
        self.insert(id, std::str::from_utf8(bytes).unwrap_or("\u{fffd}"))
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
            let encoded = Zeroizing::new(BASE64.encode(value.expose_secret()));
            [value.clone(), SecretString::from(encoded.as_str())]
        })
    }

    /// The header that presents a credential, marked so that no log shows it.
    /// None if there is no value for the id, or the scheme is not one of ours.
    pub fn header(&self, id: &str, scheme: &CredentialScheme) -> Option<(HeaderName, HeaderValue)> {
        let value = self.0.get(id)?.expose_secret();
        let (name, text) = match scheme {
            CredentialScheme::Bearer => {
                (header::AUTHORIZATION, secret::joined(&["Bearer ", value]))
            }
            CredentialScheme::Header(name) => {
                (HeaderName::try_from(name).ok()?, SecretString::from(value))
            }
            CredentialScheme::Basic => {
                let encoded = Zeroizing::new(BASE64.encode(value));
                (header::AUTHORIZATION, secret::joined(&["Basic ", &encoded]))
            }
            CredentialScheme::Other(_) => return None,
        };
        let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(Wiped(text))).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    }
}

/// Lets a header hold a secret where it is, and wipe it with its last clone.
struct Wiped(SecretString);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

fn redacted(value: &str) -> Option<String> {
    let end = value.len().checked_sub(SHOWN)?;
    (value.len() >= SHOWN_FROM).then(|| format!("…{}", value.get(end..).unwrap_or_default()))
}

fn unknown(id: Option<&str>, declared: &[Credential]) -> CredentialError {
    let known: Vec<_> = declared.iter().map(|it| it.id.as_str()).collect();
    CredentialError::Unknown {
        given: id.map_or("a source without an id does not name".into(), |id| {
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
    fn declared(ids: &[&str]) -> Vec<Credential> {
        let credential = governance_contract::samples::credential();
        let named = |id: &&str| Credential {
            id: (*id).to_owned(),
            environment: Some(id.to_uppercase()),
            ..credential.clone()
        };
        ids.iter().map(named).collect()
    }

    fn echo(value: &str) -> Vec<String> {
        vec!["echo".into(), value.into()]
    }

    #[test]
    fn the_first_source_wins() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "from-file\n").unwrap();
        let in_file = Source::File(file.path().to_owned());
        let printed = Source::Command(echo("from-command"));
        let set = |name: &str| (name == "KEY").then(|| "from-variable".to_owned());
        let unset = |_: &str| None;
        let configured = |id: &str| (id == "key").then(|| echo("from-configuration"));
        let none = |_: &str| None;
        let read =
            |given: &[_], environment: &dyn Fn(&str) -> _, configured: &dyn Fn(&str) -> _| {
                let read = Credentials::read(&declared(&["key"]), given, environment, configured);
                let value = read.unwrap().0.remove("key");
                value.map(|it| it.expose_secret().to_owned())
            };
        let given = |source: &Source| vec![(None, source.clone())];
        let found = [
            read(&given(&in_file), &set, &configured),
            read(&given(&printed), &set, &configured),
            read(&[], &set, &configured),
            read(&[], &unset, &configured),
            read(&[], &unset, &none),
        ];
        let expected = [
            Some("from-file"),
            Some("from-command"),
            Some("from-variable"),
            Some("from-configuration"),
            None,
        ];
        assert_eq!(found.each_ref().map(Option::as_deref), expected);
    }

    #[test]
    fn what_cannot_be_a_value_is_refused_from_every_source() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for value in [&b"line\nbreak"[..], b"\xff\xfe", b"", b"nul\0byte"] {
            fs::write(file.path(), value).unwrap();
            let path = file.path().to_owned();
            let cat = vec!["cat".to_owned(), path.display().to_string()];
            for source in [Source::File(path), Source::Command(cat)] {
                let given = [(Some("key".to_owned()), source)];
                let read = Credentials::read(&declared(&["key"]), &given, |_| None, |_| None);
                let error = read.unwrap_err();
                assert!(matches!(error, CredentialError::Value { .. }), "{error}");
                assert!(!format!("{error} {error:?}").contains("break"));
            }
        }
    }

    #[test]
    fn a_source_for_no_credential_of_the_connector_is_an_error() {
        let printed = |id: Option<&str>| [(id.map(str::to_owned), Source::Command(echo("k")))];
        for (ids, given) in [
            (vec!["one"], printed(Some("other"))),
            (vec!["one", "two"], printed(None)),
            (vec![], printed(None)),
        ] {
            let read = Credentials::read(&declared(&ids), &given, |_| None, |_| None);
            assert!(matches!(read, Err(CredentialError::Unknown { .. })));
        }
    }
}
