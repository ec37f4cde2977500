//! Lenient looks into JSON: what is absent, null or of another kind is `None`.
//!
//! Over [`Value`] and not over types with derived readers: one strange field
//! then costs that field and not the page, and the component stays smaller.
//!
//! | look | accepts |
//! |---|---|
//! | [`Reading::text`] | a string that is not blank |
//! | [`Reading::flag`] | `true`, `false` |
//! | [`Reading::moment`] | Unix seconds as an integer, a float (cut to whole seconds) or a string of digits, from the year 1 to 9999 |
//! | [`Reading::child`] | an object |
//! | [`Reading::list`] | an array |
//! | [`Reading::texts`] | the strings of an array |

//!
//! [`parse`] comes before: it refuses what would not fit into the memory that a
//! host gives an instance.

use serde_json::Value;

use crate::wit::model::Timestamp;

/// The most objects that JSON may hold. Each takes about 600 bytes of memory,
/// however short it is written.
const OBJECTS_LIMIT: usize = 20_000;
/// The most values that JSON may hold, at up to 100 bytes of memory each.
const VALUES_LIMIT: usize = 200_000;

/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: beyond, a time cannot be
/// written as RFC 3339.
const MOMENTS: std::ops::RangeInclusive<Timestamp> = -62_135_596_800..=253_402_300_799;

/// Why bytes cannot be read as JSON.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// They are none, or are nested more than 128 deep.
    #[error("it is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// They are more than fits into memory.
    #[error("it has too many values")]
    TooMany,
}

/// Reads JSON. Its values are counted by the brackets and commas that it is
/// written with, those in texts included: an upper bound that costs no memory.
///
/// # Errors
/// See [`Unreadable`].
pub fn parse(bytes: &[u8]) -> Result<Value, Unreadable> {
    let count = |wanted: u8| bytes.iter().filter(|byte| **byte == wanted).count();
    if count(b'{') > OBJECTS_LIMIT || count(b',') > VALUES_LIMIT {
        return Err(Unreadable::TooMany);
    }
    Ok(serde_json::from_slice(bytes)?)
}

/// Looks at the members of a JSON object.
pub trait Reading {
    /// The member's text, if it is one and not blank.
    fn text(&self, key: &str) -> Option<&str>;
    /// The member, if it is `true` or `false`.
    fn flag(&self, key: &str) -> Option<bool>;
    /// The member as Unix seconds.
    fn moment(&self, key: &str) -> Option<Timestamp>;
    /// The member, if it is an object.
    fn child(&self, key: &str) -> Option<&Value>;
    /// The member's elements, if it is an array.
    fn list(&self, key: &str) -> Option<&[Value]>;
    /// The texts among the member's elements.
    fn texts(&self, key: &str) -> Vec<String>;
}

impl Reading for Value {
    fn text(&self, key: &str) -> Option<&str> {
        let text = self.get(key)?.as_str()?;
        (!text.trim().is_empty()).then_some(text)
    }

    fn flag(&self, key: &str) -> Option<bool> {
        self.get(key)?.as_bool()
    }

    fn moment(&self, key: &str) -> Option<Timestamp> {
        let seconds = match self.get(key)? {
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?))?,
            Value::String(digits) => digits.trim().parse().ok()?,
            _ => return None,
        };
        MOMENTS.contains(&seconds).then_some(seconds)
    }

    fn child(&self, key: &str) -> Option<&Value> {
        self.get(key).filter(|member| member.is_object())
    }

    fn list(&self, key: &str) -> Option<&[Value]> {
        self.get(key)?.as_array().map(Vec::as_slice)
    }

    fn texts(&self, key: &str) -> Vec<String> {
        let elements = self.list(key).unwrap_or_default();
        let texts = elements.iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast of a float saturates, and what is out of range is refused after"
)]
fn whole(seconds: f64) -> Option<Timestamp> {
    seconds.is_finite().then_some(seconds as Timestamp)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_would_not_fit_into_memory_is_not_read() {
        let objects = format!("[{}{{}}]", "{\"\":0},".repeat(20_000));
        let values = format!("[{}0]", "0,".repeat(200_001));
        let deep = "[".repeat(1_000_000);
        for (text, expected) in [
            (objects.as_str(), "it has too many values"),
            (&values, "it has too many values"),
            (
                &deep,
                "it is not JSON: recursion limit exceeded at line 1 column 128",
            ),
            (
                "",
                "it is not JSON: EOF while parsing a value at line 1 column 0",
            ),
        ] {
            let error = parse(text.as_bytes()).expect_err("unreadable");
            assert_eq!(error.to_string(), expected);
        }
        let page = format!("[{}{{}}]", "{\"\":0},".repeat(19_999));
        assert!(parse(page.as_bytes()).is_ok());
    }

    #[test]
    fn moments_are_exact_and_nonsense_is_none() {
        for (value, expected) in [
            (json!(1_711_471_533), Some(1_711_471_533)),
            (json!(1_711_471_533.9), Some(1_711_471_533)),
            (json!("1711471533"), Some(1_711_471_533)),
            (json!(0), Some(0)),
            (json!(-1), Some(-1)),
            (json!(1e300), None),
            (json!(u64::MAX), None),
            (json!(i64::MAX), None),
            (json!("yesterday"), None),
            (json!(null), None),
            (json!([1]), None),
        ] {
            assert_eq!(json!({ "at": value }).moment("at"), expected, "{value}");
        }
    }

    #[test]
    fn what_is_of_another_kind_is_as_good_as_absent() {
        let row = json!({"blank": " ", "number": 7, "list": ["a", 1, "b"], "child": {"x": 1}});
        assert_eq!(row.text("blank"), None);
        assert_eq!(row.text("number"), None);
        assert_eq!(row.flag("number"), None);
        assert_eq!(row.child("list"), None);
        assert_eq!(row.texts("list"), ["a", "b"]);
        assert!(row.child("child").is_some());
        assert_eq!(row.list("absent"), None);
        assert_eq!(json!([1]).text("any"), None);
    }
}
