//! Projects, their owners and their roles.

use governance_guest::testing::Script;
use governance_guest::wit::faults::ErrorKind;
use governance_guest::wit::model::Status;
use serde_json::{Value, json};

use crate::service::*;

const DENIED: &[u8] = br#"{"error":"Missing scopes: api.management.read. Check your key"}"#;

fn row(id: &str, status: &str) -> Value {
    json!({
        "object": "organization.project", "id": id, "name": null, "created_at": 1_711_471_533,
        "status": status, "residency": "GLOBAL", "is_default": id == "p1", "new_field": [1],
    })
}

#[test]
fn live_projects_have_the_organizations_owners_and_archived_ones_are_marked() {
    let rows = [row("p1", "active"), row("p2", "archived")];
    let service = Service::of(&[by_last_id(&rows, true), by_last_id(&[], false)]);
    let page = service.list("project", None).expect("a page");
    assert_eq!(resources(&page), ["project:p1", "project:p2"]);
    let (live, archived) = (&page.resources[0], &page.resources[1]);
    assert_eq!((live.status, live.hint.as_deref()), (Status::Active, None));
    assert_eq!(archived.status, Status::Archived);
    assert_eq!(archived.hint.as_deref(), Some("archived"));
    assert_eq!(
        (live.name.as_str(), live.created_at),
        ("p1", Some(1_711_471_533))
    );
    assert_eq!(
        live.attributes,
        r#"{"is_default":true,"residency":"GLOBAL"}"#
    );
    assert_eq!(
        grants(&page),
        ["project:p1:owner:org_role:role-api-organization-owner"]
    );
    let owners = &page.grants[0];
    assert_eq!(
        owners.immutable.as_deref(),
        Some("organization owners own every project")
    );
    let expands = owners.expands.as_ref().expect("those who are owners");
    assert!(expands.deep && expands.slugs == ["assigned"]);
    assert_eq!(
        covers(&page),
        [[
            "all on project",
            "all on project_role",
            "all on service_account",
            "all on api_key"
        ]]
    );
    service
        .list("project", Some(&page.next[0].token))
        .expect("a page");
    assert_eq!(
        service.requests(),
        [
            "GET /organization/projects?limit=100&include_archived=true",
            "GET /organization/projects?limit=100&after=p2&include_archived=true"
        ]
    );
}

#[test]
fn nothing_is_asked_below_an_archived_project() {
    let service = Service::of(&[]);
    let archived = reference("project", "p2", Some("archived"));
    for resource_type in ["project_role", "service_account", "api_key"] {
        let page = service.list_below(resource_type, &archived, None);
        let page = page.expect("a page");
        assert_eq!(
            (resources(&page).len(), page.gaps.len(), page.next.len()),
            (0, 0, 0)
        );
    }
    assert_eq!(service.requests(), [""; 0]);
}

#[test]
fn closed_projects_are_a_gap_of_all_that_is_below_them() {
    let object = br#"{"error":{"message":"Missing scopes: api.management.read"}}"#;
    let flat = br#"{"code":404,"message":"not found"}"#;
    for (status, body, reason) in [
        (401, DENIED, "permission"),
        (403, object.as_slice(), "permission"),
        (403, b"".as_slice(), "permission"),
        (404, flat.as_slice(), "plan"),
    ] {
        let page = Service::new(Script::new().status(status, body)).list("project", None);
        let types = ["project", "project_role", "service_account", "api_key"];
        assert_eq!(
            gaps(&page.expect("a page")),
            types.map(|of| format!("projects {reason} all on {of}"))
        );
    }
}

#[test]
fn roles_are_resources_of_their_project_and_custom_ones_can_be_held_on_it() {
    let mut short = project_role("member");
    short["id"] = json!("role-api-project-member");
    let rows = [
        project_role("owner"),
        short,
        custom_role("role_~1"),
        role("owner", "org-1"),
    ];
    let service = Service::of(&[by_next(&rows, None)]);
    let page = service.list_below("project_role", &project(), None);
    let page = page.expect("a page");
    assert_eq!(service.requests(), ["GET /projects/p1/roles?limit=1000"]);
    assert_eq!(
        resources(&page),
        [
            "project_role:role-api-project-owner__api-project__p1",
            "project_role:role-api-project-member__api-project__p1",
            "project_role:role_~1"
        ],
        "the organization's role is told there"
    );
    assert_eq!(page.resources[0].permissions, ["api.model.read"]);
    assert!(
        page.resources
            .iter()
            .all(|it| it.parent == Some(project().id))
    );
    assert_eq!(page.entitlements.len(), 1);
    let entitlement = &page.entitlements[0];
    assert_eq!(entitlement.resource, project().id);
    assert_eq!(entitlement.slug, "role_~1");
    assert_eq!(
        entitlement.grantable_to,
        ["user", "group", "service_account"]
    );
    assert_eq!(entitlement.exclusion, None);
    assert_eq!(
        covers(&page),
        [
            vec!["grants on project:p1 by user"],
            vec!["grants on project:p1 by group"],
            vec![
                "resources on service_account below project:p1",
                "grants on project:p1 by service_account"
            ],
        ]
    );
    assert_eq!(gaps(&page), [""; 0]);
}

#[test]
fn many_roles_are_read_page_by_page_before_anybody_is_asked_for() {
    let service = Service::of(&[
        by_next(&[custom_role("role_1")], Some("c1")),
        by_next(&[project_role("owner")], None),
    ]);
    let first = service.list_below("project_role", &project(), None);
    let first = first.expect("a page");
    assert_eq!(
        covers(&first),
        [[
            "all on project_role below project:p1",
            "entitlements on project:p1",
            "grants on project:p1",
            "resources on service_account below project:p1"
        ]]
    );
    let token = Some(first.next[0].token.as_str());
    let second = service.list_below("project_role", &project(), token);
    let second = second.expect("a page");
    assert_eq!(second.next.len(), 3);
    assert!(second.next[0].token.contains(r#""custom":"some""#));
}

#[test]
fn closed_roles_are_a_gap_and_the_lists_of_people_are_read_all_the_same() {
    let flat = br#"{"code":404,"message":"The project p1 was not found"}"#;
    let archived = br#"{"error":{"message":"The project is archived","param":"project_id"}}"#;
    for (status, body, reason) in [
        (403, DENIED, "permission"),
        (403, b"<html>".as_slice(), "permission"),
        (404, flat.as_slice(), "plan"),
        (400, archived.as_slice(), "failure"),
    ] {
        let service = Service::new(Script::new().status(status, body));
        let page = service.list_below("project_role", &project(), None);
        let page = page.expect("a page");
        let unknown = [
            "all on project_role below project:p1",
            "entitlements on project:p1",
            "grants on project:p1 by user",
            "grants on project:p1 by service_account",
        ];
        assert_eq!(
            gaps(&page),
            unknown.map(|scope| format!("project-roles {reason} {scope}"))
        );
        assert_eq!(page.next.len(), 3);
    }
}

#[test]
fn a_role_without_a_usable_id_and_a_list_that_breaks_off_are_gaps() {
    let long = custom_role(&"r".repeat(257));
    let broken = json!({"data": [project_role("owner")], "has_more": true});
    for answer in [by_next(&[long], None), broken] {
        let service = Service::of(&[answer]);
        let page = service.list_below("project_role", &project(), None);
        let page = page.expect("a page");
        assert_eq!(
            gaps(&page),
            [
                "project-roles failure all on project_role below project:p1",
                "project-roles failure entitlements on project:p1"
            ]
        );
        assert_eq!(page.next.len(), 3);
    }
}

#[test]
fn one_project_is_read_again() {
    let service = Service::of(&[row("p1", "archived"), json!({"object": "x"})]);
    let page = service.get(&project()).expect("a page");
    assert_eq!(page.resources[0].hint.as_deref(), Some("archived"));
    assert_eq!(grants(&page), [""; 0]);
    let error = service.get(&project()).expect_err("no project");
    assert_eq!(error.kind, ErrorKind::UnreadableResponse);
}
