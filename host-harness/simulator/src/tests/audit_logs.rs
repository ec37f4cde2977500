//! How the audit log is asked; what is logged stands in `audit_events`.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use super::{Client, KEY, NOW, column, options};
use crate::api::audit_event_types;
use crate::clock::HOUR;
use crate::{Options, RestrictedKey, Template};

pub(super) const LOG: &str = "/v1/organization/audit_logs";

/// Asks for a body that makes something, and answers the id of it.
pub(super) async fn made(client: &Client, path: &str, body: Value) -> String {
    let answer = client.post(path, body).await.ok();
    answer["id"].as_str().unwrap().to_owned()
}

pub(super) async fn newest(client: &Client) -> Value {
    client.get(&format!("{LOG}?limit=1")).await.ok()["data"][0].clone()
}

/// Three groups, an hour apart; their ids.
async fn three_groups(client: &Client) -> [String; 3] {
    let mut ids = [const { String::new() }; 3];
    for (number, id) in ids.iter_mut().enumerate() {
        let name = json!({ "name": format!("Group {number}") });
        *id = made(client, "/v1/organization/groups", name).await;
        let hour = json!({ "advance_seconds": HOUR });
        client.post("/control/clock", hour).await.ok();
    }
    ids
}

#[tokio::test]
async fn nothing_is_logged_before_anything_is_changed() {
    let client = Client::of(Template::Small);
    client.get("/v1/organization/users").await.ok();
    client
        .delete("/v1/organization/groups/none")
        .await
        .error(404);
    let page = client.get(LOG).await.ok();
    assert_eq!(page["data"], json!([]));
    assert_eq!(
        (&page["first_id"], &page["has_more"]),
        (&Value::Null, &json!(false))
    );
}

#[tokio::test]
async fn the_newest_events_come_first_and_pages_go_both_ways() {
    let client = Client::of(Template::Small);
    let groups = three_groups(&client).await;
    let all = client.get(LOG).await.ok();
    let targets = |page: &Value| -> Vec<String> {
        let rows = page["data"].as_array().unwrap().iter();
        rows.map(|row| row["group.created"]["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let mut expected = groups.to_vec();
    expected.reverse();
    assert_eq!(targets(&all), expected);
    let ids = column(&all, "id");
    let cases = [
        ("limit=2".to_owned(), &ids[..2], true),
        (format!("limit=2&after={}", ids[1]), &ids[2..], false),
        (format!("limit=1&before={}", ids[2]), &ids[1..2], true),
        (format!("limit=2&before={}", ids[2]), &ids[..2], false),
        (format!("before={}", ids[0]), &[], false),
    ];
    for (query, expected, has_more) in cases {
        let page = client.get(&format!("{LOG}?{query}")).await.ok();
        assert_eq!(column(&page, "id"), expected, "{query}");
        assert_eq!(page["has_more"], has_more, "{query}");
        assert_eq!(page["first_id"].as_str(), expected.first().copied());
        assert_eq!(page["last_id"].as_str(), expected.last().copied());
    }
}

#[tokio::test]
async fn events_are_filtered_by_all_that_is_asked() {
    let client = Client::of(Template::Small);
    let [first, second, third] = three_groups(&client).await;
    let sandbox = client.project("Sandbox");
    let path = format!("/v1/organization/projects/{sandbox}");
    client.post(&path, json!({"name": "Beach"})).await.ok();
    let (key, ada) = (&client.world.keys.admin_id, client.user_id("ada"));
    let default = client.world.organization().default_project.clone();
    let hour = NOW + HOUR;
    let cases = [
        (String::new(), 4),
        (format!("effective_at[gt]={hour}"), 2),
        (format!("effective_at[gte]={hour}"), 3),
        (format!("effective_at[lt]={hour}"), 1),
        (format!("effective_at[lte]={hour}"), 2),
        (
            format!("effective_at%5Bgte%5D={hour}&effective_at[lte]={hour}"),
            1,
        ),
        (format!("project_ids[]={sandbox}"), 1),
        (format!("project_ids[]={default}"), 3),
        (
            format!("project_ids[]={sandbox}&project_ids[]={default}"),
            4,
        ),
        ("event_types[]=group.created".to_owned(), 3),
        (
            "event_types[]=group.created&event_types[]=project.updated".to_owned(),
            4,
        ),
        ("event_types[]=login.failed".to_owned(), 0),
        ("event_types[]=external_storage.removed".to_owned(), 0),
        (format!("actor_ids[]={key}"), 4),
        (format!("actor_ids[]={ada}"), 4),
        ("actor_ids[]=key_0".to_owned(), 0),
        ("actor_emails[]=nobody@example.com".to_owned(), 0),
        (format!("resource_ids[]={first}&resource_ids[]={third}"), 2),
        (
            format!("resource_ids[]={second}&effective_at[lt]={hour}"),
            0,
        ),
        ("tenant_only=false".to_owned(), 4),
        ("tenant_only=true".to_owned(), 0),
        // Without its brackets it is an unknown parameter.
        ("project_ids=proj_0".to_owned(), 4),
    ];
    for (query, count) in cases {
        let page = client.get(&format!("{LOG}?{query}")).await.ok();
        assert_eq!(column(&page, "id").len(), count, "{query}");
    }
}

#[tokio::test]
async fn a_parameter_of_the_audit_log_that_makes_no_sense_is_a_400() {
    let client = Client::of(Template::Small);
    three_groups(&client).await;
    let id = newest(&client).await["id"].clone();
    let id = id.as_str().unwrap();
    let cases = [
        ("limit=0".to_owned(), "limit"),
        ("limit=101".to_owned(), "limit"),
        ("after=audit_log-0".to_owned(), "after"),
        ("before=audit_log-0".to_owned(), "before"),
        (format!("before={id}&after={id}"), "before"),
        ("effective_at[gt]=yesterday".to_owned(), "effective_at[gt]"),
        ("event_types[]=group.made".to_owned(), "event_types[]"),
        ("tenant_only=1".to_owned(), "tenant_only"),
        (
            "tenant_only=true&event_types[]=user.added".to_owned(),
            "event_types[]",
        ),
    ];
    for (query, param) in cases {
        let error = client.get(&format!("{LOG}?{query}")).await.error(400);
        assert_eq!(error["param"], param, "{query}");
    }
}

#[tokio::test]
async fn a_restricted_key_reads_the_log_with_its_scope_and_is_named_in_it() {
    for (scope, status) in [("api.audit_logs.read", 200), ("api.management.read", 403)] {
        let scopes = [scope, "api.groups.write"].map(str::to_owned).to_vec();
        let key = Some(format!("{KEY}-restricted"));
        let client = Client::with(Options {
            restricted_key: Some(RestrictedKey { key, scopes }),
            ..options(Template::Small)
        });
        let ask = |method: Method, path: &str, body: &'static str| {
            let request = Request::builder().method(method).uri(path);
            let header = format!("Bearer {KEY}-restricted");
            let request = request.header("authorization", header);
            client.send(request.body(Body::from(body)).unwrap())
        };
        let path = "/v1/organization/groups";
        ask(Method::POST, path, r#"{"name": "New"}"#).await.ok();
        let answer = ask(Method::GET, LOG, "").await;
        assert_eq!(answer.status, status, "{scope}");
        let own = client.world.keys.restricted_id.clone().unwrap();
        let event = newest(&client).await;
        assert_eq!(event["actor"]["api_key"]["id"], own);
        assert_ne!(own, client.world.keys.admin_id);
    }
}

#[test]
fn the_event_types_are_those_of_the_official_document() {
    let Some(document) = super::official_spec::document() else {
        return;
    };
    let types = &document["components"]["schemas"]["AuditLogEventType"]["enum"];
    assert_eq!(types, &json!(audit_event_types::DOCUMENTED));
}
