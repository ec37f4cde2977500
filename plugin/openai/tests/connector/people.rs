//! People: what their rows tell, page by page, alone, one by one.

use governance_guest::testing::Script;
use governance_guest::wit::faults::ErrorKind;
use serde_json::json;

use crate::service::*;

#[test]
fn each_person_has_a_role_and_a_membership() {
    let service = Service::of(&[
        roles(),
        by_last_id(&[person("u1", "owner"), person("u2", "reader")], true),
        by_last_id(&[person("u3", "reader")], false),
    ]);
    let first = service.list("organization", None).expect("a page");
    let token = Some(first.next[0].token.as_str());
    let second = service.list("organization", token).expect("a page");
    assert_eq!(resources(&second), ["user:u1", "user:u2"]);
    assert_eq!(
        grants(&second),
        [
            "org_role:role-api-organization-owner:assigned:user:u1",
            "organization:org-1:member:user:u1",
            "org_role:role-api-organization-reader:assigned:user:u2",
            "organization:org-1:member:user:u2",
        ]
    );
    let covers: Vec<_> = second.next[0].covers.iter().map(scope).collect();
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
    let token = Some(second.next[0].token.as_str());
    let third = service.list("organization", token).expect("a page");
    assert_eq!(resources(&third), ["user:u3"]);
    assert_eq!(third.next, []);
    assert_eq!(
        service.requests(),
        [
            "GET /organization/roles?limit=1000",
            "GET /organization/users?limit=100",
            "GET /organization/users?limit=100&after=u2"
        ]
    );
}

#[test]
fn a_role_that_is_not_told_is_unknown_and_not_absent() {
    let mut custom = person("u1", "owner");
    custom["role"] = json!("role_01J");
    let mut none = person("u2", "owner");
    none["role"] = json!(null);
    let service = Service::of(&[by_last_id(&[custom, none], false)]).with_organization("org-1");
    let page = service.list("user", None).expect("a page");
    assert_eq!(page.resources.len(), 2);
    assert_eq!(
        gaps(&page),
        [
            "users failure grants on org_role by user:u1",
            "users failure grants on org_role by user:u2",
            "users assumption grants on org_role by user",
            "users assumption grants on org_role by service_account",
        ]
    );
}

#[test]
fn a_row_without_an_id_is_a_gap_told_once() {
    let mut anonymous = person("u1", "owner");
    anonymous["id"] = json!(null);
    let mut nested = anonymous.clone();
    nested["user"] = json!({"id": "u2"});
    let rows = [anonymous.clone(), anonymous, nested];
    let service = Service::of(&[by_last_id(&rows, false)]).with_organization("org-1");
    let page = service.list("user", None).expect("a page");
    assert_eq!(resources(&page), ["user:u2"]);
    assert_eq!(
        gaps(&page),
        [
            "users failure resources on user",
            "users failure resources on service_account",
            "users failure grants on org_role by user",
            "users failure grants on org_role by service_account",
            "users failure grants on organization"
        ]
    );
}

#[test]
fn people_alone_need_the_configured_organization_for_their_membership() {
    let answer = by_last_id(&[person("u1", "owner")], true);
    let service = Service::of(&[answer.clone(), answer.clone()]);
    let first = service.list("user", None).expect("a page");
    assert_eq!(
        gaps(&first),
        [
            "users assumption grants on org_role by user",
            "users assumption grants on org_role by service_account",
            "users failure grants on organization"
        ]
    );
    let token = Some(first.next[0].token.as_str());
    let again = service.list("user", token).expect("a page");
    assert_eq!(
        gaps(&again),
        [
            "users failure resources on user",
            "users failure resources on service_account",
            "users failure grants on org_role by user",
            "users failure grants on org_role by service_account",
            "users failure grants on organization"
        ],
        "the cursor was the same"
    );
    let configured = Service::of(&[answer]).with_organization("org-1");
    let page = configured.list("user", None).expect("a page");
    assert_eq!(grants(&page)[1], "organization:org-1:member:user:u1");
    assert_eq!(
        gaps(&page),
        [
            "users assumption grants on org_role by user",
            "users assumption grants on org_role by service_account"
        ],
        "nobody was asked for custom roles"
    );
}

#[test]
fn closed_users_are_gaps() {
    let denied = br#"{"error":{"message":"Missing scopes: api.management.read"}}"#;
    let service = Service::new(Script::new().status(403, denied));
    let page = service.list("user", None).expect("a page");
    assert_eq!(
        gaps(&page),
        [
            "users permission resources on user",
            "users permission resources on service_account",
            "users permission grants on org_role by user",
            "users permission grants on org_role by service_account",
            "users permission grants on organization"
        ]
    );
    assert_eq!(page.resources, []);
}

#[test]
fn a_service_without_users_is_not_this_service() {
    let body = br#"{"error":{"message":"Invalid URL"}}"#;
    let service = Service::new(Script::new().status(404, body));
    let error = service.list("user", None).expect_err("an error");
    assert_eq!(error.kind, ErrorKind::InvalidInput("base_url".to_owned()));
    assert!(error.hint.expect("a hint").contains("base_url"));
}

#[test]
fn a_person_is_found_by_address_without_regard_to_case() {
    let service = Service::of(&[by_last_id(&[person("u1", "owner")], false)]);
    let page = service.look_up("user", ("email", " U1@Example.COM "), None);
    assert_eq!(resources(&page.expect("a page")), ["user:u1"]);
    assert_eq!(
        service.requests(),
        ["GET /organization/users?limit=100&emails%5B%5D=U1%40Example.COM"]
    );
}

#[test]
fn a_service_that_ignores_the_filter_is_searched_to_the_end() {
    let service = Service::of(&[
        by_last_id(&[person("u1", "owner"), person("u2", "reader")], true),
        by_last_id(&[person("u3", "reader"), person("u4", "reader")], true),
    ])
    .with_organization("org-1");
    let lookup = ("email", "u3@example.com");
    let first = service.look_up("user", lookup, None).expect("a page");
    assert_eq!(resources(&first), [""; 0]);
    let token = Some(first.next[0].token.as_str());
    let second = service.look_up("user", lookup, token).expect("a page");
    assert_eq!(resources(&second), ["user:u3"]);
    assert_eq!(second.next, [], "found");
}

#[test]
fn one_person_is_read_again_with_role_and_membership() {
    let both = [
        "org_role:role-api-organization-owner:assigned:user:u1",
        "organization:org-1:member:user:u1",
    ];
    for (hint, organization, expected) in [
        (Some("org-1"), None, &both[..]),
        (None, Some("org-1"), &both[..]),
        (None, None, &both[..1]),
    ] {
        let mut service = Service::of(&[person("u1", "owner")]);
        service.set("organization_id", organization.unwrap_or_default());
        let page = service.get(&reference("user", "u1", hint)).expect("a page");
        assert_eq!(grants(&page), expected);
        assert_eq!(service.requests(), ["GET /organization/users/u1"]);
        let unknown = ["users failure grants on organization by user:u1"];
        let known = hint.or(organization).is_some();
        assert_eq!(gaps(&page), if known { &[] } else { &unknown[..] });
    }
}

#[test]
fn a_listed_user_brings_the_hint_that_reading_it_again_needs() {
    let answer = by_last_id(&[person("u1", "owner")], false);
    let service = Service::of(&[answer]).with_organization("org-1");
    let page = service.list("user", None).expect("a page");
    assert_eq!(page.resources[0].hint.as_deref(), Some("org-1"));
}
