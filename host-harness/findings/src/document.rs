//! `docs/findings.md` is held to what is read and to the rules that there are.

use crate::Rules;

const DOCUMENT: &str = include_str!("../../../docs/findings.md");

/// What a rule may say there, as the error of a word that it may not says.
fn keys(before: &str, after: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("findings.toml");
    std::fs::write(&path, format!("{before}nonsense = 1{after}")).unwrap();
    let error = Rules::read(&path).unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    let (_, expected) = source.split_once("expected").unwrap();
    let words = expected.split('`').skip(1).step_by(2);
    words.map(str::to_owned).collect()
}

#[test]
fn every_rule_is_in_the_document_as_it_is() {
    let mut rows = Vec::new();
    for rule in Rules::built_in().unwrap().rules {
        let off = if rule.enabled { "" } else { ", off" };
        let (id, severity, title) = (rule.id, rule.severity.name(), rule.title);
        rows.push(format!(
            "| `{id}` | {severity}{off} | {title} | {} |",
            rule.explanation
        ));
    }
    let table = rows.join("\n");
    assert!(DOCUMENT.contains(&table), "the table has to be:\n{table}");
}

#[test]
fn every_key_is_in_the_document() {
    let places = [
        ("[rule.a]\n", ""),
        ("[rule.a]\nwhen.", ""),
        ("[rule.a]\nwhen.holds = { ", " }"),
        ("[rule.a]\nwhen.held-by = { ", " }"),
        ("[rule.a]\nwhen.attribute = { ", " }"),
        ("[[exception]]\n", ""),
    ];
    for (before, after) in places {
        let keys = keys(before, after);
        assert!(keys.len() > 1);
        for key in keys {
            assert!(DOCUMENT.contains(&format!("`{key}`")), "{key} of {before}");
        }
    }
}

#[test]
fn the_examples_can_be_read() {
    let examples = DOCUMENT.split("```toml\n").skip(1);
    let examples: Vec<_> = examples.map(|it| it.split("```").next().unwrap()).collect();
    assert!(!examples.is_empty());
    for example in examples {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("findings.toml");
        std::fs::write(&path, example).unwrap();
        Rules::read(&path).unwrap_or_else(|error| panic!("{error:?}"));
    }
}
