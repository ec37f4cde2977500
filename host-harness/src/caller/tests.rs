//! Components that misbehave end within their limits, and nobody else with them.

use std::time::Duration;

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

use super::*;
use crate::credential::Credentials;
use crate::engine::Engine;
use crate::limits::Limits;
use crate::policy::Policy;

const LIMITS: fn() -> Limits = || Limits {
    call_time: Duration::from_millis(300),
    memory: 1 << 20,
    table_elements: 1_000,
    ..Limits::default()
};

/// The contract without the world's imports, all of which a dummy would import.
fn contract() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in ["model", "faults", "manifest", "changes", "connector"] {
        let text = std::fs::read_to_string(format!("../wit/{file}.wit")).unwrap();
        let kept = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("import wasi:"));
        let text = kept.collect::<Vec<_>>().join("\n");
        std::fs::write(folder.path().join(format!("{file}.wit")), text).unwrap();
    }
    folder
}

/// A component of the contract's world whose every function has this body.
fn component(body: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(contract().path()).unwrap();
    let world = resolve.select_world(&[package], Some("plugin")).unwrap();
    let module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    let text = wasmprinter::print_bytes(&module).unwrap();
    let text = text.replace("unreachable", body);
    let end = text.rfind(')').unwrap();
    let text = format!("{} (table $t 1 funcref))", &text[..end]);
    let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let mut encoder = ComponentEncoder::default();
    encoder.module(&module).unwrap();
    encoder.encode().unwrap()
}

async fn describe(engine: &Engine, body: &str) -> Breach {
    let loaded = engine.load(component(body)).await.unwrap();
    let nothing = Egress::new(Policy::default(), Credentials::default(), loaded.limits);
    let caller = Caller::new(loaded, nothing);
    match caller.describe(&[]).await {
        Err(CallError::Breach(breach)) => breach,
        other => panic!("{body}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breach_is_named_and_the_next_call_works() {
    let engine = Engine::new(LIMITS(), None).unwrap();
    let time = Breach::Time(LIMITS().call_time);
    let trap = |text: &str| Breach::Trap(text.into());
    let grow = |grow: &str, pages: u32| {
        format!(
            "(if (i32.eq ({grow} (i32.const {pages})) (i32.const -1)) (then unreachable)) unreachable"
        )
    };
    let grow_table = "(if (i32.eq (table.grow $t (ref.null func) (i32.const 5000)) (i32.const -1)) \
                      (then unreachable)) unreachable";
    let cases = [
        (
            "unreachable".to_owned(),
            trap("wasm trap: wasm `unreachable` instruction executed"),
        ),
        ("(loop (br 0)) unreachable".to_owned(), time),
        (grow("memory.grow", 100), Breach::Growth("memory")),
        (grow_table.to_owned(), Breach::Growth("table_elements")),
        (
            "(i32.div_u (i32.const 1) (i32.const 0)) drop unreachable".to_owned(),
            trap("wasm trap: integer divide by zero"),
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(describe(&engine, &body).await, expected, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_spinning_component_does_not_hold_up_another_one() {
    let engine = Engine::new(
        Limits {
            call_time: Duration::from_secs(60),
            ..LIMITS()
        },
        None,
    )
    .unwrap();
    let spinning = {
        let engine = engine.clone();
        tokio::spawn(async move { describe(&engine, "(loop (br 0)) unreachable").await })
    };
    // On the one worker there is: it gets there only since spinning code yields.
    let other = tokio::spawn(async move { describe(&engine, "unreachable").await });
    assert!(matches!(other.await.unwrap(), Breach::Trap(_)));
    assert!(!spinning.is_finished());
    spinning.abort();
}
