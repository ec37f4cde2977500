//! The connector over a scripted service: what it asks, and what it makes of the
//! answers.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "all of this is tests; clippy excuses only the test functions"
)]

use example_connector::{change, client, read};
use governance_guest::items::id;
use governance_guest::testing::Script;
use governance_guest::wit::changes::{ChangeRequest, Completion, GrantChange, Outcome};
use governance_guest::wit::connector::{Context, ListingTarget, Lookup, Mode, Setting};
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::model::{EntitlementReference, GapReason, Reference, Status};
use serde_json::{Value, json};

fn context(mode: Mode) -> Context {
    Context {
        settings: vec![Setting {
            key: "base_url".into(),
            value: "https://rota.example.com/api".into(),
        }],
        now: 0,
        mode,
        credentials: Vec::new(),
    }
}

fn reference(resource_type: &str, key: &str) -> Reference {
    Reference {
        id: id(resource_type, key),
        parent: None,
        hint: None,
    }
}

fn people() -> Value {
    json!({"data": [
        {"id": "p1", "name": "Ada", "email": "Ada@example.com", "active": true},
        {"id": "p2", "name": "Bob", "email": "bob@example.com", "active": false},
    ]})
}

/// What was requested, such as `GET /api/people`.
fn requested(script: &Script) -> Vec<String> {
    let line = |url: &str| url.replace("https://rota.example.com", "");
    let requests = script.requests();
    let shown = |it: &governance_guest::transport::Request| {
        format!("{} {}", it.method.as_str(), line(it.url.as_str()))
    };
    requests.iter().map(shown).collect()
}

#[test]
fn people_have_a_status_and_an_address() {
    let script = Script::new().json(&people());
    let client = client(&script, &context(Mode::Read)).unwrap();
    let page = read::list(&client, "person", None, None, None).unwrap();
    let told: Vec<_> = page
        .resources
        .iter()
        .map(|it| (&*it.name, it.status))
        .collect();
    assert_eq!(told, [("Ada", Status::Active), ("Bob", Status::Disabled)]);
    assert_eq!(requested(&script), ["GET /api/people"]);
}

#[test]
fn a_person_is_found_whatever_the_case_of_the_address() {
    let script = Script::new().json(&people());
    let client = client(&script, &context(Mode::Read)).unwrap();
    let lookup = Lookup {
        key: "email".into(),
        value: "ada@EXAMPLE.com".into(),
    };
    let page = read::list(&client, "person", None, Some(&lookup), None).unwrap();
    assert_eq!(page.resources.len(), 1);
    assert_eq!(page.resources[0].id, id("person", "p1"));
}

#[test]
fn members_come_page_by_page() {
    let first = json!({"data": [{"person_id": "p1"}], "next": "c2", "has_more": true});
    let last = json!({"data": [{"person_id": "p2"}], "next": null, "has_more": false});
    let script = Script::new().json(&first).json(&last);
    let client = client(&script, &context(Mode::Read)).unwrap();
    let team = ListingTarget::Resource(reference("team", "t1"));
    let page = read::members(&client, &team, None).unwrap();
    assert_eq!(page.grants[0].principal, id("person", "p1"));
    let page = read::members(&client, &team, Some(&page.next[0].token)).unwrap();
    assert_eq!(page.grants[0].principal, id("person", "p2"));
    assert!(page.next.is_empty());
    let expected = [
        "GET /api/teams/t1/members",
        "GET /api/teams/t1/members?cursor=c2",
    ];
    assert_eq!(requested(&script), expected);
}

#[test]
fn what_the_token_may_not_read_is_a_gap() {
    let script = Script::new().status(403, br#"{"message": "needs rota.read"}"#);
    let client = client(&script, &context(Mode::Read)).unwrap();
    let page = read::list(&client, "team", None, None, None).unwrap();
    assert!(page.resources.is_empty());
    assert_eq!(page.gaps[0].reason, GapReason::Permission);
}

/// Makes one change of Ada's membership in a team whose members are these.
fn changed(
    members: &[&str],
    change: fn(GrantChange) -> ChangeRequest,
    mode: Mode,
) -> (Result<Outcome, Error>, Vec<String>) {
    let rows: Vec<_> = members.iter().map(|it| json!({"person_id": it})).collect();
    let asks_who_exists = matches!(membership(change), ChangeRequest::Grant(_));
    let people = json!({"data": [{"id": "ada"}, {"id": "bob"}]});
    let script = Script::new().json(&json!({"data": rows}));
    // Whoever is not a member yet has to exist; a revocation does not ask.
    let script = match asks_who_exists {
        true => script.json(&people),
        false => script,
    };
    let script = script.json(&json!({}));
    let client = client(&script, &context(mode)).unwrap();
    let asked = membership(change);
    (change::make(&client, &asked), requested(&script))
}

/// A change of Ada's membership.
fn membership(change: fn(GrantChange) -> ChangeRequest) -> ChangeRequest {
    change(GrantChange {
        entitlement: EntitlementReference {
            resource: reference("team", "t1"),
            slug: "member".into(),
        },
        principal: reference("person", "ada"),
        expires_at: None,
        hint: None,
    })
}

#[test]
fn a_change_is_made_once_and_then_nothing_is_to_be_done() {
    let read = "GET /api/teams/t1/members";
    let look = "GET /api/people";
    let add = "POST /api/teams/t1/members/ada";
    let remove = "DELETE /api/teams/t1/members/ada";
    let (grant, revoke) = (
        ChangeRequest::Grant as fn(_) -> _,
        ChangeRequest::Revoke as _,
    );
    for (members, change, requests) in [
        (&["bob"][..], grant, &[read, look, add][..]),
        (&["bob", "ada"], grant, &[read]),
        (&["bob", "ada"], revoke, &[read, remove]),
        (&["bob"], revoke, &[read]),
    ] {
        for mode in [Mode::Change, Mode::Plan] {
            let (outcome, requested) = changed(members, change, mode);
            let outcome = outcome.unwrap();
            assert_eq!(requested, requests);
            let complete = outcome.completion == Completion::Complete;
            let sent = requests.iter().filter(|it| !it.starts_with("GET")).count();
            assert_eq!(complete, sent == 1, "{:?}", outcome.completion);
            assert_eq!(outcome.effects.len(), sent);
        }
    }
}

#[test]
fn nobody_is_added_who_does_not_exist() {
    let script = Script::new().json(&json!({"data": []})).json(&people());
    let client = client(&script, &context(Mode::Change)).unwrap();
    let error = change::make(&client, &membership(ChangeRequest::Grant)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    let expected = ["GET /api/teams/t1/members", "GET /api/people"];
    assert_eq!(requested(&script), expected);
}

#[test]
fn what_is_not_offered_is_refused_before_any_request() {
    let script = Script::new();
    let client = client(&script, &context(Mode::Change)).unwrap();
    let asked = ChangeRequest::ResendInvitation(reference("person", "ada"));
    let error = change::make(&client, &asked).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
    assert!(script.requests().is_empty());
}
