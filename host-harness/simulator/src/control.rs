//! The control API under `/control`: what no admin key can do, and the truth.
//! It needs no key, since it listens on loopback alone. The table of requests
//! stands in the crate's documentation.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::authorizer::{self, Access};
use crate::census::{Census, census};
use crate::organization::Refusal;
use crate::world::World;

type Shared = State<Arc<World>>;
type Answer = Result<Json<Value>, ControlError>;
type Asked<T> = Result<Json<T>, JsonRejection>;

/// Routes below `/control`.
pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/invitations/accept", post(accept))
        .route("/clock", get(clock).post(advance))
        .route("/people", get(people))
        .route("/access", get(access))
        .route("/may", get(may))
        .route("/requests", get(requests))
        .route("/census", get(count))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .with_state(world)
}

#[derive(Deserialize)]
struct Acceptance {
    invitation: String,
    name: Option<String>,
}

async fn accept(State(world): Shared, acceptance: Asked<Acceptance>) -> Answer {
    let Json(Acceptance { invitation, name }) = acceptance?;
    let now = world.clock.now();
    let user = world
        .organization()
        .accept(&invitation, name, now, &world.quirks)?;
    Ok(Json(json!({ "user_id": user })))
}

#[derive(Deserialize)]
struct Advance {
    advance_seconds: u64,
}

async fn advance(State(world): Shared, advance: Asked<Advance>) -> Answer {
    let seconds = advance?.advance_seconds;
    world.clock.advance(Duration::from_secs(seconds));
    Ok(Json(json!({ "now": world.clock.now() })))
}

async fn clock(State(world): Shared) -> Json<Value> {
    Json(json!({ "now": world.clock.now() }))
}

async fn people(State(world): Shared) -> Json<Value> {
    let people = authorizer::people(&world.organization(), world.clock.now());
    Json(json!({ "people": people }))
}

async fn access(State(world): Shared) -> Json<Access> {
    Json(authorizer::access(&world.organization(), world.clock.now()))
}

#[derive(Deserialize)]
struct Question {
    person: String,
    action: String,
    project: String,
}

async fn may(State(world): Shared, question: Result<Query<Question>, QueryRejection>) -> Answer {
    let Query(question) = question?;
    let access = authorizer::access(&world.organization(), world.clock.now());
    let because = access.may(&question.person, &question.action, &question.project);
    let may = !because.is_empty();
    Ok(Json(json!({ "may": may, "because": because })))
}

async fn requests(State(world): Shared) -> Json<Value> {
    Json(json!({ "requests": world.requests.snapshot() }))
}

async fn count(State(world): Shared) -> Json<Census> {
    Json(census(&world.organization(), &world.quirks.reading))
}

async fn unknown_path() -> ControlError {
    ControlError(StatusCode::NOT_FOUND, "no such path".to_owned())
}

async fn wrong_method() -> ControlError {
    let message = "no such method on this path".to_owned();
    ControlError(StatusCode::METHOD_NOT_ALLOWED, message)
}

/// Answered as `{"error": "text"}`.
struct ControlError(StatusCode, String);

impl From<Refusal> for ControlError {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.status, refusal.reason.to_string())
    }
}

impl From<JsonRejection> for ControlError {
    fn from(rejection: JsonRejection) -> Self {
        Self(rejection.status(), rejection.body_text())
    }
}

impl From<QueryRejection> for ControlError {
    fn from(rejection: QueryRejection) -> Self {
        Self(rejection.status(), rejection.body_text())
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}
