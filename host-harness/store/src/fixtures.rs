//! A small organization, and a store in a directory of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use governance_contract::manifest::{
    EntitlementListing, GrantListing, ResourceTrait, ResourceType,
};
use governance_contract::model::{
    Account, AccountKind, Directness, EmailAddress, Entitlement, Gap, GapReason, Grant, Management,
    Purpose, Resource, ResourceId, Scope, Status,
};
use serde::Serialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    Batch, EntitlementFilter, Finish, GapFilter, GrantFilter, NewSync, ResourceFilter, Store,
    StoreError, Summary, SyncId,
};

/// A store that ends with its directory.
pub(crate) struct Place {
    pub(crate) directory: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("governance.db")
    }

    pub(crate) fn writer(&self) -> Store {
        Store::open_to_write(&self.path()).unwrap()
    }

    pub(crate) fn reader(&self) -> Store {
        Store::open_to_read(&self.path()).unwrap()
    }

    /// Runs a whole sync of one batch.
    pub(crate) fn sync(&self, connection: &str, batch: Batch<'_>) -> Summary {
        let mut store = self.writer();
        let sync = begin(&mut store, connection);
        store.write(sync, &[batch]).unwrap();
        finish(&mut store, sync, crate::Ending::Read)
    }
}

pub(crate) fn begin(store: &mut Store, connection: &str) -> SyncId {
    let resource_types = types();
    let new = NewSync {
        connection,
        connector: "example",
        version: "1.0.0",
        component_sha256: "00ff",
        started_at: 1_767_323_045,
        resource_types: &resource_types,
    };
    store.begin_sync(&new).unwrap()
}

pub(crate) fn finish(store: &mut Store, sync: SyncId, ending: crate::Ending<'_>) -> Summary {
    let requests = BTreeMap::from([("list-users".to_owned(), 2)]);
    let finish = Finish {
        ending,
        finished_at: 1_767_323_145,
        requests: &requests,
    };
    store.finish_sync(sync, &finish).unwrap()
}

/// `user` and `robot` are accounts; `group` and `project` are not.
pub(crate) fn types() -> Vec<ResourceType> {
    [
        ("user", ResourceTrait::User),
        ("robot", ResourceTrait::User),
        ("group", ResourceTrait::Group),
        ("project", ResourceTrait::Scope),
    ]
    .map(|(id, one)| ResourceType {
        id: id.into(),
        name: id.to_uppercase(),
        description: String::new(),
        traits: vec![one],
        children: vec![],
        carried_by: None,
        static_entitlements: vec![],
        entitlements: EntitlementListing::WithResources,
        grants: GrantListing::WithResources,
        lookups: vec![],
        changes: vec![],
        surface: "all".into(),
    })
    .into()
}

pub(crate) fn id(kind: &str, id: &str) -> ResourceId {
    ResourceId {
        resource_type: kind.into(),
        id: id.into(),
    }
}

pub(crate) fn resource(kind: &str, name: &str) -> Resource {
    Resource {
        id: id(kind, name),
        parent: None,
        aliases: vec![],
        hint: None,
        name: name.to_uppercase(),
        description: None,
        status: Status::Active,
        managed_by: Management::NotTold,
        created_at: None,
        expires_at: None,
        last_use: None,
        account: None,
        secret: None,
        permissions: vec![],
        attributes: "{}".into(),
    }
}

pub(crate) fn account(name: &str, addresses: &[&str]) -> Resource {
    let emails = (0..).zip(addresses).map(|(place, address)| EmailAddress {
        address: (*address).into(),
        primary: place == 0,
    });
    let account = Account {
        kind: AccountKind::Human,
        emails: emails.collect(),
        login: None,
    };
    Resource {
        account: Some(account),
        ..resource("user", name)
    }
}

pub(crate) fn aliased(mut resource: Resource, aliases: &[(&str, &str)]) -> Resource {
    resource.aliases = aliases.iter().map(|(kind, name)| id(kind, name)).collect();
    resource
}

pub(crate) fn entitlement(on: ResourceId, slug: &str) -> Entitlement {
    Entitlement {
        resource: on,
        slug: slug.into(),
        name: slug.to_uppercase(),
        description: None,
        purpose: Purpose::Assignment,
        grantable_to: vec!["user".into()],
        exclusion: None,
    }
}

pub(crate) fn grant(on: ResourceId, slug: &str, to: ResourceId) -> Grant {
    Grant {
        resource: on,
        slug: slug.into(),
        principal: to,
        directness: Directness::Direct,
        pending: false,
        immutable: None,
        expands: None,
        expires_at: None,
        hint: None,
    }
}

pub(crate) fn anything() -> Scope {
    Scope {
        subject: None,
        resource_type: None,
        resource_id: None,
        parent: None,
        slug: None,
        principal_type: None,
        principal_id: None,
    }
}

pub(crate) fn gap(scope: Scope) -> Gap {
    Gap {
        surface: "groups".into(),
        scope,
        reason: GapReason::Permission,
        detail: "may not".into(),
    }
}

type Listed = Result<Vec<Value>, StoreError>;

/// What a listing gives, as the JSON that people see.
pub(crate) fn lines<R: Serialize, F>(list: F) -> Listed
where
    F: FnOnce(&mut dyn FnMut(R) -> Result<(), StoreError>) -> Result<u64, StoreError>,
{
    let mut lines = Vec::new();
    let count = list(&mut |row| {
        lines.push(serde_json::to_value(row).unwrap());
        Ok(())
    })?;
    assert_eq!(usize::try_from(count).unwrap(), lines.len());
    Ok(lines)
}

impl Store {
    pub(crate) fn all_resources(&self) -> Vec<Value> {
        lines(|each| self.resources(&ResourceFilter::default(), each)).unwrap()
    }

    pub(crate) fn all_entitlements(&self) -> Vec<Value> {
        lines(|each| self.entitlements(&EntitlementFilter::default(), each)).unwrap()
    }

    pub(crate) fn all_grants(&self) -> Vec<Value> {
        lines(|each| self.grants(&GrantFilter::default(), each)).unwrap()
    }

    pub(crate) fn all_gaps(&self) -> Vec<Value> {
        lines(|each| self.gaps(&GapFilter::default(), each)).unwrap()
    }
}

/// The texts under a key, of each line.
pub(crate) fn column<'a>(lines: &'a [Value], key: &str) -> Vec<&'a str> {
    lines
        .iter()
        .map(|line| line[key].as_str().unwrap())
        .collect()
}
