//! Files that are damaged, huge or something else: an error, never a panic and
//! never without end.

use governance_host::connection::describe;
use governance_host::engine::{Engine, LoadError};
use governance_host::limits::{Limit, Limits};
use governance_host::settings::Settings;
use serde_json::json;

use crate::component::Fixture;
use crate::host::{Host, description, limits};
use crate::world::component;

/// Mutated files that are tried.
const CASES: usize = 300;

fn good() -> Vec<u8> {
    Fixture::new()
        .answers("describe", &description())
        .answers("list-resources", &json!({"ok": {"tenant": "t"}}))
        .build()
}

/// Flips bits, cuts, or repeats a part.
fn mutate(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..8) {
        let at = random.usize(..bytes.len());
        match random.u8(..8) {
            0 => bytes.truncate(at.max(1)),
            1 => bytes
                .splice(
                    at..at,
                    bytes[at..].iter().take(16).copied().collect::<Vec<_>>(),
                )
                .for_each(drop),
            2 => bytes[at] = random.u8(..),
            _ => bytes[at] ^= 1 << random.u8(..8),
        }
    }
}

/// Loads a file, and asks what it is where it can be loaded.
async fn takes(engine: &Engine, bytes: Vec<u8>) -> bool {
    match engine.load(bytes).await {
        Ok(loaded) => describe(&loaded, &Settings::default()).await.is_ok(),
        Err(_) => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_component_is_refused_or_described_and_no_more() {
    let engine = Engine::new(limits(), None).unwrap();
    let good = good();
    assert!(takes(&engine, good.clone()).await);
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..CASES {
        let mut bytes = good.clone();
        mutate(&mut bytes, &mut random);
        takes(&engine, bytes).await;
    }
    assert!(takes(&engine, good).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_part_of_a_component_is_taken_for_a_whole_one() {
    let engine = Engine::new(limits(), None).unwrap();
    let good = good();
    for end in (0..good.len()).step_by(good.len() / 100) {
        // The name section at the end may be missing.
        let loaded = engine.load(&good[..end]).await;
        let refused = matches!(
            loaded,
            Err(LoadError::NotAComponent(_) | LoadError::World(_))
        );
        assert!(refused, "the first {end} bytes of {}", good.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_component_is_named() {
    let engine = Engine::new(limits(), None).unwrap();
    let preamble = b"\0asm\x0d\0\x01\0".to_vec();
    let section = |rest: &[u8]| [preamble.as_slice(), rest].concat();
    let nested = (0..1_000).fold(preamble.clone(), |inner, _| {
        // Section 4 holds a component.
        let mut size = Vec::new();
        let mut left = inner.len();
        while left >= 0x80 {
            size.push(left as u8 & 0x7f | 0x80);
            left >>= 7;
        }
        size.push(left as u8);
        [preamble.as_slice(), &[4], &size, &inner].concat()
    });
    let cases = [
        ("nothing", Vec::new()),
        ("text", b"(component)".to_vec()),
        ("a core module", b"\0asm\x01\0\0\0".to_vec()),
        ("another version", b"\0asm\x0e\0\x01\0".to_vec()),
        ("a precompiled file", b"\x7fELF\x02\x01\x01".to_vec()),
        (
            "a section of four gibibytes",
            section(b"\x01\xff\xff\xff\xff\x0f"),
        ),
        (
            "a section without end",
            section(b"\x01\xff\xff\xff\xff\xff\xff"),
        ),
        ("a section that there is not", section(b"\x7f\x00")),
        ("a thousand components in another", nested),
    ];
    for (what, bytes) in cases {
        match engine.load(bytes).await {
            Err(LoadError::NotAComponent(_)) => {}
            // It is one, if a strange one.
            Err(LoadError::World(_)) if what.starts_with("a thousand") => {}
            other => panic!("{what}: {:?}", other.err()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_of_another_contract_is_refused() {
    let host = Host::short();
    let others = [
        "package a:b; world w { export run: func(); }",
        "package governance:connector@0.2.0; interface connector { x: func(); } world w { export connector; }",
        "package governance:connector@0.1.0; interface connector { describe: func() -> string; } world w { export connector; }",
    ];
    for wit in others {
        let loaded = host.engine.load(component(wit)).await;
        assert!(matches!(loaded, Err(LoadError::World(_))), "{wit}");
    }
    host.others_work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_beyond_the_limit_is_not_even_read() {
    let small = Limits {
        component_file: 1_000,
        ..limits()
    };
    let engine = Engine::new(small, None).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    // Takes no room on the disk.
    file.as_file().set_len(200 << 20).unwrap();
    let size = 200 << 20;
    match engine.load_file(file.path()).await {
        Err(LoadError::TooLarge { size: found, bound }) => {
            assert_eq!(found, size);
            assert_eq!(bound, small.bound(Limit::ComponentFile));
        }
        other => panic!("{:?}", other.err()),
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(engine.load_file(folder.path()).await.is_err());
    assert!(engine.load_file("/nowhere/at.wasm".as_ref()).await.is_err());
}
