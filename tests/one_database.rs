//! One database holds several connections apart, belongs to its owner alone,
//! and keeps what is known when a later sync comes to nothing.

use std::os::unix::fs::PermissionsExt;

use openai_simulator::{Options, Template};

use crate::support::{Bench, Organization, text};

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// An organization with an id and a key of its own.
fn another() -> Organization {
    Organization::start(Options {
        organization: Template::Empty,
        seed: 2,
        ..Options::default()
    })
}

/// From now on `harness` asks this organization.
fn turn(bench: &mut Bench, to: &Organization) {
    bench.set("OPENAI_BASE_URL", &to.simulator.base_url());
    bench.set("OPENAI_ADMIN_KEY", to.simulator.admin_key());
}

#[test]
fn only_its_owner_can_read_it() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    for file in std::fs::read_dir(bench.path("")).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn one_that_others_can_read_is_closed_to_them() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    let db = bench.path("governance.db");
    std::fs::set_permissions(&db, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = bench.succeed("sync");
    assert!(ran.stderr.contains("only by you"), "{}", ran.stderr);
    assert_eq!(mode(&db), 0o600);
}

#[test]
fn connections_are_kept_apart() {
    let first = Organization::named(Template::Small);
    let second = another();
    let mut bench = first.bench();
    bench.succeed("sync --connection first");
    turn(&mut bench, &second);
    bench.succeed("sync --connection second");
    let count = |arguments: &str| bench.succeed(arguments).rows().len();
    let people = [&first, &second].map(|it| it.simulator.people().len());
    assert_eq!(count("list accounts --connection first --json"), people[0]);
    assert_eq!(count("list accounts --connection second --json"), people[1]);
    assert_eq!(count("list accounts --json"), people[0] + people[1]);
    let rows = bench
        .succeed("list accounts --connection second --json")
        .rows();
    assert!(rows.iter().all(|it| text(it, "connection") == "second"));
}

#[test]
fn a_key_of_another_organization_is_refused() {
    let first = Organization::named(Template::Small);
    let second = another();
    let mut bench = first.bench();
    bench.succeed("sync");
    let before = bench.succeed("list accounts --json").stdout;
    turn(&mut bench, &second);
    let ran = bench.run("sync");
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("--connection"), "{}", ran.stderr);
    assert_eq!(bench.succeed("list accounts --json").stdout, before);
}

#[test]
fn a_repeated_sync_changes_nothing_that_did_not_change() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    let listed = || {
        bench.succeed("sync");
        ["resources", "entitlements", "grants"]
            .map(|kind| bench.succeed(&format!("list {kind} --json")).stdout)
    };
    assert_eq!(listed(), listed());
}

#[test]
fn the_key_is_in_no_file_and_no_output() {
    let organization = Organization::named(Template::Small);
    let mut bench = organization.bench();
    bench.set("GOVERNANCE_LOG", "trace");
    let key = organization.simulator.admin_key();
    let ran = bench.succeed("sync");
    assert!(ran.stderr.contains("TRACE"), "the log is on");
    assert!(!ran.stderr.contains(key) && !ran.stdout.contains(key));
    for file in std::fs::read_dir(bench.path("")).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let holds = bytes
            .windows(key.len())
            .any(|window| window == key.as_bytes());
        assert!(!holds, "{}", path.display());
    }
}
