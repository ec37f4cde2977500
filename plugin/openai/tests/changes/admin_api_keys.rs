//! Deleting admin keys.

use governance_guest::testing::Script;
use governance_guest::wit::faults::ErrorKind;
use openai_simulator::Options;
use serde_json::json;

use crate::making::*;
use crate::scripted;
use crate::simulated::{Simulated, ended, in_project, reference, small};

const KEYS: &str = "/organization/admin_api_keys";

/// A simulated organization whose key in use is the listed one of this name: the
/// same seed makes the same keys, so that one can end alike.
fn using(name: &str) -> Simulated {
    let listed = row(&small(), KEYS, name);
    let redacted = listed["redacted_value"].as_str().expect("a text");
    let end = redacted.rsplit('*').next().expect("an end");
    let options = Options {
        admin_key: Some(format!("sk-admin-0123456789abcdef0123456789{end}")),
        ..Options::default()
    };
    Simulated::start(options)
}

#[test]
fn the_key_in_use_is_never_deleted_and_another_one_is() {
    let simulated = using("governance");
    let own = reference("admin_api_key", &id(&simulated, KEYS, "governance"));
    for attributes in [json!({}), json!({"force": true})] {
        let error = refused(&simulated, &deletion(&own, &attributes));
        assert_eq!(error.kind, ErrorKind::Precondition);
        assert_eq!(error.message, "this is the admin key in use");
    }
    let other = reference("admin_api_key", &id(&simulated, KEYS, "pipeline"));
    let change = deletion(&other, &json!({}));
    let made = as_planned(&simulated, &change);
    assert_eq!(made.effects[0].summary, "deleted admin key pipeline");
    assert_eq!(rows(&simulated, KEYS).len(), 3);
    no_op(&simulated, &change);
}

#[test]
fn where_the_key_in_use_is_not_listed_force_is_needed() {
    let simulated = small();
    let key = reference("admin_api_key", &id(&simulated, KEYS, "pipeline"));
    let error = refused(&simulated, &deletion(&key, &json!({})));
    assert_eq!(error.kind, ErrorKind::Precondition);
    assert!(error.message.contains("no listed admin key ends like"));
    assert!(error.hint.expect("a hint").contains("force"));
    as_planned(&simulated, &deletion(&key, &json!({"force": true})));
    assert_eq!(rows(&simulated, KEYS).len(), 3);
}

#[test]
fn the_person_who_owns_the_key_in_use_is_never_deleted() {
    let simulated = using("governance");
    let ada = reference(
        "user",
        &id(&simulated, "/organization/users", "Ada Lovelace"),
    );
    for attributes in [json!({}), json!({"force": true})] {
        let error = refused(&simulated, &deletion(&ada, &attributes));
        assert_eq!(error.kind, ErrorKind::Precondition);
        assert!(error.message.contains("owns the admin key in use"));
    }
    let ada = reference("user", &id(&small(), "/organization/users", "Ada Lovelace"));
    let error = refused(&small(), &deletion(&ada, &json!({})));
    assert!(error.message.contains("could be the one in use"));
    as_planned(&small(), &deletion(&ada, &json!({"force": true})));
}

#[test]
fn the_service_account_that_owns_the_key_in_use_is_never_deleted() {
    let simulated = using("usage export");
    let search = project(&simulated, "Search");
    let list = below(&search, "service_accounts");
    let account = id(&simulated, &list, "nightly-evaluation");
    let of = in_project(&search.id.id, "service_account", &account);
    for attributes in [json!({}), json!({"force": true})] {
        let error = refused(&simulated, &deletion(&of, &attributes));
        assert_eq!(error.kind, ErrorKind::Precondition);
        assert!(error.message.contains("owns the admin key in use"));
    }
    let simulated = using("governance");
    as_planned(&simulated, &deletion(&of, &json!({})));
    assert!(rows(&simulated, &list).is_empty());
}

#[test]
fn where_admin_keys_cannot_be_read_a_service_account_goes_with_force_alone() {
    let closed = br#"{"error":{"message":"Missing scopes: api.management.read"}}"#;
    let script = || {
        Script::new()
            .json(&json!({"id": "p1", "name": "Search", "status": "active"}))
            .json(&json!({"id": "sa1", "name": "robot", "role": "member"}))
            .status(403, closed)
    };
    let of = in_project("p1", "service_account", "sa1");
    let (outcome, _) = scripted::change(script(), &deletion(&of, &json!({})));
    assert_eq!(ended(&outcome), "Precondition");
    let script = script()
        .json(&json!({"data": [], "has_more": false}))
        .json(&json!({"deleted": true}));
    let (outcome, _) = scripted::change(script, &deletion(&of, &json!({"force": true})));
    assert_eq!(ended(&outcome), "complete");
}
