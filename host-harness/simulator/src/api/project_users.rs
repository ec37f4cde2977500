//! `/v1/organization/projects/{project_id}/users`: list, add, retrieve,
//! modify, remove.

use axum::extract::State;
use axum::response::Json;
use axum::routing::get;
use serde_json::{Value, json};

use super::author::By;
use super::body::{Body, missing};
use super::failure::Failure;
use super::parameters::{Id, Parameters, Two};
use super::{Answer, Created, Routes, Shared, paging};
use crate::organization::{Action, ProjectRole, ProjectUser, Reason};
use crate::quirks::Writing;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route(
            "/v1/organization/projects/{project_id}/users",
            get(list).post(add),
        )
        .route(
            "/v1/organization/projects/{project_id}/users/{user_id}",
            get(retrieve).post(modify).delete(remove),
        )
}

async fn list(State(world): Shared, Id(id): Id, parameters: Parameters) -> Answer {
    let organization = world.organization();
    let project = organization.live_project(&id)?;
    let rows = organization.project_users(project, &world.quirks.reading);
    paging::by_id(&rows, &parameters, |_| true, shown)
}

async fn retrieve(State(world): Shared, Id((id, user)): Two) -> Answer {
    let organization = world.organization();
    let project = organization.live_project(&id)?;
    let row = organization.project_user(project, &user, &world.quirks.reading)?;
    Ok(Json(shown(&row)))
}

async fn add(State(world): Shared, by: By, Id(id): Id, body: Body) -> Created {
    let (user, email) = (body.optional_text("user_id")?, body.optional_text("email")?);
    if user.or(email).is_none() {
        return Err(missing("user_id"));
    }
    let role = role_named(body.text("role")?, &world.quirks.writing)?;
    let mut organization = world.organization();
    organization.live_project(&id)?;
    let user = organization.find_user(user, email)?;
    organization.add_project_user(&id, &user, role, world.clock.now(), &world.quirks)?;
    let role = Some(role.name());
    by.did_in(&mut organization, &id, &user, Action::UserAdded { role });
    let project = organization.live_project(&id)?;
    let row = organization.project_user(project, &user, &world.quirks.reading)?;
    Ok((world.quirks.created, Json(shown(&row))))
}

async fn modify(State(world): Shared, by: By, Id((id, user)): Two, body: Body) -> Answer {
    let role = body.optional_text("role")?;
    let role = role.map(|name| role_named(name, &world.quirks.writing));
    let role = role.transpose()?;
    let mut organization = world.organization();
    organization.change_project_user(&id, &user, role, &world.quirks)?;
    let role = role.map(ProjectRole::name);
    by.did_in(&mut organization, &id, &user, Action::UserUpdated { role });
    let project = organization.live_project(&id)?;
    let row = organization.project_user(project, &user, &world.quirks.reading)?;
    Ok(Json(shown(&row)))
}

async fn remove(State(world): Shared, by: By, Id((id, user)): Two) -> Answer {
    let mut organization = world.organization();
    organization.remove_project_user(&id, &user, &world.quirks)?;
    by.did_in(&mut organization, &id, &user, Action::UserDeleted);
    Ok(Json(json!({
        "object": "organization.project.user.deleted",
        "id": user,
        "deleted": true,
    })))
}

fn role_named(name: &str, writing: &Writing) -> Result<ProjectRole, Failure> {
    if name == ProjectRole::Viewer.name() {
        Reason::NoSuchRole(name.to_owned()).unless_allowed(writing.viewer_by_name)?;
        return Ok(ProjectRole::Viewer);
    }
    let mut classic = ProjectRole::CLASSIC.into_iter();
    let known = ProjectRole::CLASSIC.map(ProjectRole::name);
    let role = classic.find(|role| role.name() == name);
    role.ok_or_else(|| Failure::unknown_value("role", name, &known))
}

pub(super) fn shown(user: &ProjectUser) -> Value {
    json!({
        "object": "organization.project.user",
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "added_at": user.added_at,
    })
}
