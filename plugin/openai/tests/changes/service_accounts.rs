//! Making, renaming and deleting service accounts.

use governance_guest::testing::Script;
use governance_guest::wit::changes::Completion;
use governance_guest::wit::faults::ErrorKind;
use serde_json::{Value, json};

use crate::making::*;
use crate::scripted;
use crate::simulated::{ended, in_project, reference, small, written};

#[test]
fn a_service_account_is_made_once_without_key_or_role() {
    let simulated = small();
    let sandbox = project(&simulated, "Sandbox");
    let change = creation("service_account", Some(&sandbox), "robot", &json!({}));
    let made = as_planned(&simulated, &change);
    let truth = row(&simulated, &below(&sandbox, "service_accounts"), "robot");
    assert_eq!(truth["role"], "none");
    assert_eq!(made.resources[0].id.id, truth["id"]);
    assert!(made.secrets.is_empty() && made.held.is_empty());
    assert!(rows(&simulated, &below(&sandbox, "api_keys")).is_empty());
    let (_, again) = no_op(&simulated, &change);
    assert_eq!(again.resources, made.resources);
    let other = creation(
        "service_account",
        Some(&sandbox),
        "robot",
        &json!({"role": "owner"}),
    );
    assert_eq!(refused(&simulated, &other).kind, ErrorKind::Conflict);
}

#[test]
fn the_value_of_a_new_key_comes_once_and_nowhere_else() {
    let simulated = small();
    let sandbox = project(&simulated, "Sandbox");
    let attributes = json!({"with_key": true, "role": "owner"});
    let change = creation("service_account", Some(&sandbox), "robot", &attributes);
    let mut made = as_planned(&simulated, &change);
    let account = id(&simulated, &below(&sandbox, "service_accounts"), "robot");
    let keys = rows(
        &simulated,
        &below(&sandbox, "api_keys?owner_project_access=any"),
    );
    let [secret] = made.secrets.as_slice() else {
        panic!("one secret: {}", made.secrets.len());
    };
    assert_eq!(secret.of.id, keys[0]["id"]);
    assert!(secret.value.starts_with("sk-svcacct-"));
    let value = made.secrets.remove(0).value;
    assert!(!format!("{made:?}").contains(&value));
    let held = format!("project:{}:owner:service_account:{account}", sandbox.id.id);
    assert_eq!(written(&made.held), [held]);
    assert_eq!(made.effects.len(), 3);
    let key = &made.resources[0];
    let owner = key.secret.as_ref().and_then(|it| it.owner.as_ref());
    assert_eq!(owner.map(|it| it.id.as_str()), Some(account.as_str()));
    let (reason, again) = no_op(&simulated, &change);
    assert!(reason.contains("make an api_key"));
    assert!(again.secrets.is_empty());
}

#[test]
fn values_that_contradict_each_other_are_refused() {
    let simulated = small();
    let sandbox = project(&simulated, "Sandbox");
    for (attributes, name) in [
        (
            json!({"key_expires_in_seconds": 60}),
            "key_expires_in_seconds",
        ),
        (
            json!({"with_key": true, "key_expires_in_seconds": 0}),
            "key_expires_in_seconds",
        ),
        (
            json!({"with_key": true, "key_expires_in_seconds": 31_536_001}),
            "key_expires_in_seconds",
        ),
        (json!({"role": "viewer"}), "role"),
    ] {
        let change = creation("service_account", Some(&sandbox), "robot", &attributes);
        let error = refused(&simulated, &change);
        assert_eq!(error.kind, ErrorKind::InvalidInput(name.to_owned()));
    }
}

/// What comes before the role is set.
fn created(key: &Value) -> Script {
    Script::new()
        .json(&json!({"id": "p1", "name": "Sandbox", "status": "active"}))
        .json(&json!({"data": [], "has_more": false}))
        .json(&json!({"id": "sa1", "name": "robot", "role": "member", "api_key": key}))
}

#[test]
fn a_role_that_comes_too_early_leaves_the_account_and_its_key_told() {
    let sandbox = reference("project", "p1");
    let attributes = json!({"with_key": true, "role": "owner"});
    let key = json!({"id": "k1", "name": "Secret Key", "value": "sk-svcacct-1"});
    let script = created(&key).status(404, br#"{"error":{"message":"No such account"}}"#);
    let change = creation("service_account", Some(&sandbox), "robot", &attributes);
    let (outcome, _) = scripted::change(script, &change);
    let outcome = outcome.expect("an outcome");
    let Completion::Partial(error) = &outcome.completion else {
        panic!("not partial: {:?}", outcome.completion);
    };
    let hint = error.hint.as_deref().expect("a hint");
    assert!(hint.contains("in a minute"));
    assert_eq!(outcome.secrets[0].value, "sk-svcacct-1");
    assert_eq!(outcome.effects.len(), 2);
    let member = "project:p1:member:service_account:sa1";
    assert_eq!(written(&outcome.held), [member]);
}

#[test]
fn a_key_that_may_not_expire_or_has_no_value_is_told() {
    let attributes = json!({"with_key": true, "key_expires_in_seconds": 60});
    let sandbox = reference("project", "p1");
    let change = creation("service_account", Some(&sandbox), "robot", &attributes);
    let key = json!({"id": "k1", "name": "Secret Key", "value": "v"});
    let (outcome, requests) = scripted::change(created(&key), &change);
    let outcome = outcome.expect("an outcome");
    assert!(outcome.consequences[0].contains("may never do so"));
    let body = requests[2].body.as_deref().expect("a body");
    let body: Value = serde_json::from_slice(body).expect("JSON");
    let expected = json!({
        "name": "robot", "create_service_account_only": false, "expires_in_seconds": 60,
    });
    assert_eq!(body, expected);
    let key = json!({"id": "k1", "name": "Secret Key", "value": "v", "expires_at": 1_767_323_105});
    let (outcome, _) = scripted::change(created(&key), &change);
    let outcome = outcome.expect("an outcome");
    assert!(outcome.consequences.is_empty());
    for key in [json!({"id": "k1", "name": "Secret Key"}), json!(null)] {
        let (outcome, _) = scripted::change(created(&key), &change);
        assert_eq!(ended(&outcome), "partial", "{key}");
    }
}

#[test]
fn a_service_account_is_renamed() {
    let simulated = small();
    let search = project(&simulated, "Search");
    let list = below(&search, "service_accounts");
    let account = id(&simulated, &list, "nightly-evaluation");
    let of = in_project(&search.id.id, "service_account", &account);
    let change = update(&of, Some("daily-evaluation"), &json!({}));
    let made = as_planned(&simulated, &change);
    assert_eq!(row(&simulated, &list, "daily-evaluation")["role"], "member");
    assert_eq!(made.resources[0].name, "daily-evaluation");
    let (_, again) = no_op(&simulated, &change);
    assert_eq!(again.resources, made.resources);
}

#[test]
fn a_service_account_goes_with_its_keys() {
    let simulated = small();
    let search = project(&simulated, "Search");
    let list = below(&search, "service_accounts");
    let account = id(&simulated, &list, "nightly-evaluation");
    let of = in_project(&search.id.id, "service_account", &account);
    // It owns an admin key, and the one in use is not in the list.
    let error = refused(&simulated, &deletion(&of, &json!({})));
    assert_eq!(error.kind, ErrorKind::Precondition);
    let change = deletion(&of, &json!({"force": true}));
    let made = as_planned(&simulated, &change);
    assert_eq!(made.consequences, ["1 key of it will stop working"]);
    assert!(rows(&simulated, &list).is_empty());
    no_op(&simulated, &change);
    let elsewhere = in_project("none", "service_account", &account);
    no_op(&simulated, &deletion(&elsewhere, &json!({})));
}

#[test]
fn one_that_owns_no_admin_key_goes_without_force() {
    let simulated = small();
    let support = project(&simulated, "Support");
    let list = below(&support, "service_accounts");
    let account = id(&simulated, &list, "unfinished-migration");
    let of = in_project(&support.id.id, "service_account", &account);
    let made = as_planned(&simulated, &deletion(&of, &json!({})));
    assert_eq!(made.consequences, ["no keys of it will stop working"]);
}
