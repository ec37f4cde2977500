//! What can go wrong with a store, and who has to act.

use std::io;
use std::path::PathBuf;

/// Who has to act on an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The caller asked for something that is not there.
    Caller,
    /// The credential belongs to somebody else.
    Credential,
    /// The file is not a store, or cannot be used as one.
    File,
}

/// A failed operation on a store. An existing file is then as it was, except
/// where SQLite itself failed halfway: then as before the failed transaction.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    // The caller.
    /// No sync ever began under this name.
    #[error("no connection is named `{name}`; there {}", listed(known))]
    UnknownConnection {
        /// The name asked for.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// What was asked for is of one connection, and none was named.
    #[error("there are several connections: `{}`", .0.join("`, `"))]
    SeveralConnections(Vec<String>),
    /// The connector declares no such resource type, or none for accounts.
    #[error("no {wanted} is named `{name}`; there {}", listed(known))]
    UnknownType {
        /// `resource type` or `type of accounts`.
        wanted: &'static str,
        /// The type asked for.
        name: String,
        /// The types that exist in the connections asked for.
        known: Vec<String>,
    },
    /// There is nothing to be read yet: only syncs that failed or still run.
    #[error("no sync has finished yet{}", failure.as_ref().map(|it| format!("; the last one failed: {it}")).unwrap_or_default())]
    NothingFinished {
        /// Why the newest sync failed, if it did.
        failure: Option<String>,
    },
    /// A connection is a use of one connector, and was used with another.
    #[error("connection `{connection}` is used with connector `{stored}`, not with `{given}`")]
    OtherConnector {
        /// The connection's name.
        connection: String,
        /// The connector of its first sync.
        stored: String,
        /// The connector given now.
        given: String,
    },
    /// The sync is finished or was never begun, so nothing can be added to it.
    #[error("sync {0} is not running")]
    NotRunning(i64),
    /// There is no such sync, or it was not read to its end.
    #[error("there is no finished sync {0}")]
    NoFinishedSync(i64),
    /// Only syncs of one connection can be compared.
    #[error("the syncs are of two connections, `{before}` and `{after}`")]
    OtherConnections {
        /// The connection of the first one.
        before: String,
        /// The connection of the second one.
        after: String,
    },

    // The credential.
    /// The credential opens another organization than the connection's.
    #[error(
        "connection `{connection}` holds tenant `{stored}`, but this credential is of `{given}`"
    )]
    OtherTenant {
        /// The connection's name.
        connection: String,
        /// The tenant of its first sync.
        stored: String,
        /// The tenant that the service told now.
        given: String,
    },

    // The file.
    /// There is no file, or an empty one, where one was to be read.
    #[error("there is no database at {}", path.display())]
    Absent {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A directory, a device or the like.
    #[error("{} is not a file", path.display())]
    NotAFile {
        /// What was to be opened.
        path: PathBuf,
    },
    /// A file of another kind.
    #[error("{} is not a database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// A SQLite database that something else made.
    #[error("{} is a database of another program", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A store that a newer version of this program made.
    #[error("{} has schema version {found}, and this program knows {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// It was a store once.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        source: rusqlite::Error,
    },
    /// A store that an earlier version made and none has written into since.
    #[error("{} has schema version {found}, which does not hold what this asks for", path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
    },
    /// Somebody else writes into it right now.
    #[error("{} is in use by another sync, which holds {}", path.display(), lock.display())]
    Locked {
        /// The database.
        path: PathBuf,
        /// The file whose lock is held.
        lock: PathBuf,
    },
    /// The file may be read only.
    #[error("{} is write-protected", path.display())]
    WriteProtected {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, such as `create`.
        action: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },
    /// SQLite failed: a full disk, a lock held too long.
    #[error("the database failed")]
    Database(#[from] rusqlite::Error),
}

impl StoreError {
    /// Who has to act.
    pub fn fault(&self) -> Fault {
        match self {
            Self::UnknownConnection { .. }
            | Self::SeveralConnections(_)
            | Self::UnknownType { .. }
            | Self::NothingFinished { .. }
            | Self::OtherConnector { .. }
            | Self::NotRunning(_)
            | Self::NoFinishedSync(_)
            | Self::OtherConnections { .. } => Fault::Caller,
            Self::OtherTenant { .. } => Fault::Credential,
            Self::Absent { .. }
            | Self::NotAFile { .. }
            | Self::NotADatabase { .. }
            | Self::Foreign { .. }
            | Self::Newer { .. }
            | Self::Older { .. }
            | Self::Damaged { .. }
            | Self::Locked { .. }
            | Self::WriteProtected { .. }
            | Self::Io { .. }
            | Self::Database(_) => Fault::File,
        }
    }

    /// What the operator can do about it, where that does not go without saying.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::SeveralConnections(_) => "name one by `--connection NAME`",
            Self::NothingFinished { .. } => "run `harness sync` to its end first",
            Self::OtherConnector { .. } => {
                "give this service a connection of its own by `--connection NAME`"
            }
            Self::OtherTenant { .. } => {
                "use a credential of that organization, or another connection by `--connection NAME`"
            }
            Self::Absent { .. } => "run `harness sync` first, or name the database by `--db FILE`",
            Self::NotAFile { .. } | Self::NotADatabase { .. } | Self::Foreign { .. } => {
                "name another file by `--db FILE`; this one was left as it is"
            }
            Self::Newer { .. } => {
                "use the newer harness that made it, or another file by `--db FILE`"
            }
            Self::Older { .. } => {
                "the next `harness sync` into it brings it up to date, and keeps all that is in it"
            }
            Self::Damaged { .. } => {
                "restore it from a copy, or sync into a new file by `--db FILE`"
            }
            Self::Locked { .. } => {
                "wait until that sync ends, or sync into another file by `--db FILE`"
            }
            Self::WriteProtected { .. } => {
                "make it writable for its owner, or name another file by `--db FILE`"
            }
            Self::Io { .. } => "check the path and its permissions",
            Self::UnknownConnection { .. }
            | Self::UnknownType { .. }
            | Self::NotRunning(_)
            | Self::NoFinishedSync(_)
            | Self::OtherConnections { .. }
            | Self::Database(_) => return None,
        })
    }

    /// Sees in SQLite's codes what they say of the file.
    pub(crate) fn of_file(path: &std::path::Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Self::NotADatabase { path },
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => Self::Damaged {
                path,
                source: error,
            },
            Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::PermissionDenied) => {
                Self::Io {
                    action: "open",
                    path,
                    source: io::Error::other(error),
                }
            }
            _ => Self::Database(error),
        }
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "is none".to_owned(),
        [one] => format!("is `{one}`"),
        several => format!("are `{}`", several.join("`, `")),
    }
}
