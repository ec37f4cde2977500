//! `/v1/organization/projects/{project_id}/groups`: list, add, retrieve,
//! remove. The `role` of an addition is a role's id, not a name.

use axum::extract::State;
use axum::response::Json;
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::author::{Assignee, By};
use super::body::Body;
use super::parameters::{Id, Parameters, Two};
use super::{Answer, Created, Routes, Shared, paging};
use crate::organization::{Action, Group, GroupKind, Participant, Project, ProjectRole, Reason};
use crate::quirks::Reading;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route(
            "/v1/organization/projects/{project_id}/groups",
            get(list).post(add),
        )
        .route(
            "/v1/organization/projects/{project_id}/groups/{group_id}",
            get(retrieve).delete(remove),
        )
}

async fn list(State(world): Shared, Id(id): Id, parameters: Parameters) -> Answer {
    let reading = &world.quirks.reading;
    let organization = world.organization();
    let project = world.readable(&organization, &id)?;
    let show = |row: &Participant| match organization.groups.get(&row.id) {
        Some(group) => shown(project, group, row, reading),
        // A deleted group is taken out of every project.
        None => Value::Null,
    };
    paging::by_cursor(&project.groups, &parameters, paging::PROJECT_GROUPS, show)
}

/// A group of the tenant is found only by `group_type=tenant_group`.
async fn retrieve(State(world): Shared, Id((id, group)): Two, parameters: Parameters) -> Answer {
    let kind = match parameters.word("group_type", &["group", "tenant_group"])? {
        Some("tenant_group") => GroupKind::TenantGroup,
        _ => GroupKind::Group,
    };
    let organization = world.organization();
    let project = world.readable(&organization, &id)?;
    let row = project.groups.get(&group);
    let found = organization.groups.get(&group);
    let found = found.filter(|group| group.kind == kind).zip(row);
    let (found, row) = found.ok_or_else(|| Reason::GroupNotInProject(group).not_found())?;
    Ok(Json(shown(project, found, row, &world.quirks.reading)))
}

async fn add(State(world): Shared, by: By, Id(id): Id, body: Body) -> Created {
    let (group, role) = (body.text("group_id")?, body.text("role")?);
    let now = world.clock.now();
    let mut organization = world.organization();
    organization.add_project_group(&id, group, role, now, &world.quirks.writing)?;
    let role = organization.live_project(&id)?.role(role)?.id.clone();
    let assignee = Assignee::group(&role, group);
    by.granted::<ProjectRole>(
        &mut organization,
        Some(&id),
        &assignee,
        Action::RoleAssigned,
    );
    let project = organization.live_project(&id)?;
    let missing = || Reason::GroupNotInProject(group.to_owned()).not_found();
    let row = project.groups.get(group).ok_or_else(missing)?;
    let found = organization.group(group)?;
    let answer = shown(project, found, row, &world.quirks.reading);
    Ok((world.quirks.created, Json(answer)))
}

/// In the audit log it is the taking of each role that the group held there.
async fn remove(State(world): Shared, by: By, Id((id, group)): Two) -> Answer {
    let mut organization = world.organization();
    let row = organization.live_project(&id)?.groups.get(&group);
    let roles = row.map(|row| row.roles.clone()).unwrap_or_default();
    organization.remove_project_group(&id, &group)?;
    for role in roles {
        let assignee = Assignee::group(&role, &group);
        let action = Action::RoleUnassigned;
        by.granted::<ProjectRole>(&mut organization, Some(&id), &assignee, action);
    }
    let answer = json!({ "object": "project.group.deleted", "deleted": true });
    Ok(Json(answer))
}

pub(super) fn shown(
    project: &Project,
    group: &Group,
    row: &Participant,
    reading: &Reading,
) -> Value {
    let mut fields = Map::new();
    fields.insert("object".to_owned(), json!("project.group"));
    fields.insert("project_id".to_owned(), json!(project.id));
    fields.insert("group_id".to_owned(), json!(group.id));
    fields.insert("group_name".to_owned(), json!(group.name));
    fields.insert("created_at".to_owned(), json!(row.added_at));
    if !reading.sparse_rows {
        fields.insert("group_type".to_owned(), json!(group.kind));
    }
    Value::Object(fields)
}
