//! The values that come with a change: one JSON object, whose members the
//! offered change declares as fields.
//!
//! | kind of field | accepted |
//! |---|---|
//! | text, url, choice | a text; null counts as not given |
//! | integer | a whole number, or a text of one |
//! | boolean | true or false, or a text of one |
//! | texts | an array of texts, or one text |
//!
//! A member that no field declares is refused: it would be lost silently.

use serde_json::{Map, Value};

use crate::faults::invalid_input;
use crate::gather::gathered;
use crate::wit::faults::Error;
use crate::wit::manifest::{Field, FieldKind};

/// The values of one change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given(Map<String, Value>);

impl Given {
    /// Reads the values for these fields.
    ///
    /// # Errors
    /// `invalid-input`, naming the member that is wrong, unknown or missing.
    pub fn read(attributes: &str, fields: &[Field]) -> Result<Self, Error> {
        let given: Map<String, Value> = match attributes.trim() {
            "" => Map::new(),
            text => serde_json::from_str(text)
                .map_err(|_| invalid_input("attributes", "the attributes are no JSON object"))?,
        };
        let given = given.into_iter().filter(|(_, value)| !value.is_null());
        let given: Map<String, Value> = gathered(given);
        for key in given.keys() {
            if !fields.iter().any(|field| field.key == *key) {
                return Err(invalid_input(key, &unknown(key, fields)));
            }
        }
        let given = Self(given);
        for field in fields {
            given.judge(field)?;
        }
        Ok(given)
    }

    fn judge(&self, field: &Field) -> Result<(), Error> {
        let key = field.key.as_str();
        if !self.0.contains_key(key) {
            return match field.required {
                true => Err(invalid_input(key, &format!("{key} is not given"))),
                false => Ok(()),
            };
        }
        let (fits, wanted) = match &field.kind {
            FieldKind::Text | FieldKind::Url => (self.text(key).is_some(), "a text".to_owned()),
            FieldKind::Integer => (self.integer(key).is_some(), "a whole number".to_owned()),
            FieldKind::Boolean => (self.flag(key).is_some(), "true or false".to_owned()),
            FieldKind::Texts => (self.texts(key).is_some(), "a list of texts".to_owned()),
            FieldKind::Choice(choices) => (
                self.text(key)
                    .is_some_and(|it| choices.iter().any(|choice| choice == it)),
                format!("one of {}", choices.join(", ")),
            ),
        };
        match fits {
            true => Ok(()),
            false => Err(invalid_input(key, &format!("{key} has to be {wanted}"))),
        }
    }

    /// A text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str()
    }

    /// A whole number.
    #[must_use]
    pub fn integer(&self, key: &str) -> Option<i64> {
        let value = self.0.get(key)?;
        value
            .as_i64()
            .or_else(|| value.as_str()?.trim().parse().ok())
    }

    /// True or false.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<bool> {
        let value = self.0.get(key)?;
        value
            .as_bool()
            .or_else(|| value.as_str()?.trim().parse().ok())
    }

    /// A list of texts.
    #[must_use]
    pub fn texts(&self, key: &str) -> Option<Vec<String>> {
        match self.0.get(key)? {
            Value::String(one) => Some(vec![one.clone()]),
            Value::Array(many) => many
                .iter()
                .map(|it| Some(it.as_str()?.to_owned()))
                .collect(),
            _ => None,
        }
    }
}

fn unknown(key: &str, fields: &[Field]) -> String {
    let known: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
    match known.is_empty() {
        true => format!("there is no {key} here, nor any other value"),
        false => format!("there is no {key} here, but {}", known.join(", ")),
    }
}

/// A field of a change that need not be given.
#[must_use]
pub fn optional(key: &str, name: &str, description: &str, kind: FieldKind) -> Field {
    Field {
        key: key.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        kind,
        required: false,
        default: None,
        environment: None,
        secret: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wit::faults::ErrorKind;

    fn fields() -> Vec<Field> {
        let field = |key: &str, kind| optional(key, key, "", kind);
        vec![
            Field {
                required: true,
                ..field("name", FieldKind::Text)
            },
            field("days", FieldKind::Integer),
            field("force", FieldKind::Boolean),
            field("scopes", FieldKind::Texts),
            field(
                "color",
                FieldKind::Choice(vec!["red".to_owned(), "blue".to_owned()]),
            ),
        ]
    }

    #[test]
    fn values_are_read_by_what_their_field_says() {
        for text in [
            r#"{"name":"a","days":7,"force":true,"scopes":["x"],"color":"red"}"#,
            r#"{"name":"a","days":"7","force":"true","scopes":"x","color":"red"}"#,
        ] {
            let given = Given::read(text, &fields()).expect(text);
            assert_eq!(given.text("name"), Some("a"));
            assert_eq!(given.integer("days"), Some(7));
            assert_eq!(given.flag("force"), Some(true));
            assert_eq!(given.texts("scopes"), Some(vec!["x".to_owned()]));
        }
        let given = Given::read(r#"{"name":"a","days":null}"#, &fields()).expect("null is absent");
        assert_eq!(given.integer("days"), None);
    }

    #[test]
    fn a_wrong_unknown_or_missing_value_is_named() {
        for (text, name) in [
            ("{}", "name"),
            ("", "name"),
            ("[]", "attributes"),
            ("{", "attributes"),
            (r#"{"name":1}"#, "name"),
            (r#"{"name":"a","days":"soon"}"#, "days"),
            (r#"{"name":"a","days":1.5}"#, "days"),
            (r#"{"name":"a","force":1}"#, "force"),
            (r#"{"name":"a","scopes":[1]}"#, "scopes"),
            (r#"{"name":"a","color":"green"}"#, "color"),
            (r#"{"name":"a","nmae":"b"}"#, "nmae"),
        ] {
            let error = Given::read(text, &fields()).expect_err(text);
            assert_eq!(
                error.kind,
                ErrorKind::InvalidInput(name.to_owned()),
                "{text}"
            );
        }
    }
}
