//! Components and services that mean harm: each ends in its typed error, within
//! its limit, and the next call on another component works. Those whose changes go
//! wrong: what came of it is told as far as it is known, and no further.
//!
//! The components are made here from text, so that they can do what no compiler
//! would. `docs/security-catalogue.md` lists every attack with its test.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of this is tests; clippy excuses only the test functions"
)]

mod answers;
mod asking;
mod canonical;
mod changes;
mod component;
mod files;
mod host;
mod imports;
mod listings;
mod requests;
mod resources;
mod secrets;
mod traces;
mod upstream;
mod upstreams;
mod world;
