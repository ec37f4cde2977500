//! What is refused of people in projects, and what it says.

use governance_guest::wit::changes::ChangeRequest;
use governance_guest::wit::faults::ErrorKind;
use openai_simulator::{Quirks, Ruling, StatusCode};
use serde_json::json;

use crate::arranged::*;
use crate::simulated::*;

#[test]
fn an_inherited_role_is_refused_with_the_name_of_the_group() {
    let case = Arranged::new(Who::Alan, Quirks::default());
    case.arrange("^member");
    let made = case.simulated.change(&case.request(REVOKE, "member"));
    is_refused(
        &made,
        "only through group Crew",
        "take the role from the group",
    );
}

#[test]
fn owners_of_the_organization_are_left_alone_in_projects() {
    for ruling in [Ruling::Allowed, Ruling::Refused(StatusCode::BAD_REQUEST)] {
        let case = Arranged::new(Who::Alan, writing(|it| it.implicit_owner = ruling));
        let people = case
            .simulated
            .api("GET", "/organization/users?limit=100", "");
        let people = people["data"].as_array().expect("people");
        let ada = people.iter().find(|row| row["name"] == "Ada Lovelace");
        let ada = reference("user", ada.expect("Ada")["id"].as_str().expect("an id"));
        for (change, slug) in [
            (GRANT, "owner"),
            (GRANT, "member"),
            (GRANT, "tester"),
            (REVOKE, "owner"),
            (REVOKE, "viewer"),
        ] {
            let request = case.request_of(change, slug, &ada);
            let made = case.simulated.change(&request);
            is_refused(
                &made,
                "owns the organization",
                "organization role owner first",
            );
        }
        assert_eq!(case.simulated.changing_requests(), [""; 0]);
    }
}

#[test]
fn who_owns_the_organization_through_a_group_is_left_alone_too() {
    for (told, held) in [
        (true, "^viewer"),
        (false, "^viewer"),
        (true, ""),
        (false, ""),
    ] {
        let case = Arranged::new(
            Who::Alan,
            reading(|it| it.implicit_owner_assignments = told),
        );
        case.arrange(held);
        let path = format!("/organization/groups/{}/roles", case.crew);
        let owner = json!({"role_id": "role-api-organization-owner"}).to_string();
        case.simulated.api("POST", &path, &owner);
        let before = case.truth();
        for (change, slug) in [(GRANT, "owner"), (GRANT, "member"), (REVOKE, "owner")] {
            let made = case.simulated.change(&case.request(change, slug));
            let error = made.expect_err("a refusal");
            assert_eq!(error.kind, ErrorKind::Precondition, "{error:?}");
            if !told {
                let named = "the organization role owner through the group Crew";
                assert!(error.message.contains(named), "{error:?}");
            }
            assert_eq!(case.truth(), before, "{told} {held:?} {slug}");
        }
    }
}

#[test]
fn the_default_project_is_neither_entered_nor_left() {
    let case = Arranged::new(Who::Alan, Quirks::default());
    let projects = case.simulated.api("GET", "/organization/projects", "");
    let projects = projects["data"].as_array().expect("projects");
    let default = projects.iter().find(|row| row["name"] == "Default project");
    let default = default.expect("the default project")["id"].as_str();
    let default = reference("project", default.expect("an id"));
    let granted = holding(&default, "member", &case.principal());
    let made = case.simulated.change(&ChangeRequest::Grant(granted));
    is_refused(&made, "default project", "with the organization");
}

#[test]
fn nothing_of_an_archived_project_is_changed() {
    let case = Arranged::new(Who::Alan, Quirks::default());
    case.arrange("member");
    let path = format!("/organization/projects/{}/archive", case.alpha);
    case.simulated.api("POST", &path, "");
    for change in [GRANT, REVOKE] {
        let made = case.simulated.change(&case.request(change, "member"));
        is_refused(&made, "archived", "choose a live one");
    }
    assert_eq!(case.simulated.changing_requests(), [""; 0]);
}

#[test]
fn what_is_not_there_is_said_before_anything_is_sent() {
    let case = Arranged::new(Who::Alan, Quirks::default());
    let nobody = reference("user", "user-nobody");
    let robot = reference("user", &case.robot);
    let input = ErrorKind::InvalidInput("principal".to_owned());
    for (change, slug, of, expected) in [
        (
            GRANT,
            "role_unknown",
            case.principal(),
            Some(ErrorKind::NotFound),
        ),
        (REVOKE, "role_unknown", case.principal(), None),
        (GRANT, "member", nobody.clone(), Some(ErrorKind::NotFound)),
        (REVOKE, "member", nobody, None),
        (GRANT, "member", robot.clone(), Some(input.clone())),
        (REVOKE, "member", robot, Some(input)),
    ] {
        let made = case.simulated.change(&case.request_of(change, slug, &of));
        let kind = made.as_ref().err().map(|error| error.kind.clone());
        assert_eq!(kind, expected, "{slug} {of:?}");
        if kind.is_none() {
            assert_eq!(ended(&made), "no-op");
        }
    }
    assert_eq!(case.simulated.changing_requests(), [""; 0]);
}
