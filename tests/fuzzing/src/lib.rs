//! What must hold for any input, whoever made it. Each function takes bytes or
//! texts, and panics where something does not hold.
//!
//! | module | input | who makes it |
//! |---|---|---|
//! | [`mapping`] | answers of the service; page tokens | the service, or somebody on the way |
//! | [`policy`] | origins, path templates, request paths | the component, the operator |
//! | [`configuration`] | `harness.toml` | the operator |
//! | [`component`] | component files | anybody |
//!
//! The tests here try each with a bounded number of random inputs; the targets
//! in `fuzz/` try them for as long as one likes. See `docs/fuzzing.md`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how these functions say that something does not hold"
)]

pub mod component;
pub mod configuration;
pub mod mapping;
pub mod policy;

#[cfg(test)]
mod tests;
