//! Facts that only one of the two syncs tells.

use rusqlite::{Connection, Row, named_params};

use super::{Change, Difference, Kind, Pair, each_row, unknown};
use crate::{NamedResource, StoreError};

/// Which new account each invitation became that is gone: the one with its
/// address.
const ACCEPTED: &str = "
CREATE TEMP TABLE accepted AS
SELECT was.type AS type, was.id AS id, account.type AS by_type, min(account.id) AS by_id
FROM resources AS was
    JOIN emails AS invited ON invited.sync = was.sync AND invited.resource_type = was.type
        AND invited.resource_id = was.id
    JOIN emails AS address ON address.sync = :after AND address.folded = invited.folded
    JOIN resources AS account ON account.sync = :after AND account.type = address.resource_type
        AND account.id = address.resource_id
WHERE was.sync = :before AND was.status = 'pending' AND account.status <> 'pending'
    AND (was.type, was.id) NOT IN (SELECT type, id FROM resources WHERE sync = :after)
    AND (account.type, account.id) NOT IN (SELECT type, id FROM resources WHERE sync = :before)
GROUP BY was.type, was.id";

/// Finds out which invitations were accepted.
pub(super) fn pair_accepted(connection: &Connection, pair: Pair) -> rusqlite::Result<()> {
    connection.execute_batch("DROP TABLE IF EXISTS temp.accepted")?;
    let parameters = named_params! { ":before": pair.before.0, ":after": pair.after.0 };
    connection.execute(ACCEPTED, parameters)?;
    Ok(())
}

/// What was there and is not.
pub(super) fn gone<E: From<StoreError>>(
    connection: &Connection,
    pair: Pair,
    kind: Kind,
    each: &mut impl FnMut(Difference) -> Result<(), E>,
) -> Result<(), E> {
    let sql = only_one(
        kind,
        &format!(
            "{accepted}, {ended}",
            accepted = becomes(kind),
            ended = ended(kind)
        ),
        "true",
    );
    let parameters = named_params! { ":here": pair.before.0, ":there": pair.after.0 };
    let read = |row: &Row<'_>| {
        let change = match (named(row, "by")?, named(row, "with")?) {
            (Some(by), _) => Change::Accepted { by },
            (None, Some(with)) => Change::Ended { with },
            (None, None) if row.get("unknown")? => Change::UnknownAfter,
            (None, None) => Change::Removed,
        };
        let fact = kind.read(row)?;
        Ok(Difference { fact, change })
    };
    each_row(connection, &sql, parameters, read, each)
}

/// What is there and was not. What an invitation became is told with that.
pub(super) fn come<E: From<StoreError>>(
    connection: &Connection,
    pair: Pair,
    kind: Kind,
    each: &mut impl FnMut(Difference) -> Result<(), E>,
) -> Result<(), E> {
    let sql = only_one(kind, "NULL", became(kind));
    let parameters = named_params! { ":here": pair.after.0, ":there": pair.before.0 };
    let read = |row: &Row<'_>| {
        let change = match row.get("unknown")? {
            true => Change::UnknownBefore,
            false => Change::Added,
        };
        let fact = kind.read(row)?;
        Ok(Difference { fact, change })
    };
    each_row(connection, &sql, parameters, read, each)
}

/// The facts that are `:here` and not `:there`.
fn only_one(kind: Kind, columns: &str, condition: &str) -> String {
    let (table, key) = (kind.table(), kind.key().join(", fact."));
    format!(
        "SELECT fact.*, {unknown} AS unknown, {columns}
         FROM {table} AS fact
         WHERE fact.sync = :here AND NOT EXISTS (
             SELECT 1 FROM {table} AS other WHERE other.sync = :there AND {same}
         ) AND {told} AND {condition}
         ORDER BY fact.{key}",
        unknown = unknown::is_open(kind),
        same = kind.same("other", "fact"),
        told = match kind {
            Kind::Grant => SAYS_MORE,
            _ => "true",
        },
    )
}

/// The grant is more than what the other sync says by expansions.
const SAYS_MORE: &str = "(fact.directness = 'direct' OR fact.pending OR NOT EXISTS (
    SELECT 1 FROM expansions JOIN grants AS held ON held.sync = expansions.sync
        AND held.resource_type = expansions.via_type AND held.resource_id = expansions.via_id
        AND held.slug = expansions.via_slug AND held.principal_type = fact.principal_type
        AND held.principal_id = fact.principal_id AND held.pending = 0
    WHERE expansions.sync = :there AND expansions.effective
        AND expansions.resource_type = fact.resource_type
        AND expansions.resource_id = fact.resource_id AND expansions.slug = fact.slug
))";

/// The account that the invitation became, or that holds what was pending for
/// it.
fn becomes(kind: Kind) -> &'static str {
    match kind {
        Kind::Resource => {
            "(SELECT by_type FROM accepted WHERE (type, id) = (fact.type, fact.id)) AS by_type,
             (SELECT by_id FROM accepted WHERE (type, id) = (fact.type, fact.id)) AS by_id"
        }
        Kind::Entitlement => "NULL AS by_type, NULL AS by_id",
        Kind::Grant => {
            "(SELECT by_type FROM accepted JOIN grants AS held ON held.sync = :there
                  AND held.principal_type = by_type AND held.principal_id = by_id
                  AND held.resource_type = fact.resource_type
                  AND held.resource_id = fact.resource_id AND held.slug = fact.slug
              WHERE fact.pending AND (type, id) = (fact.principal_type, fact.principal_id)
             ) AS by_type,
             (SELECT by_id FROM accepted
              WHERE (type, id) = (fact.principal_type, fact.principal_id)) AS by_id"
        }
    }
}

/// Not what was told with the invitation.
fn became(kind: Kind) -> &'static str {
    match kind {
        Kind::Resource => "(fact.type, fact.id) NOT IN (SELECT by_type, by_id FROM accepted)",
        Kind::Entitlement => "true",
        Kind::Grant => {
            "NOT EXISTS (
                 SELECT 1 FROM accepted JOIN grants AS promised ON promised.sync = :there
                     AND promised.principal_type = type AND promised.principal_id = id
                     AND promised.resource_type = fact.resource_type
                     AND promised.resource_id = fact.resource_id
                     AND promised.slug = fact.slug AND promised.pending
                 WHERE (by_type, by_id) = (fact.principal_type, fact.principal_id)
             )"
        }
    }
}

/// What the fact is on or in, or who holds it, and that is archived now.
fn ended(kind: Kind) -> String {
    let ended = &|place: &str, kind: &str, id: &str| {
        format!(
            "SELECT {place} AS place, type, id FROM inactive
             WHERE sync = :there AND type = {kind} AND id = {id} AND ended"
        )
    };
    let candidates = match kind {
        Kind::Resource => ended("0", "fact.parent_type", "fact.parent_id"),
        Kind::Entitlement => within("fact.resource_type", "fact.resource_id", ended),
        Kind::Grant => format!(
            "{} UNION ALL {}",
            within("fact.resource_type", "fact.resource_id", ended),
            within("fact.principal_type", "fact.principal_id", ended)
        ),
    };
    let first = |column| format!("(SELECT {column} FROM ({candidates} ORDER BY place LIMIT 1))");
    format!("{} AS with_type, {} AS with_id", first("type"), first("id"))
}

/// What a fact is on, or what that belonged to.
fn within(kind: &str, id: &str, ended: impl Fn(&str, &str, &str) -> String) -> String {
    let parent = |column| {
        format!(
            "(SELECT {column} FROM resources AS own
              WHERE own.sync = :here AND own.type = {kind} AND own.id = {id})"
        )
    };
    format!(
        "{} UNION ALL {}",
        ended("0", kind, id),
        ended("1", &parent("parent_type"), &parent("parent_id"))
    )
}

fn named(row: &Row<'_>, prefix: &str) -> rusqlite::Result<Option<NamedResource>> {
    let kind: Option<String> = row.get(&*format!("{prefix}_type"))?;
    let id: Option<String> = row.get(&*format!("{prefix}_id"))?;
    let both = kind.zip(id);
    Ok(both.map(|(resource_type, id)| NamedResource { resource_type, id }))
}
