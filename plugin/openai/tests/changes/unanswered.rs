//! Changing requests whose fate is not known: never a success, never an error.

use governance_guest::testing::Script;
use governance_guest::transport::{Problem, TransportError};
use governance_guest::wit::changes::ChangeRequest;
use governance_guest::wit::faults::Delivery;
use serde_json::{Value, json};

use crate::making::*;
use crate::scripted;
use crate::simulated::{ended, in_project, reference};

/// Each change, with the answers to what it reads first.
fn changes() -> Vec<(ChangeRequest, Vec<Value>)> {
    let none = json!({"data": [], "has_more": false});
    let project = json!({"id": "p1", "name": "Search", "status": "active"});
    let group = json!({"id": "g1", "name": "Old", "is_scim_managed": false});
    let role = json!({"id": "r1", "name": "Old", "permissions": ["a"], "predefined_role": false});
    let account = json!({"id": "s1", "name": "robot", "role": "member"});
    let key = json!({"id": "k1", "name": "old", "redacted_value": "sk-*abcd"});
    let (given, named) = (json!({}), Some("new"));
    let allowed = json!({"permissions": ["b"]});
    let parent = reference("project", "p1");
    let [of_group, of_project, of_role] = [("group", "g1"), ("project", "p1"), ("org_role", "r1")]
        .map(|(kind, id)| reference(kind, id));
    let [in_role, in_account, in_key] = [
        ("project_role", "r1"),
        ("service_account", "s1"),
        ("api_key", "k1"),
    ]
    .map(|(kind, id)| in_project("p1", kind, id));
    let (p, n) = (|| project.clone(), || none.clone());
    let of_account = json!({"service_account": "s1"});
    let force = json!({"force": true});
    vec![
        (creation("group", None, "new", &given), vec![n()]),
        (update(&of_group, named, &given), vec![group.clone()]),
        (deletion(&of_group, &given), vec![group, n(), n()]),
        (creation("project", None, "new", &given), vec![n()]),
        (update(&of_project, named, &given), vec![p()]),
        (deletion(&of_project, &given), vec![p(), n(), n()]),
        (creation("org_role", None, "new", &allowed), vec![n()]),
        (update(&of_role, named, &given), vec![role.clone()]),
        (deletion(&of_role, &given), vec![role.clone()]),
        (
            creation("project_role", Some(&parent), "new", &allowed),
            vec![p(), n()],
        ),
        (update(&in_role, named, &given), vec![p(), role.clone()]),
        (deletion(&in_role, &given), vec![p(), role]),
        (
            creation("service_account", Some(&parent), "new", &given),
            vec![p(), n()],
        ),
        (
            update(&in_account, named, &given),
            vec![p(), account.clone()],
        ),
        (
            deletion(&in_account, &given),
            vec![p(), account.clone(), n(), n()],
        ),
        (
            creation("api_key", Some(&parent), "new", &of_account),
            vec![p(), account, n()],
        ),
        (
            update(&in_key, None, &json!({"scopes": []})),
            vec![p(), key.clone()],
        ),
        (deletion(&in_key, &given), vec![p(), key.clone()]),
        (
            deletion(&reference("admin_api_key", "k1"), &force),
            vec![key, n()],
        ),
    ]
}

/// What becomes of each change if its first changing request is answered so.
fn all_end(expected: &str, answer: impl Fn(Script) -> Script) {
    for (change, reads) in changes() {
        let script = reads.iter().fold(Script::new(), Script::json);
        let (outcome, requests) = scripted::change(answer(script), &change);
        assert_eq!(ended(&outcome), expected, "{change:?}: {outcome:?}");
        assert_eq!(requests.len(), reads.len() + 1, "{change:?}");
        let outcome = outcome.map(|outcome| (outcome.effects, outcome.secrets));
        assert!(outcome.is_err() || outcome == Ok((vec![], vec![])));
    }
}

fn broken(delivery: Delivery) -> impl Fn(Script) -> Script {
    move |script| {
        script.answer(Err(TransportError {
            problem: Problem::Interrupted,
            delivery,
            detail: None,
        }))
    }
}

#[test]
fn what_may_have_happened_is_unknown_and_sent_once() {
    all_end("unknown", |script| script.status(500, b"{}"));
    all_end("unknown", |script| script.status(200, b"<html>"));
    all_end("unknown", |script| {
        script.status(200, br#"{"id": "x", "na"#)
    });
    all_end("unknown", broken(Delivery::MayHaveArrived));
}

#[test]
fn what_did_not_happen_is_an_error() {
    all_end("Unavailable", broken(Delivery::NotSent));
    all_end("PermissionDenied(None)", |script| script.status(403, b"{}"));
    all_end("Conflict", |script| script.status(409, b"{}"));
}
