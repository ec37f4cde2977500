//! What a component uses up ends by a limit, and the limit is named.

use std::time::Duration;

use governance_host::connection::OpenError;
use governance_host::error::CallError;
use governance_host::instance::Breach;
use governance_host::limits::{Limit, Limits};
use serde_json::json;

use crate::component::{Fixture, SCRATCH, constant};
use crate::host::{Host, description, limits, list};
use crate::upstream::Upstream;

const LIST: &str = "list-resources";

/// Code that ends in a trap of its own if the host did not stop it.
fn grown(grow: &str) -> String {
    format!("(drop ({grow})) unreachable")
}

fn growth(limit: Limit) -> Breach {
    Breach::Growth(limits().bound(limit))
}

fn trap(text: &str) -> Breach {
    Breach::Trap(format!("wasm trap: {text}"))
}

// On one worker, as in the harness.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_breach_names_its_limit_and_others_work_on() {
    let host = Host::short();
    let time = Breach::Time(limits().bound(Limit::CallTime));
    let listing = |body: &str| Fixture::new().body(LIST, body);
    let table = "(table $t 1 funcref)";
    let cases = [
        (
            "an endless loop",
            listing("(loop (br 0)) unreachable"),
            time.clone(),
        ),
        (
            "an endless loop of cheap host calls",
            listing("(loop (call $fields.drop (call $fields.new)) (br 0)) unreachable"),
            time,
        ),
        (
            "endless recursion",
            listing("(call $deeper) unreachable")
                .item("(func $deeper (call $deeper) (call $deeper))"),
            growth(Limit::Stack),
        ),
        (
            "one memory",
            listing(&grown("memory.grow (i32.const 100)")),
            growth(Limit::Memory),
        ),
        (
            "two memories, each below the limit",
            listing(&grown("memory.grow $second (i32.const 30)")).item("(memory $second 30)"),
            growth(Limit::Memory),
        ),
        (
            "a memory that begins above the limit",
            listing("unreachable").item("(memory $second 100)"),
            growth(Limit::Memory),
        ),
        (
            "a table",
            listing(&grown("table.grow $t (ref.null func) (i32.const 5000)")).item(table),
            growth(Limit::TableElements),
        ),
        (
            "a table that begins above the limit",
            listing("unreachable").item("(table $t 5000 funcref)"),
            growth(Limit::TableElements),
        ),
        (
            "handles that are never dropped",
            listing("(loop (drop (call $fields.new)) (br 0)) unreachable"),
            growth(Limit::Handles),
        ),
        (
            "one enormous text for the host",
            enormous_text(),
            growth(Limit::HostCallBytes),
        ),
        (
            "a trap",
            listing("unreachable"),
            trap("wasm `unreachable` instruction executed"),
        ),
        (
            "a division by zero",
            listing("(i32.div_u (i32.const 1) (i32.const 0))"),
            trap("integer divide by zero"),
        ),
        (
            "an access beyond memory",
            listing("(i32.load (i32.const -1))"),
            trap("out of bounds memory access"),
        ),
    ];
    for (what, fixture, expected) in cases {
        assert_eq!(host.breach(fixture).await, expected, "{what}");
    }
}

/// Hands the host two mebibytes as the name of a header, twice the limit.
fn enormous_text() -> Fixture {
    let call = format!(
        "(call $fields.append (call $fields.new) (i32.const 0) (i32.const {length})
           (i32.const 0) (i32.const 0) {})",
        constant(SCRATCH),
        length = 2 << 20,
    );
    let body = format!("(drop (memory.grow (i32.const 20))) {call} unreachable");
    Fixture::new().body(LIST, &body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_function_is_under_the_same_limits() {
    let host = Host::short();
    let spinning = Fixture::new().item("(func $spin (loop (br 0))) (start $spin)");
    match host.open(spinning.build()).await {
        Err(OpenError::Describe(CallError::Breach(Breach::Time(_)))) => {}
        other => panic!("{:?}", other.err()),
    }
    host.others_work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breach_says_the_limit_in_words() {
    let host = Host::short();
    let recursion = Fixture::new()
        .body(LIST, "(call $deeper) unreachable")
        .item("(func $deeper (call $deeper) (call $deeper))");
    let breach = host.breach(recursion).await;
    assert_eq!(
        breach.to_string(),
        "the call used too much (limit `stack`: 512 KiB)"
    );
    assert_eq!(
        breach.hint(),
        "the connector may be at fault; to allow more, set in harness.toml, in [limits]: \
         stack = \"1 MiB\""
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fuel_ends_what_time_would_end_later() {
    let fuelled = Limits {
        fuel: Some(1_000_000),
        call_time: Duration::from_secs(60),
        ..limits()
    };
    let host = Host::new(fuelled, Upstream::good());
    let spinning = Fixture::new().body(LIST, "(loop (br 0)) unreachable");
    let expected = Breach::Growth(fuelled.bound(Limit::Fuel));
    assert_eq!(host.breach(spinning).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_set_for_a_component_is_in_force() {
    let host = Host::short();
    let grow = Fixture::new()
        .answers("describe", &description())
        .body(LIST, "(drop (memory.grow (i32.const 100))) unreachable");
    let overrides = toml::from_str("memory = \"16 MiB\"").unwrap();
    let loaded = host
        .engine
        .load(grow.build())
        .await
        .unwrap()
        .limited(&overrides);
    match list(&host.open_loaded(loaded).await.unwrap()).await {
        Err(CallError::Breach(breach)) => {
            assert_eq!(breach, trap("wasm `unreachable` instruction executed"));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_spinning_component_does_not_hold_up_another_one() {
    let patient = Limits {
        call_time: Duration::from_secs(60),
        ..limits()
    };
    let host = Host::new(patient, Upstream::good());
    let spinning = Fixture::new()
        .answers("describe", &description())
        .body(LIST, "(loop (br 0)) unreachable");
    let spinning = host.open(spinning.build()).await.unwrap();
    let spinning = tokio::spawn(async move { list(&spinning).await.is_ok() });
    let good = Fixture::new()
        .answers("describe", &description())
        .answers(LIST, &json!({"ok": {}}));
    let good = host.open(good.build()).await.unwrap();
    // On the one worker there is: it gets there only since spinning code yields.
    let other = tokio::spawn(async move { list(&good).await });
    assert!(other.await.unwrap().is_ok());
    assert!(!spinning.is_finished());
    spinning.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_headers_ends_within_the_limits() {
    let host = Host::short();
    for (what, count, value) in [
        ("many headers", 32_769, 1),
        ("128 KiB in few headers", 40, 4_096),
    ] {
        let breach = host.breach(flood(count, value)).await;
        assert_eq!(breach, growth(Limit::RequestHeaders), "{what}");
    }
}

/// Appends this many headers with values of this many bytes.
fn flood(count: usize, value: usize) -> Fixture {
    let mut fixture = Fixture::new();
    let name = fixture.bytes(b"x");
    let value = fixture.bytes(&vec![b'a'; value]);
    let body = format!(
        "(local.set $a (call $fields.new)) (local.set $b (i32.const {count}))
         (loop
           (call $fields.append (local.get $a) {name} {value} (i32.const {SCRATCH}))
           (if (i32.load8_u (i32.const {SCRATCH})) (then unreachable))
           (br_if 0 (local.tee $b (i32.sub (local.get $b) (i32.const 1)))))
         (drop (memory.grow (i32.const 5000))) unreachable"
    );
    fixture.body(LIST, &body)
}
