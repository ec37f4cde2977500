//! Grants on their way into the table of grants.
//!
//! They arrive by what they are on, and are indexed by who holds them: a page of
//! them changes as many pages of that index, each of which is written to the log
//! and to the file. So they are kept in the order in which they arrive, in the same
//! transaction as all else of their page, and put among the others many at a time,
//! in the order of the index.

use governance_contract::model::Grant;
use rusqlite::{Transaction, named_params};

use crate::SyncId;
use crate::write::{json, merge_grant, sources};

/// So many are put among the others at once: each time nearly all of a large index
/// is written, and their places in the table have to fit in the cache.
const MANY: i64 = 200_000;

const COLUMNS: &str = "sync, resource_type, resource_id, slug, principal_type, principal_id,
    directness, sources, pending, immutable, expands_slugs, expands_deep, expires_at, hint";

/// Keeps grants of a running sync.
pub(crate) fn keep(
    transaction: &Transaction<'_>,
    sync: SyncId,
    grants: &[Grant],
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(&format!(
        "INSERT INTO arriving_grants ({COLUMNS}) VALUES (
             :sync, :resource_type, :resource_id, :slug, :principal_type, :principal_id,
             :directness, :sources, :pending, :immutable, :expands_slugs, :expands_deep, :expires_at, :hint
         )"
    ))?;
    for grant in grants {
        let expands = grant.expands.as_ref();
        statement.execute(named_params! {
            ":sync": sync.0,
            ":resource_type": grant.resource.resource_type,
            ":resource_id": grant.resource.id,
            ":slug": grant.slug,
            ":principal_type": grant.principal.resource_type,
            ":principal_id": grant.principal.id,
            ":directness": grant.directness.name(),
            ":sources": json(&sources(&grant.directness))?,
            ":pending": grant.pending,
            ":immutable": grant.immutable,
            ":expands_slugs": expands.map(|expands| json(&expands.slugs)).transpose()?,
            ":expands_deep": expands.map(|expands| expands.deep),
            ":expires_at": grant.expires_at,
            ":hint": grant.hint,
        })?;
    }
    match waiting(transaction)? >= MANY {
        true => settle(transaction),
        false => Ok(()),
    }
}

/// How many wait, at most: the ids are not used again until none does.
fn waiting(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    transaction
        .prepare_cached(
            // Each by itself is read off an end of the table; together they are not.
            "SELECT ifnull((SELECT max(id) FROM arriving_grants)
                 - (SELECT min(id) FROM arriving_grants) + 1, 0)",
        )?
        .query_row([], |row| row.get(0))
}

/// Puts all that arrived among the other grants. Of two of the same the later one
/// comes later, as if each had been put there by itself.
pub(crate) fn settle(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute(
        &format!(
            "INSERT INTO grants ({COLUMNS}) SELECT {COLUMNS} FROM arriving_grants WHERE true
             ORDER BY sync, principal_id, principal_type, id {}",
            merge_grant()
        ),
        [],
    )?;
    transaction.execute("DELETE FROM arriving_grants", [])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{Place, begin, finish, told};
    use crate::{Batch, Ending, Store};

    fn waiting_in(place: &Place) -> i64 {
        let mut store = place.writer();
        waiting(&store.connection.transaction().unwrap()).unwrap()
    }

    /// Has a row that waits wait so many times, each time for somebody else.
    fn copy(store: &Store, times: i64) {
        let copied = COLUMNS.replace("principal_id", "principal_id || number");
        let sql = format!(
            "WITH RECURSIVE numbers (number) AS (
                 VALUES (2) UNION ALL SELECT number + 1 FROM numbers WHERE number < ?
             )
             INSERT INTO arriving_grants ({COLUMNS}) SELECT {copied} FROM arriving_grants, numbers"
        );
        store.connection.execute(&sql, [times]).unwrap();
    }

    #[test]
    fn many_are_put_among_the_others_and_the_rest_at_the_end() {
        let place = Place::new();
        let mut store = place.writer();
        let sync = begin(&mut store, "default");
        let grants =
            ["user:u", "user:v", "user:w"].map(|user| told(&format!("{user} group:g:member")));
        let write = |store: &mut Store, grants| {
            let batch = Batch {
                grants,
                ..Batch::default()
            };
            store.write(sync, &[batch]).unwrap();
        };
        write(&mut store, &grants[..1]);
        copy(&store, MANY - 2);
        for (page, left) in [
            (&grants[1..2], MANY - 1),
            (&grants[2..], 0),
            (&grants[..2], 2),
        ] {
            write(&mut store, page);
            drop(store);
            assert_eq!(waiting_in(&place), left);
            store = place.writer();
        }
        let summary = finish(&mut store, sync, Ending::Read);
        assert_eq!(summary.grants, u64::try_from(MANY).unwrap());
        drop(store);
        assert_eq!(waiting_in(&place), 0);
    }
}
