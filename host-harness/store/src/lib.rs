//! Where synced access is kept and asked for: one SQLite file.
//!
//! Beside it, in the same file, is the [`Journal`] of changes.
//!
//! Pages are written as they come, each in a transaction of its own. A sync
//! becomes the current one of its connection only when it ends well, so that
//! one that failed or was killed never hides what is known. What people may
//! rely on when they query the file themselves is in `docs/schema.md`.
//!
//! ```text
//! open_to_write → begin_sync or resume → advance … advance → finish_sync
//! open_to_read  → current_syncs, resources, accounts, entitlements, grants, gaps,
//!                 find, access_of, secrets_of, holders, effective, syncs, diff, digest
//! ```

pub mod access;
mod aliases;
mod arriving;
mod aside;
mod ask;
mod checkpoint;
mod connection;
pub mod diff;
mod digest;
mod error;
mod expansion;
mod file;
mod filter;
mod find;
mod folding;
mod integrity;
mod journal;
mod known;
mod labels;
mod list;
mod moment;
mod read;
mod rows;
mod secrets;
mod shrunk;
mod store;
mod sync;
mod types;
mod write;

#[cfg(test)]
mod fixtures;

pub use aside::Aside;
pub use checkpoint::{Advance, Conditions, Interrupted, KeptTask, Resumed, TaskChange, TaskRow};
pub use connection::SyncRow;
pub use error::{Fault, StoreError};
pub use file::{APPLICATION_ID, Found, SCHEMA_VERSION};
pub use filter::{EntitlementFilter, GapFilter, GrantFilter, ResourceFilter};
pub use find::{Among, By, Matches};
pub use integrity::Finding;
pub use journal::{Chain, Journal, JournalEvent, JournalFilter, JournalRow, NewEntry};
pub use labels::{EntitlementLabel, Labels, ResourceLabel};
pub use moment::Moment;
pub use rows::{
    EmailRow, EntitlementRow, GapRow, GrantRow, LastUseRow, NamedResource, ResourceRow, ScopeRow,
    SecretRow,
};
pub use shrunk::Shrunk;
pub use store::{Reserved, Store};
pub use sync::{Asked, Ending, Finish, KEPT_SYNCS, NewSync, State, Summary, SyncId};
pub use types::TypeRow;
pub use write::Batch;
