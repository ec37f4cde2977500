//! `/v1/organization/projects/{project_id}/api_keys`: list, retrieve, update, delete.
//!
//! | `owner_project_access` | keys |
//! |---|---|
//! | `active` | of owners with access to the project |
//! | `inactive` | of the others |
//! | `any` | all |
//! | absent | by the switch `keys_without_access_unasked` |
//!
//! The update is newer than the document of August 2026: the SDK of November
//! has it. What a key may do is not simulated; the audit log tells it.

use axum::extract::State;
use axum::response::Json;
use axum::routing::get;
use serde_json::{Value, json};

use super::author::By;
use super::body::{Body, missing};
use super::parameters::{Id, Parameters, Two};
use super::{Answer, Routes, Shared, paging};
use crate::organization::{
    Action, Identified, KeyOwner, Organization, Project, ProjectKey, ProjectRole, Reason,
};
use crate::quirks::Reading;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v1/organization/projects/{project_id}/api_keys", get(list))
        .route(
            "/v1/organization/projects/{project_id}/api_keys/{api_key_id}",
            get(retrieve).post(update).delete(delete),
        )
}

async fn list(State(world): Shared, Id(id): Id, parameters: Parameters) -> Answer {
    let reading = &world.quirks.reading;
    let asked = parameters.word("owner_project_access", &["active", "inactive", "any"])?;
    let organization = world.organization();
    let project = world.readable(&organization, &id)?;
    let keep = |key: &ProjectKey| {
        let has_access = organization.owner_has_access(project, key);
        let is_wanted = match asked {
            Some("active") => has_access,
            Some("inactive") => !has_access,
            Some(_) => true,
            None => has_access || reading.keys_without_access_unasked,
        };
        is_wanted && is_visible(&organization, key, reading)
    };
    let show = |key: &ProjectKey| shown(&organization, project, key, reading);
    paging::by_id(&project.keys, &parameters, keep, show)
}

async fn retrieve(State(world): Shared, Id((id, key)): Two) -> Answer {
    let reading = &world.quirks.reading;
    let organization = world.organization();
    let project = world.readable(&organization, &id)?;
    let found = project.keys.get(&key);
    let found = found.filter(|key| is_visible(&organization, key, reading));
    let found = found.ok_or_else(|| Reason::NoSuchKey(key).not_found())?;
    Ok(Json(shown(&organization, project, found, reading)))
}

/// One of the two fields at least.
async fn update(State(world): Shared, by: By, Id((id, key)): Two, body: Body) -> Answer {
    let (lasts, scopes) = (body.lifetime()?, body.optional_texts("scopes")?);
    if lasts.is_none() && scopes.is_none() {
        return Err(missing("scopes"));
    }
    let now = world.clock.now();
    let mut organization = world.organization();
    organization.change_project_key(&id, &key, lasts, now)?;
    by.did_in(&mut organization, &id, &key, Action::KeyUpdated { scopes });
    let project = organization.project(&id)?;
    let found = project.keys.get(&key);
    let found = found.ok_or_else(|| Reason::NoSuchKey(key).not_found())?;
    Ok(Json(shown(
        &organization,
        project,
        found,
        &world.quirks.reading,
    )))
}

async fn delete(State(world): Shared, by: By, Id((id, key)): Two) -> Answer {
    let mut organization = world.organization();
    organization.delete_project_key(&id, &key, &world.quirks.writing)?;
    by.did_in(&mut organization, &id, &key, Action::KeyDeleted);
    Ok(Json(json!({
        "object": "organization.project.api_key.deleted",
        "id": key,
        "deleted": true,
    })))
}

fn is_visible(organization: &Organization, key: &ProjectKey, reading: &Reading) -> bool {
    reading.keys_of_deleted_users || organization.users.get(&key.owner.id).is_some()
}

fn shown(
    organization: &Organization,
    project: &Project,
    key: &ProjectKey,
    reading: &Reading,
) -> Value {
    let has_access = organization.owner_has_access(project, key);
    let mut row = json!({
        "object": "organization.project.api_key",
        "id": key.id(),
        "name": key.name,
        "redacted_value": key.redacted_value,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "expires_at": key.expires_at,
        "owner_project_access": if has_access { "active" } else { "inactive" },
        "owner": owner(organization, project, &key.owner),
    });
    if let Some(fields) = row.as_object_mut().filter(|_| !reading.key_expiry) {
        fields.remove("expires_at");
    }
    row
}

/// Name and e-mail are not nullable here: unknown ones are empty.
fn owner(organization: &Organization, project: &Project, owner: &KeyOwner) -> Value {
    let role = organization.classic_role(project, &owner.id);
    let mut details = json!({
        "id": owner.id,
        "name": owner.name.as_deref().unwrap_or_default(),
        "created_at": owner.created_at,
        "role": role.map_or("none", ProjectRole::name),
    });
    if owner.is_service_account {
        return json!({ "type": "service_account", "service_account": details });
    }
    if let Some(fields) = details.as_object_mut() {
        let email = owner.email.as_deref().unwrap_or_default();
        fields.insert("email".to_owned(), json!(email));
    }
    json!({ "type": "user", "user": details })
}
