//! Changes that protect something together, such as the last owner, run one
//! after the other: within a process by a lock in memory, across processes by
//! one on a file beside the database. Which guard a change has the connector
//! declares.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use tokio::sync::OwnedMutexGuard;

use crate::engine::hexadecimal;

/// The guards of one connection.
#[derive(Debug, Default)]
pub struct Guards {
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    connection: String,
    database: Option<PathBuf>,
}

/// A guard that is held until this is dropped.
#[derive(Debug)]
pub struct Held {
    // Dropped first: the next one in this process finds the file unlocked.
    _file: Option<File>,
    _lock: OwnedMutexGuard<()>,
}

impl Guards {
    /// Guards of a connection. Without a database they hold within this process
    /// only.
    pub fn new(connection: &str, database: Option<&Path>) -> Self {
        Self {
            locks: Mutex::default(),
            connection: connection.to_owned(),
            database: database.map(Path::to_owned),
        }
    }

    /// Waits until nobody else holds the guard.
    ///
    /// # Errors
    /// The lock file cannot be made or locked.
    pub async fn hold(&self, guard: &str) -> io::Result<Held> {
        let lock = self.lock(guard).lock_owned().await;
        let file = match self.file(guard) {
            Some(path) => Some(locked(path).await?),
            None => None,
        };
        Ok(Held {
            _file: file,
            _lock: lock,
        })
    }

    fn lock(&self, guard: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        locks.entry(guard.to_owned()).or_default().clone()
    }

    /// A name that any guard and connection can have: theirs may hold anything.
    fn file(&self, guard: &str) -> Option<PathBuf> {
        let database = self.database.as_ref()?;
        let digest = Sha256::new()
            .chain_update(self.connection.len().to_be_bytes())
            .chain_update(&self.connection)
            .chain_update(guard)
            .finalize();
        let mut name = database.as_os_str().to_owned();
        name.push(format!(".guard-{:.16}", hexadecimal(&digest)));
        Some(name.into())
    }
}

async fn locked(path: PathBuf) -> io::Result<File> {
    let locking = tokio::task::spawn_blocking(move || {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        file.lock()?;
        Ok(file)
    });
    locking.await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the guard can be had right now.
    async fn free(guards: &Guards, guard: &str) -> bool {
        let waiting = guards.hold(guard);
        let first = tokio::time::timeout(std::time::Duration::from_millis(50), waiting);
        first.await.is_ok_and(|it| it.is_ok())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_at_a_time_holds_a_guard_in_this_process_and_in_others() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("governance.db");
        let guards = |connection: &str| Guards::new(connection, Some(&database));
        let first = guards("default");
        let held = first.hold("last owner").await.unwrap();
        assert!(!free(&first, "last owner").await);
        assert!(free(&first, "another").await);
        assert!(free(&guards("staging"), "last owner").await);
        // Another opening of the file is what another process has.
        let file = File::open(first.file("last owner").unwrap()).unwrap();
        assert!(file.try_lock().is_err());
        drop(held);
        assert!(file.try_lock().is_ok());
        file.unlock().unwrap();
        assert!(free(&guards("default"), "last owner").await);
    }

    #[tokio::test]
    async fn without_a_database_a_guard_holds_within_the_process() {
        let guards = Guards::new("default", None);
        let held = guards.hold("../last owner").await.unwrap();
        assert!(!free(&guards, "../last owner").await);
        drop(held);
        assert!(free(&guards, "../last owner").await);
    }
}
