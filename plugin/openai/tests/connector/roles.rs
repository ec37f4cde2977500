//! The full listing's first step: roles, the organization, the way to people.

use governance_guest::testing::Script;
use governance_guest::wit::faults::{Delivery, ErrorKind, Party};
use governance_guest::wit::model::ResourceId;
use serde_json::json;

use crate::service::*;

const DENIED: &[u8] = br#"{"error":"Missing scopes: api.management.read. Check your key"}"#;

#[test]
fn one_request_tells_roles_organization_and_the_way_to_people() {
    let service = Service::of(&[roles()]);
    let page = service.list("organization", None).expect("a page");
    assert_eq!(service.requests(), ["GET /organization/roles?limit=1000"]);
    assert_eq!(
        resources(&page),
        [
            "org_role:role-api-organization-owner",
            "org_role:role-api-organization-reader",
            "organization:org-1"
        ]
    );
    let owner = &page.resources[0];
    let alias = "role-api-organization-owner__api-organization__org-1";
    assert_eq!(owner.aliases[0].id, alias);
    assert_eq!(owner.permissions, ["api.all.read"]);
    assert_eq!(page.tenant.as_deref(), Some("org-1"));
    assert_eq!(gaps(&page), [""; 0]);
    let covers: Vec<_> = page.next[0].covers.iter().map(scope).collect();
    assert_eq!(
        covers,
        [
            "resources on user",
            "resources on service_account",
            "grants on org_role by user",
            "grants on org_role by service_account",
            "grants on organization"
        ]
    );
}

#[test]
fn owner_and_reader_exclude_each_other_and_reader_is_the_floor() {
    let page = Service::of(&[roles()])
        .list("org_role", None)
        .expect("a page");
    let exclusions: Vec<_> = page
        .entitlements
        .iter()
        .map(|entitlement| {
            let exclusion = entitlement.exclusion.as_ref().expect("a group");
            let id = entitlement.resource.id.as_str();
            (id, exclusion.group.as_str(), exclusion.is_default)
        })
        .collect();
    assert_eq!(
        exclusions,
        [
            ("role-api-organization-owner", "org-role", false),
            ("role-api-organization-reader", "org-role", true)
        ]
    );
    assert!(page.entitlements.iter().all(|told| told.slug == "assigned"));
    assert!(
        page.entitlements
            .iter()
            .all(|told| told.grantable_to == ["user", "group", "service_account"])
    );
}

#[test]
fn roles_alone_lead_to_nobody() {
    let page = Service::of(&[roles()])
        .list("org_role", None)
        .expect("a page");
    assert_eq!(page.next, []);
    assert_eq!(page.resources.len(), 2);
    assert_eq!(page.tenant.as_deref(), Some("org-1"));
}

#[test]
fn the_organization_is_the_configured_one_where_no_role_tells_it() {
    let short = json!({"id": "role-api-organization-owner", "name": "owner"});
    let service = Service::of(&[by_next(&[short], None)]).with_organization("org-1");
    let page = service.list("organization", None).expect("a page");
    assert_eq!(resources(&page)[2], "organization:org-1");
    assert_eq!(page.resources[0].aliases, [] as [ResourceId; 0]);
    assert_eq!(gaps(&page), [""; 0]);
    assert_eq!(page.tenant, None, "no answer told it");
}

#[test]
fn an_unknown_organization_is_a_gap_and_the_rest_goes_on() {
    let service = Service::of(&[
        by_next(&[], None),
        by_last_id(&[person("u1", "owner")], false),
    ]);
    let page = service.list("organization", None).expect("a page");
    assert_eq!(page.resources.len(), 2, "both predefined roles");
    assert_eq!(gaps(&page), ["roles failure all on organization"]);
    let people = service.list("organization", Some(&page.next[0].token));
    let people = people.expect("a page");
    assert_eq!(
        grants(&people),
        ["org_role:role-api-organization-owner:assigned:user:u1"]
    );
    assert_eq!(gaps(&people), [""; 0], "told already");
}

#[test]
fn closed_roles_are_a_gap_with_its_reason_and_people_follow() {
    let missing = br#"{"error":{"message":"Not found"}}"#;
    for (status, body, reason) in [
        (403, DENIED, "permission"),
        (401, DENIED, "permission"),
        (402, b"{}".as_slice(), "plan"),
        (404, missing.as_slice(), "plan"),
    ] {
        let service = Service::new(Script::new().status(status, body));
        let page = service.list("organization", None).expect("a page");
        assert_eq!(page.resources.len(), 2, "both predefined roles");
        assert_eq!(
            gaps(&page),
            [
                format!("roles {reason} all on org_role"),
                format!("roles {reason} all on organization"),
            ]
        );
        assert_eq!(page.next.len(), 1);
    }
}

#[test]
fn a_denied_gap_quotes_what_is_missing() {
    let service = Service::new(Script::new().status(403, DENIED)).with_organization("org-1");
    let page = service.list("organization", None).expect("a page");
    assert_eq!(gaps(&page), ["roles permission all on org_role"]);
    assert!(page.gaps[0].detail.contains("api.management.read"));
    assert_eq!(resources(&page)[2], "organization:org-1");
}

#[test]
fn a_credential_of_another_organization_is_refused() {
    let service = Service::of(&[roles(), roles()]).with_organization("org-2");
    for error in [
        service.list("organization", None).expect_err("refused"),
        service.check("roles").expect_err("refused"),
    ] {
        assert_eq!(error.kind, ErrorKind::Precondition);
        assert_eq!(error.party, Party::Credential);
        assert_eq!(error.message, "credential of another organization");
        assert_eq!(error.delivery, Delivery::Answered);
        assert!(error.hint.expect("a hint").contains("org-1"));
    }
}

#[test]
fn many_roles_are_read_page_by_page_and_what_is_known_travels() {
    let custom = json!({"id": "role_01J", "name": "Auditor", "predefined_role": false});
    let service = Service::of(&[
        by_next(&[custom, role("owner", "org-1")], Some("c1")),
        by_next(&[custom_role("role_01K")], None),
    ]);
    let first = service.list("organization", None).expect("a page");
    assert_eq!(
        resources(&first),
        ["org_role:role_01J", "org_role:role-api-organization-owner"]
    );
    let covers: Vec<_> = first.next[0].covers.iter().map(scope).collect();
    assert_eq!(
        covers,
        [
            "all on org_role",
            "all on organization",
            "resources on user",
            "resources on service_account",
            "grants on org_role by user",
            "grants on org_role by service_account",
            "grants on organization"
        ]
    );
    let token = Some(first.next[0].token.as_str());
    let second = service.list("organization", token).expect("a page");
    assert_eq!(
        service.requests()[1],
        "GET /organization/roles?limit=1000&after=c1"
    );
    assert_eq!(
        resources(&second),
        [
            "org_role:role_01K",
            "org_role:role-api-organization-reader",
            "organization:org-1"
        ]
    );
    assert_eq!(second.tenant.as_deref(), Some("org-1"));
}

#[test]
fn a_list_that_turns_in_a_circle_ends_with_a_gap() {
    let row = role("owner", "org-1");
    let service = Service::of(&[
        by_next(std::slice::from_ref(&row), Some("c1")),
        by_next(&[row], Some("c1")),
    ]);
    let first = service.list("organization", None).expect("a page");
    let token = Some(first.next[0].token.as_str());
    let second = service.list("organization", token).expect("a page");
    assert_eq!(gaps(&second), ["roles failure all on org_role"]);
    assert_eq!(second.next.len(), 1, "people follow all the same");
}

#[test]
fn a_role_is_read_again_out_of_the_list() {
    for id in [
        "role-api-organization-owner",
        "role-api-organization-owner__api-organization__org-1",
    ] {
        let service = Service::of(&[roles()]);
        let page = service
            .get(&reference("org_role", id, None))
            .expect("a page");
        assert_eq!(resources(&page), ["org_role:role-api-organization-owner"]);
        assert_eq!(page.entitlements.len(), 1);
        assert_eq!(page.next, []);
    }
    let service = Service::of(&[custom_role("role_01J")]);
    let page = service.get(&reference("org_role", "role_01J", None));
    assert_eq!(resources(&page.expect("a page")), ["org_role:role_01J"]);
    assert_eq!(service.requests(), ["GET /organization/roles/role_01J"]);
    let other = Service::of(&[project_role("viewer")]);
    let other = other.get(&reference("org_role", "role_01J", None));
    assert_eq!(other.expect_err("no such role").kind, ErrorKind::NotFound);
}

#[test]
fn the_organization_is_read_again_out_of_the_roles() {
    let service = Service::of(&[roles(), roles()]);
    let page = service.get(&reference("organization", "org-1", None));
    assert_eq!(resources(&page.expect("a page")), ["organization:org-1"]);
    let other = service.get(&reference("organization", "org-2", None));
    assert_eq!(other.expect_err("another").kind, ErrorKind::NotFound);
    let closed = Service::new(Script::new().status(403, DENIED));
    let page = closed.get(&reference("organization", "org-1", None));
    assert_eq!(
        gaps(&page.expect("a page")),
        ["roles permission all on organization"],
        "unknown is not absent"
    );
}
