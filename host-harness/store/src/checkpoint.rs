//! Checkpoints: how far a running sync is, kept with what it read.
//!
//! The calls that there are to make are written in the transaction of the pages
//! that told of them, so that whenever the process ends, the rows that are there
//! and the calls that are left make up the whole.
//!
//! ```text
//! begin_sync → allow_resuming → advance … advance → finish_sync
//!                                   ↓ the process ends
//!              interrupted → resume → tasks → advance … → finish_sync
//! ```

mod advance;

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, Transaction, named_params};
use serde::{Deserialize, Serialize};

use crate::write::{json, must_run};
use crate::{Store, StoreError, SyncId, arriving, file};
pub use advance::{Advance, TaskChange, TaskRow};

/// The version of the schema that has checkpoints.
const SINCE: i64 = 4;

/// What a sync is begun with, and has to be the same when it is gone on with. No
/// value of a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// By its name for people, such as `the component`.
    pub needed: BTreeMap<String, String>,
    /// What may be shown of credentials, by their ids. Another one may be of the
    /// same tenant.
    pub credentials: BTreeMap<String, Option<String>>,
}

impl Conditions {
    /// The names of what is needed and another here than there, or only on one
    /// side.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut names: Vec<_> = self.needed.keys().chain(other.needed.keys()).collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| self.needed.get(*name) != other.needed.get(*name));
        names.into_iter().cloned().collect()
    }

    /// Whether the credentials are the same. One of which nothing may be shown
    /// can be any.
    pub fn has_credentials_of(&self, other: &Self) -> bool {
        self.credentials == other.credentials && self.credentials.values().all(Option::is_some)
    }
}

/// A task as it was found in a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTask {
    /// The task; of one that is done, without what it covers.
    pub task: TaskRow,
    /// Whether it is done.
    pub done: bool,
}

/// A sync that did not end, and can be gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// The sync.
    pub sync: SyncId,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub started_at: i64,
    /// What it was begun with.
    pub conditions: Conditions,
    /// The task that told the tenant.
    pub teller: Option<TaskRow>,
}

/// How far a sync was when it was interrupted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resumed {
    /// How many resources were read, by type.
    pub resources: BTreeMap<String, u64>,
    /// How many grants.
    pub grants: u64,
    /// How many gaps.
    pub gaps: u64,
    /// How many calls were made whose outcome is kept.
    pub done: u64,
    /// Requests of all its parts, by the id of the route.
    pub requests: BTreeMap<String, u64>,
    /// What was noted.
    pub notes: Vec<String>,
    /// Nothing said how it ended, so that what was under way then is not told.
    pub was_killed: bool,
}

impl Store {
    /// Keeps what has to be the same for going on with a sync that was begun.
    ///
    /// # Errors
    /// The sync is not running, or SQLite failed.
    pub fn allow_resuming(
        &mut self,
        sync: SyncId,
        conditions: &Conditions,
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        must_run(&transaction, sync)?;
        transaction.execute(
            "INSERT INTO checkpoints (sync, conditions) VALUES (?, ?)",
            (sync.0, json(conditions)?),
        )?;
        Ok(transaction.commit()?)
    }

    /// The syncs of a connection that did not end and can be gone on with, newest
    /// first. One that another process writes right now is among them.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn interrupted(&self, connection: &str) -> Result<Vec<Interrupted>, StoreError> {
        if file::version(&self.connection)? < SINCE {
            return Ok(Vec::new());
        }
        // One whose result would be hidden by a later one is of no use.
        let mut statement = self.connection.prepare(
            "SELECT syncs.id AS interrupted, syncs.started_at, checkpoints.conditions, teller.*
             FROM syncs JOIN checkpoints ON checkpoints.sync = syncs.id
                 LEFT JOIN tasks AS teller
                     ON teller.sync = syncs.id AND teller.id = checkpoints.teller
             WHERE syncs.connection = :connection AND syncs.state = 'running'
                 AND EXISTS (SELECT 1 FROM tasks WHERE tasks.sync = syncs.id)
                 AND syncs.id > ifnull(
                     (SELECT id FROM current_syncs WHERE connection = :connection), 0
                 )
             ORDER BY syncs.id DESC",
        )?;
        let rows = statement.query_map(named_params! { ":connection": connection }, |row| {
            let teller: Option<i64> = row.get("id")?;
            Ok(Interrupted {
                sync: SyncId(row.get("interrupted")?),
                started_at: row.get("started_at")?,
                conditions: from_json(&row.get::<_, String>("conditions")?)?,
                teller: teller.map(|_| task(row)).transpose()?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Takes up an interrupted sync.
    ///
    /// # Errors
    /// The sync is not running, or SQLite failed.
    pub fn resume(&mut self, sync: SyncId) -> Result<Resumed, StoreError> {
        let transaction = self.connection.transaction()?;
        must_run(&transaction, sync)?;
        arriving::settle(&transaction)?;
        let resumed = resumed(&transaction, sync)?;
        transaction.execute("UPDATE syncs SET detail = NULL WHERE id = ?", [sync.0])?;
        transaction.commit()?;
        Ok(resumed)
    }

    /// The tasks of a running sync, in the order in which they were found.
    ///
    /// # Errors
    /// SQLite failed, or `each` did.
    pub fn tasks<E: From<StoreError>>(
        &self,
        sync: SyncId,
        mut each: impl FnMut(KeptTask) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self
            .connection
            .prepare("SELECT *, state = 'done' AS done FROM tasks WHERE sync = ? ORDER BY id")
            .map_err(StoreError::from)?;
        let mut rows = statement.query([sync.0]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            let kept = task(row).and_then(|task| {
                let done = row.get("done")?;
                Ok(KeptTask { task, done })
            });
            each(kept.map_err(StoreError::from)?)?;
        }
        Ok(())
    }

    /// Whether a running sync was told of a resource with this id, of any type.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn was_told(&self, sync: SyncId, id: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM resources WHERE sync = ? AND id = ?)";
        Ok(self
            .connection
            .query_row(sql, (sync.0, id), |row| row.get(0))?)
    }
}

/// Forgets what going on would need.
pub(crate) fn forget(transaction: &Transaction<'_>, sync: SyncId) -> rusqlite::Result<()> {
    for table in ["tasks", "checkpoints"] {
        let sql = format!("DELETE FROM {table} WHERE sync = ?");
        transaction.execute(&sql, [sync.0])?;
    }
    Ok(())
}

fn resumed(transaction: &Transaction<'_>, sync: SyncId) -> rusqlite::Result<Resumed> {
    let count = |table: &str, condition: &str| {
        let sql = format!("SELECT count(*) FROM {table} WHERE sync = ? {condition}");
        transaction.query_row(&sql, [sync.0], |row| row.get::<_, u64>(0))
    };
    let mut by_type =
        transaction.prepare("SELECT type, count(*) FROM resources WHERE sync = ? GROUP BY type")?;
    let by_type = by_type.query_map([sync.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (requests, notes, was_killed) = transaction
        .query_row(
            "SELECT syncs.requests, checkpoints.notes, syncs.detail IS NULL
             FROM syncs JOIN checkpoints ON checkpoints.sync = syncs.id WHERE syncs.id = ?",
            [sync.0],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get(2)?,
                ))
            },
        )
        .optional()?
        .unwrap_or_else(|| ("{}".into(), "[]".into(), true));
    Ok(Resumed {
        resources: by_type.collect::<Result<_, _>>()?,
        grants: count("grants", "")?,
        gaps: count("gaps", "")?,
        done: count("tasks", "AND state = 'done'")?,
        requests: from_json(&requests)?,
        notes: from_json(&notes)?,
        was_killed,
    })
}

fn task(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    Ok(TaskRow {
        id: row.get("id")?,
        call: row.get("call")?,
        token: row.get("token")?,
        covers: row.get("covers")?,
        surface: row.get("surface")?,
        attempt: row.get("attempt")?,
    })
}

fn from_json<T: for<'a> Deserialize<'a>>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
    })
}

#[cfg(test)]
mod tests;
