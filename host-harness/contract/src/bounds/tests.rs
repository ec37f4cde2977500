//! Each rule with an answer that keeps it and one that breaks it.

use super::*;
use crate::connector::Continuation;
use crate::samples::{self, gap, grant, id, resource_type, user};

fn description() -> Description {
    samples::description(vec![resource_type("user")])
}

/// A page that keeps all rules.
fn page() -> Page {
    let ada = Resource {
        aliases: vec![id("user", "u-one")],
        ..user("u1", &["ada@example.com"])
    };
    let users = Scope {
        resource_type: Some("user".into()),
        ..Scope::default()
    };
    let next = Continuation {
        token: "t".into(),
        covers: vec![users.clone()],
    };
    Page {
        grants: vec![grant(ada.id.clone(), "self", ada.id.clone())],
        resources: vec![ada],
        gaps: vec![gap(users)],
        next: vec![next],
        tenant: Some("tenant-1".into()),
        ..Page::default()
    }
}

/// The place that a page breaks a rule at, once changed.
fn broken_at(change: impl Fn(&mut Page)) -> String {
    let mut page = page();
    change(&mut page);
    check_page(&page, &description()).unwrap_err().place
}

#[test]
fn a_good_page_is_let_through() {
    assert_eq!(check_page(&page(), &description()), Ok(()));
}

#[test]
fn what_breaks_a_rule_is_named_by_its_place() {
    let long = || "x".repeat(100_000);
    let cases = [
        (
            broken_at(|it| it.resources[0].id.id.clear()),
            "resources[0].id",
        ),
        (
            broken_at(|it| it.resources[0].id.id = long()),
            "resources[0].id",
        ),
        (
            broken_at(|it| it.resources[0].id.id = "a\u{1b}b".into()),
            "resources[0].id",
        ),
        (
            broken_at(|it| it.resources[0].name = long()),
            "resources[0].name",
        ),
        (
            broken_at(|it| it.resources[0].hint = Some(long())),
            "resources[0].hint",
        ),
        (
            broken_at(|it| it.resources[0].parent = Some(id("user", ""))),
            "resources[0].parent",
        ),
        (
            broken_at(|it| it.resources[0].aliases[0].id = long()),
            "resources[0].aliases[0]",
        ),
        (
            broken_at(|it| it.resources[0].attributes = "[]".into()),
            "resources[0].attributes",
        ),
        (
            broken_at(|it| it.resources[0].attributes = long()),
            "resources[0].attributes",
        ),
        (
            broken_at(|it| it.resources[0].account.as_mut().unwrap().emails[0].address = long()),
            "resources[0].account.emails[0].address",
        ),
        (broken_at(|it| it.grants[0].slug.clear()), "grants[0].slug"),
        (
            broken_at(|it| it.grants[0].principal.resource_type = "pirate".into()),
            "grants[0].principal",
        ),
        (
            broken_at(|it| it.gaps[0].surface = "elsewhere".into()),
            "gaps[0].surface",
        ),
        (
            broken_at(|it| it.gaps[0].scope.resource_type = Some("x".into())),
            "gaps[0].resource-type",
        ),
        (broken_at(|it| it.next[0].token = long()), "next[0].token"),
        (
            broken_at(|it| it.next = vec![it.next[0].clone(); TOKENS + 1]),
            "next",
        ),
        (
            broken_at(|it| it.grants = vec![it.grants[0].clone(); ITEMS + 1]),
            "grants",
        ),
        (broken_at(|it| it.tenant = Some(String::new())), "tenant"),
        (broken_at(|it| it.notes.push(long())), "notes[0]"),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

#[test]
fn a_description_that_misleads_is_refused() {
    let broken_at = |change: &dyn Fn(&mut Description)| {
        let mut description = description();
        change(&mut description);
        check_description(&description).unwrap_err().place
    };
    assert_eq!(check_description(&description()), Ok(()));
    let twice = |it: &mut Description| it.resource_types.push(it.resource_types[0].clone());
    assert_eq!(broken_at(&twice), "resource-types");
    let escape = |it: &mut Description| it.resource_types[0].id = "us\u{1b}er".into();
    assert_eq!(broken_at(&escape), "resource-types[0].id");
    let orphan = |it: &mut Description| it.resource_types[0].carried_by = Some("x".into());
    assert_eq!(broken_at(&orphan), "resource-types[0].carried-by");
}
