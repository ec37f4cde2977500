//! Planning: a changing request is judged like a real one, noted, and answered
//! with what the component predicts. It does not leave the host.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http_body_util::{BodyExt, Full};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use wasmtime_wasi_http::WasiBody;

/// In which a component predicts the answer of a changing request; never sent.
pub(super) const PREDICTED_ANSWER: HeaderName =
    HeaderName::from_static("governance-predicted-answer");

/// A request that a change would send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The declared route that it belongs to.
    pub route: String,
    /// The HTTP method.
    pub method: String,
    /// The path with the query.
    pub path: String,
    /// What is sent: JSON, else the text as it is. None: nothing.
    pub body: Option<Value>,
}

impl std::fmt::Display for Step {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {}", self.method, self.path)?;
        match &self.body {
            Some(body) => write!(out, " {body}"),
            None => Ok(()),
        }
    }
}

impl Step {
    pub(super) fn new(route: &str, method: &str, url: &Url, body: &Bytes) -> Self {
        let query = url.query().map(|it| format!("?{it}"));
        let text = || Value::from(String::from_utf8_lossy(body));
        Self {
            route: route.to_owned(),
            method: method.to_owned(),
            path: format!("{}{}", url.path(), query.unwrap_or_default()),
            body: (!body.is_empty())
                .then(|| serde_json::from_slice(body).unwrap_or_else(|_| text())),
        }
    }
}

/// The answer that a component predicts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Predicted {
    status: u16,
    body: Value,
}

impl Predicted {
    /// Reads the header; one that cannot be read predicts nothing.
    pub(super) fn read(header: &HeaderValue) -> Option<Self> {
        let predicted: Self = serde_json::from_slice(header.as_bytes()).ok()?;
        (200..=599).contains(&predicted.status).then_some(predicted)
    }

    /// The response that the component gets.
    pub(super) fn into_response(self) -> http::Response<WasiBody> {
        let body = Full::new(Bytes::from(self.body.to_string()));
        let body = body.map_err(|never| match never {}).boxed_unsync();
        let mut response = http::Response::new(body);
        *response.status_mut() =
            http::StatusCode::from_u16(self.status).unwrap_or(http::StatusCode::OK);
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_prediction_is_read_whole_or_not_at_all() {
        for (text, status) in [
            (r#"{"status":200,"body":{"id":"x"}}"#, Some(200)),
            (r#"{"status":404,"body":null}"#, Some(404)),
            (r#"{"status":99,"body":{}}"#, None),
            (r#"{"status":200}"#, None),
            (r#"{"status":200,"body":{},"more":1}"#, None),
            (r#"{"status":"200","body":{}}"#, None),
            ("{", None),
            ("", None),
        ] {
            let header = HeaderValue::from_str(text).unwrap();
            let read = Predicted::read(&header).map(|it| it.into_response().status().as_u16());
            assert_eq!(read, status, "{text}");
        }
    }

    #[test]
    fn a_step_shows_what_would_be_sent() {
        let url = Url::parse("https://api.example.com/v1/users/1?force=true").unwrap();
        for (body, shown) in [
            (r#"{"role":"owner"}"#, Some(json!({"role": "owner"}))),
            ("a=b", Some(json!("a=b"))),
            ("", None),
        ] {
            let step = Step::new("set-role", "POST", &url, &Bytes::from(body));
            assert_eq!(step.path, "/v1/users/1?force=true");
            assert_eq!(step.body, shown);
        }
    }
}
