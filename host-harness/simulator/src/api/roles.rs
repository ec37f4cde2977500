//! Role definitions, of the organization and of projects.
//!
//! Those of projects live at `/v1/projects/…`, without `organization`.

use axum::extract::State;
use axum::response::Json;
use axum::routing::get;
use serde_json::{Value, json};

use super::author::By;
use super::body::{Body, missing};
use super::failure::Failure;
use super::parameters::{Id, Parameters, Two};
use super::{Answer, Created, Routes, Shared, paging};
use crate::organization::{
    Action, DefinedRole, OrganizationRole, Predefined, ProjectRole, Role, RoleChange,
    RoleDifference, RoleRequest, Scope,
};

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

async fn create(State(world): Shared, by: By, body: Body) -> Created {
    let request = requested(&body)?;
    let mut organization = world.organization();
    let id = organization.add_role(request.clone(), world.clock.now());
    let scope = Scope::of::<OrganizationRole>(&organization.id);
    by.did(&mut organization, &id, created(request, scope));
    Ok((world.quirks.created, Json(shown(organization.role(&id)?))))
}

async fn update(State(world): Shared, by: By, Id(id): Id, body: Body) -> Answer {
    let (change, now) = (changed(&body)?, world.clock.now());
    let mut organization = world.organization();
    let scope = Scope::of::<OrganizationRole>(&organization.id);
    let asked = (organization.role(&id)?.permissions.clone(), change.clone());
    let roles = &mut organization.roles;
    let role = roles.change((&id, &scope.id), change, now, &world.quirks.writing)?;
    let (id, answer) = (role.id.clone(), Json(shown(role)));
    let action = difference(asked, role, scope);
    by.did(&mut organization, &id, action);
    Ok(answer)
}

async fn delete(State(world): Shared, by: By, Id(id): Id) -> Answer {
    let mut organization = world.organization();
    let role = organization.role(&id)?.id.clone();
    organization.delete_role(&role, &world.quirks.writing)?;
    by.did(&mut organization, &role, Action::RoleDeleted);
    Ok(deleted(&id))
}

async fn create_in_project(State(world): Shared, by: By, Id(id): Id, body: Body) -> Created {
    let request = requested(&body)?;
    let mut organization = world.organization();
    organization.live_project(&id)?;
    let role = organization.add_project_role(&id, request.clone(), world.clock.now())?;
    let action = created(request, Scope::of::<ProjectRole>(&id));
    by.did_in(&mut organization, &id, &role, action);
    let role = shown(organization.live_project(&id)?.role(&role)?);
    Ok((world.quirks.created, Json(role)))
}

async fn update_in_project(
    State(world): Shared,
    by: By,
    Id((id, role)): Two,
    body: Body,
) -> Answer {
    let (change, now) = (changed(&body)?, world.clock.now());
    let mut organization = world.organization();
    let roles = &mut organization.live_project_mut(&id)?.roles;
    let before = roles.named(&role, &id)?.permissions.clone();
    let asked = (before, change.clone());
    let role = roles.change((&role, &id), change, now, &world.quirks.writing)?;
    let (target, answer) = (role.id.clone(), Json(shown(role)));
    let action = difference(asked, role, Scope::of::<ProjectRole>(&id));
    by.did_in(&mut organization, &id, &target, action);
    Ok(answer)
}

async fn delete_in_project(State(world): Shared, by: By, Id((id, role)): Two) -> Answer {
    let mut organization = world.organization();
    let target = organization.live_project(&id)?.role(&role)?.id.clone();
    organization.delete_project_role(&id, &target, &world.quirks.writing)?;
    by.did_in(&mut organization, &id, &target, Action::RoleDeleted);
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

fn created(request: RoleRequest, scope: Scope) -> Action {
    Action::RoleCreated(DefinedRole {
        name: request.name,
        permissions: request.permissions,
        scope,
    })
}

/// What a change asked of a role that had those permissions before.
fn difference<P: Predefined>(
    (before, asked): (Vec<String>, RoleChange),
    role: &Role<P>,
    scope: Scope,
) -> Action {
    let without = |all: &[String], others: &[String]| {
        let kept = all.iter().filter(|one| !others.contains(one));
        kept.cloned().collect()
    };
    Action::RoleUpdated(RoleDifference {
        name: asked.name,
        description: asked.description,
        added: without(&role.permissions, &before),
        removed: without(&before, &role.permissions),
        scope,
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
