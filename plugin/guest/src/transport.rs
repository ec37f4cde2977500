//! One request, one answer.
//!
//! [`Transport`] is the only thing that a connector reaches the world through:
//! [`crate::wasi_http::WasiHttp`] in the sandbox, a script in tests.

use url::Url;

use crate::faults::fault;
use crate::wit::faults::{Delivery, Error, ErrorKind, Party};

/// The longest body of an answer that is read, in bytes: 4 MiB. A page of 1,000
/// rows then has 4 KiB for each. An instance has some 64 MiB of memory, and a
/// body needs three times its length while it grows.
pub const BODY_LIMIT: usize = 4 * 1_024 * 1_024;

/// The headers of an answer that connectors look at; a transport hands on no
/// others. The host has to be asked for each of them, so a success is asked for
/// nothing that only a refusal tells.
#[must_use]
pub const fn answer_headers(status: u16) -> &'static [&'static str] {
    match status {
        200..=299 => &["x-request-id"],
        _ => &["retry-after", "retry-after-ms", "x-request-id"],
    }
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// The method as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A request. Never with a credential: the host adds it on the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where it goes; without user information and fragment.
    pub url: Url,
    /// Names in lower case, with their values.
    pub headers: Vec<(&'static str, String)>,
    /// The body, where there is one.
    pub body: Option<Vec<u8>>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Those of [`answer_headers`] that the answer has.
    pub headers: Vec<(String, String)>,
    /// The body, at most [`BODY_LIMIT`] bytes.
    pub body: Vec<u8>,
}

impl Response {
    /// A header's value; the name without regard to case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        self.headers.iter().find(named).map(|(_, value)| &**value)
    }
}

/// Sends requests.
pub trait Transport {
    /// Sends one request and waits for its whole answer, whatever its status.
    ///
    /// # Errors
    /// No answer, or half of one; how far the request got is told.
    fn send(&self, request: &Request) -> Result<Response, TransportError>;
}

/// What can go wrong on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The host's rules or bounds.
    #[error("the host refused to send the request")]
    Refused,
    /// No address for the name.
    #[error("the service's name could not be resolved")]
    Unresolved,
    /// No connection.
    #[error("no connection to the service")]
    Unreachable,
    /// No trust, or no common language.
    #[error("no secure connection to the service")]
    Insecure,
    /// Too slow.
    #[error("the service took too long")]
    Timeout,
    /// The connection ended in the middle.
    #[error("the connection broke before the answer was complete")]
    Interrupted,
    /// The answer exceeds a bound.
    #[error("the service's answer is too large")]
    TooLarge,
    /// The answer is no HTTP, or not coded as agreed.
    #[error("the service's answer is not proper HTTP")]
    Malformed,
}

/// A request without a whole answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}{}", .detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default())]
pub struct TransportError {
    /// What went wrong.
    pub problem: Problem,
    /// How far the request got.
    pub delivery: Delivery,
    /// More about it, for people.
    pub detail: Option<String>,
}

impl TransportError {
    /// The contract's error for it.
    #[must_use]
    pub fn into_fault(self, surface: &str) -> Error {
        let (party, kind, hint) = self.problem.meaning();
        Error {
            hint: Some(hint.to_owned()),
            surface: Some(surface.to_owned()),
            delivery: self.delivery,
            ..fault(party, kind, &self.to_string())
        }
    }
}

impl Problem {
    const fn meaning(self) -> (Party, ErrorKind, &'static str) {
        let network = Party::Network;
        match self {
            Self::Refused => (
                network,
                ErrorKind::RefusedByHost,
                "the host knows which of its rules refused the request",
            ),
            Self::Unresolved => (
                network,
                ErrorKind::Unavailable,
                "check the base URL's host name and the resolver",
            ),
            Self::Unreachable => (
                network,
                ErrorKind::Unavailable,
                "check the base URL, and that nothing between blocks the connection",
            ),
            Self::Insecure => (
                network,
                ErrorKind::Unavailable,
                "check the base URL, the machine's clock and its trusted certificates",
            ),
            Self::Timeout | Self::Interrupted => (
                network,
                ErrorKind::Unavailable,
                "try again later, and check the way to the service if it stays so",
            ),
            Self::TooLarge | Self::Malformed => (
                Party::Service,
                ErrorKind::UnreadableResponse,
                "check that the base URL is that of the service's API",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_way_says_whose_it_is_and_how_far_the_request_got() {
        for (problem, party, kind) in [
            (Problem::Refused, Party::Network, ErrorKind::RefusedByHost),
            (Problem::Unresolved, Party::Network, ErrorKind::Unavailable),
            (Problem::Unreachable, Party::Network, ErrorKind::Unavailable),
            (Problem::Insecure, Party::Network, ErrorKind::Unavailable),
            (Problem::Timeout, Party::Network, ErrorKind::Unavailable),
            (Problem::Interrupted, Party::Network, ErrorKind::Unavailable),
            (
                Problem::TooLarge,
                Party::Service,
                ErrorKind::UnreadableResponse,
            ),
            (
                Problem::Malformed,
                Party::Service,
                ErrorKind::UnreadableResponse,
            ),
        ] {
            let error = TransportError {
                problem,
                delivery: Delivery::MayHaveArrived,
                detail: Some("told\u{7}".to_owned()),
            };
            let error = error.into_fault("users");
            assert_eq!((error.party, error.kind), (party, kind));
            assert_eq!(error.delivery, Delivery::MayHaveArrived);
            assert_eq!(error.surface.as_deref(), Some("users"));
            assert!(error.message.ends_with(": told"), "{}", error.message);
            assert!(error.hint.is_some());
        }
    }
}
