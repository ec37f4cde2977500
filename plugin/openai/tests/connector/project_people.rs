//! People and groups in a project: what their lists tell, and what asking for
//! each of them adds.

use governance_guest::testing::Script;
use governance_guest::wit::connector::Page;
use serde_json::{Value, json};

use crate::service::*;

const DENIED: &[u8] = br#"{"error":{"message":"You have insufficient permissions"}}"#;

fn step(name: &str, with: &Value) -> String {
    json!({"at": name, "v": 1, "with": with}).to_string()
}

fn ask(service: &Service, token: &str) -> Page {
    let page = service.list_below("project_role", &project(), Some(token));
    page.expect("a page")
}

/// A page of people in the project.
fn people(service: &Service, custom: Option<&str>) -> Page {
    let with = custom.map_or(json!({}), |custom| json!({ "custom": custom }));
    ask(service, &step("project-users", &with))
}

fn member(id: &str, role: &str) -> Value {
    json!({"object": "organization.project.user", "id": id, "role": role, "added_at": 7})
}

/// What is told of somebody who is listed with `classic`, and has `roles` when
/// asked for.
fn told(classic: Value, roles: &[Value]) -> (Vec<String>, Vec<String>) {
    let mut row = member("u1", "");
    row["role"] = classic;
    let service = Service::of(&[by_last_id(&[row], false), by_next(roles, None)]);
    let list = people(&service, None);
    assert_eq!(
        grants(&list),
        [""; 0],
        "nothing is told before it is certain"
    );
    assert_eq!(covers(&list), [["grants on project:p1 by user:u1"]]);
    let page = ask(&service, &list.next[0].token);
    assert_eq!(
        service.requests(),
        [
            "GET /organization/projects/p1/users?limit=100",
            "GET /projects/p1/users/u1/roles?limit=1000"
        ]
    );
    (grants(&page), gaps(&page))
}

#[test]
fn what_a_persons_roles_say_wins_over_the_list() {
    let held = |name: &str, through| assigned(project_role(name), through);
    let custom = assigned(custom_role("role_1"), None);
    let owner = "project:p1:owner:user:u1 not told";
    for (classic, roles, expected) in [
        (
            json!("member"),
            vec![held("member", None)],
            vec!["project:p1:member:user:u1"],
        ),
        (
            json!("member"),
            vec![held("viewer", None)],
            vec!["project:p1:viewer:user:u1"],
        ),
        (
            json!("member"),
            vec![held("viewer", Some("g1"))],
            vec!["project:p1:viewer:user:u1 through group:g1"],
        ),
        (
            json!("member"),
            vec![custom.clone()],
            vec!["project:p1:role_1:user:u1", "project:p1:member:user:u1"],
        ),
        (json!("member"), vec![], vec!["project:p1:member:user:u1"]),
        (json!("viewer"), vec![], vec!["project:p1:viewer:user:u1"]),
        (json!("owner"), vec![], vec![owner]),
        (
            json!("owner"),
            vec![held("owner", None)],
            vec!["project:p1:owner:user:u1"],
        ),
        (
            json!("owner"),
            vec![held("owner", Some("g1"))],
            vec!["project:p1:owner:user:u1 through group:g1"],
        ),
        (
            json!("owner"),
            vec![held("member", None)],
            vec!["project:p1:member:user:u1", owner],
        ),
        (
            json!("owner"),
            vec![assigned(role("owner", "org-1"), None)],
            vec![owner],
        ),
        (
            json!(null),
            vec![custom.clone()],
            vec!["project:p1:role_1:user:u1"],
        ),
    ] {
        assert_eq!(
            told(classic.clone(), &roles),
            (expected.into_iter().map(str::to_owned).collect(), vec![]),
            "{classic} {roles:?}"
        );
    }
}

#[test]
fn somebody_with_no_role_to_be_seen_is_a_gap() {
    for classic in [json!(null), json!("captain")] {
        let gap = "project-users failure grants on project:p1 by user:u1";
        assert_eq!(told(classic, &[]), (vec![], vec![gap.to_owned()]));
    }
}

#[test]
fn roles_on_several_pages_are_one_answer() {
    let service = Service::of(&[
        by_last_id(&[member("u1", "member")], false),
        by_next(&[assigned(project_role("viewer"), None)], Some("c1")),
        by_next(&[assigned(custom_role("role_1"), None)], None),
    ]);
    let list = people(&service, None);
    let first = ask(&service, &list.next[0].token);
    assert_eq!(grants(&first), ["project:p1:viewer:user:u1"]);
    assert_eq!(covers(&first), [["grants on project:p1 by user:u1"]]);
    let second = ask(&service, &first.next[0].token);
    assert_eq!(grants(&second), ["project:p1:role_1:user:u1"]);
    assert_eq!(second.next, []);
}

#[test]
fn a_person_who_cannot_be_asked_for_is_told_by_the_list_with_a_gap() {
    let gone = br#"{"error":{"message":"User is not a member of the project"}}"#;
    for (status, body, reason) in [
        (401, DENIED, "permission"),
        (403, b"{}".as_slice(), "permission"),
        (404, gone.as_slice(), "failure"),
        (400, gone.as_slice(), "failure"),
    ] {
        let list = by_last_id(&[member("u1", "member")], false);
        let service = Service::new(Script::new().json(&list).status(status, body));
        let list = people(&service, None);
        let page = ask(&service, &list.next[0].token);
        assert_eq!(grants(&page), ["project:p1:member:user:u1"]);
        let gap = format!("project-roles {reason} grants on project:p1 by user:u1");
        assert_eq!(gaps(&page), [gap], "{status}");
    }
}

#[test]
fn auto_asks_only_where_it_must_and_leaves_one_gap() {
    let rows = [
        member("u1", "owner"),
        member("u2", "member"),
        member("u3", "viewer"),
        member("u4", ""),
    ];
    let mut service = Service::of(&[
        by_last_id(&rows, true),
        by_last_id(&[member("u5", "member")], false),
    ]);
    service.set("role_detail", "auto");
    let page = people(&service, None);
    assert_eq!(
        grants(&page),
        [
            "project:p1:owner:user:u1 not told",
            "project:p1:member:user:u2"
        ]
    );
    assert_eq!(
        gaps(&page),
        ["project-users assumption grants on project:p1:viewer by user"]
    );
    assert_eq!(
        covers(&page),
        [
            ["grants on project:p1 by user:u3"],
            ["grants on project:p1 by user:u4"],
            ["grants on project:p1 by user"]
        ]
    );
    let next = ask(&service, &page.next[2].token);
    assert_eq!(grants(&next), ["project:p1:member:user:u5"]);
    assert_eq!(gaps(&next), [""; 0], "told already");
}

#[test]
fn auto_asks_for_everybody_where_there_are_custom_roles() {
    let rows = [member("u1", "owner"), member("u2", "member")];
    let mut service = Service::of(&[by_last_id(&rows, false)]);
    service.set("role_detail", "auto");
    let page = people(&service, Some("some"));
    assert_eq!(
        (page.grants.len(), page.gaps.len(), page.next.len()),
        (0, 0, 2)
    );
}

#[test]
fn where_roles_are_closed_the_list_is_all_that_is_told() {
    let rows = [
        member("u1", "owner"),
        member("u2", "member"),
        member("u3", "?"),
    ];
    let service = Service::of(&[by_last_id(&rows, false)]);
    let page = people(&service, Some("unknown"));
    assert_eq!(
        grants(&page),
        [
            "project:p1:owner:user:u1 not told",
            "project:p1:member:user:u2"
        ]
    );
    assert_eq!(
        gaps(&page),
        ["project-users failure grants on project:p1 by user:u3"]
    );
    assert_eq!(page.next, []);
}

#[test]
fn people_who_cannot_be_listed_are_a_gap_whatever_the_reason() {
    let flat = br#"{"code":404,"message":"The project p1 was not found"}"#;
    let archived = br#"{"error":{"message":"Project is archived","code":"archived"}}"#;
    for (status, body, reason) in [
        (401, DENIED, "permission"),
        (403, b"\"Missing scopes\"".as_slice(), "permission"),
        (404, flat.as_slice(), "failure"),
        (400, archived.as_slice(), "failure"),
    ] {
        let service = Service::new(Script::new().status(status, body));
        let page = people(&service, None);
        let gap = format!("project-users {reason} grants on project:p1 by user");
        assert_eq!(gaps(&page), [gap]);
        let service = Service::new(Script::new().status(status, body));
        let page = ask(&service, &step("project-groups", &json!({})));
        let reason = if status == 404 { "plan" } else { reason };
        let gap = format!("project-groups {reason} grants on project:p1 by group");
        assert_eq!(gaps(&page), [gap]);
    }
}

#[test]
fn service_accounts_among_people_are_left_to_their_own_list() {
    let mut row = member("s1", "member");
    row["is_service_account"] = json!(true);
    let nameless = json!({"role": "member"});
    let service = Service::of(&[by_last_id(&[row, nameless], false)]);
    let page = people(&service, None);
    assert_eq!((page.grants.len(), page.next.len()), (0, 0));
    assert_eq!(
        gaps(&page),
        ["project-users failure grants on project:p1 by user"]
    );
}

#[test]
fn each_group_in_a_project_is_asked_for_its_roles() {
    let rows = [json!({"group_id": "g1"}), json!({"group_name": "nameless"})];
    let roles = [
        assigned(project_role("member"), None),
        assigned(custom_role("role_1"), None),
        assigned(role("owner", "org-1"), None),
    ];
    let service = Service::of(&[by_next(&rows, Some("c1")), by_next(&roles, None)]);
    let list = ask(&service, &step("project-groups", &json!({})));
    assert_eq!(
        covers(&list),
        [
            ["grants on project:p1 by group:g1"],
            ["grants on project:p1 by group"]
        ]
    );
    assert_eq!(
        gaps(&list),
        ["project-groups failure grants on project:p1 by group"]
    );
    let page = ask(&service, &list.next[0].token);
    assert_eq!(
        grants(&page),
        ["project:p1:member:group:g1", "project:p1:role_1:group:g1"]
    );
    for grant in &page.grants {
        let expands = grant.expands.as_ref().expect("its members hold it too");
        assert!(expands.slugs == ["member"] && !expands.deep);
    }
    assert_eq!(gaps(&page), [""; 0]);
    assert_eq!(
        service.requests(),
        [
            "GET /organization/projects/p1/groups?limit=100",
            "GET /projects/p1/groups/g1/roles?limit=1000"
        ]
    );
}

#[test]
fn a_group_with_no_role_to_be_seen_is_a_gap_and_no_role_is_made_up() {
    let elsewhere = by_next(&[role("owner", "org-1")], None);
    let token = step("project-group", &json!({"id": "g1"}));
    for script in [
        Script::new().json(&by_next(&[], None)),
        Script::new().json(&elsewhere),
        Script::new().json(&by_next(&[json!({})], None)),
        Script::new().status(404, b"{}"),
    ] {
        let page = ask(&Service::new(script), &token);
        assert_eq!(grants(&page), [""; 0]);
        assert_eq!(
            gaps(&page),
            ["project-roles failure grants on project:p1 by group:g1"]
        );
    }
    let denied = ask(&Service::new(Script::new().status(403, DENIED)), &token);
    assert_eq!(
        gaps(&denied),
        ["project-roles permission grants on project:p1 by group:g1"]
    );
}

#[test]
fn a_groups_roles_on_several_pages_are_one_answer() {
    let service = Service::of(&[
        by_next(&[project_role("viewer")], Some("c1")),
        by_next(&[], None),
    ]);
    let token = step("project-group", &json!({"id": "g1"}));
    let first = ask(&service, &token);
    let second = ask(&service, &first.next[0].token);
    assert_eq!(gaps(&second), [""; 0], "a role was seen before");
}
