//! `/v1/organization/admin_api_keys`: list, create, retrieve, delete.

use axum::extract::State;
use axum::response::Json;
use axum::routing::get;
use serde_json::{Value, json};

use super::author::By;
use super::body::Body;
use super::parameters::{Id, Parameters};
use super::{Answer, Created, Routes, Shared, paging};
use crate::organization::{Action, AdminKey, KeyOwner, Order, Organization, Reason};
use crate::quirks::Reading;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v1/organization/admin_api_keys", get(list).post(create))
        .route(
            "/v1/organization/admin_api_keys/{key_id}",
            get(retrieve).delete(delete),
        )
}

async fn list(State(world): Shared, parameters: Parameters) -> Answer {
    let order = parameters.order(Order::Ascending)?;
    let organization = world.organization();
    let show = |key: &AdminKey| shown(&organization, key, &world.quirks.reading);
    let keys = &organization.admin_keys;
    paging::by_id_in_order(keys, order, &parameters, |_| true, show)
}

async fn retrieve(State(world): Shared, Id(id): Id) -> Answer {
    let organization = world.organization();
    let key = organization.admin_keys.get(&id);
    let key = key.ok_or_else(|| Reason::NoSuchKey(id).not_found())?;
    Ok(Json(shown(&organization, key, &world.quirks.reading)))
}

async fn create(State(world): Shared, by: By, body: Body) -> Created {
    let name = body.name("name", usize::MAX)?;
    let lasts = body.lifetime()?;
    let mut organization = world.organization();
    let made = organization.create_admin_key(name, lasts, world.clock.now())?;
    let mut answer = shown(&organization, &made.key, &world.quirks.reading);
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("value".to_owned(), json!(made.value));
    }
    let action = Action::KeyCreated { scopes: None };
    by.did(&mut organization, &made.key.id, action);
    Ok((world.quirks.created, Json(answer)))
}

async fn delete(State(world): Shared, by: By, Id(id): Id) -> Answer {
    let mut organization = world.organization();
    organization.delete_admin_key(&id)?;
    by.did(&mut organization, &id, Action::KeyDeleted);
    Ok(Json(json!({
        "object": "organization.admin_api_key.deleted",
        "id": id,
        "deleted": true,
    })))
}

pub(super) fn shown(organization: &Organization, key: &AdminKey, reading: &Reading) -> Value {
    let mut row = json!({
        "object": "organization.admin_api_key",
        "id": key.id,
        "name": key.name,
        "redacted_value": key.redacted_value,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "owner": owner(organization, &key.owner),
    });
    if let Some(fields) = row.as_object_mut().filter(|_| reading.sparse_rows) {
        fields.remove("expires_at");
    }
    row
}

/// The spec says that it is always a user; its own example has a service
/// account.
fn owner(organization: &Organization, owner: &KeyOwner) -> Value {
    let kind = match owner.is_service_account {
        true => "service_account",
        false => "user",
    };
    let role = organization.users.get(&owner.id);
    let role = role.and_then(|user| user.role);
    json!({
        "type": kind,
        "object": format!("organization.{kind}"),
        "id": owner.id,
        "name": owner.name.as_deref().unwrap_or_default(),
        "created_at": owner.created_at,
        "role": role.map_or("reader", |role| role.name()),
    })
}
