//! A component that does not come with the harness is checked before it runs,
//! reaches nothing and gets no credential until the operator says so.

use builtin_connectors::find;
use openai_simulator::Template;

use crate::support::{Bench, Organization};
use crate::world::component;

/// Runs what has to be refused, and told in these words.
fn refused(bench: &Bench, arguments: &str, words: &[&str]) {
    let ran = bench.run(arguments);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    for words in words {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
}

/// The built-in connector as a file: the same code, but from nobody.
fn copy(bench: &Bench) {
    bench.write("copy.wasm", find("openai").unwrap().component);
}

#[test]
fn a_file_that_is_no_component_is_told_from_one() {
    let bench = Bench::alone();
    let cases: [(&[u8], &str); 6] = [
        (b"", "empty"),
        (b"hello", "does not start like WebAssembly"),
        (b"\0asm\x01\0\0\0", "core module"),
        (b"\0asm\x0d\0\x02\0", "another version"),
        (b"\x7fELF\x02", "native"),
        (b"\0asm\x0d\0\x01\0\xff\xff", "not a WebAssembly component"),
    ];
    for (bytes, words) in cases {
        bench.write("file.wasm", bytes);
        for command in ["inspect", "check", "sync"] {
            let arguments = format!("{command} --component file.wasm");
            refused(&bench, &arguments, &[words, "hint: "]);
        }
    }
    refused(&bench, "inspect --component nowhere.wasm", &[]);
}

#[test]
fn a_component_of_another_world_is_refused() {
    let bench = Bench::alone();
    bench.write(
        "other.wasm",
        component("package a:b; world w { export run: func(); }"),
    );
    let words = ["governance:connector/plugin@0.1.0"];
    refused(&bench, "inspect --component other.wasm", &words);
}

#[test]
fn a_component_that_wants_more_is_refused_with_what_it_wants() {
    let bench = Bench::alone();
    let wit = "package wasi:filesystem@0.2.12;
        interface preopens { get-directories: func(); }
        world w { import preopens; }";
    bench.write("greedy.wasm", component(wit));
    let words = ["wasi:filesystem/preopens@0.2.12"];
    refused(&bench, "inspect --component greedy.wasm", &words);
}

#[test]
fn nobodys_component_reaches_nothing() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    copy(&bench);
    // Nor can it read the environment: it asks for the address that it declares.
    let words = [
        "https://api.openai.com is not allowed",
        "origins = [\"https://api.openai.com\"]",
    ];
    refused(&bench, "sync --component copy.wasm", &words);
    assert!(!bench.path("governance.db").exists());
    assert_eq!(organization.requests(), 0);
}

#[test]
fn nobodys_component_gets_no_key_even_where_it_may_go() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    copy(&bench);
    let base = organization.simulator.base_url();
    let arguments = format!("sync --component copy.wasm --set base_url={base}");
    refused(&bench, &arguments, &["credentials = [\"openai-admin\"]"]);
    assert_eq!(organization.requests(), 0);
}

#[test]
fn the_entry_that_inspect_prints_is_enough() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    copy(&bench);
    let inspected = bench.succeed("inspect --component copy.wasm").stdout;
    let (_, entry) = inspected.split_once("add to harness.toml:\n").unwrap();
    bench.write("harness.toml", entry);
    bench.succeed("sync --component copy.wasm");
    assert!(organization.requests() > 0);

    bench.write("harness.toml", entry.replace("sha256 = \"", "sha256 = \"0"));
    refused(&bench, "sync --component copy.wasm", &[]);
    bench.write("harness.toml", "[[components]]\n");
    refused(&bench, "sync --component copy.wasm", &[]);
}
