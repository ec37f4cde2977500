//! Groups, their members, and the organization roles that they hold.

use governance_guest::testing::Script;
use governance_guest::wit::model::Management;
use serde_json::json;

use crate::service::*;

const DENIED: &[u8] = br#"{"error":"Missing scopes: api.groups.read. Check your key"}"#;

#[test]
fn groups_are_listed_page_by_page() {
    let row = |id: &str, scim: bool| json!({"id": id, "name": "Support", "is_scim_managed": scim});
    let service = Service::of(&[
        by_next(&[row("g1", false), row("g2", true)], Some("c1")),
        by_next(&[json!({"name": "nameless"})], None),
    ]);
    let first = service.list("group", None).expect("a page");
    assert_eq!(resources(&first), ["group:g1", "group:g2"]);
    assert_eq!(first.resources[1].managed_by, Management::IdentityProvider);
    let unknown = ["all on group", "grants on org_role by group"];
    assert_eq!(covers(&first), [unknown]);
    let second = service.list("group", Some(&first.next[0].token));
    let second = second.expect("a page");
    assert_eq!(
        gaps(&second),
        unknown.map(|scope| format!("groups failure {scope}"))
    );
    assert_eq!(
        service.requests(),
        [
            "GET /organization/groups?limit=1000",
            "GET /organization/groups?limit=1000&after=c1"
        ]
    );
}

#[test]
fn closed_groups_are_gaps() {
    let object = br#"{"error":{"message":"Missing scopes: api.groups.read"}}"#;
    let flat = br#"{"code":404,"message":"not found"}"#;
    for (status, body, reason) in [
        (403, DENIED, "permission"),
        (401, object.as_slice(), "permission"),
        (403, b"<html>".as_slice(), "permission"),
        (404, flat.as_slice(), "plan"),
    ] {
        let page = Service::new(Script::new().status(status, body)).list("group", None);
        assert_eq!(
            gaps(&page.expect("a page")),
            [
                format!("groups {reason} all on group"),
                format!("groups {reason} grants on org_role by group")
            ]
        );
    }
}

#[test]
fn members_come_first_and_lead_to_more_members_and_to_the_roles_once() {
    let group = reference("group", "g1", None);
    let service = Service::of(&[
        by_next(&[json!({"id": "u1"}), json!({"id": "u2"})], Some("c1")),
        by_next(&[json!({"id": "u3"}), json!({"name": "nobody"})], None),
        by_next(
            &[
                assigned(custom_role("role_1"), None),
                assigned(role("owner", "org-1"), None),
            ],
            None,
        ),
    ]);
    let first = service.grants(&group, None).expect("a page");
    assert_eq!(
        grants(&first),
        ["group:g1:member:user:u1", "group:g1:member:user:u2"]
    );
    assert_eq!(
        covers(&first),
        [["grants on group:g1"], ["grants on org_role by group:g1"]]
    );
    let second = service.grants(&group, Some(&first.next[0].token));
    let second = second.expect("a page");
    assert_eq!(grants(&second), ["group:g1:member:user:u3"]);
    assert_eq!(gaps(&second), ["group-members failure grants on group:g1"]);
    assert_eq!(second.next, [], "the roles were led to already");
    let roles = service.grants(&group, Some(&first.next[1].token));
    let roles = roles.expect("a page");
    assert_eq!(
        grants(&roles),
        [
            "org_role:role_1:assigned:group:g1",
            "org_role:role-api-organization-owner:assigned:group:g1"
        ]
    );
    for grant in &roles.grants {
        let expands = grant.expands.as_ref().expect("its members hold it too");
        assert_eq!(
            (expands.slugs.as_slice(), expands.deep),
            (&["member".to_owned()][..], false)
        );
        assert_eq!(grant.immutable, None);
    }
    assert_eq!(
        service.requests(),
        [
            "GET /organization/groups/g1/users?limit=1000",
            "GET /organization/groups/g1/users?limit=1000&after=c1",
            "GET /organization/groups/g1/roles?limit=1000"
        ]
    );
}

#[test]
fn members_of_a_group_of_the_identity_provider_cannot_be_changed() {
    for (hint, immutable) in [(Some("scim"), true), (None, false)] {
        let service = Service::of(&[by_next(&[json!({"id": "u1"})], None)]);
        let page = service.grants(&reference("group", "g1", hint), None);
        let page = page.expect("a page");
        assert_eq!(page.grants[0].immutable.is_some(), immutable);
    }
}

#[test]
fn closed_members_are_a_gap_and_the_roles_are_asked_for_all_the_same() {
    let free_plan = br#"{"error":{"message":"Not available"}}"#;
    for (status, body, reason) in [(403, DENIED, "permission"), (404, free_plan, "plan")] {
        let script = Script::new().status(status, body).status(status, body);
        let service = Service::new(script);
        let group = reference("group", "g1", None);
        let members = service.grants(&group, None).expect("a page");
        assert_eq!(
            gaps(&members),
            [format!("group-members {reason} grants on group:g1")]
        );
        let roles = service.grants(&group, Some(&members.next[0].token));
        assert_eq!(
            gaps(&roles.expect("a page")),
            [format!("roles {reason} grants on org_role by group:g1")]
        );
    }
}
