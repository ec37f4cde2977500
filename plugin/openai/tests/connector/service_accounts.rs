//! Service accounts of a project: who they are, and what they hold.

use governance_guest::testing::Script;
use governance_guest::wit::connector::Page;
use governance_guest::wit::model::AccountKind;
use serde_json::{Value, json};

use crate::service::*;

fn account(id: &str, role: Value) -> Value {
    json!({
        "object": "organization.project.service_account", "id": id, "name": "Robot",
        "role": role, "created_at": 1_711_471_533,
    })
}

fn accounts(service: &Service, custom: &str) -> Page {
    let token = json!({"at": "service-accounts", "v": 1, "with": {"custom": custom}});
    let token = token.to_string();
    let page = service.list_below("project_role", &project(), Some(&token));
    page.expect("a page")
}

#[test]
fn a_service_account_is_one_principal_with_its_id_as_a_users_as_alias() {
    let rows = [account("s1", json!("member"))];
    let service = Service::of(&[by_last_id(&rows, false)]);
    let page = accounts(&service, "none");
    let told = &page.resources[0];
    assert_eq!(resources(&page), ["service_account:s1"]);
    assert_eq!(told.parent, Some(project().id));
    assert_eq!(told.aliases, [reference("user", "s1", None).id]);
    assert_eq!(told.created_at, Some(1_711_471_533));
    let kind = told.account.as_ref().map(|account| account.kind);
    assert_eq!(kind, Some(AccountKind::Service));
    assert_eq!(grants(&page), ["project:p1:member:service_account:s1"]);
    assert_eq!(page.next, []);
    assert_eq!(
        service.requests(),
        ["GET /organization/projects/p1/service_accounts?limit=100"]
    );
}

#[test]
fn its_role_is_owner_member_none_or_a_gap() {
    let gap = "service-accounts failure grants on project:p1 by service_account:s1";
    for (role, grant, gap) in [
        (
            json!("owner"),
            Some("project:p1:owner:service_account:s1"),
            None,
        ),
        (
            json!("member"),
            Some("project:p1:member:service_account:s1"),
            None,
        ),
        (
            json!("viewer"),
            Some("project:p1:viewer:service_account:s1"),
            None,
        ),
        (json!("none"), None, None),
        (json!("captain"), None, Some(gap)),
        (json!(null), None, Some(gap)),
    ] {
        let service = Service::of(&[by_last_id(&[account("s1", role.clone())], false)]);
        let page = accounts(&service, "none");
        assert_eq!(resources(&page), ["service_account:s1"]);
        assert_eq!(grants(&page), grant.as_slice(), "{role}");
        assert_eq!(gaps(&page), gap.as_slice(), "{role}");
    }
}

#[test]
fn custom_roles_of_service_accounts_are_asked_for_where_there_are_any() {
    let roles = [
        assigned(project_role("member"), None),
        assigned(project_role("viewer"), Some("g1")),
        assigned(custom_role("role_1"), None),
    ];
    let service = Service::of(&[
        by_last_id(&[account("s1", json!("member"))], true),
        by_next(&roles, None),
    ]);
    let list = accounts(&service, "some");
    assert_eq!(
        covers(&list),
        [
            vec!["grants on project:p1 by service_account:s1"],
            vec![
                "resources on service_account below project:p1",
                "grants on project:p1 by service_account"
            ]
        ]
    );
    let page = service.list_below("project_role", &project(), Some(&list.next[0].token));
    let page = page.expect("a page");
    assert_eq!(
        service.requests()[1],
        "GET /projects/p1/users/s1/roles?limit=1000"
    );
    assert_eq!(
        grants(&page),
        [
            "project:p1:viewer:service_account:s1 through group:g1",
            "project:p1:role_1:service_account:s1"
        ],
        "member is told by the list"
    );
    assert_eq!(gaps(&page), [""; 0]);
}

#[test]
fn custom_roles_that_cannot_be_read_for_a_service_account_are_a_gap() {
    for (status, reason) in [(403, "permission"), (404, "failure"), (400, "failure")] {
        let list = by_last_id(&[account("s1", json!("owner"))], false);
        let service = Service::new(Script::new().json(&list).status(status, b"{}"));
        let list = accounts(&service, "some");
        let page = service.list_below("project_role", &project(), Some(&list.next[0].token));
        let page = page.expect("a page");
        let gap = format!("project-roles {reason} grants on project:p1 by service_account:s1");
        assert_eq!(gaps(&page), [gap]);
        assert_eq!(grants(&page), [""; 0]);
    }
}

#[test]
fn closed_service_accounts_are_gaps() {
    let string = br#"{"error":"Missing scopes: api.management.read."}"#;
    let archived = br#"{"error":{"message":"archived"}}"#;
    for (status, body, reason) in [
        (403, string.as_slice(), "permission"),
        (401, string.as_slice(), "permission"),
        (400, archived.as_slice(), "failure"),
        (404, b"{\"code\":404}".as_slice(), "failure"),
    ] {
        let service = Service::new(Script::new().status(status, body));
        assert_eq!(
            gaps(&accounts(&service, "none")),
            [
                format!("service-accounts {reason} resources on service_account below project:p1"),
                format!("service-accounts {reason} grants on project:p1 by service_account")
            ]
        );
    }
}

#[test]
fn service_accounts_alone_do_not_tell_custom_roles() {
    let answer = by_last_id(&[account("s1", json!("none"))], true);
    let service = Service::of(&[answer, by_last_id(&[], false)]);
    let first = service.list_below("service_account", &project(), None);
    let first = first.expect("a page");
    assert_eq!(
        gaps(&first),
        ["service-accounts assumption grants on project:p1 by service_account"]
    );
    let second = service.list_below("service_account", &project(), Some(&first.next[0].token));
    assert_eq!(gaps(&second.expect("a page")), [""; 0]);
}

#[test]
fn a_service_account_without_an_id_is_a_gap() {
    let service = Service::of(&[by_last_id(&[json!({})], false)]);
    assert_eq!(
        gaps(&accounts(&service, "none")),
        [
            "service-accounts failure resources on service_account below project:p1",
            "service-accounts failure grants on project:p1 by service_account"
        ]
    );
}
