//! The attributes of a resource: all that the contract has no field for, as one
//! JSON object within the contract's bound.
//!
//! An object that would be too long loses its largest members until it fits,
//! and says so in the member [`LEFT_OUT`]: it is never cut in the middle.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::gather::gathered;
use crate::text::{ATTRIBUTES_LIMIT, one_line};

/// The member that lists the keys of what was left out, as far as they fit.
pub const LEFT_OUT: &str = "left_out";

/// Room for [`LEFT_OUT`], in bytes: at most [`KEYS_TOLD`] keys of at most
/// [`KEY_LENGTH`] bytes, which escaping can double.
const ROOM_FOR_NOTE: usize = 4_096;
const KEYS_TOLD: usize = 16;
const KEY_LENGTH: usize = 64;

/// Collects attributes.
#[derive(Debug, Default)]
pub struct Attributes(Map<String, Value>);

impl Attributes {
    /// The members of `row` under these keys, as the service tells them; null
    /// counts as absent.
    #[must_use]
    pub fn of(row: &Value, keys: &[&str]) -> Self {
        let told = keys
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), row.get(key)?.clone())))
            .filter(|(_, value)| !value.is_null());
        Self(gathered(told))
    }

    /// Adds one, where there is such a thing.
    #[must_use]
    pub fn with(mut self, key: &str, value: Option<Value>) -> Self {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), value);
        }
        self
    }

    /// The JSON text.
    #[must_use]
    pub fn into_text(self) -> String {
        let text = Value::Object(self.0.clone()).to_string();
        if text.len() <= ATTRIBUTES_LIMIT {
            return text;
        }
        Value::Object(without_the_largest(self.0)).to_string()
    }
}

fn without_the_largest(members: Map<String, Value>) -> Map<String, Value> {
    let sized = members.into_iter().map(|(key, value)| {
        let size = written_size(&key, &value);
        ((size, key), value)
    });
    let sized: BTreeMap<(usize, String), Value> = gathered(sized);
    let mut room = ATTRIBUTES_LIMIT.saturating_sub(ROOM_FOR_NOTE);
    let mut kept = Map::new();
    let mut left_out = Vec::new();
    for ((size, key), value) in sized {
        if left_out.is_empty() && size <= room {
            room = room.saturating_sub(size);
            kept.insert(key, value);
        } else if left_out.len() < KEYS_TOLD {
            left_out.push(Value::String(one_line(&key, KEY_LENGTH)));
        }
    }
    kept.insert(LEFT_OUT.to_owned(), Value::Array(left_out));
    kept
}

/// Bytes of `"key":value,` in the written object.
fn written_size(key: &str, value: &Value) -> usize {
    let key = Value::from(key).to_string();
    let value = value.to_string();
    key.len().saturating_add(value.len()).saturating_add(2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Value {
        serde_json::from_str(text).expect("attributes are always an object")
    }

    #[test]
    fn only_what_is_told_becomes_an_attribute() {
        let row = json!({"a": 1, "b": null, "c": "x", "d": true});
        let attributes = Attributes::of(&row, &["a", "b", "c", "absent"]).with("e", None);
        assert_eq!(read(&attributes.into_text()), json!({"a": 1, "c": "x"}));
        assert_eq!(Attributes::default().into_text(), "{}");
    }

    #[test]
    fn too_much_loses_the_largest_members_and_says_so() {
        let row = json!({"small": 1, "large": "x".repeat(50_000), "larger": "y".repeat(60_000)});
        let text = Attributes::of(&row, &["small", "large", "larger"]).into_text();
        assert!(text.len() <= ATTRIBUTES_LIMIT);
        let attributes = read(&text);
        assert_eq!(attributes[LEFT_OUT], json!(["larger"]));
        assert_eq!(attributes["small"], 1);
        assert!(attributes["large"].is_string());
    }

    proptest! {
        #[test]
        fn attributes_are_always_an_object_within_the_bound(
            members in proptest::collection::btree_map("\\PC{0,80}", (any::<char>(), 0..20_000_usize), 0..12)
        ) {
            let long = |(c, times): (char, usize)| Value::from(c.to_string().repeat(times));
            let members = members.into_iter().map(|(key, value)| (key, long(value)));
            let text = Attributes(members.collect()).into_text();
            prop_assert!(text.len() <= ATTRIBUTES_LIMIT);
            prop_assert!(read(&text).is_object());
        }
    }
}
