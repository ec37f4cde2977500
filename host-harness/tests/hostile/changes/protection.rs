//! Protected principals are touched by no change, under none of their names.

use governance_host::contract::changes::{AccountCreation, ChangeRequest, GrantChange};
use governance_host::contract::samples::changes::{self, reference};
use governance_host::contract::samples::id;
use governance_host::provision::ProvisionError;
use governance_host::provision::protect::Protected;
use serde_json::{Value, json};

use super::host::{Changer, roomy, status};
use super::script::{Script, complete, remove, user};
use crate::component::Fixture;

const LIST: &str = "list-resources";

/// Break glass: known as two users, with an address.
fn ada() -> Value {
    json!({
        "id": user("ada"), "name": "Ada", "attributes": "{}",
        "aliases": [user("ada-by-another-name")],
        "account": {"emails": [{"address": "Ada@Example.org"}]},
    })
}

/// A component that is asked for a change while these are protected.
async fn protecting(entries: &[&str], component: impl FnOnce(&str) -> Fixture) -> Changer {
    let entries: Vec<_> = entries.iter().map(|it| (*it).to_owned()).collect();
    let protected = Protected::read(&entries).unwrap();
    Changer::with(roomy(), [status(200)], component, |options| {
        options.protected = protected;
    })
    .await
}

/// Tells nothing of a single resource.
fn untold(component: Fixture) -> Fixture {
    let not_found = json!({"err": {"kind": "not-found", "message": "it is not told"}});
    component.answers("get-resource", &not_found)
}

/// Removes something.
fn taking(authority: &str) -> Fixture {
    untold(Script::taking(authority))
}

/// Removes something; tells these under whatever address.
fn finding(authority: &str, found: &Value) -> Fixture {
    Script::taking(authority).answers(LIST, &json!({"ok": {"resources": found}}))
}

/// Removes something; finds Ada by whatever address.
fn finding_ada(authority: &str) -> Fixture {
    untold(finding(authority, &json!([ada()])))
}

fn revoke_from(who: &str) -> ChangeRequest {
    let ChangeRequest::Revoke(change) = changes::revoke() else {
        panic!("a revocation")
    };
    ChangeRequest::Revoke(GrantChange {
        principal: reference(id("user", who)),
        ..change
    })
}

/// The change is refused, for plan and apply, and nothing of it is sent.
async fn refused(changer: &Changer, change: &ChangeRequest) -> ProvisionError {
    let planned = changer.provisioner.plan(change).await.unwrap_err();
    let made = changer.make(change).await.unwrap_err();
    assert_eq!(planned.to_string(), made.to_string());
    assert_eq!(changer.changed(), 0);
    made
}

async fn is_protected(changer: &Changer, change: &ChangeRequest) {
    let error = refused(changer, change).await;
    assert!(matches!(error, ProvisionError::Protected(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_touches_whom_an_id_names() {
    let changer = protecting(&["user:ada"], taking).await;
    is_protected(&changer, &revoke_from("ada")).await;
    // Before the connector is asked for anything.
    assert!(changer.asked().is_empty());
    changer.make(&revoke_from("bob")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_protects_the_account_that_has_it_under_all_its_names() {
    for address in ["ada@example.org", "ADA@EXAMPLE.ORG", " Ada@example.ORG "] {
        let changer = protecting(&[address], finding_ada).await;
        for name in ["ada", "ada-by-another-name"] {
            is_protected(&changer, &revoke_from(name)).await;
        }
        changer.make(&revoke_from("bob")).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_account_is_made_with_a_protected_address() {
    let ChangeRequest::CreateAccount(creation) = changes::create_account() else {
        panic!("an account")
    };
    let change = ChangeRequest::CreateAccount(AccountCreation {
        email: "ADA@example.org".into(),
        ..creation
    });
    let changer = protecting(&["ada@example.org"], finding_ada).await;
    is_protected(&changer, &change).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_something_with_it_is_touched_too() {
    let grant = json!({"resource": user("x"), "slug": "member", "principal": user("ada")});
    for part in ["held", "replaced"] {
        let taking_with_it = |authority: &str| {
            let mut answer = complete(&["removed x"]);
            answer["ok"][part] = json!([grant]);
            let script = Script::reading(authority).sends(&remove("/v1/items/1"));
            untold(script.ends(&answer))
        };
        let changer = protecting(&["user:ada"], taking_with_it).await;
        is_protected(&changer, &revoke_from("bob")).await;
        // What decides was read, and nothing more.
        assert!(changer.asked().is_empty());
    }
}

/// Removes something; tells that every key is Ada's.
fn with_a_key(authority: &str) -> Fixture {
    let key = json!({
        "id": {"resource-type": "api_key", "id": "k1"}, "name": "key", "attributes": "{}",
        "secret": {"owner": user("ada")},
    });
    finding(authority, &json!([ada()]))
        .answers("get-resource", &json!({"ok": {"resources": [key]}}))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_protected_owner_stay() {
    let ChangeRequest::DeleteResource(deletion) = changes::delete_resource() else {
        panic!("a deletion")
    };
    let delete =
        ChangeRequest::DeleteResource(governance_host::contract::changes::ResourceDeletion {
            of: reference(id("api_key", "k1")),
            ..deletion
        });
    for entry in ["user:ada", "ada@example.org"] {
        let changer = protecting(&[entry], with_a_key).await;
        is_protected(&changer, &delete).await;
    }
    let changer = protecting(&["user:bob"], with_a_key).await;
    changer.make(&delete).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_found_out_protects_everybody() {
    let gap = json!({"surface": "all", "reason": "permission", "detail": "needs users.read"});
    let looped = json!({"ok": {"next": [{"token": "again"}]}});
    let denied = json!({"err": {"kind": {"permission-denied": null}, "message": "denied"}});
    for answer in [json!({"ok": {"gaps": [gap]}}), looped, denied] {
        let component = |authority: &str| Script::taking(authority).answers(LIST, &answer);
        let changer = protecting(&["ada@example.org"], component).await;
        let error = refused(&changer, &revoke_from("bob")).await;
        assert!(!matches!(error, ProvisionError::Protected(_)), "{error}");
        assert!(changer.asked().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_nobody_has_protects_nobody() {
    let nobody = json!({"err": {"kind": "not-found", "message": "there is nobody"}});
    for answer in [json!({"ok": {}}), nobody] {
        let component = |authority: &str| taking(authority).answers(LIST, &answer);
        let changer = protecting(&["ada@example.org"], component).await;
        changer.make(&revoke_from("bob")).await.unwrap();
    }
}
