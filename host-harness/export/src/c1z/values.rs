//! The messages of `google.protobuf` that baton's are made of, and text as it
//! goes into them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::wire::Message;
use crate::printable::safe_line;

/// The most bytes that baton takes for a name or the details of a status.
pub(crate) const NAME: usize = 1024;

/// The most bytes that baton takes for a description.
pub(crate) const DESCRIPTION: usize = 2048;

/// Text from strangers with all that is not printable as escapes, cut to what
/// baton takes.
pub(crate) fn shown(text: &str, bytes: usize) -> String {
    const CUT: &str = "…";
    let mut safe = safe_line(text);
    if safe.len() > bytes {
        safe.truncate(safe.floor_char_boundary(bytes - CUT.len()));
        safe.push_str(CUT);
    }
    safe
}

/// `google.protobuf.Timestamp`, of seconds since 1970-01-01T00:00:00Z.
pub(crate) fn timestamp(seconds: i64) -> Message {
    Message::new().number(1, seconds.cast_unsigned())
}

/// `google.protobuf.Any` of a message of package `c1.connector.v2`.
pub(crate) fn any(name: &str, message: Message) -> Message {
    Message::new()
        .text(1, &format!("type.googleapis.com/c1.connector.v2.{name}"))
        .bytes(2, &message.into_bytes())
}

/// `google.protobuf.Struct`, in order of the keys.
pub(crate) fn structure(fields: &Map<String, Value>) -> Message {
    let fields: BTreeMap<_, _> = fields
        .iter()
        .map(|(key, value)| (safe_line(key), value))
        .collect();
    let entries = fields.into_iter().map(|(key, value)| {
        let entry = Message::new().set_text(1, &key);
        entry.message(2, self::value(value))
    });
    Message::new().messages(1, entries)
}

/// `google.protobuf.Value`: one of its fields, whatever it holds.
fn value(value: &Value) -> Message {
    let message = Message::new();
    match value {
        Value::Null => message.set_number(1, 0),
        Value::Number(number) => message.set_double(2, number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => message.set_text(3, &safe_line(text)),
        Value::Bool(flag) => message.set_number(4, (*flag).into()),
        Value::Object(fields) => message.message(5, structure(fields)),
        Value::Array(values) => {
            let list = Message::new().messages(1, values.iter().map(self::value));
            message.message(6, list)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_printable_and_fits() {
        for (text, bytes, expected) in [
            ("Ada", 8, "Ada"),
            ("12345678", 8, "12345678"),
            ("123456789", 8, "12345…"),
            ("ééééé", 8, "éé…"),
            ("\u{1b}", 8, "\\u{1b}"),
            ("a\0b", 20, "a\\u{0}b"),
            ("=1", 8, "=1"),
        ] {
            let shown = shown(text, bytes);
            assert_eq!(shown, expected);
            assert!(shown.len() <= bytes);
        }
    }

    #[test]
    fn values_are_those_of_protobuf() {
        for (json, bytes) in [
            (json!(null), &[0x08, 0x00][..]),
            (json!(1), &[0x11, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]),
            (json!(""), &[0x1a, 0x00]),
            (json!("a"), &[0x1a, 0x01, b'a']),
            (json!(false), &[0x20, 0x00]),
            (json!({}), &[0x2a, 0x00]),
            (json!([true]), &[0x32, 0x04, 0x0a, 0x02, 0x20, 0x01]),
            (
                json!({"b": null, "a": {}}),
                &[
                    0x2a, 0x12, 0x0a, 0x07, 0x0a, 0x01, b'a', 0x12, 0x02, 0x2a, 0x00, 0x0a, 0x07,
                    0x0a, 0x01, b'b', 0x12, 0x02, 0x08, 0x00,
                ],
            ),
        ] {
            assert_eq!(value(&json).into_bytes(), bytes, "{json}");
        }
    }

    #[test]
    fn an_any_names_its_message() {
        let mut bytes = vec![0x0a, 0x30];
        bytes.extend(b"type.googleapis.com/c1.connector.v2.GrantImmutable");
        bytes[1] = (bytes.len() - 2) as u8;
        assert_eq!(any("GrantImmutable", Message::new()).into_bytes(), bytes);
    }

    #[test]
    fn times_before_1970_are_negative_numbers() {
        assert!(timestamp(0).into_bytes().is_empty());
        assert_eq!(timestamp(-1).into_bytes().len(), 11);
        assert_eq!(timestamp(300).into_bytes(), [0x08, 0xac, 0x02]);
    }
}
