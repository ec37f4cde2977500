//! Custom roles of the organization, and who holds them.

use governance_guest::testing::Script;
use serde_json::json;

use crate::service::*;

const DENIED: &[u8] = br#"{"error":"Missing scopes: api.management.read. Check your key"}"#;

/// Roles with a custom one, then a page of users with these rows.
fn people(rows: &[serde_json::Value]) -> Script {
    let roles = by_next(
        &[
            role("owner", "org-1"),
            role("reader", "org-1"),
            custom_role("role_1"),
        ],
        None,
    );
    Script::new().json(&roles).json(&by_last_id(rows, false))
}

fn people_page(service: &Service) -> governance_guest::wit::connector::Page {
    let first = service.list("organization", None).expect("a page");
    let token = Some(first.next[0].token.as_str());
    service.list("organization", token).expect("a page")
}

#[test]
fn a_custom_role_can_be_held_by_many_kinds_and_excludes_nothing() {
    let service = Service::of(&[by_next(&[custom_role("role_1")], None)]);
    let page = service.list("org_role", None).expect("a page");
    assert_eq!(resources(&page)[0], "org_role:role_1");
    assert_eq!(page.resources[0].permissions, ["api.groups.read"]);
    let entitlement = &page.entitlements[0];
    assert_eq!(entitlement.slug, "assigned");
    assert_eq!(entitlement.name, "Role role_1");
    assert_eq!(
        entitlement.grantable_to,
        ["user", "group", "service_account"]
    );
    assert_eq!(entitlement.exclusion, None);
}

#[test]
fn where_there_are_custom_roles_each_person_is_asked_for() {
    let rows = [person("u1", "owner"), person("u2", "reader")];
    let service = Service::new(people(&rows));
    let page = people_page(&service);
    assert_eq!(
        covers(&page),
        [
            ["grants on org_role by user:u1"],
            ["grants on org_role by user:u2"]
        ]
    );
    assert_eq!(gaps(&page), [""; 0]);
    assert_eq!(page.grants.len(), 4);
}

#[test]
fn one_persons_roles_are_told_as_the_rows_say() {
    let rows = by_next(
        &[
            assigned(role("owner", "org-1"), Some("g1")),
            assigned(role("reader", "org-1"), None),
            assigned(custom_role("role_1"), None),
            assigned(custom_role("role_2"), Some("g1")),
            assigned(project_role("viewer"), None),
        ],
        None,
    );
    let service = Service::new(people(&[person("u1", "reader")]).json(&rows));
    let token = people_page(&service).next.remove(0).token;
    let page = service.list("organization", Some(&token)).expect("a page");
    assert_eq!(
        service.requests()[2],
        "GET /organization/users/u1/roles?limit=1000"
    );
    assert_eq!(
        grants(&page),
        [
            "org_role:role-api-organization-owner:assigned:user:u1 through group:g1",
            "org_role:role_1:assigned:user:u1",
            "org_role:role_2:assigned:user:u1 through group:g1",
        ],
        "reader is told by the list, the project's role by the project"
    );
    assert_eq!(gaps(&page), [""; 0]);
}

#[test]
fn a_role_that_no_row_names_is_told_by_the_assignments() {
    let rows = by_next(&[assigned(role("reader", "org-1"), None)], None);
    let mut nameless = person("u1", "owner");
    nameless["role"] = json!(null);
    let service = Service::new(people(&[nameless]).json(&rows));
    let people = people_page(&service);
    assert_eq!(grants(&people), ["organization:org-1:member:user:u1"]);
    assert_eq!(gaps(&people), [""; 0]);
    let page = service.list("organization", Some(&people.next[0].token));
    assert_eq!(
        grants(&page.expect("a page")),
        ["org_role:role-api-organization-reader:assigned:user:u1"]
    );
}

#[test]
fn a_service_account_among_people_is_told_as_one() {
    let mut row = person("s1", "reader");
    row["is_service_account"] = json!(true);
    let service = Service::new(people(&[row.clone()]));
    let page = people_page(&service);
    assert_eq!(resources(&page), ["service_account:s1"]);
    assert_eq!(page.resources[0].aliases[0].resource_type, "user");
    assert_eq!(
        grants(&page),
        [
            "org_role:role-api-organization-reader:assigned:user:s1",
            "organization:org-1:member:user:s1"
        ]
    );
    assert_eq!(covers(&page), [["grants on org_role by user:s1"]]);
    let error = Service::of(&[row]).get(&reference("user", "s1", None));
    assert!(
        error
            .expect_err("no person")
            .message
            .contains("service account")
    );
}

#[test]
fn a_person_whose_roles_are_closed_is_a_gap() {
    let missing = br#"{"error":{"message":"No such user"}}"#;
    for (status, body, reason) in [
        (401, DENIED, "permission"),
        (403, DENIED, "permission"),
        (403, b"<html>".as_slice(), "permission"),
        (404, missing.as_slice(), "plan"),
    ] {
        let script = people(&[person("u1", "reader")]).status(status, body);
        let service = Service::new(script);
        let token = people_page(&service).next.remove(0).token;
        let page = service.list("organization", Some(&token)).expect("a page");
        let expected = format!("roles {reason} grants on org_role by user:u1");
        assert_eq!(gaps(&page), [expected]);
    }
}

#[test]
fn without_custom_roles_nobody_is_asked_for() {
    let rows = [person("u1", "owner"), person("u2", "reader")];
    let service = Service::of(&[roles(), by_last_id(&rows, false)]);
    assert_eq!(people_page(&service).next, []);
}

#[test]
fn more_people_than_a_page_can_lead_to_are_gaps() {
    let rows: Vec<_> = (0..1_100)
        .map(|number| person(&format!("u{number}"), "reader"))
        .collect();
    let service = Service::new(people(&rows));
    let page = people_page(&service);
    assert_eq!(page.next.len(), 1_000);
    assert_eq!(page.gaps.len(), 100);
    assert_eq!(
        gaps(&page)[0],
        "roles failure grants on org_role by user:u1000"
    );
}
