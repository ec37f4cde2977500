//! JSON bodies. Unknown fields are ignored.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::failure::Failure;
use crate::organization::OrganizationRole;

/// The longest life of a key, in seconds.
const YEAR: u64 = 31_536_000;

/// A JSON object, whatever the content type says.
#[derive(Debug)]
pub(super) struct Body(Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|error| Failure::new(error.status(), error.body_text()))?;
        Self::parse(&bytes)
    }
}

impl Body {
    /// For an endpoint whose body may be left out.
    pub(super) fn or_empty(bytes: &Bytes) -> Result<Self, Failure> {
        match bytes.is_empty() {
            true => Ok(Self(Map::new())),
            false => Self::parse(bytes),
        }
    }

    fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        let message = "We could not parse the JSON body of your request. \
            The OpenAI API expects a JSON object.";
        serde_json::from_slice(bytes)
            .map(Self)
            .map_err(|_| Failure::new(StatusCode::BAD_REQUEST, message))
    }

    /// A string that must be there.
    pub(super) fn text(&self, name: &str) -> Result<&str, Failure> {
        match self.0.get(name) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(Failure::wrong_type(name, "a string")),
            None => Err(missing(name)),
        }
    }

    /// A string that may be absent or null; the two mean the same.
    pub(super) fn optional_text(&self, name: &str) -> Result<Option<&str>, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.text(name).map(Some),
        }
    }

    /// A whole number that may be absent or null.
    pub(super) fn optional_number(&self, name: &str) -> Result<Option<u64>, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                let number = value.as_u64();
                let wrong = || Failure::wrong_type(name, "a positive integer");
                number.ok_or_else(wrong).map(Some)
            }
        }
    }

    /// `expires_in_seconds`, how long a key lives.
    pub(super) fn lifetime(&self) -> Result<Option<u64>, Failure> {
        let name = "expires_in_seconds";
        let lasts = self.optional_number(name)?;
        if lasts.is_some_and(|seconds| !(1..=YEAR).contains(&seconds)) {
            let message = format!("Invalid '{name}': expected 1 to {YEAR}.");
            return Err(Failure::invalid(name, "invalid_value", message));
        }
        Ok(lasts)
    }

    /// A boolean that may be absent or null: false then.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => Err(Failure::wrong_type(name, "a boolean")),
        }
    }

    /// An array of strings that may be absent or null.
    pub(super) fn optional_texts(&self, name: &str) -> Result<Option<Vec<String>>, Failure> {
        let wrong = || Failure::wrong_type(name, "an array of strings");
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(wrong);
        let values = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(value) => value.as_array().ok_or_else(wrong)?,
        };
        values.iter().map(text).collect::<Result<_, _>>().map(Some)
    }

    /// A string of so many characters at the most, and one at the least.
    pub(super) fn name(&self, name: &str, most: usize) -> Result<&str, Failure> {
        let text = self.text(name)?;
        if text.is_empty() || text.chars().count() > most {
            let message = format!("Invalid '{name}': expected 1 to {most} characters.");
            return Err(Failure::invalid(name, "invalid_value", message));
        }
        Ok(text)
    }

    /// An array of objects that may be absent.
    pub(super) fn optional_objects(&self, name: &str) -> Result<Option<Vec<Self>>, Failure> {
        let wrong = || Failure::wrong_type(name, "an array of objects");
        let object = |value: &Value| value.as_object().cloned().map(Self).ok_or_else(wrong);
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        let values = value.as_array().ok_or_else(wrong)?;
        values
            .iter()
            .map(object)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// A string that is one of some words.
    pub(super) fn word(&self, name: &str, known: &[&str]) -> Result<&str, Failure> {
        let text = self.text(name)?;
        let is_known = known.contains(&text);
        is_known
            .then_some(text)
            .ok_or_else(|| Failure::unknown_value(name, text, known))
    }
}

/// The organization role of that name.
pub(super) fn organization_role(param: &str, name: &str) -> Result<OrganizationRole, Failure> {
    let known = OrganizationRole::ALL.map(OrganizationRole::name);
    OrganizationRole::ALL
        .into_iter()
        .find(|role| role.name() == name)
        .ok_or_else(|| Failure::unknown_value(param, name, &known))
}

pub(super) fn missing(name: &str) -> Failure {
    let message = format!("Missing required parameter: '{name}'.");
    Failure::invalid(name, "missing_required_parameter", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_is_a_body() {
        for text in ["", "[]", "null", "7", "\"x\"", "{", "{\"a\":1}x"] {
            assert!(Body::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Body::parse(b" {} ").is_ok());
    }

    #[test]
    fn a_field_is_there_of_its_type_or_named_in_the_error() {
        let body = Body::parse(br#"{"text":"a","null":null,"number":1,"list":[{}],"mixed":[1]}"#);
        let body = body.unwrap();
        assert_eq!(body.text("text"), Ok("a"));
        assert_eq!(body.text("none"), Err(missing("none")));
        for name in ["null", "number"] {
            assert_eq!(body.text(name), Err(Failure::wrong_type(name, "a string")));
        }
        assert_eq!(body.optional_text("null"), Ok(None));
        assert_eq!(body.optional_text("none"), Ok(None));
        assert!(body.optional_text("number").is_err());
        assert!(body.optional_objects("none").unwrap().is_none());
        assert_eq!(body.optional_objects("list").unwrap().unwrap().len(), 1);
        for name in ["mixed", "text", "null"] {
            assert!(body.optional_objects(name).is_err());
        }
    }
}
