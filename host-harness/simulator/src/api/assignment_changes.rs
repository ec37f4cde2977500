//! Assigning roles and taking them: the changes under the paths of
//! `assignments`. The answers to taking carry no id.

use axum::extract::State;
use axum::response::Json;
use serde_json::{Value, json};

use super::author::{Assignee, By};
use super::body::Body;
use super::failure::Failure;
use super::parameters::{Id, Three, Two};
use super::{Answer, Created, Shared, roles, users};
use crate::organization::{
    Action, Group, Organization, OrganizationRole, Predefined, ProjectRole, Role,
};
use crate::world::World;

pub(super) async fn assign_to_user(
    State(world): Shared,
    by: By,
    Id(user): Id,
    body: Body,
) -> Created {
    let mut organization = world.organization();
    let role = organization.assign_role(&user, body.text("role_id")?)?;
    let assignee = Assignee::user(&role, &user);
    by.granted::<OrganizationRole>(&mut organization, None, &assignee, Action::RoleAssigned);
    let answer = of_user(&world, &organization, &user, organization.role(&role)?)?;
    Ok((world.quirks.created, Json(answer)))
}

pub(super) async fn take_from_user(State(world): Shared, by: By, Id((user, role)): Two) -> Answer {
    let mut organization = world.organization();
    organization.unassign_role(&user, &role, &world.quirks)?;
    let role = organization.role(&role)?.id.clone();
    let assignee = Assignee::user(&role, &user);
    by.granted::<OrganizationRole>(&mut organization, None, &assignee, Action::RoleUnassigned);
    Ok(taken("user.role.deleted"))
}

pub(super) async fn assign_to_group(
    State(world): Shared,
    by: By,
    Id(group): Id,
    body: Body,
) -> Created {
    let mut organization = world.organization();
    let role = organization.assign_group_role(&group, body.text("role_id")?)?;
    let assignee = Assignee::group(&role, &group);
    by.granted::<OrganizationRole>(&mut organization, None, &assignee, Action::RoleAssigned);
    let answer = of_group(organization.group(&group)?, organization.role(&role)?);
    Ok((world.quirks.created, Json(answer)))
}

pub(super) async fn take_from_group(
    State(world): Shared,
    by: By,
    Id((group, role)): Two,
) -> Answer {
    let mut organization = world.organization();
    organization.unassign_group_role(&group, &role, &world.quirks.writing)?;
    let role = organization.role(&role)?.id.clone();
    let assignee = Assignee::group(&role, &group);
    by.granted::<OrganizationRole>(&mut organization, None, &assignee, Action::RoleUnassigned);
    Ok(taken("group.role.deleted"))
}

pub(super) async fn assign_to_project_user(
    State(world): Shared,
    by: By,
    Id((project, user)): Two,
    body: Body,
) -> Created {
    let (role, now) = (body.text("role_id")?, world.clock.now());
    let mut organization = world.organization();
    let writing = &world.quirks.writing;
    let role = organization.assign_project_role(&project, &user, role, now, writing)?;
    let (place, assignee) = (Some(project.as_str()), Assignee::user(&role, &user));
    by.granted::<ProjectRole>(&mut organization, place, &assignee, Action::RoleAssigned);
    let role = organization.project(&project)?.role(&role)?;
    let answer = of_user(&world, &organization, &user, role)?;
    Ok((world.quirks.created, Json(answer)))
}

pub(super) async fn take_from_project_user(
    State(world): Shared,
    by: By,
    Id((project, user, role)): Three,
) -> Answer {
    let mut organization = world.organization();
    organization.unassign_project_role(&project, &user, &role, &world.quirks.writing)?;
    let role = organization.project(&project)?.role(&role)?.id.clone();
    let (place, assignee) = (Some(project.as_str()), Assignee::user(&role, &user));
    by.granted::<ProjectRole>(&mut organization, place, &assignee, Action::RoleUnassigned);
    Ok(taken("user.role.deleted"))
}

pub(super) async fn assign_to_project_group(
    State(world): Shared,
    by: By,
    Id((project, group)): Two,
    body: Body,
) -> Created {
    let (role, now) = (body.text("role_id")?, world.clock.now());
    let mut organization = world.organization();
    let writing = &world.quirks.writing;
    let role = organization.assign_project_group_role(&project, &group, role, now, writing)?;
    let (place, assignee) = (Some(project.as_str()), Assignee::group(&role, &group));
    by.granted::<ProjectRole>(&mut organization, place, &assignee, Action::RoleAssigned);
    let role = organization.project(&project)?.role(&role)?;
    let answer = of_group(organization.group(&group)?, role);
    Ok((world.quirks.created, Json(answer)))
}

pub(super) async fn take_from_project_group(
    State(world): Shared,
    by: By,
    Id((project, group, role)): Three,
) -> Answer {
    let mut organization = world.organization();
    organization.unassign_project_group_role(&project, &group, &role, &world.quirks.writing)?;
    let role = organization.project(&project)?.role(&role)?.id.clone();
    let (place, assignee) = (Some(project.as_str()), Assignee::group(&role, &group));
    by.granted::<ProjectRole>(&mut organization, place, &assignee, Action::RoleUnassigned);
    Ok(taken("group.role.deleted"))
}

fn of_user<P: Predefined>(
    world: &World,
    organization: &Organization,
    user: &str,
    role: &Role<P>,
) -> Result<Value, Failure> {
    let user = organization.user(user)?;
    Ok(json!({
        "object": "user.role",
        "user": users::shown(user, &world.quirks.omissions),
        "role": roles::shown(role),
    }))
}

/// Here it is `scim_managed`, and `is_scim_managed` in the list of groups.
fn of_group<P: Predefined>(group: &Group, role: &Role<P>) -> Value {
    json!({
        "object": "group.role",
        "group": {
            "object": "group",
            "id": group.id,
            "name": group.name,
            "created_at": group.created_at,
            "scim_managed": group.is_scim_managed,
        },
        "role": roles::shown(role),
    })
}

fn taken(object: &str) -> Json<Value> {
    Json(json!({ "object": object, "deleted": true }))
}
