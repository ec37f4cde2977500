//! Access reviews as files: who holds what, with an empty decision beside each
//! grant; read again with the decisions, which become revocations.
//!
//! | step | by |
//! |---|---|
//! | a sync becomes rows, one for each grant that somebody can decide on | [`gather`] |
//! | rows become CSV or JSON Lines | [`write()`] |
//! | people decide, in a spreadsheet or a program | |
//! | the file is read, and refused with all that is wrong with it | [`read`] |
//! | it is held against the database: whose it is, how old, what came after | [`hold`] |
//! | decisions to revoke become changes | [`Review::revocations`] |
//!
//! A file is bound to the sync that it was written from: each row carries a
//! digest of its own facts and of the sync's content. That shows edits of the
//! facts, by hand or by a spreadsheet. It is no signature: whoever forges a row
//! can forge its digest, which is why a row is also held against the sync itself
//! for as long as the database has it.

mod cells;
mod columns;
mod consequences;
mod decisions;
mod error;
mod gather;
mod hold;
mod lines;
mod revocations;
mod write;

#[cfg(test)]
mod fixtures;

pub use columns::{Decision, Facts, Head};
pub use decisions::{Choice, Counts, Review, Reviewed, Verdict, read};
pub use error::{Problem, ReviewError};
pub use gather::{Export, ReviewFilter, gather};
pub use hold::{Known, Standing, Terms, hold, known};
pub use revocations::Revocation;
pub use write::{Format, write};
