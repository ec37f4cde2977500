//! What estimates rest on, as tables of cases.

use governance_contract::connector::ListingTarget;
use governance_contract::model::{Reference, Subject};
use governance_contract::samples::id;

use super::super::task::Call;
use super::*;

fn task(call: Call, token: Option<&str>, covers: Vec<Scope>) -> Task {
    Task {
        call,
        token: token.map(str::to_owned),
        covers,
        surface: "all".into(),
    }
}

fn grants_of(project: &str) -> Call {
    Call::Grants(ListingTarget::Resource(Reference {
        id: id("project", project),
        parent: None,
        hint: None,
    }))
}

fn of_person(name: Option<&str>) -> Vec<Scope> {
    vec![Scope {
        subject: Some(Subject::Grants),
        principal_id: name.map(str::to_owned),
        ..Scope::default()
    }]
}

#[test]
fn the_next_page_is_another_kind_than_one_person_and_persons_are_one_kind() {
    let call = || grants_of("p");
    let ada = kind_of(&task(call(), Some("a"), of_person(Some("ada"))));
    for (other, is_same) in [
        (task(call(), Some("b"), of_person(Some("bob"))), true),
        (
            task(grants_of("q"), Some("c"), of_person(Some("bob"))),
            true,
        ),
        (task(call(), Some("next"), of_person(None)), false),
        (task(call(), None, of_person(Some("ada"))), false),
        (
            task(
                Call::Grants(ListingTarget::ResourceType("project".into())),
                Some("a"),
                Vec::new(),
            ),
            false,
        ),
    ] {
        assert_eq!(kind_of(&other) == ada, is_same, "{other:?}");
    }
}

#[test]
fn a_sample_is_spread_over_all() {
    for (count, wanted, expected) in [
        (0, 3, vec![]),
        (2, 3, vec![0, 1]),
        (3, 3, vec![0, 1, 2]),
        (4, 3, vec![0, 1, 2]),
        (9, 3, vec![0, 3, 6]),
        (200, 2, vec![0, 100]),
        (10, 10, vec![0, 2, 4, 6, 8, 1, 3, 5, 7, 9]),
    ] {
        assert_eq!(spread((0..count).collect(), wanted), expected);
    }
}

#[test]
fn the_time_is_that_of_the_slowest_limit_or_of_all_requests() {
    let estimate = Estimate {
        basis: Basis::Sample(Sampled {
            calls: 10,
            time: Duration::from_secs(1),
            ..Sampled::default()
        }),
        requests: [("users".to_owned(), 100), ("roles".to_owned(), 300)].into(),
    };
    let limits = |per_second: &[(&str, f64)]| {
        let limits = per_second.iter();
        limits.map(|(id, it)| ((*id).to_owned(), *it)).collect()
    };
    for (concurrency, limits, seconds) in [
        (1, limits(&[]), 40.0),
        (10, limits(&[]), 4.0),
        (10, limits(&[("roles", 10.0)]), 30.0),
        (10, limits(&[("roles", 10.0), ("users", 1.0)]), 100.0),
        (10, limits(&[("roles", 0.0), ("others", 0.001)]), 4.0),
    ] {
        let time = estimate.time(concurrency, &limits).unwrap();
        assert_eq!(time.as_secs_f64(), seconds, "{concurrency} {limits:?}");
    }
}
