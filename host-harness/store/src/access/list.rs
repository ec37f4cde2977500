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

/// Each way, with those of one holder next to each other: ordered, and not
/// grouped, SQLite merges own and expanded ones, which come in order, and sorts
/// no million rows.
const SELECT: &str = "
SELECT resource_type, resource_id, slug, principal_type, principal_id, effective,
    way = 'own' AND directness = 'direct' AS direct
FROM current_effective
WHERE sync = :sync AND ifnull(resource_type = :resource_type, true)
    AND ifnull(principal_type = :principal_type, true)
ORDER BY resource_type, resource_id, slug, principal_type, principal_id";

/// How many columns say of what a row is.
const KEY: usize = 5;

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
        let mut rows = statement.query(parameters).map_err(StoreError::from)?;
        let mut count = 0;
        let mut open: Option<EffectiveRow> = None;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            if let Some(same) = &mut open
                && same.is_of(row).map_err(StoreError::from)?
            {
                same.add(row).map_err(StoreError::from)?;
                continue;
            }
            count += 1;
            let next = EffectiveRow::read(&sync.connection, row).map_err(StoreError::from)?;
            if let Some(done) = open.replace(next) {
                each(done)?;
            }
        }
        open.map_or(Ok(()), each)?;
        Ok(count)
    }
}

impl EffectiveRow {
    /// The first way. By place, since there may be millions.
    fn read(connection: &str, row: &Row<'_>) -> rusqlite::Result<Self> {
        let [
            resource_type,
            resource_id,
            slug,
            principal_type,
            principal_id,
        ] = texts(row)?;
        Ok(Self {
            connection: connection.to_owned(),
            entitlement_id: format!("{resource_type}:{resource_id}:{slug}"),
            resource_type: resource_type.to_owned(),
            resource_id: resource_id.to_owned(),
            slug: slug.to_owned(),
            principal_type: principal_type.to_owned(),
            principal_id: principal_id.to_owned(),
            effective: row.get(KEY)?,
            direct: row.get(KEY + 1)?,
            grants: 1,
        })
    }

    fn is_of(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        let own = [
            &self.resource_type,
            &self.resource_id,
            &self.slug,
            &self.principal_type,
            &self.principal_id,
        ];
        Ok(own.map(String::as_str) == texts(row)?)
    }

    /// Another way.
    fn add(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        self.effective |= row.get::<_, bool>(KEY)?;
        self.direct |= row.get::<_, bool>(KEY + 1)?;
        self.grants += 1;
        Ok(())
    }
}

fn texts<'a>(row: &'a Row<'_>) -> rusqlite::Result<[&'a str; KEY]> {
    let mut texts = [""; KEY];
    for (place, text) in texts.iter_mut().enumerate() {
        *text = row.get_ref(place)?.as_str()?;
    }
    Ok(texts)
}
