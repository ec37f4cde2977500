//! What connectors share inside the sandbox.
//!
//! A connector maps a service's answers to the contract of `wit/`. All that is
//! alike for every service is here, and knows no service:
//!
//! | module | what it does |
//! |---|---|
//! | [`wit`] | the contract's types |
//! | [`transport`] | one request, one answer; behind a trait, so that tests need no sandbox |
//! | [`wasi_http`] | the transport over `wasi:http` |
//! | [`address`] | base URLs checked, paths and queries put behind them |
//! | [`client`] | sends a declared endpoint's request, and reads JSON or an error |
//! | [`refusal`] | an answer that is an error, in four shapes |
//! | [`wait`] | how long a service asks to wait |
//! | [`paging`] | where a list goes on |
//! | [`token`] | continuation tokens |
//! | [`reading`] | lenient looks into JSON |
//! | [`attributes`] | the JSON text of all that is left over |
//! | [`settings`] | configuration values, with their defaults |
//! | [`faults`] | errors that a connector makes itself |
//! | [`items`] | pages, resources, grants, scopes and gaps with their usual values |
//! | [`steps`] | the requests of a change, and what became of them |
//! | [`given`] | the JSON object of values that comes with a change |
//! | [`gather`] | maps and sets without the code that `collect` brings |
//! | [`narrow`] | scopes narrowed to one resource, principal or parent |
//! | [`text`] | the contract's bounds on texts |
//! | [`within`] | keeps a page within them |
//!
//! Nothing here panics, whatever a service answers: no indexing, no unchecked
//! arithmetic, no unwrapping outside tests.
#![cfg_attr(
    not(test),
    warn(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::string_slice
    )
)]
#![allow(
    clippy::result_large_err,
    reason = "the contract's error is a record, made at most once for each request"
)]

pub mod address;
pub mod attributes;
pub mod bindings;
pub mod client;
pub mod faults;
pub mod gather;
pub mod given;
pub mod items;
#[cfg(target_family = "wasm")]
mod memory;
pub mod narrow;
pub mod paging;
pub mod reading;
pub mod refusal;
pub mod settings;
pub mod steps;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text;
pub mod token;
pub mod transport;
pub mod wait;
pub mod wasi_http;
pub mod within;

/// The contract's types.
pub mod wit {
    pub use crate::bindings::exports::governance::connector::{
        changes, connector, faults, manifest, model,
    };
}
