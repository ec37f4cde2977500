//! `/v1/organization/projects`: list, create, retrieve, modify, archive.

use axum::extract::State;
use axum::response::Json;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::author::By;
use super::body::Body;
use super::parameters::{Id, Parameters};
use super::{Answer, Created, Routes, Shared, paging};
use crate::organization::{Action, Project, ProjectChange, Reason};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v1/organization/projects", get(list).post(create))
        .route(
            "/v1/organization/projects/{project_id}",
            get(retrieve).post(modify),
        )
        .route(
            "/v1/organization/projects/{project_id}/archive",
            post(archive),
        )
}

async fn list(State(world): Shared, parameters: Parameters) -> Answer {
    let archived_too = parameters.flag("include_archived")?;
    let keep = |project: &Project| {
        world.is_visible(project.created_at) && (archived_too || project.is_live())
    };
    let organization = world.organization();
    paging::by_id(&organization.projects, &parameters, keep, shown)
}

async fn retrieve(State(world): Shared, Id(id): Id) -> Answer {
    let organization = world.organization();
    let project = organization.project(&id)?;
    if !world.is_visible(project.created_at) {
        return Err(Reason::NoSuchProject(id).not_found().into());
    }
    Ok(Json(shown(project)))
}

async fn create(State(world): Shared, by: By, body: Body) -> Created {
    let name = body.name("name", usize::MAX)?;
    let residency = body.optional_text("residency")?.map(str::to_owned);
    let external_key_id = body.optional_text("external_key_id")?.map(str::to_owned);
    let mut organization = world.organization();
    let id = organization.add_project(name, world.clock.now());
    let project = organization.project_mut(&id)?;
    project.residency = residency;
    project.external_key_id = external_key_id;
    let answer = Json(shown(project));
    let name = name.to_owned();
    by.did_in(&mut organization, &id, &id, Action::ProjectCreated { name });
    Ok((world.quirks.created, answer))
}

async fn modify(State(world): Shared, by: By, Id(id): Id, body: Body) -> Answer {
    let change = ProjectChange {
        name: body.optional_text("name")?.map(str::to_owned),
        external_key_id: body.optional_text("external_key_id")?.map(str::to_owned),
    };
    let name = change.name.clone();
    let mut organization = world.organization();
    let answer = Json(shown(organization.change_project(&id, change)?));
    by.did_in(&mut organization, &id, &id, Action::ProjectUpdated { name });
    Ok(answer)
}

async fn archive(State(world): Shared, by: By, Id(id): Id) -> Answer {
    let now = world.clock.now();
    let mut organization = world.organization();
    let answer = Json(shown(organization.archive_project(&id, now)?));
    by.did_in(&mut organization, &id, &id, Action::ProjectArchived);
    Ok(answer)
}

pub(super) fn shown(project: &Project) -> Value {
    let mut row = json!({
        "object": "organization.project",
        "id": project.id,
        "name": project.name,
        "created_at": project.created_at,
        "archived_at": project.archived_at,
        "status": if project.is_live() { "active" } else { "archived" },
        "external_key_id": project.external_key_id,
    });
    // Not nullable: it is there for projects that have one.
    if let (Some(residency), Some(fields)) = (&project.residency, row.as_object_mut()) {
        fields.insert("residency".to_owned(), json!(residency));
    }
    row
}
