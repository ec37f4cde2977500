//! Names in a small store, right and wrong.

use governance_contract::model::{Resource, Scope, Status};
use governance_contract::samples::{self, entitlement, grant, id, resource, user};

use super::*;
use crate::fixtures::{Place, aliased};
use crate::{Batch, GapFilter};

/// Two people and their things; whom nobody lists holds a grant.
fn place() -> (Place, SyncId) {
    let place = Place::new();
    let alpha = id("project", "p-1");
    let named = |resource: Resource, name: &str| Resource {
        name: name.into(),
        ..resource
    };
    let within = |parent: &str, name: &str| Resource {
        parent: Some(id("project", parent)),
        ..named(resource("robot", &format!("{name}-{parent}")), name)
    };
    let retired = Resource {
        status: Status::Archived,
        ..named(resource("project", "p-2"), "Alpha")
    };
    let resources = [
        aliased(
            named(user("u-1", &["ada@example.org"]), "Ada"),
            &[("user", "a-1")],
        ),
        named(user("u-2", &["Ada@Example.org"]), "ADA"),
        named(user("u-3", &["eve@example.org"]), "ada@example.org"),
        named(user("u-4", &[]), "grace@example.org"),
        named(resource("group", "g-1"), "Crew"),
        named(resource("group", "g-2"), "Crew"),
        named(resource("group", "x"), "Alpha"),
        named(resource("project", "p-1"), "Alpha"),
        named(resource("project", "x"), "Émile"),
        retired,
        within("p-1", "nightly"),
        within("p-2", "nightly"),
    ];
    let unlisted = grant(alpha.clone(), "member", id("user", "u-9"));
    place.sync(
        "default",
        Batch {
            resources: &resources,
            entitlements: &[entitlement(alpha, "member")],
            grants: &[unlisted],
            gaps: &[samples::gap(Scope::default())],
        },
    );
    let sync = place.reader().current_syncs(None).unwrap()[0].id;
    (place, sync)
}

fn found(text: &str, among: Among) -> (By, Vec<String>) {
    let (place, sync) = place();
    let matches = place.reader().find(sync, text, among).unwrap();
    let found = matches.found.into_iter();
    let found = found.map(|it| format!("{}:{}", it.resource_type, it.id));
    (matches.by, found.collect())
}

#[test]
fn a_name_is_read_in_its_best_way() {
    let cases: [(&str, By, &[&str]); 17] = [
        ("user:u-1", By::Id, &["user:u-1"]),
        ("u-1", By::Id, &["user:u-1"]),
        ("user:a-1", By::Id, &["user:u-1"]),
        ("a-1", By::Id, &["user:u-1"]),
        ("x", By::Id, &["group:x", "project:x"]),
        ("group:x", By::Id, &["group:x"]),
        // Only a grant tells of it.
        ("u-9", By::Id, &["user:u-9"]),
        ("EVE@example.org", By::Email, &["user:u-3"]),
        // Who is called like the address has not got it.
        ("ada@example.org", By::Email, &["user:u-1", "user:u-2"]),
        ("user:ADA@example.org", By::Email, &["user:u-1", "user:u-2"]),
        ("grace@example.org", By::Name, &[]),
        ("Ada", By::Name, &["user:u-1"]),
        ("aDa", By::Name, &["user:u-1", "user:u-2"]),
        ("Crew", By::Name, &["group:g-1", "group:g-2"]),
        (
            "nightly",
            By::Name,
            &["robot:nightly-p-1", "robot:nightly-p-2"],
        ),
        (
            "Alpha/nightly",
            By::Name,
            &["robot:nightly-p-1", "robot:nightly-p-2"],
        ),
        ("robot:p-1/nightly", By::Name, &["robot:nightly-p-1"]),
    ];
    for (text, by, expected) in cases {
        let expected: Vec<_> = expected.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(found(text, Among::Principals), (by, expected), "{text}");
    }
}

#[test]
fn by_name_only_what_is_asked_for_is_found() {
    for (text, among, expected) in [
        ("Alpha", Among::Principals, &["group:x"][..]),
        ("Alpha", Among::Held, &["project:p-1"]),
        ("project:alpha", Among::Principals, &["project:p-1"]),
        ("émile", Among::Held, &["project:x"]),
        ("nobody", Among::Held, &[]),
        ("", Among::Principals, &[]),
        (":", Among::Principals, &[]),
        ("user:", Among::Principals, &[]),
        ("' OR 1=1 --", Among::Principals, &[]),
    ] {
        assert_eq!(found(text, among).1, expected, "{text}");
    }
}

#[test]
fn several_accounts_of_one_address_are_one_person_and_two_of_a_name_are_not() {
    let (place, sync) = place();
    let store = place.reader();
    let is_ambiguous = |text| {
        store
            .find(sync, text, Among::Principals)
            .unwrap()
            .is_ambiguous()
    };
    assert!(!is_ambiguous("ada@example.org"));
    assert!(is_ambiguous("Crew"));
    assert!(is_ambiguous("x"));
    assert!(!is_ambiguous("nobody"));
    let gaps = store.gaps(&GapFilter::default(), |_| Ok::<_, StoreError>(()));
    assert_eq!(gaps.unwrap(), 1);
}
