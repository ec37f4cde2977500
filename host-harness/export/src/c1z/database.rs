//! The database inside a c1z file.
//!
//! Every reference resolves: what names something that the file has not is left
//! out and counted, as is what has the same id as another one, since ids are not
//! unambiguous where an id itself holds colons.

use std::path::Path;

use governance_store::access::SourcedRow;
use governance_store::{EntitlementRow, NamedResource, ResourceRow, SyncRow, TypeRow};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::messages;
use super::run::{self, Count};
use crate::ExportError;

/// A database that is being filled.
pub(crate) struct Database {
    connection: Connection,
    sync_id: String,
    at: String,
    pub(crate) resource_types: u64,
    assets: u64,
    /// Resources that are told without their parent.
    pub(crate) without_parent: u64,
    pub(crate) resources: Count,
    pub(crate) entitlements: Count,
    pub(crate) grants: Count,
}

impl Database {
    /// Makes the tables in an empty file. What goes wrong ends the whole export,
    /// so nothing is kept to undo it.
    pub(crate) fn create(path: &Path, sync: &SyncRow) -> Result<Self, ExportError> {
        let connection = Connection::open(path)?;
        // Else each grant's statement is prepared anew, to suit its values.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA cache_size = -32000; BEGIN;",
        )?;
        connection.execute_batch(include_str!("tables.sql"))?;
        Ok(Self {
            connection,
            sync_id: run::id(sync),
            at: run::time(sync.finished_at.unwrap_or(sync.started_at)),
            resource_types: 0,
            assets: 0,
            without_parent: 0,
            resources: Count::default(),
            entitlements: Count::default(),
            grants: Count::default(),
        })
    }

    pub(crate) fn resource_type(&mut self, row: &TypeRow) -> Result<(), ExportError> {
        let sql = "INSERT INTO v1_resource_types (external_id, data, sync_id, discovered_at)
             VALUES (?, ?, ?, ?)";
        let data = messages::resource_type(row).into_bytes();
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute((&row.id, data, &self.sync_id, &self.at))?;
        self.resource_types += 1;
        self.resources.expect(&row.id);
        Ok(())
    }

    /// A resource with its parent, if that is in the file, too.
    pub(crate) fn resource(
        &mut self,
        row: &ResourceRow,
        parent: Option<&NamedResource>,
    ) -> Result<(), ExportError> {
        let sql = "INSERT OR IGNORE INTO v1_resources (
                 resource_type_id, external_id, parent_resource_type_id, parent_resource_id, data,
                 sync_id, discovered_at
             )
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
             WHERE EXISTS (SELECT 1 FROM v1_resource_types WHERE external_id = ?1)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let made = statement.execute((
            &row.resource_type,
            format!("{}:{}", row.resource_type, row.id),
            parent.map(|it| &it.resource_type),
            parent.map(|it| &it.id),
            messages::resource(row, parent).into_bytes(),
            &self.sync_id,
            &self.at,
        ))?;
        drop(statement);
        self.resources.add(made, &row.resource_type);
        self.without_parent += u64::from(made > 0 && row.parent.is_some() && parent.is_none());
        Ok(())
    }

    /// Of types that are in the file.
    pub(crate) fn entitlement(
        &mut self,
        row: &EntitlementRow,
        types: &[TypeRow],
    ) -> Result<(), ExportError> {
        let sql = "INSERT OR IGNORE INTO v1_entitlements (
                 resource_type_id, resource_id, external_id, data, sync_id, discovered_at
             ) VALUES (?, ?, ?, ?, ?, ?)";
        let made = match self.resource_message(&row.resource_type, &row.resource_id)? {
            None => 0,
            Some(resource) => self.connection.prepare_cached(sql)?.execute((
                &row.resource_type,
                &row.resource_id,
                &row.id,
                messages::entitlement(row, &resource, types).into_bytes(),
                &self.sync_id,
                &self.at,
            ))?,
        };
        self.entitlements.add(made, &row.resource_type);
        Ok(())
    }

    pub(crate) fn grant(&mut self, row: &SourcedRow) -> Result<(), ExportError> {
        let sql = "INSERT OR IGNORE INTO v1_grants (
                 resource_type_id, resource_id, entitlement_id, principal_resource_type_id,
                 principal_resource_id, external_id, expansion, data, sync_id, discovered_at
             )
             SELECT :type, :resource, :entitlement, :principal_type, :principal, :id, :expansion,
                 :data, :sync, :at
             WHERE EXISTS (
                 SELECT 1 FROM v1_entitlements WHERE external_id = :entitlement
                     AND resource_type_id = :type AND resource_id = :resource
             ) AND EXISTS (
                 SELECT 1 FROM v1_resources WHERE external_id = :principal_type || ':' || :principal
             )";
        let grant = messages::grant(row);
        let resource = &row.entitlement.resource;
        let mut statement = self.connection.prepare_cached(sql)?;
        let made = statement.execute(named_params! {
            ":type": resource.resource_type,
            ":resource": resource.id,
            ":entitlement": grant.entitlement_id,
            ":principal_type": row.principal.resource_type,
            ":principal": row.principal.id,
            ":id": grant.id,
            ":expansion": grant.expansion,
            ":data": grant.data,
            ":sync": self.sync_id,
            ":at": self.at,
        })?;
        drop(statement);
        self.grants.add(made, &resource.resource_type);
        Ok(())
    }

    /// How much could not be put into it.
    pub(crate) fn left_out(&self) -> u64 {
        self.resources.left_out + self.entitlements.left_out + self.grants.left_out
    }

    /// Keeps a file of ours, which baton shows to nobody.
    pub(crate) fn asset(&mut self, id: &str, kind: &str, data: &[u8]) -> Result<(), ExportError> {
        let sql = "INSERT INTO v1_assets (external_id, content_type, data, sync_id, discovered_at)
             VALUES (?, ?, ?, ?, ?)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute((id, kind, data, &self.sync_id, &self.at))?;
        drop(statement);
        self.assets += 1;
        Ok(())
    }

    /// Tells of the sync, and writes all to the disk.
    pub(crate) fn finish(self, sync: &SyncRow, whole: bool) -> Result<(), ExportError> {
        let sql = "INSERT INTO v1_sync_runs (
                 sync_id, started_at, ended_at, sync_token, sync_type, grants_backfilled, stats
             ) VALUES (?, ?, ?, '', ?, 1, ?)";
        let counts = [&self.resources, &self.entitlements, &self.grants];
        self.connection.execute(
            sql,
            (
                &self.sync_id,
                run::time(sync.started_at),
                &self.at,
                run::sync_type(whole),
                run::stats(self.resource_types, self.assets, counts),
            ),
        )?;
        self.connection.execute_batch(include_str!("indexes.sql"))?;
        self.connection.execute_batch("COMMIT")?;
        self.connection.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    fn resource_message(&self, kind: &str, id: &str) -> Result<Option<Vec<u8>>, ExportError> {
        let sql = "SELECT data FROM v1_resources WHERE external_id = ?1 || ':' || ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement
            .query_row([kind, id], |row| row.get(0))
            .optional()?)
    }
}
