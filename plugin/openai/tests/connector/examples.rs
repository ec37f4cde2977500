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
    assert_eq!(gaps(&page), [""; 0]);
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
            grants(&page),
            ["org_role:role-api-organization-owner:assigned:invitation:invite-abc"]
        );
        assert_eq!(gaps(&page), [""; 0]);
    }
}

#[test]
fn the_list_of_roles_holds_a_custom_one() {
    let body = example(include_str!("../data/list-roles.json"));
    let page = Service::of(&[body]).list("org_role", None).expect("a page");
    assert_eq!(
        page.resources.len(),
        2,
        "the predefined ones are always there"
    );
    assert_eq!(
        page.notes,
        ["left out 1 organization roles besides owner and reader"]
    );
    assert_eq!(gaps(&page), [""; 0]);
}
