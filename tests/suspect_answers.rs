//! A service that answers well and leaves most out: what it left out is read again,
//! and then unknown for a sync, never removed.

use openai_simulator::{Options, Template};
use serde_json::Value;

use crate::catalogue::rows;
use crate::support::{Organization, text};

/// An organization most of whose people go between two syncs.
fn shrunk_organization() -> (Organization, crate::support::Bench, usize) {
    let organization = Organization::start(Options {
        organization: Template::Generated,
        users: 60,
        projects: 3,
        ..Options::default()
    });
    let bench = organization.bench();
    bench.succeed("sync");
    let people = rows(&organization, "/organization/users");
    let readers = people.iter().filter(|it| it["role"] == "reader");
    let gone: Vec<_> = readers.take(45).map(|it| text(it, "id")).collect();
    for id in &gone {
        let path = format!("/organization/users/{id}");
        organization.api("DELETE", &path, &Value::Null);
    }
    (organization, bench, gone.len())
}

#[test]
fn far_fewer_people_than_last_time_are_read_twice_and_then_unknown_not_removed() {
    let (organization, bench, gone) = shrunk_organization();
    assert!(gone >= 40, "{gone}");
    let list = "GET /v1/organization/users";
    let before = organization.simulator.requests()[list];
    let ran = bench.run("sync --json");
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    let asked = organization.simulator.requests()[list] - before;
    assert_eq!(asked, 2, "the list is read again");
    let gaps = bench.succeed("list gaps --json").rows();
    let gap = gaps
        .iter()
        .find(|it| it["scope"]["subject"] == "resources" && it["scope"]["resource_type"] == "user");
    let gap = gap.unwrap_or_else(|| panic!("{gaps:?}"));
    assert!(text(gap, "detail").starts_with("suspect: only "), "{gap}");

    let differences = bench.ask(["diff", "--json"]).rows();
    let removed = differences.iter().filter(|it| it["change"] == "removed");
    assert_eq!(removed.count(), 0, "{differences:?}");

    let again = bench.run("sync");
    assert_eq!(
        again.code, 0,
        "what is found again is true: {}",
        again.stdout
    );
    assert!(bench.succeed("list gaps --json").rows().is_empty());
}
