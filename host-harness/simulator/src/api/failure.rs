//! Errors in the documented shape:
//! `{"error": {"message", "type", "param", "code"}}`, `param` and `code`
//! nullable. Messages are for people: only the shape is documented. A refusal
//! for want of permission has other shapes too, by a switch.

use std::time::Duration;

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use serde_json::{Value, json};

use crate::organization::Refusal;
use crate::quirks::ForbiddenShape;

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    status: StatusCode,
    message: String,
    param: Option<String>,
    code: Option<&'static str>,
    /// Refused for want of permission, whatever the status.
    is_forbidden: bool,
    /// The value of `Retry-After`.
    retry_after: Option<HeaderValue>,
}

impl Failure {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            param: None,
            code: None,
            is_forbidden: status == StatusCode::FORBIDDEN,
            retry_after: None,
        }
    }

    /// A parameter or field with an unusable value: 400.
    pub(super) fn invalid(param: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            param: Some(param.to_owned()),
            ..Self::new(StatusCode::BAD_REQUEST, message).code(code)
        }
    }

    /// A parameter or field of the wrong type: 400.
    pub(super) fn wrong_type(param: &str, expected: &str) -> Self {
        let message = format!("Invalid type for '{param}': expected {expected}.");
        Self::invalid(param, "invalid_type", message)
    }

    /// A parameter or field that is none of the known words: 400.
    pub(super) fn unknown_value(param: &str, value: &str, known: &[&str]) -> Self {
        let known = known.join("' and '");
        let message = format!("Invalid value: '{value}'. Supported values are: '{known}'.");
        Self::invalid(param, "invalid_value", message)
    }

    pub(super) fn code(self, code: &'static str) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }

    pub(super) fn forbidden(self) -> Self {
        Self {
            is_forbidden: true,
            ..self
        }
    }

    /// Rounded up to whole seconds, one at the least, as the spec says.
    pub(super) fn retry_after(self, time: Duration) -> Self {
        let seconds = time.as_millis().div_ceil(1_000).max(1);
        Self {
            retry_after: Some((seconds as u64).into()),
            ..self
        }
    }

    /// Whatever it means.
    pub(super) fn retry_at(self, value: &'static str) -> Self {
        Self {
            retry_after: Some(HeaderValue::from_static(value)),
            ..self
        }
    }

    /// As an answer, a want of permission in the shape that is asked for.
    pub(super) fn respond(&self, forbidden: ForbiddenShape) -> Response {
        let body = match forbidden {
            ForbiddenShape::Text if self.is_forbidden => json!({ "error": self.message }),
            ForbiddenShape::Flat if self.is_forbidden => {
                json!({ "code": self.status.as_u16(), "message": self.message })
            }
            _ => json!({ "error": self.object() }),
        };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(value) = &self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, value.clone());
        }
        response
    }

    /// All have this type, 401 and 429 included.
    fn object(&self) -> Value {
        json!({
            "message": self.message,
            "type": "invalid_request_error",
            "param": self.param,
            "code": self.code,
        })
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.reason.code(),
            ..Self::new(refusal.status, refusal.reason.to_string())
        }
    }
}

impl IntoResponse for Failure {
    /// Carries itself along, for the envelope to shape: only that knows the
    /// switches.
    fn into_response(self) -> Response {
        let mut response = self.respond(ForbiddenShape::Object);
        response.extensions_mut().insert(self);
        response
    }
}
