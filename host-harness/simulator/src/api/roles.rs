//! Role definitions, of the organization and of projects.
//!
//! Those of projects live at `/v1/projects/…`, without `organization`.

use axum::extract::State;
use axum::response::Json;
use axum::routing::get;
use serde_json::{Value, json};

use super::body::{Body, missing};
use super::failure::Failure;
use super::parameters::{Id, Parameters, Two};
use super::{Answer, Created, Routes, Shared, paging};
use crate::organization::{Predefined, Role, RoleChange, RoleRequest};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v1/organization/roles", get(list).post(create))
        .route(
            "/v1/organization/roles/{role_id}",
            get(retrieve).post(update).delete(delete),
        )
        .route(
            "/v1/projects/{project_id}/roles",
            get(list_of_project).post(create_in_project),
        )
        .route(
            "/v1/projects/{project_id}/roles/{role_id}",
            get(retrieve_of_project)
                .post(update_in_project)
                .delete(delete_in_project),
        )
}

async fn list(State(world): Shared, parameters: Parameters) -> Answer {
    let organization = world.organization();
    paging::by_cursor(&organization.roles, &parameters, paging::ROLES, shown)
}

async fn retrieve(State(world): Shared, Id(id): Id) -> Answer {
    let organization = world.organization();
    Ok(Json(shown(organization.role(&id)?)))
}

async fn list_of_project(State(world): Shared, Id(id): Id, parameters: Parameters) -> Answer {
    let organization = world.organization();
    let project = world.readable(&organization, &id)?;
    paging::by_cursor(&project.roles, &parameters, paging::ROLES, shown)
}

async fn retrieve_of_project(State(world): Shared, Id((id, role)): Two) -> Answer {
    let organization = world.organization();
    let project = world.readable(&organization, &id)?;
    Ok(Json(shown(project.role(&role)?)))
}

async fn create(State(world): Shared, body: Body) -> Created {
    let request = requested(&body)?;
    let mut organization = world.organization();
    let id = organization.add_role(request, world.clock.now());
    Ok((world.quirks.created, Json(shown(organization.role(&id)?))))
}

async fn update(State(world): Shared, Id(id): Id, body: Body) -> Answer {
    let (change, now) = (changed(&body)?, world.clock.now());
    let mut organization = world.organization();
    let scope = organization.id.clone();
    let roles = &mut organization.roles;
    let role = roles.change((&id, &scope), change, now, &world.quirks.writing)?;
    Ok(Json(shown(role)))
}

async fn delete(State(world): Shared, Id(id): Id) -> Answer {
    let mut organization = world.organization();
    organization.delete_role(&id, &world.quirks.writing)?;
    Ok(deleted(&id))
}

async fn create_in_project(State(world): Shared, Id(id): Id, body: Body) -> Created {
    let request = requested(&body)?;
    let mut organization = world.organization();
    organization.live_project(&id)?;
    let role = organization.add_project_role(&id, request, world.clock.now())?;
    let role = shown(organization.live_project(&id)?.role(&role)?);
    Ok((world.quirks.created, Json(role)))
}

async fn update_in_project(State(world): Shared, Id((id, role)): Two, body: Body) -> Answer {
    let (change, now) = (changed(&body)?, world.clock.now());
    let mut organization = world.organization();
    let roles = &mut organization.live_project_mut(&id)?.roles;
    let role = roles.change((&role, &id), change, now, &world.quirks.writing)?;
    Ok(Json(shown(role)))
}

async fn delete_in_project(State(world): Shared, Id((id, role)): Two) -> Answer {
    let mut organization = world.organization();
    organization.delete_project_role(&id, &role, &world.quirks.writing)?;
    Ok(deleted(&role))
}

fn requested(body: &Body) -> Result<RoleRequest, Failure> {
    let permissions = body.optional_texts("permissions")?;
    Ok(RoleRequest {
        name: body.name("role_name", usize::MAX)?.to_owned(),
        description: body.optional_text("description")?.map(str::to_owned),
        permissions: permissions.ok_or_else(|| missing("permissions"))?,
    })
}

fn changed(body: &Body) -> Result<RoleChange, Failure> {
    Ok(RoleChange {
        name: body.optional_text("role_name")?.map(str::to_owned),
        description: body.optional_text("description")?.map(str::to_owned),
        permissions: body.optional_texts("permissions")?,
    })
}

fn deleted(id: &str) -> Json<Value> {
    Json(json!({ "object": "role.deleted", "id": id, "deleted": true }))
}

pub(super) fn shown<P: Predefined>(role: &Role<P>) -> Value {
    json!({
        "object": "role",
        "id": role.id,
        "name": role.name,
        "description": role.description,
        "permissions": role.permissions,
        "resource_type": format!("api.{}", P::SCOPE),
        "predefined_role": role.predefined.is_some(),
    })
}
