//! People in projects: each entitlement, in each state, and whatever the service
//! shows and allows.

use openai_simulator::{OtherRole, Quirks, Ruling, StatusCode};

use crate::arranged::*;

const REFUSED: &str = "Precondition";

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
fn whatever_the_lists_show_the_change_is_the_same() {
    for quirks in [
        reading(|it| it.other_roles = OtherRole::Named),
        reading(|it| it.other_roles = OtherRole::Hidden),
        reading(|it| it.people_through_groups = true),
        reading(|it| it.not_in_project = StatusCode::BAD_REQUEST),
        reading(|it| it.sparse_rows = true),
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

#[test]
fn where_inherited_roles_are_not_listed_the_groups_are_asked() {
    let quirks = reading(|it| it.inherited_assignments = false);
    check(
        Who::Alan,
        &quirks,
        &[
            (
                GRANT,
                "member",
                "^member",
                "complete",
                "+member",
                "member ^member",
            ),
            (REVOKE, "member", "^member", REFUSED, "", "^member"),
            (
                REVOKE,
                "member",
                "member ^tester",
                "complete",
                "-member =^tester",
                "^tester",
            ),
        ],
    );
    let case = Arranged::new(Who::Alan, quirks);
    case.arrange("^viewer");
    let made = case.simulated.change(&case.request(GRANT, "tester"));
    is_refused(&made, "needs a predefined role", "member first");
    assert_eq!(case.truth(), words("^viewer"), "nobody is added for that");
}

/// The list of people shows a viewer as a member then.
#[test]
fn where_viewers_are_listed_nowhere_they_are_changed_all_the_same() {
    for (change, slug, before, after) in [
        (GRANT, "viewer", "member", "viewer"),
        (GRANT, "viewer", "viewer", "viewer"),
        (GRANT, "owner", "viewer", "owner"),
        (REVOKE, "viewer", "viewer", ""),
        (REVOKE, "viewer", "member", "member"),
    ] {
        let case = Arranged::new(Who::Alan, reading(|it| it.predefined_assignments = false));
        case.arrange(before);
        let made = case.simulated.change(&case.request(change, slug));
        assert!(made.is_ok(), "{slug} {before}: {made:?}");
        assert_eq!(case.truth(), words(after), "{slug} {before}");
    }
}
