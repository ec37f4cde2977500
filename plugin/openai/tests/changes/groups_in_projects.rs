//! Groups in projects.

use openai_simulator::{OtherRole, Quirks, Ruling, StatusCode};

use crate::arranged::*;
use crate::simulated::*;

#[test]
fn each_role_is_given_from_each_state() {
    check(
        Who::Crew,
        &Quirks::default(),
        &[
            (GRANT, "owner", "", "complete", "+owner", "owner"),
            (GRANT, "member", "", "complete", "+member", "member"),
            (GRANT, "viewer", "", "complete", "+viewer", "viewer"),
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
                "viewer",
                "owner tester",
                "complete",
                "+viewer -owner =tester",
                "tester viewer",
            ),
            (
                GRANT,
                "member",
                "tester",
                "complete",
                "+member",
                "member tester",
            ),
            (GRANT, "tester", "", "complete", "+tester", "tester"),
            (
                GRANT,
                "tester",
                "member",
                "complete",
                "+tester",
                "member tester",
            ),
            (GRANT, "tester", "tester", "no-op", "", "tester"),
        ],
    );
}

#[test]
fn each_role_is_taken_from_each_state() {
    check(
        Who::Crew,
        &Quirks::default(),
        &[
            (REVOKE, "owner", "", "no-op", "", ""),
            (REVOKE, "owner", "owner", "complete", "-owner", ""),
            (REVOKE, "owner", "member", "no-op", "", "member"),
            (
                REVOKE,
                "member",
                "member tester",
                "complete",
                "-member =tester",
                "tester",
            ),
            (REVOKE, "viewer", "viewer", "complete", "-viewer", ""),
            (
                REVOKE,
                "tester",
                "member tester",
                "complete",
                "-tester =member",
                "member",
            ),
            (REVOKE, "tester", "tester", "complete", "-tester", ""),
            (REVOKE, "tester", "member", "no-op", "", "member"),
        ],
    );
}

#[test]
fn an_outside_group_is_added_as_member_only_where_the_service_wants_it() {
    let refused = Ruling::Refused(StatusCode::BAD_REQUEST);
    for (ruling, tells, after) in [
        (refused, "+member +tester", "member tester"),
        (Ruling::Allowed, "+tester", "tester"),
        (Ruling::Refused(StatusCode::FORBIDDEN), "", ""),
    ] {
        let case = Arranged::new(
            Who::Crew,
            writing(|it| it.custom_role_of_an_outside_group = ruling),
        );
        let made = case.simulated.change(&case.request(GRANT, "tester"));
        assert_eq!(case.told(&made), words(tells), "{ruling:?}: {made:?}");
        assert_eq!(case.truth(), words(after), "{ruling:?}");
    }
}

#[test]
fn whatever_the_lists_show_the_change_is_the_same() {
    let mut allowed = Quirks::default();
    allowed.writing.already_in_project = Ruling::Allowed;
    allowed.reading.other_roles = OtherRole::Hidden;
    let mut sparse = Quirks::default();
    sparse.reading.sparse_rows = true;
    sparse.writing.not_assigned = StatusCode::BAD_REQUEST;
    for quirks in [allowed, sparse] {
        check(
            Who::Crew,
            &quirks,
            &[
                (GRANT, "owner", "", "complete", "+owner", "owner"),
                (
                    GRANT,
                    "owner",
                    "viewer",
                    "complete",
                    "+owner -viewer",
                    "owner",
                ),
                (REVOKE, "member", "member", "complete", "-member", ""),
                (
                    REVOKE,
                    "tester",
                    "member tester",
                    "complete",
                    "-tester =member",
                    "member",
                ),
                (REVOKE, "member", "owner", "no-op", "", "owner"),
            ],
        );
    }
}

/// Then it is assigned or taken, and what was there before is not made up.
#[test]
fn where_predefined_roles_are_not_listed_the_service_is_asked_by_trying() {
    for (change, slug, before, tells, after) in [
        (GRANT, "owner", "", "+owner", "owner"),
        (GRANT, "member", "member", "+member", "member"),
        (REVOKE, "member", "member", "-member", ""),
        (
            REVOKE,
            "member",
            "member tester",
            "-member =tester",
            "tester",
        ),
        (REVOKE, "tester", "member tester", "-tester", "member"),
        (REVOKE, "owner", "member", "", "member"),
    ] {
        let case = Arranged::new(Who::Crew, reading(|it| it.predefined_assignments = false));
        case.arrange(before);
        let made = case.simulated.change(&case.request(change, slug));
        assert_eq!(case.told(&made), words(tells), "{slug} {before}: {made:?}");
        assert_eq!(case.truth(), words(after), "{slug} {before}");
    }
}

/// Its members are the identity provider's, its roles in projects are ours.
#[test]
fn a_group_of_an_identity_provider_can_be_given_roles() {
    let case = Arranged::new(Who::Crew, Quirks::default());
    let groups = case.simulated.api("GET", "/organization/groups", "");
    let groups = groups["data"].as_array().expect("groups");
    let managed = groups.iter().find(|row| row["is_scim_managed"] == true);
    let managed = managed.expect("a managed group")["id"].as_str();
    let managed = reference("group", managed.expect("an id"));
    for (change, sentence) in [
        (GRANT, "added group Support to project Alpha as member"),
        (REVOKE, "removed group Support from project Alpha"),
    ] {
        let made = case
            .simulated
            .change(&case.request_of(change, "member", &managed));
        assert_eq!(sentences(&made), [sentence]);
    }
}

#[test]
fn what_is_not_there_is_said_before_anything_is_sent() {
    let case = Arranged::new(Who::Crew, Quirks::default());
    let nobody = reference("group", "group_unknown");
    for (change, slug, of, expected) in [
        (GRANT, "role_unknown", case.principal(), "NotFound"),
        (REVOKE, "role_unknown", case.principal(), "no-op"),
        (GRANT, "member", nobody.clone(), "NotFound"),
        (REVOKE, "member", nobody, "no-op"),
    ] {
        let made = case.simulated.change(&case.request_of(change, slug, &of));
        assert_eq!(ended(&made), expected, "{slug} {of:?}");
    }
    assert_eq!(case.simulated.changing_requests(), [""; 0]);
}

#[test]
fn nothing_of_an_archived_project_is_changed() {
    let case = Arranged::new(Who::Crew, Quirks::default());
    case.arrange("member");
    let path = format!("/organization/projects/{}/archive", case.alpha);
    case.simulated.api("POST", &path, "");
    for change in [GRANT, REVOKE] {
        let made = case.simulated.change(&case.request(change, "member"));
        is_refused(&made, "archived", "choose a live one");
    }
}
