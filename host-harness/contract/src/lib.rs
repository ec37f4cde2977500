//! The contract of `wit/` as the host sees it.
//!
//! Types and calls are generated from the WIT, so that what the WIT documents
//! is not said twice. What the WIT states in prose and a type cannot hold is
//! here: how ids are built ([`ids`]) and which bounds an answer keeps
//! ([`bounds`]). [`json`] is how changes and outcomes are written for people,
//! files and the journal.
//!
//! Tests take their values from `samples`, with the cargo feature of that name.

mod bindings;
pub mod bounds;
mod defaults;
pub mod ids;
pub mod json;
mod kinds;
pub mod moments;
mod names;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
mod scopes;

pub use bindings::exports::governance::connector::{changes, connector, faults, manifest, model};
pub use bindings::{Plugin, PluginPre};
