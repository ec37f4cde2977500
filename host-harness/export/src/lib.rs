//! What the last sync of a connection read, in files for other programs.
//!
//! | format | what is written | effective access | what could not be read |
//! |---|---|---|---|
//! | [`c1z`] | one file for ConductorOne's tools: SQLite in zstd | grants, with their sources | the sync is `partial`; the gaps are an asset |
//! | CSV, for spreadsheets | a directory, one file for each [`Kind`] | `effective.csv` | `gaps.csv` |
//! | JSON Lines, for programs | the same | `effective.jsonl` | `gaps.jsonl` |
//!
//! The same sync gives the same rows in the same order. Rows are written as the
//! store gives them, so that memory does not grow with the organization. Nothing
//! is ever half there: what is written gets its name when it is whole. Nothing
//! in a name acts on a terminal or, in CSV, on a spreadsheet. `docs/export.md`
//! is for those who read the files.

pub mod c1z;
mod cells;
mod columns;
mod error;
mod place;
pub mod printable;
mod rows;

use governance_store::SyncRow;

pub use error::ExportError;
pub use place::NewFile;
pub use rows::{Kind, Rows, RowsFormat};

/// Whether all that the connection has was asked for and read. Otherwise what is
/// not in an export may exist all the same.
pub fn is_complete(sync: &SyncRow) -> bool {
    sync.gaps == 0 && sync.asked.is_everything()
}
