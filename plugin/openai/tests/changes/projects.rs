//! Making, changing and archiving projects.

use governance_guest::testing::Script;
use governance_guest::wit::faults::ErrorKind;
use governance_guest::wit::model::Status;
use serde_json::json;

use crate::making::*;
use crate::scripted;
use crate::simulated::{ended, reference, small};

const PROJECTS: &str = "/organization/projects";
const ALL: &str = "/organization/projects?include_archived=true";

#[test]
fn a_project_is_made_once_with_what_was_asked_for() {
    let simulated = small();
    let attributes = json!({"residency": "EU_STORAGE_PROCESSING", "external_key_id": "ek_1"});
    let change = creation("project", None, "Atlas", &attributes);
    let made = as_planned(&simulated, &change);
    let truth = row(&simulated, PROJECTS, "Atlas");
    assert_eq!(truth["residency"], "EU_STORAGE_PROCESSING");
    assert_eq!(truth["external_key_id"], "ek_1");
    assert_eq!(made.resources[0].id.id, truth["id"]);
    let (_, again) = no_op(&simulated, &change);
    assert_eq!(again.resources, made.resources);
    for other in [
        json!({"residency": "US_STORAGE_PROCESSING"}),
        json!({"external_key_id": "ek_2"}),
    ] {
        let error = refused(&simulated, &creation("project", None, "Atlas", &other));
        assert_eq!(error.kind, ErrorKind::Conflict, "{other}");
    }
}

#[test]
fn an_archived_namesake_does_not_count() {
    let simulated = small();
    let change = creation("project", None, "Retired", &json!({}));
    as_planned(&simulated, &change);
    let named = |row: &&serde_json::Value| row["name"] == "Retired";
    assert_eq!(rows(&simulated, ALL).iter().filter(named).count(), 2);
    no_op(&simulated, &change);
}

#[test]
fn name_and_external_key_are_changed_where_they_differ() {
    let simulated = small();
    let sandbox = project(&simulated, "Sandbox");
    let change = update(
        &sandbox,
        Some("Playground"),
        &json!({"external_key_id": "ek_1"}),
    );
    let made = as_planned(&simulated, &change);
    let truth = row(&simulated, PROJECTS, "Playground");
    assert_eq!(truth["external_key_id"], "ek_1");
    assert_eq!(made.resources[0].name, "Playground");
    let (_, again) = no_op(&simulated, &change);
    assert_eq!(again.resources, made.resources);
    let change = update(
        &sandbox,
        Some("Playground"),
        &json!({"external_key_id": "ek_2"}),
    );
    let (_, requests) = simulated.plan(&change);
    let path = format!("POST /organization/projects/{}", sandbox.id.id);
    assert_eq!(
        requests,
        [format!(r#"{path} {{"external_key_id":"ek_2"}}"#)]
    );
    let error = refused(&simulated, &update(&sandbox, None, &json!({})));
    assert_eq!(error.kind, ErrorKind::InvalidInput("name".to_owned()));
}

#[test]
fn deleting_a_project_archives_it_for_good_and_says_so() {
    let simulated = small();
    let search = project(&simulated, "Search");
    let change = deletion(&search, &json!({}));
    let made = as_planned(&simulated, &change);
    assert_eq!(row(&simulated, ALL, "Search")["status"], "archived");
    assert_eq!(
        made.effects[0].summary,
        "archived project Search, which is final: the service deletes none"
    );
    assert_eq!(made.resources[0].status, Status::Archived);
    assert_eq!(
        made.consequences,
        [
            "7 keys of the project will stop working",
            "1 service account of the project will stop working",
            "an archived project cannot be brought back; it stays in the list, and is not deleted"
        ]
    );
    let (reason, again) = no_op(&simulated, &change);
    assert_eq!(reason, "the project is archived");
    assert_eq!(again.resources, made.resources);
    no_op(
        &simulated,
        &deletion(&reference("project", "none"), &json!({})),
    );
    let error = refused(&simulated, &update(&search, Some("x"), &json!({})));
    assert_eq!(error.kind, ErrorKind::Precondition);
}

#[test]
fn the_default_project_stays_as_it_is() {
    let simulated = small();
    let default = project(&simulated, "Default project");
    for change in [
        update(&default, Some("x"), &json!({})),
        deletion(&default, &json!({})),
    ] {
        let error = simulated.change(&change).expect_err("an error");
        assert_eq!(error.kind, ErrorKind::Precondition);
        assert!(error.hint.expect("a hint").contains("default project"));
    }
    let row = json!({"id": "p1", "name": "Main", "status": "active", "is_default": true});
    for change in [
        update(&reference("project", "p1"), Some("x"), &json!({})),
        deletion(&reference("project", "p1"), &json!({})),
    ] {
        let (outcome, requests) = scripted::change(Script::new().json(&row), &change);
        assert_eq!(ended(&outcome), "Precondition");
        assert_eq!(requests.len(), 1);
    }
}

#[test]
fn an_answer_that_tells_no_project_leaves_it_unknown() {
    let none = json!({"data": [], "has_more": false});
    let script = Script::new().json(&none).json(&json!({"ok": true}));
    let change = creation("project", None, "Atlas", &json!({}));
    let (outcome, _) = scripted::change(script, &change);
    assert_eq!(ended(&outcome), "unknown");
}
