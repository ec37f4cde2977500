//! People deleted.

use governance_guest::wit::changes::{ChangeRequest, ResourceDeletion};
use openai_simulator::{Options, Quirks, Ruling};

use crate::made::{again, made, named};
use crate::simulated::{Simulated, ended, small};

fn deletion(simulated: &Simulated, name: &str) -> ChangeRequest {
    ChangeRequest::DeleteResource(ResourceDeletion {
        of: named(simulated, "user", name),
        attributes: String::new(),
    })
}

fn is_there(simulated: &Simulated, id: &str) -> bool {
    let people = simulated.simulator.people();
    people.iter().any(|person| person.id == id && person.member)
}

#[test]
fn a_person_is_deleted_once() {
    for (name, expected, then) in [
        ("Alan Turing", "complete", false),
        ("Grace Hopper", "complete", false),
        ("Annie Easley", "complete", false),
        ("no such user", "no-op", false),
        ("nightly-evaluation", r#"InvalidInput("principal")"#, true),
    ] {
        let simulated = small();
        let change = deletion(&simulated, name);
        let id = named(&simulated, "user", name).id.id;
        let outcome = made(&simulated, &change);
        assert_eq!(ended(&outcome), expected, "{name}: {outcome:?}");
        assert_eq!(is_there(&simulated, &id), then, "{name}");
        if outcome.is_ok() {
            again(&simulated, &change);
        }
    }
}

#[test]
fn the_last_owner_is_not_deleted() {
    let simulated = Simulated::start(Options {
        quirks: Quirks {
            loss_of_the_last_owner: Ruling::Allowed,
            ..Quirks::default()
        },
        ..Options::default()
    });
    let ada = deletion(&simulated, "Ada Lovelace");
    made(&simulated, &deletion(&simulated, "Grace Hopper")).expect("another owner");
    let error = made(&simulated, &ada).expect_err("the last owner");
    assert_eq!(ended(&Err(error.clone())), "Precondition");
    assert!(error.message.contains("ada.lovelace@example.com"));
    assert!(simulated.changing_requests().is_empty());
}

#[test]
fn what_follows_from_a_deletion_is_told_before_it() {
    let simulated = small();
    for (name, email, managed) in [
        ("Grace Hopper", "Grace.Hopper@Example.com", true),
        ("Alan Turing", "alan.turing@example.com", false),
    ] {
        let (planned, _) = simulated.plan(&deletion(&simulated, name));
        let planned = planned.expect("a plan");
        let told = planned.consequences.join("\n");
        for part in ["keys", "project", "service accounts", email] {
            assert!(told.contains(part), "{part} in {told}");
        }
        assert_eq!(told.contains("identity provider"), managed, "{told}");
        let deleted = format!("deleted {email} from the organization");
        assert_eq!(planned.effects[0].summary, deleted);
    }
}
