//! Recording and replay, on the way out: answers as a recording holds them, and
//! back.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use futures::stream;
use governance_contract::connector::RedactedCredential;
use governance_contract::manifest::Effect;
use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use wasmtime_wasi_http::{Error, WasiBody};

use super::client::Failure;
use super::is_forbidden;
use super::plan::Step;
use crate::policy::Refusal;
use crate::recording::Recording;
use crate::recording::exchange::{Answer, Body, Failed, Got, Head};
use crate::recording::held::{Held, Missing};

/// The name of a failure, and the failure.
type Code = (&'static str, fn() -> Error);

/// What a failure is called in a recording, by wasi:http's names.
const CODES: [Code; 16] = [
    ("connection-read-timeout", || Error::ConnectionReadTimeout),
    ("connection-refused", || Error::ConnectionRefused),
    ("connection-terminated", || Error::ConnectionTerminated),
    ("connection-timeout", || Error::ConnectionTimeout),
    ("destination-ip-prohibited", || {
        Error::DestinationIpProhibited
    }),
    ("destination-unavailable", || Error::DestinationUnavailable),
    ("dns-error", || Error::DnsError {
        rcode: None,
        info_code: None,
    }),
    ("http-protocol-error", || Error::HttpProtocolError),
    ("http-request-denied", || Error::HttpRequestDenied),
    ("http-response-body-size", || {
        Error::HttpResponseBodySize(None)
    }),
    ("http-response-header-section-size", || {
        Error::HttpResponseHeaderSectionSize(None)
    }),
    ("http-response-incomplete", || Error::HttpResponseIncomplete),
    ("http-response-timeout", || Error::HttpResponseTimeout),
    ("tls-certificate-error", || Error::TlsCertificateError),
    ("tls-protocol-error", || Error::TlsProtocolError),
    (OTHER, || Error::InternalError(None)),
];

/// Of any other failure.
const OTHER: &str = "internal-error";

fn code(error: &Error) -> &'static str {
    let same = |made: Error| std::mem::discriminant(&made) == std::mem::discriminant(error);
    let found = CODES.iter().find(|(_, make)| same(make()));
    found.map_or(OTHER, |(code, _)| code)
}

fn error(code: &str) -> Error {
    let found = CODES.iter().find(|(known, _)| *known == code);
    found.map_or(Error::InternalError(None), |(_, make)| make())
}

/// Answers from a recording.
pub(crate) struct Player {
    head: Head,
    held: Mutex<Held>,
    missed: Mutex<Option<Refusal>>,
}

impl Player {
    pub(crate) fn new(recording: Recording) -> Self {
        Self {
            head: recording.head,
            held: Mutex::new(Held::new(recording.exchanges)),
            missed: Mutex::default(),
        }
    }

    pub(super) fn head(&self) -> &Head {
        &self.head
    }

    /// What a component may know of the credentials that there were.
    pub(super) fn credentials(&self) -> Vec<RedactedCredential> {
        let credentials = self.head.credentials.iter();
        let redacted = credentials.map(|(id, redacted_value)| RedactedCredential {
            id: id.clone(),
            redacted_value: redacted_value.clone(),
        });
        redacted.collect()
    }

    /// The first request that the recording did not hold.
    pub(super) fn missed(&self) -> Option<Refusal> {
        let missed = self.missed.lock();
        missed.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn answer(
        &self,
        asked: &Step,
        effect: Effect,
    ) -> Result<http::Response<WasiBody>, Failure> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.answer(asked, effect) {
            Ok(Got::Answer(answer)) => Ok(response(&answer)),
            Ok(Got::Failure(failed)) => Err(Failure::Network {
                told: error(&failed.code),
                text: failed.text,
                bound: None,
                sent: failed.sent,
            }),
            Err(Missing(why)) => Err(Failure::Refused(self.miss(asked, why))),
        }
    }

    fn miss(&self, asked: &Step, why: String) -> Refusal {
        let refusal = Refusal::NotRecorded {
            request: asked.to_string(),
            why,
        };
        let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        missed.get_or_insert_with(|| refusal.clone());
        refusal
    }
}

fn response(answer: &Answer) -> http::Response<WasiBody> {
    let broke_off = answer.broke_off.as_deref().map(error);
    let mut response = http::Response::new(whole(answer.body.bytes().into(), broke_off));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    for (name, value) in &answer.headers {
        // A header that a hand has spoilt is left out.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Waits for an answer's end, and gives it once for the component and once for
/// the recording. Neither has trailers.
pub(super) async fn heard(
    response: Result<http::Response<WasiBody>, Failure>,
) -> (Result<http::Response<WasiBody>, Failure>, Got) {
    let (mut head, body) = match response {
        Ok(response) => response.into_parts(),
        Err(failure) => {
            let failed = failed(&failure);
            return (Err(failure), Got::Failure(failed));
        }
    };
    let (bytes, broke_off) = collect(body).await;
    // The body is written anew when it is replayed.
    head.headers.remove(CONTENT_LENGTH);
    let headers = head.headers.iter().filter(|(name, _)| !is_forbidden(name));
    let text = |it: &HeaderValue| String::from_utf8_lossy(it.as_bytes()).into_owned();
    let got = Got::Answer(Answer {
        status: head.status.as_u16(),
        headers: headers
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body: Body::of(&bytes),
        broke_off: broke_off.as_ref().map(|it| code(it).to_owned()),
    });
    let response = http::Response::from_parts(head, whole(bytes, broke_off));
    (Ok(response), got)
}

async fn collect(mut body: WasiBody) -> (Bytes, Option<Error>) {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame.map(Frame::into_data) {
            Ok(Ok(data)) => bytes.extend_from_slice(&data),
            // Trailers.
            Ok(Err(_)) => {}
            Err(error) => return (bytes.into(), Some(error)),
        }
    }
    (bytes.into(), None)
}

/// A body that is there at once, and that may break off.
fn whole(bytes: Bytes, broke_off: Option<Error>) -> WasiBody {
    let frames = std::iter::once(Ok(Frame::data(bytes))).chain(broke_off.map(Err));
    StreamBody::new(stream::iter(frames)).boxed_unsync()
}

fn failed(failure: &Failure) -> Failed {
    match failure {
        Failure::Refused(refusal) => Failed {
            code: code(&refused(refusal)).to_owned(),
            text: refusal.to_string(),
            sent: false,
        },
        Failure::Network {
            told, text, sent, ..
        } => Failed {
            code: code(told).to_owned(),
            text: text.clone(),
            sent: *sent,
        },
    }
}

/// What a component is told of a refusal.
pub(super) fn refused(refusal: &Refusal) -> Error {
    match refusal {
        Refusal::Address { .. } => Error::DestinationIpProhibited,
        _ => Error::HttpRequestDenied,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What a component gets of an answer: status, headers, bytes, and how the
    /// body ended.
    type Seen = (u16, Vec<String>, Vec<u8>, Option<&'static str>);

    async fn seen(response: http::Response<WasiBody>) -> Seen {
        let (head, body) = response.into_parts();
        let headers = head.headers.iter();
        let headers = headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
        let mut headers: Vec<_> = headers.collect();
        headers.sort_unstable();
        let (bytes, broke_off) = collect(body).await;
        (
            head.status.as_u16(),
            headers,
            bytes.to_vec(),
            broke_off.as_ref().map(code),
        )
    }

    fn answering(body: &'static str, broke_off: Option<Error>) -> http::Response<WasiBody> {
        let mut response = http::Response::new(whole(body.into(), broke_off));
        *response.status_mut() = StatusCode::NOT_FOUND;
        for (name, value) in [
            ("content-type", "application/json"),
            ("content-length", "7"),
            ("set-cookie", "session=s3cret"),
            ("x-request-id", "r1"),
            ("x-two", "a"),
            ("x-two", "b"),
        ] {
            let value = HeaderValue::from_static(value);
            response
                .headers_mut()
                .append(HeaderName::from_static(name), value);
        }
        response
    }

    #[tokio::test]
    async fn an_answer_is_replayed_as_the_component_saw_it() {
        for (body, broke_off) in [
            (r#"{"a":1}"#, None),
            ("", None),
            (r#"{"a":"#, Some(Error::HttpResponseIncomplete)),
            ("half", Some(Error::ConnectionReadTimeout)),
            ("much", Some(Error::HttpResponseBodySize(Some(4)))),
        ] {
            let end = broke_off.as_ref().map(code);
            let (response, got) = heard(Ok(answering(body, broke_off))).await;
            let Got::Answer(answer) = got else {
                panic!("{got:?}")
            };
            let headers = [
                "content-type: application/json",
                "x-request-id: r1",
                "x-two: a",
                "x-two: b",
            ];
            let expected: Seen = (
                404,
                headers.map(str::to_owned).to_vec(),
                body.as_bytes().to_vec(),
                end,
            );
            assert_eq!(seen(self::response(&answer)).await, expected);
            let mut live = seen(response.unwrap_or_else(|_| panic!("no answer"))).await;
            live.1.retain(|it| !it.starts_with("set-cookie"));
            assert_eq!(live, expected, "the recorded run sees the same");
        }
    }

    #[test]
    fn each_failure_has_a_name_of_its_own() {
        for (name, make) in CODES {
            assert_eq!(code(&make()), name);
            assert_eq!(code(&error(name)), name);
        }
        assert_eq!(code(&Error::LoopDetected), OTHER);
        assert_eq!(code(&error("of a later version")), OTHER);
    }

    #[tokio::test]
    async fn a_failure_is_replayed_as_one() {
        let failure = Failure::Network {
            told: Error::ConnectionRefused,
            text: "nobody listens".into(),
            bound: None,
            sent: false,
        };
        let (_, got) = heard(Err(failure)).await;
        let expected = json!({"failure": {
            "code": "connection-refused", "text": "nobody listens", "sent": false,
        }});
        assert_eq!(serde_json::to_value(&got).unwrap(), expected);
    }
}
