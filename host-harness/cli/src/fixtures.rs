//! A database of a few syncs, for the tests of answers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use governance_contract::manifest::{ResourceTrait, ResourceType};
use governance_contract::model::{Expansion, Gap, Grant, Resource, Scope, Status};
use governance_contract::samples::{self, entitlement, grant, id, resource, resource_type, user};
use governance_host::store::{Asked, Batch, Ending, Finish, NewSync, Store};

/// 2026-01-02T03:04:05Z; each sync ends a day after the one before.
const FIRST: i64 = 1_767_323_045;
const DAY: i64 = 86_400;

/// A database that ends with its directory.
pub(crate) struct Place {
    directory: tempfile::TempDir,
    syncs: std::cell::Cell<i64>,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            syncs: std::cell::Cell::new(0),
        }
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.directory.path().join("governance.db")
    }

    /// Reads everything.
    pub(crate) fn sync(&self, connection: &str, batch: Batch<'_>) {
        self.sync_of(connection, &Asked::default(), batch, Ending::Read);
    }

    pub(crate) fn sync_of(
        &self,
        connection: &str,
        asked: &Asked,
        batch: Batch<'_>,
        ending: Ending<'_>,
    ) {
        let at = FIRST + self.syncs.get() * DAY;
        self.syncs.set(self.syncs.get() + 1);
        let new = NewSync {
            asked,
            connection,
            connector: "example",
            version: "1",
            component_sha256: "00ff00ff00ff00ff",
            started_at: at - 60,
            resource_types: &types(),
        };
        let mut store = Store::open_to_write(&self.db()).unwrap();
        let sync = store.begin_sync(&new).unwrap();
        store.write(sync, &[batch]).unwrap();
        let finish = Finish {
            ending,
            finished_at: at,
            requests: &BTreeMap::new(),
        };
        store.finish_sync(sync, &finish).unwrap();
    }
}

fn types() -> Vec<ResourceType> {
    let types = [
        ("user", ResourceTrait::User),
        ("group", ResourceTrait::Group),
        ("role", ResourceTrait::Role),
        ("project", ResourceTrait::Scope),
        ("key", ResourceTrait::Secret),
    ];
    let types = types.map(|(id, one)| ResourceType {
        traits: vec![one],
        ..resource_type(id)
    });
    types.to_vec()
}

pub(crate) fn named(resource: Resource, name: &str) -> Resource {
    Resource {
        name: name.into(),
        ..resource
    }
}

/// Held also by those who hold the principal's slug.
pub(crate) fn expanding(grant: Grant, slug: &str) -> Grant {
    let slugs = vec![slug.into()];
    Grant {
        expands: Some(Expansion { slugs, deep: true }),
        ..grant
    }
}

/// A gap in the grants on projects.
pub(crate) fn gap() -> Gap {
    let scope = Scope {
        resource_type: Some("project".into()),
        ..Scope::default()
    };
    Gap {
        detail: "needs \u{1b}[31mmore".into(),
        ..samples::gap(scope)
    }
}

/// Ada is in a group that is on project Alpha, and an auditor; Eve is disabled.
pub(crate) struct Small {
    pub(crate) resources: Vec<Resource>,
    pub(crate) grants: Vec<Grant>,
}

impl Small {
    pub(crate) fn new() -> Self {
        let alpha = || id("project", "p-1");
        let crew = || id("group", "g-1");
        let eve = Resource {
            status: Status::Disabled,
            ..named(user("u-2", &["eve@example.org"]), "Eve")
        };
        let auditor = Resource {
            permissions: vec!["logs.read".into(), "\u{1b}[2Jusers.read".into()],
            ..named(resource("role", "r-1"), "Auditor")
        };
        let mut key = named(resource("key", "k-1"), "nightly");
        key.parent = Some(alpha());
        key.secret = Some(governance_contract::model::Secret {
            owner: Some(id("user", "u-1")),
            redacted_value: None,
        });
        let resources = vec![
            named(user("u-1", &["Ada@example.org"]), "Ada"),
            eve,
            named(resource("group", "g-1"), "Crew → project Vault owner"),
            named(resource("project", "p-1"), "Alpha"),
            auditor,
            key,
        ];
        let pending = Grant {
            pending: true,
            expires_at: Some(FIRST + DAY),
            ..grant(alpha(), "owner", id("user", "u-1"))
        };
        let grants = vec![
            grant(crew(), "member", id("user", "u-1")),
            grant(crew(), "member", id("user", "u-2")),
            grant(id("role", "r-1"), "assigned", id("user", "u-1")),
            grant(alpha(), "member", id("user", "u-1")),
            expanding(grant(alpha(), "member", crew()), "member"),
            pending,
        ];
        Self { resources, grants }
    }

    pub(crate) fn sync(&self, place: &Place, connection: &str, gaps: &[Gap]) {
        let entitlements = [
            entitlement(id("project", "p-1"), "member"),
            entitlement(id("project", "p-1"), "owner"),
            entitlement(id("group", "g-1"), "member"),
            entitlement(id("role", "r-1"), "assigned"),
        ];
        place.sync(
            connection,
            Batch {
                resources: &self.resources,
                entitlements: &entitlements,
                grants: &self.grants,
                gaps,
            },
        );
    }
}
