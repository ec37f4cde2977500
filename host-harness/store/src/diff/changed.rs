//! Facts that both syncs tell, in other words.
//!
//! When something was last used, and notes of the connector's own, are no change.

use rusqlite::{Connection, Row, named_params};

use super::{Change, Difference, Fact, FieldChange, Kind, Pair, each_row};
use crate::StoreError;

/// The addresses of a resource, as JSON.
const EMAILS: &str = "(
    SELECT json_group_array(address) FROM (
        SELECT address FROM emails
        WHERE emails.sync = ROW.sync AND emails.resource_type = ROW.type
            AND emails.resource_id = ROW.id
        ORDER BY position
    )
)";

/// What is compared, and by which SQL if that is not the column of its name.
fn fields(kind: Kind) -> &'static [(&'static str, Option<&'static str>)] {
    match kind {
        Kind::Resource => &[
            ("name", None),
            ("description", None),
            ("status", None),
            ("parent_type", None),
            ("parent_id", None),
            ("managed_by", None),
            ("expires_at", None),
            ("account_kind", None),
            ("login", None),
            ("emails", Some(EMAILS)),
            ("secret_owner_type", None),
            ("secret_owner_id", None),
            ("permissions", None),
            ("attributes", None),
        ],
        Kind::Entitlement => &[
            ("name", None),
            ("description", None),
            ("purpose", None),
            ("grantable_to", None),
            ("exclusion_group", None),
            ("exclusion_default", None),
        ],
        Kind::Grant => &[
            ("directness", None),
            ("sources", None),
            ("pending", None),
            ("immutable", None),
            ("expands_slugs", None),
            ("expands_deep", None),
            ("expires_at", None),
        ],
    }
}

fn of_row((name, sql): &(&str, Option<&str>), row: &str) -> String {
    match sql {
        Some(sql) => sql.replace("ROW", row),
        None => format!("{row}.{name}"),
    }
}

pub(super) fn changed<E: From<StoreError>>(
    connection: &Connection,
    pair: Pair,
    kind: Kind,
    each: &mut impl FnMut(Difference) -> Result<(), E>,
) -> Result<(), E> {
    let both = fields(kind)
        .iter()
        .map(|field| [of_row(field, "was"), of_row(field, "fact")]);
    let both: Vec<_> = both.collect();
    let selected: Vec<_> = both
        .iter()
        .enumerate()
        .map(|(place, [was, now])| {
            format!("CAST({was} AS TEXT) AS was_{place}, CAST({now} AS TEXT) AS now_{place}")
        })
        .collect();
    let differ: Vec<_> = both
        .iter()
        .map(|[was, now]| format!("{was} IS NOT {now}"))
        .collect();
    let (table, key) = (kind.table(), kind.key().join(", fact."));
    let sql = format!(
        "SELECT fact.*, {selected} FROM {table} AS was CROSS JOIN {table} AS fact
             ON fact.sync = :after AND {same}
         WHERE was.sync = :before AND ({differ}) ORDER BY fact.{key}",
        selected = selected.join(", "),
        same = kind.same("fact", "was"),
        differ = differ.join(" OR "),
    );
    let parameters = named_params! { ":before": pair.before.0, ":after": pair.after.0 };
    let mut archived = |difference: Difference| {
        let Difference { fact, change } = difference;
        split(fact, change).into_iter().try_for_each(&mut *each)
    };
    let read = |row: &Row<'_>| {
        Ok(Difference {
            fact: kind.read(row)?,
            change: Change::Changed(differences(kind, row)?),
        })
    };
    each_row(connection, &sql, parameters, read, &mut archived)
}

fn differences(kind: Kind, row: &Row<'_>) -> rusqlite::Result<Vec<FieldChange>> {
    let mut changes = Vec::new();
    for (place, (field, _)) in fields(kind).iter().enumerate() {
        let before = row.get(&*format!("was_{place}"))?;
        let after = row.get(&*format!("now_{place}"))?;
        if before != after {
            changes.push(FieldChange {
                field,
                before,
                after,
            });
        }
    }
    Ok(changes)
}

/// That something is archived now is told apart from what else changed.
fn split(fact: Fact, change: Change) -> Vec<Difference> {
    let Change::Changed(fields) = change else {
        return vec![Difference { fact, change }];
    };
    let is_archiving =
        |it: &FieldChange| it.field == "status" && it.after.as_deref() == Some("archived");
    let (archiving, others): (Vec<_>, Vec<_>) = fields.into_iter().partition(is_archiving);
    let archived = (!archiving.is_empty()).then_some(Change::Archived);
    let changed = (!others.is_empty()).then_some(Change::Changed(others));
    let both = archived.into_iter().chain(changed);
    both.map(|change| Difference {
        fact: fact.clone(),
        change,
    })
    .collect()
}
