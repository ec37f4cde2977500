//! The control API.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::{Client, NOW};
use crate::clock::DAY;
use crate::{Access, Person, Template};

async fn people(client: &Client) -> Vec<Person> {
    let answer = client.get("/control/people").await.ok();
    serde_json::from_value(answer["people"].clone()).unwrap()
}

#[tokio::test]
async fn people_are_the_users_and_who_is_invited() {
    let client = Client::of(Template::Small);
    let everybody = people(&client).await;
    assert_eq!(everybody.iter().filter(|person| person.member).count(), 8);
    let invited: Vec<_> = everybody.iter().filter(|person| !person.member).collect();
    let [katherine] = invited[..] else {
        panic!("one is invited: {invited:?}");
    };
    assert_eq!(
        katherine.email.as_deref(),
        Some("Katherine.Johnson@example.com")
    );
    assert_eq!(katherine.pending_until, Some(NOW + 6 * DAY));
}

#[tokio::test]
async fn the_clock_moves_forward_and_lets_invitations_expire() {
    let client = Client::of(Template::Small);
    assert_eq!(client.get("/control/clock").await.ok(), json!({"now": NOW}));
    let body = json!({"advance_seconds": 6 * DAY});
    let answer = client.post("/control/clock", body).await.ok();
    assert_eq!(answer, json!({"now": NOW + 6 * DAY}));
    assert!(people(&client).await.iter().all(|person| person.member));
}

#[tokio::test]
async fn only_a_pending_invitation_can_be_accepted() {
    let client = Client::of(Template::Small);
    let cases = [
        ("dorothy.vaughan@example.com", 404),
        ("nobody@example.com", 404),
        ("katherine.johnson@example.com", 200),
        ("katherine.johnson@example.com", 404),
    ];
    for (email, status) in cases {
        let body = json!({"invitation": email});
        let answer = client.post("/control/invitations/accept", body).await;
        assert_eq!(answer.status, status, "{email}: {}", answer.body);
    }
    let dorothy = client.invitation("dorothy");
    let body = json!({"invitation": dorothy.rsplit('/').next()});
    let answer = client.post("/control/invitations/accept", body).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body["error"].is_string());
}

#[tokio::test]
async fn a_bad_control_request_is_told_what_is_wrong() {
    let client = Client::of(Template::Small);
    let cases = [
        (Method::GET, "/control/nothing", json!({}), 404),
        (Method::GET, "/control", json!({}), 404),
        (Method::DELETE, "/control/clock", json!({}), 405),
        (Method::POST, "/control/clock", json!({}), 422),
        (
            Method::POST,
            "/control/clock",
            json!({"advance_seconds": -1}),
            422,
        ),
        (Method::POST, "/control/invitations/accept", json!([]), 422),
    ];
    for (method, path, body, status) in cases {
        let answer = client.ask(method, path, body).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert!(answer.body["error"].is_string(), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn requests_are_counted_by_route() {
    let client = Client::of(Template::Small);
    for start in ["ada", "alan"] {
        client.get(&client.user(start)).await.ok();
    }
    client
        .get("/v1/organization/users?limit=0")
        .await
        .error(400);
    client
        .post("/v1/organization/users", json!({}))
        .await
        .error(405);
    client.get("/v1/other").await.error(404);
    client.get("/control/clock").await.ok();
    let answer = client.get("/control/requests").await.ok();
    let expected = json!({
        "GET (no route)": 1,
        "GET /v1/organization/users": 1,
        "GET /v1/organization/users/{user_id}": 2,
        "POST /v1/organization/users": 1,
    });
    assert_eq!(answer["requests"], expected);
}

#[tokio::test]
async fn access_is_told_with_the_ways_and_by_action() {
    let client = Client::of(Template::Small);
    let answer = client.get("/control/access").await.ok();
    let access: Access = serde_json::from_value(answer).unwrap();
    let (alan, support) = (client.user_id("alan"), client.project("Support"));
    let words: Vec<_> = access.roles_in(&alan, &support).iter().collect();
    assert!(words.iter().any(|held| held.role == "owner"));
    let retired = client.project("Retired");
    assert!(access.projects.iter().all(|row| row.project != retired));
    let [katherine] = &access.pending[..] else {
        panic!("one invitation is live");
    };
    assert_eq!(katherine.projects[0].role, "member");
    let path = |person: &str| {
        format!("/control/may?person={person}&action=api.model.request&project={support}")
    };
    let answer = client.get(&path(&alan)).await.ok();
    assert_eq!(answer["may"], true);
    let group = client.group("Support");
    assert_eq!(answer["because"][0]["ways"], json!([{"group": group}]));
    let idle = client.user_id("unfinished");
    let answer = client.get(&path(&idle)).await.ok();
    assert_eq!(answer, json!({"may": false, "because": []}));
    let answer = client.get("/control/may?person=x").await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn the_census_counts_the_rows_of_the_lists() {
    let client = Client::of(Template::Small);
    let census = client.get("/control/census").await.ok();
    let rows = async |path: &str| {
        let answer = client.get(&format!("{path}?limit=100")).await.ok();
        answer["data"].as_array().unwrap().len()
    };
    for (list, path) in [
        ("users", "/v1/organization/users"),
        ("invitations", "/v1/organization/invites"),
        ("roles", "/v1/organization/roles"),
        ("admin_keys", "/v1/organization/admin_api_keys"),
    ] {
        assert_eq!(census[list], rows(path).await, "{list}");
    }
    let groups = rows("/v1/organization/groups").await;
    assert_eq!(census["groups"].as_array().unwrap().len(), groups);
    let projects = census["projects"].as_array().unwrap();
    let live = projects.iter().filter(|it| it["live"] == true).count();
    assert_eq!(live, rows("/v1/organization/projects").await);
    let archived = "/v1/organization/projects?include_archived=true";
    let answer = client.get(archived).await.ok();
    for (told, row) in projects.iter().zip(answer["data"].as_array().unwrap()) {
        let id = row["id"].as_str().unwrap();
        if told["live"] == true {
            let people = format!("/v1/organization/projects/{id}/users");
            assert_eq!(told["people"], rows(&people).await, "{id}");
            let roles = format!("/v1/projects/{id}/roles");
            assert_eq!(told["roles"], rows(&roles).await, "{id}");
        }
    }
}
