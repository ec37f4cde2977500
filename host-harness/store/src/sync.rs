//! The life of a sync: begun, written to, finished; and how long it is kept.

use std::collections::BTreeMap;

use governance_contract::manifest::ResourceType;
use rusqlite::{Transaction, named_params};
use serde::{Deserialize, Serialize};

use crate::connection::claim_connection;
use crate::integrity::Finding;
use crate::write::{json, must_run};
use crate::{Store, StoreError, aliases, arriving, checkpoint, expansion, folding, integrity};

/// How many finished syncs of a connection are kept, the newest ones.
pub const KEPT_SYNCS: u32 = 10;

/// Names a sync within its store. Never used again after the sync is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct SyncId(pub i64);

/// What a sync begins with.
#[derive(Debug, Clone, Copy)]
pub struct NewSync<'a> {
    /// The connection's name. The first sync of a connection creates it.
    pub connection: &'a str,
    /// The connector's name.
    pub connector: &'a str,
    /// The connector's version.
    pub version: &'a str,
    /// Of the component's file, in lower-case hexadecimal.
    pub component_sha256: &'a str,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub started_at: i64,
    /// What the connector declares.
    pub resource_types: &'a [ResourceType],
    /// What is asked for. The rest is unknown, as if it were in a gap.
    pub asked: &'a Asked,
}

/// What a sync asks for: by default, everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Only resources of these types, and what their listings tell. None: all.
    pub types: Vec<String>,
    /// Only what belongs to these containers, by their ids. None: all.
    pub within: Vec<String>,
}

impl Asked {
    /// Whether nothing was left out.
    pub fn is_everything(&self) -> bool {
        self.types.is_empty() && self.within.is_empty()
    }
}

impl std::fmt::Display for Asked {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&*self.types, &*self.within) {
            ([], []) => write!(out, "everything"),
            (types, []) => write!(out, "{}", types.join(", ")),
            ([], within) => write!(out, "what belongs to {}", within.join(", ")),
            (types, within) => {
                let (types, within) = (types.join(", "), within.join(", "));
                write!(out, "{types} of what belongs to {within}")
            }
        }
    }
}

/// How reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending<'a> {
    /// All was read, except for what the written gaps say.
    Read,
    /// It cannot be used; why.
    Failed(&'a str),
}

/// What a sync ends with.
#[derive(Debug, Clone, Copy)]
pub struct Finish<'a> {
    /// How reading ended.
    pub ending: Ending<'a>,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub finished_at: i64,
    /// How many requests were sent, by the id of the route.
    pub requests: &'a BTreeMap<String, u64>,
}

/// The state of a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Not finished: it runs, or was interrupted.
    Running,
    /// All was read.
    Complete,
    /// What its gaps cover is unknown.
    WithGaps,
    /// It cannot be used.
    Failed,
}

impl State {
    pub(crate) const ALL: [Self; 4] = [Self::Running, Self::Complete, Self::WithGaps, Self::Failed];

    /// The word that the database and JSON have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Complete => "complete",
            Self::WithGaps => "with-gaps",
            Self::Failed => "failed",
        }
    }
}

/// What a finished sync holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Complete, with gaps, or failed.
    pub state: State,
    /// How many resources there are, by type, in the connector's order. Types
    /// without any are listed too.
    pub resources: Vec<(String, u64)>,
    /// How many entitlements there are.
    pub entitlements: u64,
    /// How many grants there are.
    pub grants: u64,
    /// How many gaps there are.
    pub gaps: u64,
    /// What does not fit together. Empty where all does, and for failed syncs.
    pub integrity: Vec<Finding>,
}

impl Store {
    /// Begins a sync, and the connection with its first one.
    ///
    /// # Errors
    /// The connection is one of another connector.
    pub fn begin_sync(&mut self, new: &NewSync<'_>) -> Result<SyncId, StoreError> {
        let transaction = self.connection.transaction()?;
        claim_connection(&transaction, new.connection, new.connector)?;
        transaction.execute(
            "INSERT INTO syncs (connection, connector_version, component_sha256, started_at, asked,
                 state)
             VALUES (?, ?, ?, ?, ?, 'running')",
            (
                new.connection,
                new.version,
                new.component_sha256,
                new.started_at,
                json(new.asked)?,
            ),
        )?;
        let sync = SyncId(transaction.last_insert_rowid());
        for (position, declared) in (0_i64..).zip(new.resource_types) {
            let traits: Vec<_> = declared.traits.iter().map(|it| it.name()).collect();
            transaction
                .prepare_cached(
                    "INSERT INTO resource_types (sync, id, position, name, description, traits)
                     VALUES (?, ?, ?, ?, ?, ?)",
                )?
                .execute((
                    sync.0,
                    &declared.id,
                    position,
                    &declared.name,
                    &declared.description,
                    json(&traits)?,
                ))?;
        }
        transaction.commit()?;
        Ok(sync)
    }

    /// Finishes a sync: puts aliases under the ids that they stand for, works out
    /// what expands to what, folds grants into what explains them, checks what
    /// does not fit together, and makes it the connection's current one if it did
    /// not fail. Then deletes what is not kept.
    ///
    /// # Errors
    /// The sync is not running, or SQLite failed: it then still is.
    pub fn finish_sync(
        &mut self,
        sync: SyncId,
        finish: &Finish<'_>,
    ) -> Result<Summary, StoreError> {
        let transaction = self.connection.transaction()?;
        must_run(&transaction, sync)?;
        arriving::settle(&transaction)?;
        let findings = match finish.ending {
            Ending::Read => {
                aliases::resolve(&transaction, sync)?;
                expansion::expand(&transaction, sync)?;
                folding::fold(&transaction, sync)?;
                integrity::check(&transaction, sync)?
            }
            Ending::Failed(_) => Vec::new(),
        };
        let summary = summarize(&transaction, sync, finish.ending, findings)?;
        transaction.execute(
            "UPDATE syncs SET state = :state, finished_at = :finished_at, detail = :detail,
                 requests = :requests, integrity = :integrity
             WHERE id = :sync",
            named_params! {
                ":sync": sync.0,
                ":state": summary.state.name(),
                ":finished_at": finish.finished_at,
                ":detail": match finish.ending { Ending::Read => None, Ending::Failed(why) => Some(why) },
                ":requests": json(finish.requests)?,
                ":integrity": json(&summary.integrity)?,
            },
        )?;
        checkpoint::forget(&transaction, sync)?;
        transaction.commit()?;
        self.delete_old(sync)?;
        Ok(summary)
    }

    /// Deletes what came to nothing before this sync, and the oldest finished
    /// ones.
    fn delete_old(&mut self, sync: SyncId) -> Result<(), StoreError> {
        self.connection.execute(
            "DELETE FROM syncs
             WHERE connection = (SELECT connection FROM syncs WHERE id = :sync) AND id < :sync
                 AND id NOT IN (
                     SELECT id FROM syncs AS kept
                     WHERE kept.connection = syncs.connection AND state IN ('complete', 'with-gaps')
                     ORDER BY id DESC LIMIT :kept
                 )",
            named_params! { ":sync": sync.0, ":kept": KEPT_SYNCS },
        )?;
        Ok(())
    }
}

fn summarize(
    transaction: &Transaction<'_>,
    sync: SyncId,
    ending: Ending<'_>,
    integrity: Vec<Finding>,
) -> rusqlite::Result<Summary> {
    let count = |table| {
        let sql = format!("SELECT count(*) FROM {table} WHERE sync = ?");
        transaction.query_row(&sql, [sync.0], |row| row.get::<_, u64>(0))
    };
    let mut by_type = transaction.prepare(
        "SELECT id, (
             SELECT count(*) FROM resources
             WHERE resources.sync = resource_types.sync AND resources.type = resource_types.id
         )
         FROM resource_types WHERE sync = ? ORDER BY position",
    )?;
    let resources = by_type.query_map([sync.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let gaps = count("gaps")?;
    let state = match ending {
        Ending::Failed(_) => State::Failed,
        Ending::Read if gaps == 0 => State::Complete,
        Ending::Read => State::WithGaps,
    };
    Ok(Summary {
        state,
        resources: resources.collect::<Result<_, _>>()?,
        entitlements: count("entitlements")?,
        grants: count("grants")?,
        gaps,
        integrity,
    })
}

#[cfg(test)]
mod tests;
