//! `Authorization: Bearer sk-admin-…`, on everything under `/v1`, unknown paths
//! included.

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::author::Author;
use super::failure::Failure;
use crate::random::Random;
use crate::{Error, RestrictedKey};

/// What is said without a key, as many users have quoted it.
const NO_KEY: &str = "You didn't provide an API key. You need to provide your API key in an \
    Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";

/// Which keys open the organization.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) admin: String,
    /// The id by which the audit log names it.
    pub(crate) admin_id: String,
    /// A key that is good for some scopes alone.
    pub(crate) restricted: Option<String>,
    pub(crate) restricted_id: Option<String>,
    scopes: Scopes,
    accept_any: bool,
}

/// What a restricted key may do; a full one carries none.
#[derive(Clone, Debug, Default)]
pub(super) struct Scopes(Vec<String>);

impl Scopes {
    /// Whether the scope is among them, by itself or as part of `api.all.read`.
    pub(super) fn have(&self, scope: &str) -> bool {
        let reads = scope.ends_with(".read");
        let mut scopes = self.0.iter();
        scopes.any(|own| own == scope || (reads && own == "api.all.read"))
    }
}

impl Keys {
    pub(crate) fn new(given: Option<String>, accept_any: bool, seed: u64) -> Result<Self, Error> {
        // Another stream than the organization's ids.
        let made = || Random::new(!seed).id("sk-admin-", 64);
        let admin = given.unwrap_or_else(made);
        if !is_usable(&admin) {
            return Err(Error::UnusableKey);
        }
        Ok(Self {
            admin,
            admin_id: key_id(seed, 1),
            restricted: None,
            restricted_id: None,
            scopes: Scopes::default(),
            accept_any,
        })
    }

    /// The same keys and a restricted one.
    pub(crate) fn and(self, given: Option<RestrictedKey>, seed: u64) -> Result<Self, Error> {
        let Some(RestrictedKey { key, scopes }) = given else {
            return Ok(self);
        };
        // Yet another stream, for every seed.
        let made = || Random::new(!(seed ^ 0x5eed)).id("sk-admin-", 64);
        let key = key.unwrap_or_else(made);
        if !is_usable(&key) {
            return Err(Error::UnusableKey);
        }
        Ok(Self {
            restricted: Some(key),
            restricted_id: Some(key_id(seed, 2)),
            scopes: Scopes(scopes),
            ..self
        })
    }

    /// The scopes to which the key is restricted; `None` for a full one.
    fn check(&self, headers: &HeaderMap) -> Result<Option<&Scopes>, Failure> {
        let no_key = || Failure::new(StatusCode::UNAUTHORIZED, NO_KEY);
        let key = bearer(headers).ok_or_else(no_key)?;
        if self.restricted.as_deref() == Some(key) {
            return Ok(Some(&self.scopes));
        }
        if self.accept_any || key == self.admin {
            return Ok(None);
        }
        let help = "You can find your API key at https://platform.openai.com/account/api-keys.";
        let message = format!("Incorrect API key provided: {}. {help}", redact(key));
        Err(Failure::new(StatusCode::UNAUTHORIZED, message).code("invalid_api_key"))
    }
}

pub(super) async fn require_key(
    State(world): Shared,
    mut request: Request,
    next: Next,
) -> Response {
    match world.keys.check(request.headers()) {
        Ok(scopes) => {
            let own = world.keys.restricted_id.as_ref();
            let key = own.filter(|_| scopes.is_some());
            let author = Author {
                key: key.unwrap_or(&world.keys.admin_id).clone(),
                now: world.clock.now(),
            };
            request.extensions_mut().insert(author);
            if let Some(scopes) = scopes.cloned() {
                request.extensions_mut().insert(scopes);
            }
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

/// The id of the key of that number, from a stream of its own.
fn key_id(seed: u64, number: u64) -> String {
    Random::new(seed ^ (number << 32)).id("key_", 24)
}

/// Whether a header can carry the key.
fn is_usable(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = header.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

/// The first eight and the last four characters of a key; all of a short one is
/// hidden. A header that could be read as text is ASCII.
fn redact(key: &str) -> String {
    match (key.get(..8), key.len().checked_sub(4)) {
        (Some(start), Some(end)) if end >= 16 => {
            format!("{start}{}{}", "*".repeat(end - 8), &key[end..])
        }
        _ => "*".repeat(key.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_a_message_is_redacted() {
        let cases = [
            ("sk-admin-0123456789abcdef", "sk-admin*************cdef"),
            ("sk-admin-short", "**************"),
            ("x", "*"),
        ];
        for (key, expected) in cases {
            assert_eq!(redact(key), expected);
        }
    }

    #[test]
    fn a_bearer_key_is_read_from_the_header() {
        let cases = [
            (None, None),
            (Some("Bearer sk-admin-1"), Some("sk-admin-1")),
            (Some("bearer sk-admin-1"), Some("sk-admin-1")),
            (Some("Bearer "), None),
            (Some("Bearer"), None),
            (Some("Basic c2s6"), None),
            (Some("sk-admin-1"), None),
        ];
        for (value, expected) in cases {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert(AUTHORIZATION, value.parse().unwrap());
            }
            assert_eq!(bearer(&headers), expected, "{value:?}");
        }
    }

    #[test]
    fn a_made_key_has_the_form_of_an_admin_key_and_depends_on_the_seed() {
        let key = |seed| Keys::new(None, false, seed).unwrap().admin;
        assert!(key(1).starts_with("sk-admin-"));
        assert_eq!(key(1), key(1));
        assert_ne!(key(1), key(2));
    }

    #[test]
    fn a_key_that_no_header_can_carry_is_refused() {
        for key in ["", "sk admin", "sk-admin-\n", "schlüssel"] {
            let keys = Keys::new(Some(key.to_owned()), false, 0);
            assert!(matches!(keys, Err(Error::UnusableKey)), "{key:?}");
        }
    }

    #[test]
    fn a_restricted_key_is_never_the_full_one() {
        for seed in [0, 1, 7, u64::MAX] {
            let restricted = RestrictedKey {
                key: None,
                scopes: Vec::new(),
            };
            let keys = Keys::new(None, false, seed).unwrap();
            let keys = keys.and(Some(restricted), seed).unwrap();
            assert_ne!(keys.restricted.as_ref(), Some(&keys.admin), "seed {seed}");
        }
    }
}
