//! What messages are made of: `google.protobuf.Struct`, ids, and the sources of a
//! grant.

use std::collections::BTreeMap;

use super::Fields;

/// `type:id` of a `ResourceId`.
pub(crate) fn resource_id(message: &Fields) -> String {
    message.only(&[1, 2]);
    format!("{}:{}", message.text(1), message.text(2))
}

/// The sources of a `Grant`: whether each is direct, by the entitlement's id.
pub(crate) fn sources(grant: &Fields) -> BTreeMap<String, bool> {
    let entries = grant.optional(5).map(|it| it.messages(1));
    let entries = entries.into_iter().flatten();
    entries
        .map(|entry| (entry.text(1), entry.message(2).flag(1)))
        .collect()
}

/// As baton's expansion tells it: without sources, or among its own.
pub(crate) fn is_direct(grant: &Fields) -> bool {
    let sources = sources(grant);
    sources.is_empty() || sources.contains_key(&grant.message(1).text(2))
}

/// A value of `google.protobuf.Struct`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Number(f64),
    Text(String),
    Flag(bool),
    Fields(BTreeMap<String, Value>),
    List(Vec<Value>),
}

/// A `google.protobuf.Struct`, whose keys are in order.
pub(crate) fn structure(message: &Fields) -> BTreeMap<String, Value> {
    message.only(&[1]);
    let entries = message.messages(1);
    let keys: Vec<_> = entries.iter().map(|it| it.text(1)).collect();
    assert!(keys.is_sorted(), "{keys:?}");
    let values = entries.iter().map(|it| value(&it.message(2)));
    keys.into_iter().zip(values).collect()
}

fn value(message: &Fields) -> Value {
    let numbers = message.numbers();
    assert_eq!(numbers.len(), 1, "one of its fields");
    match numbers.first() {
        Some(1) => Value::Null,
        Some(2) => Value::Number(message.double(2)),
        Some(3) => Value::Text(message.text(3)),
        Some(4) => Value::Flag(message.flag(4)),
        Some(5) => Value::Fields(structure(&message.message(5))),
        Some(6) => Value::List(message.message(6).messages(1).iter().map(value).collect()),
        other => panic!("field {other:?}"),
    }
}
