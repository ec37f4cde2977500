//! What was recorded can be replayed with nothing else at hand, and tells no
//! secrets; anonymized, it tells of no people either.

use std::collections::BTreeMap;
use std::fs;

use openai_simulator::Template;
use serde_json::Value;

use crate::rota::{Flaw, Rota};
use crate::support::{Bench, Organization, Ran, text};

/// The lists that show all of a sync.
const LISTS: [&str; 5] = ["accounts", "resources", "entitlements", "grants", "gaps"];

/// What a sync left, list by list.
fn synced(bench: &Bench, database: &str) -> BTreeMap<&'static str, String> {
    let list = |what| {
        let arguments = format!("list {what} --json --db {database}");
        (what, bench.succeed(&arguments).stdout)
    };
    LISTS.into_iter().map(list).collect()
}

fn contents(bench: &Bench, file: &str) -> String {
    fs::read_to_string(bench.path(file)).unwrap()
}

/// A folder with nothing in it but this recording: no service, no credential
/// and no settings.
fn elsewhere(recording: &str) -> Bench {
    let bench = Bench::alone();
    bench.write("run.jsonl", recording);
    bench
}

/// Syncs a small organization, which ends. Gives what the sync left, and the
/// recording.
fn recorded(options: &str) -> (BTreeMap<&'static str, String>, String) {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed(&format!("sync --record run.jsonl {options}"));
    let recording = contents(&bench, "run.jsonl");
    assert!(!recording.contains(organization.simulator.admin_key()));
    assert!(!recording.contains("authorization"));
    (synced(&bench, "governance.db"), recording)
}

#[test]
fn a_replayed_sync_is_the_recorded_one() {
    let (original, recording) = recorded("");
    let bench = elsewhere(&recording);
    let ran = bench.succeed("sync --replay run.jsonl --db replay.db");
    assert_eq!(ran.stderr, "");
    assert_eq!(synced(&bench, "replay.db"), original);
    // Calls end in another order when fewer run side by side.
    bench.succeed("sync --replay run.jsonl --concurrency 1 --db slowly.db");
    assert_eq!(synced(&bench, "slowly.db"), original);
}

#[test]
fn a_recording_can_be_read_by_people_and_by_its_owner_alone() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("check --record run.jsonl");
    let recording = contents(&bench, "run.jsonl");
    let lines: Vec<Value> = recording
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["recording"], 1);
    assert_eq!(lines[0]["connector"], "openai");
    let users = lines.iter().find(|it| {
        it["path"]
            .as_str()
            .is_some_and(|it| it.contains("/organization/users"))
    });
    let users = users.unwrap();
    assert_eq!(users["function"], "check");
    assert_eq!(users["method"], "GET");
    assert_eq!(users["answer"]["status"], 200);
    assert!(users["answer"]["json"]["data"].is_array(), "{users}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(bench.path("run.jsonl")).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
    let again = bench.run("check --record run.jsonl");
    assert_eq!(again.code, 3, "{}", again.stderr);
    assert!(again.stderr.contains("cannot make the recording run.jsonl"));
    assert_eq!(contents(&bench, "run.jsonl"), recording);
}

/// Compares what two syncs left, each kind of people's data replaced by one word.
fn same_but_for_people(one: &BTreeMap<&str, String>, other: &BTreeMap<&str, String>) {
    for (what, list) in one {
        let [one, other] = [list, &other[what]].map(|it| without_people(it));
        let differing: Vec<_> = one
            .iter()
            .zip(&other)
            .filter(|(one, other)| one != other)
            .collect();
        assert_eq!(one.len(), other.len(), "{what}");
        assert!(differing.is_empty(), "{what}: {:#?}", differing[0]);
    }
}

fn without_people(list: &str) -> Vec<String> {
    let row = |line: &str| {
        let mut row: Value = serde_json::from_str(line).unwrap();
        blank(&mut row, "");
        row.to_string()
    };
    let mut rows: Vec<_> = list.lines().map(row).collect();
    rows.sort_unstable();
    rows
}

fn blank(value: &mut Value, member: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|it| blank(it, member)),
        Value::Object(members) => members.iter_mut().for_each(|(name, it)| blank(it, name)),
        Value::String(text)
            if text.contains('@') || member.ends_with("name") || member == "description" =>
        {
            *text = "someone".into();
        }
        Value::String(text) => {
            let pieces = text.split(':').map(|it| match it.starts_with("user-") {
                true => "user",
                false => it,
            });
            *text = pieces.collect::<Vec<_>>().join(":");
        }
        _ => {}
    }
}

#[test]
fn an_anonymized_recording_names_nobody_and_replays_all_the_same() {
    let (original, recording) = recorded("--anonymize");
    let lowercase = recording.to_lowercase();
    let accounts = original["accounts"].lines();
    let accounts: Vec<Value> = accounts
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    assert!(accounts.len() > 5);
    for account in &accounts {
        let name = text(account, "name");
        assert!(!recording.contains(name), "{name} in {recording}");
        for email in account["emails"].as_array().unwrap() {
            let address = text(email, "address").to_lowercase();
            assert!(!lowercase.contains(&address), "{address} in {recording}");
        }
        let id = text(account, "id");
        assert!(!id.starts_with("user-") || !recording.contains(id), "{id}");
    }
    assert!(!lowercase.contains("@example.com"));
    let bench = elsewhere(&recording);
    bench.succeed("sync --replay run.jsonl --db replay.db");
    same_but_for_people(&original, &synced(&bench, "replay.db"));
}

#[test]
fn what_has_expired_goes_by_the_time_of_the_recording() {
    let (_, recording) = recorded("");
    let (head, rest) = recording.split_once('\n').unwrap();
    let mut head: Value = serde_json::from_str(head).unwrap();
    let pending = |recording: &str| {
        let bench = elsewhere(recording);
        bench.succeed("sync --replay run.jsonl --db replay.db");
        let accounts = bench.succeed("list accounts --json --status pending --db replay.db");
        accounts.rows().len()
    };
    assert!(pending(&recording) > 0);
    head["at"] = "2090-01-01T00:00:00Z".into();
    assert_eq!(pending(&format!("{head}\n{rest}")), 0);
}

#[test]
fn a_service_that_cannot_be_reached_is_replayed_too() {
    let mut bench = Bench::alone();
    // Nobody listens on a port that was just given up.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    bench.set("OPENAI_BASE_URL", &format!("http://{address}/v1"));
    bench.set("OPENAI_ADMIN_KEY", "sk-admin-of-nobody-at-all-0123456789");
    let live = bench.run("check --json --record run.jsonl");
    assert_eq!(live.code, 5, "{}", live.stderr);
    let recording = contents(&bench, "run.jsonl");
    assert!(
        recording.contains("\"code\":\"connection-refused\""),
        "{recording}"
    );
    let replayed = elsewhere(&recording).run("check --json --replay run.jsonl");
    let ended = |ran: Ran| (ran.code, ran.stdout, ran.stderr);
    assert_eq!(ended(replayed), ended(live));
}

#[test]
fn a_recording_can_be_anonymized_afterwards() {
    let (original, recording) = recorded("");
    assert!(recording.contains("Ada Lovelace"));
    let bench = elsewhere(&recording);
    bench.succeed("sync --replay run.jsonl --db replay.db --record anonymous.jsonl --anonymize");
    let anonymous = contents(&bench, "anonymous.jsonl");
    assert!(!anonymous.contains("Ada Lovelace") && !anonymous.contains("@example.com"));
    let bench = elsewhere(&anonymous);
    bench.succeed("sync --replay run.jsonl --db replay.db");
    same_but_for_people(&original, &synced(&bench, "replay.db"));
}

#[test]
fn a_key_that_a_change_makes_is_not_recorded() {
    const CREATE: &str = "resource create service_account deployer --parent project:Search \
        --attribute with_key=true --provisioning=create --json";
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    let made = bench.succeed(&format!("{CREATE} --record run.jsonl"));
    let secret = |ran: &Ran| {
        let outcome = &ran.rows()[0]["outcome"];
        text(&outcome["secrets"][0], "value").to_owned()
    };
    let key = secret(&made);
    assert!(key.len() > 20, "{key}");
    drop(organization);
    let recording = contents(&bench, "run.jsonl");
    assert!(recording.contains("\"method\":\"POST\""), "{recording}");
    assert!(!recording.contains(&key), "{recording}");
    let replayed =
        elsewhere(&recording).succeed(&format!("{CREATE} --replay run.jsonl --db replay.db"));
    assert_eq!(secret(&replayed), "[secret 1]");
    let blanked = made.stdout.replace(&key, "[secret 1]");
    assert_eq!(replayed.stdout, blanked);
}

#[test]
fn a_request_that_was_not_recorded_is_named_with_the_nearest() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("check --record run.jsonl");
    let bench = elsewhere(&contents(&bench, "run.jsonl"));
    bench.succeed("check --replay run.jsonl");
    for command in [
        "sync --db replay.db",
        "conformance",
        "grant org_role:owner ada@example.com --plan --db replay.db",
    ] {
        let ran = bench.run(&format!("{command} --replay run.jsonl"));
        assert_eq!(ran.code, 3, "{command}: {}", ran.stderr);
        for words in [
            "the recording does not hold GET /v1/organization/",
            "the nearest that was recorded is GET /v1/organization/",
            "hint: replay with the command, the options and the component that were recorded",
        ] {
            assert!(ran.stderr.contains(words), "{command}: {}", ran.stderr);
        }
    }
}

#[test]
fn what_is_no_recording_is_refused() {
    let bench = Bench::alone();
    bench.write("other.jsonl", "{\"id\":1}\n");
    bench.write("empty.jsonl", "");
    let head = r#"{"recording":1,"connector":"rota","version":"1","component_sha256":"00",
        "at":"2026-01-02T03:04:05Z","settings":[],"credentials":{},"anonymized":false}"#;
    let head = head.replace('\n', "");
    bench.write("rota.jsonl", format!("{head}\n"));
    bench.write("spoilt.jsonl", format!("{head}\n{{\"sequence\":\n"));
    bench.write("later.jsonl", "{\"recording\":2}\n");
    for (file, expected) in [
        ("absent.jsonl", "cannot read the recording absent.jsonl"),
        ("other.jsonl", "other.jsonl is no recording of the harness"),
        ("empty.jsonl", "empty.jsonl is no recording of the harness"),
        ("later.jsonl", "is of version 2 of the format, not 1"),
        (
            "spoilt.jsonl",
            "line 2 of the recording spoilt.jsonl is no exchange",
        ),
        (
            "rota.jsonl",
            "the recording is of the connector `rota`, and this is `openai`",
        ),
    ] {
        let ran = bench.run(&format!("check --replay {file}"));
        assert_eq!(ran.code, 3, "{file}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{file}: {}", ran.stderr);
        assert!(ran.stderr.contains("\nhint: "), "{file}: {}", ran.stderr);
    }
    let ran = bench.run("inspect --record run.jsonl");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(!bench.path("run.jsonl").exists());
}

#[test]
fn a_replay_is_kept_apart_from_what_is_real() {
    let mut bench = elsewhere("");
    let real = |bench: &Bench, options: &str| {
        for command in ["sync", "revoke org_role:owner ada@example.com"] {
            let ran = bench.run(&format!("{command} --replay run.jsonl {options}"));
            assert_eq!(ran.code, 2, "{}", ran.stderr);
            let expected = "error: a replay does not belong into ";
            assert!(ran.stderr.starts_with(expected), "{}", ran.stderr);
        }
    };
    real(&bench, "");
    bench.set("GOVERNANCE_DB", "real.db");
    real(&bench, "");
    real(&bench, "--db real.db");
    assert!(!bench.path("governance.db").exists() && !bench.path("real.db").exists());
}

#[test]
fn what_a_crash_left_is_replayed_as_far_as_it_goes() {
    let (_, recording) = recorded("");
    let cut = recording.len() - 20;
    let bench = elsewhere(&recording[..cut]);
    let ran = bench.run("sync --replay run.jsonl --db replay.db");
    let note = "note: the last line of the recording is cut short, and is left out\n";
    assert!(ran.stderr.starts_with(note), "{}", ran.stderr);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("the recording does not hold GET /v1/"),
        "{}",
        ran.stderr
    );
}

#[test]
fn another_component_is_held_to_the_contract_by_a_recording() {
    for (flaw, options, code) in [(Flaw::None, "", 0), (Flaw::Ghost, "--anonymize", 9)] {
        let rota = Rota::start(flaw);
        let bench = rota.bench();
        let command = "conformance --component example.wasm --json";
        let live = bench.run(&format!("{command} --record run.jsonl {options}"));
        assert_eq!(live.code, code, "{}", live.stderr);
        drop(rota);
        let recording = contents(&bench, "run.jsonl");
        let bench = elsewhere(&recording);
        bench.write("example.wasm", test_components::EXAMPLE);
        let replayed = bench.run(&format!("{command} --replay run.jsonl"));
        assert_eq!(replayed.code, code, "{}", replayed.stderr);
        let verdicts = |ran: &Ran| -> Vec<(String, String)> {
            let rows = ran.rows();
            let verdict = |it: &Value| (text(it, "rule").into(), text(it, "verdict").into());
            rows.iter().map(verdict).collect()
        };
        assert_eq!(verdicts(&replayed), verdicts(&live));
    }
}
