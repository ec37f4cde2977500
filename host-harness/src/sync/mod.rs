//! Reading everything that a connection can list into a store.
//!
//! The host owns order, parallelism, waiting and repeating; a call of the
//! connector reads one page. [`narrowing`] and [`task`] say which calls there are,
//! [`path`] which of them lead on, [`room`] how many are kept in mind, [`retry`] what to do about one that fails,
//! [`estimate`] how many there will be, [`width`] how many are made side by side,
//! `parked` where those are that wait, [`run`] makes them, and pages are stored
//! as they come, so that memory does not grow with the organization. The calls that
//! are left are stored with them: [`checkpoint`] says when an interrupted sync is
//! gone on with.

pub mod checkpoint;
pub mod estimate;
mod keep;
pub mod narrowing;
mod parked;
pub mod path;
pub mod progress;
pub mod retry;
pub mod room;
mod run;
mod step;
pub mod stop;
pub mod task;
mod tenant;
pub mod width;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use governance_store::{Asked, StoreError, Summary};

use crate::connection::Connection;
use crate::error::{CallError, Fault, store_fault};
use crate::pace::Known;
use checkpoint::Beginning;
use narrowing::{Narrowing, UnknownType};
pub use parked::Waits;
use progress::Observer;
use retry::Patience;
use stop::Stop;

/// How to sync.
#[derive(Debug, Clone)]
pub struct Options {
    /// The connection's name: what every stored row belongs to.
    pub connection: String,
    /// The database file; made if it is not there, once something was read.
    pub database: PathBuf,
    /// What to read.
    pub asked: Asked,
    /// Calls at the same time, at the most.
    pub concurrency: usize,
    /// How often and how long to try.
    pub patience: Patience,
    /// Go on with an interrupted sync, if there is one that fits.
    pub resume: bool,
    /// By which the sync is asked to end early.
    pub stop: Stop,
}

/// What a sync brought.
#[derive(Debug)]
pub struct Report {
    /// What is stored now.
    pub summary: Summary,
    /// The service's id of the tenant, if it is known.
    pub tenant: Option<String>,
    /// Requests sent, by route, by all parts of a resumed sync. Of one that was
    /// killed, those of the calls under way are not known, and a note says so.
    pub requests: BTreeMap<String, u64>,
    /// How routes made it wait, by route.
    pub waits: BTreeMap<String, Waits>,
    /// The limits of routes that are known by now.
    pub limits: Vec<Known>,
    /// What the connector noted, and what is to be known of this sync.
    pub notes: Vec<String>,
    /// From first call to last, of this part.
    pub duration: Duration,
    /// How it began.
    pub beginning: Beginning,
    /// The database was open to others than its owner, and is not any more.
    pub tightened: bool,
}

/// A sync that came to nothing. What earlier syncs stored stands.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// A call failed, and nothing can come of the others.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The same, but what was read is kept, so that it can be gone on with.
    #[error("the sync stopped on its way, and what it read is kept")]
    Stopped(#[source] CallError),
    /// It was asked to end.
    #[error("the sync was interrupted {}", match kept {
        true => "on its way, and what it read is kept",
        false => "before anything was kept",
    })]
    Interrupted {
        /// Whether there is anything to go on with.
        kept: bool,
    },
    /// Nothing shows that the interrupted sync is of the same tenant.
    #[error(
        "the interrupted sync was begun with another credential, and this one does not tell whose it is"
    )]
    OtherCredential,
    /// What an interrupted sync left was written by somebody else.
    #[error("the tasks of the interrupted sync cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A type is asked for that there is not.
    #[error(transparent)]
    UnknownType(#[from] UnknownType),
    /// Containers are asked for that there are not.
    #[error("there is no {}", .0.join(", "))]
    NotThere(Vec<String>),
    /// The connector leaves more to read than is kept in mind.
    #[error(transparent)]
    Full(#[from] room::Full),
    /// The process is shutting down.
    #[error("the sync was cancelled: {0}")]
    Cancelled(String),
}

impl SyncError {
    /// Who has to act.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Call(error) | Self::Stopped(error) => error.fault(),
            Self::OtherCredential => Fault::Credential,
            Self::Unreadable(_) => Fault::Configuration,
            Self::UnknownType(_) | Self::NotThere(_) => Fault::Usage,
            Self::Full(_) | Self::Cancelled(_) | Self::Interrupted { .. } => Fault::Service,
            Self::Store(error) => store_fault(error),
        }
    }
}

/// Reads all that the connection can list, or what is left of it.
///
/// # Errors
/// Nothing could be read, the credential is of no use, or the database cannot
/// be used. What only a part of the sync cannot read becomes gaps.
pub async fn run(
    connection: Arc<Connection>,
    options: &Options,
    observer: &mut dyn Observer,
) -> Result<Report, SyncError> {
    let begun = Instant::now();
    let narrowing = Narrowing::new(connection.description(), &options.asked)?;
    let mut run = run::Run::new(&connection, options, narrowing, observer);
    let kept = run.finish().await?;
    Ok(Report {
        summary: kept.summary,
        tenant: kept.tenant,
        requests: kept.requests,
        waits: run.waits(),
        limits: connection.limits_of_routes(),
        notes: kept.notes,
        duration: begun.elapsed(),
        beginning: run.beginning,
        tightened: kept.tightened,
    })
}
