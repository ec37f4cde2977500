//! Credentials that a service sends back: each occurrence of a held value
//! becomes `[redacted]` before the component, and so any log, error, recording
//! or database, sees the answer.
//!
//! Services quote the key in error messages, and debugging proxies echo whole
//! requests. A service could always encode what it was sent, so this guards
//! against carelessness and not against a service that works with the
//! component.
//!
//! | found in the values of headers, in bodies, in trailers | |
//! |---|---|
//! | the value of any credential of the connection | redacted |
//! | its Base64 form, as the scheme `basic` sends it | redacted |
//! | a value shorter than [`SHORTEST`] bytes | left: it would be found everywhere by chance |
//! | any other encoding of it | left |

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use secrecy::{ExposeSecret, SecretString};
use wasmtime_wasi_http::{Error, WasiBody};

/// What stands in the place of a credential.
const REDACTED: &[u8] = b"[redacted]";

/// Bytes of the shortest value that is looked for.
pub(super) const SHORTEST: usize = 8;

/// Knows the values that no answer may carry inside.
#[derive(Clone)]
pub(super) struct Redactor(Arc<Values>);

struct Values {
    /// The longest first.
    secrets: Vec<SecretString>,
    /// For each byte, whether one begins with it.
    begins: [bool; 256],
}

impl Redactor {
    pub(super) fn new(secrets: impl Iterator<Item = SecretString>) -> Self {
        let long_enough = secrets.filter(|it| it.expose_secret().len() >= SHORTEST);
        let mut secrets: Vec<_> = long_enough.collect();
        // Where two begin at the same place, the longer one is meant.
        secrets.sort_by_key(|it| std::cmp::Reverse(it.expose_secret().len()));
        let mut begins = [false; 256];
        for secret in &secrets {
            begins[usize::from(secret.expose_secret().as_bytes()[0])] = true;
        }
        Self(Arc::new(Values { secrets, begins }))
    }

    /// The answer without the values.
    pub(super) fn clean(&self, answer: http::Response<WasiBody>) -> http::Response<WasiBody> {
        if self.0.secrets.is_empty() {
            return answer;
        }
        let (mut head, body) = answer.into_parts();
        self.clean_headers(&mut head.headers);
        // It would tell the length before redaction.
        head.headers.remove(http::header::CONTENT_LENGTH);
        let cleaned = Cleaned {
            inner: body,
            stream: self.stream(),
            trailers: None,
            ended: false,
        };
        http::Response::from_parts(head, cleaned.boxed_unsync())
    }

    fn clean_headers(&self, headers: &mut HeaderMap) {
        let long_enough = headers.values_mut().filter(|it| it.len() >= SHORTEST);
        for value in long_enough {
            let mut stream = self.stream();
            let mut cleaned = stream.pass(value.as_bytes());
            cleaned.extend(stream.rest());
            if cleaned != value.as_bytes() {
                let marked = HeaderValue::from_bytes(&cleaned);
                *value = marked.unwrap_or(HeaderValue::from_static("[redacted]"));
            }
        }
    }

    fn stream(&self) -> Stream {
        Stream {
            redactor: self.clone(),
            held: Vec::new(),
        }
    }

    /// How many bytes there are before one that a value begins with.
    fn passes(&self, bytes: &[u8]) -> usize {
        let begins = |it: &u8| self.0.begins[usize::from(*it)];
        bytes.iter().position(begins).unwrap_or(bytes.len())
    }

    /// What begins at the start of these bytes.
    fn at_start(&self, bytes: &[u8], whole: bool) -> Found {
        for secret in self
            .0
            .secrets
            .iter()
            .map(|it| it.expose_secret().as_bytes())
        {
            if bytes.starts_with(secret) {
                return Found::Secret(secret.len());
            }
            if !whole && secret.starts_with(bytes) {
                return Found::Perhaps;
            }
        }
        Found::Nothing
    }
}

enum Found {
    /// A value of this many bytes.
    Secret(usize),
    /// What follows decides.
    Perhaps,
    Nothing,
}

/// Redacts a sequence of bytes that comes in parts.
struct Stream {
    redactor: Redactor,
    /// Seen and not yet passed on, since a value may begin here.
    held: Vec<u8>,
}

impl Stream {
    /// Takes the next part; gives what is certain so far.
    fn pass(&mut self, part: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(part);
        self.drain(false)
    }

    /// Gives what was held back, since nothing follows.
    fn rest(&mut self) -> Vec<u8> {
        self.drain(true)
    }

    fn drain(&mut self, whole: bool) -> Vec<u8> {
        let mut passed = Vec::with_capacity(self.held.len());
        let mut left = self.held.as_slice();
        loop {
            let (certain, after) = left.split_at(self.redactor.passes(left));
            passed.extend_from_slice(certain);
            left = after;
            let [first, after @ ..] = left else { break };
            left = match self.redactor.at_start(left, whole) {
                Found::Perhaps => break,
                Found::Nothing => {
                    passed.push(*first);
                    after
                }
                Found::Secret(length) => {
                    passed.extend_from_slice(REDACTED);
                    &left[length..]
                }
            };
        }
        self.held = left.to_vec();
        passed
    }
}

/// A body whose bytes and trailers are redacted.
struct Cleaned {
    inner: WasiBody,
    stream: Stream,
    /// Came behind bytes that were held back.
    trailers: Option<HeaderMap>,
    ended: bool,
}

impl Body for Cleaned {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        while !self.ended {
            let passed = match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.stream.pass(&data),
                    Err(frame) => self.end(frame.into_trailers().ok()),
                },
                None => self.end(None),
            };
            if !passed.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(passed.into()))));
            }
        }
        Poll::Ready(self.trailers.take().map(|it| Ok(Frame::trailers(it))))
    }
}

impl Cleaned {
    fn end(&mut self, trailers: Option<HeaderMap>) -> Vec<u8> {
        self.ended = true;
        self.trailers = trailers;
        if let Some(trailers) = &mut self.trailers {
            self.stream.redactor.clean_headers(trailers);
        }
        self.stream.rest()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn redactor(secrets: &[&str]) -> Redactor {
        Redactor::new(secrets.iter().map(|it| SecretString::from(*it)))
    }

    fn redacted(redactor: &Redactor, parts: &[&[u8]]) -> String {
        let mut stream = redactor.stream();
        let mut passed: Vec<u8> = parts.iter().flat_map(|part| stream.pass(part)).collect();
        passed.extend(stream.rest());
        String::from_utf8(passed).unwrap()
    }

    #[test]
    fn each_occurrence_of_a_value_is_redacted() {
        let redactor = redactor(&["s3cret-key", "s3cret-key-longer", "other-key", "short"]);
        let cases = [
            ("", ""),
            ("nothing of it", "nothing of it"),
            ("s3cret-key", "[redacted]"),
            ("Bearer s3cret-key.", "Bearer [redacted]."),
            ("s3cret-keys3cret-key", "[redacted][redacted]"),
            ("s3s3cret-keycret-key", "s3[redacted]cret-key"),
            ("s3cret-key-longer", "[redacted]"),
            ("s3cret-key-long", "[redacted]-long"),
            ("s3cret-ke", "s3cret-ke"),
            ("S3CRET-KEY", "S3CRET-KEY"),
            ("other-key and s3cret-key", "[redacted] and [redacted]"),
            ("too short", "too short"),
        ];
        for (text, expected) in cases {
            assert_eq!(redacted(&redactor, &[text.as_bytes()]), expected, "{text}");
        }
    }

    #[test]
    fn a_value_in_a_header_is_redacted() {
        let mut headers = HeaderMap::new();
        headers.insert("x-echo", HeaderValue::from_static("Bearer s3cret-key"));
        headers.insert("x-other", HeaderValue::from_static("s3cret"));
        redactor(&["s3cret-key"]).clean_headers(&mut headers);
        assert_eq!(headers["x-echo"], "Bearer [redacted]");
        assert_eq!(headers["x-other"], "s3cret");
    }

    proptest! {
        #[test]
        fn where_the_parts_of_a_body_end_makes_no_difference(
            text in "(aab-aab-|aab-aab-aab-c|[abc-]{0,6}){0,12}",
            cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8),
        ) {
            let redactor = redactor(&["aab-aab-", "aab-aab-aab-c"]);
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let parts: Vec<_> = cuts.windows(2).map(|it| &text.as_bytes()[it[0]..it[1]]).collect();
            let found = redacted(&redactor, &parts);
            prop_assert_eq!(&found, &redacted(&redactor, &[text.as_bytes()]));
            prop_assert!(!found.contains("aab-aab-"));
        }
    }
}
