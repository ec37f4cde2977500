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

/// Of entitlements and grants: they are on resources of a type.
const ON_TYPE: &str = "resource_type = :type";

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
        self.list(ALL_TYPES, &resource_conditions(filter), each)
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
        let conditions = resource_conditions(filter).and_in("type", ACCOUNT_TYPES);
        self.list(ACCOUNT_TYPES, &conditions, each)
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
        self.list(ALL_TYPES, &entitlement_conditions(filter), each)
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
        self.list(ALL_TYPES, &grant_conditions(filter), each)
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
        let touched = "ifnull(resource_type, :type) = :type";
        let conditions = Conditions::within(&filter.connection, &filter.resource_type, touched);
        self.list(ALL_TYPES, &conditions, each)
    }

    /// The current syncs that are asked. A type that is asked for has to be among
    /// those that the query `types` gives of one of them.
    fn syncs_with(&self, types: &str, conditions: &Conditions) -> Result<Vec<SyncRow>, StoreError> {
        let syncs = self.current_syncs(conditions.connection.as_deref())?;
        let Some(wanted) = &conditions.resource_type else {
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

    /// Lists a view's rows, of types that the query `types` gives.
    fn list<R: Listed, E: From<StoreError>>(
        &self,
        types: &str,
        conditions: &Conditions,
        mut each: impl FnMut(R) -> Result<(), E>,
    ) -> Result<u64, E> {
        let syncs = self.syncs_with(types, conditions)?;
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

fn entitlement_conditions(filter: &EntitlementFilter) -> Conditions {
    Conditions::within(&filter.connection, &filter.resource_type, ON_TYPE)
        .and_named("resource_", filter.resource.as_ref())
}

fn grant_conditions(filter: &GrantFilter) -> Conditions {
    let of_entitlement = "entitlement_id = :entitlement";
    Conditions::within(&filter.connection, &filter.resource_type, ON_TYPE)
        .and_named("resource_", filter.resource.as_ref())
        .and(":entitlement", filter.entitlement.clone(), of_entitlement)
        .and_named("principal_", filter.principal.as_ref())
}

fn resource_conditions(filter: &ResourceFilter) -> Conditions {
    Conditions::within(&filter.connection, &filter.resource_type, "type = :type")
        .and_named("", filter.named.as_ref())
        .and(":parent", filter.parent.clone(), "parent_id = :parent")
        .and(
            ":status",
            filter.status.map(|status| status.name()),
            "status = :status",
        )
}

#[cfg(test)]
mod tests;
