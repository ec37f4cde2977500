//! End-to-end tests: the built `harness` as a process, its component in the
//! sandbox, a simulated organization behind real HTTP. One file per promise.

mod another_component;
mod clear_errors;
mod hostile_names;
mod inspecting;
mod listing;
mod one_database;
mod support;
mod syncing_tells_the_truth;
