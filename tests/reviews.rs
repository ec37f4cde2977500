//! Access reviews: exported from a sync, decided on in a file, applied as a
//! batch. What was decided to go is gone, nothing else is, and a file that was
//! not only decided on changes nothing.

use std::collections::BTreeSet;

use openai_simulator::{Options, RestrictedKey, Template, Way};
use serde_json::{Value, json};

use crate::support::{Bench, Organization, Ran, text};

const ALAN: &str = "alan.turing@example.com";
const ALLOWED: &str = "--provisioning=remove --settle-wait 0";

/// An organization that was synced, and its review in `review.jsonl`.
fn exported(organization: &Organization) -> Bench {
    let bench = organization.bench();
    bench.succeed("sync");
    bench.succeed("review export --out review.jsonl");
    bench
}

fn small() -> (Organization, Bench) {
    let organization = Organization::named(Template::Small);
    let bench = exported(&organization);
    (organization, bench)
}

/// The lines of `review.jsonl`: the head, and a row for each grant.
fn lines(bench: &Bench) -> Vec<Value> {
    let contents = std::fs::read_to_string(bench.path("review.jsonl")).unwrap();
    let lines = contents.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Writes `decided.jsonl`: what `revoked` says of a row goes, all else stays.
/// Gives the ids of the grants that go.
fn decide(bench: &Bench, revoked: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let mut lines = lines(bench);
    let mut ids = BTreeSet::new();
    for row in &mut lines[1..] {
        let goes = revoked(row);
        row["decision"] = if goes { "revoke" } else { "keep" }.into();
        row["reviewer"] = "eve@example.com".into();
        row["reason"] = "left the team".into();
        if goes {
            ids.insert(grant(row));
        }
    }
    let contents: String = lines.iter().map(|line| format!("{line}\n")).collect();
    bench.write("decided.jsonl", contents);
    ids
}

/// The id of a row's grant.
fn grant(row: &Value) -> String {
    let columns = [
        "resource_type",
        "resource_id",
        "slug",
        "principal_type",
        "principal_id",
    ];
    columns.map(|it| text(row, it)).join(":")
}

/// Alan's own custom role in Search, and his place among the researchers.
fn of_alan(row: &Value) -> bool {
    row["email"] == ALAN
        && [("Search", "Prompt engineer"), ("Researchers", "")]
            .iter()
            .any(|(on, what)| row["resource"] == *on && text(row, "entitlement").contains(what))
}

/// The ids of all grants that a new sync reads.
fn synced(bench: &Bench) -> BTreeSet<String> {
    bench.succeed("sync");
    let rows = bench.succeed("list grants --json").rows();
    let direct = rows.iter().filter(|it| it["directness"] == "direct");
    direct.map(|it| text(it, "id").to_owned()).collect()
}

/// Who has which role where, and how, in truth.
fn truth(organization: &Organization) -> BTreeSet<String> {
    let access = organization.simulator.access();
    let everywhere = access.organization.iter();
    let everywhere = everywhere.map(|it| (&it.person, "organization", &it.roles));
    let projects = access.projects.iter();
    let projects = projects.map(|it| (&it.person, it.project.as_str(), &it.roles));
    let rows = everywhere.chain(projects);
    rows.flat_map(|(person, place, roles)| {
        let ways = roles
            .iter()
            .flat_map(|held| held.ways.iter().map(|way| (&held.role, way)));
        ways.map(move |(role, way)| {
            let how = if matches!(way, Way::Group(_)) {
                "group"
            } else {
                "own"
            };
            format!("{person} {place} {role} {how}")
        })
    })
    .collect()
}

/// A table with decisions on its first rows: word and reviewer. The columns that
/// follow on the decision are known, whatever names hold.
fn filled(table: &str, decisions: &[[&str; 2]]) -> String {
    const FROM_DECISION: usize = 18;
    let mut lines: Vec<_> = table.split("\r\n").map(str::to_owned).collect();
    for (line, [decision, reviewer]) in lines.iter_mut().skip(1).zip(decisions) {
        let mut cells: Vec<_> = line.rsplitn(FROM_DECISION + 1, "\",\"").collect();
        cells[FROM_DECISION - 1] = decision;
        cells[FROM_DECISION - 2] = reviewer;
        cells.reverse();
        *line = cells.join("\",\"");
    }
    lines.join("\r\n")
}

fn apply(bench: &Bench, options: &str) -> Ran {
    bench.run(&format!("review apply decided.jsonl {options}"))
}

#[test]
fn what_was_decided_to_go_is_gone_and_nothing_else() {
    let (organization, bench) = small();
    let (held, before) = (synced(&bench), truth(&organization));
    bench.succeed("review export --out second.jsonl");
    std::fs::rename(bench.path("second.jsonl"), bench.path("review.jsonl")).unwrap();
    let revoked = decide(&bench, of_alan);
    assert_eq!(revoked.len(), 2, "{revoked:?}");
    let ran = apply(&bench, "--plan");
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(apply(&bench, "").code, 3, "nothing is enabled");
    assert_eq!(
        apply(&bench, &format!("{ALLOWED} --max-removals 1")).code,
        2
    );
    assert_eq!(organization.changing_requests(), 0);
    let ran = apply(&bench, &format!("{ALLOWED} --require-all"));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);

    let now = synced(&bench);
    assert_eq!(
        held.difference(&now).cloned().collect::<BTreeSet<_>>(),
        revoked
    );
    assert!(now.is_subset(&held));
    let after = truth(&organization);
    assert!(after.is_subset(&before));
    let lost: Vec<_> = before.difference(&after).collect();
    // His own role, and what the group gave him in the project and everywhere.
    assert_eq!(lost.len(), 3, "{lost:?}");

    let sent = organization.changing_requests();
    let again = apply(&bench, &format!("{ALLOWED} --json"));
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    assert!(again.stderr.contains("newer sync"), "{}", again.stderr);
    for row in again.rows() {
        assert_eq!(row["outcome"]["completion"]["name"], "no-op", "{row}");
    }
    assert_eq!(organization.changing_requests(), sent);
}

#[test]
fn consequences_are_told_with_the_grant_that_they_come_from() {
    let (_organization, bench) = small();
    let rows = lines(&bench);
    let of = |check: &dyn Fn(&Value) -> bool| {
        let row = rows[1..].iter().find(|it| check(it)).unwrap();
        text(row, "consequences").to_owned()
    };
    let membership = of(&|it| it["email"] == ALAN && it["resource"] == "Researchers");
    assert!(membership.contains("Search"), "{membership}");
    let given = of(&|it| it["resource"] == "Search" && it["principal_type"] == "group");
    assert!(given.contains("Alan Turing"), "{given}");
    assert!(
        given.contains("otherwise too"),
        "Alan is a member himself: {given}"
    );
    let owner = of(&|it| it["resource_type"] == "org_role" && it["person"] == "Ada Lovelace");
    assert!(owner.contains("Sandbox"), "{owner}");
    assert!(rows[1..].iter().all(|it| it["how"] == "direct"));
}

#[test]
fn the_journal_tells_whose_decision_it_was_and_in_which_file() {
    let (_organization, bench) = small();
    decide(&bench, of_alan);
    let ran = apply(
        &bench,
        &format!("{ALLOWED} --reason quarterly --ticket OPS-7"),
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let rows = bench.succeed("journal --json").rows();
    assert!(!rows.is_empty());
    for row in &rows {
        let reason = text(row, "reason");
        let (decided, file) = reason.split_once(" (review ").unwrap();
        assert_eq!(
            decided,
            "revoked by eve@example.com: left the team; quarterly"
        );
        assert!(
            text(row, "batch").starts_with(file.trim_end_matches(')')),
            "{row}"
        );
        assert_eq!(row["ticket"], "OPS-7");
    }
    bench.succeed("journal --verify");
}

#[test]
fn what_was_not_decided_to_go_does_not_go_along() {
    let (organization, bench) = small();
    // Who leaves a project leaves the custom roles in it, too.
    let member = |row: &Value| {
        row["email"] == ALAN && row["resource"] == "Search" && row["slug"] == "member"
    };
    assert_eq!(decide(&bench, member).len(), 1);
    for options in ["--plan", "--plan plan.json", ALLOWED] {
        let ran = apply(&bench, options);
        assert_eq!(ran.code, 8, "{options}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("does not revoke"), "{}", ran.stderr);
    }
    assert!(!bench.path("plan.json").exists());
    assert_eq!(organization.changing_requests(), 0);
    let all = |row: &Value| row["email"] == ALAN && row["resource"] == "Search";
    assert_eq!(decide(&bench, all).len(), 2);
    // A second time he is a member through his group alone, which is another grant.
    for _ in 0..2 {
        let ran = apply(&bench, ALLOWED);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(organization.changing_requests(), 2);
        bench.succeed("sync");
    }
}

#[test]
fn a_saved_plan_of_a_review_is_kept_to() {
    let (organization, bench) = small();
    decide(&bench, |row| {
        row["email"] == ALAN && row["resource"] == "Researchers"
    });
    assert_eq!(apply(&bench, "--plan plan.json").code, 0);
    let again = apply(&bench, "--plan plan.json");
    assert_eq!(again.code, 2, "it is not written over: {}", again.stderr);
    assert_eq!(organization.changing_requests(), 0);
    bench.succeed(&format!("apply --plan plan.json {ALLOWED}"));
    let reason = text(&bench.succeed("journal --json").rows()[0], "reason").to_owned();
    assert!(reason.starts_with("revoked by eve@example.com"), "{reason}");
    let sent = organization.changing_requests();
    let ran = bench.run(&format!("apply --plan plan.json {ALLOWED}"));
    assert_eq!(ran.code, 8, "the state has moved on: {}", ran.stdout);
    assert_eq!(organization.changing_requests(), sent);
}

#[test]
fn what_is_protected_and_the_last_owner_stay() {
    let (organization, bench) = small();
    let before = truth(&organization);
    decide(&bench, of_alan);
    bench.write(
        "harness.toml",
        format!("[provisioning]\nprotect = [\"{ALAN}\"]\n"),
    );
    let ran = apply(&bench, ALLOWED);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("is protected"), "{}", ran.stderr);
    assert_eq!(organization.changing_requests(), 0);
    assert_eq!(truth(&organization), before);

    let alone = Organization::named(Template::Empty);
    let bench = exported(&alone);
    let is_owner = |row: &Value| {
        row["resource_type"] == "org_role" && text(row, "resource_id").contains("owner")
    };
    assert_eq!(decide(&bench, is_owner).len(), 1);
    let ran = apply(&bench, ALLOWED);
    assert_eq!(ran.code, 8, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(alone.changing_requests(), 0);
}

#[test]
fn a_file_with_anything_wrong_changes_nothing_and_all_of_it_is_told() {
    let (organization, bench) = small();
    bench.succeed("review export --out review.csv");
    let table = std::fs::read_to_string(bench.path("review.csv")).unwrap();
    let wrong = filled(&table, &[["keep", ""], ["remove", "eve"]]);
    bench.write("wrong.csv", wrong.replacen("Annie Easley", "Annie", 1));
    let asked = organization.requests();
    for command in [
        "check wrong.csv",
        "apply wrong.csv --plan",
        "apply wrong.csv",
    ] {
        let ran = bench.run(&format!("review {command}"));
        assert_eq!(ran.code, 2, "{command}: {}", ran.stderr);
        for told in ["line 2: ", "line 3: `remove`", "not as they were exported"] {
            assert!(ran.stderr.contains(told), "{command}: {}", ran.stderr);
        }
    }
    let ran = bench.run("review apply review.csv --require-all");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("undecided"), "{}", ran.stderr);
    let ran = bench.run("review apply review.csv --connection staging");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    let ran = bench.run("review export --out review.csv");
    assert_eq!(
        ran.code, 2,
        "decisions are not written over: {}",
        ran.stderr
    );
    assert_eq!(organization.requests(), asked, "nobody was asked");
}

#[test]
fn what_is_gone_with_its_group_is_nothing_to_do() {
    let (organization, bench) = small();
    let gone = |row: &Value| row["email"] == ALAN && row["resource"] == "Researchers";
    let revoked = decide(&bench, gone);
    assert_eq!(revoked.len(), 1);
    let rows = lines(&bench);
    let group = rows[1..].iter().find(|it| gone(it)).unwrap();
    let group = text(group, "resource_id");
    organization.api(
        "DELETE",
        &format!("/organization/groups/{group}"),
        &json!({}),
    );
    bench.succeed("sync");
    let sent = organization.changing_requests();
    for _ in 0..2 {
        let ran = apply(&bench, ALLOWED);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("nothing to do"), "{}", ran.stderr);
    }
    assert_eq!(organization.changing_requests(), sent);
    let rows = bench.succeed("journal --json").rows();
    let ended: Vec<_> = rows.iter().map(|it| text(it, "completion")).collect();
    assert_eq!(ended, ["no-op", "no-op"]);
}

#[test]
fn hostile_names_survive_the_round_trip_and_act_on_nothing() {
    let organization = Organization::named(Template::Hostile);
    let bench = exported(&organization);
    bench.succeed("review export --out review.csv");
    let table = std::fs::read_to_string(bench.path("review.csv")).unwrap();
    let jsonl = std::fs::read_to_string(bench.path("review.jsonl")).unwrap();
    let rows = lines(&bench).len() - 1;
    for contents in [&table, &jsonl] {
        assert_eq!(contents.lines().count(), rows + 1);
        let acts = |it: char| it.is_control() && !['\r', '\n'].contains(&it);
        assert!(!contents.contains(acts));
        assert!(!contents.contains('\u{202e}'));
    }
    for start in ["=", "+", "-", "@", "\\u{9}", " "] {
        assert!(!table.contains(&format!("\"{start}")), "{start}");
    }
    let kept = filled(&table, &vec![["keep", "eve"]; rows]);
    bench.write("kept.csv", kept);
    let ran = bench.succeed("review check kept.csv --require-all --json");
    assert_eq!(ran.rows()[0]["keep"], rows);

    let in_a_project = |row: &Value| {
        row["resource_type"] == "project"
            && row["principal_type"] == "user"
            && row["immutable"] == ""
            && text(row, "person").starts_with('=')
    };
    let held = synced(&bench);
    let revoked = decide(&bench, in_a_project);
    assert!(!revoked.is_empty());
    let ran = apply(&bench, ALLOWED);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let now = synced(&bench);
    assert_eq!(
        held.difference(&now).cloned().collect::<BTreeSet<_>>(),
        revoked
    );
}

#[test]
fn what_the_key_could_not_read_is_never_left_out_silently() {
    let organization = Organization::start(Options {
        organization: Template::Small,
        restricted_key: Some(RestrictedKey {
            key: None,
            scopes: vec!["api.management.read".to_owned()],
        }),
        ..Options::default()
    });
    let mut bench = organization.bench();
    bench.set(
        "OPENAI_ADMIN_KEY",
        organization.simulator.restricted_key().unwrap(),
    );
    assert_eq!(bench.run("sync").code, 6);
    let ran = bench.run("review export --out review.jsonl");
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert!(ran.stderr.contains("NOT complete"), "{}", ran.stderr);
    assert!(
        text(&lines(&bench)[0], "unknown").contains("group"),
        "{}",
        ran.stderr
    );
    decide(&bench, |_| false);
    let ran = bench.succeed("review check decided.jsonl");
    assert!(ran.stderr.contains("NOT complete"), "{}", ran.stderr);
}
