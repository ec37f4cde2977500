//! Keeping what a sync reads. The first pages are held back, so that a sync that
//! fails at once, such as for a wrong key or a wrong address, leaves the
//! database as it was.

use std::collections::BTreeMap;

use governance_contract::connector::Page;
use governance_contract::model::{Entitlement, Gap};
use governance_store::{Batch, Ending, Finish, NewSync, Store, StoreError, Summary, SyncId};

use super::Options;
use crate::clock::now;
use crate::connection::Connection;

/// How many pages are held back before the database is opened.
const HELD_BACK: usize = 8;

/// Where the pages of one sync go.
pub(super) struct Keep<'a> {
    options: &'a Options,
    connection: &'a Connection,
    started_at: i64,
    held: Vec<Told>,
    open: Option<(Store, SyncId)>,
}

/// A page, together with the static entitlements of its resources.
pub(super) struct Told {
    pub(super) page: Page,
    pub(super) fixed: Vec<Entitlement>,
}

impl Told {
    fn batches(&self) -> [Batch<'_>; 2] {
        let told = Batch {
            resources: &self.page.resources,
            entitlements: &self.page.entitlements,
            grants: &self.page.grants,
            gaps: &self.page.gaps,
        };
        let fixed = Batch {
            entitlements: &self.fixed,
            ..Batch::default()
        };
        [told, fixed]
    }
}

/// What was kept.
pub(super) struct Kept {
    pub(super) summary: Summary,
    pub(super) tenant: Option<String>,
    pub(super) notes: Vec<String>,
    pub(super) tightened: bool,
}

impl<'a> Keep<'a> {
    pub(super) fn new(options: &'a Options, connection: &'a Connection) -> Self {
        Self {
            options,
            connection,
            started_at: now(),
            held: Vec::new(),
            open: None,
        }
    }

    /// Opens the database, if it is not, and writes what was held back.
    fn open(&mut self) -> Result<&mut (Store, SyncId), StoreError> {
        if self.open.is_none() {
            let description = self.connection.description();
            let mut store = Store::open_to_write(&self.options.database)?;
            let sync = store.begin_sync(&NewSync {
                connection: &self.options.connection,
                connector: &description.name,
                version: &description.version,
                component_sha256: &self.connection.component().sha256,
                started_at: self.started_at,
                asked: &self.options.asked,
                resource_types: &description.resource_types,
            })?;
            let held = std::mem::take(&mut self.held);
            self.open = Some((store, sync));
            self.write(&held)?;
        }
        #[expect(clippy::unwrap_used, reason = "was filled in just now")]
        Ok(self.open.as_mut().unwrap())
    }

    /// Keeps a page.
    pub(super) fn page(&mut self, told: Told) -> Result<(), StoreError> {
        self.held.push(told);
        if self.open.is_none() && self.held.len() < HELD_BACK {
            return Ok(());
        }
        self.open()?;
        let held = std::mem::take(&mut self.held);
        self.write(&held)
    }

    fn write(&mut self, told: &[Told]) -> Result<(), StoreError> {
        let connection = &self.options.connection;
        let (store, sync) = self.open()?;
        for tenant in told.iter().filter_map(|it| it.page.tenant.as_ref()) {
            store.set_tenant(connection, tenant)?;
        }
        let batches: Vec<_> = told.iter().flat_map(Told::batches).collect();
        store.write(*sync, &batches)
    }

    /// Keeps gaps that the host found itself.
    pub(super) fn gaps(&mut self, gaps: &[Gap]) -> Result<(), StoreError> {
        let (store, sync) = self.open()?;
        let batch = Batch {
            gaps,
            ..Batch::default()
        };
        store.write(*sync, &[batch])
    }

    /// Makes what was kept the current state of the connection.
    pub(super) fn finish(
        &mut self,
        requests: &BTreeMap<String, u64>,
        notes: Vec<String>,
    ) -> Result<Kept, StoreError> {
        let connection = &self.options.connection;
        let (store, sync) = self.open()?;
        let finish = Finish {
            ending: Ending::Read,
            finished_at: now(),
            requests,
        };
        let summary = store.finish_sync(*sync, &finish)?;
        Ok(Kept {
            summary,
            tenant: store.tenant(connection)?,
            notes,
            tightened: store.tightened(),
        })
    }

    /// Gives up: nothing of this sync will be current.
    pub(super) fn fail(&mut self, detail: &str, requests: &BTreeMap<String, u64>) {
        let Some((store, sync)) = &mut self.open else {
            return;
        };
        let finish = Finish {
            ending: Ending::Failed(detail),
            finished_at: now(),
            requests,
        };
        if let Err(error) = store.finish_sync(*sync, &finish) {
            tracing::warn!(%error, "the failed sync could not be marked as failed");
        }
    }
}
