//! Who gets in, and what surrounds every answer.

use std::collections::HashSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;

use super::{Answer, Client, KEY, options};
use crate::{Options, Template};

async fn with_header(client: &Client, path: &str, header: Option<&str>) -> Answer {
    let mut request = Request::get(path);
    if let Some(value) = header {
        request = request.header("authorization", value);
    }
    client.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn nothing_under_v1_answers_without_the_key() {
    let client = Client::of(Template::Small);
    let good = format!("Bearer {KEY}");
    let cases = [
        (None, 401, Value::Null),
        (Some("Basic c2s6"), 401, Value::Null),
        (Some("Bearer"), 401, Value::Null),
        (
            Some("Bearer sk-admin-wrong-0123456789"),
            401,
            "invalid_api_key".into(),
        ),
        (Some(good.as_str()), 200, Value::Null),
    ];
    for (header, status, code) in cases {
        let answer = with_header(&client, "/v1/organization/users", header).await;
        if status == 200 {
            answer.ok();
        } else {
            assert_eq!(answer.error(status)["code"], code, "{header:?}");
        }
    }
    for path in [
        "/v1/no/such/path",
        "/v1/organization/users/user-1",
        "/elsewhere",
    ] {
        with_header(&client, path, None).await.error(401);
    }
}

#[tokio::test]
async fn a_refused_key_is_not_repeated_in_full() {
    let client = Client::of(Template::Small);
    let header = Some("Bearer sk-admin-wrong-0123456789");
    let answer = with_header(&client, "/v1/organization/users", header).await;
    let error = answer.error(401);
    let message = error["message"].as_str().unwrap();
    assert!(
        message.starts_with("Incorrect API key provided: sk-admin*"),
        "{message}"
    );
    assert!(!message.contains("wrong"), "{message}");
}

#[tokio::test]
async fn any_key_is_accepted_when_asked_and_none_is_not() {
    let client = Client::with(Options {
        accept_any_key: true,
        ..options(Template::Small)
    });
    let path = "/v1/organization/roles";
    with_header(&client, path, Some("Bearer whatever"))
        .await
        .ok();
    with_header(&client, path, None).await.error(401);
}

#[tokio::test]
async fn every_answer_under_v1_has_the_headers_of_the_service() {
    let client = Client::of(Template::Small);
    let mut ids = HashSet::new();
    for path in [
        "/v1/organization/users",
        "/v1/organization/users?limit=0",
        "/v1/nothing",
    ] {
        for key in [None, Some(format!("Bearer {KEY}"))] {
            let answer = with_header(&client, path, key.as_deref()).await;
            assert_eq!(answer.headers["openai-version"], "2020-10-01");
            let time = answer.headers["openai-processing-ms"].to_str().unwrap();
            assert!(time.parse::<u64>().is_ok(), "{time}");
            let id = answer.headers["x-request-id"].to_str().unwrap();
            assert!(id.starts_with("req_"));
            assert!(ids.insert(id.to_owned()), "{id} came twice");
        }
    }
}

#[tokio::test]
async fn the_control_api_needs_no_key() {
    let client = Client::of(Template::Small);
    let answer = with_header(&client, "/control/people", None).await;
    assert_eq!(answer.status, StatusCode::OK);
}
