//! A simulated OpenAI organization: stateful, behind real HTTP, on loopback.
//!
//! Tests and demonstrations point a client of the Administration API at
//! [`Simulator::base_url`] and let it read and change an organization as it
//! would the real one. It is written from the official OpenAPI document; where
//! that is silent, a switch in [`Quirks`] says which reading is simulated.
//!
//! | method and path under `/v1` | paging |
//! |---|---|
//! | `GET /organization/users` (`limit`, `after`, `emails`) | A |
//! | `GET`, `POST`, `DELETE /organization/users/{user_id}` | |
//! | `GET` (`limit`, `after`), `POST /organization/invites` | A |
//! | `GET`, `DELETE /organization/invites/{invite_id}` | |
//! | `GET /organization/roles` (`limit`, `after`, `order`) | N |
//! | `GET /organization/roles/{role_id}` | |
//!
//! Family A continues with `after=<last_id>`, family N with `after=<next>`.
//! Everything else is a 404, or a 405 for a method that a path has not.
//!
//! What no admin key can do is done under [`Simulator::control_url`], without a
//! key; errors are `{"error": "text"}` and times Unix seconds:
//!
//! | request | body | answer |
//! |---|---|---|
//! | `POST /control/invitations/accept` | `{"invitation": "<id or e-mail>", "name": "<optional>"}` | `{"user_id"}`; 404 unknown, 409 not pending |
//! | `GET /control/clock` | | `{"now"}` |
//! | `POST /control/clock` | `{"advance_seconds": 3600}` | `{"now"}` |
//! | `GET /control/people` | | `{"people": [Person]}`, see [`Person`] |
//! | `GET /control/requests` | | `{"requests": {"GET /v1/organization/users": 3}}` |
//!
//! # Rooms
//!
//! `organization` is the truth and its rules, without HTTP. `api` has one file
//! per family of endpoints. `authorizer` says from the truth alone who may do
//! what. `templates` are the organizations to start with.

mod api;
mod authorizer;
mod clock;
mod control;
mod error;
mod options;
mod organization;
mod quirks;
mod random;
mod requests;
mod simulator;
mod templates;
mod world;

#[cfg(test)]
mod tests;

pub use authorizer::Person;
pub use axum::http::StatusCode;
pub use error::Error;
pub use options::Options;
pub use organization::OrganizationRole;
pub use quirks::{ForbiddenShape, Omissions, Quirks, Ruling};
pub use simulator::Simulator;
pub use templates::Template;
