//! Batches: a file of changes, planned before anything is sent, gone on with after
//! single failures and after a kill, and written down in a journal that shows it
//! when somebody alters it.

use std::process::{Child, Stdio};
use std::time::Duration;

use openai_simulator::{Options, Template};
use serde_json::{Value, json};

use crate::catalogue::{create, delete, grant, revoke, rows};
use crate::scenes::join;
use crate::support::{Bench, Organization, text};

const ALLOWED: &str = "--provisioning=create,remove --settle-wait 0";

fn write(bench: &Bench, lines: &[Value]) {
    let lines = lines.iter().map(|line| format!("{line}\n"));
    bench.write("changes.jsonl", lines.collect::<String>());
}

/// An organization of one owner, where this many groups are to be made.
fn groups(number: usize, latency: Duration) -> (Organization, Bench) {
    let organization = Organization::start(Options {
        organization: Template::Empty,
        latency,
        ..Options::default()
    });
    let bench = organization.bench();
    let lines: Vec<_> = (0..number)
        .map(|it| create("group", &format!("group-{it}"), None, json!({})))
        .collect();
    write(&bench, &lines);
    (organization, bench)
}

/// The names of all groups, sorted.
fn made(organization: &Organization) -> Vec<String> {
    let rows = rows(organization, "/organization/groups");
    let mut names: Vec<_> = rows.iter().map(|it| text(it, "name").to_owned()).collect();
    names.sort();
    names
}

fn journal(bench: &Bench) -> Vec<Value> {
    bench.succeed("journal --json").rows()
}

/// The events of a batch, of each of its changes.
fn events(bench: &Bench, event: &str) -> Vec<u64> {
    let rows = journal(bench);
    let wanted = rows.iter().filter(|row| row["event"] == event);
    let mut positions: Vec<_> = wanted
        .map(|row| row["position"].as_u64().unwrap())
        .collect();
    positions.sort_unstable();
    positions
}

#[test]
fn both_formats_mean_the_same_and_single_failures_stop_no_other() {
    let organization = Organization::named(Template::Small);
    let alan = "alan.turing@example.com";
    let ada = "ada.lovelace@example.com";
    let bench = organization.bench();
    write(
        &bench,
        &[
            grant("project:Sandbox:member", alan),
            grant("project:Sandbox:member", ada),
            revoke("project:Search:Prompt engineer", alan),
            grant("project:Retired:member", alan),
            create("group", "Night, shift", None, json!({})),
        ],
    );
    bench.write(
        "changes.csv",
        format!(
            "change,entitlement,principal,type,name\n\
             grant,project:Sandbox:member,{alan},,\n\
             grant,project:Sandbox:member,{ada},,\n\
             revoke,project:Search:Prompt engineer,{alan},,\n\
             grant,project:Retired:member,{alan},,\n\
             create-resource,,,group,\"Night, shift\"\n"
        ),
    );
    let ended = |file: &str| {
        let ran = bench.run(&format!("apply {file} {ALLOWED} --json"));
        assert_eq!(ran.code, 8, "{}", ran.stderr);
        let ended = |row: &Value| match row["outcome"]["completion"]["name"].as_str() {
            Some(name) => name.to_owned(),
            None => text(row, "error").to_owned(),
        };
        ran.rows().iter().map(ended).collect::<Vec<_>>()
    };
    let owns = "ada.lovelace@example.com owns the organization, and so every project of it";
    let archived = "the project is archived";
    assert_eq!(
        ended("changes.jsonl"),
        ["complete", owns, "complete", archived, "complete"]
    );
    assert_eq!(
        ended("changes.csv"),
        ["no-op", owns, "no-op", archived, "no-op"]
    );
}

#[test]
fn a_file_with_lines_that_mean_nothing_is_refused_with_all_of_them() {
    let (organization, bench) = groups(0, Duration::ZERO);
    let first = create("group", "first", None, json!({}));
    let nobody = grant("group:none:member", "nobody@example.com");
    bench.write(
        "changes.jsonl",
        format!("{first}\nnonsense\n{first}\n{{}}\n"),
    );
    let ran = bench.run(&format!("apply changes.jsonl {ALLOWED}"));
    assert_eq!(ran.code, 2);
    for line in ["line 2", "line 4"] {
        assert!(ran.stderr.contains(line), "{}", ran.stderr);
    }
    write(&bench, &[first, nobody.clone(), nobody]);
    let ran = bench.run(&format!("apply changes.jsonl {ALLOWED}"));
    assert_eq!(ran.code, 2);
    for line in ["line 2", "line 3"] {
        assert!(ran.stderr.contains(line), "{}", ran.stderr);
    }
    assert_eq!(organization.changing_requests(), 0);
}

#[test]
fn a_mass_removal_stops_before_its_first_request() {
    let (organization, bench) = groups(0, Duration::ZERO);
    let names: Vec<_> = (0..11).map(|it| format!("old-{it}")).collect();
    for name in &names {
        organization.made("/organization/groups", &json!({ "name": name }));
    }
    let removals = names.iter().map(|name| delete(&format!("group:{name}")));
    let lines: Vec<_> = [create("group", "new", None, json!({}))]
        .into_iter()
        .chain(removals)
        .collect();
    write(&bench, &lines);
    let before = organization.changing_requests();
    let refused = |options: &str, limit: &str| {
        let ran = bench.run(&format!("apply changes.jsonl {ALLOWED} {options}"));
        assert_eq!(ran.code, 2, "{options}: {}", ran.stderr);
        let told = format!("would remove 11 times, and {limit} are allowed");
        assert!(ran.stderr.contains(&told), "{options}: {}", ran.stderr);
        assert_eq!(organization.changing_requests(), before, "{options}");
    };
    refused("", "10");
    refused("--max-removals 3", "3");
    bench.write("harness.toml", "[provisioning]\nmax-removals = 5\n");
    refused("", "5");
    bench.succeed(&format!("apply changes.jsonl {ALLOWED} --max-removals 11"));
    assert_eq!(made(&organization), ["new"]);
}

/// Starts a batch, and kills it once the service was asked for some changes.
fn killed(organization: &Organization, bench: &Bench, after: u64) {
    let mut command = bench.command(env!("CARGO_BIN_EXE_harness"));
    let arguments = format!("apply changes.jsonl {ALLOWED} --jobs 2");
    command.args(arguments.split(' '));
    let mut child: Child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while organization.changing_requests() < after {
        assert_eq!(
            child.try_wait().unwrap(),
            None,
            "it ended before it was killed"
        );
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_batch_that_was_killed_is_gone_on_with_and_all_is_done_once() {
    const NUMBER: usize = 12;
    let (organization, bench) = groups(NUMBER, Duration::from_millis(15));
    killed(&organization, &bench, 5);
    let begun = events(&bench, "started");
    assert!(begun.len() < NUMBER, "{begun:?}");
    let ran = bench.run(&format!("apply changes.jsonl {ALLOWED}"));
    assert_eq!(ran.code, 2, "it is not begun a second time: {}", ran.stderr);
    assert!(ran.stderr.contains("--resume"), "{}", ran.stderr);
    let ran = bench.run(&format!("apply changes.jsonl {ALLOWED} --resume --json"));
    let mut expected: Vec<_> = (0..NUMBER).map(|it| format!("group-{it}")).collect();
    expected.sort();
    let unsettled = ran
        .rows()
        .iter()
        .filter(|row| row["outcome"].is_null())
        .count();
    match ran.code {
        0 => assert_eq!(made(&organization), expected),
        // One that was sent and not seen is never sent again: somebody has to look.
        7 => assert!(
            made(&organization).len() + unsettled >= NUMBER,
            "{}",
            ran.stdout
        ),
        code => panic!("{code}: {}", ran.stderr),
    }
    let made = made(&organization);
    let mut once = made.clone();
    once.dedup();
    assert_eq!(made, once, "nothing twice");
    let mut ended = [events(&bench, "finished"), events(&bench, "refused")].concat();
    ended.sort_unstable();
    assert_eq!(
        ended,
        (0..NUMBER as u64).collect::<Vec<_>>(),
        "each ended once"
    );
    let ran = bench.run(&format!("apply changes.jsonl {ALLOWED} --resume"));
    assert_eq!(ran.code, 2, "it is over: {}", ran.stderr);
    bench.succeed("journal --verify");
}

/// Grants may be asked for twice: those under way are looked at, then made.
#[test]
fn after_a_kill_what_was_under_way_is_looked_at_before_it_is_asked_for_again() {
    const NUMBER: usize = 10;
    let (organization, bench) = groups(0, Duration::from_millis(10));
    let team = organization.made("/organization/groups", &json!({ "name": "team" }));
    let people: Vec<_> = (0..NUMBER)
        .map(|it| join(&organization, &format!("person-{it}@example.com")))
        .collect();
    let lines: Vec<_> = people
        .iter()
        .map(|id| grant("group:team:member", &format!("user:{id}")))
        .collect();
    write(&bench, &lines);
    let arranged = organization.changing_requests();
    killed(&organization, &bench, arranged + 3);
    bench.succeed(&format!("apply changes.jsonl {ALLOWED} --resume"));
    let path = format!("/organization/groups/{team}/users");
    let mut members: Vec<_> = rows(&organization, &path)
        .iter()
        .map(|it| text(it, "id").to_owned())
        .collect();
    members.sort();
    let mut expected = people;
    expected.sort();
    assert_eq!(members, expected);
    // One at a time can be under way, of two jobs on one group.
    let sent = organization.changing_requests() - arranged;
    assert!(sent <= NUMBER as u64 + 1, "{sent}");
}

#[test]
fn the_journal_tells_why_and_what_and_is_only_added_to() {
    let (organization, bench) = groups(2, Duration::ZERO);
    let ran = bench.ask([
        "apply",
        "changes.jsonl",
        "--provisioning=create",
        "--reason",
        "on call tonight",
        "--ticket",
        "OPS-7",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let first = journal(&bench);
    let told: Vec<_> = first.iter().map(|row| text(row, "event")).collect();
    for event in ["planned", "started", "finished"] {
        assert_eq!(
            told.iter().filter(|it| **it == event).count(),
            2,
            "{told:?}"
        );
    }
    for row in &first {
        assert_eq!(row["reason"], "on call tonight", "{row}");
        assert_eq!(row["ticket"], "OPS-7", "{row}");
        assert!(row["batch"].is_string(), "{row}");
    }
    let finished = first.iter().filter(|row| row["event"] == "finished");
    for row in finished {
        assert_eq!(row["completion"], "complete", "{row}");
        assert!(!row["request_ids"].as_array().unwrap().is_empty(), "{row}");
    }
    // A refused change is on record too, and nothing before it has changed.
    let owner = organization.simulator.people().remove(0).id;
    let ran = bench.run(&format!(
        "revoke org_role:owner {owner} {ALLOWED} --ticket OPS-8"
    ));
    assert_eq!(ran.code, 8, "{}", ran.stderr);
    let second = journal(&bench);
    assert_eq!(second[..first.len()], first);
    assert_eq!(second[first.len()]["event"], "refused");
    assert_eq!(second[first.len()]["ticket"], "OPS-8");
    let shown = bench.succeed("journal").stdout;
    assert!(
        shown.contains("OPS-7") && shown.contains("OPS-8"),
        "{shown}"
    );
}

#[test]
fn a_journal_that_somebody_edits_shows_it() {
    let (_organization, bench) = groups(3, Duration::ZERO);
    bench.succeed(&format!("apply changes.jsonl {ALLOWED} --reason honest"));
    bench.succeed("journal --verify");
    // In the file itself, past all that keeps SQL from changing a row.
    let db = bench.path("governance.db");
    let mut bytes = std::fs::read(&db).unwrap();
    let places: Vec<_> = (0..bytes.len() - 6)
        .filter(|at| bytes[*at..].starts_with(b"honest"))
        .collect();
    assert!(!places.is_empty(), "the journal is in the file");
    for at in places {
        bytes[at..at + 6].copy_from_slice(b"forged");
    }
    std::fs::write(&db, bytes).unwrap();
    let ran = bench.run("journal --verify");
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("was altered"), "{}", ran.stderr);
    let ran = bench.run("journal --verify --json");
    assert!(ran.rows()[0]["broken_at"].is_u64(), "{}", ran.stdout);
}
