//! Opening a store, to write or to read.

use std::cell::Cell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::file::{self, APPLICATION_ID, Found, SCHEMA_VERSION};
use crate::{StoreError, SyncId, expansion};

/// How long to wait for a short lock of SQLite's own, such as a reader's.
const PATIENCE: Duration = Duration::from_secs(5);

/// A path that one process alone may write a store to, as long as this lives.
#[derive(Debug)]
pub struct Reserved {
    path: PathBuf,
    lock: File,
}

impl Reserved {
    /// Opens the store, as [`Store::open_to_write`] does.
    ///
    /// # Errors
    /// What is there is not ours, or cannot be written.
    pub fn open(self) -> Result<Store, StoreError> {
        Store::open_reserved(self)
    }
}

/// One SQLite file with what was synced.
///
/// It blocks: callers on an async runtime use it from a blocking thread.
#[derive(Debug)]
pub struct Store {
    // Closed before the lock is given up, since fields drop in this order.
    pub(crate) connection: Connection,
    path: PathBuf,
    tightened: bool,
    /// See [`Store::steps`].
    pub(crate) steps: Cell<u64>,
    _lock: Option<File>,
}

impl Store {
    /// Looks at a path without changing anything there.
    ///
    /// # Errors
    /// Whatever is there that is no store of this version.
    pub fn probe(path: &Path) -> Result<Found, StoreError> {
        file::probe(path)
    }

    /// Opens a store to sync into it; creates it, readable by its owner only,
    /// where nothing is. Takes away permissions that others have on it.
    ///
    /// # Errors
    /// What is there is not ours, or somebody else writes into it now. It is
    /// then left byte for byte as it was.
    pub fn open_to_write(path: &Path) -> Result<Self, StoreError> {
        Self::reserve(path)?.open()
    }

    /// Keeps others from writing into a store, without opening it yet.
    ///
    /// # Errors
    /// What is there is not ours, or somebody else writes into it now.
    pub fn reserve(path: &Path) -> Result<Reserved, StoreError> {
        file::probe(path)?;
        let path = file::resolved(path)?;
        let lock = file::lock(&path)?;
        Ok(Reserved { path, lock })
    }

    fn open_reserved(Reserved { path, lock }: Reserved) -> Result<Self, StoreError> {
        file::create_private(&path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let of_file = |error| StoreError::of_file(&path, error);
        let mut connection = Connection::open_with_flags(&path, flags).map_err(of_file)?;
        if connection.is_readonly("main")? {
            return Err(StoreError::WriteProtected { path });
        }
        configure(&connection)?;
        make_room(&connection)?;
        // Asked again, now that nobody else can be creating it.
        let found = file::identify(&connection, &path)?;
        let tightened = file::tighten(&path)?;
        let version = match found {
            Found::Ours => file::version(&connection)?,
            Found::Absent | Found::Empty => 0,
        };
        bring_up(&mut connection, version)?;
        // Only now: the file's own first page then always says whose it is.
        connection
            .pragma_update(None, "journal_mode", "WAL")
            .map_err(of_file)?;
        Ok(Self {
            connection,
            path,
            tightened,
            steps: Cell::new(0),
            _lock: Some(lock),
        })
    }

    /// Opens a store to ask it, also while a sync writes into it. Changes
    /// nothing in the file.
    ///
    /// # Errors
    /// Nothing is there ([`StoreError::Absent`]), or nothing of ours.
    pub fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        let absent = || StoreError::Absent {
            path: path.to_owned(),
        };
        if file::probe(path)? != Found::Ours {
            return Err(absent());
        }
        let path = file::resolved(path)?;
        let connection =
            open_read_only(&path).map_err(|error| StoreError::of_file(&path, error))?;
        configure(&connection)?;
        match file::identify(&connection, &path)? {
            Found::Ours => Ok(Self::without_lock(connection, path, false)),
            Found::Empty | Found::Absent => Err(absent()),
        }
    }

    /// A store beside whose connection others may write too.
    pub(crate) fn without_lock(connection: Connection, path: PathBuf, tightened: bool) -> Self {
        Self {
            connection,
            path,
            tightened,
            steps: Cell::new(0),
            _lock: None,
        }
    }

    /// Refuses a file of an earlier version, in which nobody worked out effective
    /// access, before a query fails for a table that is not there.
    pub(crate) fn must_hold_effective(&self) -> Result<(), StoreError> {
        match file::version(&self.connection)? {
            found if found < file::EFFECTIVE_SINCE => Err(StoreError::Older {
                path: self.path.clone(),
                found,
            }),
            _ => Ok(()),
        }
    }

    /// The file, by its one absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Others could read the file until it was opened just now: to be told to
    /// the operator.
    pub fn tightened(&self) -> bool {
        self.tightened
    }
}

pub(crate) fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(32);
    // Else SQLite prepares a statement anew each time that a value is bound to it,
    // to see whether another plan suits the value better.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // In WAL mode NORMAL keeps the file whole whatever happens. Somebody may have
    // given us the file: its views call nothing that could act.
    connection.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF;
         PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 8000;",
    )
}

/// Lets a sync change much at once. What does not fit in the cache is written to
/// the log before its time, and SQLite then reads all that follows in it again, for
/// its checksums. 96 MB hold what [`crate::arriving`] puts among the others at once,
/// and as much is changed before it is put into the file.
fn make_room(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA cache_size = -96000; PRAGMA wal_autocheckpoint = 24000;")
}

/// Adds what a store of a version has not. Version 0 is an empty file.
fn bring_up(connection: &mut Connection, version: i64) -> rusqlite::Result<()> {
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let parts = [
        include_str!("schema.sql"),
        include_str!("journal.sql"),
        include_str!("effective.sql"),
        include_str!("checkpoint.sql"),
    ];
    for (part, of_version) in parts.into_iter().zip(1..) {
        if of_version > version {
            transaction.execute_batch(part)?;
        }
    }
    expand_all(&transaction)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

/// Works out what syncs of an earlier version did not at their end.
fn expand_all(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut finished =
        transaction.prepare("SELECT id FROM syncs WHERE state IN ('complete', 'with-gaps')")?;
    let finished = finished.query_map([], |row| row.get(0).map(SyncId))?;
    for sync in finished.collect::<Result<Vec<_>, _>>()? {
        expansion::expand(transaction, sync)?;
    }
    Ok(())
}

/// Reading in WAL mode needs side files, which cannot be made in a directory
/// that is read-only. There, and without changes that wait in a side file,
/// nobody is writing either.
fn open_read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    });
    let nothing_waits =
        || fs::metadata(file::beside(path, "-wal")).map_or(true, |wal| wal.len() == 0);
    match opened {
        Err(error) if is_read_only_place(&error) && nothing_waits() => file::open_immutable(path),
        other => other,
    }
}

fn is_read_only_place(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, ReadOnly};
    matches!(error.sqlite_error_code(), Some(CannotOpen | ReadOnly))
}

#[cfg(test)]
mod tests;
