//! What can go wrong with an export.

use std::io;
use std::path::{Path, PathBuf};

use governance_store::StoreError;

/// Why there is no export. There is then nothing under its name either.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Something has the name already. It was left as it is.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
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
    /// What takes the export refused.
    #[error("the export cannot be written")]
    Write(#[from] io::Error),
    /// SQLite could not make the database inside a c1z file: a full disk.
    #[error("the database of the export failed")]
    Database(#[from] rusqlite::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ExportError {
    /// Names what was tried on what.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
