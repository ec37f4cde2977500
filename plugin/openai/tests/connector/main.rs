//! The connector over a scripted service: what it asks, and what it makes of the
//! answers.

#![expect(
    clippy::expect_used,
    clippy::result_large_err,
    reason = "tests end where something unexpected comes, and make few errors"
)]

mod check;
mod custom_roles;
mod examples;
mod faults;
mod groups;
mod invitations;
mod keys;
mod manifest;
mod official_spec;
mod people;
mod project_people;
mod projects;
mod properties;
mod roles;
mod service;
mod service_accounts;
