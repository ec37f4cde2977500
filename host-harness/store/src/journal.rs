//! The journal of changes: rows are added, never changed, each with the hash of
//! the one before it.
//!
//! It lives in the store's file and is written beside a running sync: SQLite's
//! own locks are enough for rows that are added one at a time. Each is on disk
//! before [`Journal::append`] returns, so that a change that was started is
//! known to be, whatever happens next.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use governance_contract::changes::{ChangeRequest, Outcome};
use governance_contract::json;
use rusqlite::types::Value as Column;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params_from_iter};
use serde::Serialize;
use serde_json::Value;

use crate::digest::Framed;
use crate::file::{self, Found, SCHEMA_VERSION};
use crate::store::configure;
use crate::{Store, StoreError};

mod read;

pub use read::{JournalFilter, JournalRow};

/// What the first row has for the hash of the one before it.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// How long somebody else may take to make the store.
const MAKING: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(10);

/// All columns that a hash is of, in order.
const COLUMNS: [&str; 17] = [
    "connection",
    "at",
    "batch",
    "position",
    "event",
    "kind",
    "summary",
    "change",
    "plan",
    "plan_digest",
    "outcome",
    "completion",
    "request_ids",
    "reason",
    "ticket",
    "component_sha256",
    "operator",
];

/// What happened to a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum JournalEvent {
    /// It was planned.
    Planned,
    /// Its first changing request was about to be sent.
    Started,
    /// It ended.
    Finished,
    /// It was not made.
    Refused,
}

impl JournalEvent {
    pub(crate) const ALL: [Self; 4] = [Self::Planned, Self::Started, Self::Finished, Self::Refused];

    /// The word that the database and JSON have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Started => "started",
            Self::Finished => "finished",
            Self::Refused => "refused",
        }
    }
}

/// A row to add. Of an outcome the values of secrets are left out.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "journal.sql documents the columns")]
pub struct NewEntry<'a> {
    pub connection: &'a str,
    pub at: i64,
    pub batch: Option<&'a str>,
    pub position: Option<u32>,
    pub event: JournalEvent,
    pub summary: &'a str,
    pub change: &'a ChangeRequest,
    pub plan: Option<&'a Value>,
    pub plan_digest: Option<&'a str>,
    pub outcome: Option<&'a Outcome>,
    pub reason: Option<&'a str>,
    pub ticket: Option<&'a str>,
    pub component_sha256: &'a str,
    pub operator: Option<&'a str>,
}

/// What checking the chain of hashes showed. Rows taken off its end do not show:
/// for that keep `last` elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// How many rows there are.
    pub rows: u64,
    /// The hash of the last one.
    pub last: Option<String>,
    /// The id of the first row that is not as it was written, or does not
    /// follow on the one before it.
    pub broken_at: Option<i64>,
}

/// The journal of a store.
#[derive(Debug)]
pub struct Journal {
    store: Store,
}

impl Journal {
    /// Opens the journal to add to it; makes the store where there is none, or
    /// brings it to this version.
    ///
    /// # Errors
    /// What is there is not ours; or it is of an earlier version, and a sync
    /// that runs keeps it from being changed.
    pub fn open_to_write(path: &Path) -> Result<Self, StoreError> {
        let begun = Instant::now();
        loop {
            match Self::open_or_make(path) {
                // It is being made: several first changes may begin at once.
                Err(StoreError::Locked { .. }) if begun.elapsed() < MAKING => sleep(PAUSE),
                opened => return opened,
            }
        }
    }

    fn open_or_make(path: &Path) -> Result<Self, StoreError> {
        if file::probe(path)? == Found::Ours {
            let journal = Self::open_current(path)?;
            if let Some(journal) = journal {
                return Ok(journal);
            }
        }
        drop(Store::open_to_write(path)?);
        Self::open_current(path)?.ok_or_else(|| StoreError::Foreign {
            path: path.to_owned(),
        })
    }

    /// Opens the journal to ask it. Changes nothing in the file.
    ///
    /// # Errors
    /// As [`Store::open_to_read`].
    pub fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        let store = Store::open_to_read(path)?;
        Ok(Self { store })
    }

    /// None if the store is of an earlier version.
    fn open_current(path: &Path) -> Result<Option<Self>, StoreError> {
        let path = file::resolved(path)?;
        let of_file = |error| StoreError::of_file(&path, error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags).map_err(of_file)?;
        if connection.is_readonly("main")? {
            return Err(StoreError::WriteProtected { path });
        }
        configure(&connection)?;
        // In WAL mode NORMAL may lose the last rows when the power fails.
        connection.execute_batch("PRAGMA synchronous = FULL")?;
        file::identify(&connection, &path)?;
        if file::version(&connection)? < SCHEMA_VERSION {
            return Ok(None);
        }
        let tightened = file::tighten(&path)?;
        let store = Store::without_lock(connection, path, tightened);
        Ok(Some(Self { store }))
    }

    /// Adds a row, and returns once it is on disk. Gives its id.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn append(&mut self, entry: &NewEntry<'_>) -> Result<i64, StoreError> {
        let mut columns = columns(entry);
        let connection = &mut self.store.connection;
        // Immediate: nobody adds a row between reading the last one and adding.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let last = "SELECT hash FROM journal ORDER BY id DESC LIMIT 1";
        let previous: Option<String> = transaction
            .query_row(last, [], |row| row.get(0))
            .optional()?;
        let previous = previous.unwrap_or_else(|| NOTHING.to_owned());
        let hash = hash(&previous, &columns);
        columns.extend([Column::Text(previous), Column::Text(hash)]);
        let insert = format!(
            "INSERT INTO journal ({}, previous_hash, hash) VALUES ({}?)",
            COLUMNS.join(", "),
            "?, ".repeat(COLUMNS.len() + 1)
        );
        transaction.execute(&insert, params_from_iter(columns))?;
        let id = transaction.last_insert_rowid();
        transaction.commit()?;
        Ok(id)
    }

    /// Checks that every row is as it was written, and that none is missing
    /// between two.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn verify(&self) -> Result<Chain, StoreError> {
        let mut chain = Chain {
            rows: 0,
            last: None,
            broken_at: None,
        };
        if !self.exists()? {
            return Ok(chain);
        }
        let select = format!(
            "SELECT id, previous_hash, hash, {} FROM journal ORDER BY id",
            COLUMNS.join(", ")
        );
        let mut statement = self.store.connection.prepare(&select)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let [previous, found]: [String; 2] = [row.get(1)?, row.get(2)?];
            let columns = (0..COLUMNS.len()).map(|index| row.get(index + 3));
            let columns = columns.collect::<Result<Vec<Column>, _>>()?;
            let before = chain.last.as_deref().unwrap_or(NOTHING);
            if chain.broken_at.is_none() && (previous != before || hash(before, &columns) != found)
            {
                chain.broken_at = Some(row.get(0)?);
            }
            chain.rows += 1;
            chain.last = Some(found);
        }
        Ok(chain)
    }

    /// A store of an earlier version, opened to be read, has no journal yet.
    fn exists(&self) -> Result<bool, StoreError> {
        Ok(file::version(&self.store.connection)? >= SCHEMA_VERSION)
    }
}

fn columns(entry: &NewEntry<'_>) -> Vec<Column> {
    let text = |it: &str| Column::Text(it.to_owned());
    let optional = |it: Option<&str>| it.map_or(Column::Null, text);
    let outcome = entry.outcome.map(|it| json::outcome(it).to_string());
    let request_ids = entry.outcome.map_or(&[][..], |it| &it.request_ids);
    vec![
        text(entry.connection),
        Column::Integer(entry.at),
        optional(entry.batch),
        entry
            .position
            .map_or(Column::Null, |it| Column::Integer(it.into())),
        text(entry.event.name()),
        text(entry.change.name()),
        text(entry.summary),
        Column::Text(json::change(entry.change).to_string()),
        optional(entry.plan.map(Value::to_string).as_deref()),
        optional(entry.plan_digest),
        optional(outcome.as_deref()),
        optional(entry.outcome.map(|it| it.completion.name())),
        Column::Text(Value::from(request_ids).to_string()),
        optional(entry.reason),
        optional(entry.ticket),
        text(entry.component_sha256),
        optional(entry.operator),
    ]
}

/// Of the previous hash and the columns, each with its kind and length, so that
/// no two rows read the same.
fn hash(previous: &str, columns: &[Column]) -> String {
    let mut digest = Framed::after(previous);
    for column in columns {
        let (kind, text) = match column {
            Column::Null => ("null", String::new()),
            Column::Integer(number) => ("integer", number.to_string()),
            Column::Text(text) => ("text", text.clone()),
            other => ("other", format!("{other:?}")),
        };
        digest.add(kind, text.as_bytes());
    }
    digest.text()
}

#[cfg(test)]
mod tests;
