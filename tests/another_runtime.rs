//! The component answers the same under another runtime: in Node, by jco's
//! transpiler, with another engine and another implementation of WASI.
//!
//! `tests/portability/` has the calls and what runs them in Node. Where Node, npm
//! or npm's registry is missing, the test prints that, and proves nothing.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use builtin_connectors::find;
use governance_host::connection::{Connection, Given};
use governance_host::contract::connector::Page;
use governance_host::contract::model::{Reference, ResourceId};
use governance_host::engine::Engine;
use governance_host::error::CallError;
use governance_host::limits::Limits;
use governance_host::policy::Operator;
use openai_simulator::{Options, Template};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::{Organization, component_cache};

/// The time that both are told.
const NOW: i64 = 1_767_323_045;

/// What has to be beside each other for Node to find it.
const FILES: [&str; 4] = ["calls.json", "package.json", "package-lock.json", "run.mjs"];

#[test]
fn the_component_answers_the_same_in_node() {
    let Some(folder) = installed() else { return };
    let organization = Organization::start(Options {
        organization: Template::Generated,
        users: 250,
        accept_any_key: true,
        clock_stands_at: Some(NOW.unsigned_abs()),
        ..Options::default()
    });
    let calls = fs::read(folder.join("calls.json")).unwrap();
    let calls: Vec<Value> = serde_json::from_slice(&calls).unwrap();
    let in_node = in_node(&folder, &organization);
    let runtime = Runtime::new().unwrap();
    let here = runtime.block_on(here(&calls, &organization));
    assert_eq!(in_node.len(), calls.len());
    for (asked, (mut here, mut there)) in calls.iter().zip(here.into_iter().zip(in_node)) {
        // The service's own, and another one each time.
        for answer in [&mut here, &mut there] {
            if let Some(id) = answer.pointer_mut("/Err/request_id") {
                *id = Value::Null;
            }
        }
        assert_eq!(here, there, "{asked}");
    }
}

/// Installs what Node needs, once for all runs. None where it cannot be had.
fn installed() -> Option<PathBuf> {
    let target = component_cache();
    let folder = target.parent().unwrap().join("portability");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/portability");
    fs::create_dir_all(&folder).unwrap();
    for file in FILES {
        fs::copy(source.join(file), folder.join(file)).unwrap();
    }
    ran(Command::new("node").arg("--version"))?;
    let lock = fs::read(folder.join("package-lock.json")).unwrap();
    let done = folder.join("installed-package-lock.json");
    if fs::read(&done).is_ok_and(|of| of == lock) {
        return Some(folder);
    }
    let mut npm = Command::new("npm");
    // Not `ci`: it asks of the lock file packages for other machines that jco
    // names and nobody has published.
    npm.current_dir(&folder).arg("install");
    npm.args([
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefer-offline",
    ]);
    // What cannot be reached is known soon.
    npm.args(["--fetch-retries=0", "--fetch-timeout=20000"]);
    ran(&mut npm)?;
    fs::write(done, lock).unwrap();
    Some(folder)
}

/// How npm says that its registry is out of reach.
const UNREACHABLE: [&str; 8] = [
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENOTFOUND",
    "ERR_SOCKET_TIMEOUT",
    "ETIMEDOUT",
];

/// Runs a tool. None where it is not there, or has no network, which is printed.
fn ran(command: &mut Command) -> Option<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let reason = match command.output() {
        Ok(output) if output.status.success() => return Some(()),
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            let unreachable = UNREACHABLE.iter().any(|code| errors.contains(code));
            assert!(unreachable, "{program}: {errors}");
            errors
        }
        Err(error) => error.to_string(),
    };
    // Not by `eprintln!`, which tests that pass do not show.
    let _ = writeln!(std::io::stderr(), "skipped in Node: {program}: {reason}");
    None
}

/// The answers to all calls in Node. The simulator runs in this process, which
/// is not Node's: its calls block it.
fn in_node(folder: &Path, organization: &Organization) -> Vec<Value> {
    let component = folder.join("openai.wasm");
    fs::write(&component, find("openai").unwrap().component).unwrap();
    let mut node = Command::new("node");
    node.current_dir(folder).arg("run.mjs").arg(component);
    node.args([
        "calls.json",
        &organization.simulator.base_url(),
        &NOW.to_string(),
    ]);
    let output = node.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The same under our host.
async fn here(calls: &[Value], organization: &Organization) -> Vec<Value> {
    let engine = Engine::new(Limits::default(), Some(&component_cache())).unwrap();
    let loaded = engine
        .load(find("openai").unwrap().component)
        .await
        .unwrap();
    let given = Given {
        operator: Some(Operator {
            all_declared: true,
            ..Operator::default()
        }),
        settings: vec![("base_url".into(), organization.simulator.base_url())],
        ..Given::default()
    };
    let key = |name: &str| (name == "OPENAI_ADMIN_KEY").then(|| "any-key".to_owned());
    let connection = Connection::open(loaded, given, key).await.unwrap();
    let mut answers = Vec::new();
    for asked in calls {
        answers.push(answer(&connection, asked).await);
    }
    answers
}

async fn answer(connection: &Connection, asked: &Value) -> Value {
    match asked["call"].as_str().unwrap() {
        "describe" => canonical(Ok(connection.description())),
        "check" => {
            let surface = asked["surface"].as_str().unwrap();
            canonical(connection.check(NOW, surface).await)
        }
        "list-resources" => canonical(listed(connection, asked).await),
        "get-resource" => {
            let of = reference(connection, asked).await;
            canonical(connection.get_resource(NOW, &of).await)
        }
        other => panic!("no such call: {other}"),
    }
}

/// The page that is asked for, with those before it.
async fn listed(connection: &Connection, asked: &Value) -> Result<Page, CallError> {
    let kind = asked["type"].as_str().unwrap();
    let token = asked["token"].as_str();
    let mut page = connection
        .list_resources(NOW, kind, None, None, token)
        .await?;
    for _ in 0..asked["follow"].as_u64().unwrap_or(0) {
        let token = page.next[0].token.clone();
        page = connection
            .list_resources(NOW, kind, None, None, Some(&token))
            .await?;
    }
    Ok(page)
}

/// The resource that is asked for: by its id, or the first of its type.
async fn reference(connection: &Connection, asked: &Value) -> Reference {
    let kind = asked["type"].as_str().unwrap();
    if let Some(id) = asked["id"].as_str() {
        let id = ResourceId {
            resource_type: kind.into(),
            id: id.into(),
        };
        return Reference {
            id,
            parent: None,
            hint: None,
        };
    }
    let page = listed(connection, asked).await.unwrap();
    let mut found = page.resources.into_iter();
    let found = found.find(|it| it.id.resource_type == kind).unwrap();
    Reference {
        id: found.id,
        parent: found.parent,
        hint: found.hint,
    }
}

fn canonical<T: Serialize>(answer: Result<T, CallError>) -> Value {
    match answer {
        Ok(value) => json!({ "Ok": value }),
        Err(CallError::Connector { error, .. }) => json!({ "Err": error }),
        Err(other) => panic!("{other}"),
    }
}
