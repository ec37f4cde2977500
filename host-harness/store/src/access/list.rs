//! All of effective access, row by row, for exports and reports.

use rusqlite::{Row, named_params};
use serde::Serialize;

use crate::{Store, StoreError, SyncRow};

/// Which effective access. What is not given narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct EffectiveFilter {
    /// Of this connection.
    pub connection: Option<String>,
    /// On resources of this type.
    pub resource_type: Option<String>,
    /// Held by principals of this type.
    pub principal_type: Option<String>,
}

/// That a principal holds an entitlement, without its ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EffectiveRow {
    /// The connection's name.
    pub connection: String,
    /// The id of what is held.
    pub entitlement_id: String,
    /// The type of what it is held on.
    pub resource_type: String,
    /// The id of what it is held on.
    pub resource_id: String,
    /// The entitlement's slug.
    pub slug: String,
    /// The type of who holds it.
    pub principal_type: String,
    /// The id of who holds it.
    pub principal_id: String,
    /// Gives access now.
    pub effective: bool,
    /// Held also by a direct grant of its own.
    pub direct: bool,
    /// How many of the principal's own grants lead to it.
    pub grants: u64,
}

/// The filters stand within the view's own rows, where indexes serve them.
const SELECT: &str = "
SELECT connection, resource_type || ':' || resource_id || ':' || slug AS entitlement_id,
    resource_type, resource_id, slug, principal_type, principal_id, max(effective) AS effective,
    max(way = 'own' AND directness = 'direct') AS direct, count(*) AS grants
FROM (
    SELECT * FROM current_effective
    WHERE sync = :sync AND ifnull(resource_type = :resource_type, true)
        AND ifnull(principal_type = :principal_type, true)
)
GROUP BY connection, resource_type, resource_id, slug, principal_type, principal_id";

impl Store {
    /// Gives each principal's every entitlement to a callback, ordered by
    /// connection and entitlement, and says how many there were. Pending grants
    /// are not among them; what is unknown is in [`Store::gaps`].
    ///
    /// # Errors
    /// As [`Store::resources`].
    pub fn effective<E: From<StoreError>>(
        &self,
        filter: &EffectiveFilter,
        mut each: impl FnMut(EffectiveRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        self.must_hold_effective()?;
        let mut count = 0;
        for sync in self.current_syncs(filter.connection.as_deref())? {
            count += self.effective_of(&sync, filter, &mut each)?;
        }
        Ok(count)
    }

    fn effective_of<E: From<StoreError>>(
        &self,
        sync: &SyncRow,
        filter: &EffectiveFilter,
        each: &mut impl FnMut(EffectiveRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let prepared = self.connection.prepare_cached(SELECT);
        let mut statement = prepared.map_err(StoreError::from)?;
        let parameters = named_params! {
            ":sync": sync.id.0,
            ":resource_type": filter.resource_type,
            ":principal_type": filter.principal_type,
        };
        let rows = statement.query_map(parameters, EffectiveRow::read);
        let mut count = 0;
        for row in rows.map_err(StoreError::from)? {
            each(row.map_err(StoreError::from)?)?;
            count += 1;
        }
        Ok(count)
    }
}

impl EffectiveRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            connection: row.get("connection")?,
            entitlement_id: row.get("entitlement_id")?,
            resource_type: row.get("resource_type")?,
            resource_id: row.get("resource_id")?,
            slug: row.get("slug")?,
            principal_type: row.get("principal_type")?,
            principal_id: row.get("principal_id")?,
            effective: row.get("effective")?,
            direct: row.get("direct")?,
            grants: row.get("grants")?,
        })
    }
}
