//! Whether what a sync did not read is left open by its gaps.
//!
//! A fact here is written as a scope with every field filled in, so that a gap
//! covers it when all that the gap's scope says is said of the fact too.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Bench, text};

/// The lists of what a sync reads.
pub(crate) const KINDS: [&str; 3] = ["resources", "entitlements", "grants"];

/// Whether the gap of this scope leaves the fact open.
pub(crate) fn covers(scope: &Value, fact: &Value) -> bool {
    let mut fields = scope.as_object().unwrap().iter();
    fields.all(|(field, value)| fact[field] == *value)
}

/// A row of a list as a fact. `parents` are those of all resources.
fn fact(kind: &str, row: &Value, parents: &BTreeMap<String, Value>) -> Value {
    let (of_type, id) = match kind {
        "resources" => (&row["type"], &row["id"]),
        _ => (&row["resource_type"], &row["resource_id"]),
    };
    json!({
        "subject": kind,
        "resource_type": of_type,
        "resource_id": id,
        "parent": parents.get(id.as_str().unwrap()),
        "slug": row["slug"],
        "principal_type": row["principal_type"],
        "principal_id": row["principal_id"],
        "directness": row["directness"],
    })
}

/// What a sync read, as facts, by a key that each has alone. The principal's type
/// is not in it: a service account that is not listed is told of as the user that
/// it is too.
pub(crate) fn facts(bench: &Bench) -> BTreeMap<String, Value> {
    let lists = KINDS.map(|kind| bench.succeed(&format!("list {kind} --json")).rows());
    let resources = lists[0].iter();
    let parents = resources.map(|row| (text(row, "id").to_owned(), row["parent"].clone()));
    let parents: BTreeMap<_, _> = parents.collect();
    let mut facts = BTreeMap::new();
    for (kind, rows) in KINDS.into_iter().zip(&lists) {
        for row in rows {
            let fact = fact(kind, row, &parents);
            let parts = ["resource_type", "resource_id", "slug", "principal_id"];
            let parts = parts.map(|part| fact[part].to_string());
            facts.insert(format!("{kind} {}", parts.join(" ")), fact);
        }
    }
    facts
}

/// What is missing of a complete sync, or there besides it, matches a gap: what
/// a gap leaves open may be told by a lesser source, such as the role in a
/// project's list of people, which does not know viewers.
pub(crate) fn assert_covered(whole: &BTreeMap<String, Value>, bench: &Bench) {
    let part = facts(bench);
    let gaps = bench.succeed("list gaps --json").rows();
    let missing = whole.iter().filter(|(key, _)| !part.contains_key(*key));
    // A complete sync folds such a grant into the one that explains it.
    let besides = part
        .iter()
        .filter(|(key, fact)| !whole.contains_key(*key) && fact["directness"] != "not-told");
    let open = |fact: &Value| gaps.iter().any(|gap| covers(&gap["scope"], fact));
    let unsaid = missing.chain(besides).filter(|(_, fact)| !open(fact));
    let unsaid: Vec<_> = unsaid.map(|(key, _)| key).collect();
    assert!(
        unsaid.is_empty(),
        "missing or different, and no gap says so: {unsaid:#?}, of the gaps {gaps:#?}"
    );
}
