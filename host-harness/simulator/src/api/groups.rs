//! `/v1/organization/groups` and the users of a group: list, create, retrieve,
//! update, delete; list, add, retrieve, remove.

use axum::extract::State;
use axum::response::Json;
use axum::routing::get;
use serde_json::{Value, json};

use super::author::By;
use super::body::Body;
use super::parameters::{Id, Parameters, Two};
use super::{Answer, Created, Routes, Shared, paging};
use crate::organization::{Action, Group, Member, Organization, Reason, User};
use crate::quirks::Reading;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v1/organization/groups", get(list).post(create))
        .route(
            "/v1/organization/groups/{group_id}",
            get(retrieve).post(update).delete(delete),
        )
        .route(
            "/v1/organization/groups/{group_id}/users",
            get(list_users).post(add_user),
        )
        .route(
            "/v1/organization/groups/{group_id}/users/{user_id}",
            get(retrieve_user).delete(remove_user),
        )
}

async fn list(State(world): Shared, parameters: Parameters) -> Answer {
    let show = |group: &Group| shown(group, &world.quirks.reading);
    let organization = world.organization();
    paging::by_cursor(&organization.groups, &parameters, paging::GROUPS, show)
}

async fn retrieve(State(world): Shared, Id(id): Id) -> Answer {
    let organization = world.organization();
    let group = organization.group(&id)?;
    Ok(Json(shown(group, &world.quirks.reading)))
}

async fn list_users(State(world): Shared, Id(id): Id, parameters: Parameters) -> Answer {
    let organization = world.organization();
    let group = organization.group(&id)?;
    let show = |member: &Member| brief(&organization, member);
    paging::by_cursor(&group.members, &parameters, paging::GROUP_USERS, show)
}

async fn retrieve_user(State(world): Shared, Id((id, user)): Two) -> Answer {
    let organization = world.organization();
    let member = organization.group(&id)?.members.get(&user);
    let found = member.and_then(|member| organization.users.get(&member.id));
    let found = found.ok_or_else(|| Reason::NotInGroup(user).not_found())?;
    Ok(Json(detailed(found)))
}

/// The most characters of a group's name.
const NAME: usize = 255;

async fn create(State(world): Shared, by: By, body: Body) -> Created {
    let name = body.name("name", NAME)?;
    let mut organization = world.organization();
    let group = organization.add_group(name, world.clock.now());
    let answer = shown(group, &world.quirks.reading);
    let (id, name) = (group.id.clone(), group.name.clone());
    by.did(&mut organization, &id, Action::GroupCreated { name });
    Ok((world.quirks.created, Json(answer)))
}

/// The answer has no `group_type`.
async fn update(State(world): Shared, by: By, Id(id): Id, body: Body) -> Answer {
    let name = body.name("name", NAME)?;
    let mut organization = world.organization();
    let group = organization.rename_group(&id, name, &world.quirks.writing)?;
    let answer = json!({
        "id": group.id,
        "name": group.name,
        "created_at": group.created_at,
        "is_scim_managed": group.is_scim_managed,
    });
    let name = name.to_owned();
    by.did(&mut organization, &id, Action::GroupUpdated { name });
    Ok(Json(answer))
}

async fn delete(State(world): Shared, by: By, Id(id): Id) -> Answer {
    let mut organization = world.organization();
    organization.delete_group(&id, &world.quirks.writing)?;
    by.did(&mut organization, &id, Action::GroupDeleted);
    let answer = json!({ "object": "group.deleted", "id": id, "deleted": true });
    Ok(Json(answer))
}

async fn add_user(State(world): Shared, Id(id): Id, body: Body) -> Created {
    let user = body.text("user_id")?;
    let mut organization = world.organization();
    organization.add_group_member(&id, user, &world.quirks.writing)?;
    let answer = json!({ "object": "group.user", "user_id": user, "group_id": id });
    Ok((world.quirks.created, Json(answer)))
}

async fn remove_user(State(world): Shared, Id((id, user)): Two) -> Answer {
    let mut organization = world.organization();
    organization.remove_group_member(&id, &user, &world.quirks.writing)?;
    let answer = json!({ "object": "group.user.deleted", "deleted": true });
    Ok(Json(answer))
}

pub(super) fn shown(group: &Group, reading: &Reading) -> Value {
    let mut row = json!({
        "id": group.id,
        "name": group.name,
        "created_at": group.created_at,
        "is_scim_managed": group.is_scim_managed,
        "group_type": group.kind,
    });
    if let Some(fields) = row.as_object_mut().filter(|_| reading.sparse_rows) {
        fields.remove("group_type");
    }
    row
}

/// The name is not nullable here: an unknown one is empty.
fn brief(organization: &Organization, member: &Member) -> Value {
    let user = organization.users.get(&member.id);
    let name = user.and_then(|user| user.name.as_deref());
    json!({
        "id": member.id,
        "name": name.unwrap_or_default(),
        "email": user.and_then(|user| user.email.as_deref()),
    })
}

fn detailed(user: &User) -> Value {
    json!({
        "id": user.id,
        "name": user.name.as_deref().unwrap_or_default(),
        "email": user.email,
        "picture": null,
        "is_service_account": user.is_service_account,
        "user_type": "user",
    })
}
