//! `harness export`: every format holds what the database holds, and none shows a
//! part as the whole.

use std::collections::BTreeMap;

use openai_simulator::{Options, Template};
use serde_json::Value;

use crate::c1z_reader::{C1z, Value as Profile, structure};
use crate::support::{Bench, Organization, text};

const KINDS: [&str; 7] = [
    "sync",
    "accounts",
    "resources",
    "entitlements",
    "grants",
    "effective",
    "gaps",
];

/// What the database of a bench gives for a query of one number.
fn number(bench: &Bench, sql: &str) -> u64 {
    let database = rusqlite::Connection::open(bench.path("governance.db")).unwrap();
    let number: i64 = database.query_row(sql, [], |row| row.get(0)).unwrap();
    number.try_into().unwrap()
}

fn unpacked(bench: &Bench, name: &str) -> C1z {
    C1z::unpack(&std::fs::read(bench.path(name)).unwrap())
}

/// The records of a CSV file, by the columns' names.
fn records(bench: &Bench, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(bench.path(name)).unwrap();
    assert!(text.lines().all(|line| line.starts_with('"')), "{name}");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|it| it.unwrap()).collect()
}

#[test]
fn a_c1z_file_holds_what_the_database_holds() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    bench.succeed("export --format c1z --out sync.c1z");
    let c1z = unpacked(&bench, "sync.c1z");
    c1z.assert_sound();
    assert_eq!(c1z.sync_type(), "full");
    assert_eq!(c1z.count("v1_assets"), 0);
    for (table, sql) in [
        ("v1_resources", "SELECT count(*) FROM current_resources"),
        (
            "v1_entitlements",
            "SELECT count(*) FROM current_entitlements",
        ),
        (
            "v1_grants",
            "SELECT count(*) FROM (
                 SELECT DISTINCT resource_type, resource_id, slug, principal_type, principal_id
                 FROM current_effective
             )",
        ),
    ] {
        assert!(c1z.count(table) > 0);
        assert_eq!(c1z.count(table), number(&bench, sql), "{table}");
    }
}

#[test]
fn owners_of_the_organization_own_its_projects_in_a_c1z_file() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    bench.succeed("export --format c1z --out sync.c1z");
    let c1z = unpacked(&bench, "sync.c1z");
    let role = "org_role:role-api-organization-owner";
    let projects = c1z.texts(&format!(
        "SELECT entitlement_id FROM v1_grants WHERE principal_resource_type_id || ':' ||
             principal_resource_id = '{role}' AND expansion IS NOT NULL"
    ));
    let owners = c1z.texts(&format!(
        "SELECT principal_resource_type_id || ':' || principal_resource_id FROM v1_grants
         WHERE entitlement_id = '{role}:assigned'"
    ));
    assert!(!projects.is_empty() && !owners.is_empty());
    for (project, owner) in projects
        .iter()
        .flat_map(|it| owners.iter().map(move |by| (it, by)))
    {
        let grant = c1z.message("v1_grants", &format!("{project}:{owner}"));
        let sources = crate::c1z_reader::sources(&grant);
        assert_eq!(sources.get(&format!("{role}:assigned")), Some(&true));
    }
}

#[test]
fn a_user_has_what_baton_shows_of_one() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    bench.succeed("export --format c1z --out sync.c1z");
    let c1z = unpacked(&bench, "sync.c1z");
    for account in bench.succeed("list accounts --type user --json").rows() {
        let id = text(&account, "id");
        let resource = c1z.message("v1_resources", &format!("user:{id}"));
        assert_eq!(resource.text(3), text(&account, "name"));
        let user = resource.annotation("UserTrait").unwrap();
        let addresses: Vec<_> = user.messages(1).iter().map(|it| it.text(1)).collect();
        let emails = account["emails"].as_array().unwrap();
        let expected: Vec<_> = emails.iter().map(|it| text(it, "address")).collect();
        assert_eq!(addresses, expected);
        assert_eq!(user.number(5), 1);
        let enabled = u64::from(account["status"] == "active");
        assert_eq!(user.message(2).number(1) == 1, enabled == 1);
        // What is known of keys is no login.
        assert!(user.optional(9).is_none());
        let profile = structure(&user.message(3));
        assert_eq!(profile["user_id"], Profile::Text(id.to_owned()));
        let used = account["last_use"]["at"].as_str();
        let told = profile.get("last_use_at").cloned();
        assert_eq!(told, used.map(|at| Profile::Text(at.to_owned())));
    }
}

#[test]
fn the_same_sync_gives_the_same_file() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    let read = |name: &str| std::fs::read(bench.path(name)).unwrap();
    for name in ["a", "b"] {
        bench.succeed(&format!("export --format c1z --out {name}.c1z"));
        bench.succeed(&format!("export --format csv --out {name}"));
    }
    assert_eq!(read("a.c1z"), read("b.c1z"));
    for kind in KINDS {
        assert_eq!(
            read(&format!("a/{kind}.csv")),
            read(&format!("b/{kind}.csv"))
        );
    }
}

#[test]
fn rows_are_those_that_are_listed() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    bench.succeed("export --format jsonl --out rows");
    bench.succeed("export --format csv --out cells");
    for kind in ["accounts", "resources", "entitlements", "grants", "gaps"] {
        let listed = bench.succeed(&format!("list {kind} --json")).stdout;
        let rows = std::fs::read_to_string(bench.path(&format!("rows/{kind}.jsonl"))).unwrap();
        assert_eq!(rows, listed, "{kind}");
        let cells = records(&bench, &format!("cells/{kind}.csv"));
        assert_eq!(cells.len(), listed.lines().count(), "{kind}");
        for (record, line) in cells.iter().zip(listed.lines()) {
            let row: Value = serde_json::from_str(line).unwrap();
            if let Some(id) = row["id"].as_str() {
                assert_eq!(record["id"], id);
            }
        }
    }
    let only = bench.succeed("export --format jsonl --only grants --out -");
    assert_eq!(only.stdout, bench.succeed("list grants --json").stdout);
    let sync = records(&bench, "cells/sync.csv");
    assert_eq!(sync.len(), 1);
    assert_eq!(sync[0]["state"], "complete");
}

#[test]
fn a_sync_with_gaps_is_partial_in_a_c1z_file() {
    let organization = Organization::named(Template::Lenient);
    let bench = organization.bench();
    assert_eq!(bench.run("sync").code, 6);
    let ran = bench.run("export --format c1z --out sync.c1z");
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert!(ran.stderr.contains("NOT complete"), "{}", ran.stderr);
    let c1z = unpacked(&bench, "sync.c1z");
    c1z.assert_sound();
    assert_eq!(c1z.sync_type(), "partial");
    let unknown = c1z.texts("SELECT CAST(data AS TEXT) FROM v1_assets");
    let gaps = bench.succeed("list gaps --json").stdout;
    assert!(unknown[0].ends_with(&gaps), "{unknown:?}");
    assert_eq!(unknown[0].lines().count(), gaps.lines().count() + 1);
    bench.succeed("export --format c1z --allow-gaps --out again.c1z");
    assert_eq!(unpacked(&bench, "again.c1z").sync_type(), "partial");
}

#[test]
fn rows_with_gaps_are_exported_only_by_leave() {
    let organization = Organization::named(Template::Lenient);
    let bench = organization.bench();
    assert_eq!(bench.run("sync").code, 6);
    for format in ["csv", "jsonl"] {
        let ran = bench.run(&format!("export --format {format} --out rows"));
        assert_eq!(ran.code, 6);
        assert!(
            ran.stderr.contains("hint: use --allow-gaps"),
            "{}",
            ran.stderr
        );
        assert!(!bench.path("rows").exists());
        let ran = bench.run(&format!("export --format {format} --only grants --out -"));
        assert_eq!((ran.code, ran.stdout.as_str()), (6, ""));
    }
    bench.succeed("export --format csv --allow-gaps --out rows");
    let gaps = bench.succeed("list gaps --json").rows();
    assert_eq!(records(&bench, "rows/gaps.csv").len(), gaps.len());
    assert_eq!(records(&bench, "rows/sync.csv")[0]["state"], "with-gaps");
}

#[test]
fn a_part_is_never_the_whole() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.run("sync --type user");
    let ran = bench.run("export --format c1z --out sync.c1z");
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert!(ran.stderr.contains("asked only for user"), "{}", ran.stderr);
    let c1z = unpacked(&bench, "sync.c1z");
    c1z.assert_sound();
    assert_eq!(c1z.sync_type(), "partial");
    assert_eq!(bench.run("export --format csv --out rows").code, 6);
    bench.succeed("export --format csv --allow-gaps --out rows");
    assert_eq!(
        records(&bench, "rows/sync.csv")[0]["asked_types"],
        "[\"user\"]"
    );
}

#[test]
fn what_is_there_stays_as_it_is() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    bench.write("mine", "mine");
    for format in ["c1z", "csv", "jsonl"] {
        let ran = bench.run(&format!("export --format {format} --out mine"));
        assert_eq!(ran.code, 3);
        assert!(
            ran.stderr.contains("mine is there already"),
            "{}",
            ran.stderr
        );
        assert_eq!(std::fs::read(bench.path("mine")).unwrap(), b"mine");
        let ran = bench.run(&format!("export --format {format} --out no/where"));
        assert_eq!(ran.code, 3, "{}", ran.stderr);
    }
    let entries = std::fs::read_dir(bench.path(".")).unwrap();
    let partial = |name: &str| name.contains(".partial") || name.contains(".export-");
    let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|it| partial(it)).count(), 0);
}

#[test]
fn a_connection_is_named_where_there_are_several() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    let ran = bench.run("export --format c1z --out sync.c1z");
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    bench.succeed("sync");
    bench.succeed("sync --connection other");
    let ran = bench.run("export --format c1z --out sync.c1z");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`default`, `other`"), "{}", ran.stderr);
    bench.succeed("export --format c1z --connection other --out other.c1z");
    bench.succeed("export --format csv --connection other --out other");
    let connections = records(&bench, "other/grants.csv");
    assert!(connections.iter().all(|it| it["connection"] == "other"));
    unpacked(&bench, "other.c1z").assert_sound();
    assert_eq!(
        bench
            .run("export --format csv --connection other --out -")
            .code,
        2
    );
    let ran = bench.run("export --format c1z --connection other --only grants --out x");
    assert_eq!(ran.code, 2);
}

#[test]
fn nothing_in_a_name_runs_in_an_export() {
    let organization = Organization::named(Template::Hostile);
    let bench = organization.bench();
    bench.succeed("sync");
    bench.succeed("export --format c1z --out sync.c1z");
    bench.succeed("export --format csv --out cells");
    bench.succeed("export --format jsonl --out rows");
    let c1z = unpacked(&bench, "sync.c1z");
    c1z.assert_sound();
    let people = organization.simulator.people();
    assert_eq!(records(&bench, "cells/accounts.csv").len(), people.len());
    for id in c1z.texts("SELECT external_id FROM v1_resources") {
        let name = c1z.message("v1_resources", &id).text(3);
        assert!(!name.chars().any(char::is_control), "{name:?}");
    }
    for kind in KINDS {
        for record in records(&bench, &format!("cells/{kind}.csv")) {
            for cell in record.values() {
                assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell:?}");
                assert!(!cell.chars().any(char::is_control), "{cell:?}");
            }
        }
        let path = bench.path(&format!("rows/{kind}.jsonl"));
        let lines = std::fs::read_to_string(path).unwrap();
        assert!(
            !lines.chars().any(|it| it.is_control() && it != '\n'),
            "{kind}"
        );
    }
}

#[test]
fn a_large_organization_exports_whole() {
    let organization = Organization::start(Options {
        organization: Template::Generated,
        users: 150,
        seed: crate::support::seed(),
        ..Options::default()
    });
    let bench = organization.bench();
    let synced = bench.run("sync").code;
    let exported = bench.run("export --format c1z --out sync.c1z");
    assert_eq!(exported.code, synced, "{}", exported.stderr);
    unpacked(&bench, "sync.c1z").assert_sound();
}

#[test]
#[cfg(unix)]
fn only_the_owner_may_read_an_export() {
    use std::os::unix::fs::PermissionsExt;

    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    bench.succeed("export --format c1z --out sync.c1z");
    bench.succeed("export --format jsonl --out rows");
    for (name, mode) in [
        ("sync.c1z", 0o600),
        ("rows", 0o700),
        ("rows/grants.jsonl", 0o600),
    ] {
        let metadata = std::fs::metadata(bench.path(name)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, mode, "{name}");
    }
}
