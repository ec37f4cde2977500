//! Answers to changes in projects that no simulated organization gives: scripted.

use governance_guest::testing::Script;
use governance_guest::transport::{Problem, TransportError};
use governance_guest::wit::changes::{ChangeRequest, Outcome};
use governance_guest::wit::connector::{Context, Mode, Setting};
use governance_guest::wit::faults::{Delivery, Error, ErrorKind};
use governance_guest::wit::model::{Directness, Reference};
use openai_connector::connector::Connector;
use serde_json::{Value, json};

use crate::simulated::*;

/// Answers in order; a status of 0 is no answer at all.
struct Scripted(Connector<Script>);

impl Scripted {
    fn new(answers: &[(u16, Value)]) -> Self {
        let add = |script: Script, (status, body): &(u16, Value)| match status {
            0 => script.answer(Err(TransportError {
                problem: Problem::Interrupted,
                delivery: Delivery::MayHaveArrived,
                detail: None,
            })),
            status => script.status(*status, body.to_string().as_bytes()),
        };
        Self(Connector(answers.iter().fold(Script::new(), add)))
    }

    fn change(&self, change: &ChangeRequest) -> Result<Outcome, Error> {
        let context = Context {
            settings: vec![Setting {
                key: "base_url".to_owned(),
                value: "https://api.example.com/v1".to_owned(),
            }],
            now: 0,
            mode: Mode::Change,
            credentials: Vec::new(),
        };
        self.0.change(&context, change)
    }

    /// The last requests, as `POST /path`.
    fn last(&self, count: usize) -> Vec<String> {
        let requests = self.0.0.requests();
        let line = |request: &governance_guest::transport::Request| {
            let url = request.url.as_str();
            let path = url.trim_start_matches("https://api.example.com/v1");
            format!("{} {path}", request.method.as_str())
        };
        let lines: Vec<String> = requests.iter().map(line).collect();
        lines[lines.len().saturating_sub(count)..].to_vec()
    }
}

fn granting(slug: &str, principal: &Reference) -> ChangeRequest {
    ChangeRequest::Grant(holding(&reference("project", "p"), slug, principal))
}

fn revoking(slug: &str, principal: &Reference) -> ChangeRequest {
    ChangeRequest::Revoke(holding(&reference("project", "p"), slug, principal))
}

fn ada() -> Reference {
    reference("user", "u")
}

fn ok(body: Value) -> (u16, Value) {
    (200, body)
}

fn refused(status: u16, message: &str) -> (u16, Value) {
    (status, json!({"error": {"message": message}}))
}

fn project() -> (u16, Value) {
    ok(json!({"id": "p", "name": "Alpha", "status": "active"}))
}

fn default_project() -> (u16, Value) {
    ok(json!({"id": "p", "name": "Default project", "is_default": true}))
}

fn role() -> (u16, Value) {
    ok(json!({"id": "role_1", "name": "Tester"}))
}

fn person() -> (u16, Value) {
    ok(json!({"id": "u", "email": "ada@example.com", "role": "reader"}))
}

/// The roles of a principal, all its own.
fn roles(ids: &[&str]) -> (u16, Value) {
    let rows: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    ok(json!({"data": rows, "has_more": false}))
}

fn row(role: &str) -> (u16, Value) {
    ok(json!({"id": "u", "role": role}))
}

fn none() -> (u16, Value) {
    refused(404, "nothing here")
}

fn no_groups() -> (u16, Value) {
    ok(json!({"data": [], "has_more": false}))
}

const MEMBER: &str = "role-api-project-member__api-project__p";

/// What comes before a grant of a predefined role to one who is not in the project.
fn outside() -> Vec<(u16, Value)> {
    vec![project(), person(), roles(&[]), none()]
}

fn then(before: Vec<(u16, Value)>, after: &[(u16, Value)]) -> Scripted {
    Scripted::new(&[before, after.to_vec()].concat())
}

#[test]
fn somebody_who_was_faster_is_believed_only_after_reading_again() {
    let there = refused(400, "u already exists in project p");
    for (again, expected) in [
        (vec![roles(&[MEMBER]), row("member")], "no-op"),
        // The lists do not show it: it is assigned, which can be done twice.
        (vec![roles(&[]), none(), ok(json!({}))], "complete"),
        (vec![roles(&[MEMBER]), none()], "no-op"),
        (vec![refused(500, "broken")], "Unavailable"),
    ] {
        let service = then(outside(), &[vec![there.clone()], again.clone()].concat());
        let made = service.change(&granting("member", &ada()));
        assert_eq!(ended(&made), expected, "{again:?}: {made:?}");
    }
    let again = [
        there,
        roles(&["role-api-project-owner"]),
        row("owner"),
        ok(json!({})),
    ];
    let service = then(outside(), &again);
    let made = service.change(&granting("member", &ada()));
    assert_eq!(ended(&made), "complete");
    assert_eq!(service.last(1), ["POST /organization/projects/p/users/u"]);
}

#[test]
fn what_was_done_before_a_refusal_is_told() {
    let before = || vec![project(), role(), person(), roles(&[]), none()];
    let wants = refused(400, "a predefined role is needed");
    for (last, expected) in [
        (refused(403, "no"), "partial"),
        (refused(429, "slow down"), "partial"),
        (refused(500, "broken"), "unknown"),
        ((0, Value::Null), "unknown"),
    ] {
        let answers = [wants.clone(), no_groups(), ok(json!({})), last];
        let service = then(before(), &answers);
        let made = service.change(&granting("role_1", &ada()));
        assert_eq!(ended(&made), expected, "{answers:?}");
        let outcome = made.expect("an outcome");
        assert_eq!(written(&outcome.held), ["project:p:member:user:u"]);
        assert_eq!(outcome.effects.len(), 1);
    }
}

#[test]
fn a_role_is_not_told_as_replaced_before_it_is() {
    for (last, expected, replaced) in [
        (ok(json!({"deleted": true})), "complete", 1),
        (none(), "complete", 0),
        (ok(json!({"deleted": false})), "unknown", 0),
        (refused(403, "no"), "partial", 0),
        (refused(502, "broken"), "unknown", 0),
    ] {
        let before = vec![project(), person(), roles(&[MEMBER]), row("member")];
        let service = then(before, &[ok(json!({})), last.clone()]);
        let made = service.change(&granting("viewer", &ada()));
        assert_eq!(ended(&made), expected, "{last:?}");
        let outcome = made.expect("an outcome");
        assert_eq!(written(&outcome.held), ["project:p:viewer:user:u"]);
        assert_eq!(outcome.replaced.len(), replaced, "{last:?}");
        assert_eq!(
            service.last(2),
            [
                "POST /projects/p/users/u/roles",
                "DELETE /projects/p/users/u/roles/role-api-project-member",
            ]
        );
    }
}

#[test]
fn a_change_without_an_answer_is_unknown_and_told_as_nothing() {
    for last in [
        (0, Value::Null),
        refused(500, "broken"),
        refused(504, "late"),
    ] {
        let service = then(outside(), std::slice::from_ref(&last));
        let made = service.change(&granting("owner", &ada()));
        assert_eq!(ended(&made), "unknown", "{last:?}");
        let outcome = made.expect("an outcome");
        assert!(outcome.held.is_empty() && outcome.effects.is_empty());
    }
}

#[test]
fn the_default_project_is_not_asked_to_add_or_remove() {
    let inside = || vec![default_project(), person(), roles(&[MEMBER]), row("member")];
    let outside = || vec![default_project(), person(), roles(&[]), none()];
    let known = || [inside(), vec![no_groups()]].concat();
    for (before, change) in [
        (outside(), granting("member", &ada())),
        (outside(), granting("viewer", &ada())),
        (known(), revoking("member", &ada())),
    ] {
        let reads = before.len();
        let service = Scripted::new(&before);
        let error = service.change(&change).expect_err("a refusal");
        assert_eq!(error.kind, ErrorKind::Precondition, "{change:?}");
        assert!(
            error
                .hint
                .is_some_and(|hint| hint.contains("delete the account"))
        );
        assert_eq!(service.last(9).len(), reads, "{change:?}");
    }
    let service = then(inside(), &[ok(json!({"role": "owner"}))]);
    let made = service.change(&granting("owner", &ada()));
    assert_eq!(ended(&made), "complete");
}

#[test]
fn who_is_no_member_has_nothing_to_lose() {
    let before = vec![project(), person(), roles(&[MEMBER]), row("member")];
    for gone in [none(), refused(400, "User u is not a member of p.")] {
        let service = then(before.clone(), &[no_groups(), gone]);
        let made = service.change(&revoking("member", &ada()));
        assert_eq!(ended(&made), "no-op", "{made:?}");
    }
}

#[test]
fn groups_that_cannot_be_seen_are_said_to_be_unseen() {
    for closed in [refused(403, "no"), refused(402, "not in your plan")] {
        let before = vec![project(), person(), roles(&[MEMBER]), row("member")];
        let service = then(before, &[closed, ok(json!({"deleted": true}))]);
        let made = service.change(&revoking("member", &ada()));
        let outcome = made.expect("an outcome");
        let told = outcome.consequences.join("");
        assert!(told.contains("through groups cannot be seen"), "{told}");
    }
}

#[test]
fn a_role_that_is_direct_and_inherited_stays_through_the_group() {
    let sources = json!([
        {"principal_type": "user", "principal_id": "u"},
        {"principal_type": "group", "principal_id": "g"},
    ]);
    let both = ok(json!({"data": [{"id": MEMBER, "assignment_sources": sources}]}));
    let before = vec![project(), person(), both, row("member")];
    let service = then(before, &[no_groups(), ok(json!({"deleted": true}))]);
    let outcome = service
        .change(&revoking("member", &ada()))
        .expect("an outcome");
    let through = Directness::Inherited(vec![reference("group", "g").id]);
    let remaining: Vec<_> = outcome.remaining.iter().map(|it| &it.directness).collect();
    assert_eq!(remaining, [&through]);
}

#[test]
fn what_cannot_be_read_decides_nothing() {
    for roles in [
        ok(json!({"data": [{"id": 7}]})),
        ok(json!({"data": [], "has_more": true})),
        ok(json!({"rows": []})),
        refused(403, "no"),
    ] {
        for change in [granting("owner", &ada()), revoking("owner", &ada())] {
            let service = Scripted::new(&[project(), person(), roles.clone()]);
            let made = service.change(&change);
            assert!(made.is_err(), "{roles:?}");
            assert_eq!(service.last(9).len(), 3, "nothing is asked after that");
        }
    }
}

#[test]
fn a_group_of_the_tenant_is_looked_for_as_one() {
    let group = ok(json!({"id": "g", "name": "Crew", "group_type": "tenant_group"}));
    let service = Scripted::new(&[project(), group, roles(&[]), none(), ok(json!({}))]);
    let made = service.change(&granting("member", &reference("group", "g")));
    assert_eq!(ended(&made), "complete");
    assert_eq!(
        service.last(2),
        [
            "GET /organization/projects/p/groups/g?group_type=tenant_group",
            "POST /organization/projects/p/groups",
        ]
    );
}

#[test]
fn a_service_account_that_got_another_role_than_asked_for_is_unknown() {
    let account = |role: &str| ok(json!({"id": "s", "name": "robot", "role": role}));
    let of = in_project("p", "service_account", "s");
    for (answer, expected) in [
        (account("member"), "unknown"),
        (account("owner"), "complete"),
        (ok(json!({})), "complete"),
    ] {
        let service = Scripted::new(&[project(), account("member"), answer.clone()]);
        let made = service.change(&granting("owner", &of));
        assert_eq!(ended(&made), expected, "{answer:?}");
    }
}
