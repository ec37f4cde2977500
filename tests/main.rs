//! End-to-end tests: the built `harness` as a process, its component in the
//! sandbox, a simulated organization behind real HTTP. One file per promise.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of this is tests; clippy excuses only the test functions"
)]

mod access_is_what_the_rules_say;
mod another_component;
mod another_runtime;
mod answers;
mod batches;
mod broken_answers_to_changes;
mod browser;
#[path = "../host-harness/export/tests/reader/mod.rs"]
mod c1z_reader;
mod catalogue;
mod changing_access;
mod changing_accounts_and_resources;
mod clear_errors;
mod configuration;
mod conformance;
mod coverage;
mod estimates;
mod exporting;
mod faults_end_well;
mod findings;
mod gaps_are_exact;
mod hostile_names;
mod inspecting;
mod listing;
mod no_change_without_leave;
mod official_document;
mod one_database;
mod plans;
mod random_changes;
mod rate_limits;
mod record_and_replay;
mod reports;
mod resuming;
mod reviews;
mod rota;
mod scenes;
mod secrets_stay_out;
mod security_documents;
mod support;
mod suspect_answers;
mod syncing_tells_the_truth;
#[path = "../host-harness/tests/hostile/world.rs"]
mod world;
