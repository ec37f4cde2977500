//! A host that makes changes, beside a service with a script.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use governance_host::clock::now;
use governance_host::contract::changes::ChangeRequest;
use governance_host::limits::Limits;
use governance_host::provision::ProvisionError;
use governance_host::provision::perform::{Event, Options, Performed, Provisioner, Witness};
use governance_host::provision::plan::SavedPlan;
use governance_host::provision::protect::Protected;
use governance_host::store::StoreError;
use governance_host::sync::retry::Patience;
use serde_json::{Value, json};

use crate::component::Fixture;
use crate::host::{Host, description};
use crate::upstream::{Answer, Upstream};

/// Limits that a change that goes on keeps, however busy the machine is.
pub(crate) fn roomy() -> Limits {
    Limits {
        memory: 4 << 20,
        ..Limits::default()
    }
}

/// What the components say of themselves: types for all kinds of changes.
pub(crate) fn types() -> Value {
    let kind = |id, traits: &[&str]| {
        let offered = |kind, guard| json!({"kind": kind, "guard": guard});
        json!({
            "id": id, "name": id, "surface": "all", "traits": traits,
            "lookups": if traits.contains(&"user") { vec!["email"] } else { vec![] },
            "changes": [
                offered("grant", "last owner"),
                offered("revoke", "last owner"),
                offered("delete-resource", id),
            ],
        })
    };
    let mut description = description();
    description["ok"]["resource-types"] = json!([
        kind("user", &["user"]),
        kind("invitation", &[]),
        kind("project", &[]),
        kind("api_key", &["secret"]),
    ]);
    description
}

/// An answer with this status and an empty object.
pub(crate) fn status(status: u16) -> Answer {
    let answer = format!("HTTP/1.1 {status} Told\r\ncontent-length: 2\r\n\r\n{{}}");
    Answer::Whole(answer.into_bytes())
}

/// No answer to a request that arrived.
pub(crate) fn lost() -> Answer {
    Answer::Closed(Vec::new())
}

/// A component that changes something, with its service.
pub(crate) struct Changer {
    host: Host,
    pub(crate) provisioner: Provisioner,
}

impl Changer {
    /// With everything enabled and nobody protected, short waits, and a service
    /// that gives these answers.
    pub(crate) async fn new(
        answers: impl IntoIterator<Item = Answer>,
        component: impl FnOnce(&str) -> Fixture,
    ) -> Self {
        Self::with(roomy(), answers, component, |_| {}).await
    }

    pub(crate) async fn with(
        limits: Limits,
        answers: impl IntoIterator<Item = Answer>,
        component: impl FnOnce(&str) -> Fixture,
        adjust: impl FnOnce(&mut Options),
    ) -> Self {
        let host = Host::new(limits, Upstream::scripted(answers));
        let fixture = component(&host.upstream.authority());
        let component = fixture.answers("describe", &types()).build();
        let connection = Arc::new(host.open(component).await.unwrap());
        let mut options = Options {
            connection: "default".into(),
            database: None,
            provisioning: "create,remove".parse().unwrap(),
            protected: Protected::default(),
            patience: Patience {
                first_wait: Duration::from_millis(1),
                ..Patience::default()
            },
            settle_wait: Some(Duration::ZERO),
            clock: now,
        };
        adjust(&mut options);
        Self {
            provisioner: Provisioner::new(connection, options),
            host,
        }
    }

    /// Makes a change.
    pub(crate) async fn make(&self, change: &ChangeRequest) -> Result<Performed, ProvisionError> {
        self.provisioner
            .perform(change, None, &Log::default())
            .await
    }

    /// Makes a change if it still does what the plan says.
    pub(crate) async fn apply(
        &self,
        change: &ChangeRequest,
        plan: &SavedPlan,
        log: &Log,
    ) -> Result<Performed, ProvisionError> {
        self.provisioner.perform(change, Some(plan), log).await
    }

    /// What the service was asked since the last time, such as
    /// `GET /v1/items/1`.
    pub(crate) fn asked(&self) -> Vec<String> {
        let heads = self.host.upstream.heads.try_iter();
        let line = |head: String| head.split(" HTTP").next().unwrap().to_owned();
        heads.map(line).collect()
    }

    /// How often the service was asked to change something.
    pub(crate) fn changed(&self) -> usize {
        let asked = self.asked();
        asked.iter().filter(|it| !it.starts_with("GET")).count()
    }
}

/// What was put on record, in order.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<String>>);

impl Log {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Witness for Log {
    fn record(&self, event: Event<'_>) -> Result<(), StoreError> {
        let (what, change) = match event {
            Event::Planned(plan) => ("planned", &plan.change),
            Event::Started(plan) => ("started", &plan.change),
            Event::Finished(plan, _) => ("finished", &plan.change),
            Event::Refused(change, _) => ("refused", change),
        };
        let line = format!("{what} {}", change.name());
        self.0.lock().unwrap().push(line);
        Ok(())
    }
}

/// A journal that takes no start of a change.
pub(crate) struct Unwritable;

impl Witness for Unwritable {
    fn record(&self, event: Event<'_>) -> Result<(), StoreError> {
        match event {
            Event::Started(_) => Err(StoreError::Absent {
                path: "full".into(),
            }),
            _ => Ok(()),
        }
    }
}
