//! Exchanges for tests.

use serde_json::Value;

use super::exchange::{Answer, Body, Got};
use crate::egress::Step;

pub(super) fn asked(method: &str, path: &str, body: Value) -> Step {
    Step {
        route: "a-route".into(),
        method: method.into(),
        path: path.into(),
        body: Some(body).filter(|it| !it.is_null()),
    }
}

pub(super) fn answered(json: Value) -> Got {
    Got::Answer(Answer {
        status: 200,
        headers: vec![("x-request-id".into(), "r1".into())],
        body: Body::Json(json),
        broke_off: None,
    })
}
