//! `/v1/organization/users`: list, retrieve, modify, delete.

use axum::extract::State;
use axum::response::Json;
use axum::routing::get;
use serde_json::{Value, json};

use super::author::{Assignee, By};
use super::body::{Body, organization_role};
use super::failure::Failure;
use super::parameters::{Id, Parameters};
use super::{Answer, Routes, Shared, paging};
use crate::organization::{Action, Organization, OrganizationRole, User, UserChange};
use crate::quirks::Omissions;

/// The fields of the official example.
const EXAMPLE_FIELDS: [&str; 6] = ["object", "id", "name", "email", "role", "added_at"];

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v1/organization/users", get(list))
        .route(
            "/v1/organization/users/{user_id}",
            get(retrieve).post(modify).delete(delete),
        )
}

async fn list(State(world): Shared, parameters: Parameters) -> Answer {
    let emails = parameters.list("emails");
    let accounts_too = world.quirks.reading.service_accounts_as_users;
    let keep = |user: &User| {
        let is_asked = emails.is_empty() || emails.iter().any(|email| user.has_email(email));
        is_asked && (accounts_too || !user.is_service_account)
    };
    let omissions = &world.quirks.omissions;
    let show = |user: &User| listed(user, omissions);
    paging::by_id(&world.organization().users, &parameters, keep, show)
}

async fn retrieve(State(world): Shared, Id(id): Id) -> Answer {
    let organization = world.organization();
    let user = organization.user(&id)?;
    Ok(Json(shown(user, &world.quirks.omissions)))
}

async fn modify(State(world): Shared, by: By, Id(id): Id, body: Body) -> Answer {
    let mut organization = world.organization();
    let custom = body.optional_text("role_id")?;
    let custom = custom.map(|id| organization.role(id)).transpose()?;
    let custom = custom.filter(|role| role.predefined.is_none());
    let custom = custom.map(|role| role.id.clone());
    let change = UserChange {
        role: role(&body, &organization)?,
        technical_level: body.optional_text("technical_level")?.map(str::to_owned),
        developer_persona: body.optional_text("developer_persona")?.map(str::to_owned),
    };
    let action = Action::UserUpdated {
        role: change.role.map(OrganizationRole::name),
    };
    organization.change_user(&id, change, &world.quirks)?;
    by.did(&mut organization, &id, action);
    if let Some(role) = custom {
        organization.assign_role(&id, &role)?;
        let assignee = Assignee::user(&role, &id);
        by.granted::<OrganizationRole>(&mut organization, None, &assignee, Action::RoleAssigned);
    }
    let user = organization.user(&id)?;
    Ok(Json(shown(user, &world.quirks.omissions)))
}

async fn delete(State(world): Shared, by: By, Id(id): Id) -> Answer {
    let mut organization = world.organization();
    organization.delete_user(&id, &world.quirks)?;
    by.did(&mut organization, &id, Action::UserDeleted);
    Ok(Json(json!({
        "object": "organization.user.deleted",
        "id": id,
        "deleted": true,
    })))
}

/// The predefined role named by `role`, by `role_id`, or by both when they agree.
fn role(body: &Body, organization: &Organization) -> Result<Option<OrganizationRole>, Failure> {
    let name = body.optional_text("role")?;
    let by_name = name
        .map(|name| organization_role("role", name))
        .transpose()?;
    let Some(id) = body.optional_text("role_id")? else {
        return Ok(by_name);
    };
    let by_id = organization.role(id)?.predefined;
    if by_id.is_none() {
        return Ok(by_name);
    }
    if by_name.is_some() && by_name != by_id {
        let message = "'role' and 'role_id' name different roles.";
        return Err(Failure::invalid("role_id", "invalid_value", message));
    }
    Ok(by_id)
}

fn listed(user: &User, omissions: &Omissions) -> Value {
    let mut row = shown(user, omissions);
    let without_id = omissions.id_of.as_ref() == Some(&user.id);
    if let Some(fields) = row.as_object_mut().filter(|_| without_id) {
        fields.remove("id");
    }
    row
}

pub(super) fn shown(user: &User, omissions: &Omissions) -> Value {
    let mut row = complete(user);
    let bare = omissions.optional_user_fields;
    if let Some(fields) = row.as_object_mut().filter(|_| bare) {
        fields.retain(|name, value| {
            EXAMPLE_FIELDS.contains(&name.as_str()) && (name == "role" || !value.is_null())
        });
    }
    row
}

/// `projects` is left out: whether answers fill it is an open question.
fn complete(user: &User) -> Value {
    json!({
        "object": "organization.user",
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "added_at": user.added_at,
        "is_default": user.is_default,
        "created": user.added_at,
        "user": {
            "object": "user",
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "picture": null,
            "enabled": user.banned_at.is_none(),
            "banned": user.banned_at.is_some(),
            "banned_at": user.banned_at,
        },
        "is_service_account": user.is_service_account,
        "is_scale_tier_authorized_purchaser": null,
        "is_scim_managed": user.is_scim_managed,
        "api_key_last_used_at": user.api_key_last_used_at,
        "technical_level": user.technical_level,
        "developer_persona": user.developer_persona,
    })
}
