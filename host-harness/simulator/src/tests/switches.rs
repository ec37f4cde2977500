//! Restricted keys, plans, rate limits, faults, delayed visibility.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use super::{Answer, Client, NOW, column, options};
use crate::clock::HOUR;
use crate::{
    Fault, Faults, ForbiddenShape, Options, Quirks, RateLimit, RestrictedKey, StatusCode, Surface,
    Template, WaitHint,
};

const RESTRICTED: &str = "sk-admin-restricted";

fn restricted(scopes: &[&str], quirks: Quirks) -> Client {
    Client::with(Options {
        restricted_key: Some(RestrictedKey {
            key: Some(RESTRICTED.to_owned()),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        }),
        quirks,
        ..options(Template::Small)
    })
}

impl Client {
    /// Asks with the restricted key.
    async fn try_to(&self, method: Method, path: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {RESTRICTED}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }
}

#[tokio::test]
async fn a_restricted_key_opens_what_its_scopes_name() {
    let client = restricted(&["api.management.read"], Quirks::default());
    let user = client.user("alan");
    let cases = [
        (Method::GET, "/v1/organization/users".to_owned(), None),
        (Method::GET, "/v1/organization/projects".to_owned(), None),
        (Method::DELETE, user.clone(), Some("api.management.write")),
        (
            Method::GET,
            "/v1/organization/groups".to_owned(),
            Some("api.groups.read"),
        ),
        (Method::GET, format!("{user}/roles"), Some("api.roles.read")),
    ];
    for (method, path, missing) in cases {
        let answer = client.try_to(method.clone(), &path).await;
        let Some(scope) = missing else {
            answer.ok();
            continue;
        };
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
        let message = answer.body["error"].as_str().unwrap();
        assert!(message.contains(&format!("Missing scopes: {scope}.")));
    }
    client.get("/v1/organization/groups").await.ok();
    let all = restricted(&["api.all.read"], Quirks::default());
    all.try_to(Method::GET, "/v1/organization/groups")
        .await
        .ok();
}

#[tokio::test]
async fn a_missing_scope_is_told_in_every_shape_and_status() {
    for status in [StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED] {
        for shape in [
            ForbiddenShape::Text,
            ForbiddenShape::Object,
            ForbiddenShape::Flat,
        ] {
            let quirks = Quirks {
                missing_scope: status,
                forbidden: shape,
                ..Quirks::default()
            };
            let client = restricted(&[], quirks);
            let answer = client.try_to(Method::GET, "/v1/organization/users").await;
            assert_eq!(answer.status, status);
            let message = match shape {
                ForbiddenShape::Text => &answer.body["error"],
                ForbiddenShape::Object => &answer.body["error"]["message"],
                ForbiddenShape::Flat => &answer.body["message"],
            };
            assert!(message.as_str().unwrap().contains("api.management.read"));
        }
    }
}

#[tokio::test]
async fn a_free_plan_has_no_groups_and_the_rest() {
    for status in [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND] {
        let client = Client::with(Options {
            quirks: Quirks {
                not_in_plan: Quirks::FREE_PLAN.into(),
                not_in_plan_status: status,
                ..Quirks::default()
            },
            ..options(Template::Small)
        });
        let answer = client.get("/v1/organization/groups").await;
        assert_eq!(answer.status, status);
        client.get("/v1/organization/projects").await.ok();
    }
    assert!(!Quirks::FREE_PLAN.contains(&Surface::Users));
}

#[tokio::test]
async fn a_route_that_is_asked_too_often_says_when_to_come_back() {
    let hints = [
        WaitHint::Header,
        WaitHint::RateHeaders,
        WaitHint::Message,
        WaitHint::Nothing,
        WaitHint::Saying("-1"),
    ];
    for hint in hints {
        let client = Client::with(Options {
            rate_limits: vec![RateLimit {
                route: Some("GET /v1/organization/users".to_owned()),
                requests: 2,
                window: Duration::from_secs(60),
                hint,
            }],
            ..options(Template::Small)
        });
        let path = "/v1/organization/users";
        client.get(path).await.ok();
        client.get(path).await.ok();
        client.get("/v1/organization/invites").await.ok();
        let answer = client.get(path).await;
        let header = answer.headers.get("retry-after").cloned();
        let expected = match hint {
            WaitHint::Header => Some("60"),
            WaitHint::Saying(value) => Some(value),
            _ => None,
        };
        assert_eq!(header.as_ref().map(|it| it.to_str().unwrap()), expected);
        let left = answer.headers.get("x-ratelimit-remaining-requests");
        assert_eq!(left.is_some(), hint == WaitHint::RateHeaders);
        assert!(left.is_none_or(|left| left == "0"));
        let error = answer.error(429);
        assert_eq!(error["code"], "rate_limit_exceeded");
        let message = error["message"].as_str().unwrap();
        let tells = message.contains("after 60.000 seconds");
        assert_eq!(tells, hint == WaitHint::Message, "{message}");
        client.world.clock.advance(Duration::from_secs(60));
        client.get(path).await.ok();
    }
}

fn faulty(fault: Fault) -> Client {
    Client::with(Options {
        faults: Faults {
            per_thousand: 1_000,
            kinds: vec![fault],
        },
        ..options(Template::Small)
    })
}

#[tokio::test]
async fn a_request_is_carried_out_or_not_as_the_fault_says() {
    let cases = [
        (Fault::ServerError(503), false),
        (Fault::ProxyPage, false),
        (Fault::Garbage, true),
        (Fault::SlowBody(Duration::from_millis(8)), true),
    ];
    for (fault, carried_out) in cases {
        let client = faulty(fault);
        let user = client.user("alan");
        let answer = client.delete(&user).await;
        let left = client.world.organization().users.iter().count();
        assert_eq!(left, if carried_out { 7 } else { 8 }, "{fault:?}");
        match fault {
            Fault::ServerError(status) => drop(answer.error(status)),
            Fault::ProxyPage => assert_eq!(answer.status, StatusCode::BAD_GATEWAY),
            Fault::SlowBody(_) => drop(answer.ok()),
            _ => assert_eq!((answer.status, answer.body), (StatusCode::OK, Value::Null)),
        }
    }
}

#[tokio::test]
async fn what_is_new_is_seen_after_a_while() {
    let client = Client::with(Options {
        visible_after: Duration::from_secs(HOUR),
        ..options(Template::Empty)
    });
    let id = client.world.organization().add_project("New", NOW);
    let account = {
        let mut organization = client.world.organization();
        let account = organization.add_service_account("new", NOW).id.clone();
        organization
            .project_mut(&id)
            .unwrap()
            .put_user(&account, None, NOW);
        account
    };
    let invitation = json!({"email": "new@example.com", "role": "reader"});
    let invites = "/v1/organization/invites";
    client.post(invites, invitation).await.ok();
    let list = "/v1/organization/projects";
    let accounts = format!("{list}/{id}/service_accounts");
    let counts = async || {
        let mut counts = Vec::new();
        for path in [list, &accounts, invites] {
            counts.push(column(&client.get(path).await.ok(), "id").len());
        }
        counts
    };
    assert_eq!(counts().await, [1, 0, 0]);
    client.get(&format!("{list}/{id}")).await.error(404);
    client
        .get(&format!("{accounts}/{account}"))
        .await
        .error(404);
    client.world.clock.advance(Duration::from_secs(HOUR));
    assert_eq!(counts().await, [2, 1, 1]);
    client.get(&format!("{list}/{id}")).await.ok();
    client.get(&format!("{accounts}/{account}")).await.ok();
}

#[tokio::test]
async fn the_next_changes_are_spoilt_as_told_and_reads_are_not() {
    let client = Client::of(Template::Small);
    let faults = [None, Some(Fault::ServerError(500))];
    client.world.spoil_changes(faults);
    let user = client.user("alan");
    for status in [200, 500, 200] {
        client.get(&user).await.ok();
        let answer = client.post(&user, json!({ "role": "owner" })).await;
        assert_eq!(answer.status, status);
    }
}

#[tokio::test]
async fn the_next_answers_of_a_list_end_early_as_told() {
    let client = Client::of(Template::Small);
    let (list, groups) = ("/v1/organization/users?limit=3", "/v1/organization/groups");
    let route = "GET /v1/organization/users";
    client.world.shorten(route, [1, 0]);
    for (rows, has_more) in [(1, false), (0, false), (3, true)] {
        assert!(!column(&client.get(groups).await.ok(), "id").is_empty());
        let answer = client.get(list).await.ok();
        let ids = column(&answer, "id");
        assert_eq!((ids.len(), &answer["has_more"]), (rows, &json!(has_more)));
        assert_eq!(answer["last_id"].as_str(), ids.last().copied());
    }
}
