//! A service that answers well and leaves most out: what it left out is read again,
//! and then unknown for a sync, never removed.

use openai_simulator::{Options, Template};
use serde_json::Value;

use crate::catalogue::rows;
use crate::support::{Bench, Organization, text};

const LIST: &str = "GET /v1/organization/users";

/// An organization that was synced once.
fn organization() -> (Organization, Bench) {
    let organization = Organization::start(Options {
        organization: Template::Generated,
        users: 60,
        projects: 3,
        ..Options::default()
    });
    let bench = organization.bench();
    bench.succeed("sync");
    (organization, bench)
}

/// An organization most of whose people go between two syncs.
fn shrunk_organization() -> (Organization, Bench, usize) {
    let (organization, bench) = organization();
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
    let before = organization.simulator.requests()[LIST];
    let ran = bench.run("sync --json");
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    let asked = organization.simulator.requests()[LIST] - before;
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

#[test]
fn people_who_are_there_when_they_are_read_again_leave_no_gap_and_no_difference() {
    let (organization, bench) = organization();
    let people = bench.succeed("list accounts --json").stdout;
    let before = organization.simulator.requests()[LIST];
    organization.simulator.shorten(LIST, [5]);
    let ran = bench.succeed("sync --json");
    let asked = organization.simulator.requests()[LIST] - before;
    assert_eq!(asked, 2, "the list is read again");
    assert_eq!(ran.rows()[0]["state"], "complete");
    assert!(bench.succeed("list gaps --json").rows().is_empty());
    assert_eq!(bench.succeed("list accounts --json").stdout, people);

    let told = bench.succeed("diff --exit-code --json").rows();
    let differences: Vec<_> = told.iter().filter(|it| it["kind"] != "summary").collect();
    assert!(differences.is_empty(), "{differences:?}");
}
