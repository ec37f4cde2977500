//! A simulated organization, and the connector on the way to it.

use std::cell::{Cell, RefCell};
use std::io::{Read, Write};
use std::net::TcpStream;

use governance_guest::testing;
use governance_guest::transport::{Problem, Request, Response, Transport, TransportError};
use governance_guest::wit::changes::{ChangeRequest, Completion, GrantChange, Outcome};
use governance_guest::wit::connector::{Context, Mode, RedactedCredential, Setting};
use governance_guest::wit::faults::{Delivery, Error};
use governance_guest::wit::manifest::{Effect, Route};
use governance_guest::wit::model::{EntitlementReference, Grant, Reference, ResourceId};
use openai_connector::connector::Connector;
use openai_connector::manifest::description;
use openai_simulator::{Options, Simulator};
use serde_json::Value;
use tokio::runtime::Runtime;

/// A simulated organization, served on a runtime of its own.
pub(crate) struct Simulated {
    pub(crate) simulator: Simulator,
    connector: Connector<Loopback>,
    /// Answers as long as it lives.
    _runtime: Runtime,
}

impl Simulated {
    pub(crate) fn start(options: Options) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let simulator = runtime.block_on(Simulator::start(options));
        let simulator = simulator.expect("a simulator");
        let key = simulator.admin_key().to_owned();
        Self {
            connector: Connector(Loopback {
                key,
                plan: Cell::new(false),
                requests: RefCell::default(),
            }),
            simulator,
            _runtime: runtime,
        }
    }

    /// Makes a change.
    pub(crate) fn change(&self, change: &ChangeRequest) -> Result<Outcome, Error> {
        self.run(Mode::Change, change)
    }

    /// Plans a change: its outcome, and the requests that would change something.
    pub(crate) fn plan(&self, change: &ChangeRequest) -> (Result<Outcome, Error>, Vec<String>) {
        self.connector.0.requests.borrow_mut().clear();
        let outcome = self.run(Mode::Plan, change);
        (outcome, self.changing_requests())
    }

    fn run(&self, mode: Mode, change: &ChangeRequest) -> Result<Outcome, Error> {
        self.connector.0.plan.set(mode == Mode::Plan);
        let key = self.simulator.admin_key();
        let last_four = key.get(key.len().saturating_sub(4)..).expect("a long key");
        let context = Context {
            settings: vec![Setting {
                key: "base_url".to_owned(),
                value: self.simulator.base_url(),
            }],
            now: i64::try_from(self.now()).expect("a time"),
            mode,
            credentials: vec![RedactedCredential {
                id: "openai-admin".to_owned(),
                redacted_value: Some(format!("\u{2026}{last_four}")),
            }],
        };
        self.connector.change(&context, change)
    }

    fn now(&self) -> u64 {
        let answer = self.control("GET", "/clock", "");
        answer["now"].as_u64().expect("a time")
    }

    /// Asks the control API, such as `POST /invitations/accept`.
    pub(crate) fn control(&self, method: &str, path: &str, body: &str) -> Value {
        let url = format!("{}{path}", self.simulator.control_url());
        let headers = "content-type: application/json\r\n";
        let response = exchange(method, &url, headers, body.as_bytes()).expect("an answer");
        assert_eq!(response.status, 200, "{path}");
        serde_json::from_slice(&response.body).expect("JSON")
    }

    /// Asks the Administration API itself, such as `GET /organization/users`.
    pub(crate) fn api(&self, method: &str, path: &str, body: &str) -> Value {
        let url = format!("{}{path}", self.simulator.base_url());
        let key = self.simulator.admin_key();
        let headers = format!("content-type: application/json\r\nauthorization: Bearer {key}\r\n");
        let response = exchange(method, &url, &headers, body.as_bytes()).expect("an answer");
        serde_json::from_slice(&response.body).expect("JSON")
    }

    /// The changing requests since the last plan began, as `POST /path {body}`.
    pub(crate) fn changing_requests(&self) -> Vec<String> {
        let requests = self.connector.0.requests.borrow();
        let changing = requests.iter().filter(|request| is_change(request));
        changing.map(line).collect()
    }
}

fn line(request: &Request) -> String {
    let path = request.url.path().trim_start_matches("/v1");
    let body = request.body.as_deref().unwrap_or_default();
    let body = String::from_utf8_lossy(body);
    let line = format!("{} {path} {body}", request.method.as_str());
    line.trim_end().to_owned()
}

fn route_of(request: &Request) -> Option<Route> {
    testing::route_of(description().routes, "/v1", request)
}

fn is_change(request: &Request) -> bool {
    let route = route_of(request).expect("a declared route");
    route.effect == Effect::Change
}

/// Sends over loopback with the key; in a plan, answers changing requests with
/// their predictions, as the host does.
struct Loopback {
    key: String,
    plan: Cell<bool>,
    requests: RefCell<Vec<Request>>,
}

impl Transport for Loopback {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        self.requests.borrow_mut().push(request.clone());
        if self.plan.get() && is_change(request) {
            return predicted(request);
        }
        let mut headers = format!("authorization: Bearer {}\r\n", self.key);
        for (name, value) in &request.headers {
            headers.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = request.body.as_deref().unwrap_or_default();
        let answer = exchange(
            request.method.as_str(),
            request.url.as_str(),
            &headers,
            body,
        );
        answer.ok_or(TransportError {
            problem: Problem::Interrupted,
            delivery: Delivery::MayHaveArrived,
            detail: None,
        })
    }
}

fn predicted(request: &Request) -> Result<Response, TransportError> {
    let is_prediction =
        |(name, _): &&(&'static str, String)| *name == "governance-predicted-answer";
    let header = request.headers.iter().find(is_prediction);
    let (_, value) = header.ok_or(TransportError {
        problem: Problem::Refused,
        delivery: Delivery::NotSent,
        detail: None,
    })?;
    let answer: Value = serde_json::from_str(value).expect("JSON");
    Ok(Response {
        status: u16::try_from(answer["status"].as_u64().expect("a status")).expect("a status"),
        headers: Vec::new(),
        body: answer["body"].to_string().into_bytes(),
    })
}

/// One request on a connection of its own; None if the answer is not whole.
fn exchange(method: &str, url: &str, headers: &str, body: &[u8]) -> Option<Response> {
    let rest = url.strip_prefix("http://")?;
    let (authority, path) = rest.split_once('/')?;
    let head = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\
         content-length: {}\r\n{headers}\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(authority).ok()?;
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    read(&answer)
}

fn read(answer: &[u8]) -> Option<Response> {
    let end = answer.windows(4).position(|it| it == b"\r\n\r\n")?;
    let (head, body) = answer.split_at_checked(end + 4)?;
    let head = std::str::from_utf8(head).ok()?;
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length")?;
    let whole = length.1.parse() == Ok(body.len());
    whole.then(|| Response {
        status,
        headers,
        body: body.to_vec(),
    })
}

/// The `small` organization.
pub(crate) fn small() -> Simulated {
    Simulated::start(Options::default())
}

/// Names something that is nobody's child.
pub(crate) fn reference(resource_type: &str, id: &str) -> Reference {
    Reference {
        id: ResourceId {
            resource_type: resource_type.to_owned(),
            id: id.to_owned(),
        },
        parent: None,
        hint: None,
    }
}

/// Names something in a project.
pub(crate) fn in_project(project: &str, resource_type: &str, id: &str) -> Reference {
    Reference {
        parent: Some(reference("project", project).id),
        ..reference(resource_type, id)
    }
}

/// That a principal shall hold an entitlement, or shall not.
pub(crate) fn holding(resource: &Reference, slug: &str, principal: &Reference) -> GrantChange {
    GrantChange {
        entitlement: EntitlementReference {
            resource: resource.clone(),
            slug: slug.to_owned(),
        },
        principal: principal.clone(),
        expires_at: None,
        hint: None,
    }
}

/// How a change ended, for tables: `complete`, `no-op`, `pending`, `partial`,
/// `unknown`, or the kind of its error.
pub(crate) fn ended(result: &Result<Outcome, Error>) -> String {
    match result {
        Err(error) => format!("{:?}", error.kind).replace("ErrorKind::", ""),
        Ok(outcome) => match outcome.completion {
            Completion::Complete => "complete",
            Completion::NoOp(_) => "no-op",
            Completion::Pending(_) => "pending",
            Completion::Partial(_) => "partial",
            Completion::Unknown(_) => "unknown",
        }
        .to_owned(),
    }
}

/// Grants as `type:id:slug:principal-type:id`, sorted.
pub(crate) fn written(grants: &[Grant]) -> Vec<String> {
    let mut written: Vec<String> = grants.iter().map(one).collect();
    written.sort();
    written
}

fn one(grant: &Grant) -> String {
    let Grant {
        resource,
        slug,
        principal,
        ..
    } = grant;
    format!(
        "{}:{}:{slug}:{}:{}",
        resource.resource_type, resource.id, principal.resource_type, principal.id
    )
}
