//! Configuration values, with the defaults of the fields that `describe`
//! declares.
//!
//! A value of nothing but blanks counts as not given, since that is what an
//! environment variable set to nothing brings.

use crate::address::Address;
use crate::faults::invalid_input;
use crate::wit::connector::Setting;
use crate::wit::faults::Error;
use crate::wit::manifest::Field;

/// The values of one call.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    given: &'a [Setting],
    fields: &'a [Field],
}

impl<'a> Settings<'a> {
    /// The values that the host gave, for these fields.
    #[must_use]
    pub fn new(given: &'a [Setting], fields: &'a [Field]) -> Self {
        Self { given, fields }
    }

    /// A field's value, or its default, without blanks around it.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'a str> {
        let given = self.given.iter().find(|setting| setting.key == key);
        let given = given.and_then(|setting| told(&setting.value));
        given.or_else(|| told(self.field(key)?.default.as_deref()?))
    }

    /// A field's value as a base URL.
    ///
    /// # Errors
    /// `invalid-input` if it is absent, or no URL that requests may go to.
    pub fn address(&self, key: &str) -> Result<Address, Error> {
        match self.text(key) {
            Some(value) => Address::parse(key, value),
            None => Err(self.missing(key)),
        }
    }

    fn missing(&self, key: &str) -> Error {
        let mut error = invalid_input(key, &format!("{key} is not given"));
        let variable = self
            .field(key)
            .and_then(|field| field.environment.as_deref());
        error.hint = variable.map(|variable| format!("set it, or the variable {variable}"));
        error
    }

    fn field(&self, key: &str) -> Option<&'a Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

fn told(value: &str) -> Option<&str> {
    let value = value.trim();
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wit::faults::ErrorKind;
    use crate::wit::manifest::FieldKind;

    fn field(key: &str, default: Option<&str>) -> Field {
        Field {
            key: key.to_owned(),
            name: key.to_owned(),
            description: String::new(),
            kind: FieldKind::Text,
            required: false,
            default: default.map(str::to_owned),
            environment: Some("VARIABLE".to_owned()),
            secret: false,
        }
    }

    fn setting(key: &str, value: &str) -> Setting {
        Setting {
            key: key.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn a_value_is_what_is_given_or_else_the_default() {
        let fields = [field("with", Some("https://default")), field("bare", None)];
        for (given, key, expected) in [
            (vec![], "with", Some("https://default")),
            (vec![setting("with", " a ")], "with", Some("a")),
            (vec![setting("with", " ")], "with", Some("https://default")),
            (vec![], "bare", None),
            (vec![setting("bare", "")], "bare", None),
            (vec![setting("other", "a")], "bare", None),
            (vec![setting("undeclared", "a")], "undeclared", Some("a")),
        ] {
            assert_eq!(Settings::new(&given, &fields).text(key), expected);
        }
    }

    #[test]
    fn a_missing_base_url_says_which_variable_to_set() {
        let fields = [field("base_url", None)];
        let error = Settings::new(&[], &fields).address("base_url");
        let error = error.expect_err("not given");
        assert_eq!(error.kind, ErrorKind::InvalidInput("base_url".to_owned()));
        assert!(error.hint.expect("a hint").contains("VARIABLE"));
    }
}
