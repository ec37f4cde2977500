//! Findings and their subjects, as the rows of the questions tell them.

use governance_store::{LastUseRow, Moment, NamedResource};
use rusqlite::Row;

use crate::finding::{Facts, Finding, Subject};

pub(super) fn finding(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let (last, using): (Option<Moment>, Option<String>) =
        (row.get("last_use_at")?, row.get("last_use_using")?);
    let count: Option<i64> = row.get("entitlement_count")?;
    let holders: Option<i64> = row.get("holders")?;
    let facts = Facts {
        status: row.get("status")?,
        created_at: row.get("created_at")?,
        last_use: last.zip(using).map(|(at, using)| LastUseRow { at, using }),
        expires_at: row.get("expires_at")?,
        owner: named(row, "secret_owner_type", "secret_owner_id")?,
        owner_name: row.get("owner_name")?,
        entitlements: texts(row, "entitlements")?,
        entitlement_count: count.and_then(|it| it.try_into().ok()),
        holders: holders.and_then(|it| it.try_into().ok()),
    };
    Ok(Finding {
        subject: subject(row)?,
        facts,
        exception: None,
    })
}

pub(super) fn subject(row: &Row<'_>) -> rusqlite::Result<Subject> {
    Ok(Subject {
        resource_type: row.get("type")?,
        id: row.get("id")?,
        name: row.get("name")?,
        emails: texts(row, "emails")?,
        parent: named(row, "parent_type", "parent_id")?,
    })
}

fn named(row: &Row<'_>, kind: &str, id: &str) -> rusqlite::Result<Option<NamedResource>> {
    let (kind, id): (Option<String>, Option<String>) = (row.get(kind)?, row.get(id)?);
    let both = kind.zip(id);
    Ok(both.map(|(resource_type, id)| NamedResource { resource_type, id }))
}

/// A JSON array that the query made itself.
fn texts(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<String>> {
    let text: Option<String> = row.get(column)?;
    Ok(text
        .and_then(|it| serde_json::from_str(&it).ok())
        .unwrap_or_default())
}
