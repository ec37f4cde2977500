//! The connector over a scripted service: what it asks, and what it makes of the
//! answers.

#![expect(
    clippy::expect_used,
    clippy::result_large_err,
    reason = "tests end where something unexpected comes, and make few errors"
)]

mod check;
mod examples;
mod faults;
mod invitations;
mod manifest;
mod people;
mod properties;
mod roles;
mod service;
