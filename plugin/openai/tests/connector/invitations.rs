//! Invitations: those that can still be accepted, and what becomes of the rest.

use governance_guest::testing::Script;
use governance_guest::wit::faults::ErrorKind;
use governance_guest::wit::model::Grant;
use serde_json::{Value, json};

use crate::service::*;

fn invite(id: &str, status: &str, expires_at: i64) -> Value {
    json!({
        "object": "organization.invite", "id": id, "email": format!("{id}@example.com"),
        "role": "reader", "status": status, "created_at": NOW - 9, "expires_at": expires_at,
    })
}

#[test]
fn live_invitations_are_pending_and_the_rest_is_counted() {
    let service = Service::of(&[by_last_id(
        &[
            invite("i1", "pending", NOW + 1),
            invite("i2", "pending", NOW),
            invite("i3", "expired", NOW - 1),
            invite("i4", "accepted", NOW + 1),
        ],
        true,
    )]);
    let page = service.list("invitation", None).expect("a page");
    assert_eq!(service.requests(), ["GET /organization/invites?limit=100"]);
    assert_eq!(resources(&page), ["invitation:i1"]);
    assert_eq!(
        grants(&page),
        ["org_role:role-api-organization-reader:assigned:invitation:i1"]
    );
    assert!(page.grants[0].pending);
    assert_eq!(page.grants[0].expires_at, Some(NOW + 1));
    assert_eq!(
        page.notes,
        ["left out 1 accepted and 2 expired invitations"]
    );
    let covers: Vec<_> = page.next[0].covers.iter().map(scope).collect();
    assert_eq!(
        covers,
        [
            "resources on invitation",
            "grants on org_role by invitation",
            "grants on project by invitation"
        ]
    );
}

#[test]
fn pages_of_invitations_follow_each_other() {
    let service = Service::of(&[
        by_last_id(&[invite("i1", "pending", NOW + 1)], true),
        by_last_id(&[], false),
    ]);
    let first = service.list("invitation", None).expect("a page");
    let token = Some(first.next[0].token.as_str());
    let second = service.list("invitation", token).expect("a page");
    assert_eq!(second.next, []);
    assert_eq!(
        service.requests()[1],
        "GET /organization/invites?limit=100&after=i1"
    );
}

#[test]
fn what_cannot_be_understood_is_a_gap() {
    let mut anonymous = invite("i1", "pending", NOW + 1);
    anonymous["id"] = json!(7);
    let mut strange_role = invite("i3", "pending", NOW + 1);
    strange_role["role"] = json!("admin");
    let rows = [anonymous, invite("i2", "revoked", NOW + 1), strange_role];
    let service = Service::of(&[by_last_id(&rows, false)]);
    let page = service.list("invitation", None).expect("a page");
    assert_eq!(resources(&page), ["invitation:i3"]);
    assert_eq!(
        gaps(&page),
        [
            "invites failure resources on invitation",
            "invites failure grants on org_role by invitation",
            "invites failure grants on project by invitation",
            "invites failure resources on invitation:i2",
            "invites failure grants on org_role by invitation:i2",
            "invites failure grants on project by invitation:i2",
            "invites failure grants on org_role by invitation:i3",
        ]
    );
}

#[test]
fn closed_invitations_are_gaps() {
    let body = br#"{"error":{"message":"Missing scopes: api.management.read"}}"#;
    for (status, reason) in [(403, "permission"), (404, "plan"), (402, "plan")] {
        let service = Service::new(Script::new().status(status, body));
        let page = service.list("invitation", None).expect("a page");
        assert_eq!(
            gaps(&page),
            [
                format!("invites {reason} resources on invitation"),
                format!("invites {reason} grants on org_role by invitation"),
                format!("invites {reason} grants on project by invitation")
            ]
        );
    }
}

#[test]
fn an_invitation_is_read_again_while_it_is_live() {
    for (row, expected) in [
        (invite("i1", "pending", NOW + 1), Ok(())),
        (invite("i1", "pending", NOW), Err(ErrorKind::NotFound)),
        (invite("i1", "accepted", NOW + 1), Err(ErrorKind::NotFound)),
        (
            invite("i1", "revoked", NOW),
            Err(ErrorKind::UnreadableResponse),
        ),
        (json!({}), Err(ErrorKind::UnreadableResponse)),
        (json!([]), Err(ErrorKind::UnreadableResponse)),
    ] {
        let service = Service::of(std::slice::from_ref(&row));
        let page = service.get(&reference("invitation", "i1", None));
        assert_eq!(service.requests(), ["GET /organization/invites/i1"]);
        let kinds = page.map(|_| ()).map_err(|error| error.kind);
        assert_eq!(kinds, expected, "{row}");
    }
}

#[test]
fn the_projects_that_an_invitation_carries_are_pending_grants() {
    let mut row = invite("i1", "pending", NOW + 1);
    row["projects"] = json!([
        {"id": "p1", "role": "owner"},
        {"id": "p2", "role": "member"},
        {"id": "p3", "role": "captain"},
        {"role": "member"},
    ]);
    let service = Service::of(&[by_last_id(&[row], false)]);
    let page = service.list("invitation", None).expect("a page");
    assert_eq!(
        grants(&page)[1..],
        [
            "project:p1:owner:invitation:i1",
            "project:p2:member:invitation:i1"
        ]
    );
    let expiring = |grant: &Grant| grant.pending && grant.expires_at == Some(NOW + 1);
    assert!(page.grants.iter().all(expiring));
    assert_eq!(
        gaps(&page),
        ["invites failure grants on project by invitation:i1"],
        "told once"
    );
}

#[test]
fn an_invitation_of_too_many_projects_is_a_gap_and_the_page_stands() {
    let many: Vec<Value> = (0..6_000)
        .map(|number| json!({"id": format!("p{number}"), "role": "member"}))
        .collect();
    let mut row = invite("i1", "pending", NOW + 1);
    row["projects"] = json!(many);
    let service = Service::of(&[by_last_id(&[row], false)]);
    let page = service.list("invitation", None).expect("a page");
    assert_eq!(page.grants.len(), 5_000);
    assert_eq!(
        gaps(&page),
        ["invites failure grants on project by invitation:i1"]
    );
}
