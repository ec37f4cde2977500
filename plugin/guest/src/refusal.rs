//! An answer that is an error, as the contract's error.
//!
//! Bodies come in four shapes, and none of them is relied on:
//!
//! | shape | |
//! |---|---|
//! | object | `{"error": {"message", "type", "param", "code"}}`, any member null or absent |
//! | text | `{"error": "Missing scopes: …"}` |
//! | flat | `{"code": 404, "message": "…"}` |
//! | none | an HTML page of some proxy, nothing, garbage |
//!
//! | status | kind |
//! |---|---|
//! | 401, 403 with a code that ends the credential | `unauthenticated` |
//! | 401, 403 that name missing scopes, or insufficient permissions | `permission-denied` |
//! | other 401 · 403, 451 | `unauthenticated` · `permission-denied` |
//! | 402 | `not-in-plan` |
//! | 404, 410 | `not-found`; without a JSON body `unreadable-response`, since that is no answer of an API |
//! | 400, 422 that name a parameter | `invalid-input` |
//! | 409 | `conflict` |
//! | 429 | `rate-limited`, with the wait |
//! | 408, 425, 5xx | `unavailable` |
//! | other 4xx | `precondition` |
//! | 3xx and all else | `unreadable-response` |

use serde_json::Value;

use crate::faults::fault;
use crate::reading::{Reading, parse};
use crate::text::{NAME_LIMIT, one_line};
use crate::transport::Response;
use crate::wait;
use crate::wit::faults::{Delivery, Error, ErrorKind, Party};
use crate::wit::model::Timestamp;

/// How much of the service's message is quoted, in bytes.
const QUOTE_LIMIT: usize = 1_000;
/// The longest code and request id that are told, in bytes.
const CODE_LIMIT: usize = 256;

/// What the errors of one service need said.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// Codes that mean that the credential is of no use at all.
    pub unauthenticated_codes: &'static [&'static str],
    /// What to do about a credential that is refused.
    pub credential_hint: &'static str,
    /// What to do about a missing permission.
    pub permission_hint: &'static str,
    /// What to do about an answer that is not the service's.
    pub address_hint: &'static str,
}

/// The error that an answer with a status outside 200–299 is. `now` is what
/// dates in it are relative to.
#[must_use]
pub fn read(response: &Response, dialect: &Dialect, now: Timestamp) -> Error {
    let body = Body::read(&response.body);
    let wait = wait::asked(response, body.message.as_deref(), now);
    let kind = kind(response.status, &body, dialect, wait);
    let hint = hint(&kind, dialect).map(str::to_owned);
    Error {
        hint,
        http_status: Some(response.status),
        code: body.code.clone(),
        request_id: request_id(response),
        delivery: Delivery::Answered,
        ..fault(party(&kind), kind, &body.sentence(response.status))
    }
}

/// The service's id of a request, as its answer tells it.
#[must_use]
pub fn request_id(response: &Response) -> Option<String> {
    let id = response.header("x-request-id")?;
    let id = one_line(id, CODE_LIMIT);
    (!id.is_empty()).then_some(id)
}

/// What an error's body tells.
#[derive(Debug, Default, PartialEq)]
struct Body {
    message: Option<String>,
    code: Option<String>,
    parameter: Option<String>,
    shape: Shape,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Shape {
    Json,
    Empty,
    Html,
    #[default]
    Garbage,
}

impl Body {
    fn read(bytes: &[u8]) -> Self {
        match parse(bytes) {
            Ok(body) if body.is_object() => Self::of_json(&body),
            _ => Self {
                shape: shape(bytes),
                ..Self::default()
            },
        }
    }

    fn of_json(body: &Value) -> Self {
        let inner = body.child("error").unwrap_or(body);
        let message = inner.text("message").or_else(|| body.text("error"));
        Self {
            message: message.map(str::to_owned),
            code: inner.get("code").and_then(code),
            parameter: inner
                .text("param")
                .map(|parameter| one_line(parameter, NAME_LIMIT)),
            shape: Shape::Json,
        }
    }

    /// A lowercase fragment that quotes the service.
    fn sentence(&self, status: u16) -> String {
        let told = match (&self.message, self.shape) {
            (Some(message), _) => {
                let quote = one_line(message, QUOTE_LIMIT);
                format!(": {}", quote.trim_end_matches('.'))
            }
            (None, Shape::Json) => " without a message".to_owned(),
            (None, Shape::Empty) => " with nothing".to_owned(),
            (None, Shape::Html) => " with an HTML page".to_owned(),
            (None, Shape::Garbage) => " with something that is not JSON".to_owned(),
        };
        format!("the service answered {status}{told}")
    }

    /// The scopes that the message names as missing.
    fn missing_scopes(&self) -> Option<String> {
        const ANCHORS: [&str; 4] = [
            "missing scopes:",
            "missing scope:",
            "missing permissions:",
            "missing permission:",
        ];
        let message = self.message.as_deref()?;
        let lower = message.to_ascii_lowercase();
        let start = ANCHORS
            .iter()
            .find_map(|anchor| Some(lower.find(anchor)?.saturating_add(anchor.len())))?;
        let named = message.get(start..)?.split(". ").next()?;
        let scopes: Vec<&str> = named.split(',').filter_map(scope).collect();
        let scopes = one_line(&scopes.join(", "), NAME_LIMIT);
        (!scopes.is_empty()).then_some(scopes)
    }

    fn speaks_of_permissions(&self) -> bool {
        let message = self.message.as_deref().unwrap_or_default();
        message
            .to_ascii_lowercase()
            .contains("insufficient permission")
    }
}

/// The first word, which a scope's name is.
fn scope(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?.trim_end_matches('.');
    (!word.is_empty()).then_some(word)
}

fn code(value: &Value) -> Option<String> {
    let code = match value {
        Value::String(code) => one_line(code, CODE_LIMIT),
        Value::Number(code) => code.to_string(),
        _ => return None,
    };
    (!code.is_empty()).then_some(code)
}

fn shape(bytes: &[u8]) -> Shape {
    let text = bytes.trim_ascii();
    if text.is_empty() {
        Shape::Empty
    } else if text.starts_with(b"<") {
        Shape::Html
    } else {
        Shape::Garbage
    }
}

fn kind(status: u16, body: &Body, dialect: &Dialect, wait: Option<u64>) -> ErrorKind {
    match status {
        400 | 422 => match &body.parameter {
            Some(parameter) => ErrorKind::InvalidInput(parameter.clone()),
            None => ErrorKind::Precondition,
        },
        401 | 403 => refused(status, body, dialect),
        402 => ErrorKind::NotInPlan,
        404 | 410 if body.shape == Shape::Json => ErrorKind::NotFound,
        404 | 410 => ErrorKind::UnreadableResponse,
        408 | 425 | 500..=599 => ErrorKind::Unavailable,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited(wait),
        451 => ErrorKind::PermissionDenied(None),
        400..=499 => ErrorKind::Precondition,
        _ => ErrorKind::UnreadableResponse,
    }
}

/// A code that ends the credential is believed first, then named scopes: both
/// are exacter than the status.
fn refused(status: u16, body: &Body, dialect: &Dialect) -> ErrorKind {
    let ends_credential = |code: &str| dialect.unauthenticated_codes.contains(&code);
    if body.code.as_deref().is_some_and(ends_credential) {
        return ErrorKind::Unauthenticated;
    }
    match body.missing_scopes() {
        Some(scopes) => ErrorKind::PermissionDenied(Some(scopes)),
        None if status == 403 || body.speaks_of_permissions() => ErrorKind::PermissionDenied(None),
        None => ErrorKind::Unauthenticated,
    }
}

fn party(kind: &ErrorKind) -> Party {
    match kind {
        ErrorKind::Unauthenticated | ErrorKind::PermissionDenied(_) | ErrorKind::NotInPlan => {
            Party::Credential
        }
        ErrorKind::RateLimited(_) | ErrorKind::Unavailable | ErrorKind::UnreadableResponse => {
            Party::Service
        }
        _ => Party::Caller,
    }
}

fn hint(kind: &ErrorKind, dialect: &Dialect) -> Option<&'static str> {
    match kind {
        ErrorKind::Unauthenticated => Some(dialect.credential_hint),
        ErrorKind::PermissionDenied(_) => Some(dialect.permission_hint),
        ErrorKind::UnreadableResponse => Some(dialect.address_hint),
        ErrorKind::NotInPlan => Some("ask the service which plan has this"),
        ErrorKind::NotFound => {
            Some("it may have been removed; if nothing is found at all, check the base URL")
        }
        ErrorKind::RateLimited(_) => Some("wait as long as told, and ask less often"),
        ErrorKind::Unavailable => Some("try again later, and look at the service's status page"),
        ErrorKind::Precondition | ErrorKind::Conflict | ErrorKind::InvalidInput(_) => {
            Some("change what the service's message names")
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
