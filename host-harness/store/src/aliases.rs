//! One real thing has one name: what the service showed under another name of a
//! resource is put under the resource's own.
//!
//! | claimed | result |
//! |---|---|
//! | `a` has the alias `b` | all that names `b` names `a`; a resource `b` of its own is dropped |
//! | `a` has `b`, and `b` has `c` | both become `a` |
//! | `a` has `b`, and `b` has `a` | both become `a`, the first in order |
//! | `a` has `x`, and `b` has `x` | nobody knows: `x` stays, and integrity reports it |
//!
//! A name is a type and an id. All is done in a few statements over the whole
//! sync, however many aliases there are.

use rusqlite::{Transaction, named_params};

use crate::SyncId;
use crate::write::merge_grant;

/// What each alias is claimed by, and what it stands for in the end.
const TABLES: &str = "
CREATE TEMP TABLE claims (
    alias_type TEXT, alias_id TEXT, type TEXT, id TEXT, PRIMARY KEY (alias_type, alias_id)
) WITHOUT ROWID;
CREATE TEMP TABLE canonical (
    alias_type TEXT, alias_id TEXT, type TEXT, id TEXT, PRIMARY KEY (alias_type, alias_id)
) WITHOUT ROWID;";

/// What two resources claim is left out.
const CLAIMS: &str = "
INSERT INTO claims
SELECT alias_type, alias_id, resource_type, resource_id FROM aliases WHERE sync = :sync
GROUP BY alias_type, alias_id HAVING count(*) = 1";

/// Follows every alias through the resources that it reaches. The end is one
/// that is nobody's alias; in a circle, of which all members reach the same
/// ones, it is the first of them.
const CANONICAL: &str = "
WITH RECURSIVE reached AS (
    SELECT alias_type, alias_id, type, id FROM claims
    UNION
    SELECT reached.alias_type, reached.alias_id, claims.type, claims.id
    FROM reached JOIN claims ON claims.alias_type = reached.type AND claims.alias_id = reached.id
),
ordered AS (
    SELECT *, row_number() OVER (
        PARTITION BY alias_type, alias_id
        ORDER BY (type, id) IN (SELECT alias_type, alias_id FROM claims), type, id
    ) AS place
    FROM reached
)
INSERT INTO canonical
SELECT alias_type, alias_id, type, id FROM ordered
WHERE place = 1 AND (type, id) <> (alias_type, alias_id)";

/// The columns that refer to a resource, by type and id. What is there twice
/// afterwards, once under each name, is one; `LEFT_OVER` ones are dropped by
/// hand, so that what was told under the resource's own name stays.
const REFERENCES: [(&str, &str, &str, &str); 7] = [
    ("REPLACE", "aliases", "resource_type", "resource_id"),
    ("REPLACE", "resources", "parent_type", "parent_id"),
    ("REPLACE", "resources", "secret_owner_type", "secret_owner_id"),
    ("REPLACE", "gaps", "resource_type", "resource_id"),
    ("REPLACE", "gaps", "parent_type", "parent_id"),
    ("REPLACE", "gaps", "principal_type", "principal_id"),
    ("IGNORE", "entitlements", "resource_type", "resource_id"),
];

/// What is still under an alias then.
const LEFT_OVER: [(&str, &str, &str); 3] = [
    ("entitlements", "resource_type", "resource_id"),
    ("emails", "resource_type", "resource_id"),
    ("resources", "type", "id"),
];

const SOURCES: &str = "
UPDATE grants SET sources = (
    SELECT json_group_array(json_object('type', own_type, 'id', own_id))
    FROM (
        SELECT DISTINCT ifnull(canonical.type, value ->> 'type') AS own_type,
            ifnull(canonical.id, value ->> 'id') AS own_id
        FROM json_each(grants.sources) LEFT JOIN canonical
            ON alias_type = value ->> 'type' AND alias_id = value ->> 'id'
    )
)
WHERE sync = :sync AND sources <> '[]' AND EXISTS (
    SELECT 1 FROM json_each(grants.sources) JOIN canonical
        ON alias_type = value ->> 'type' AND alias_id = value ->> 'id'
)";

/// Puts everything in a sync under the resources' own names.
pub(crate) fn resolve(transaction: &Transaction<'_>, sync: SyncId) -> rusqlite::Result<()> {
    let execute = |sql: &str| transaction.execute(sql, named_params! { ":sync": sync.0 });
    transaction.execute_batch(TABLES)?;
    execute(CLAIMS)?;
    let aliases = transaction.execute(CANONICAL, [])?;
    if aliases > 0 {
        for (twice, table, kind, id) in REFERENCES {
            execute(&rename(twice, table, kind, id))?;
        }
        for (table, kind, id) in LEFT_OVER {
            execute(&drop_aliased(table, kind, id))?;
        }
        for end in ["resource", "principal"] {
            execute(&merge_aliased_grants(end))?;
            execute(&drop_aliased("grants", &format!("{end}_type"), &format!("{end}_id")))?;
        }
        execute(SOURCES)?;
    }
    transaction.execute_batch("DROP TABLE temp.claims; DROP TABLE temp.canonical")
}

fn rename(twice: &str, table: &str, kind: &str, id: &str) -> String {
    format!(
        "UPDATE OR {twice} {table} SET ({kind}, {id}) = (
             SELECT canonical.type, canonical.id FROM canonical
             WHERE canonical.alias_type = {table}.{kind} AND canonical.alias_id = {table}.{id}
         )
         WHERE sync = :sync AND ({kind}, {id}) IN (SELECT alias_type, alias_id FROM canonical)"
    )
}

fn drop_aliased(table: &str, kind: &str, id: &str) -> String {
    format!(
        "DELETE FROM {table}
         WHERE sync = :sync AND ({kind}, {id}) IN (SELECT alias_type, alias_id FROM canonical)"
    )
}

/// Tells grants again under the own name of their `resource` or `principal`.
fn merge_aliased_grants(end: &str) -> String {
    let name = |side| match side == end {
        true => "canonical.type, canonical.id".to_owned(),
        false => format!("grants.{side}_type, grants.{side}_id"),
    };
    format!(
        "INSERT INTO grants (
             sync, resource_type, resource_id, slug, principal_type, principal_id,
             directness, sources, pending, immutable, expands_slugs, expands_deep, expires_at, hint
         )
         SELECT sync, {}, slug, {},
             directness, sources, pending, immutable, expands_slugs, expands_deep, expires_at, hint
         FROM canonical CROSS JOIN grants ON grants.sync = :sync
             AND grants.{end}_type = canonical.alias_type AND grants.{end}_id = canonical.alias_id
         WHERE true {}",
        name("resource"),
        name("principal"),
        merge_grant()
    )
}

#[cfg(test)]
mod tests {
    use governance_contract::model::{Directness, Grant, Resource, Scope, Secret};
    use serde_json::{Value, json};

    use crate::fixtures::{
        Place, aliased, anything, column, entitlement, gap, grant, id, resource,
    };
    use crate::{Batch, Store};

    fn synced(batch: Batch<'_>) -> (Place, Store) {
        let place = Place::new();
        place.sync("default", batch);
        let store = place.reader();
        (place, store)
    }

    /// Who holds one grant that names the given principal, in each world of
    /// resources with their aliases.
    #[test]
    fn an_alias_is_read_as_the_resource_that_has_it() {
        type Claims<'a> = &'a [(&'a str, &'a [(&'a str, &'a str)])];
        let cases: [(Claims<'_>, &str, &str); 8] = [
            (&[("a", &[])], "b", "user:b"),
            (&[("a", &[("user", "b")])], "a", "user:a"),
            (&[("a", &[("user", "b")])], "b", "user:a"),
            (&[("a", &[("user", "b")]), ("b", &[("user", "c")])], "c", "user:a"),
            (&[("a", &[("user", "b")]), ("b", &[("user", "a")])], "a", "user:a"),
            (&[("a", &[("user", "b")]), ("b", &[("user", "a")])], "b", "user:a"),
            (&[("a", &[("user", "x")]), ("b", &[("user", "x")])], "x", "user:x"),
            (&[("a", &[("robot", "b")])], "b", "user:b"),
        ];
        for (claims, named, holder) in cases {
            let resources: Vec<Resource> =
                claims.iter().map(|(name, aliases)| aliased(resource("user", name), aliases)).collect();
            let grants = [grant(id("project", "p"), "member", id("user", named))];
            let (_place, store) = synced(Batch { resources: &resources, grants: &grants, ..Batch::default() });
            let row = &store.all_grants()[0];
            assert_eq!(row["id"], format!("project:p:member:{holder}"), "{claims:?} {named}");
        }
    }

    #[test]
    fn a_resource_under_an_alias_of_another_type_becomes_its_own() {
        let resources = [
            aliased(resource("robot", "r"), &[("user", "u")]),
            Resource { name: "THE SAME".into(), ..resource("user", "u") },
            Resource { parent: Some(id("user", "u")), ..resource("project", "p") },
            Resource {
                secret: Some(Secret { owner: Some(id("user", "u")), redacted_value: None }),
                ..resource("project", "key")
            },
        ];
        let (_place, store) = synced(Batch { resources: &resources, ..Batch::default() });
        let rows = store.all_resources();
        assert_eq!(column(&rows, "id"), ["key", "p", "r"]);
        assert_eq!(rows[0]["secret"]["owner"], json!({"type": "robot", "id": "r"}));
        assert_eq!(rows[1]["parent"], json!({"type": "robot", "id": "r"}));
        assert_eq!(rows[2]["name"], "R");
        assert_eq!(rows[2]["aliases"], json!([{"type": "user", "id": "u"}]));
    }

    #[test]
    fn ids_of_entitlements_and_grants_follow_and_duplicates_become_one() {
        let resources = [aliased(resource("group", "long"), &[("group", "short")]), resource("user", "ada")];
        let mut own = entitlement(id("group", "long"), "member");
        own.name = "Own".into();
        let entitlements =
            [own, entitlement(id("group", "short"), "member"), entitlement(id("group", "short"), "owner")];
        let inherited = Directness::Inherited(vec![id("group", "short"), id("group", "long")]);
        let grants = [
            grant(id("group", "short"), "member", id("user", "ada")),
            Grant { directness: inherited, ..grant(id("group", "long"), "member", id("user", "ada")) },
            grant(id("group", "short"), "member", id("group", "short")),
        ];
        let (_place, store) = synced(Batch {
            resources: &resources,
            entitlements: &entitlements,
            grants: &grants,
            ..Batch::default()
        });
        let rows = store.all_entitlements();
        assert_eq!(column(&rows, "id"), ["group:long:member", "group:long:owner"]);
        assert_eq!(column(&rows, "name"), ["Own", "OWNER"]);
        let rows = store.all_grants();
        assert_eq!(
            column(&rows, "id"),
            ["group:long:member:group:long", "group:long:member:user:ada"]
        );
        assert_eq!(rows[1]["directness"], "direct");
        assert_eq!(rows[1]["sources"], json!([{"type": "group", "id": "long"}]));
    }

    #[test]
    fn what_a_gap_covers_follows_and_gaps_that_become_equal_are_one() {
        let on = |name: &str| Scope {
            resource_type: Some("group".into()),
            resource_id: Some(name.into()),
            parent: Some(id("group", "short")),
            principal_type: Some("group".into()),
            principal_id: Some("short".into()),
            ..anything()
        };
        let resources = [aliased(resource("group", "long"), &[("group", "short")])];
        let gaps = [gap(on("short")), gap(on("long"))];
        let (_place, store) = synced(Batch { resources: &resources, gaps: &gaps, ..Batch::default() });
        let rows: Vec<Value> = store.all_gaps();
        assert_eq!(rows.len(), 1);
        assert_eq!(
            rows[0]["scope"],
            json!({
                "resource_type": "group", "resource_id": "long", "parent": {"type": "group", "id": "long"},
                "principal_type": "group", "principal_id": "long",
            })
        );
    }
}
