//! Organization roles given and taken.

use governance_guest::wit::changes::ChangeRequest;
use governance_guest::wit::model::Directness;
use openai_simulator::{Options, Quirks, Ruling};

use crate::made::{again, id_of, made, named, roles_of};
use crate::simulated::{Simulated, ended, holding, reference, small, written};

fn change(simulated: &Simulated, what: &str, role: &str, holder: (&str, &str)) -> ChangeRequest {
    let role = named(simulated, "org_role", role);
    let holder = named(simulated, holder.0, holder.1);
    let change = holding(&role, "assigned", &holder);
    match what {
        "grant" => ChangeRequest::Grant(change),
        _ => ChangeRequest::Revoke(change),
    }
}

const ADA: (&str, &str) = ("user", "Ada Lovelace");
const GRACE: (&str, &str) = ("user", "Grace Hopper");
const ALAN: (&str, &str) = ("user", "Alan Turing");
const NOBODY: (&str, &str) = ("user", "no such user");
const NIGHTLY: (&str, &str) = ("service_account", "nightly-evaluation");
const RESEARCHERS: (&str, &str) = ("group", "Researchers");
const SUPPORT: (&str, &str) = ("group", "Support");
const NO_GROUP: (&str, &str) = ("group", "no such group");

#[test]
fn roles_are_given_and_taken_as_the_state_says() {
    for (what, role, holder, expected, then) in [
        // Absent and conflicting: of the service's own a person has one.
        (
            "grant",
            "owner",
            ALAN,
            "complete",
            "Auditor, Group manager*, owner",
        ),
        ("grant", "reader", GRACE, "complete", "reader"),
        ("revoke", "owner", GRACE, "complete", "reader"),
        // Present, or not there to be taken.
        ("grant", "owner", ADA, "no-op", "owner"),
        (
            "grant",
            "reader",
            ALAN,
            "no-op",
            "Auditor, Group manager*, reader",
        ),
        (
            "revoke",
            "owner",
            ALAN,
            "no-op",
            "Auditor, Group manager*, reader",
        ),
        ("revoke", "reader", ADA, "no-op", "owner"),
        // The floor.
        (
            "revoke",
            "reader",
            ALAN,
            "Unsupported",
            "Auditor, Group manager*, reader",
        ),
        // Custom roles add up.
        ("grant", "Auditor", ADA, "complete", "Auditor, owner"),
        (
            "grant",
            "Auditor",
            ALAN,
            "no-op",
            "Auditor, Group manager*, reader",
        ),
        (
            "revoke",
            "Auditor",
            ALAN,
            "complete",
            "Group manager*, reader",
        ),
        ("revoke", "Auditor", ADA, "no-op", "owner"),
        // Inherited.
        (
            "grant",
            "Group manager",
            ALAN,
            "complete",
            "Auditor, Group manager, reader",
        ),
        (
            "revoke",
            "Group manager",
            ALAN,
            "Precondition",
            "Auditor, Group manager*, reader",
        ),
        // Service accounts: the service refuses its own roles.
        (
            "grant",
            "owner",
            NIGHTLY,
            "Precondition",
            "Group manager*, reader",
        ),
        (
            "grant",
            "reader",
            NIGHTLY,
            "no-op",
            "Group manager*, reader",
        ),
        (
            "grant",
            "Auditor",
            NIGHTLY,
            "complete",
            "Auditor, Group manager*, reader",
        ),
        (
            "revoke",
            "Auditor",
            NIGHTLY,
            "no-op",
            "Group manager*, reader",
        ),
        (
            "revoke",
            "Group manager",
            NIGHTLY,
            "Precondition",
            "Group manager*, reader",
        ),
        // Groups: all roles are assigned, also to the identity provider's.
        (
            "grant",
            "Auditor",
            RESEARCHERS,
            "complete",
            "Auditor, Group manager",
        ),
        ("grant", "owner", SUPPORT, "complete", "Owner"),
        (
            "grant",
            "Group manager",
            RESEARCHERS,
            "no-op",
            "Group manager",
        ),
        ("revoke", "Group manager", RESEARCHERS, "complete", ""),
        ("revoke", "owner", SUPPORT, "no-op", ""),
        // What is not there has nothing, and gets nothing.
        ("grant", "owner", NOBODY, "NotFound", ""),
        ("revoke", "owner", NOBODY, "no-op", ""),
        ("grant", "Auditor", NO_GROUP, "NotFound", ""),
        ("revoke", "Auditor", NO_GROUP, "no-op", ""),
        ("grant", "no such role", ADA, "NotFound", "owner"),
        ("revoke", "no such role", ADA, "no-op", "owner"),
    ] {
        let simulated = small();
        let change = change(&simulated, what, role, holder);
        let outcome = made(&simulated, &change);
        let case = format!("{what} {role} {}: {outcome:?}", holder.1);
        assert_eq!(ended(&outcome), expected, "{case}");
        if !holder.1.starts_with("no ") {
            let holder = named(&simulated, holder.0, holder.1);
            assert_eq!(roles_of(&simulated, &holder).join(", "), then, "{case}");
        }
        if outcome.is_ok() {
            again(&simulated, &change);
        }
    }
}

#[test]
fn one_role_of_the_services_own_takes_the_others_place() {
    let simulated = small();
    let alan = id_of(&simulated, "users", ALAN.1);
    let grant = |role| format!("org_role:role-api-organization-{role}:assigned:user:{alan}");
    for (what, role, held, replaced, summary) in [
        (
            "grant",
            "owner",
            "owner",
            "reader",
            "made alan.turing@example.com an owner of the organization",
        ),
        (
            "revoke",
            "owner",
            "reader",
            "owner",
            "made alan.turing@example.com a reader of the organization",
        ),
    ] {
        let outcome = made(&simulated, &change(&simulated, what, role, ALAN));
        let outcome = outcome.expect("an outcome");
        assert_eq!(written(&outcome.held), [grant(held)]);
        assert_eq!(written(&outcome.replaced), [grant(replaced)]);
        assert_eq!(outcome.effects[0].summary, summary);
        assert_eq!(outcome.request_ids.len(), 1);
        assert!(outcome.remaining.is_empty());
    }
}

#[test]
fn the_last_owner_stays_one() {
    let lenient = Options {
        quirks: Quirks {
            loss_of_the_last_owner: Ruling::Allowed,
            ..Quirks::default()
        },
        ..Options::default()
    };
    let simulated = Simulated::start(lenient);
    let taken = made(&simulated, &change(&simulated, "revoke", "owner", GRACE));
    assert_eq!(ended(&taken), "complete");
    for what in [("revoke", "owner"), ("grant", "reader")] {
        let change = change(&simulated, what.0, what.1, ADA);
        let error = made(&simulated, &change).expect_err("the last owner");
        assert_eq!(ended(&Err(error.clone())), "Precondition");
        assert!(
            error.message.contains("ada.lovelace@example.com"),
            "{error:?}"
        );
        assert!(error.hint.is_some());
        assert!(simulated.changing_requests().is_empty(), "nothing is sent");
    }
}

#[test]
fn what_is_held_through_a_group_is_named_and_remains() {
    let simulated = small();
    let manager = |what| change(&simulated, what, "Group manager", ALAN);
    let error = made(&simulated, &manager("revoke")).expect_err("inherited");
    assert!(error.message.contains("the group Researchers"), "{error:?}");
    made(&simulated, &manager("grant")).expect("an outcome");
    let outcome = made(&simulated, &manager("revoke")).expect("an outcome");
    let researchers = named(&simulated, "group", "Researchers").id;
    assert_eq!(outcome.replaced.len(), 1);
    assert_eq!(written(&outcome.remaining), written(&outcome.replaced));
    let through = Directness::Inherited(vec![researchers]);
    assert_eq!(outcome.remaining[0].directness, through);
}

#[test]
fn who_owns_through_a_group_is_no_reader_to_take_it_from() {
    let simulated = small();
    let owners = change(&simulated, "grant", "owner", RESEARCHERS);
    let outcome = made(&simulated, &owners).expect("an outcome");
    assert!(outcome.held[0].expands.is_some(), "its members hold it");
    let error = made(&simulated, &change(&simulated, "revoke", "owner", ALAN));
    let error = error.expect_err("inherited");
    assert!(error.message.contains("Researchers"), "{error:?}");
    made(&simulated, &change(&simulated, "grant", "owner", ALAN)).expect("an outcome");
    let taken = made(&simulated, &change(&simulated, "revoke", "owner", ALAN));
    assert_eq!(taken.expect("an outcome").remaining.len(), 1);
}

#[test]
fn a_service_account_gets_the_services_own_role_where_the_service_lets_it() {
    let lenient = Options {
        quirks: Quirks {
            service_account_changed_as_user: Ruling::Allowed,
            ..Quirks::default()
        },
        ..Options::default()
    };
    let simulated = Simulated::start(lenient);
    for (what, expected) in [("grant", "owner"), ("revoke", "reader")] {
        let change = change(&simulated, what, "owner", NIGHTLY);
        let outcome = made(&simulated, &change);
        assert_eq!(ended(&outcome), "complete", "{outcome:?}");
        let nightly = named(&simulated, NIGHTLY.0, NIGHTLY.1);
        assert!(roles_of(&simulated, &nightly).contains(&expected.to_owned()));
        again(&simulated, &change);
    }
}

#[test]
fn a_role_goes_by_its_composed_id_too_and_by_no_other_entitlement() {
    let simulated = small();
    let organization = simulated.simulator.organization_id();
    let id = format!("role-api-organization-owner__api-organization__{organization}");
    let role = reference("org_role", &id);
    let alan = named(&simulated, ALAN.0, ALAN.1);
    let grant = ChangeRequest::Grant(holding(&role, "assigned", &alan));
    let outcome = made(&simulated, &grant).expect("an outcome");
    assert_eq!(outcome.held[0].resource.id, "role-api-organization-owner");
    let other = ChangeRequest::Revoke(holding(&role, "held", &alan));
    let refused = ended(&made(&simulated, &other));
    assert_eq!(refused, r#"InvalidInput("entitlement")"#);
}

#[test]
fn without_groups_and_custom_roles_the_services_own_are_changed_all_the_same() {
    let simulated = Simulated::start(Options {
        quirks: Quirks {
            not_in_plan: Quirks::FREE_PLAN.into(),
            ..Quirks::default()
        },
        ..Options::default()
    });
    let grace = named(&simulated, GRACE.0, GRACE.1);
    for (what, role, expected, then) in [
        ("revoke", "owner", "complete", "reader"),
        ("revoke", "owner", "no-op", "reader"),
        ("grant", "owner", "complete", "owner"),
    ] {
        let role = reference("org_role", &format!("role-api-organization-{role}"));
        let change = holding(&role, "assigned", &grace);
        let outcome = made(
            &simulated,
            &match what {
                "grant" => ChangeRequest::Grant(change),
                _ => ChangeRequest::Revoke(change),
            },
        );
        assert_eq!(ended(&outcome), expected, "{outcome:?}");
        assert!(outcome.expect("an outcome").consequences.is_empty());
        let path = format!("/organization/users/{}", grace.id.id);
        assert_eq!(simulated.api("GET", &path, "")["role"], then);
    }
}
