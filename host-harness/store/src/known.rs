//! What the current sync knows of one grant, as the change that would revoke it.

use governance_contract::changes::GrantChange;
use governance_contract::model::{EntitlementReference, Reference, ResourceId};
use rusqlite::Row;

use crate::{Store, StoreError};

const GRANT: &str = "
SELECT grants.slug, grants.hint AS grant_hint,
    grants.resource_type, grants.resource_id, grants.principal_type, grants.principal_id,
    thing.parent_type AS thing_parent_type, thing.parent_id AS thing_parent_id,
    thing.hint AS thing_hint,
    holder.parent_type AS holder_parent_type, holder.parent_id AS holder_parent_id,
    holder.hint AS holder_hint
FROM current_grants AS grants
LEFT JOIN resources AS thing ON thing.sync = grants.sync
    AND thing.type = grants.resource_type AND thing.id = grants.resource_id
LEFT JOIN resources AS holder ON holder.sync = grants.sync
    AND holder.type = grants.principal_type AND holder.id = grants.principal_id
WHERE grants.connection = ? AND grants.id = ?
    AND grants.principal_id IN (SELECT value FROM json_each(?))
LIMIT 2";

impl Store {
    /// The grant of a connection with this id, with all that was read of its
    /// ends. None if there is none, or if the id may mean two.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn known_grant(
        &self,
        connection: &str,
        id: &str,
    ) -> Result<Option<GrantChange>, StoreError> {
        let mut statement = self.connection.prepare_cached(GRANT)?;
        let ends = serde_json::json!(ends(id)).to_string();
        let mut rows = statement.query_map([connection, id, &ends], grant)?;
        match (rows.next().transpose()?, rows.next().transpose()?) {
            (Some(only), None) => Ok(Some(only)),
            _ => Ok(None),
        }
    }
}

/// What the id of the principal can be, with which the grant's id ends: each of
/// them is found by an index, as the whole is not.
fn ends(id: &str) -> Vec<&str> {
    id.match_indices(':').map(|(at, _)| &id[at + 1..]).collect()
}

fn grant(row: &Row<'_>) -> rusqlite::Result<GrantChange> {
    Ok(GrantChange {
        entitlement: EntitlementReference {
            resource: reference(row, "resource", "thing")?,
            slug: row.get("slug")?,
        },
        principal: reference(row, "principal", "holder")?,
        expires_at: None,
        hint: row.get("grant_hint")?,
    })
}

fn reference(row: &Row<'_>, named: &str, told: &str) -> rusqlite::Result<Reference> {
    let column = |prefix: &str, name: &str| format!("{prefix}_{name}");
    let get = |name: String| row.get::<_, Option<String>>(name.as_str());
    let parent_type = get(column(told, "parent_type"))?;
    let parent_id = get(column(told, "parent_id"))?;
    let parent = parent_type.zip(parent_id);
    Ok(Reference {
        id: ResourceId {
            resource_type: row.get(column(named, "type").as_str())?,
            id: row.get(column(named, "id").as_str())?,
        },
        parent: parent.map(|(resource_type, id)| ResourceId { resource_type, id }),
        hint: get(column(told, "hint"))?,
    })
}

#[cfg(test)]
mod tests {
    use governance_contract::model::{Grant, Resource};
    use governance_contract::samples::{grant, id, resource};

    use crate::Batch;
    use crate::fixtures::Place;

    #[test]
    fn a_grant_is_known_with_what_was_read_of_its_ends() {
        let place = Place::new();
        let robot = Resource {
            parent: Some(id("project", "p")),
            hint: Some("seen".into()),
            ..resource("robot", "r:1")
        };
        let held = Grant {
            hint: Some("row 7".into()),
            ..grant(id("project", "p"), "member", id("robot", "r:1"))
        };
        place.sync(
            "default",
            Batch {
                resources: &[resource("project", "p"), robot],
                grants: &[held],
                ..Batch::default()
            },
        );
        let store = place.reader();
        let id_of = "project:p:member:robot:r:1";
        let known = store.known_grant("default", id_of).unwrap().unwrap();
        assert_eq!(known.hint.as_deref(), Some("row 7"));
        assert_eq!(known.principal.parent, Some(id("project", "p")));
        assert_eq!(known.principal.hint.as_deref(), Some("seen"));
        assert_eq!(known.entitlement.resource.id, id("project", "p"));
        assert_eq!(
            store.known_grant("default", "project:p:member").unwrap(),
            None
        );
        assert_eq!(store.known_grant("other", id_of).unwrap(), None);
    }

    #[test]
    fn a_grant_is_found_without_reading_all_of_them() {
        let place = Place::new();
        place.sync("default", Batch::default());
        let store = place.reader();
        let sql = format!("EXPLAIN QUERY PLAN {}", super::GRANT);
        let mut statement = store.connection.prepare(&sql).unwrap();
        let steps = statement.query_map(["default", "g", "[]"], |row| row.get(3));
        let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
        let of_grants = |it: &&String| it.starts_with("SEARCH grants");
        assert_eq!(
            steps.iter().filter(of_grants).collect::<Vec<_>>(),
            ["SEARCH grants USING INDEX grants_by_principal (sync=? AND principal_id=?)"]
        );
    }
}
