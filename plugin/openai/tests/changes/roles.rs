//! Making, changing and deleting custom roles.

use governance_guest::wit::faults::ErrorKind;
use governance_guest::wit::model::Reference;
use serde_json::{Value, json};

use crate::making::*;
use crate::simulated::{Simulated, in_project, reference, small};

const ROLES: &str = "/organization/roles";

fn project_roles(project: &Reference) -> String {
    format!("/projects/{}/roles", project.id.id)
}

/// Both levels: type, parent and list.
fn levels(simulated: &Simulated) -> [(&'static str, Option<Reference>, String); 2] {
    let search = project(simulated, "Search");
    let list = project_roles(&search);
    [
        ("org_role", None, ROLES.to_owned()),
        ("project_role", Some(search), list),
    ]
}

/// A predefined role of a list.
fn predefined(simulated: &Simulated, list: &str) -> Value {
    let mut rows = rows(simulated, list).into_iter();
    let predefined = rows.find(|row| row["predefined_role"] == true);
    predefined.expect("a predefined role")
}

fn of(resource_type: &str, parent: Option<&Reference>, id: &str) -> Reference {
    match parent {
        None => reference(resource_type, id),
        Some(project) => in_project(&project.id.id, resource_type, id),
    }
}

#[test]
fn a_role_is_made_once_with_its_permissions() {
    let simulated = small();
    for (kind, parent, list) in levels(&simulated) {
        let attributes = json!({"permissions": ["b.read", "a.read"], "description": "Reads"});
        let change = creation(kind, parent.as_ref(), "Reading", &attributes);
        let made = as_planned(&simulated, &change);
        let truth = row(&simulated, &list, "Reading");
        assert_eq!(truth["permissions"], json!(["a.read", "b.read"]));
        assert_eq!(truth["description"], "Reads");
        assert_eq!(made.resources[0].id.id, truth["id"]);
        assert_eq!(
            made.resources[0].parent,
            parent.as_ref().map(|it| it.id.clone())
        );
        let (_, again) = no_op(&simulated, &change);
        assert_eq!(again.resources, made.resources);
        for other in [
            json!({"permissions": ["a.read"]}),
            json!({"permissions": ["a.read", "b.read"], "description": "Else"}),
        ] {
            let change = creation(kind, parent.as_ref(), "Reading", &other);
            let error = refused(&simulated, &change);
            assert_eq!(error.kind, ErrorKind::Conflict, "{kind} {other}");
        }
    }
}

#[test]
fn a_predefined_namesake_or_a_wrong_place_is_refused() {
    let simulated = small();
    let search = project(&simulated, "Search");
    let retired = project(&simulated, "Retired");
    let predefined = predefined(&simulated, ROLES)["name"].clone();
    let predefined = predefined.as_str().expect("a name").to_owned();
    let attributes = json!({"permissions": ["a.read"]});
    let name = ErrorKind::InvalidInput("parent".to_owned());
    for (kind, parent, called, expected) in [
        ("org_role", None, predefined.as_str(), ErrorKind::Conflict),
        ("org_role", Some(&search), "x", name.clone()),
        ("project_role", None, "x", name),
        ("project_role", Some(&retired), "x", ErrorKind::Precondition),
    ] {
        let error = refused(&simulated, &creation(kind, parent, called, &attributes));
        assert_eq!(error.kind, expected, "{kind} {called}");
    }
    let error = refused(&simulated, &creation("org_role", None, "x", &json!({})));
    assert_eq!(
        error.kind,
        ErrorKind::InvalidInput("permissions".to_owned())
    );
}

#[test]
fn a_change_of_permissions_says_who_gains_and_loses_what() {
    let simulated = small();
    for (kind, parent, list) in levels(&simulated) {
        let attributes = json!({"permissions": ["a.read", "b.read"]});
        let created = creation(kind, parent.as_ref(), "Reading", &attributes);
        let made = as_planned(&simulated, &created);
        let role = of(kind, parent.as_ref(), &made.resources[0].id.id);
        let attributes = json!({"permissions": ["b.read", "c.read"], "description": "More"});
        let change = update(&role, Some("Reading more"), &attributes);
        let made = as_planned(&simulated, &change);
        let truth = row(&simulated, &list, "Reading more");
        assert_eq!(truth["id"], role.id.id);
        assert_eq!(truth["permissions"], json!(["b.read", "c.read"]));
        assert_eq!(truth["description"], "More");
        assert_eq!(
            made.consequences,
            [
                "whoever holds the role gains c.read",
                "whoever holds the role loses a.read"
            ]
        );
        assert_eq!(made.resources[0].permissions, ["b.read", "c.read"]);
        let (_, again) = no_op(&simulated, &change);
        assert_eq!(again.resources, made.resources);
        let error = refused(&simulated, &update(&role, None, &json!({})));
        assert_eq!(error.kind, ErrorKind::InvalidInput("attributes".to_owned()));
    }
}

#[test]
fn whoever_holds_a_deleted_role_loses_it() {
    let simulated = small();
    let search = project(&simulated, "Search");
    let list = project_roles(&search);
    for (role, list) in [
        (
            reference("org_role", &id(&simulated, ROLES, "Auditor")),
            ROLES,
        ),
        (
            of(
                "project_role",
                Some(&search),
                &id(&simulated, &list, "Prompt engineer"),
            ),
            list.as_str(),
        ),
    ] {
        let before = rows(&simulated, list).len();
        let change = deletion(&role, &json!({}));
        let made = as_planned(&simulated, &change);
        assert!(made.consequences[0].starts_with("whoever holds the role"));
        assert_eq!(rows(&simulated, list).len(), before - 1);
        no_op(&simulated, &change);
    }
    let elsewhere = in_project("none", "project_role", "role_1");
    no_op(&simulated, &deletion(&elsewhere, &json!({})));
}

#[test]
fn predefined_roles_stay() {
    let simulated = small();
    for (kind, parent, list) in levels(&simulated) {
        let listed = predefined(&simulated, &list)["id"].clone();
        let listed = listed.as_str().expect("an id");
        for id in [listed, "role-api-organization-reader"] {
            let role = of(kind, parent.as_ref(), id);
            for change in [
                update(&role, Some("x"), &json!({})),
                deletion(&role, &json!({})),
            ] {
                let error = refused(&simulated, &change);
                assert_eq!(error.kind, ErrorKind::Unsupported, "{id}");
            }
        }
    }
}
