//! Governance connector for OpenAI's API platform.
//!
//! It reads an organization through the Administration API with an admin key
//! that the host holds. Facts about that API are marked in the code by where
//! they come from: \[S] official specification, SDK or documentation, \[L] seen by
//! a third party at the live API, \[D] documentation of a third party's product.
//! What is not \[S] is tolerated either way.
//!
//! | module | resource type | read from |
//! |---|---|---|
//! | [`organization`] | `organization` | the roles' composed ids, or the configuration; carries the two below |
//! | [`org_role`] | `org_role` | `GET /organization/roles` |
//! | [`user`] | `user` | `GET /organization/users` |
//! | [`invitation`] | `invitation` | `GET /organization/invites` |
//!
//! A full sync of an organization of *n* people takes one request for roles and
//! one for each hundred people and each hundred invitations: the roles' answer
//! tells the organization's id, and each page of people tells who they are, what
//! role they have and that they are members.
//!
//! [`connector`] hands the contract's functions to these modules, [`manifest`]
//! declares them, [`check`] probes them, [`session`] is what one call works with.
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

pub mod check;
pub mod connector;
pub mod dialect;
pub mod invitation;
pub mod manifest;
pub mod org_role;
pub mod organization;
pub mod predefined;
pub mod roles_step;
pub mod session;
pub mod user;
mod user_row;

#[cfg(target_arch = "wasm32")]
mod component;
