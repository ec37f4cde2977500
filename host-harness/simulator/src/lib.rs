//! A simulated OpenAI organization: stateful, behind real HTTP, on loopback.
//!
//! Tests and demonstrations point a client of the Administration API at
//! [`Simulator::base_url`] and let it read and change an organization as it
//! would the real one. It is written from the official OpenAPI document; where
//! that is silent, a switch in [`Quirks`] says which reading is simulated.
//!
//! | path under `/v1` | methods | paging |
//! |---|---|---|
//! | `/organization/users` (`emails`), `…/{user_id}` | `GET`; `GET POST DELETE` | A |
//! | `/organization/invites`, `…/{invite_id}` | `GET POST`; `GET DELETE` | A |
//! | `/organization/projects` (`include_archived`), `…/{project_id}`, `…/archive` | `GET POST`; `GET POST`; `POST` | A |
//! | `/organization/projects/{project_id}/users`, `…/{user_id}` | `GET POST`; `GET POST DELETE` | A |
//! | `/organization/projects/{project_id}/service_accounts`, `…/{service_account_id}`, `…/api_keys` | `GET POST`; `GET POST DELETE`; `POST` | A |
//! | `/organization/projects/{project_id}/api_keys` (`owner_project_access`), `…/{api_key_id}` | `GET`; `GET POST DELETE` | A |
//! | `/organization/projects/{project_id}/groups`, `…/{group_id}` | `GET POST`; `GET DELETE` | N |
//! | `/organization/groups`, `…/{group_id}` | `GET POST`; `GET POST DELETE` | N |
//! | `/organization/groups/{group_id}/users`, `…/{user_id}` | `GET POST`; `GET DELETE` | N |
//! | `/organization/roles`, `/projects/{project_id}/roles`, `…/{role_id}` | `GET POST`; `GET POST DELETE` | N |
//! | `…/roles` of `/organization/users/{user_id}`, `/organization/groups/{group_id}`, `/projects/{project_id}/users/{user_id}` and `/projects/{project_id}/groups/{group_id}`; `…/{role_id}` | `GET POST`; `GET DELETE` | N |
//! | `/organization/admin_api_keys` (`order`), `…/{key_id}` | `GET POST`; `GET DELETE` | A |
//! | `/organization/audit_logs` (`effective_at[gt\|gte\|lt\|lte]`, `project_ids[]`, `event_types[]`, `actor_ids[]`, `actor_emails[]`, `resource_ids[]`, `tenant_only`, `before`) | `GET` | A, newest first |
//!
//! Family A (`limit`, `after`) continues with `after=<last_id>`, family N (and
//! `order`) with `after=<next>`. Everything else is a 404, or a 405 for a method
//! that a path has not. Not simulated: certificates, spend, rate limits of
//! projects, events of the tenant in the audit log. The log has what was done to
//! the simulator, the newest 10,000 events.
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
//! | `GET /control/access` | | [`Access`]: who may do what where, and by which way |
//! | `GET /control/may?person=…&action=…&project=…` | | `{"may": true, "because": [Reason]}`, see [`Access::may`] |
//! | `GET /control/requests` | | `{"requests": {"GET /v1/organization/users": 3}}` |
//! | `GET /control/census` | | how many rows the lists have: `{"users": 8, "groups": [{"members": 2, "roles": 0}], …}` |
//!
//! # Rooms
//!
//! `organization` is the truth and its rules, without HTTP. `api` has one file
//! per family of endpoints. `limits`, `faults` and `surface` (scopes, plan) are
//! what stands in the way of a request. `authorizer` says from the truth alone who may do
//! what. `templates` are the organizations to start with.

mod api;
mod authorizer;
mod census;
mod clock;
mod control;
mod error;
mod faults;
mod limits;
mod options;
mod organization;
mod quirks;
mod random;
mod requests;
mod simulator;
mod surface;
mod templates;
mod world;

#[cfg(test)]
mod tests;

pub use authorizer::{
    Access, HeldRole, OrganizationAccess, PendingAccess, PendingProject, Person, ProjectAccess,
    Reason, Way,
};
pub use axum::http::StatusCode;
pub use error::Error;
pub use faults::{Fault, Faults};
pub use limits::{RateLimit, WaitHint};
pub use options::{Options, RestrictedKey};
pub use organization::{OrganizationRole, ProjectRole};
pub use quirks::{ForbiddenShape, Omissions, OtherRole, Quirks, Reading, Ruling, Writing};
pub use simulator::Simulator;
pub use surface::Surface;
pub use templates::Template;
