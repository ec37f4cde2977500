//! What the current syncs hold, row by row, so that memory does not grow with
//! the organization.
//!
//! Each function gives every row to a callback, ordered by connection, type and
//! id, and says how many there were. The callback's error ends the listing.

use crate::filter::Conditions;
use crate::read::Listed;
use crate::{
    EntitlementFilter, EntitlementRow, GapFilter, GapRow, GrantFilter, GrantRow, ResourceFilter,
    ResourceRow, Store, StoreError, SyncRow,
};

/// The types whose resources are accounts.
const ACCOUNT_TYPES: &str = "
SELECT id FROM resource_types
WHERE sync = :sync AND EXISTS (SELECT 1 FROM json_each(traits) WHERE value = 'user')";

const ALL_TYPES: &str = "SELECT id FROM resource_types WHERE sync = :sync";

impl Store {
    /// Lists resources.
    ///
    /// # Errors
    /// An unknown connection or type, nothing synced yet, SQLite's failures,
    /// and what the callback gives.
    pub fn resources<E: From<StoreError>>(
        &self,
        filter: &ResourceFilter,
        each: impl FnMut(ResourceRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let syncs = self.syncs_with(&filter.connection, &filter.resource_type, ALL_TYPES)?;
        self.list(&syncs, &resource_conditions(filter), each)
    }

    /// Lists the resources whose type has the trait `user`.
    ///
    /// # Errors
    /// As [`Store::resources`], and for a type that is none of accounts.
    pub fn accounts<E: From<StoreError>>(
        &self,
        filter: &ResourceFilter,
        each: impl FnMut(ResourceRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let syncs = self.syncs_with(&filter.connection, &filter.resource_type, ACCOUNT_TYPES)?;
        let conditions = resource_conditions(filter).and_in("type", ACCOUNT_TYPES);
        self.list(&syncs, &conditions, each)
    }

    /// Lists entitlements.
    ///
    /// # Errors
    /// As [`Store::resources`].
    pub fn entitlements<E: From<StoreError>>(
        &self,
        filter: &EntitlementFilter,
        each: impl FnMut(EntitlementRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let syncs = self.syncs_with(&filter.connection, &filter.resource_type, ALL_TYPES)?;
        let conditions = Conditions::default()
            .and(
                ":type",
                filter.resource_type.clone(),
                "resource_type = :type",
            )
            .and_named(
                "resource_",
                [":resource", ":resource_folded"],
                filter.resource.as_ref(),
            );
        self.list(&syncs, &conditions, each)
    }

    /// Lists grants as they were told: expansion is not applied.
    ///
    /// # Errors
    /// As [`Store::resources`].
    pub fn grants<E: From<StoreError>>(
        &self,
        filter: &GrantFilter,
        each: impl FnMut(GrantRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let syncs = self.syncs_with(&filter.connection, &filter.resource_type, ALL_TYPES)?;
        self.list(&syncs, &grant_conditions(filter), each)
    }

    /// Lists what could not be read.
    ///
    /// # Errors
    /// As [`Store::resources`].
    pub fn gaps<E: From<StoreError>>(
        &self,
        filter: &GapFilter,
        each: impl FnMut(GapRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let syncs = self.syncs_with(&filter.connection, &filter.resource_type, ALL_TYPES)?;
        let touched = "ifnull(resource_type, :type) = :type";
        let conditions = Conditions::default().and(":type", filter.resource_type.clone(), touched);
        self.list(&syncs, &conditions, each)
    }

    /// The current syncs that are asked. A type has to be known to one of them.
    fn syncs_with(
        &self,
        connection: &Option<String>,
        wanted: &Option<String>,
        types: &'static str,
    ) -> Result<Vec<SyncRow>, StoreError> {
        let syncs = self.current_syncs(connection.as_deref())?;
        let Some(wanted) = wanted else {
            return Ok(syncs);
        };
        let mut known = Vec::new();
        let mut statement = self
            .connection
            .prepare_cached(&format!("{types} ORDER BY position"))?;
        for sync in &syncs {
            for name in statement.query_map([sync.id.0], |row| row.get::<_, String>(0))? {
                let name = name?;
                if !known.contains(&name) {
                    known.push(name);
                }
            }
        }
        if known.contains(wanted) {
            return Ok(syncs);
        }
        Err(StoreError::UnknownType {
            wanted: if types == ALL_TYPES {
                "resource type"
            } else {
                "type of accounts"
            },
            name: wanted.clone(),
            known,
        })
    }

    fn list<R: Listed, E: From<StoreError>>(
        &self,
        syncs: &[SyncRow],
        conditions: &Conditions,
        mut each: impl FnMut(R) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut statement = self
            .connection
            .prepare_cached(&select::<R>(conditions))
            .map_err(StoreError::from)?;
        let mut count = 0;
        for sync in syncs {
            let parameters = conditions.parameters(&sync.id.0);
            let rows = statement
                .query_map(parameters.as_slice(), R::read)
                .map_err(StoreError::from)?;
            for row in rows {
                each(row.map_err(StoreError::from)?)?;
                count += 1;
            }
        }
        Ok(count)
    }
}

fn select<R: Listed>(conditions: &Conditions) -> String {
    format!(
        "SELECT * FROM {} WHERE sync = :sync{} ORDER BY {}",
        R::VIEW,
        conditions.sql(),
        R::ORDER
    )
}

fn grant_conditions(filter: &GrantFilter) -> Conditions {
    Conditions::default()
        .and(
            ":type",
            filter.resource_type.clone(),
            "resource_type = :type",
        )
        .and_named(
            "resource_",
            [":resource", ":resource_folded"],
            filter.resource.as_ref(),
        )
        .and(
            ":entitlement",
            filter.entitlement.clone(),
            "entitlement_id = :entitlement",
        )
        .and_named(
            "principal_",
            [":principal", ":principal_folded"],
            filter.principal.as_ref(),
        )
}

fn resource_conditions(filter: &ResourceFilter) -> Conditions {
    Conditions::default()
        .and(":type", filter.resource_type.clone(), "type = :type")
        .and_named("", [":named", ":folded"], filter.named.as_ref())
        .and(":parent", filter.parent.clone(), "parent_id = :parent")
        .and(
            ":status",
            filter.status.map(|status| status.name()),
            "status = :status",
        )
}

#[cfg(test)]
mod tests;
