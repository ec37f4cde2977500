//! Errors: their status, and what they name.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Client, options};
use crate::{ForbiddenShape, Options, Quirks, Ruling, Template};

#[tokio::test]
async fn an_unknown_path_is_a_404_and_a_wrong_method_a_405() {
    let client = Client::of(Template::Small);
    let cases = [
        (Method::GET, "/v1", 404),
        (Method::GET, "/v1/", 404),
        (Method::GET, "/v1/organization", 404),
        (Method::GET, "/v1/organization/projects/proj_1/roles", 404),
        (Method::GET, "/v1/projects", 404),
        (Method::GET, "/v1/projects/proj_1/users", 404),
        (Method::GET, "/v1/organization/users/", 404),
        (Method::GET, "/v1/organization/users/a/b/c", 404),
        (Method::POST, "/v1/chat/completions", 404),
        (Method::GET, "/organization/users", 404),
        (Method::POST, "/v1/organization/users", 405),
        (Method::PUT, "/v1/organization/users/user-1", 405),
        (Method::PATCH, "/v1/organization/invites/invite-1", 405),
        (Method::POST, "/v1/organization/invites/invite-1", 405),
        (Method::DELETE, "/v1/organization/invites", 405),
        (Method::PUT, "/v1/organization/roles", 405),
    ];
    for (method, path, status) in cases {
        let answer = client.ask(method.clone(), path, Value::Null).await;
        let error = answer.error(status);
        assert_eq!(error["type"], "invalid_request_error", "{method} {path}");
    }
}

#[tokio::test]
async fn an_id_that_is_no_text_is_a_400() {
    let client = Client::of(Template::Small);
    client.get("/v1/organization/users/%ff").await.error(400);
}

#[tokio::test]
async fn an_unknown_id_is_a_404_with_its_name() {
    let client = Client::of(Template::Small);
    let cases = [
        (Method::GET, "/v1/organization/users/user-0"),
        (Method::POST, "/v1/organization/users/user-0"),
        (Method::DELETE, "/v1/organization/users/user-0"),
        (Method::GET, "/v1/organization/users/%2F..%2F%00"),
        (Method::GET, "/v1/organization/invites/invite-0"),
        (Method::DELETE, "/v1/organization/invites/invite-0"),
        (Method::GET, "/v1/organization/roles/role_0"),
        (Method::GET, "/v1/organization/roles/owner"),
        (Method::GET, "/v1/organization/projects/proj_0"),
        (Method::GET, "/v1/organization/projects/proj_0/users"),
        (Method::GET, "/v1/organization/projects/proj_0/api_keys"),
        (Method::GET, "/v1/organization/projects/proj_0/groups"),
        (
            Method::GET,
            "/v1/organization/projects/proj_0/service_accounts",
        ),
        (Method::GET, "/v1/organization/groups/0"),
        (Method::GET, "/v1/organization/groups/0/users"),
        (Method::GET, "/v1/organization/groups/0/roles"),
        (Method::GET, "/v1/organization/users/user-0/roles"),
        (Method::GET, "/v1/organization/admin_api_keys/key_0"),
        (Method::GET, "/v1/projects/proj_0/roles"),
        (Method::GET, "/v1/projects/proj_0/users/user-0/roles"),
        (Method::GET, "/v1/projects/proj_0/groups/0/roles"),
    ];
    for (method, path) in cases {
        let error = client.ask(method, path, json!({})).await.error(404);
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains("No ") && message.contains("found"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_bad_body_is_a_400_that_names_the_field() {
    let client = Client::of(Template::Small);
    let user = client.user("ada");
    let invites = "/v1/organization/invites".to_owned();
    let project = |project: Value| json!({"email": "a@b.c", "role": "reader", "projects": project});
    let missing = "missing_required_parameter";
    let cases = [
        (&invites, json!([]), Value::Null, Value::Null),
        (&invites, Value::Null, Value::Null, Value::Null),
        (&invites, json!({}), "email".into(), missing.into()),
        (
            &invites,
            json!({"email": "a@b.c"}),
            "role".into(),
            missing.into(),
        ),
        (
            &invites,
            json!({"email": null}),
            "email".into(),
            "invalid_type".into(),
        ),
        (
            &invites,
            json!({"email": "a@"}),
            "email".into(),
            "invalid_value".into(),
        ),
        (
            &invites,
            json!({"email": "nobody"}),
            "email".into(),
            "invalid_value".into(),
        ),
        (
            &invites,
            json!({"email": "a@b.c", "role": "member"}),
            "role".into(),
            "invalid_value".into(),
        ),
        (
            &invites,
            project(json!({})),
            "projects".into(),
            "invalid_type".into(),
        ),
        (
            &invites,
            project(json!(["proj_1"])),
            "projects".into(),
            "invalid_type".into(),
        ),
        (
            &invites,
            project(json!([{"role": "member"}])),
            "id".into(),
            missing.into(),
        ),
        (
            &invites,
            project(json!([{"id": "p", "role": "viewer"}])),
            "role".into(),
            "invalid_value".into(),
        ),
        (
            &user,
            json!({"role": "admin"}),
            "role".into(),
            "invalid_value".into(),
        ),
        (
            &user,
            json!({"role": 1}),
            "role".into(),
            "invalid_type".into(),
        ),
        (
            &user,
            json!({"technical_level": 1}),
            "technical_level".into(),
            "invalid_type".into(),
        ),
    ];
    let before = client.world.organization().clone();
    for (path, body, param, code) in cases {
        let error = client.post(path, body.clone()).await.error(400);
        assert_eq!((&error["param"], &error["code"]), (&param, &code), "{body}");
    }
    assert_eq!(*client.world.organization(), before);
}

#[tokio::test]
async fn a_403_has_the_shape_that_the_switch_says() {
    for shape in [ForbiddenShape::Text, ForbiddenShape::Object] {
        let client = Client::with(Options {
            quirks: Quirks {
                any_invite: Ruling::Refused(StatusCode::FORBIDDEN),
                forbidden: shape,
                ..Quirks::default()
            },
            ..options(Template::Small)
        });
        let body = json!({"email": "new@example.com", "role": "reader"});
        let answer = client.post("/v1/organization/invites", body).await;
        match shape {
            ForbiddenShape::Object => {
                let error = answer.error(403);
                assert_eq!(error["code"], "payment_method_required");
            }
            ForbiddenShape::Text | ForbiddenShape::Flat => {
                assert_eq!(answer.status, StatusCode::FORBIDDEN);
                assert!(answer.body["error"].is_string(), "{}", answer.body);
                assert!(answer.headers.contains_key("x-request-id"));
            }
        }
    }
}
