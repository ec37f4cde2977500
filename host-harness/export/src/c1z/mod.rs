//! c1z, version 1: the file that ConductorOne's `baton` and its service read.
//!
//! ```text
//! "C1ZF\0" · one zstd frame · a SQLite database · messages of protocol buffers
//! ```
//!
//! What is held is written as baton's own expansion would leave it: a grant for
//! each entitlement that a principal holds in any way, with its sources; what is
//! held only through others is immutable. The grants that expand keep saying so.
//!
//! | left out | since |
//! |---|---|
//! | pending grants | baton knows only access that is there; the invitations are resources, of no status |
//! | types of accounts without any | the released `baton export csv` ends there, with nothing written and no error |
//! | what names something that the sync does not know | no reference of a c1z may lead nowhere: `baton` then shows nothing at all |
//! | the parent of a resource, where the sync does not know it | the same; its profile has it |
//!
//! A sync is `full` only if all was asked for and read, and nothing of the last two
//! rows was left out. Otherwise it is `partial`, and the asset [`UNKNOWN`] has the
//! gaps as JSON Lines, after a line of what was asked for.

mod container;
mod database;
mod messages;
mod run;
mod traits;
mod values;
mod wire;

use std::io::Write;
use std::path::Path;

use governance_store::{
    EntitlementFilter, GapFilter, GrantFilter, Labels, ResourceFilter, Store, SyncRow, TypeRow,
};

use crate::place::{self, NewFile};
use crate::printable::json_line;
use crate::{ExportError, is_complete};
use database::Database;

/// The id of the asset that says what a partial sync does not know.
pub const UNKNOWN: &str = "governance-unknown";

/// Files whose database is larger are not read by baton as it is, in bytes; see
/// `BATON_DECODER_MAX_DECODED_SIZE_MB`.
pub const LARGEST_READ: u64 = 3 << 30;

/// What is in a c1z file, and what is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How many there are of each kind.
    pub counts: Vec<(&'static str, u64)>,
    /// Pending grants, which are not in it.
    pub pending: u64,
    /// What names something that is not known, or has another's id.
    pub left_out: u64,
    /// Resources that are told without their parent, which is not known.
    pub without_parent: u64,
    /// What is not in it may exist all the same.
    pub partial: bool,
    /// Of the database inside, in bytes.
    pub database_size: u64,
}

/// Writes the current sync of a connection into a new file. The store holds
/// still.
///
/// # Errors
/// Something has the name already, or the store or the disk failed. There is
/// then no file.
pub fn to_file(store: &Store, sync: &SyncRow, path: &Path) -> Result<Summary, ExportError> {
    let file = NewFile::begin(path)?;
    let summary = write(store, sync, &mut file.file(), place::parent(path))?;
    file.finish()?;
    Ok(summary)
}

/// The same to a writer. The database is made in a file of its own in the
/// directory `scratch`, which needs room for it.
///
/// # Errors
/// The store, the writer or the disk failed.
pub fn write(
    store: &Store,
    sync: &SyncRow,
    out: &mut dyn Write,
    scratch: &Path,
) -> Result<Summary, ExportError> {
    let file = place::scratch(scratch)?;
    let mut database = Database::create(file.path(), sync)?;
    fill(&mut database, store, sync)?;
    let left_out = database.left_out();
    let without_parent = database.without_parent;
    let partial = left_out > 0 || without_parent > 0 || !is_complete(sync);
    if partial {
        database.asset(UNKNOWN, "application/jsonl", &unknown(store, sync)?)?;
    }
    let counts = vec![
        ("resource types", database.resource_types),
        ("resources", database.resources.rows),
        ("entitlements", database.entitlements.rows),
        ("grants", database.grants.rows),
    ];
    database.finish(sync, !partial)?;
    let reopened = file.reopen()?;
    Ok(Summary {
        counts,
        pending: pending(store, sync)?,
        left_out,
        without_parent,
        partial,
        database_size: container::pack(reopened, out)?,
    })
}

fn fill(database: &mut Database, store: &Store, sync: &SyncRow) -> Result<(), ExportError> {
    let mut types = store.resource_types(sync)?;
    types.retain(|it| it.resources > 0 || !is_of_accounts(it));
    for row in &types {
        database.resource_type(row)?;
    }
    let connection = || Some(sync.connection.clone());
    let resources = ResourceFilter {
        connection: connection(),
        ..ResourceFilter::default()
    };
    let mut labels = Labels::new(store, sync.id)?;
    store.resources(&resources, |row| {
        let parent = match &row.parent {
            Some(parent) => labels.resource(parent)?.map(|_| parent),
            None => None,
        };
        database.resource(&row, parent)
    })?;
    let entitlements = EntitlementFilter {
        connection: connection(),
        ..EntitlementFilter::default()
    };
    store.entitlements(&entitlements, |row| database.entitlement(&row, &types))?;
    store.sourced(sync, |row| database.grant(&row))?;
    Ok(())
}

fn is_of_accounts(row: &TypeRow) -> bool {
    row.traits.iter().any(|it| it == "user")
}

/// What was asked for, and each gap, as JSON Lines.
fn unknown(store: &Store, sync: &SyncRow) -> Result<Vec<u8>, ExportError> {
    let mut lines = Vec::new();
    json_line(&mut lines, sync)?;
    let gaps = GapFilter {
        connection: Some(sync.connection.clone()),
        ..GapFilter::default()
    };
    store.gaps(&gaps, |row| {
        Ok::<_, ExportError>(json_line(&mut lines, &row)?)
    })?;
    Ok(lines)
}

fn pending(store: &Store, sync: &SyncRow) -> Result<u64, ExportError> {
    let mut pending = 0;
    let grants = GrantFilter {
        connection: Some(sync.connection.clone()),
        ..GrantFilter::default()
    };
    store.grants(&grants, |row| {
        pending += u64::from(row.pending);
        Ok::<_, ExportError>(())
    })?;
    Ok(pending)
}
