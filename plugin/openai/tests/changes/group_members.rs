//! Members of groups, added and removed.

use governance_guest::wit::changes::ChangeRequest;
use serde_json::Value;

use crate::made::{again, made, named};
use crate::simulated::{Simulated, ended, holding, small, written};

const ADA: (&str, &str) = ("user", "Ada Lovelace");
const ALAN: (&str, &str) = ("user", "Alan Turing");
const NOBODY: (&str, &str) = ("user", "no such user");
const NIGHTLY: (&str, &str) = ("service_account", "nightly-evaluation");
const IDLE: (&str, &str) = ("service_account", "unfinished-migration");

fn change(simulated: &Simulated, what: &str, group: &str, member: (&str, &str)) -> ChangeRequest {
    let group = named(simulated, "group", group);
    let member = named(simulated, member.0, member.1);
    let change = holding(&group, "member", &member);
    match what {
        "grant" => ChangeRequest::Grant(change),
        _ => ChangeRequest::Revoke(change),
    }
}

fn is_member(simulated: &Simulated, group: &str, member: (&str, &str)) -> bool {
    let group = named(simulated, "group", group).id.id;
    let member = named(simulated, member.0, member.1).id.id;
    let answer = simulated.api("GET", &format!("/organization/groups/{group}/users"), "");
    let rows = answer["data"].as_array().expect("rows");
    rows.iter().any(|row: &Value| row["id"] == member)
}

#[test]
fn members_come_and_go_as_the_state_says() {
    for (what, group, member, expected, then) in [
        ("grant", "Researchers", ADA, "complete", true),
        ("grant", "Researchers", ALAN, "no-op", true),
        ("revoke", "Researchers", ALAN, "complete", false),
        ("revoke", "Researchers", ADA, "no-op", false),
        ("grant", "Researchers", IDLE, "complete", true),
        ("grant", "Researchers", NIGHTLY, "no-op", true),
        ("revoke", "Researchers", NIGHTLY, "complete", false),
        ("revoke", "Researchers", IDLE, "no-op", false),
        // The identity provider's.
        ("grant", "Support", ADA, "Precondition", false),
        ("grant", "Support", ALAN, "no-op", true),
        ("revoke", "Support", ALAN, "Precondition", true),
        ("revoke", "Support", ADA, "no-op", false),
        // What is not there.
        ("grant", "Researchers", NOBODY, "NotFound", false),
        ("revoke", "Researchers", NOBODY, "no-op", false),
        ("grant", "no such group", ADA, "NotFound", false),
        ("revoke", "no such group", ADA, "no-op", false),
        // Groups hold no groups.
        (
            "grant",
            "Researchers",
            ("group", "Support"),
            r#"InvalidInput("principal")"#,
            false,
        ),
    ] {
        let simulated = small();
        let change = change(&simulated, what, group, member);
        let outcome = made(&simulated, &change);
        let case = format!("{what} {group} {}: {outcome:?}", member.1);
        assert_eq!(ended(&outcome), expected, "{case}");
        if !member.1.starts_with("no ") && !group.starts_with("no ") {
            assert_eq!(is_member(&simulated, group, member), then, "{case}");
        }
        if outcome.is_ok() {
            again(&simulated, &change);
        }
    }
}

#[test]
fn the_outcome_names_who_and_where() {
    let simulated = small();
    let (ada, group) = (
        named(&simulated, ADA.0, ADA.1).id.id,
        named(&simulated, "group", "Researchers").id.id,
    );
    let grant = format!("group:{group}:member:user:{ada}");
    let add = change(&simulated, "grant", "Researchers", ADA);
    let outcome = made(&simulated, &add).expect("an outcome");
    let told = "added ada.lovelace@example.com to the group Researchers";
    assert_eq!(outcome.effects[0].summary, told);
    assert_eq!(written(&outcome.held), std::slice::from_ref(&grant));
    let remove = change(&simulated, "revoke", "Researchers", ADA);
    let outcome = made(&simulated, &remove).expect("an outcome");
    let told = "removed ada.lovelace@example.com from the group Researchers";
    assert_eq!(outcome.effects[0].summary, told);
    assert_eq!(written(&outcome.replaced), [grant]);
}

#[test]
fn an_invited_person_is_in_no_group_before_acceptance() {
    let simulated = small();
    let group = named(&simulated, "group", "Researchers");
    let invitation = crate::simulated::reference("invitation", "invite-1");
    let change = ChangeRequest::Grant(holding(&group, "member", &invitation));
    let error = made(&simulated, &change).expect_err("not before acceptance");
    assert_eq!(ended(&Err(error.clone())), "Precondition");
    assert!(error.hint.expect("a hint").contains("acceptance"));
}
