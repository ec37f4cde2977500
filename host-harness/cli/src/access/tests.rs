//! Answers about a small store, as people and programs see them.

use clap::Parser;
use governance_contract::model::Resource;
use governance_contract::samples::{id, resource, user};
use governance_host::store::{Asked, Batch, Ending};
use serde_json::Value;

use super::*;
use crate::fixtures::{Place, Small, gap, named};

#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    access: AccessArguments,
}

struct Ran {
    stdout: String,
    stderr: String,
    error: Option<anyhow::Error>,
}

fn ask(place: &Place, arguments: &[&str]) -> Ran {
    let db = place.db();
    let all = ["access"].iter().chain(arguments).copied();
    let all = all.chain(["--db", db.to_str().unwrap()]);
    let parsed = CommandLine::try_parse_from(all).unwrap_or_else(|error| panic!("{error}"));
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let error = answer(parsed.access, &mut stdout, &mut stderr).err();
    let [stdout, stderr] = [stdout, stderr].map(|it| String::from_utf8(it).unwrap());
    Ran {
        stdout,
        stderr,
        error,
    }
}

fn rows(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let mut arguments = arguments.to_vec();
    arguments.push("--json");
    let lines = ask(place, &arguments).stdout;
    let rows = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    rows.collect()
}

fn refusal(place: &Place, arguments: &[&str]) -> (String, String) {
    let error = ask(place, arguments).error.unwrap();
    let refused = error.downcast::<crate::exit::Refused>().unwrap();
    assert_eq!(refused.exit, Exit::Usage);
    (refused.message, refused.hint)
}

#[test]
fn all_that_somebody_reaches_is_told_with_the_ways() {
    let place = Place::new();
    Small::new().sync(&place, "default", &[gap()]);
    insta::assert_snapshot!("somebody", ask(&place, &["ADA@example.org"]).stdout);
}

#[test]
fn what_a_disabled_account_holds_is_told_apart() {
    let place = Place::new();
    Small::new().sync(&place, "default", &[]);
    insta::assert_snapshot!("disabled", ask(&place, &["Eve"]).stdout);
}

#[test]
fn who_holds_something_is_told_with_the_reason() {
    let place = Place::new();
    Small::new().sync(&place, "default", &[]);
    insta::assert_snapshot!("on", ask(&place, &["--on", "project:Alpha"]).stdout);
}

#[test]
fn one_entitlement_is_named_by_its_slug_or_its_name() {
    let place = Place::new();
    Small::new().sync(&place, "default", &[]);
    let on = |entitlement| ask(&place, &["--on", "p-1", "--entitlement", entitlement]);
    assert_eq!(on("owner").stdout, on("OWNER").stdout);
    assert!(on("owner").stdout.contains("nobody holds it with effect"));
    let (message, hint) = refusal(&place, &["--on", "p-1", "--entitlement", "boss"]);
    assert!(
        message.starts_with("no entitlement of project:p-1"),
        "{message}"
    );
    assert_eq!(hint, "there are `member`, `owner`");
}

#[test]
fn programs_get_lines_and_a_last_one_that_says_how_far_to_trust_them() {
    let place = Place::new();
    Small::new().sync(&place, "default", &[gap()]);
    let lines = rows(&place, &["u-1"]);
    let kinds: Vec<_> = lines
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["held", "held", "held", "pending", "secret", "principal"]
    );
    let role = lines.iter().find(|it| it["everywhere"] == true).unwrap();
    assert_eq!(role["permissions"][0], "logs.read");
    let last = &lines[5];
    assert_eq!(last["complete"], false);
    assert_eq!(last["unknown"]["gaps"].as_array().unwrap().len(), 1);
    let lines = rows(&place, &["--on", "project:p-1"]);
    let last = lines.last().unwrap();
    assert_eq!(last["kind"], "entitlement");
    assert_eq!(last["entitlement"]["slug"], "owner");
    assert_eq!(last["complete"], false);
}

#[test]
fn nothing_from_the_service_acts_or_passes_for_a_step() {
    let place = Place::new();
    Small::new().sync(&place, "default", &[gap()]);
    for arguments in [&["u-1"][..], &["--on", "p-1"], &["g-1", "--json"]] {
        let ran = ask(&place, arguments);
        let all = ran.stdout + &ran.stderr;
        assert!(!all.contains('\u{1b}'), "{all}");
        // In JSON it is a value, which passes for nothing.
        let is_text = !arguments.contains(&"--json");
        assert!(!(is_text && all.contains("Crew → project Vault")), "{all}");
    }
}

#[test]
fn the_same_person_is_told_in_every_connection_apart() {
    let place = Place::new();
    Small::new().sync(&place, "one", &[]);
    let other = [named(user("x-9", &["ada@example.org"]), "A. L.")];
    place.sync(
        "two",
        Batch {
            resources: &other,
            ..Batch::default()
        },
    );
    let strangers = [named(user("x-1", &["zoe@example.org"]), "Zoe")];
    place.sync(
        "three",
        Batch {
            resources: &strangers,
            ..Batch::default()
        },
    );
    for name in ["ada@example.org", "u-1", "Ada"] {
        let ran = ask(&place, &[name]);
        let connections = ran
            .stdout
            .lines()
            .filter(|it| it.starts_with("connection "));
        let connections: Vec<_> = connections.map(|it| &it[11..14]).collect();
        assert_eq!(connections, ["one", "two"], "{name}");
        assert!(ran.stdout.contains("user:x-9") && ran.stdout.contains("Nothing is held."));
        assert_eq!(
            ran.stderr,
            "connection three: nothing that was read is called so\n"
        );
    }
    let one = ask(&place, &["ada@example.org", "--connection", "two"]);
    assert!(!one.stdout.contains("Crew"), "{}", one.stdout);
}

#[test]
fn two_of_one_name_are_candidates_also_in_two_connections() {
    let place = Place::new();
    Small::new().sync(&place, "one", &[]);
    let namesake = [named(user("x-9", &["other@example.org"]), "Ada")];
    place.sync(
        "two",
        Batch {
            resources: &namesake,
            ..Batch::default()
        },
    );
    let (message, hint) = refusal(&place, &["Ada"]);
    assert_eq!(message, "`Ada` may mean 2 things");
    assert!(
        hint.contains("user:u-1") && hint.contains("user:x-9"),
        "{hint}"
    );
    let twins: [Resource; 2] = ["g-8", "g-9"].map(|it| named(resource("group", it), "Twin"));
    place.sync(
        "two",
        Batch {
            resources: &twins,
            ..Batch::default()
        },
    );
    let (_, hint) = refusal(&place, &["Twin", "--connection", "two"]);
    assert!(
        hint.contains("group:g-8") && hint.contains("group:g-9"),
        "{hint}"
    );
}

#[test]
fn who_was_not_found_may_be_there_all_the_same() {
    let place = Place::new();
    Small::new().sync(&place, "default", &[]);
    let (message, hint) = refusal(&place, &["nobody@example.org"]);
    assert_eq!(
        message,
        "nothing that was read is called `nobody@example.org`"
    );
    assert!(hint.starts_with("use an id"), "{hint}");
    Small::new().sync(&place, "default", &[gap()]);
    let (_, hint) = refusal(&place, &["nobody@example.org"]);
    assert!(hint.contains("did not read everything"), "{hint}");
}

#[test]
fn a_narrow_sync_leaves_the_rest_unknown() {
    let place = Place::new();
    let asked = Asked {
        types: vec!["user".into()],
        ..Asked::default()
    };
    let small = Small::new();
    let batch = Batch {
        resources: &small.resources[..1],
        ..Batch::default()
    };
    place.sync_of("default", &asked, batch, Ending::Read);
    let ran = ask(&place, &["u-1"]);
    for told in [
        "Nothing is known to be held.",
        "UNKNOWN, not absent:",
        "it asked for user",
    ] {
        assert!(ran.stdout.contains(told), "{}", ran.stdout);
    }
    assert!(ran.stderr.starts_with("WARNING: connection default"));
}

#[test]
fn a_connection_without_a_finished_sync_is_told() {
    let place = Place::new();
    Small::new().sync(&place, "default", &[]);
    let failed = Ending::Failed("no key");
    place.sync_of("new", &Asked::default(), Batch::default(), failed);
    let stderr = ask(&place, &["u-1"]).stderr;
    assert_eq!(
        stderr,
        "WARNING: connection new: nothing is known, since no sync of it has finished\n"
    );
}

#[test]
fn an_account_of_which_only_grants_tell_is_answered() {
    let place = Place::new();
    let mut small = Small::new();
    small.grants[0].principal = id("user", "u-7");
    small.sync(&place, "default", &[]);
    let stdout = ask(&place, &["u-7"]).stdout;
    assert!(
        stdout.starts_with("user:u-7, of which only grants tell\n"),
        "{stdout}"
    );
    assert!(
        stdout.contains("group g-1") || stdout.contains("u-7 → group"),
        "{stdout}"
    );
}
