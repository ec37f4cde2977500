//! Carries out the faults: answers that end early, late, or as something else.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::failure::Failure;
use crate::faults::Fault;

/// Into how many pieces a slow body is cut.
const PIECES: usize = 8;

/// The answer in place of one that was never made.
pub(super) fn instead(fault: Fault) -> Response {
    match fault {
        Fault::ServerError(status) => {
            let status = StatusCode::from_u16(status);
            let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let message = "The server had an error while processing your request.";
            Failure::new(status, message).into_response()
        }
        Fault::ProxyPage => {
            let page = "<html><head><title>502 Bad Gateway</title></head></html>";
            (StatusCode::BAD_GATEWAY, Html(page)).into_response()
        }
        _ => Response::new(Body::new(Pieces::ending(VecDeque::new(), 1))),
    }
}

/// The answer as the fault leaves it.
pub(super) async fn spoil(fault: Fault, response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    // The body is in memory already, so that reading it cannot fail.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let body = match fault {
        Fault::LostAnswer => Pieces::ending(VecDeque::new(), bytes.len().max(1)),
        Fault::Truncated => {
            let half = bytes.slice(..bytes.len() / 2);
            Pieces::ending([half].into(), bytes.len().max(1))
        }
        Fault::SlowBody(time) => Pieces::slow(&bytes, time),
        _ => {
            let json = HeaderValue::from_static("application/json");
            parts.headers.insert(CONTENT_TYPE, json);
            parts.status = StatusCode::OK;
            Pieces::whole(Bytes::from_static(
                b"{\"object\": \"list\", \"da\x00\xff<!--",
            ))
        }
    };
    parts.headers.remove("content-length");
    Response::from_parts(parts, Body::new(body))
}

/// A body that comes in pieces, and may break off after the last.
struct Pieces {
    left: VecDeque<Bytes>,
    /// Bytes still promised by the length that was announced.
    promised: u64,
    breaks_off: bool,
    /// Before each piece.
    pause: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Pieces {
    fn whole(bytes: Bytes) -> Self {
        Self {
            promised: bytes.len() as u64,
            left: [bytes].into(),
            breaks_off: false,
            pause: Duration::ZERO,
            waiting: None,
        }
    }

    fn ending(left: VecDeque<Bytes>, promised: usize) -> Self {
        // A pause lets what went before reach the client; without one the head
        // of the answer is never sent.
        let pause = match left.is_empty() {
            true => Duration::ZERO,
            false => Duration::from_millis(1),
        };
        Self {
            left,
            promised: promised as u64,
            breaks_off: true,
            pause,
            waiting: None,
        }
    }

    fn slow(bytes: &Bytes, time: Duration) -> Self {
        let size = bytes.len().div_ceil(PIECES).max(1);
        Self {
            left: bytes.chunks(size).map(Bytes::copy_from_slice).collect(),
            promised: bytes.len() as u64,
            breaks_off: false,
            pause: time / PIECES as u32,
            waiting: None,
        }
    }

    fn next(&mut self) -> Option<Result<Frame<Bytes>, io::Error>> {
        match self.left.pop_front() {
            Some(piece) => {
                self.promised -= piece.len() as u64;
                Some(Ok(Frame::data(piece)))
            }
            None if self.breaks_off => Some(Err(io::ErrorKind::ConnectionReset.into())),
            None => None,
        }
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left.is_empty() && !self.breaks_off {
            return Poll::Ready(None);
        }
        let pause = self.pause;
        if !pause.is_zero() {
            let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(pause)));
            std::task::ready!(waiting.as_mut().poll(context));
        }
        self.waiting = None;
        Poll::Ready(self.next())
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
