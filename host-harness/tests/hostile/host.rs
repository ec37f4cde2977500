//! The host as its users open it, beside a service.

use std::time::Duration;

use governance_host::clock::now;
use governance_host::connection::{Connection, Given, OpenError};
use governance_host::contract::connector::Page;
use governance_host::contract::faults;
use governance_host::engine::{Engine, Loaded};
use governance_host::error::CallError;
use governance_host::instance::Breach;
use governance_host::limits::Limits;
use governance_host::policy::Operator;
use serde_json::{Value, json};

use crate::component::Fixture;
use crate::upstream::Upstream;

/// The value of the only credential.
pub(crate) const KEY: &str = "s3cret-key-0123456789";

/// Limits that end a test soon.
pub(crate) fn limits() -> Limits {
    Limits {
        call_time: Duration::from_millis(300),
        memory: 4 << 20,
        table_elements: 1_000,
        handles: 100,
        host_call_bytes: 1 << 20,
        request_body: 16 << 10,
        response_body: 64 << 10,
        request_headers: 16 << 10,
        response_headers: 16 << 10,
        connect_time: Duration::from_millis(100),
        first_byte_time: Duration::from_millis(100),
        between_bytes_time: Duration::from_millis(100),
        ..Limits::default()
    }
}

/// What every fixture says of itself, unless it says something else: one type,
/// a route that reads and one that changes, both with the credential.
pub(crate) fn description() -> Value {
    let base = json!({"from-field": "base_url"});
    let route = |id, method, effect| {
        json!({
            "id": id, "method": method, "effect": effect, "base": base,
            "path": "/items/{id}", "credential": "token",
        })
    };
    json!({"ok": {
        "name": "hostile", "service": "Hostile", "version": "1.0.0",
        "resource-types": [{"id": "user", "name": "USER", "surface": "all"}],
        "surfaces": [{"id": "all", "name": "ALL"}],
        "fields": [{"key": "base_url", "kind": "url"}],
        "routes": [route("read-item", "GET", "read"), route("delete-item", "DELETE", "change")],
        "credentials": [{
            "id": "token", "name": "TOKEN", "scheme": "bearer", "bases": [base],
            "environment": "TOKEN",
        }],
    }})
}

/// An engine and a service.
pub(crate) struct Host {
    pub(crate) engine: Engine,
    pub(crate) upstream: Upstream,
}

impl Host {
    pub(crate) fn new(limits: Limits, upstream: Upstream) -> Self {
        Self {
            engine: Engine::new(limits, None).unwrap(),
            upstream,
        }
    }

    /// A host with short limits, and a service that does no harm.
    pub(crate) fn short() -> Self {
        Self::new(limits(), Upstream::good())
    }

    /// Opens a connection that the operator trusts.
    pub(crate) async fn open(&self, component: Vec<u8>) -> Result<Connection, OpenError> {
        let loaded = self.engine.load(component).await.unwrap();
        self.open_loaded(loaded).await
    }

    /// The same, of a component that is loaded.
    pub(crate) async fn open_loaded(&self, loaded: Loaded) -> Result<Connection, OpenError> {
        let base = format!("http://{}/v1", self.upstream.authority());
        let given = Given {
            operator: Some(Operator {
                all_declared: true,
                ..Operator::default()
            }),
            settings: vec![("base_url".into(), base)],
            ..Given::default()
        };
        let environment = |name: &str| (name == "TOKEN").then(|| KEY.to_owned());
        Connection::open(loaded, given, environment).await
    }

    /// Has a fixture list its users; then another component still works.
    pub(crate) async fn list(&self, fixture: Fixture) -> Result<Page, CallError> {
        let fixture = fixture.answers("describe", &description());
        let listed = match self.open(fixture.build()).await {
            Ok(connection) => list(&connection).await,
            Err(OpenError::Describe(error)) => Err(error),
            Err(other) => panic!("{other}"),
        };
        self.others_work().await;
        listed
    }

    /// The limit that ends a fixture, or how else it breaks.
    pub(crate) async fn breach(&self, fixture: Fixture) -> Breach {
        match self.list(fixture).await {
            Err(CallError::Breach(breach)) => breach,
            other => panic!("{other:?}"),
        }
    }

    /// What a fixture says when it fails.
    pub(crate) async fn failure(&self, fixture: Fixture) -> Failure {
        match self.list(fixture).await {
            Err(error @ CallError::Connector { .. }) => Failure(error),
            other => panic!("{other:?}"),
        }
    }

    /// Asks a component that behaves.
    pub(crate) async fn others_work(&self) {
        let good = Fixture::new()
            .answers("describe", &description())
            .answers("list-resources", &json!({"ok": {"tenant": "t"}}));
        let page = list(&self.open(good.build()).await.unwrap()).await;
        assert_eq!(page.unwrap().tenant.as_deref(), Some("t"));
    }
}

/// Lists the first page of users.
pub(crate) async fn list(connection: &Connection) -> Result<Page, CallError> {
    connection
        .list_resources(now(), "user", None, None, None)
        .await
}

/// An error that a fixture returned.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) CallError);

impl Failure {
    pub(crate) fn told(&self) -> &faults::Error {
        match &self.0 {
            CallError::Connector { error, .. } => error,
            other => panic!("{other:?}"),
        }
    }

    /// The step that failed, and the number of the reason.
    pub(crate) fn step(&self) -> (&str, usize) {
        let error = self.told();
        (&error.message, error.http_status.unwrap().into())
    }
}
