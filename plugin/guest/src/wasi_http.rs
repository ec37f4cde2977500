//! The transport over `wasi:http/outgoing-handler`.
//!
//! It blocks: a connector's call has one request under way, and an instance
//! lives for one call. Nothing is repeated, no timeout is set: both are the
//! host's.

use url::Url;
use wasi::http::outgoing_handler::handle;
use wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingResponse, Method as WasiMethod,
    OutgoingBody, OutgoingRequest, Scheme, http_error_code,
};
use wasi::io::streams::{InputStream, StreamError};

use crate::transport::{
    BODY_LIMIT, Method, Problem, Request, Response, Transport, TransportError, answer_headers,
};
use crate::wit::faults::Delivery;

/// How much of an answer is read at once, in bytes.
const READ_AT_ONCE: u64 = 64 * 1_024;

/// How much of a body WASI writes at once, in bytes.
const WRITE_AT_ONCE: usize = 4_096;

/// Sends requests through the host.
#[derive(Debug, Clone, Copy, Default)]
pub struct WasiHttp;

impl Transport for WasiHttp {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let outgoing = outgoing_request(request)?;
        let body = match &request.body {
            Some(bytes) => Some((outgoing_body(&outgoing)?, bytes)),
            None => None,
        };
        let pending = handle(outgoing, None).map_err(of_code)?;
        if let Some((body, bytes)) = body {
            // A service may answer without reading all. If it does not, the
            // wait for its answer fails.
            let _ = write(body, bytes);
        }
        let incoming = wait(&pending)?;
        let status = incoming.status();
        Ok(Response {
            status,
            headers: headers(&incoming, answer_headers(status)),
            body: read_body(&incoming)?,
        })
    }
}

fn outgoing_request(request: &Request) -> Result<OutgoingRequest, TransportError> {
    let headers = request.headers.iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| ((*name).to_owned(), value.clone().into_bytes()))
        .collect();
    let fields = Fields::from_list(&headers)
        .map_err(|error| not_sent(Problem::Refused, &format!("its headers: {error:?}")))?;
    let outgoing = OutgoingRequest::new(fields);
    address(&outgoing, request)
        .map_err(|()| not_sent(Problem::Refused, "its method or URL is not accepted"))?;
    Ok(outgoing)
}

fn address(outgoing: &OutgoingRequest, request: &Request) -> Result<(), ()> {
    // `GET` is what it begins with.
    if request.method != Method::Get {
        outgoing.set_method(&method(request.method))?;
    }
    outgoing.set_scheme(Some(&scheme(&request.url)))?;
    outgoing.set_authority(Some(request.url.authority()))?;
    outgoing.set_path_with_query(Some(&path_with_query(&request.url)))
}

fn path_with_query(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

fn method(method: Method) -> WasiMethod {
    match method {
        Method::Get => WasiMethod::Get,
        Method::Post => WasiMethod::Post,
        Method::Put => WasiMethod::Put,
        Method::Patch => WasiMethod::Patch,
        Method::Delete => WasiMethod::Delete,
    }
}

fn scheme(url: &Url) -> Scheme {
    if url.scheme() == "http" {
        Scheme::Http
    } else {
        Scheme::Https
    }
}

fn outgoing_body(outgoing: &OutgoingRequest) -> Result<OutgoingBody, TransportError> {
    let refused = |()| not_sent(Problem::Refused, "it takes no body");
    outgoing.body().map_err(refused)
}

fn write(body: OutgoingBody, bytes: &[u8]) -> Result<(), ()> {
    let stream = body.write()?;
    for chunk in bytes.chunks(WRITE_AT_ONCE) {
        stream.blocking_write_and_flush(chunk).map_err(drop)?;
    }
    drop(stream);
    OutgoingBody::finish(body, None).map_err(drop)
}

fn wait(pending: &FutureIncomingResponse) -> Result<IncomingResponse, TransportError> {
    pending.subscribe().block();
    match pending.get() {
        Some(Ok(Ok(incoming))) => Ok(incoming),
        Some(Ok(Err(code))) => Err(of_code(code)),
        Some(Err(())) | None => Err(half_answered(None)),
    }
}

fn headers(incoming: &IncomingResponse, names: &[&str]) -> Vec<(String, String)> {
    let fields = incoming.headers();
    let first = |name: &&str| {
        let value = fields.get(name).into_iter().next()?;
        Some(((*name).to_owned(), String::from_utf8(value).ok()?))
    };
    names.iter().filter_map(first).collect()
}

fn read_body(incoming: &IncomingResponse) -> Result<Vec<u8>, TransportError> {
    let body = incoming.consume().map_err(|()| half_answered(None))?;
    let stream = body.stream().map_err(|()| half_answered(None))?;
    read_stream(&stream)
}

fn read_stream(stream: &InputStream) -> Result<Vec<u8>, TransportError> {
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(READ_AT_ONCE) {
            Ok(chunk) if bytes.len().saturating_add(chunk.len()) > BODY_LIMIT => {
                return Err(TransportError {
                    problem: Problem::TooLarge,
                    delivery: Delivery::MayHaveArrived,
                    detail: Some(format!("more than {BODY_LIMIT} bytes")),
                });
            }
            // Most answers are one chunk.
            Ok(chunk) if bytes.is_empty() => bytes = chunk,
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(half_answered(http_error_code(&error)));
            }
        }
    }
}

fn not_sent(problem: Problem, detail: &str) -> TransportError {
    TransportError {
        problem,
        delivery: Delivery::NotSent,
        detail: Some(detail.to_owned()),
    }
}

/// The answer had begun: whatever the code says, the request has arrived.
fn half_answered(code: Option<ErrorCode>) -> TransportError {
    let interrupted = TransportError {
        problem: Problem::Interrupted,
        delivery: Delivery::MayHaveArrived,
        detail: None,
    };
    TransportError {
        delivery: Delivery::MayHaveArrived,
        ..code.map_or(interrupted, of_code)
    }
}

/// What a code of `wasi:http` says, and whether the request may have arrived.
/// Where a code does not settle that, it may.
fn of_code(code: ErrorCode) -> TransportError {
    let (problem, delivery) = meaning(&code);
    TransportError {
        problem,
        delivery,
        detail: Some(detail(code)),
    }
}

fn detail(code: ErrorCode) -> String {
    match code {
        ErrorCode::InternalError(Some(text)) => text,
        ErrorCode::DnsError(payload) => payload.rcode.unwrap_or_else(|| "no answer".to_owned()),
        other => format!("{other:?}"),
    }
}

const fn meaning(code: &ErrorCode) -> (Problem, Delivery) {
    use ErrorCode as Code;
    let (sent, unsent) = (Delivery::MayHaveArrived, Delivery::NotSent);
    match code {
        Code::HttpRequestDenied
        | Code::DestinationIpProhibited
        | Code::HttpRequestLengthRequired
        | Code::HttpRequestBodySize(_)
        | Code::HttpRequestMethodInvalid
        | Code::HttpRequestUriInvalid
        | Code::HttpRequestUriTooLong
        | Code::HttpRequestHeaderSectionSize(_)
        | Code::HttpRequestHeaderSize(_)
        | Code::HttpRequestTrailerSectionSize(_)
        | Code::HttpRequestTrailerSize(_)
        | Code::ConfigurationError => (Problem::Refused, unsent),
        Code::DnsTimeout | Code::DnsError(_) | Code::DestinationNotFound => {
            (Problem::Unresolved, unsent)
        }
        Code::DestinationUnavailable
        | Code::DestinationIpUnroutable
        | Code::ConnectionRefused
        | Code::ConnectionLimitReached => (Problem::Unreachable, unsent),
        Code::ConnectionTimeout => (Problem::Timeout, unsent),
        Code::TlsCertificateError => (Problem::Insecure, unsent),
        // These two may come after the handshake as well.
        Code::TlsProtocolError | Code::TlsAlertReceived(_) => (Problem::Insecure, sent),
        Code::ConnectionReadTimeout | Code::ConnectionWriteTimeout | Code::HttpResponseTimeout => {
            (Problem::Timeout, sent)
        }
        Code::HttpResponseHeaderSectionSize(_)
        | Code::HttpResponseHeaderSize(_)
        | Code::HttpResponseBodySize(_)
        | Code::HttpResponseTrailerSectionSize(_)
        | Code::HttpResponseTrailerSize(_) => (Problem::TooLarge, sent),
        Code::HttpResponseTransferCoding(_) | Code::HttpResponseContentCoding(_) => {
            (Problem::Malformed, sent)
        }
        Code::ConnectionTerminated
        | Code::HttpResponseIncomplete
        | Code::HttpUpgradeFailed
        | Code::HttpProtocolError
        | Code::LoopDetected
        | Code::InternalError(_) => (Problem::Interrupted, sent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_what_went_wrong_and_whether_the_request_may_have_arrived() {
        for (code, problem, delivery) in [
            (
                ErrorCode::HttpRequestDenied,
                Problem::Refused,
                Delivery::NotSent,
            ),
            (
                ErrorCode::DestinationIpProhibited,
                Problem::Refused,
                Delivery::NotSent,
            ),
            (
                ErrorCode::DnsTimeout,
                Problem::Unresolved,
                Delivery::NotSent,
            ),
            (
                ErrorCode::ConnectionRefused,
                Problem::Unreachable,
                Delivery::NotSent,
            ),
            (
                ErrorCode::ConnectionTimeout,
                Problem::Timeout,
                Delivery::NotSent,
            ),
            (
                ErrorCode::TlsCertificateError,
                Problem::Insecure,
                Delivery::NotSent,
            ),
            (
                ErrorCode::ConnectionReadTimeout,
                Problem::Timeout,
                Delivery::MayHaveArrived,
            ),
            (
                ErrorCode::ConnectionTerminated,
                Problem::Interrupted,
                Delivery::MayHaveArrived,
            ),
            (
                ErrorCode::HttpResponseBodySize(None),
                Problem::TooLarge,
                Delivery::MayHaveArrived,
            ),
            (
                ErrorCode::InternalError(None),
                Problem::Interrupted,
                Delivery::MayHaveArrived,
            ),
        ] {
            let error = of_code(code);
            assert_eq!((error.problem, error.delivery), (problem, delivery));
        }
    }

    #[test]
    fn half_an_answer_means_that_the_request_has_arrived() {
        for code in [None, Some(ErrorCode::ConnectionRefused)] {
            assert_eq!(half_answered(code).delivery, Delivery::MayHaveArrived);
        }
    }
}
