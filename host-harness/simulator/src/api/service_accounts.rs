//! `/v1/organization/projects/{project_id}/service_accounts`: list,
//! create, retrieve, update, delete; and making keys of theirs.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Json;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::author::By;
use super::body::Body;
use super::parameters::{Id, Parameters, Two};
use super::{Answer, Created, Routes, Shared, paging};
use crate::organization::{Action, NewKey, ProjectKey, ProjectRole, Reason, ServiceAccount};

pub(super) fn routes() -> Routes {
    let all = "/v1/organization/projects/{project_id}/service_accounts";
    let one = "/v1/organization/projects/{project_id}/service_accounts/{service_account_id}";
    Routes::new()
        .route(all, get(list).post(create))
        .route(one, get(retrieve).post(update).delete(delete))
        .route(
            "/v1/organization/projects/{project_id}/service_accounts/{service_account_id}/api_keys",
            post(create_key),
        )
}

async fn list(State(world): Shared, Id(id): Id, parameters: Parameters) -> Answer {
    let organization = world.organization();
    let project = organization.live_project(&id)?;
    let rows = organization.service_accounts(project);
    let keep = |account: &ServiceAccount| world.is_visible(account.created_at);
    paging::by_id(&rows, &parameters, keep, shown)
}

async fn retrieve(State(world): Shared, Id((id, account)): Two) -> Answer {
    let organization = world.organization();
    let project = organization.live_project(&id)?;
    let found = organization.service_account(project, &account)?;
    if !world.is_visible(found.created_at) {
        return Err(Reason::NoSuchServiceAccount(account).not_found().into());
    }
    Ok(Json(shown(&found)))
}

/// With a key, unless `create_service_account_only` asks for an account without
/// key and access.
async fn create(State(world): Shared, by: By, Id(id): Id, body: Body) -> Created {
    let name = body.name("name", usize::MAX)?;
    let is_bare = body.flag("create_service_account_only")?;
    let now = world.clock.now();
    let role = (!is_bare).then_some(ProjectRole::Member);
    let mut organization = world.organization();
    let account = organization.create_service_account(&id, name, role, now)?;
    let action = Action::ServiceAccountCreated {
        role: role.map(ProjectRole::name),
    };
    by.did_in(&mut organization, &id, &account.id, action);
    let key = match is_bare {
        true => Value::Null,
        false => {
            let made = organization.create_service_account_key(&id, &account.id, "Secret Key", now);
            let made = made?;
            let action = Action::KeyCreated { scopes: None };
            by.did_in(&mut organization, &id, &made.key.id, action);
            new_key(&made)
        }
    };
    let mut answer = shown(&account);
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("api_key".to_owned(), key);
    }
    Ok((world.quirks.created, Json(answer)))
}

async fn update(State(world): Shared, by: By, Id((id, account)): Two, body: Body) -> Answer {
    let name = body.optional_text("name")?;
    let role = match body.optional_text("role")? {
        Some(_) => {
            let word = body.word("role", &ProjectRole::CLASSIC.map(ProjectRole::name))?;
            let mut classic = ProjectRole::CLASSIC.into_iter();
            classic.find(|role| role.name() == word)
        }
        None => None,
    };
    let mut organization = world.organization();
    let account = organization.change_service_account(&id, &account, name, role)?;
    let action = Action::ServiceAccountUpdated {
        role: role.map(ProjectRole::name),
    };
    by.did_in(&mut organization, &id, &account.id, action);
    Ok(Json(shown(&account)))
}

async fn delete(State(world): Shared, by: By, Id((id, account)): Two) -> Answer {
    let mut organization = world.organization();
    organization.delete_service_account(&id, &account)?;
    let action = Action::ServiceAccountDeleted;
    by.did_in(&mut organization, &id, &account, action);
    Ok(Json(json!({
        "object": "organization.project.service_account.deleted",
        "id": account,
        "deleted": true,
    })))
}

/// The body may be left out.
async fn create_key(State(world): Shared, by: By, Id((id, account)): Two, bytes: Bytes) -> Created {
    let body = Body::or_empty(&bytes)?;
    let name = body.optional_text("name")?.unwrap_or("Secret Key");
    let scopes = body.optional_texts("scopes")?;
    let now = world.clock.now();
    let mut organization = world.organization();
    let made = organization.create_service_account_key(&id, &account, name, now)?;
    let action = Action::KeyCreated { scopes };
    by.did_in(&mut organization, &id, &made.key.id, action);
    Ok((world.quirks.created, Json(new_key(&made))))
}

fn new_key(made: &NewKey<ProjectKey>) -> Value {
    json!({
        "object": "organization.project.service_account.api_key",
        "id": made.key.id,
        "name": made.key.name,
        "created_at": made.key.created_at,
        "value": made.value,
    })
}

pub(super) fn shown(account: &ServiceAccount) -> Value {
    json!({
        "object": "organization.project.service_account",
        "id": account.id,
        "name": account.name.as_deref().unwrap_or_default(),
        "role": account.role.map_or("none", ProjectRole::name),
        "created_at": account.created_at,
    })
}
