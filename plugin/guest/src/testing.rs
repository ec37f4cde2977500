//! For tests: a transport that answers from a script, and JSON of any shape.

use std::cell::RefCell;
use std::collections::VecDeque;

use proptest::prelude::*;
use serde_json::Value;

use crate::transport::{Problem, Request, Response, Transport, TransportError};
use crate::wit::faults::Delivery;

/// Answers each request with the next of its script, and keeps the requests.
#[derive(Debug, Default)]
pub struct Script {
    answers: RefCell<VecDeque<Result<Response, TransportError>>>,
    requests: RefCell<Vec<Request>>,
}

impl Script {
    /// An empty script: every request fails.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers 200 with this JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.status(200, body.to_string().as_bytes())
    }

    /// Answers with this status and body.
    #[must_use]
    pub fn status(self, status: u16, body: &[u8]) -> Self {
        self.answer(Ok(Response {
            status,
            headers: vec![("x-request-id".to_owned(), "req-1".to_owned())],
            body: body.to_vec(),
        }))
    }

    /// Answers exactly this.
    #[must_use]
    pub fn answer(self, answer: Result<Response, TransportError>) -> Self {
        self.answers.borrow_mut().push_back(answer);
        self
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.requests.borrow().clone()
    }
}

impl Transport for Script {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        self.requests.borrow_mut().push(request.clone());
        self.answers
            .borrow_mut()
            .pop_front()
            .unwrap_or(Err(TransportError {
                problem: Problem::Unreachable,
                delivery: Delivery::NotSent,
                detail: Some("the script has ended".to_owned()),
            }))
    }
}

/// JSON of any shape, whose objects often have these keys.
pub fn answers(keys: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-c]".prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        proptest::sample::select(keys).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        let key = prop_oneof![
            9 => proptest::sample::select(keys).prop_map(str::to_owned),
            1 => "\\PC{0,8}",
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..8)
                .prop_map(|members| { Value::Object(members.into_iter().collect()) }),
        ]
    })
}
