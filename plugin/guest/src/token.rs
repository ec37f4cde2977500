//! Continuation tokens: where a listing goes on, as compact JSON.
//!
//! `{"at":"users","v":1,"with":{"after":"user-1"}}`: the format's version, the
//! step of the listing, and what the step needs, as texts. A token that reads
//! otherwise was made by another version, or by somebody else: it counts as
//! expired, and the host starts its scope again.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::faults::{token_expired, unreadable};
use crate::gather::{all_gathered, gathered};
use crate::reading::Reading;
use crate::text::TOKEN_LIMIT;
use crate::wit::faults::Error;

/// Raised whenever the meaning of a step or its members changes.
const VERSION: u64 = 1;

/// Where a listing goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    step: String,
    members: BTreeMap<String, String>,
}

impl Token {
    /// A token for this step.
    #[must_use]
    pub fn new(step: &str) -> Self {
        Self {
            step: step.to_owned(),
            members: BTreeMap::new(),
        }
    }

    /// Adds what the step needs, where there is such a thing.
    #[must_use]
    pub fn with(mut self, key: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.members.insert(key.to_owned(), value.to_owned());
        }
        self
    }

    /// The step.
    #[must_use]
    pub fn step(&self) -> &str {
        &self.step
    }

    /// What was added under this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.members.get(key).map(String::as_str)
    }

    /// The token's text.
    ///
    /// # Errors
    /// `unreadable-response` if it is longer than [`TOKEN_LIMIT`] bytes, which
    /// only a service's monstrous cursor brings about.
    pub fn encode(&self, surface: &str) -> Result<String, Error> {
        let members = self.members.iter();
        let members: Map<String, Value> =
            gathered(members.map(|(key, value)| (key.clone(), Value::String(value.clone()))));
        let text = json!({"v": VERSION, "at": self.step, "with": members}).to_string();
        if text.len() > TOKEN_LIMIT {
            return Err(unreadable(surface, "the page's cursor is too long"));
        }
        Ok(text)
    }

    /// Reads a token's text.
    ///
    /// # Errors
    /// `token-expired` if it is not one of this version.
    pub fn decode(text: &str) -> Result<Self, Error> {
        Self::read(text).ok_or_else(token_expired)
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() > TOKEN_LIMIT {
            return None;
        }
        let value: Value = serde_json::from_str(text).ok()?;
        if value.get("v")?.as_u64()? != VERSION {
            return None;
        }
        let members = value.get("with")?.as_object()?;
        let member = |(key, member): (&String, &Value)| {
            let text = member.as_str()?.to_owned();
            Some((key.clone(), text))
        };
        let members = all_gathered(members.iter().map(member));
        Some(Self {
            step: value.text("at")?.to_owned(),
            members: members?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wit::faults::ErrorKind;

    #[test]
    fn a_foreign_token_is_an_expired_one() {
        let monstrous = format!(
            r#"{{"v":1,"at":"users","with":{{"a":"{}"}}}}"#,
            "x".repeat(9_000)
        );
        for text in [
            "",
            "garbage",
            "{}",
            "[]",
            "1",
            r#"{"v":2,"at":"users","with":{}}"#,
            r#"{"v":1,"with":{}}"#,
            r#"{"v":1,"at":"","with":{}}"#,
            r#"{"v":1,"at":"users"}"#,
            r#"{"v":1,"at":"users","with":{"after":7}}"#,
            &monstrous,
        ] {
            let error = Token::decode(text).expect_err(text);
            assert_eq!(error.kind, ErrorKind::TokenExpired, "{text}");
        }
    }

    #[test]
    fn a_monstrous_cursor_makes_no_token() {
        let token = Token::new("users").with("after", Some(&"x".repeat(9_000)));
        let error = token.encode("users").expect_err("too long");
        assert_eq!(error.kind, ErrorKind::UnreadableResponse);
        assert_eq!(error.surface.as_deref(), Some("users"));
    }

    proptest! {
        #[test]
        fn what_goes_into_a_token_comes_out(step in "[a-z]{1,9}", after in proptest::option::of(".{0,200}")) {
            let token = Token::new(&step).with("after", after.as_deref());
            let text = token.encode("users").expect("short enough");
            prop_assert_eq!(Token::decode(&text).expect("its own"), token);
        }

        #[test]
        fn no_text_makes_reading_a_token_panic(text in ".{0,300}") {
            let _ = Token::decode(&text);
        }
    }
}
