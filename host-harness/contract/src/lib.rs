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

/// The version of the package `governance:connector` in `wit/`.
pub const VERSION: &str = "0.1.0";

#[cfg(test)]
mod tests {
    use super::VERSION;

    #[test]
    fn the_version_is_that_of_the_package() {
        let package = format!("package governance:connector@{VERSION};");
        assert!(include_str!("../../../wit/connector.wit").starts_with(&package));
    }
}
