//! The pooled HTTP client of one connection, and what its failures mean.

use std::error::Error as StdError;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use wasmtime_wasi_http::{Error, WasiBody};

use super::body::Bounded;
use super::connect::{Busy, Connector, Network, Prohibited, TooSlow};
use super::resolve::Unresolved;
use crate::limits::{Bound, Limit, Limits};
use crate::policy::{Policy, Refusal};

/// Sends requests over connections that it keeps open.
#[derive(Clone)]
pub(super) struct Client(Box<legacy::Client<Connector, Full<Bytes>>>);

/// Why no response came.
pub(crate) enum Failure {
    /// The policy refused the connection.
    Refused(Refusal),
    /// The network failed.
    Network {
        /// What the component is told.
        told: Error,
        /// What the operator is told.
        text: String,
        /// The limit that ended it, if one did.
        bound: Option<Bound>,
        /// The request was on its way and may have arrived.
        sent: bool,
    },
}

impl Client {
    pub(super) fn new(policy: Arc<Policy>, network: Network, limits: &Limits) -> Self {
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .http1_max_headers(limits.response_header_count)
            .http1_max_buf_size(limits.response_headers)
            .http2_max_header_list_size(u32::try_from(limits.response_headers).unwrap_or(u32::MAX))
            .build(Connector::new(policy, network, limits));
        Self(Box::new(client))
    }

    /// Sends a request. Redirects are answers like any other.
    pub(super) async fn send(
        &self,
        request: http::Request<Full<Bytes>>,
        limits: Limits,
    ) -> Result<http::Response<WasiBody>, Failure> {
        let deadline = limits.connect_time + limits.first_byte_time;
        let response = match tokio::time::timeout(deadline, self.0.request(request)).await {
            Ok(response) => response.map_err(|error| explain(&error, &limits))?,
            Err(_) => {
                return Err(Failure::Network {
                    told: Error::HttpResponseTimeout,
                    text: "no answer in time".into(),
                    bound: Some(limits.bound(Limit::FirstByteTime)),
                    sent: true,
                });
            }
        };
        // The client's own bound is one on its buffer, and so not exact.
        if section_size(response.headers()) > limits.response_headers {
            return Err(headers_too_large(&limits));
        }
        Ok(response.map(|body| Bounded::new(body, &limits).boxed_unsync()))
    }
}

/// Bytes of a header section on the wire, with `: ` and line ends.
fn section_size(headers: &http::HeaderMap) -> usize {
    let sizes = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4);
    sizes.sum()
}

fn headers_too_large(limits: &Limits) -> Failure {
    let limit = u32::try_from(limits.response_headers).ok();
    Failure::Network {
        told: Error::HttpResponseHeaderSectionSize(limit),
        text: "the response's headers are too large".into(),
        bound: Some(limits.bound(Limit::ResponseHeaders)),
        sent: true,
    }
}

/// Finds an error of a type among the causes of another.
fn cause<T: StdError + 'static>(error: &legacy::Error) -> Option<&T> {
    let mut next: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(found) = next {
        if let Some(wanted) = found.downcast_ref::<T>() {
            return Some(wanted);
        }
        // `io::Error` hides the error that it wraps from `source`, and TLS
        // wraps its own in two.
        let io = found.downcast_ref::<std::io::Error>();
        next = match io.and_then(std::io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => found.source(),
        };
    }
    None
}

fn explain(error: &legacy::Error, limits: &Limits) -> Failure {
    if let Some(Prohibited(refusal)) = cause(error) {
        return Failure::Refused(refusal.clone());
    }
    let mut reached = None;
    let (told, text) = if let Some(slow) = cause::<TooSlow>(error) {
        reached = Some(slow.0);
        (Error::ConnectionTimeout, slow.to_string())
    } else if let Some(busy) = cause::<Busy>(error) {
        reached = Some(busy.0);
        (Error::ConnectionLimitReached, busy.to_string())
    } else if let Some(unresolved) = cause::<Unresolved>(error) {
        let told = Error::DnsError {
            rcode: None,
            info_code: None,
        };
        (told, unresolved.to_string())
    } else if let Some(tls) = cause::<rustls::Error>(error) {
        let told = match tls {
            rustls::Error::InvalidCertificate(_) => Error::TlsCertificateError,
            _ => Error::TlsProtocolError,
        };
        (told, format!("TLS failed: {tls}"))
    } else if error.is_connect() {
        let io = cause::<std::io::Error>(error);
        let told = match io.map(std::io::Error::kind) {
            Some(std::io::ErrorKind::ConnectionRefused) => Error::ConnectionRefused,
            _ => Error::DestinationUnavailable,
        };
        (
            told,
            io.map_or_else(|| innermost(error), ToString::to_string),
        )
    } else {
        match cause::<hyper::Error>(error) {
            Some(hyper) if hyper.is_parse_too_large() => return headers_too_large(limits),
            Some(hyper) if hyper.is_parse() => {
                (Error::HttpProtocolError, "the answer is not HTTP".into())
            }
            _ => (Error::ConnectionTerminated, innermost(error)),
        }
    };
    let sent = !error.is_connect();
    Failure::Network {
        told,
        text,
        bound: reached,
        sent,
    }
}

/// The last of the causes, which says most.
fn innermost(error: &legacy::Error) -> String {
    let mut last: &(dyn StdError + 'static) = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
