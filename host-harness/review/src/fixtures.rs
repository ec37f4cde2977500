//! Reviews and databases for the tests.

use std::collections::BTreeMap;

use governance_contract::manifest::{ResourceTrait, ResourceType};
use governance_contract::model::Timestamp;
use governance_contract::samples::resource_type;
use governance_store::{Asked, Batch, Ending, Finish, NewSync, Store};
use tempfile::TempDir;

use crate::columns::{Facts, Head};
use crate::{Export, Format, write};

/// When the syncs of the tests begin.
pub(crate) const SYNCED_AT: Timestamp = 1_767_323_045;

/// A plain grant: somebody is a member of a project.
pub(crate) fn facts(who: &str, project: &str) -> Facts {
    Facts {
        person: who.to_uppercase(),
        email: format!("{who}@example.org"),
        principal_type: "user".into(),
        status: "active".into(),
        resource_type: "project".into(),
        resource: project.to_uppercase(),
        entitlement: "Member".into(),
        how: "direct".into(),
        pending: "no".into(),
        consequences: "none".into(),
        resource_id: project.into(),
        slug: "member".into(),
        principal_id: who.into(),
        ..Facts::default()
    }
}

/// The head of a review of a sync.
pub(crate) fn head(sync: i64) -> Head {
    Head {
        review: "1".into(),
        connection: "default".into(),
        connector: "example".into(),
        tenant: "org-1".into(),
        sync: sync.to_string(),
        synced_at: "2026-01-02T03:04:05Z".into(),
        scope: "everything".into(),
        unknown: String::new(),
        rows: "3".into(),
        sync_digest: "00ff".into(),
    }
}

/// A review of three grants.
pub(crate) fn export() -> Export {
    Export {
        head: head(1),
        rows: [("ada", "alpha"), ("bob", "alpha"), ("cy", "beta")]
            .map(|(who, on)| facts(who, on))
            .into(),
        rules: 0,
    }
}

/// A review as a file.
pub(crate) fn file(export: &Export, format: Format) -> String {
    let mut bytes = Vec::new();
    write(export, format, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// A database in a directory of its own.
pub(crate) struct Place {
    directory: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { directory }
    }

    fn path(&self) -> std::path::PathBuf {
        self.directory.path().join("governance.db")
    }

    pub(crate) fn reader(&self) -> Store {
        Store::open_to_read(&self.path()).unwrap()
    }

    /// Keeps a whole sync.
    pub(crate) fn sync(&self, connection: &str, asked: &Asked, batch: Batch<'_>) {
        let mut store = Store::open_to_write(&self.path()).unwrap();
        let resource_types = types();
        let new = NewSync {
            connection,
            connector: "example",
            version: "1.0.0",
            component_sha256: "00ff",
            started_at: SYNCED_AT,
            resource_types: &resource_types,
            asked,
        };
        let sync = store.begin_sync(&new).unwrap();
        store.set_tenant(connection, "org-1").unwrap();
        store.write(sync, &[batch]).unwrap();
        let finish = Finish {
            ending: Ending::Read,
            finished_at: SYNCED_AT + 100,
            requests: &BTreeMap::new(),
        };
        store.finish_sync(sync, &finish).unwrap();
    }
}

fn types() -> Vec<ResourceType> {
    [
        ("user", ResourceTrait::User),
        ("group", ResourceTrait::Group),
        ("project", ResourceTrait::Scope),
    ]
    .map(|(id, one)| ResourceType {
        traits: vec![one],
        ..resource_type(id)
    })
    .into()
}
