//! For tests: a transport that answers from a script, JSON of any shape, and the
//! bounds of a page.

use std::cell::RefCell;
use std::collections::VecDeque;

use proptest::prelude::*;
use serde_json::Value;

use crate::transport::{Problem, Request, Response, Transport, TransportError};
use crate::wit::connector::Page;
use crate::wit::faults::Delivery;
use crate::wit::manifest::Route;

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

/// The one of these routes that a request matches, by its method and what follows
/// the path `base`.
#[must_use]
pub fn route_of(routes: Vec<Route>, base: &str, request: &Request) -> Option<Route> {
    let path = request.url.path().strip_prefix(base)?;
    let matches =
        |route: &Route| route.method == request.method.as_str() && path_matches(&route.path, path);
    routes.into_iter().find(matches)
}

fn path_matches(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template
            .zip(path)
            .all(|(wanted, segment)| wanted.starts_with('{') || wanted == segment)
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

/// Whether a page keeps the bounds that the contract sets.
///
/// # Panics
/// It does not.
pub fn keeps_its_bounds(page: &Page) {
    for resource in &page.resources {
        assert!(!resource.id.id.is_empty() && resource.id.id.len() <= 1_024);
        assert!(resource.name.len() <= 1_024 && resource.attributes.len() <= 65_536);
        let attributes = serde_json::from_str::<Value>(&resource.attributes);
        assert!(attributes.is_ok_and(|it| it.is_object()));
    }
    for gap in &page.gaps {
        assert!(gap.detail.len() <= 2_048);
    }
    for entitlement in &page.entitlements {
        assert!(entitlement.slug.len() <= 256 && entitlement.name.len() <= 1_024);
    }
    for grant in &page.grants {
        assert!(!grant.slug.is_empty() && grant.slug.len() <= 256);
        assert!(!grant.principal.id.is_empty() && grant.principal.id.len() <= 1_024);
    }
    assert!(page.next.len() <= 1_024 && page.grants.len() <= 10_000);
    for next in &page.next {
        assert!(next.token.len() <= 8_192);
        assert!(!next.covers.is_empty());
    }
}
