//! What a recording holds, as JSON Lines: one [`Head`], then one `Exchange`
//! for each request.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use governance_contract::model::Timestamp;
use governance_contract::moments;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::egress::Step;

/// The version of the format that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// The first line: what was run, with what, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version of the format.
    pub recording: u32,
    /// The connector's name, as it tells it.
    pub connector: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the component's file, in hexadecimal.
    pub component_sha256: String,
    /// The time that all calls were given, in RFC 3339.
    #[serde(serialize_with = "show", deserialize_with = "read")]
    pub at: Timestamp,
    /// The settings that the operator gave, as keys and values; of a secret one
    /// a placeholder.
    pub settings: Vec<(String, String)>,
    /// The ids of the credentials that there were, with what a component may
    /// know of each: the end of a long value.
    pub credentials: BTreeMap<String, Option<String>>,
    /// Whether people's data was replaced.
    pub anonymized: bool,
}

fn show<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moments::show(*at))
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    moments::read(&text).ok_or_else(|| de::Error::custom("`at` is not a time"))
}

/// One request of the component, and what it got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Exchange {
    /// Counted from 1, in the order in which calls ended.
    pub(crate) sequence: u64,
    /// The contract's function that was called.
    pub(crate) function: String,
    #[serde(flatten)]
    pub(crate) asked: Step,
    #[serde(flatten)]
    pub(crate) got: Got,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Got {
    Answer(Answer),
    Failure(Failed),
}

/// An answer as the component saw it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    #[serde(flatten)]
    pub(crate) body: Body,
    /// Why the body ended early, as wasi:http names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) broke_off: Option<String>,
}

/// A body, as readable as it can be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Body {
    /// By its meaning: neither white space nor the order of members is kept.
    Json(Value),
    Text(String),
    Base64(String),
}

/// That no answer came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failed {
    /// What the component was told, as wasi:http names it.
    pub(crate) code: String,
    /// What the operator was told.
    pub(crate) text: String,
    /// The request may have arrived.
    pub(crate) sent: bool,
}

impl Body {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        if let Ok(value) = serde_json::from_slice(bytes) {
            return Self::Json(value);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64(BASE64.encode(bytes)),
        }
    }

    /// The bytes that the component gets. Base64 that is none is nothing.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Json(value) => value.to_string().into_bytes(),
            Self::Text(text) => text.clone().into_bytes(),
            Self::Base64(text) => BASE64.decode(text).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::samples::{answered, asked};
    use super::*;

    #[test]
    fn a_body_is_as_readable_as_it_can_be() {
        for (bytes, body) in [
            (&b"{\"a\":[1]}"[..], Body::Json(json!({"a": [1]}))),
            (b"null", Body::Json(Value::Null)),
            (b"", Body::Text(String::new())),
            (b"{\"a\":", Body::Text("{\"a\":".into())),
            (b"\xff\xfe", Body::Base64("//4=".into())),
        ] {
            assert_eq!(Body::of(bytes), body);
            assert_eq!(body.bytes(), bytes);
        }
    }

    #[test]
    fn an_exchange_is_one_line_that_people_can_read() {
        let exchange = Exchange {
            sequence: 1,
            function: "list-resources".into(),
            asked: asked("GET", "/v1/users?limit=2", Value::Null),
            got: answered(json!({"id": "a"})),
        };
        let line = serde_json::to_value(&exchange).unwrap();
        let expected = json!({
            "sequence": 1, "function": "list-resources", "route": "a-route",
            "method": "GET", "path": "/v1/users?limit=2", "body": null,
            "answer": {
                "status": 200, "headers": [["x-request-id", "r1"]], "json": {"id": "a"},
            },
        });
        assert_eq!(line, expected);
        assert_eq!(serde_json::from_value::<Exchange>(line).unwrap(), exchange);
    }

    #[test]
    fn a_failure_is_read_as_it_was_written() {
        let exchange = Exchange {
            sequence: 2,
            function: "check".into(),
            asked: asked("GET", "/", json!("text")),
            got: Got::Failure(Failed {
                code: "connection-refused".into(),
                text: "nobody listens".into(),
                sent: false,
            }),
        };
        let line = serde_json::to_string(&exchange).unwrap();
        assert_eq!(serde_json::from_str::<Exchange>(&line).unwrap(), exchange);
    }
}
