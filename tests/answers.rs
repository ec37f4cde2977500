//! `harness access` and `harness diff` on a simulated organization, as
//! docs/answers.md shows them.

use openai_simulator::Template;
use serde_json::{Value, json};

use crate::support::{Bench, Organization, Ran, text};

const ALAN: &str = "Alan.Turing@example.com";

fn synced(organization: &Organization) -> Bench {
    let bench = organization.bench();
    bench.succeed("sync");
    bench
}

fn filtered(check: impl FnOnce()) {
    let filters = vec![(r"\d{4}-\d\d-\d\dT[0-9:]+Z", "[time]")];
    insta::with_settings!({filters => filters}, { check() });
}

/// What is told, lines that are broken put together again.
fn unbroken(ran: &Ran) -> String {
    ran.stdout.replace(" →\n        ", " → ")
}

#[test]
fn all_that_a_person_reaches_reads_well() {
    let bench = synced(&Organization::named(Template::Small));
    let ran = bench.succeed(&format!("access {ALAN}"));
    filtered(|| insta::assert_snapshot!("a_person", ran.stdout));
    assert!(ran.stdout.lines().all(|it| it.chars().count() <= 80));
}

#[test]
fn who_holds_a_project_reads_well() {
    let bench = synced(&Organization::named(Template::Small));
    let on = [
        "access",
        "--on",
        "project:Support",
        "--entitlement",
        "owner",
    ];
    filtered(|| insta::assert_snapshot!("a_project", bench.ask(on).stdout));
}

#[test]
fn a_path_names_groups_and_roles() {
    let bench = synced(&Organization::named(Template::Small));
    let alan = unbroken(&bench.succeed(&format!("access {ALAN}")));
    let way = "Alan Turing → group Researchers → project Search member";
    assert!(alan.contains(way), "{alan}");
    let way = "Alan Turing → group Researchers → org_role Group manager";
    assert!(alan.contains(way), "{alan}");
    let ada = unbroken(&bench.ask(["access", "Ada Lovelace"]));
    let way = "Ada Lovelace → org_role Owner → project Search owner";
    assert!(ada.contains(way), "{ada}");
}

#[test]
fn an_accepted_invitation_and_an_archived_project_are_told_as_that() {
    let organization = Organization::named(Template::Small);
    let bench = synced(&organization);
    let invited = bench
        .succeed("list accounts --type invitation --json")
        .rows();
    let account = organization.accept(text(&invited[0], "id"));
    let projects = bench.succeed("list resources --type project --json").rows();
    let sandbox = projects.iter().find(|it| it["name"] == "Sandbox").unwrap();
    let path = format!("/organization/projects/{}/archive", text(sandbox, "id"));
    organization.api("POST", &path, &json!({}));
    bench.succeed("sync");
    let ran = bench.run("diff --json --exit-code");
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let rows = ran.rows();
    let of =
        |change: &str| -> Vec<&Value> { rows.iter().filter(|it| it["change"] == change).collect() };
    assert!(of("accepted").iter().all(|it| it["by"]["id"] == *account));
    assert_eq!(of("archived")[0]["resource_name"], "Sandbox");
    assert!(!of("ended").is_empty());
    assert!(of("removed").is_empty(), "{:?}", of("removed"));
    let katherine = bench.succeed(&format!("diff --user {account}")).stdout;
    assert!(katherine.contains("accepted"), "{katherine}");
    let people = bench.succeed("diff --type user").stdout;
    assert!(!people.contains("Sandbox"), "{people}");
}

#[test]
fn two_syncs_of_the_same_differ_in_nothing() {
    let organization = Organization::named(Template::Small);
    let bench = synced(&organization);
    let first = bench.run("diff");
    assert_eq!(first.code, 2, "{}", first.stdout);
    bench.succeed("sync");
    let same = bench.succeed("diff --exit-code");
    assert!(same.stdout.ends_with("no differences\n"), "{}", same.stdout);
    let syncs = bench.succeed("list syncs --json").rows();
    let ids: Vec<_> = syncs.iter().map(|it| it["id"].to_string()).collect();
    assert_eq!(syncs.last().unwrap()["current"], true);
    bench.succeed(&format!("diff {} {}", ids[0], ids[1]));
}
