//! People in projects: each entitlement, in each state, and what the service may
//! or may not do.

use governance_guest::wit::changes::ChangeRequest;
use governance_guest::wit::faults::ErrorKind;
use openai_simulator::{OtherRole, Quirks, Reading, Ruling, StatusCode, Writing};
use serde_json::json;

use crate::arranged::*;
use crate::simulated::*;

const REFUSED: &str = "ErrorKind::Precondition";

#[test]
fn each_role_is_given_from_each_state() {
    check(
        Who::Alan,
        &Quirks::default(),
        &[
            (GRANT, "owner", "", "complete", "+owner", "owner"),
            (GRANT, "owner", "owner", "no-op", "", "owner"),
            (
                GRANT,
                "owner",
                "member",
                "complete",
                "+owner -member",
                "owner",
            ),
            (
                GRANT,
                "owner",
                "viewer",
                "complete",
                "+owner -viewer",
                "owner",
            ),
            (
                GRANT,
                "owner",
                "member tester",
                "complete",
                "+owner -member =tester",
                "owner tester",
            ),
            (
                GRANT,
                "owner",
                "viewer tester ^member",
                "complete",
                "+owner -viewer =tester =^member",
                "owner tester ^member",
            ),
            (
                GRANT,
                "owner",
                "^owner",
                "complete",
                "+owner",
                "owner ^owner",
            ),
            (
                GRANT,
                "owner",
                "tester",
                "complete",
                "+owner -member =tester",
                "owner tester",
            ),
            (GRANT, "member", "", "complete", "+member", "member"),
            (
                GRANT,
                "member",
                "owner",
                "complete",
                "+member -owner",
                "member",
            ),
            (
                GRANT,
                "member",
                "viewer",
                "complete",
                "+member -viewer",
                "member",
            ),
            (
                GRANT,
                "member",
                "^member",
                "complete",
                "+member",
                "member ^member",
            ),
            (GRANT, "viewer", "", "complete", "+viewer", "viewer"),
            (GRANT, "viewer", "viewer", "no-op", "", "viewer"),
            (
                GRANT,
                "viewer",
                "member tester",
                "complete",
                "+viewer -member =tester",
                "tester viewer",
            ),
            (
                GRANT,
                "viewer",
                "owner",
                "complete",
                "+viewer -owner",
                "viewer",
            ),
            (
                GRANT,
                "tester",
                "member",
                "complete",
                "+tester",
                "member tester",
            ),
            (
                GRANT,
                "tester",
                "viewer",
                "complete",
                "+tester",
                "tester viewer",
            ),
            (
                GRANT,
                "tester",
                "member tester",
                "no-op",
                "",
                "member tester",
            ),
        ],
    );
}

#[test]
fn each_role_is_taken_from_each_state() {
    check(
        Who::Alan,
        &Quirks::default(),
        &[
            (REVOKE, "owner", "", "no-op", "", ""),
            (REVOKE, "owner", "owner", "complete", "-owner", ""),
            (REVOKE, "owner", "member", "no-op", "", "member"),
            (REVOKE, "owner", "^owner", REFUSED, "", "^owner"),
            (REVOKE, "member", "member", "complete", "-member", ""),
            (
                REVOKE,
                "member",
                "member tester writer",
                "complete",
                "-member -tester -writer",
                "",
            ),
            (
                REVOKE,
                "member",
                "member ^member",
                "complete",
                "-member =^member",
                "^member",
            ),
            (
                REVOKE,
                "viewer",
                "viewer tester ^tester",
                "complete",
                "-viewer =tester =^tester",
                "tester ^tester",
            ),
            (
                REVOKE,
                "member",
                "member tester ^viewer",
                "complete",
                "-member -tester =^viewer",
                "^viewer",
            ),
            (REVOKE, "member", "^member", REFUSED, "", "^member"),
            (REVOKE, "viewer", "viewer", "complete", "-viewer", ""),
            (REVOKE, "viewer", "member", "no-op", "", "member"),
            (
                REVOKE,
                "tester",
                "member tester",
                "complete",
                "-tester =member",
                "member",
            ),
            (
                REVOKE,
                "tester",
                "member writer",
                "no-op",
                "",
                "member writer",
            ),
            (
                REVOKE,
                "tester",
                "member ^tester",
                REFUSED,
                "",
                "member ^tester",
            ),
        ],
    );
}

fn writing(change: impl FnOnce(&mut Writing)) -> Quirks {
    let mut quirks = Quirks::default();
    change(&mut quirks.writing);
    quirks
}

fn reading(change: impl FnOnce(&mut Reading)) -> Quirks {
    let mut quirks = Quirks::default();
    change(&mut quirks.reading);
    quirks
}

#[test]
fn an_outsider_is_added_as_member_only_where_the_service_wants_it() {
    let add = |case: &Arranged| format!("POST /organization/projects/{}/users", case.alpha);
    let cases = [
        (
            Ruling::Refused(StatusCode::BAD_REQUEST),
            "",
            "+member +tester",
            "member tester",
        ),
        (
            Ruling::Refused(StatusCode::CONFLICT),
            "",
            "+member +tester",
            "member tester",
        ),
        (Ruling::Allowed, "", "+tester", "tester"),
        (
            Ruling::Refused(StatusCode::BAD_REQUEST),
            "viewer",
            "+tester",
            "tester viewer",
        ),
        (
            Ruling::Refused(StatusCode::BAD_REQUEST),
            "^viewer",
            "",
            "^viewer",
        ),
        (Ruling::Refused(StatusCode::FORBIDDEN), "", "", ""),
    ];
    for (ruling, before, tells, after) in cases {
        let case = Arranged::new(
            Who::Alan,
            writing(|it| it.custom_role_of_an_outsider = ruling),
        );
        case.arrange(before);
        let request = case.request(GRANT, "tester");
        let (planned, requests) = case.simulated.plan(&request);
        assert_eq!(requests.len(), 1, "{before}: {requests:?}");
        let outcome = planned.expect("a plan");
        let told = outcome.consequences.join("");
        let may_join = told.contains("added as member first");
        assert_eq!(may_join, before.is_empty(), "{before}: {told}");
        let made = case.simulated.change(&request);
        assert_eq!(
            case.told(&made),
            words(tells),
            "{before} {ruling:?} {made:?}"
        );
        assert_eq!(case.truth(), words(after), "{before} {ruling:?}");
        let sent = case.simulated.changing_requests();
        let joined = sent.iter().any(|line| line.starts_with(&add(&case)));
        assert_eq!(joined, after.contains("member"), "{before}: {sent:?}");
        if before == "^viewer" {
            is_refused(
                &made,
                "needs a predefined role",
                "grant alan.turing@example.com member first",
            );
        }
    }
}

#[test]
fn the_added_membership_is_an_effect_of_its_own() {
    let case = Arranged::new(Who::Alan, Quirks::default());
    let made = case.simulated.change(&case.request(GRANT, "tester"));
    assert_eq!(
        sentences(&made),
        [
            "added alan.turing@example.com to project Alpha as member",
            "gave alan.turing@example.com the role tester in project Alpha",
        ]
    );
}

#[test]
fn effects_name_people_projects_and_roles() {
    for (change, slug, before, sentence) in [
        (
            GRANT,
            "member",
            "",
            vec!["added alan.turing@example.com to project Alpha as member"],
        ),
        (
            GRANT,
            "owner",
            "member",
            vec!["changed alan.turing@example.com from member to owner in project Alpha"],
        ),
        (
            GRANT,
            "viewer",
            "member",
            vec![
                "gave alan.turing@example.com the role viewer in project Alpha",
                "took the role member from alan.turing@example.com in project Alpha",
            ],
        ),
        (
            REVOKE,
            "member",
            "member",
            vec!["removed alan.turing@example.com from project Alpha"],
        ),
        (
            REVOKE,
            "tester",
            "member tester",
            vec!["took the role tester from alan.turing@example.com in project Alpha"],
        ),
    ] {
        let case = Arranged::new(Who::Alan, Quirks::default());
        case.arrange(before);
        let made = case.simulated.change(&case.request(change, slug));
        assert_eq!(sentences(&made), sentence);
    }
}

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
    for told in [true, false] {
        let case = Arranged::new(
            Who::Alan,
            reading(|it| it.implicit_owner_assignments = told),
        );
        case.arrange("^viewer");
        let path = format!("/organization/groups/{}/roles", case.crew);
        let owner = json!({"role_id": "role-api-organization-owner"}).to_string();
        case.simulated.api("POST", &path, &owner);
        let before = case.truth();
        for (change, slug) in [(GRANT, "member"), (REVOKE, "owner")] {
            let made = case.simulated.change(&case.request(change, slug));
            let error = made.expect_err("a refusal");
            assert_eq!(error.kind, ErrorKind::Precondition, "{error:?}");
            assert_eq!(case.truth(), before, "{told} {slug}");
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

#[test]
fn whatever_the_lists_show_the_change_is_the_same() {
    for quirks in [
        reading(|it| it.other_roles = OtherRole::Named),
        reading(|it| it.other_roles = OtherRole::Hidden),
        reading(|it| it.people_through_groups = true),
        reading(|it| it.not_in_project = StatusCode::BAD_REQUEST),
        reading(|it| it.sparse_rows = true),
        reading(|it| it.inherited_assignments = false),
        writing(|it| it.not_assigned = StatusCode::BAD_REQUEST),
        writing(|it| it.already_in_project = Ruling::Allowed),
        writing(|it| it.viewer_by_name = Ruling::Allowed),
    ] {
        check(
            Who::Alan,
            &quirks,
            &[
                (GRANT, "owner", "", "complete", "+owner", "owner"),
                (
                    GRANT,
                    "owner",
                    "member",
                    "complete",
                    "+owner -member",
                    "owner",
                ),
                (
                    GRANT,
                    "owner",
                    "viewer",
                    "complete",
                    "+owner -viewer",
                    "owner",
                ),
                (
                    GRANT,
                    "viewer",
                    "member",
                    "complete",
                    "+viewer -member",
                    "viewer",
                ),
                (
                    GRANT,
                    "member",
                    "^member",
                    "complete",
                    "+member",
                    "member ^member",
                ),
                (
                    GRANT,
                    "tester",
                    "viewer",
                    "complete",
                    "+tester",
                    "tester viewer",
                ),
                (REVOKE, "viewer", "viewer", "complete", "-viewer", ""),
                (REVOKE, "viewer", "member", "no-op", "", "member"),
                (REVOKE, "owner", "", "no-op", "", ""),
                (
                    REVOKE,
                    "member",
                    "member tester ^viewer",
                    "complete",
                    "-member -tester =^viewer",
                    "^viewer",
                ),
            ],
        );
    }
}

#[test]
fn where_predefined_roles_are_not_listed_the_row_counts() {
    check(
        Who::Alan,
        &reading(|it| it.predefined_assignments = false),
        &[
            (GRANT, "member", "", "complete", "+member", "member"),
            (GRANT, "member", "member", "no-op", "", "member"),
            (
                GRANT,
                "owner",
                "member tester",
                "complete",
                "+owner -member =tester",
                "owner tester",
            ),
            (
                GRANT,
                "tester",
                "member",
                "complete",
                "+tester",
                "member tester",
            ),
            (
                REVOKE,
                "member",
                "member tester",
                "complete",
                "-member -tester",
                "",
            ),
        ],
    );
}
