//! Secrets that may stand in no recording, each replaced by a placeholder that
//! stands for it throughout, so that a replay still fits together. Pure.
//!
//! | secret | placeholder |
//! |---|---|
//! | a credential of the connection | `[redacted]` |
//! | a setting that the connector declares secret | `[setting KEY]` |
//! | a secret that a change's outcome tells | `[secret 1]` |
//! | in the answer to a changing request: any text of a member called `secret`, `token`, `password`, `value` or `key`, or ending so with a `_` before it, from [`LONG`] bytes on | `[secret 1]` |
//!
//! The last rule holds also where no outcome came, since the component failed.
//! A secret of fewer than [`SHORTEST`] bytes is replaced only where it is the
//! whole text.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::rewrite;

/// Bytes of the shortest secret that is looked for within texts.
const SHORTEST: usize = 8;

/// Bytes from which on a text may be a secret because of its member alone.
const LONG: usize = 16;

/// What members that hold secrets are called, or end with.
const MEMBERS: [&str; 5] = ["secret", "token", "password", "value", "key"];

/// The secrets known so far.
#[derive(Default)]
pub(crate) struct Secrets {
    known: Vec<(SecretString, String)>,
    made: usize,
}

impl Secrets {
    /// Keeps a secret, which `placeholder` stands for.
    pub(crate) fn keep(&mut self, secret: SecretString, placeholder: String) {
        if !secret.expose_secret().is_empty() {
            self.known.push((secret, placeholder));
            // Where one is part of another, the longer one is meant.
            let length = |(it, _): &(SecretString, _)| it.expose_secret().len();
            self.known.sort_by_key(|it| std::cmp::Reverse(length(it)));
        }
    }

    /// Keeps a secret that a change made.
    pub(crate) fn keep_made(&mut self, secret: &str) {
        let known = |(it, _): &(SecretString, _)| it.expose_secret() == secret;
        if !self.known.iter().any(known) {
            self.made += 1;
            let placeholder = format!("[secret {}]", self.made);
            self.keep(SecretString::from(secret), placeholder);
        }
    }

    /// Keeps what an answer to a changing request may have made.
    pub(crate) fn learn(&mut self, answer: &Value) {
        let mut answer = answer.clone();
        rewrite::value(None, &mut answer, &mut |member, text| {
            if text.len() >= LONG && member.is_some_and(is_secret) {
                self.keep_made(text);
            }
            String::new()
        });
    }

    /// A text without the secrets.
    pub(crate) fn redacted(&self, text: &str) -> String {
        let mut redacted = text.to_owned();
        for (secret, placeholder) in &self.known {
            let secret = secret.expose_secret();
            if redacted == secret {
                return placeholder.clone();
            }
            if secret.len() >= SHORTEST && redacted.contains(secret) {
                redacted = redacted.replace(secret, placeholder);
            }
        }
        redacted
    }
}

fn is_secret(member: &str) -> bool {
    let member = member.to_ascii_lowercase();
    MEMBERS.iter().any(|it| {
        let before = member.strip_suffix(it);
        before.is_some_and(|it| it.is_empty() || it.ends_with(['_', '-']))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_replaced_wherever_it_stands() {
        let mut secrets = Secrets::default();
        secrets.keep("s3cret-key".into(), "[redacted]".into());
        secrets.keep("s3cret-key-longer".into(), "[setting key]".into());
        secrets.keep("short".into(), "[setting word]".into());
        secrets.keep("".into(), "[nothing]".into());
        for (text, expected) in [
            ("", ""),
            ("nothing of it", "nothing of it"),
            ("s3cret-key", "[redacted]"),
            ("Bearer s3cret-key.", "Bearer [redacted]."),
            ("s3cret-key-longer", "[setting key]"),
            (
                "a s3cret-key-longer, s3cret-key",
                "a [setting key], [redacted]",
            ),
            ("short", "[setting word]"),
            ("too short", "too short"),
        ] {
            assert_eq!(secrets.redacted(text), expected, "{text}");
        }
    }

    #[test]
    fn what_a_changing_request_brought_is_known_by_its_member() {
        let value = |number: u8| format!("a-long-value-no-{number}");
        let answer = json!({
            "object": "an-object-and-a-key", "value": value(1), "kind": {"value": "short"},
            "api_key": {"value": value(2), "name": "the-name-of-a-key"},
            "client_secret": value(3), "access_token": value(4), "monkey": value(5),
            "keys": [value(6)], "Password": value(1),
        });
        let mut secrets = Secrets::default();
        secrets.learn(&answer);
        let is_replaced = |it: &u8| secrets.redacted(&value(*it)).starts_with("[secret ");
        assert_eq!(
            (1..=6).filter(is_replaced).collect::<Vec<_>>(),
            [1, 2, 3, 4]
        );
        for text in ["an-object-and-a-key", "the-name-of-a-key", "short"] {
            assert_eq!(secrets.redacted(text), text);
        }
        assert_eq!(secrets.made, 4, "the same twice is one");
    }
}
