//! `/v1/organization/roles`: list and retrieve.

use axum::extract::State;
use axum::response::Json;
use axum::routing::get;
use serde_json::{Value, json};

use super::parameters::{Id, LimitRange, Parameters};
use super::{Answer, Routes, Shared, paging};
use crate::organization::Role;

/// The largest default of the whole API: one request is usually enough.
const LIMIT: LimitRange = LimitRange {
    minimum: 0,
    maximum: 1000,
    default: 1000,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v1/organization/roles", get(list))
        .route("/v1/organization/roles/{role_id}", get(retrieve))
}

async fn list(State(world): Shared, parameters: Parameters) -> Answer {
    paging::by_cursor(&world.organization().roles, &parameters, LIMIT, shown)
}

async fn retrieve(State(world): Shared, Id(id): Id) -> Answer {
    let organization = world.organization();
    Ok(Json(shown(organization.role(&id)?)))
}

fn shown(role: &Role) -> Value {
    json!({
        "object": "role",
        "id": role.id,
        "name": role.name,
        "description": role.description,
        "permissions": role.permissions,
        "resource_type": "api.organization",
        "predefined_role": role.predefined.is_some(),
    })
}
