//! Asking the journal.

use rusqlite::{Row, named_params};
use serde::Serialize;
use serde_json::Value;

use super::{Journal, JournalEvent};
use crate::{Moment, StoreError};

/// Which rows are asked for. What is not given narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct JournalFilter {
    /// Of this connection.
    pub connection: Option<String>,
    /// Of this batch.
    pub batch: Option<String>,
    /// Not before this time, in seconds since 1970-01-01T00:00:00Z.
    pub since: Option<i64>,
    /// Only these.
    pub event: Option<JournalEvent>,
}

/// A row of the journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "journal.sql documents the columns")]
pub struct JournalRow {
    pub id: i64,
    pub connection: String,
    pub at: Moment,
    pub batch: Option<String>,
    pub position: Option<u32>,
    pub event: JournalEvent,
    pub kind: String,
    pub summary: String,
    pub change: Value,
    pub plan: Option<Value>,
    pub plan_digest: Option<String>,
    pub outcome: Option<Value>,
    pub completion: Option<String>,
    pub request_ids: Value,
    pub reason: Option<String>,
    pub ticket: Option<String>,
    pub component_sha256: String,
    pub operator: Option<String>,
    pub previous_hash: String,
    pub hash: String,
}

const ASKED_FOR: &str = "
SELECT * FROM journal
WHERE (:connection IS NULL OR connection = :connection)
    AND (:batch IS NULL OR batch = :batch)
    AND (:since IS NULL OR at >= :since)
    AND (:event IS NULL OR event = :event)
ORDER BY id";

/// Those whose change has no later row: it was under way when the harness ended.
const UNFINISHED: &str = "
SELECT * FROM journal AS begun
WHERE batch = ? AND event = 'started' AND NOT EXISTS (
    SELECT 1 FROM journal AS ended
    WHERE ended.batch = begun.batch AND ended.position IS begun.position
        AND ended.id > begun.id AND ended.event IN ('finished', 'refused')
)
ORDER BY id";

impl Journal {
    /// Gives the rows asked for to a callback, from the oldest on, and says how
    /// many there were.
    ///
    /// # Errors
    /// SQLite's failures, and what the callback gives.
    pub fn rows<E: From<StoreError>>(
        &self,
        filter: &JournalFilter,
        mut each: impl FnMut(JournalRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        if !self.exists()? {
            return Ok(0);
        }
        let connection = &self.store.connection;
        let mut statement = connection.prepare(ASKED_FOR).map_err(StoreError::from)?;
        let parameters = named_params! {
            ":connection": filter.connection,
            ":batch": filter.batch,
            ":since": filter.since,
            ":event": filter.event.map(JournalEvent::name),
        };
        let rows = statement
            .query_map(parameters, read)
            .map_err(StoreError::from)?;
        let mut count = 0;
        for row in rows {
            each(row.map_err(StoreError::from)?)?;
            count += 1;
        }
        Ok(count)
    }

    /// The `started` rows of a batch whose change did not end: nobody knows what
    /// became of it.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn unfinished(&self, batch: &str) -> Result<Vec<JournalRow>, StoreError> {
        if !self.exists()? {
            return Ok(Vec::new());
        }
        let mut statement = self.store.connection.prepare(UNFINISHED)?;
        let rows = statement.query_map([batch], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<JournalRow> {
    let event: String = row.get("event")?;
    let mut events = JournalEvent::ALL.into_iter();
    Ok(JournalRow {
        id: row.get("id")?,
        connection: row.get("connection")?,
        at: row.get("at")?,
        batch: row.get("batch")?,
        position: row.get("position")?,
        // The table's CHECK allows no other.
        event: events
            .find(|it| it.name() == event)
            .unwrap_or(JournalEvent::Refused),
        kind: row.get("kind")?,
        summary: row.get("summary")?,
        change: json(row.get::<_, String>("change")?),
        plan: row.get::<_, Option<String>>("plan")?.map(json),
        plan_digest: row.get("plan_digest")?,
        outcome: row.get::<_, Option<String>>("outcome")?.map(json),
        completion: row.get("completion")?,
        request_ids: json(row.get::<_, String>("request_ids")?),
        reason: row.get("reason")?,
        ticket: row.get("ticket")?,
        component_sha256: row.get("component_sha256")?,
        operator: row.get("operator")?,
        previous_hash: row.get("previous_hash")?,
        hash: row.get("hash")?,
    })
}

/// People may have changed the file: then the text is shown as it is.
fn json(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}
