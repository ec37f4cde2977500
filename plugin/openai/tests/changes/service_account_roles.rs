//! The roles of service accounts.

use governance_guest::wit::changes::ChangeRequest;
use governance_guest::wit::faults::ErrorKind;
use openai_simulator::{Quirks, Ruling};

use crate::arranged::*;
use crate::simulated::*;

#[test]
fn each_role_is_given_and_taken_from_each_state() {
    const NEVER: &str = "Unsupported";
    check(
        Who::Robot,
        &Quirks::default(),
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
            (GRANT, "owner", "owner", "no-op", "", "owner"),
            (GRANT, "member", "", "complete", "+member", "member"),
            (
                GRANT,
                "member",
                "owner",
                "complete",
                "+member -owner",
                "member",
            ),
            (GRANT, "viewer", "", NEVER, "", ""),
            (GRANT, "tester", "member", NEVER, "", "member"),
            (
                REVOKE,
                "owner",
                "owner",
                "complete",
                "+member -owner",
                "member",
            ),
            (
                REVOKE,
                "tester",
                "member ^tester",
                "Precondition",
                "",
                "member ^tester",
            ),
            (
                REVOKE,
                "owner",
                "owner ^owner",
                "complete",
                "+member -owner =^owner",
                "member ^owner",
            ),
            (REVOKE, "owner", "member", "no-op", "", "member"),
            (REVOKE, "owner", "", "no-op", "", ""),
            (REVOKE, "member", "member", NEVER, "", "member"),
            (REVOKE, "member", "owner", "no-op", "", "owner"),
            (
                REVOKE,
                "viewer",
                "member viewer ^tester",
                "complete",
                "-viewer =member =^tester",
                "member ^tester",
            ),
            (
                REVOKE,
                "owner",
                "owner viewer",
                "complete",
                "+member -owner =viewer",
                "member",
            ),
            (REVOKE, "viewer", "member", "no-op", "", "member"),
            (REVOKE, "tester", "member", "no-op", "", "member"),
        ],
    );
}

#[test]
fn a_custom_role_that_it_has_all_the_same_can_be_taken() {
    let mut quirks = Quirks::default();
    quirks.writing.custom_role_of_a_service_account = Ruling::Allowed;
    check(
        Who::Robot,
        &quirks,
        &[
            (
                REVOKE,
                "tester",
                "member tester",
                "complete",
                "-tester =member",
                "member",
            ),
            (REVOKE, "tester", "tester", "complete", "-tester", ""),
            (GRANT, "tester", "member", "Unsupported", "", "member"),
        ],
    );
}

#[test]
fn a_service_account_is_in_its_own_project_alone() {
    let case = Arranged::new(Who::Robot, Quirks::default());
    let elsewhere = case
        .simulated
        .api("POST", "/organization/projects", r#"{"name":"Beta"}"#);
    let elsewhere = reference("project", elsewhere["id"].as_str().expect("an id"));
    let holding = holding(&elsewhere, "member", &case.principal());
    let granted = case
        .simulated
        .change(&ChangeRequest::Grant(holding.clone()));
    let error = granted.expect_err("a refusal");
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(
        error
            .hint
            .is_some_and(|hint| hint.contains("its own project"))
    );
    let revoked = case.simulated.change(&ChangeRequest::Revoke(holding));
    assert_eq!(ended(&revoked), "no-op");
}

#[test]
fn a_member_is_not_deleted_in_passing() {
    let case = Arranged::new(Who::Robot, Quirks::default());
    case.arrange("member");
    let made = case.simulated.change(&case.request(REVOKE, "member"));
    let error = made.expect_err("a refusal");
    assert!(
        error
            .hint
            .is_some_and(|hint| hint.contains("delete the service account"))
    );
    assert_eq!(case.simulated.changing_requests(), [""; 0]);
}

#[test]
fn effects_name_the_account_and_its_project() {
    let case = Arranged::new(Who::Robot, Quirks::default());
    let made = case.simulated.change(&case.request(GRANT, "owner"));
    assert_eq!(
        sentences(&made),
        ["made service account robot owner of project Alpha"]
    );
}
