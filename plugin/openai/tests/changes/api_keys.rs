//! Making, changing and deleting keys of projects.

use governance_guest::testing::Script;
use governance_guest::wit::faults::ErrorKind;
use governance_guest::wit::model::Reference;
use serde_json::{Value, json};

use crate::making::*;
use crate::scripted::{self, NOW};
use crate::simulated::{Simulated, ended, in_project, reference, small};

/// The project Search, and the service account in it.
fn search(simulated: &Simulated) -> (Reference, String) {
    let search = project(simulated, "Search");
    let list = below(&search, "service_accounts");
    let account = id(simulated, &list, "nightly-evaluation");
    (search, account)
}

fn keys(project: &Reference) -> String {
    below(project, "api_keys?owner_project_access=any")
}

#[test]
fn a_key_is_made_once_and_its_value_is_told_once() {
    let simulated = small();
    let (search, account) = search(&simulated);
    let attributes = json!({"service_account": account, "scopes": ["api.model.request"]});
    let change = creation("api_key", Some(&search), "deployment", &attributes);
    let mut made = as_planned(&simulated, &change);
    let truth = row(&simulated, &keys(&search), "deployment");
    assert_eq!(truth["owner"]["service_account"]["id"], account);
    assert_eq!(made.secrets.len(), 1);
    let secret = made.secrets.remove(0);
    assert_eq!(secret.of.id, truth["id"]);
    assert!(secret.value.starts_with("sk-svcacct-"));
    assert!(!format!("{made:?}").contains(&secret.value));
    let (reason, again) = no_op(&simulated, &change);
    assert!(reason.contains("not shown again"));
    assert_eq!(again.resources[0].id, made.resources[0].id);
    assert!(again.secrets.is_empty());
}

#[test]
fn names_of_other_accounts_keys_do_not_count() {
    let simulated = small();
    let (search, account) = search(&simulated);
    let attributes = json!({"service_account": account});
    let change = creation("api_key", Some(&search), "notebook", &attributes);
    as_planned(&simulated, &change);
    let path = below(&search, &format!("service_accounts/{account}/api_keys"));
    simulated.api("POST", &path, r#"{"name":"notebook"}"#);
    let error = refused(&simulated, &change);
    assert_eq!(error.kind, ErrorKind::Conflict);
}

#[test]
fn a_key_that_cannot_be_made_is_refused_before_anything_is_sent() {
    let simulated = small();
    let (search, account) = search(&simulated);
    let alan = id(&simulated, "/organization/users", "Alan Turing");
    let sandbox = project(&simulated, "Sandbox");
    let input = |name: &str| ErrorKind::InvalidInput(name.to_owned());
    for (project, attributes, expected) in [
        (
            &search,
            json!({"service_account": alan}),
            ErrorKind::Unsupported,
        ),
        (
            &search,
            json!({"service_account": "none"}),
            ErrorKind::NotFound,
        ),
        (
            &sandbox,
            json!({"service_account": account}),
            ErrorKind::NotFound,
        ),
        (&search, json!({}), input("service_account")),
        (
            &search,
            json!({"service_account": account, "expires_in_seconds": 0}),
            input("expires_in_seconds"),
        ),
    ] {
        let change = creation("api_key", Some(project), "deployment", &attributes);
        let error = refused(&simulated, &change);
        assert_eq!(error.kind, expected, "{attributes}");
    }
}

#[test]
fn a_key_is_deleted_whoever_owns_it() {
    let simulated = small();
    let (search, _) = search(&simulated);
    for name in ["nightly", "notebook"] {
        let key = id(&simulated, &keys(&search), name);
        let change = deletion(&in_project(&search.id.id, "api_key", &key), &json!({}));
        let before = rows(&simulated, &keys(&search)).len();
        let made = as_planned(&simulated, &change);
        assert_eq!(
            made.effects[0].summary,
            format!("deleted key {name} of project Search")
        );
        assert_eq!(rows(&simulated, &keys(&search)).len(), before - 1);
        no_op(&simulated, &change);
    }
    let elsewhere = in_project("none", "api_key", "key_1");
    no_op(&simulated, &deletion(&elsewhere, &json!({})));
}

fn live_project() -> Value {
    json!({"id": "p1", "name": "Search", "status": "active"})
}

fn key(kind: &str, members: &Value) -> Value {
    let mut row = json!({
        "id": "k1", "name": "deployment", "redacted_value": "sk-*abcd",
        "owner_project_access": "active", "owner": {"type": kind, kind: {"id": "o1"}},
    });
    let members = members.as_object().expect("an object").clone();
    row.as_object_mut().expect("an object").extend(members);
    row
}

#[test]
fn a_refusal_for_the_owner_names_the_service_account() {
    for (kind, expected) in [("service_account", true), ("user", false)] {
        let script = Script::new()
            .json(&live_project())
            .json(&key(kind, &json!({})))
            .status(
                400,
                br#"{"error":{"message":"Owned by a service account"}}"#,
            );
        let change = deletion(&in_project("p1", "api_key", "k1"), &json!({}));
        let (outcome, _) = scripted::change(script, &change);
        let error = outcome.expect_err("an error");
        assert_eq!(error.kind, ErrorKind::Precondition);
        let hinted = error
            .hint
            .is_some_and(|it| it.ends_with("service account o1"));
        assert_eq!(hinted, expected, "{kind}");
    }
}

/// What an update makes of a key and an answer, and the body it sends.
fn updated(row: &Value, attributes: &Value, answer: (u16, &[u8])) -> (String, Option<Value>) {
    let script = Script::new()
        .json(&live_project())
        .json(row)
        .status(answer.0, answer.1);
    let change = update(&in_project("p1", "api_key", "k1"), None, attributes);
    let (outcome, requests) = scripted::change(script, &change);
    let body = requests.get(2).and_then(|request| request.body.as_deref());
    let body = body.map(|body| serde_json::from_slice(body).expect("JSON"));
    (ended(&outcome), body)
}

#[test]
fn scopes_and_expiry_are_changed_where_they_differ() {
    let (soon, later) = (NOW + 1_000, NOW + 9_000);
    for (told, asked, expected, sent) in [
        (
            json!({}),
            json!({"scopes": []}),
            "complete",
            Some(json!({"scopes": []})),
        ),
        (
            json!({"scopes": ["a"]}),
            json!({"scopes": []}),
            "complete",
            Some(json!({"scopes": []})),
        ),
        (
            json!({"scopes": ["b", "a"]}),
            json!({"scopes": ["a", "b"]}),
            "no-op",
            None,
        ),
        (
            json!({"expires_at": soon}),
            json!({"expires_in_seconds": 1_050}),
            "no-op",
            None,
        ),
        (
            json!({"expires_at": later, "scopes": ["a"]}),
            json!({"expires_in_seconds": 1_000, "scopes": ["a"]}),
            "complete",
            Some(json!({"expires_in_seconds": 1_000})),
        ),
        (
            json!({"expires_at": NOW}),
            json!({"scopes": []}),
            "Precondition",
            None,
        ),
    ] {
        let row = key("service_account", &told);
        let result = updated(&row, &asked, (200, b"{}"));
        assert_eq!(result, (expected.to_owned(), sent), "{told} {asked}");
    }
}

#[test]
fn a_key_is_given_another_expiry_and_other_scopes() {
    let simulated = small();
    let (search, _) = search(&simulated);
    let key = id(&simulated, &keys(&search), "nightly");
    let of = in_project(&search.id.id, "api_key", &key);
    let change = update(&of, None, &json!({"expires_in_seconds": 86_400}));
    let made = as_planned(&simulated, &change);
    let truth = row(&simulated, &keys(&search), "nightly");
    assert_eq!(made.resources[0].expires_at, truth["expires_at"].as_i64());
    assert!(made.resources[0].expires_at.is_some());
    no_op(&simulated, &change);
    let change = update(&of, None, &json!({"scopes": ["api.all.read"]}));
    let made = as_planned(&simulated, &change);
    assert_eq!(
        made.consequences,
        [
            "the key may do this now: api.all.read",
            "the service caches what keys may do: it takes effect with a delay"
        ]
    );
    let log = "/organization/audit_logs?event_types[]=api_key.updated";
    let newest = rows(&simulated, log).remove(0);
    let asked = &newest["api_key.updated"]["changes_requested"];
    assert_eq!(asked["scopes"], json!(["api.all.read"]));
    let expired = id(&simulated, &keys(&search), "expired");
    let expired = in_project(&search.id.id, "api_key", &expired);
    let change = update(&expired, None, &json!({"scopes": []}));
    let error = refused(&simulated, &change);
    assert_eq!(error.kind, ErrorKind::Precondition);
}

#[test]
fn a_service_without_the_update_is_named_as_such() {
    let row = key("service_account", &json!({}));
    let asked = json!({"scopes": ["a"]});
    for answer in [
        (404, br#"{"error":{"message":"Invalid URL"}}"#.as_slice()),
        (405, b"{}"),
        (404, b"<html>"),
    ] {
        assert_eq!(updated(&row, &asked, answer).0, "Unsupported", "{answer:?}");
    }
    assert_eq!(updated(&row, &asked, (500, b"{}")).0, "unknown");
}

#[test]
fn what_cannot_be_changed_of_a_key_is_refused() {
    let simulated = small();
    let (search, _) = search(&simulated);
    let key = id(&simulated, &keys(&search), "nightly");
    let key = in_project(&search.id.id, "api_key", &key);
    let attributes = ErrorKind::InvalidInput("attributes".to_owned());
    for (name, given, expected) in [
        (Some("x"), json!({}), ErrorKind::Unsupported),
        (None, json!({}), attributes),
    ] {
        let error = refused(&simulated, &update(&key, name, &given));
        assert_eq!(error.kind, expected);
    }
    let parentless = update(&reference("api_key", "k"), None, &json!({"scopes": []}));
    let error = refused(&simulated, &parentless);
    assert_eq!(error.kind, ErrorKind::InvalidInput("parent".to_owned()));
}
