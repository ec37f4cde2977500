//! The Administration API under `/v1`: one file per family of endpoints, and
//! what they share.
//!
//! | family | file | paging |
//! |---|---|---|
//! | users | `users` | A: `first_id`, `last_id`, `has_more` |
//! | invites | `invites` | A |
//! | organization roles | `roles` | N: `next`, `has_more` |
//!
//! An endpoint reads parameters and body, asks the truth, and shapes the
//! answer. Every path stands in full, since the template is what is counted.

pub(crate) mod authentication;
mod body;
mod envelope;
mod failure;
mod invites;
mod paging;
mod parameters;
mod roles;
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

/// Everything under `/v1`, and the answer to every path that nothing else has.
pub(crate) fn router(world: Arc<World>) -> Router {
    Routes::new()
        .merge(users::routes())
        .merge(invites::routes())
        .merge(roles::routes())
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
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
