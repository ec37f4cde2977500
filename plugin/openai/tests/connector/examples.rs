//! The bodies that OpenAI publishes as examples (`tests/data`, each with its
//! source), read without a gap.

use serde_json::{Value, json};

use crate::service::*;

fn example(text: &str) -> Value {
    let example: Value = serde_json::from_str(text).expect("an example");
    let body = example.get("response").or_else(|| example.get("object"));
    body.expect("a body").clone()
}

#[test]
fn the_list_of_users() {
    let body = example(include_str!("../data/list-users.json"));
    let service = Service::of(&[body]).with_organization("org-1");
    let page = service.list("user", None).expect("a page");
    assert_eq!(
        grants(&page),
        [
            "org_role:role-api-organization-owner:assigned:user:user_abc",
            "organization:org-1:member:user:user_abc"
        ]
    );
    let user = &page.resources[0];
    assert_eq!(user.name, "First Last");
    assert_eq!(user.created_at, Some(1_711_471_533));
    assert_eq!(page.next, []);
}

#[test]
fn one_user() {
    let service = Service::of(&[example(include_str!("../data/retrieve-user.json"))]);
    let page = service.get(&reference("user", "user_abc", Some("org-1")));
    let page = page.expect("a page");
    assert_eq!(resources(&page), ["user:user_abc"]);
    assert_eq!(gaps(&page), [""; 0]);
}

#[test]
fn the_list_of_invites_holds_an_accepted_one() {
    let service = Service::of(&[example(include_str!("../data/list-invites.json"))]);
    let page = service.list("invitation", None).expect("a page");
    assert_eq!(resources(&page), [""; 0]);
    assert_eq!(
        page.notes,
        ["left out 1 accepted and 0 expired invitations"]
    );
    assert_eq!(gaps(&page), [""; 0]);
}

#[test]
fn one_invite_were_it_still_pending() {
    for text in [
        include_str!("../data/retrieve-invite.json"),
        include_str!("../data/schema-invite.json"),
    ] {
        let mut body = example(text);
        body["status"] = json!("pending");
        body["expires_at"] = json!(NOW + 1);
        let service = Service::of(&[body]);
        let page = service.get(&reference("invitation", "invite-abc", None));
        let page = page.expect("a page");
        assert_eq!(resources(&page), ["invitation:invite-abc"]);
        assert_eq!(
            grants(&page)[0],
            "org_role:role-api-organization-owner:assigned:invitation:invite-abc"
        );
        assert_eq!(gaps(&page), [""; 0]);
    }
}

#[test]
fn the_list_of_roles_holds_a_custom_one() {
    let body = example(include_str!("../data/list-roles.json"));
    let page = Service::of(&[body]).list("org_role", None).expect("a page");
    assert_eq!(
        resources(&page),
        [
            "org_role:role_01J1F8ROLE01",
            "org_role:role-api-organization-owner",
            "org_role:role-api-organization-reader"
        ],
        "the predefined ones are always there"
    );
    assert_eq!(gaps(&page), [""; 0]);
}

#[test]
fn lists_that_stand_alone() {
    for (resource_type, text, expected) in [
        (
            "group",
            include_str!("../data/list-groups.json"),
            "group:group_01J1F8ABCDXYZ",
        ),
        (
            "project",
            include_str!("../data/list-projects.json"),
            "project:proj_abc",
        ),
        (
            "admin_api_key",
            include_str!("../data/admin-api-keys-list.json"),
            "admin_api_key:key_abc",
        ),
    ] {
        let page = Service::of(&[example(text)]).list(resource_type, None);
        let page = page.expect("a page");
        assert_eq!(resources(&page), [expected]);
        assert_eq!(page.resources[0].created_at, Some(1_711_471_533));
        assert_eq!(gaps(&page), [""; 0]);
        assert_eq!(page.next, []);
    }
}

#[test]
fn lists_below_a_project() {
    for (resource_type, text, expected) in [
        (
            "project_role",
            include_str!("../data/list-project-roles.json"),
            "project_role:role_01J1F8PROJ",
        ),
        (
            "api_key",
            include_str!("../data/list-project-api-keys.json"),
            "api_key:key_abc",
        ),
    ] {
        let page = Service::of(&[example(text)]).list_below(resource_type, &project(), None);
        let page = page.expect("a page");
        assert_eq!(resources(&page), [expected]);
        assert_eq!(gaps(&page), [""; 0]);
    }
}

#[test]
fn who_holds_what_in_a_project() {
    let roles = example(include_str!("../data/list-project-roles.json"));
    let users = example(include_str!("../data/list-project-users.json"));
    let groups = example(include_str!("../data/list-project-groups.json"));
    let accounts = example(include_str!("../data/list-project-service-accounts.json"));
    let user_roles = example(include_str!(
        "../data/list-project-user-role-assignments.json"
    ));
    let group_roles = example(include_str!(
        "../data/list-project-group-role-assignments.json"
    ));
    let service = Service::of(&[
        roles,
        users,
        groups,
        accounts,
        user_roles.clone(),
        group_roles,
        user_roles,
    ]);
    let first = service.list_below("project_role", &project(), None);
    let first = first.expect("a page");
    let go_on = |token: &str| {
        let page = service.list_below("project_role", &project(), Some(token));
        page.expect("a page")
    };
    let lists: Vec<_> = first.next.iter().map(|next| go_on(&next.token)).collect();
    let mut told: Vec<String> = lists.iter().flat_map(grants).collect();
    for next in lists.iter().flat_map(|page| &page.next) {
        let page = go_on(&next.token);
        assert_eq!(gaps(&page), [""; 0]);
        told.extend(grants(&page));
    }
    assert_eq!(
        told,
        [
            "project:p1:owner:service_account:svc_acct_abc",
            "project:p1:role_01J1F8PROJ:user:user_abc",
            "project:p1:owner:user:user_abc not told",
            "project:p1:role_01J1F8PROJ:group:group_01J1F8ABCDXYZ",
            "project:p1:role_01J1F8PROJ:service_account:svc_acct_abc"
        ]
    );
}

#[test]
fn the_roles_of_users_and_groups_in_the_organization() {
    let group = reference("group", "group_01J1F8ABCDXYZ", None);
    let service = Service::of(&[
        example(include_str!("../data/list-group-users.json")),
        example(include_str!("../data/list-group-role-assignments.json")),
        example(include_str!("../data/list-roles.json")),
        example(include_str!("../data/list-users.json")),
        example(include_str!("../data/list-user-role-assignments.json")),
    ])
    .with_organization("org-1");
    let members = service.grants(&group, None).expect("a page");
    assert_eq!(
        grants(&members),
        ["group:group_01J1F8ABCDXYZ:member:user:user_abc123"]
    );
    let roles = service.grants(&group, Some(&members.next[0].token));
    assert_eq!(
        grants(&roles.expect("a page")),
        ["org_role:role_01J1F8ROLE01:assigned:group:group_01J1F8ABCDXYZ"]
    );
    let mut page = service.list("organization", None).expect("a page");
    for _ in 0..2 {
        let token = Some(page.next[0].token.as_str());
        page = service.list("organization", token).expect("a page");
    }
    assert_eq!(
        grants(&page),
        ["org_role:role_01J1F8ROLE01:assigned:user:user_abc"]
    );
}

#[test]
fn things_that_are_read_again() {
    for (of, text) in [
        (
            reference("org_role", "role_01J1F8ROLE01", None),
            include_str!("../data/retrieve-role.json"),
        ),
        (
            reference("group", "group_01J1F8ABCDXYZ", None),
            include_str!("../data/retrieve-group.json"),
        ),
        (
            reference("project", "proj_abc", None),
            include_str!("../data/retrieve-project.json"),
        ),
        (
            in_project("project_role", "role_01J1F8PROJ"),
            include_str!("../data/retrieve-project-role.json"),
        ),
        (
            in_project("service_account", "svc_acct_abc"),
            include_str!("../data/retrieve-project-service-account.json"),
        ),
        (
            in_project("api_key", "key_abc"),
            include_str!("../data/retrieve-project-api-key.json"),
        ),
        (
            reference("admin_api_key", "key_abc", None),
            include_str!("../data/admin-api-keys-get.json"),
        ),
    ] {
        let page = Service::of(&[example(text)]).get(&of).expect("a page");
        assert_eq!(page.resources.len(), 1, "{of:?}");
        assert_eq!(page.resources[0].id.resource_type, of.id.resource_type);
        assert_eq!(gaps(&page), [""; 0]);
        assert_eq!(page.next, []);
    }
}
