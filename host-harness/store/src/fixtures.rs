//! A store in a directory of its own, and ways to fill and to read it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use governance_contract::manifest::{ResourceTrait, ResourceType};
use governance_contract::model::{Directness, Expansion, Grant, Resource};
use governance_contract::samples::{grant, id, resource_type};
use serde::Serialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    Asked, Batch, EntitlementFilter, Finish, GapFilter, GrantFilter, NewSync, ResourceFilter,
    Store, StoreError, Summary, SyncId,
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
    let asked = Asked::default();
    let new = NewSync {
        asked: &asked,
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
        traits: vec![one],
        ..resource_type(id)
    })
    .into()
}

impl<'a> Batch<'a> {
    pub(crate) fn of_resources(resources: &'a [Resource]) -> Self {
        Self {
            resources,
            ..Self::default()
        }
    }
}

pub(crate) fn aliased(mut resource: Resource, aliases: &[(&str, &str)]) -> Resource {
    resource.aliases = aliases.iter().map(|(kind, name)| id(kind, name)).collect();
    resource
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

/// A grant in words: `user:ada group:g:member`, who holds what. Then, in any
/// order, `pending`, `inherited`, `not-told`, and `> member` for an expansion
/// over slugs of the holder, `>> member` for a deep one.
pub(crate) fn told(words: &str) -> Grant {
    let mut words = words.split_whitespace();
    let principal = words.next().unwrap().split_once(':').unwrap();
    let (resource, slug) = words.next().unwrap().rsplit_once(':').unwrap();
    let (kind, name) = resource.split_once(':').unwrap();
    let mut grant = grant(id(kind, name), slug, id(principal.0, principal.1));
    while let Some(word) = words.next() {
        match word {
            "pending" => grant.pending = true,
            "inherited" => grant.directness = Directness::Inherited(vec![id("group", "told")]),
            "not-told" => grant.directness = Directness::NotTold,
            _ => {
                let slugs = words.next().unwrap().split(',').map(str::to_owned);
                grant.expands = Some(Expansion {
                    slugs: slugs.collect(),
                    deep: word == ">>",
                });
            }
        }
    }
    grant
}

/// Grants in words, one a line.
pub(crate) fn all_told(lines: &[&str]) -> Vec<Grant> {
    lines.iter().map(|line| told(line)).collect()
}
