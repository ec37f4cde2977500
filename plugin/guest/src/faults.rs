//! Errors that a connector makes itself, before a request or instead of one.
//!
//! Errors that a service answers are read by [`crate::refusal`], those of the
//! way to it by [`crate::transport`].

use crate::text;
use crate::wit::faults::{Delivery, Error, ErrorKind, Party};

/// An error of this kind and nothing else, before any request.
#[must_use]
pub fn fault(party: Party, kind: ErrorKind, message: &str) -> Error {
    Error {
        party,
        kind,
        message: text::one_line(message, text::DESCRIPTION_LIMIT),
        hint: None,
        surface: None,
        http_status: None,
        code: None,
        request_id: None,
        delivery: Delivery::NotSent,
    }
}

/// The argument or configuration value `name` is wrong.
#[must_use]
pub fn invalid_input(name: &str, message: &str) -> Error {
    let kind = ErrorKind::InvalidInput(text::name(name));
    fault(Party::Caller, kind, message)
}

/// The connector cannot do this, whoever asks.
#[must_use]
pub fn unsupported(message: &str) -> Error {
    fault(Party::Caller, ErrorKind::Unsupported, message)
}

/// The state of the service stands against it; `hint` says how to go on.
#[must_use]
pub fn precondition(message: &str, hint: &str) -> Error {
    Error {
        hint: Some(text::one_line(hint, text::DESCRIPTION_LIMIT)),
        ..fault(Party::Caller, ErrorKind::Precondition, message)
    }
}

/// The connector cannot do this, whoever asks; `hint` says what can be done
/// instead.
#[must_use]
pub fn unsupported_but(message: &str, hint: &str) -> Error {
    Error {
        hint: Some(text::one_line(hint, text::DESCRIPTION_LIMIT)),
        ..unsupported(message)
    }
}

/// It does not exist, or not for this credential.
#[must_use]
pub fn not_found(message: &str) -> Error {
    fault(Party::Caller, ErrorKind::NotFound, message)
}

/// The page token is not one that this version made for this call.
#[must_use]
pub fn token_expired() -> Error {
    let message = "the page token is not one of this connector's";
    let mut error = fault(Party::Caller, ErrorKind::TokenExpired, message);
    error.hint = Some("start the listing again without a token".to_owned());
    error
}

/// The service answered something that its documents do not promise.
#[must_use]
pub fn unreadable(surface: &str, message: &str) -> Error {
    Error {
        surface: Some(surface.to_owned()),
        delivery: Delivery::Answered,
        ..fault(Party::Service, ErrorKind::UnreadableResponse, message)
    }
}
