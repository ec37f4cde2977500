//! The database as a file: what is at a path, keeping it private, and one
//! writer at a time.
//!
//! Looking never changes anything, and nothing is created beside a file that is
//! not ours. The file is looked at through SQLite alone: closing a descriptor of
//! our own would drop the locks that SQLite holds on it in this process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::StoreError;

/// Marks a SQLite file as ours: `GovH` in ASCII, by `PRAGMA application_id`.
pub const APPLICATION_ID: i64 = 0x476F_7648;

/// The version of the schema, by `PRAGMA user_version`.
///
/// | version | what came with it |
/// |---|---|
/// | 1 | `schema.sql` |
/// | 2 | `journal.sql` |
/// | 3 | `effective.sql` |
/// | 4 | `checkpoint.sql` |
pub const SCHEMA_VERSION: i64 = 4;

/// The first version that holds what follows from the grants.
pub(crate) const EFFECTIVE_SINCE: i64 = 3;

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Absent,
    /// A file without content, or a database without tables.
    Empty,
    /// A store that this version can use. One of an earlier version is brought
    /// to this one when it is opened to be written.
    Ours,
}

/// Looks at a path without changing anything there.
pub(crate) fn probe(path: &Path) -> Result<Found, StoreError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Absent),
        Err(error) => return Err(failed("look at", path)(error)),
    };
    if !metadata.is_file() {
        return Err(StoreError::NotAFile {
            path: path.to_owned(),
        });
    }
    if metadata.len() == 0 {
        return Ok(Found::Empty);
    }
    let connection = open_immutable(path).map_err(|error| StoreError::of_file(path, error))?;
    identify(&connection, path)
}

/// Tells whose database an open connection is on.
pub(crate) fn identify(connection: &Connection, path: &Path) -> Result<Found, StoreError> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let of_file = |error| StoreError::of_file(path, error);
    let path = path.to_owned();
    match number("PRAGMA application_id").map_err(of_file)? {
        APPLICATION_ID => match version(connection).map_err(of_file)? {
            1..=SCHEMA_VERSION => Ok(Found::Ours),
            found if found > SCHEMA_VERSION => Err(StoreError::Newer {
                path,
                found,
                known: SCHEMA_VERSION,
            }),
            _ => Err(StoreError::Foreign { path }),
        },
        0 if number("SELECT count(*) FROM sqlite_schema").map_err(of_file)? == 0 => {
            Ok(Found::Empty)
        }
        _ => Err(StoreError::Foreign { path }),
    }
}

/// The version of the schema in an open store.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Opens a file as if nobody could change it: without locks, and without the
/// side files that reading would otherwise leave.
pub(crate) fn open_immutable(path: &Path) -> rusqlite::Result<Connection> {
    // Characters that would end the path in a URI.
    let escaped = path
        .to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    Connection::open_with_flags(
        format!("file:{escaped}?mode=ro&immutable=1"),
        OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
}

/// The one path of a file, however it is spelled, so that its lock is one too.
pub(crate) fn resolved(path: &Path) -> Result<PathBuf, StoreError> {
    match fs::canonicalize(path) {
        Ok(resolved) => Ok(resolved),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let absolute = std::path::absolute(path).map_err(failed("find", path))?;
            match (absolute.parent(), absolute.file_name()) {
                (Some(parent), Some(name)) => {
                    let parent = fs::canonicalize(parent).map_err(failed("find", parent))?;
                    Ok(parent.join(name))
                }
                _ => Err(StoreError::NotAFile { path: absolute }),
            }
        }
        Err(error) => Err(failed("find", path)(error)),
    }
}

/// Takes the lock that one writer holds. It ends with the returned file, also
/// when the process is killed.
pub(crate) fn lock(path: &Path) -> Result<File, StoreError> {
    let lock = beside(path, ".lock");
    let file = private()
        .create(true)
        .truncate(false)
        .open(&lock)
        .map_err(failed("create", &lock))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked {
            path: path.to_owned(),
            lock,
        }),
        Err(TryLockError::Error(error)) => Err(failed("lock", &lock)(error)),
    }
}

/// Creates an empty file for its owner only. SQLite gives the files beside it
/// the same permissions.
pub(crate) fn create_private(path: &Path) -> Result<(), StoreError> {
    match private().create_new(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed("create", path)(error)),
    }
}

/// Takes away what others may do with a store and the files beside it. Says
/// whether there was anything to take.
#[cfg(unix)]
pub(crate) fn tighten(path: &Path) -> Result<bool, StoreError> {
    use std::os::unix::fs::PermissionsExt;

    let mut tightened = false;
    for suffix in ["", "-wal", "-shm", ".lock"] {
        let path = beside(path, suffix);
        let mode = match fs::metadata(&path) {
            Ok(metadata) => metadata.permissions().mode(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed("look at", &path)(error)),
        };
        if mode & 0o077 != 0 {
            let owner_only = fs::Permissions::from_mode(mode & 0o700);
            fs::set_permissions(&path, owner_only).map_err(failed("make private", &path))?;
            tightened = true;
        }
    }
    Ok(tightened)
}

/// Elsewhere than on Unix a new file has the permissions of its directory.
#[cfg(not(unix))]
pub(crate) fn tighten(_: &Path) -> Result<bool, StoreError> {
    Ok(false)
}

/// The path of a file that belongs to a database.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Options to open a file that only its owner may read, if it is created.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io {
        action,
        path,
        source,
    }
}
