//! What can go wrong with a report.

use std::io;
use std::path::{Path, PathBuf};

use governance_store::StoreError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something has the name already.
    #[error("{} exists already", .0.display())]
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
}

impl ReportError {
    /// What the operator can do about it, where that does not go without saying.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Store(error) => error.hint(),
            Self::Exists(_) => {
                Some("name another file by `--out FILE`, or replace it by `--force`")
            }
            Self::Io { .. } => Some("check the path and its permissions"),
        }
    }

    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
