//! Writing pages: every item is inserted or replaced, so that a page told again
//! does no harm.
//!
//! A grant told twice with different facts is one grant: what gives access now
//! counts before what is pending, direct before inherited before not told, and
//! among equals what was told last. What it is held through adds up.

use governance_contract::model::{Directness, Entitlement, Gap, Grant, Resource, ResourceId};
use rusqlite::{OptionalExtension, Transaction, named_params};
use serde::Serialize;

use crate::{NamedResource, Store, StoreError, SyncId, arriving};

/// What one or more pages told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Batch<'a> {
    /// Resources of any declared types.
    pub resources: &'a [Resource],
    /// Entitlements, the static ones too.
    pub entitlements: &'a [Entitlement],
    /// Who holds what.
    pub grants: &'a [Grant],
    /// What could not be read.
    pub gaps: &'a [Gap],
}

/// What of a grant is decided as a whole when it is told twice.
const DECIDED: [&str; 7] = [
    "directness",
    "pending",
    "immutable",
    "expands_slugs",
    "expands_deep",
    "expires_at",
    "hint",
];

/// The end of an `INSERT INTO grants`: what to do where the grant exists.
pub(crate) fn merge_grant() -> String {
    let rank = |row| {
        format!(
            "({row}.pending, CASE {row}.directness WHEN 'direct' THEN 0 WHEN 'inherited' THEN 1 ELSE 2 END)"
        )
    };
    let wins = format!("{} <= {}", rank("excluded"), rank("grants"));
    let decided =
        DECIDED.map(|column| format!("{column} = iif({wins}, excluded.{column}, grants.{column})"));
    format!(
        "ON CONFLICT DO UPDATE SET {},
         sources = iif(excluded.sources = grants.sources, grants.sources, (
             SELECT json_group_array(json(value)) FROM (
                 SELECT value FROM json_each(grants.sources)
                 UNION SELECT value FROM json_each(excluded.sources)
             )
         ))",
        decided.join(", ")
    )
}

impl Store {
    /// Adds batches to a running sync, in one transaction: all or nothing.
    ///
    /// # Errors
    /// The sync is not running, or SQLite failed.
    pub fn write(&mut self, sync: SyncId, batches: &[Batch<'_>]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        must_run(&transaction, sync)?;
        for batch in batches {
            write_batch(&transaction, sync, batch)?;
        }
        Ok(transaction.commit()?)
    }
}

pub(crate) fn write_batch(
    transaction: &Transaction<'_>,
    sync: SyncId,
    batch: &Batch<'_>,
) -> rusqlite::Result<()> {
    write_resources(transaction, sync, batch.resources)?;
    write_entitlements(transaction, sync, batch.entitlements)?;
    arriving::keep(transaction, sync, batch.grants)?;
    write_gaps(transaction, sync, batch.gaps)
}

/// Refuses to touch what is finished.
pub(crate) fn must_run(transaction: &Transaction<'_>, sync: SyncId) -> Result<(), StoreError> {
    transaction
        .prepare_cached("SELECT 1 FROM syncs WHERE id = ? AND state = 'running'")?
        .query_row([sync.0], |_| Ok(()))
        .optional()?
        .ok_or(StoreError::NotRunning(sync.0))
}

fn write_resources(
    transaction: &Transaction<'_>,
    sync: SyncId,
    resources: &[Resource],
) -> rusqlite::Result<()> {
    // `json` minifies, so that a row is a line wherever it is printed.
    let mut statement = transaction.prepare_cached(
        "INSERT OR REPLACE INTO resources (
             sync, type, id, parent_type, parent_id, name, description, status, managed_by,
             created_at, expires_at, last_use_at, last_use_using, account_kind, login,
             is_secret, secret_owner_type, secret_owner_id, secret_redacted_value,
             permissions, attributes, hint
         ) VALUES (
             :sync, :type, :id, :parent_type, :parent_id, :name, :description, :status, :managed_by,
             :created_at, :expires_at, :last_use_at, :last_use_using, :account_kind, :login,
             :is_secret, :secret_owner_type, :secret_owner_id, :secret_redacted_value,
             :permissions, json(:attributes), :hint
         )",
    )?;
    for resource in resources {
        if resource.parent.is_none() && is_told_with_parent(transaction, sync, &resource.id)? {
            continue;
        }
        let parent = resource.parent.as_ref();
        let last_use = resource.last_use.as_ref();
        let account = resource.account.as_ref();
        let secret = resource.secret.as_ref();
        let owner = secret.and_then(|secret| secret.owner.as_ref());
        statement.execute(named_params! {
            ":sync": sync.0,
            ":type": resource.id.resource_type,
            ":id": resource.id.id,
            ":parent_type": parent.map(|parent| &parent.resource_type),
            ":parent_id": parent.map(|parent| &parent.id),
            ":name": resource.name,
            ":description": resource.description,
            ":status": resource.status.name(),
            ":managed_by": resource.managed_by.name(),
            ":created_at": resource.created_at,
            ":expires_at": resource.expires_at,
            ":last_use_at": last_use.map(|last_use| last_use.at),
            ":last_use_using": last_use.map(|last_use| &last_use.using),
            ":account_kind": account.map(|account| account.kind.name()),
            ":login": account.and_then(|account| account.login.as_ref()),
            ":is_secret": secret.is_some(),
            ":secret_owner_type": owner.map(|owner| &owner.resource_type),
            ":secret_owner_id": owner.map(|owner| &owner.id),
            ":secret_redacted_value": secret.and_then(|secret| secret.redacted_value.as_ref()),
            ":permissions": json(&resource.permissions)?,
            ":attributes": resource.attributes,
            ":hint": resource.hint,
        })?;
        write_emails(transaction, sync, resource)?;
        write_aliases(transaction, sync, resource)?;
    }
    Ok(())
}

/// Such a telling stands, whatever comes later without a parent.
fn is_told_with_parent(
    transaction: &Transaction<'_>,
    sync: SyncId,
    of: &ResourceId,
) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (
         SELECT 1 FROM resources
         WHERE sync = ? AND type = ? AND id = ? AND parent_id IS NOT NULL
     )";
    let mut statement = transaction.prepare_cached(sql)?;
    statement.query_row((sync.0, &of.resource_type, &of.id), |row| row.get(0))
}

/// Deletes what was told before of a resource that has several of something.
fn forget(
    transaction: &Transaction<'_>,
    sync: SyncId,
    table: &str,
    of: &ResourceId,
) -> rusqlite::Result<()> {
    let sql =
        format!("DELETE FROM {table} WHERE sync = ? AND resource_type = ? AND resource_id = ?");
    let mut statement = transaction.prepare_cached(&sql)?;
    statement.execute((sync.0, &of.resource_type, &of.id))?;
    Ok(())
}

fn write_emails(
    transaction: &Transaction<'_>,
    sync: SyncId,
    resource: &Resource,
) -> rusqlite::Result<()> {
    forget(transaction, sync, "emails", &resource.id)?;
    let ResourceId { resource_type, id } = &resource.id;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO emails (sync, resource_type, resource_id, position, address, folded, is_primary)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    let emails = resource.account.iter().flat_map(|account| &account.emails);
    for (position, email) in (0_i64..).zip(emails) {
        let folded = email.address.to_lowercase();
        statement.execute((
            sync.0,
            resource_type,
            id,
            position,
            &email.address,
            folded,
            email.primary,
        ))?;
    }
    Ok(())
}

fn write_aliases(
    transaction: &Transaction<'_>,
    sync: SyncId,
    resource: &Resource,
) -> rusqlite::Result<()> {
    forget(transaction, sync, "aliases", &resource.id)?;
    let ResourceId { resource_type, id } = &resource.id;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO aliases (sync, alias_type, alias_id, resource_type, resource_id)
         VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )?;
    for alias in resource
        .aliases
        .iter()
        .filter(|alias| **alias != resource.id)
    {
        statement.execute((sync.0, &alias.resource_type, &alias.id, resource_type, id))?;
    }
    Ok(())
}

fn write_entitlements(
    transaction: &Transaction<'_>,
    sync: SyncId,
    entitlements: &[Entitlement],
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT OR REPLACE INTO entitlements (
             sync, resource_type, resource_id, slug, name, description, purpose, grantable_to,
             exclusion_group, exclusion_default
         ) VALUES (
             :sync, :resource_type, :resource_id, :slug, :name, :description, :purpose, :grantable_to,
             :exclusion_group, :exclusion_default
         )",
    )?;
    for entitlement in entitlements {
        let exclusion = entitlement.exclusion.as_ref();
        statement.execute(named_params! {
            ":sync": sync.0,
            ":resource_type": entitlement.resource.resource_type,
            ":resource_id": entitlement.resource.id,
            ":slug": entitlement.slug,
            ":name": entitlement.name,
            ":description": entitlement.description,
            ":purpose": entitlement.purpose.name(),
            ":grantable_to": json(&entitlement.grantable_to)?,
            ":exclusion_group": exclusion.map(|exclusion| &exclusion.group),
            ":exclusion_default": exclusion.map(|exclusion| exclusion.is_default),
        })?;
    }
    Ok(())
}

pub(crate) fn sources(directness: &Directness) -> Vec<NamedResource> {
    match directness {
        Directness::Inherited(sources) => sources.iter().map(NamedResource::from).collect(),
        Directness::Direct | Directness::NotTold => Vec::new(),
    }
}

fn write_gaps(transaction: &Transaction<'_>, sync: SyncId, gaps: &[Gap]) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO gaps (
             sync, surface, subject, resource_type, resource_id, parent_type, parent_id,
             slug, principal_type, principal_id, reason, detail
         ) VALUES (
             :sync, :surface, :subject, :resource_type, :resource_id, :parent_type, :parent_id,
             :slug, :principal_type, :principal_id, :reason, :detail
         ) ON CONFLICT DO UPDATE SET detail = excluded.detail",
    )?;
    for gap in gaps {
        let scope = &gap.scope;
        statement.execute(named_params! {
            ":sync": sync.0,
            ":surface": gap.surface,
            ":subject": scope.subject.map(|subject| subject.name()),
            ":resource_type": scope.resource_type,
            ":resource_id": scope.resource_id,
            ":parent_type": scope.parent.as_ref().map(|parent| &parent.resource_type),
            ":parent_id": scope.parent.as_ref().map(|parent| &parent.id),
            ":slug": scope.slug,
            ":principal_type": scope.principal_type,
            ":principal_id": scope.principal_id,
            ":reason": gap.reason.name(),
            ":detail": gap.detail,
        })?;
    }
    Ok(())
}

pub(crate) fn json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

#[cfg(test)]
mod tests;
