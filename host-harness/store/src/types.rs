//! The resource types that a sync was read with.

use rusqlite::{Row, named_params};
use serde::Serialize;

use crate::read::json;
use crate::{Store, StoreError, SyncRow};

/// A resource type, as the connector declared it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TypeRow {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is.
    pub description: String,
    /// `user`, `group`, `role`, `app`, `scope` or `secret`.
    pub traits: Vec<String>,
    /// How many resources of it were read.
    pub resources: u64,
}

const SELECT: &str = "
SELECT *, (
    SELECT count(*) FROM resources
    WHERE resources.sync = resource_types.sync AND resources.type = resource_types.id
) AS resources
FROM resource_types WHERE sync = :sync ORDER BY position";

impl Store {
    /// The resource types of a sync, in the connector's order.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn resource_types(&self, sync: &SyncRow) -> Result<Vec<TypeRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(SELECT)?;
        let rows = statement.query_map(named_params! { ":sync": sync.id.0 }, read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<TypeRow> {
    Ok(TypeRow {
        id: row.get("id")?,
        name: row.get("name")?,
        description: row.get("description")?,
        traits: json(row, "traits")?,
        resources: row.get("resources")?,
    })
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::resource;

    use crate::Batch;
    use crate::fixtures::Place;

    #[test]
    fn types_come_in_the_order_of_the_connector_with_their_counts() {
        let place = Place::new();
        let resources = [resource("user", "ada"), resource("user", "eve")];
        place.sync("default", Batch::of_resources(&resources));
        let store = place.reader();
        let sync = store.current_syncs(None).unwrap().remove(0);
        let types = store.resource_types(&sync).unwrap();
        let told: Vec<_> = types
            .iter()
            .map(|it| (it.id.as_str(), it.traits.concat(), it.resources))
            .collect();
        let expected = [("user", 2), ("robot", 0), ("group", 0), ("project", 0)];
        let traits = ["user", "user", "group", "scope"];
        for ((told, (id, count)), one) in told.iter().zip(expected).zip(traits) {
            assert_eq!(told, &(id, one.to_owned(), count));
        }
    }
}
