//! The Administration API under `/v1`: one file per family of endpoints, and
//! what they share.
//!
//! | family | file | paging |
//! |---|---|---|
//! | users | `users` | A: `first_id`, `last_id`, `has_more` |
//! | invites | `invites` | A |
//! | projects | `projects` | A |
//! | users, service accounts, keys of a project | `project_users`, `service_accounts`, `project_keys` | A |
//! | admin keys | `admin_keys` | A |
//! | roles of the organization and of projects | `roles` | N: `next`, `has_more` |
//! | role assignments | `assignments` | N |
//! | groups, their users | `groups` | N |
//! | groups of a project | `project_groups` | N |
//! | audit log | `audit_logs` | A, and `before` |
//!
//! An endpoint reads parameters and body, asks the truth, and shapes the
//! answer. Every path stands in full, since the template is what is counted.

mod admin_keys;
mod assignment_changes;
mod assignments;
mod audit_details;
pub(crate) mod audit_event_types;
mod audit_logs;
pub(crate) mod authentication;
mod author;
mod body;
mod envelope;
mod failure;
mod gate;
mod groups;
mod invites;
mod paging;
mod parameters;
mod project_groups;
mod project_keys;
mod project_users;
mod projects;
mod roles;
mod service_accounts;
mod short;
mod spoil;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::Json;
use serde_json::Value;

use crate::world::World;
use failure::Failure;

type Shared = State<Arc<World>>;
type Routes = Router<Arc<World>>;
type Answer = Result<Json<Value>, Failure>;
/// The answer to a create, whose status is a switch.
type Created = Result<(StatusCode, Json<Value>), Failure>;

/// Everything under `/v1`, and the answer to every path that nothing else has.
pub(crate) fn router(world: Arc<World>) -> Router {
    Routes::new()
        .merge(users::routes())
        .merge(invites::routes())
        .merge(roles::routes())
        .merge(projects::routes())
        .merge(project_users::routes())
        .merge(service_accounts::routes())
        .merge(project_keys::routes())
        .merge(project_groups::routes())
        .merge(groups::routes())
        .merge(assignments::routes())
        .merge(admin_keys::routes())
        .merge(audit_logs::routes())
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(world.clone(), gate::pass))
        .layer(from_fn_with_state(
            world.clone(),
            authentication::require_key,
        ))
        .layer(from_fn_with_state(world.clone(), envelope::wrap))
        .with_state(world)
}

async fn unknown_path(method: Method, uri: Uri) -> Failure {
    let message = format!("Invalid URL ({method} {})", uri.path());
    Failure::new(StatusCode::NOT_FOUND, message)
}

async fn wrong_method(method: Method, uri: Uri) -> Failure {
    let hint = "(HINT: Perhaps you meant to use a different HTTP method?)";
    let message = format!("Not allowed to {method} on {}. {hint}", uri.path());
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, message).code("method_not_supported")
}
