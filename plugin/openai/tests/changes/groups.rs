//! Making, renaming and deleting groups.

use governance_guest::testing::Script;
use governance_guest::wit::faults::ErrorKind;
use governance_guest::wit::model::Management;
use serde_json::json;

use crate::making::*;
use crate::scripted;
use crate::simulated::{ended, reference, small};

const GROUPS: &str = "/organization/groups";

#[test]
fn a_group_is_made_once() {
    let simulated = small();
    let change = creation("group", None, "Night shift", &json!({}));
    let made = as_planned(&simulated, &change);
    let truth = row(&simulated, GROUPS, "Night shift");
    assert_eq!(made.resources[0].id.id, truth["id"]);
    assert_eq!(made.effects[0].summary, "created group Night shift");
    assert_eq!(made.request_ids.len(), 1);
    let (reason, again) = no_op(&simulated, &change);
    assert_eq!(reason, "a group of this name is there");
    assert_eq!(again.resources, made.resources);
    assert_eq!(rows(&simulated, GROUPS).len(), 3);
}

#[test]
fn a_name_that_several_bear_lists_the_candidates() {
    let simulated = small();
    for _ in 0..2 {
        simulated.api("POST", GROUPS, r#"{"name":"Twins"}"#);
    }
    let change = creation("group", None, "Twins", &json!({}));
    let error = refused(&simulated, &change);
    assert_eq!(error.kind, ErrorKind::Conflict);
    for twin in rows(&simulated, GROUPS)
        .iter()
        .filter(|row| row["name"] == "Twins")
    {
        assert!(error.message.contains(twin["id"].as_str().expect("an id")));
    }
}

#[test]
fn names_are_looked_for_on_every_page() {
    let page = |name: &str, next: Option<&str>| {
        let row = json!({"id": name, "name": name, "is_scim_managed": false});
        json!({"data": [row], "next": next, "has_more": next.is_some()})
    };
    let script = Script::new()
        .json(&page("a", Some("n")))
        .json(&page("b", None));
    let change = creation("group", None, "b", &json!({}));
    let (outcome, requests) = scripted::change(script, &change);
    assert_eq!(ended(&outcome), "no-op");
    assert_eq!(requests[1].url.query(), Some("limit=1000&after=n"));
    let broken = json!({"data": [], "next": null, "has_more": true});
    let (outcome, _) = scripted::change(Script::new().json(&broken), &change);
    assert_eq!(ended(&outcome), "UnreadableResponse");
}

#[test]
fn a_name_or_parent_that_cannot_be_is_refused() {
    let simulated = small();
    let project = project(&simulated, "Search");
    let long = "x".repeat(256);
    for (parent, name, argument) in [
        (None, " ", "name"),
        (None, long.as_str(), "name"),
        (Some(&project), "Night shift", "parent"),
    ] {
        let error = refused(&simulated, &creation("group", parent, name, &json!({})));
        assert_eq!(error.kind, ErrorKind::InvalidInput(argument.to_owned()));
    }
    let most = "\u{e9}".repeat(255);
    as_planned(&simulated, &creation("group", None, &most, &json!({})));
}

#[test]
fn a_group_is_renamed_and_keeps_the_rest() {
    let simulated = small();
    let group = reference("group", &id(&simulated, GROUPS, "Researchers"));
    let change = update(&group, Some("Explorers"), &json!({}));
    let made = as_planned(&simulated, &change);
    assert_eq!(id(&simulated, GROUPS, "Explorers"), group.id.id);
    assert_eq!(made.resources[0].name, "Explorers");
    assert_eq!(made.resources[0].managed_by, Management::Service);
    assert!(made.resources[0].attributes.contains("group_type"));
    no_op(&simulated, &change);
    let error = refused(&simulated, &update(&group, None, &json!({})));
    assert_eq!(error.kind, ErrorKind::InvalidInput("name".to_owned()));
    let missing = update(&reference("group", "none"), Some("x"), &json!({}));
    assert_eq!(refused(&simulated, &missing).kind, ErrorKind::NotFound);
}

#[test]
fn a_group_is_deleted_with_what_it_held() {
    let simulated = small();
    let group = reference("group", &id(&simulated, GROUPS, "Researchers"));
    let change = deletion(&group, &json!({}));
    let made = as_planned(&simulated, &change);
    assert_eq!(
        made.consequences,
        [
            "the group had 3 members, who lose what they hold through it: 1 organization role, \
             and its roles in projects"
        ]
    );
    assert_eq!(rows(&simulated, GROUPS).len(), 1);
    let (reason, _) = no_op(&simulated, &change);
    assert!(reason.contains(&group.id.id));
}

#[test]
fn what_an_identity_provider_manages_stays() {
    let simulated = small();
    let group = reference("group", &id(&simulated, GROUPS, "Support"));
    for change in [
        update(&group, Some("Helpers"), &json!({})),
        deletion(&group, &json!({})),
    ] {
        let error = refused(&simulated, &change);
        assert_eq!(error.kind, ErrorKind::Precondition);
        assert!(error.hint.expect("a hint").ends_with("it there"));
    }
    no_op(&simulated, &update(&group, Some("Support"), &json!({})));
}

#[test]
fn members_that_cannot_be_read_keep_no_group_alive() {
    let group = json!({"id": "g1", "name": "Old", "is_scim_managed": false});
    let closed = br#"{"error":{"message":"Missing scopes: api.groups.read"}}"#;
    let script = Script::new()
        .json(&group)
        .status(403, closed)
        .status(404, b"{}")
        .json(&json!({"deleted": true}));
    let (outcome, _) = scripted::change(script, &deletion(&reference("group", "g1"), &json!({})));
    let outcome = outcome.expect("an outcome");
    assert!(outcome.consequences[0].contains("an unknown number of members"));
}
