//! Differences of small stores, as people and programs see them.

use clap::Parser;
use governance_contract::model::{Grant, Resource, Status};
use governance_contract::samples::{grant, id, resource, user};
use governance_host::store::Batch;
use serde_json::Value;

use super::*;
use crate::fixtures::{Place, Small, gap, named};

#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    diff: DiffArguments,
}

struct Ran {
    stdout: String,
    stderr: String,
    end: anyhow::Result<Exit>,
}

fn run_diff(place: &Place, arguments: &str) -> Ran {
    let db = place.db();
    let all = ["diff"].into_iter().chain(arguments.split_whitespace());
    let all = all.chain(["--db", db.to_str().unwrap()]);
    let parsed = CommandLine::try_parse_from(all).unwrap_or_else(|error| panic!("{error}"));
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let end = diff(&parsed.diff, &mut stdout, &mut stderr);
    let [stdout, stderr] = [stdout, stderr].map(|it| String::from_utf8(it).unwrap());
    Ran {
        stdout,
        stderr,
        end,
    }
}

fn rows(place: &Place, arguments: &str) -> Vec<Value> {
    let stdout = run_diff(place, &format!("{arguments} --json")).stdout;
    let rows = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    rows.collect()
}

/// Before: an invitation. After: the account, a new group, an archived project.
fn changed(place: &Place) {
    let mut small = Small::new();
    let invited = Resource {
        status: Status::Pending,
        ..named(user("i-1", &["grace@example.org"]), "grace@example.org")
    };
    small.resources.push(invited);
    small.grants.push(Grant {
        pending: true,
        ..grant(id("group", "g-1"), "member", id("user", "i-1"))
    });
    small.sync(place, "default", &[]);
    let mut small = Small::new();
    small.resources[0].name = "Ada L.\u{1b}".into();
    small.resources[3].status = Status::Archived;
    small
        .resources
        .push(named(user("u-3", &["Grace@example.org"]), "Grace"));
    small.resources.push(named(resource("group", "g-2"), "New"));
    small
        .grants
        .push(grant(id("group", "g-1"), "member", id("user", "u-3")));
    small.grants.remove(3);
    small.sync(place, "default", &[]);
}

#[test]
fn what_changed_is_told_figures_first() {
    let place = Place::new();
    changed(&place);
    insta::assert_snapshot!("changes", run_diff(&place, "").stdout);
}

#[test]
fn programs_get_a_line_for_each_difference_and_a_summary() {
    let place = Place::new();
    changed(&place);
    let lines = rows(&place, "");
    let (summary, differences) = lines.split_last().unwrap();
    assert_eq!(summary["kind"], "summary");
    assert_eq!(summary["counts"]["resource"]["archived"], 1);
    assert!(differences.iter().all(|it| it["kind"] == "difference"));
    let accepted = |it: &&Value| it["change"] == "accepted" && it["fact"] == "grant";
    let accepted = differences.iter().find(accepted).unwrap();
    assert_eq!(accepted["by"]["id"], "u-3");
    let changed = differences
        .iter()
        .find(|it| it["change"] == "changed")
        .unwrap();
    assert_eq!(changed["fields"][0]["field"], "name");
    let counted: u64 = summary["counts"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|it| it.as_object().unwrap().values())
        .map(|it| it.as_u64().unwrap())
        .sum();
    assert_eq!(counted, differences.len() as u64);
}

#[test]
fn a_gap_is_unknown_and_never_removed() {
    let place = Place::new();
    let mut small = Small::new();
    small.sync(&place, "default", &[]);
    small
        .grants
        .retain(|it| it.resource.resource_type != "project");
    small.sync(&place, "default", &[gap()]);
    let ran = run_diff(&place, "--exit-code");
    assert_eq!(ran.end.unwrap(), Exit::Gaps);
    assert!(!ran.stdout.contains("removed"), "{}", ran.stdout);
    assert!(ran.stdout.contains("unknown after"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("UNKNOWN, not the same"),
        "{}",
        ran.stdout
    );
    let back = run_diff(&place, "current previous");
    assert!(back.stdout.contains("unknown before"), "{}", back.stdout);
}

#[test]
fn the_exit_code_is_for_those_who_ask() {
    let place = Place::new();
    let small = Small::new();
    small.sync(&place, "default", &[]);
    small.sync(&place, "default", &[]);
    let same = run_diff(&place, "--exit-code");
    assert_eq!(same.end.unwrap(), Exit::Done);
    assert!(
        same.stdout.ends_with("\nno differences\n"),
        "{}",
        same.stdout
    );
    changed(&place);
    assert_eq!(run_diff(&place, "").end.unwrap(), Exit::Done);
    assert_eq!(run_diff(&place, "--exit-code").end.unwrap(), Exit::Found);
}

#[test]
fn a_type_and_a_user_narrow_what_is_told() {
    let place = Place::new();
    changed(&place);
    let of_type = rows(&place, "--type project");
    let differences = &of_type[..of_type.len() - 1];
    assert!(!differences.is_empty());
    assert!(
        differences
            .iter()
            .all(|it| it["resource"]["type"] == "project")
    );
    let of_user = rows(&place, "--user GRACE@example.org");
    let changes: Vec<_> = of_user
        .iter()
        .filter_map(|it| it["change"].as_str())
        .collect();
    assert_eq!(changes, ["accepted", "accepted"]);
    let error = |arguments| run_diff(&place, arguments).end.unwrap_err().to_string();
    assert!(error("--type projects").starts_with("no resource type is named `projects`"));
    assert_eq!(
        error("--user nobody"),
        "nothing that was read, before or after, is called `nobody`"
    );
    assert!(error("--connection prod").starts_with("no connection is named `prod`"));
}

#[test]
fn several_connections_are_compared_each_with_itself() {
    let place = Place::new();
    changed(&place);
    let other = [named(user("x", &[]), "X")];
    let batch = || Batch {
        resources: &other,
        ..Batch::default()
    };
    place.sync("two", batch());
    assert_eq!(
        run_diff(&place, "").stderr,
        "WARNING: connection two: not compared, since it has not both syncs\n"
    );
    place.sync("two", batch());
    let summaries = rows(&place, "")
        .into_iter()
        .filter(|it| it["kind"] == "summary");
    let connections: Vec<_> = summaries.map(|it| it["connection"].clone()).collect();
    assert_eq!(connections, ["default", "two"]);
}

#[test]
fn nothing_from_the_service_acts_on_a_terminal() {
    let place = Place::new();
    changed(&place);
    for arguments in ["", "--json"] {
        let stdout = run_diff(&place, arguments).stdout;
        assert!(!stdout.contains('\u{1b}'), "{stdout}");
    }
}
