//! What the audit log has of the simulator's own changes.

use axum::http::Method;
use serde_json::{Value, json};

use super::audit_logs::{LOG, made, newest};
use super::{Client, NOW, column};
use crate::Template;

#[tokio::test]
async fn a_change_is_logged_with_the_key_and_its_owner_and_the_time() {
    let client = Client::of(Template::Small);
    let group = made(&client, "/v1/organization/groups", json!({"name": "New"})).await;
    let event = newest(&client).await;
    let organization = client.world.organization();
    let owner = organization.users.iter().find(|user| user.is_owner());
    let owner = owner.unwrap();
    let expected = json!({
        "id": event["id"],
        "type": "group.created",
        "effective_at": NOW,
        "actor": {
            "type": "api_key",
            "api_key": {
                "id": client.world.keys.admin_id,
                "type": "user",
                "user": {"id": owner.id, "email": owner.email},
            },
        },
        "project": {"id": organization.default_project, "name": "Default project"},
        "group.created": {"id": group, "data": {"group_name": "New"}},
    });
    assert_eq!(event, expected);
}

#[tokio::test]
async fn every_family_of_changes_is_logged_under_its_types() {
    let client = Client::of(Template::Small);
    let [alan, sandbox] = [client.user_id("alan"), client.project("Sandbox")];
    let project = format!("/v1/organization/projects/{sandbox}");
    let invite = json!({"email": "new@example.com", "role": "reader"});
    let role = json!({"role_name": "New", "permissions": []});
    let group = made(&client, "/v1/organization/groups", json!({"name": "New"})).await;
    let role_id = made(&client, "/v1/organization/roles", role.clone()).await;
    let invite_id = made(&client, "/v1/organization/invites", invite).await;
    let (bare, assigned) = (
        json!({"name": "bot", "create_service_account_only": true}),
        json!({ "role_id": role_id }),
    );
    let account = made(&client, &format!("{project}/service_accounts"), bare).await;
    let account = format!("{project}/service_accounts/{account}");
    let key = json!({"name": "robot"});
    let admin_key = made(&client, "/v1/organization/admin_api_keys", key).await;
    let member = json!({"user_id": alan, "role": "member"});
    let in_group = json!({"group_id": group, "role": "role-api-project-viewer"});
    let user = format!("/v1/organization/users/{alan}");
    let group = format!("/v1/organization/groups/{group}");
    let role_path = format!("/v1/organization/roles/{role_id}");
    let at = |start: &str, end: &str| format!("{start}/{end}");
    let (post, delete) = (Method::POST, Method::DELETE);
    let cases = [
        (
            &delete,
            at("/v1/organization/invites", &invite_id),
            Value::Null,
            "invite.deleted",
        ),
        (
            &delete,
            at("/v1/organization/admin_api_keys", &admin_key),
            Value::Null,
            "api_key.deleted",
        ),
        (
            &post,
            at(&account, "api_keys"),
            Value::Null,
            "api_key.created",
        ),
        (
            &post,
            account.clone(),
            json!({"role": "owner"}),
            "service_account.updated",
        ),
        (
            &delete,
            account.clone(),
            Value::Null,
            "service_account.deleted",
        ),
        (&post, at(&project, "users"), member, "user.added"),
        (
            &post,
            format!("{project}/users/{alan}"),
            json!({"role": "owner"}),
            "user.updated",
        ),
        (
            &delete,
            format!("{project}/users/{alan}"),
            Value::Null,
            "user.deleted",
        ),
        (
            &post,
            at(&project, "groups"),
            in_group,
            "role.assignment.created",
        ),
        (
            &delete,
            group.replace("/v1/organization", &project),
            Value::Null,
            "role.assignment.deleted",
        ),
        (
            &post,
            at(&user, "roles"),
            assigned.clone(),
            "role.assignment.created",
        ),
        (
            &delete,
            format!("{user}/roles/{role_id}"),
            Value::Null,
            "role.assignment.deleted",
        ),
        (
            &post,
            at(&group, "roles"),
            assigned,
            "role.assignment.created",
        ),
        (
            &post,
            role_path.clone(),
            json!({"permissions": ["api.model.read"]}),
            "role.updated",
        ),
        (&delete, role_path, Value::Null, "role.deleted"),
        (
            &post,
            format!("/v1/projects/{sandbox}/roles"),
            role,
            "role.created",
        ),
        (
            &post,
            group.clone(),
            json!({"name": "Newer"}),
            "group.updated",
        ),
        (&delete, group, Value::Null, "group.deleted"),
        (
            &post,
            user.clone(),
            json!({"role": "owner"}),
            "user.updated",
        ),
        (&delete, user, Value::Null, "user.deleted"),
        (
            &post,
            project.clone(),
            json!({"name": "Newer"}),
            "project.updated",
        ),
        (
            &post,
            at(&project, "archive"),
            Value::Null,
            "project.archived",
        ),
    ];
    for (method, path, body, kind) in cases {
        client.ask(method.clone(), &path, body).await.ok();
        let event = newest(&client).await;
        assert_eq!(event["type"], kind, "{method} {path}");
        assert!(event[kind]["id"].is_string(), "{event}");
        let is_inside = path.contains(&sandbox);
        assert_eq!(
            event["project"]["id"] == json!(sandbox),
            is_inside,
            "{path}"
        );
    }
    let made = [
        "group.created",
        "role.created",
        "invite.sent",
        "service_account.created",
        "api_key.created",
    ];
    for kind in made {
        let page = client
            .get(&format!("{LOG}?event_types[]={kind}"))
            .await
            .ok();
        assert!(!column(&page, "id").is_empty(), "{kind}");
    }
}

#[tokio::test]
async fn a_role_event_names_the_permissions_that_came_and_went() {
    let client = Client::of(Template::Small);
    let role = json!({"role_name": "New", "permissions": ["a", "b"]});
    let id = made(&client, "/v1/organization/roles", role).await;
    let change = json!({"permissions": ["b", "c"]});
    let path = format!("/v1/organization/roles/{id}");
    client.post(&path, change).await.ok();
    let expected = json!({
        "id": id,
        "changes_requested": {
            "permissions_added": ["c"],
            "permissions_removed": ["a"],
            "resource_type": "api.organization",
            "resource_id": client.world.organization().id,
        },
    });
    assert_eq!(newest(&client).await["role.updated"], expected);
}

#[tokio::test]
async fn an_assignment_is_named_by_the_role_itself_and_not_by_its_alias() {
    let client = Client::of(Template::Small);
    let alan = client.user_id("alan");
    let body = json!({"role_id": "role-api-organization-owner"});
    let path = format!("/v1/organization/users/{alan}/roles");
    client.post(&path, body).await.ok();
    let organization = client.world.organization().id.clone();
    let expected = json!({
        "id": format!(
            "role_assignment_role-api-organization-owner__api-organization__{organization}_{alan}"
        ),
        "principal_id": alan,
        "principal_type": "user",
        "resource_type": "api.organization",
        "resource_id": organization,
    });
    assert_eq!(newest(&client).await["role.assignment.created"], expected);
}

#[tokio::test]
async fn an_acceptance_is_logged_as_what_the_person_did() {
    let client = Client::of(Template::Small);
    let body = json!({"invitation": "katherine.johnson@example.com"});
    let user = client.post("/control/invitations/accept", body).await.ok();
    let email = "KATHERINE.JOHNSON@example.com";
    let page = client
        .get(&format!("{LOG}?actor_emails[]={email}"))
        .await
        .ok();
    assert_eq!(column(&page, "type"), ["invite.accepted", "user.added"]);
    for event in page["data"].as_array().unwrap() {
        let session = &event["actor"]["session"];
        assert_eq!(event["actor"]["type"], "session");
        assert_eq!(session["user"]["id"], user["user_id"]);
        assert_eq!(event.get("project"), None);
    }
}
