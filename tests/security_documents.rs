//! What SECURITY.md and the catalogue of attacks promise, a test shows: each
//! test that they name is one that there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const DOCUMENTS: [&str; 2] = ["SECURITY.md", "docs/security-catalogue.md"];
const SOURCES: [&str; 4] = ["host-harness", "plugin", "tests", "xtask"];

fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap()
}

/// The names in backticks that only a test has: sentences.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|it| {
        let is_name = it
            .bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
        is_name && it.matches('_').count() >= 3
    })
}

/// The functions of all Rust files below a folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            functions(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let names = text.lines().filter_map(|line| {
                let (_, rest) = line.split_once("fn ")?;
                rest.split(['(', '<']).next().map(str::to_owned)
            });
            found.extend(names);
        }
    }
}

#[test]
fn every_test_that_the_documents_name_is_there() {
    let mut there = BTreeSet::new();
    for folder in SOURCES {
        functions(&root().join(folder), &mut there);
    }
    for document in DOCUMENTS {
        let text = fs::read_to_string(root().join(document)).unwrap();
        let missing: Vec<_> = named(&text).filter(|it| !there.contains(*it)).collect();
        assert!(missing.is_empty(), "{document} names no tests: {missing:?}");
        assert!(named(&text).count() > 20, "{document}");
    }
}
