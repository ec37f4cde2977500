//! Writing how far a sync is, in the transaction of what it read.

use std::collections::BTreeMap;

use rusqlite::Transaction;

use crate::write::{json, must_run, write_batch};
use crate::{Batch, Store, StoreError, SyncId};

/// A call of a sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// Within the sync, in the order in which they were found.
    pub id: i64,
    /// JSON: a listing function with its arguments.
    pub call: String,
    /// Where to go on; none at the beginning of a listing.
    pub token: Option<String>,
    /// JSON array of scopes: what stays unknown if the call cannot be made.
    pub covers: String,
    /// The surface that a gap is put down to.
    pub surface: String,
    /// How often it was tried when it was found, this time included.
    pub attempt: u32,
}

/// A change of the tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskChange {
    /// There is one more.
    Found(TaskRow),
    /// What came of this one is kept.
    Done(i64),
    /// This call's listing begins again: its tasks so far count no more.
    Restarted(String),
}

/// How far a sync is.
#[derive(Debug, Clone, Copy)]
pub struct Advance<'a> {
    /// What changed of the tasks, in order.
    pub tasks: &'a [TaskChange],
    /// How many requests were sent so far, by the id of the route.
    pub requests: &'a BTreeMap<String, u64>,
    /// What the connector noted so far, if that changed.
    pub notes: Option<&'a [String]>,
    /// The task that told the tenant. The first one counts.
    pub teller: Option<i64>,
}

impl Store {
    /// Adds batches to a running sync, and how far it is with them, in one
    /// transaction: all or nothing.
    ///
    /// # Errors
    /// The sync is not running, or SQLite failed.
    pub fn advance(
        &mut self,
        sync: SyncId,
        batches: &[Batch<'_>],
        advance: &Advance<'_>,
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        must_run(&transaction, sync)?;
        for batch in batches {
            write_batch(&transaction, sync, batch)?;
        }
        for change in advance.tasks {
            write_task(&transaction, sync, change)?;
        }
        write_progress(&transaction, sync, advance)?;
        Ok(transaction.commit()?)
    }

    /// Leaves a sync so that it can be gone on with, and says why it ended.
    ///
    /// # Errors
    /// The sync is not running, or SQLite failed.
    pub fn interrupt_sync(
        &mut self,
        sync: SyncId,
        why: &str,
        requests: &BTreeMap<String, u64>,
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        must_run(&transaction, sync)?;
        transaction.execute(
            "UPDATE syncs SET detail = ?, requests = ? WHERE id = ?",
            (why, json(requests)?, sync.0),
        )?;
        Ok(transaction.commit()?)
    }
}

fn write_task(
    transaction: &Transaction<'_>,
    sync: SyncId,
    change: &TaskChange,
) -> rusqlite::Result<()> {
    match change {
        TaskChange::Found(task) => transaction
            .prepare_cached(
                "INSERT INTO tasks (sync, id, call, token, covers, surface, attempt, state)
                 VALUES (?, ?, ?, ?, ?, ?, ?, 'open')",
            )?
            .execute((
                sync.0,
                task.id,
                &task.call,
                &task.token,
                &task.covers,
                &task.surface,
                task.attempt,
            ))?,
        // What it covers is the most of it, and of no more use.
        TaskChange::Done(id) => transaction
            .prepare_cached(
                "UPDATE tasks SET state = 'done', covers = '[]' WHERE sync = ? AND id = ?",
            )?
            .execute((sync.0, id))?,
        TaskChange::Restarted(call) => transaction
            .prepare_cached("DELETE FROM tasks WHERE sync = ? AND call = ?")?
            .execute((sync.0, call))?,
    };
    Ok(())
}

fn write_progress(
    transaction: &Transaction<'_>,
    sync: SyncId,
    advance: &Advance<'_>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE syncs SET requests = ? WHERE id = ?")?
        .execute((json(advance.requests)?, sync.0))?;
    if let Some(notes) = advance.notes {
        transaction
            .prepare_cached("UPDATE checkpoints SET notes = ? WHERE sync = ?")?
            .execute((json(&notes)?, sync.0))?;
    }
    if let Some(teller) = advance.teller {
        transaction
            .prepare_cached("UPDATE checkpoints SET teller = ifnull(teller, ?) WHERE sync = ?")?
            .execute((teller, sync.0))?;
    }
    Ok(())
}
