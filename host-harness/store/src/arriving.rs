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

/// So many are put among the others at once.
const MANY: i64 = 50_000;

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
    use crate::{Batch, Ending};

    fn waiting_in(place: &Place) -> i64 {
        let mut store = place.writer();
        waiting(&store.connection.transaction().unwrap()).unwrap()
    }

    #[test]
    fn many_are_put_among_the_others_and_the_rest_at_the_end() {
        let place = Place::new();
        let mut store = place.writer();
        let sync = begin(&mut store, "default");
        let names = (0..MANY + 10).map(|number| format!("user:u{number} group:g:member"));
        let grants: Vec<_> = names.map(|words| told(&words)).collect();
        for (page, left) in grants.chunks(20_000).zip([20_000, 40_000, 0]) {
            let batch = Batch {
                grants: page,
                ..Batch::default()
            };
            store.write(sync, &[batch]).unwrap();
            drop(store);
            assert_eq!(waiting_in(&place), left);
            store = place.writer();
        }
        let again = Batch {
            grants: &grants[..5],
            ..Batch::default()
        };
        store.write(sync, &[again]).unwrap();
        let summary = finish(&mut store, sync, Ending::Read);
        assert_eq!(summary.grants, grants.len() as u64);
        drop(store);
        assert_eq!(waiting_in(&place), 0);
    }
}
