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
    (
        "REPLACE",
        "resources",
        "secret_owner_type",
        "secret_owner_id",
    ),
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
            execute(&drop_aliased(
                "grants",
                &format!("{end}_type"),
                &format!("{end}_id"),
            ))?;
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
mod tests;
