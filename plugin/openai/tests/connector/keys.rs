//! Keys of projects and of the organization.

use governance_guest::testing::Script;
use governance_guest::wit::model::Status;
use serde_json::{Value, json};

use crate::service::*;

fn key(id: &str, access: Value) -> Value {
    json!({
        "object": "organization.project.api_key", "id": id, "name": "Deploy",
        "redacted_value": "sk-abc...def", "created_at": 1_711_471_533,
        "last_used_at": 1_711_471_534, "expires_at": 1_711_471_535,
        "owner_project_access": access,
        "owner": {"type": "service_account", "service_account": {"id": "s1", "role": "member"}},
    })
}

#[test]
fn keys_of_all_owners_are_secrets_of_their_project() {
    let rows = [key("k1", json!("active")), key("k2", json!("inactive"))];
    let service = Service::of(&[by_last_id(&rows, true), by_last_id(&[], false)]);
    let page = service.list_below("api_key", &project(), None);
    let page = page.expect("a page");
    assert_eq!(resources(&page), ["api_key:k1", "api_key:k2"]);
    let told = &page.resources[0];
    assert_eq!(told.parent, Some(project().id));
    assert_eq!(told.name, "Deploy");
    assert_eq!(told.created_at, Some(1_711_471_533));
    assert_eq!(told.expires_at, Some(1_711_471_535));
    let last_use = told.last_use.as_ref().expect("a last use");
    assert_eq!(
        (last_use.at, last_use.using.as_str()),
        (1_711_471_534, "api-key")
    );
    let secret = told.secret.as_ref().expect("a secret");
    assert_eq!(secret.redacted_value.as_deref(), Some("sk-abc...def"));
    assert_eq!(
        secret.owner,
        Some(reference("service_account", "s1", None).id)
    );
    assert_eq!(covers(&page), [["resources on api_key below project:p1"]]);
    let token = Some(page.next[0].token.as_str());
    service
        .list_below("api_key", &project(), token)
        .expect("a page");
    assert_eq!(
        service.requests(),
        [
            "GET /organization/projects/p1/api_keys?limit=100&owner_project_access=any",
            "GET /organization/projects/p1/api_keys?limit=100&after=k2&owner_project_access=any"
        ]
    );
}

#[test]
fn a_key_whose_owner_has_no_access_is_disabled() {
    for (access, expected) in [
        (json!("active"), Status::Active),
        (json!("inactive"), Status::Disabled),
        (json!("half"), Status::NotTold),
        (json!(null), Status::NotTold),
    ] {
        let service = Service::of(&[by_last_id(&[key("k1", access.clone())], false)]);
        let page = service.list_below("api_key", &project(), None);
        assert_eq!(
            page.expect("a page").resources[0].status,
            expected,
            "{access}"
        );
    }
}

#[test]
fn a_key_that_was_never_used_and_never_ends_has_neither_time() {
    let mut row = key("k1", json!("active"));
    for member in ["last_used_at", "expires_at", "name", "owner"] {
        row[member] = json!(null);
    }
    let service = Service::of(&[by_last_id(&[row], false)]);
    let page = service.list_below("api_key", &project(), None);
    let told = page.expect("a page").resources.remove(0);
    assert_eq!((told.last_use, told.expires_at), (None, None));
    assert_eq!(told.name, "sk-abc...def");
    assert_eq!(told.secret.and_then(|secret| secret.owner), None);
}

#[test]
fn admin_keys_go_on_behind_their_last_row() {
    let row = |id: &str| json!({"id": id, "redacted_value": "sk-admin...x", "created_at": 7});
    let mut first = by_last_id(&[row("k1"), row("k2")], true);
    first["last_id"] = json!("elsewhere");
    let service = Service::of(&[first, by_last_id(&[row("k3"), json!({})], false)]);
    let page = service.list("admin_api_key", None).expect("a page");
    assert_eq!(resources(&page), ["admin_api_key:k1", "admin_api_key:k2"]);
    assert_eq!(covers(&page), [["resources on admin_api_key"]]);
    let second = service.list("admin_api_key", Some(&page.next[0].token));
    assert_eq!(
        gaps(&second.expect("a page")),
        ["admin-keys failure resources on admin_api_key"]
    );
    assert_eq!(
        service.requests(),
        [
            "GET /organization/admin_api_keys?limit=100",
            "GET /organization/admin_api_keys?limit=100&after=k2"
        ]
    );
}

#[test]
fn closed_keys_are_gaps() {
    let object = br#"{"error":{"message":"Missing scopes: api.management.read"}}"#;
    let string = br#"{"error":"Missing scopes: api.management.read"}"#;
    let flat = br#"{"code":404,"message":"The project p1 was not found"}"#;
    for (status, body, below, alone) in [
        (401, object.as_slice(), "permission", "permission"),
        (403, string.as_slice(), "permission", "permission"),
        (403, b"<html>".as_slice(), "permission", "permission"),
        (404, flat.as_slice(), "failure", "plan"),
    ] {
        let service = Service::new(Script::new().status(status, body).status(status, body));
        let page = service.list_below("api_key", &project(), None);
        assert_eq!(
            gaps(&page.expect("a page")),
            [format!(
                "api-keys {below} resources on api_key below project:p1"
            )]
        );
        let page = service.list("admin_api_key", None).expect("a page");
        assert_eq!(
            gaps(&page),
            [format!("admin-keys {alone} resources on admin_api_key")]
        );
    }
}
