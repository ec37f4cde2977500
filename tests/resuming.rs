//! A sync that ends early, however it does, is gone on with: the result is that
//! of an undisturbed one, and hardly a request is made twice.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use openai_simulator::{Fault, Faults, Options, RestrictedKey, Template};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::support::{Bench, Organization, Ran, seed, side_by_side};

/// Calls at the same time, and so the most that can be lost with a process.
const JOBS: u64 = 8;

/// What a finished sync has in the database.
const TABLES: [&str; 10] = [
    "resource_types",
    "resources",
    "emails",
    "aliases",
    "entitlements",
    "grants",
    "gaps",
    "inactive",
    "expansions",
    "explained_grants",
];

fn options() -> Options {
    Options {
        organization: Template::Generated,
        users: 20,
        projects: 4,
        seed: 3,
        latency: Duration::from_millis(3),
        clock_stands_at: Some(1_800_000_000),
        ..Options::default()
    }
}

/// A key that may read some things, so that the host finds gaps itself.
fn restricted() -> Options {
    let scopes = ["api.management.read", "api.groups.read"];
    Options {
        restricted_key: Some(RestrictedKey {
            key: None,
            scopes: scopes.map(Into::into).into(),
        }),
        ..options()
    }
}

/// An organization, and a bench with its key that may do the least.
fn start(options: Options) -> (Organization, Bench) {
    let organization = Organization::start(options);
    let mut bench = organization.bench();
    if let Some(key) = organization.simulator.restricted_key() {
        bench.set("OPENAI_ADMIN_KEY", key);
    }
    (organization, bench)
}

/// The rows of the current sync by table, without the ids that the database
/// gives, and how many requests the sync tells of.
fn contents(database: &Path) -> (BTreeMap<&'static str, Vec<String>>, u64) {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = Connection::open_with_flags(database, flags).unwrap();
    let rows = |table: &str| {
        let sql = format!("SELECT * FROM {table} WHERE sync IN (SELECT id FROM current_syncs)");
        let mut statement = database.prepare(&sql).unwrap();
        let columns = statement.column_count();
        let shown: Vec<_> = (0..columns)
            .filter(|column| {
                let name = statement.column_name(*column).unwrap();
                name != "sync" && (table, name) != ("gaps", "id")
            })
            .collect();
        let rows = statement.query_map([], |row| {
            let values = shown.iter().map(|column| row.get_ref(*column));
            let values: Result<Vec<_>, _> = values.collect();
            Ok(format!("{:?}", values?))
        });
        let mut rows: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
        rows.sort();
        rows
    };
    let left = "SELECT (SELECT count(*) FROM tasks) + (SELECT count(*) FROM checkpoints)";
    let left: u64 = database.query_row(left, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0, "a finished sync needs no checkpoint");
    let requests = "SELECT sum(value) FROM current_syncs, json_each(requests)";
    let requests = database.query_row(requests, [], |row| row.get(0)).unwrap();
    (TABLES.map(|table| (table, rows(table))).into(), requests)
}

/// What an undisturbed sync of such an organization brings, its exit code, and
/// its requests.
fn undisturbed(options: Options) -> (BTreeMap<&'static str, Vec<String>>, i32, u64) {
    let (organization, bench) = start(options);
    let ran = bench.run("sync");
    let (rows, told) = contents(&bench.path("governance.db"));
    assert_eq!(told, organization.requests(), "{}", ran.stderr);
    (rows, ran.code, told)
}

fn spawn(bench: &Bench, arguments: &str) -> Child {
    let mut command = bench.command(env!("CARGO_BIN_EXE_harness"));
    command
        .args(arguments.split(' '))
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Waits until the organization was asked so often. Tells whether the process
/// still runs.
fn reaches(child: &mut Child, organization: &Organization, requests: u64) -> bool {
    while organization.requests() < requests {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::yield_now();
    }
    child.try_wait().unwrap().is_none()
}

/// Runs a sync and kills it once the organization was asked so often. Tells
/// whether it was killed before it ended.
fn killed(bench: &Bench, organization: &Organization, arguments: &str, after: u64) -> bool {
    let mut child = spawn(bench, arguments);
    let running = reaches(&mut child, organization, after);
    // One that has ended just now is not killed, and that is as good.
    let _ = child.kill();
    child.wait().unwrap();
    running
}

/// Sends a process a signal, such as `-INT`, which is that of Ctrl-C.
fn signal(child: &Child, name: &str) {
    let process = child.id().to_string();
    let sent = Command::new("kill").args([name, &process]).status();
    assert!(sent.unwrap().success());
}

/// The exit code, and what is left of stderr.
fn ended(mut child: Child) -> (i32, String) {
    let mut stderr = String::new();
    let left = child.stderr.as_mut().unwrap();
    left.read_to_string(&mut stderr).unwrap();
    (child.wait().unwrap().code().unwrap(), stderr)
}

/// Whether a summary says that not all requests are counted.
fn says_that_it_was_killed(summary: &Value) -> bool {
    let mut notes = summary["notes"].as_array().unwrap().iter();
    notes.any(|it| it.as_str().unwrap().contains("counted without those"))
}

fn is_anew(ran: &Ran) -> bool {
    ran.stderr.contains("begins anew")
}

#[test]
fn a_sync_that_was_killed_anywhere_is_gone_on_with() {
    let (whole, _, requests) = undisturbed(options());
    let step = requests / 8;
    let first = 1 + seed() % step;
    side_by_side((0..8).map(|it| first + it * step), |after| {
        let (organization, bench) = start(options());
        let was_killed = killed(&bench, &organization, "sync", after);
        let sent = organization.requests();
        let ran = bench.succeed("sync --resume --json");
        let (rows, told) = contents(&bench.path("governance.db"));
        assert_eq!(rows, whole, "after {after}");
        let resumed = &ran.rows()[0]["resumed"];
        if is_anew(&ran) {
            assert!(resumed.is_null(), "{resumed}");
            // Only the first pages are held back.
            assert!(!was_killed || sent <= 8 + 2 * JOBS, "after {after}: {sent}");
            return;
        }
        assert!(resumed["pages"].as_u64().unwrap() > 0, "{resumed}");
        assert!(ran.stderr.contains("resuming"), "{}", ran.stderr);
        let all = organization.requests();
        assert!(all <= requests + JOBS, "after {after}: {all} of {requests}");
        assert!((requests..=all).contains(&told), "after {after}: {told}");
        assert!(says_that_it_was_killed(&ran.rows()[0]), "{}", ran.stdout);
    });
}

#[test]
fn what_the_host_could_not_read_outlives_a_kill() {
    let (whole, code, requests) = undisturbed(restricted());
    assert_eq!((code, whole["gaps"].is_empty()), (6, false));
    side_by_side([requests / 3, requests / 2, requests - 4], |after| {
        let (organization, bench) = start(restricted());
        killed(&bench, &organization, "sync", after);
        let ran = bench.run("sync --resume");
        assert_eq!(ran.code, 6, "{}", ran.stderr);
        let (rows, _) = contents(&bench.path("governance.db"));
        assert_eq!(rows, whole, "after {after}");
    });
}

#[test]
fn a_sync_that_is_killed_again_and_again_comes_to_its_end() {
    let (whole, _, requests) = undisturbed(options());
    let (organization, bench) = start(options());
    let mut kills = 0;
    while killed(
        &bench,
        &organization,
        "sync --resume",
        organization.requests() + 3 * JOBS,
    ) {
        kills += 1;
    }
    let (rows, _) = contents(&bench.path("governance.db"));
    assert_eq!(rows, whole);
    assert!(kills > 2, "{kills}");
    assert!(
        organization.requests() <= requests + kills * JOBS,
        "{kills}"
    );
}

#[test]
fn what_a_kill_hides_is_said_to_the_end() {
    let (organization, bench) = interrupted();
    let asked = organization.requests();
    let mut child = spawn(&bench, "sync --resume");
    assert!(reaches(&mut child, &organization, asked + 1));
    signal(&child, "-INT");
    let (code, stderr) = ended(child);
    assert_eq!(code, 10, "{stderr}");
    let ran = bench.succeed("sync --resume");
    let note = "note: the sync was killed on its way: the requests are counted without";
    assert_eq!(ran.stdout.matches(note).count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("resumed: "), "{}", ran.stdout);
    let (_, told) = contents(&bench.path("governance.db"));
    assert!((organization.requests() - JOBS..=organization.requests()).contains(&told));
}

#[test]
fn ctrl_c_keeps_all_that_was_asked_for() {
    let (whole, _, requests) = undisturbed(options());
    side_by_side([2, requests / 2], |after| {
        let (organization, bench) = start(options());
        let mut child = spawn(&bench, "sync");
        assert!(reaches(&mut child, &organization, after));
        signal(&child, "-INT");
        let (code, stderr) = ended(child);
        assert_eq!(code, 10, "{stderr}");
        assert!(stderr.contains("--resume"), "{stderr}");
        let ran = bench.succeed("sync --resume --json");
        assert!(!is_anew(&ran), "{}", ran.stderr);
        let summary = &ran.rows()[0];
        assert!(summary["resumed"].is_object(), "{summary}");
        assert!(!says_that_it_was_killed(summary), "{summary}");
        let (rows, told) = contents(&bench.path("governance.db"));
        assert_eq!(rows, whole);
        assert_eq!((organization.requests(), told), (requests, requests));
    });
}

/// A sync of a service that takes calls and does not answer, which was asked to
/// end.
fn stopping() -> (
    Bench,
    Child,
    BufReader<std::process::ChildStderr>,
    TcpListener,
) {
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut bench = Bench::alone();
    let base_url = format!("http://{}/v1", service.local_addr().unwrap());
    bench.set("OPENAI_BASE_URL", &base_url);
    bench.set("OPENAI_ADMIN_KEY", "sk-admin-of-nobody-in-particular");
    let mut child = spawn(&bench, "sync");
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let (call, _) = service.accept().unwrap();
    signal(&child, "-INT");
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.starts_with("stopping"), "{line}");
    drop(call);
    (bench, child, stderr, service)
}

#[test]
fn a_second_ctrl_c_ends_at_once() {
    let (_bench, mut child, _stderr, _service) = stopping();
    let asked = Instant::now();
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(10));
    assert!(asked.elapsed() < Duration::from_secs(4));
}

#[test]
fn before_anything_is_kept_there_is_nothing_to_resume() {
    let (bench, mut child, mut stderr, service) = stopping();
    // Whoever calls is not answered any more.
    drop(service);
    let mut text = String::new();
    stderr.read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(10));
    assert!(text.contains("nothing to resume"), "{text}");
    assert!(!bench.path("governance.db").exists());
}

/// An organization of which a sync was killed on its way. A second key of it may
/// read all, too.
fn interrupted() -> (Organization, Bench) {
    let (organization, mut bench) = start(Options {
        restricted_key: Some(RestrictedKey {
            key: None,
            scopes: vec!["api.all.read".into()],
        }),
        ..options()
    });
    bench.set("OPENAI_ADMIN_KEY", organization.simulator.admin_key());
    assert!(killed(&bench, &organization, "sync", 5 * JOBS));
    (organization, bench)
}

/// Changes the database in a way that the harness would not.
fn alter(bench: &Bench, sql: &str) {
    let database = Connection::open(bench.path("governance.db")).unwrap();
    assert_eq!(database.execute(sql, []).unwrap(), 1, "{sql}");
}

#[test]
fn what_does_not_fit_is_not_resumed_and_says_what_differs() {
    let condition = |name: &str| {
        let place = format!("$.needed.\"{name}\"");
        format!("UPDATE checkpoints SET conditions = json_set(conditions, '{place}', 'another')")
    };
    let long_ago = "UPDATE syncs SET started_at = started_at - 8 * 86400";
    let cases = [
        ("--type user", None, "what is asked for"),
        ("--set role_detail=auto", None, "the setting `role_detail`"),
        ("", Some(condition("the component")), "the component"),
        (
            "",
            Some(condition("the contract's version").replace("t's", "t''s")),
            "the contract",
        ),
        ("", Some(long_ago.to_owned()), "a week ago"),
    ];
    side_by_side(cases, |(arguments, alteration, expected)| {
        let (_organization, bench) = interrupted();
        if let Some(sql) = alteration {
            alter(&bench, &sql);
        }
        let ran = bench.run(&format!("sync --resume --json {arguments}"));
        assert!(ran.code == 0 || ran.code == 6, "{}", ran.stderr);
        assert!(is_anew(&ran), "{expected}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
        assert!(ran.rows()[0]["resumed"].is_null(), "{}", ran.stdout);
    });
}

#[test]
fn another_key_goes_on_if_it_is_of_the_same_organization() {
    let (whole, _, requests) = undisturbed(options());
    let (organization, mut bench) = interrupted();
    let key = organization.simulator.restricted_key().unwrap();
    bench.set("OPENAI_ADMIN_KEY", key);
    alter(
        &bench,
        "UPDATE connections SET tenant = tenant || '-another'",
    );
    let ran = bench.run("sync --resume");
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("-another"), "{}", ran.stderr);
    // What was read before is none the worse for it.
    alter(
        &bench,
        "UPDATE connections SET tenant = replace(tenant, '-another', '')",
    );
    let ran = bench.succeed("sync --resume");
    assert!(!is_anew(&ran), "{}", ran.stderr);
    assert_eq!(contents(&bench.path("governance.db")).0, whole);
    // Each time one call tells whose the key is.
    assert!(organization.requests() <= requests + JOBS + 2);
}

#[test]
fn a_sync_beside_an_interrupted_one_says_that_it_could_be_resumed() {
    let (organization, bench) = interrupted();
    let (whole, ..) = undisturbed(options());
    let before = organization.requests();
    let ran = bench.succeed("sync");
    assert!(ran.stderr.contains("--resume"), "{}", ran.stderr);
    assert!(
        organization.requests() - before > 5 * JOBS,
        "it begins anew"
    );
    assert_eq!(contents(&bench.path("governance.db")).0, whole);
    let ran = bench.succeed("sync --resume");
    assert!(ran.stderr.contains("no interrupted sync"), "{}", ran.stderr);
}

#[test]
fn what_is_current_stays_so_until_the_end_of_a_resumed_sync() {
    let (organization, bench) = start(options());
    bench.succeed("sync");
    let listed = || bench.succeed("list grants --json").stdout;
    let before = listed();
    let asked = organization.requests();
    assert!(killed(&bench, &organization, "sync", asked + 5 * JOBS));
    assert_eq!(listed(), before);
    let resumed = bench.succeed("sync --resume --json").rows();
    assert!(!resumed[0]["resumed"].is_null());
    assert_eq!(listed(), before);
}

#[test]
fn a_second_sync_into_one_database_is_refused_and_disturbs_nothing() {
    let (whole, ..) = undisturbed(options());
    let cases = ["sync", "sync --resume", "sync --connection other"];
    side_by_side(cases, |second| {
        side_by_side([false, true], |resumed| {
            let (organization, bench) = interrupted();
            let asked = organization.requests();
            let first = if resumed { "sync --resume" } else { "sync" };
            let mut child = spawn(&bench, first);
            assert!(reaches(&mut child, &organization, asked + 2 * JOBS));
            // It waits for the second one to be refused, however slow that is.
            signal(&child, "-STOP");
            let ran = bench.run(second);
            signal(&child, "-CONT");
            assert_eq!(ran.code, 3, "{second}: {}", ran.stderr);
            assert!(ran.stderr.contains("another sync"), "{}", ran.stderr);
            assert!(ran.stderr.contains("hint: wait"), "{}", ran.stderr);
            let (code, stderr) = ended(child);
            assert_eq!(code, 0, "{stderr}");
            assert_eq!(contents(&bench.path("governance.db")).0, whole);
        });
    });
}

/// A 401 without a reason ends a sync, and what was read is no less true for it.
#[test]
fn a_key_that_is_refused_on_the_way_loses_nothing() {
    let (whole, ..) = undisturbed(options());
    let faults = Faults {
        per_thousand: 30,
        kinds: vec![Fault::ServerError(401)],
    };
    let (organization, bench) = start(Options {
        faults,
        ..options()
    });
    let mut told: Vec<Value> = Vec::new();
    let mut failures = 0;
    while told.is_empty() {
        let ran = bench.run("sync --resume --json");
        match ran.code {
            0 => told = ran.rows(),
            4 => failures += 1,
            code => panic!("{code}: {}", ran.stderr),
        }
        assert!(failures < 100, "{}", ran.stderr);
    }
    assert!(failures > 0, "nothing was refused");
    assert_eq!(contents(&bench.path("governance.db")).0, whole);
    assert!(organization.requests() > 0);
}
