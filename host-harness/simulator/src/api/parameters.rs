//! What a path and its query say. Unknown query parameters are ignored.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::failure::Failure;
use crate::organization::Order;

/// The id in a path, or a tuple of all its ids; percent-decoded.
#[derive(Debug)]
pub(super) struct Id<T = String>(pub(super) T);

/// The ids of a path with two, and with three.
pub(super) type Two = Id<(String, String)>;
pub(super) type Three = Id<(String, String, String)>;

/// The pairs of a query, in their order; a name may repeat.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

/// The range and default of a `limit`.
#[derive(Clone, Copy, Debug)]
pub(super) struct LimitRange {
    pub(super) minimum: usize,
    pub(super) maximum: usize,
    pub(super) default: usize,
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let id = Path::from_request_parts(parts, state).await;
        let Path(id) = id.map_err(|error| Failure::new(error.status(), error.body_text()))?;
        Ok(Self(id))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|error| Failure::new(error.status(), error.body_text()))?;
        Ok(Self(pairs.0))
    }
}

impl Parameters {
    /// The value of a parameter; the last one counts when it repeats.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().rev();
        values
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of an array: the spec names it plainly (`emails`), the
    /// official SDK sends `emails[]`.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let is_named = |key: &str| key.strip_suffix("[]").unwrap_or(key) == name;
        self.0
            .iter()
            .filter(|(key, _)| is_named(key))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// All values of an array that the spec itself names with brackets.
    pub(super) fn every(&self, name: &str) -> Vec<&str> {
        let pairs = self.0.iter().filter(|(key, _)| key == name);
        pairs.map(|(_, value)| value.as_str()).collect()
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, Failure> {
        let wrong = |_| Failure::wrong_type(name, "an integer");
        let number = self.text(name).map(|text| text.parse().map_err(wrong));
        number.transpose()
    }

    pub(super) fn limit(&self, range: LimitRange) -> Result<usize, Failure> {
        let Some(text) = self.text("limit") else {
            return Ok(range.default);
        };
        let number: i128 = text
            .parse()
            .map_err(|_| Failure::wrong_type("limit", "an integer"))?;
        let (bound, code, words) = if number < range.minimum as i128 {
            let words = "below minimum value. Expected a value >=";
            (range.minimum, "integer_below_min_value", words)
        } else if number > range.maximum as i128 {
            let words = "above maximum value. Expected a value <=";
            (range.maximum, "integer_above_max_value", words)
        } else {
            return Ok(number as usize);
        };
        let message =
            format!("Invalid 'limit': integer {words} {bound}, but got {number} instead.");
        Err(Failure::invalid("limit", code, message))
    }

    /// One of some words, or nothing.
    pub(super) fn word(&self, name: &str, known: &[&str]) -> Result<Option<&str>, Failure> {
        let value = self.text(name);
        match value.filter(|text| !known.contains(text)) {
            Some(unknown) => Err(Failure::unknown_value(name, unknown, known)),
            None => Ok(value),
        }
    }

    /// `true` or `false`; false when it is absent.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Failure::wrong_type(name, "a boolean")),
        }
    }

    pub(super) fn order(&self, default: Order) -> Result<Order, Failure> {
        match self.text("order") {
            None => Ok(default),
            Some("asc") => Ok(Order::Ascending),
            Some("desc") => Ok(Order::Descending),
            Some(other) => Err(Failure::unknown_value("order", other, &["asc", "desc"])),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Uri;

    use super::*;

    fn parameters(query: &str) -> Parameters {
        let uri: Uri = format!("/?{query}").parse().unwrap();
        Parameters(Query::try_from_uri(&uri).unwrap().0)
    }

    #[test]
    fn an_array_is_read_with_and_without_brackets() {
        let query = "emails=a%40b.c&emails%5B%5D=d&emails[]=e&email=f&emails[0]=g";
        assert_eq!(parameters(query).list("emails"), ["a@b.c", "d", "e"]);
        assert!(parameters("").list("emails").is_empty());
    }

    #[test]
    fn a_limit_is_a_whole_number_within_its_range() {
        let range = LimitRange {
            minimum: 1,
            maximum: 100,
            default: 20,
        };
        let cases = [
            ("", Ok(20)),
            ("limit=1", Ok(1)),
            ("limit=100", Ok(100)),
            ("limit=5&limit=6", Ok(6)),
            ("limit=0", Err("integer_below_min_value")),
            ("limit=-1", Err("integer_below_min_value")),
            ("limit=101", Err("integer_above_max_value")),
            ("limit=99999999999999999999", Err("integer_above_max_value")),
            ("limit=", Err("invalid_type")),
            ("limit=ten", Err("invalid_type")),
            ("limit=1.5", Err("invalid_type")),
        ];
        for (query, expected) in cases {
            let limit = parameters(query).limit(range);
            match expected {
                Ok(number) => assert_eq!(limit, Ok(number), "{query}"),
                Err(code) => {
                    let message = limit.clone().unwrap_err();
                    assert_eq!(message.clone().code(code), message, "{query}");
                }
            }
        }
    }
}
