//! Configuration values, with the defaults of the fields that `describe`
//! declares.
//!
//! A value of nothing but blanks counts as not given, since that is what an
//! environment variable set to nothing brings.

use crate::address::Address;
use crate::faults::invalid_input;
use crate::wit::connector::Setting;
use crate::wit::faults::Error;
use crate::wit::manifest::{Field, FieldKind};

/// A configuration field, as a constant: every call looks at its default, and only
/// `describe` tells the rest.
#[derive(Debug, Clone, Copy)]
pub struct Declared {
    /// By which the host gives its value.
    pub key: &'static str,
    /// For people.
    pub name: &'static str,
    /// For people.
    pub description: &'static str,
    /// What values there are.
    pub kind: Kind,
    /// Nothing works without a value.
    pub required: bool,
    /// The value where none is given.
    pub default: Option<&'static str>,
    /// The environment variable that people usually have it in.
    pub environment: Option<&'static str>,
}

/// What values a field has.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text,
    /// A base URL.
    Url,
    /// One of these.
    Choice(&'static [&'static str]),
}

impl Declared {
    /// As the contract has it.
    #[must_use]
    pub fn field(&self) -> Field {
        Field {
            key: self.key.to_owned(),
            name: self.name.to_owned(),
            description: self.description.to_owned(),
            kind: match self.kind {
                Kind::Text => FieldKind::Text,
                Kind::Url => FieldKind::Url,
                Kind::Choice(values) => {
                    FieldKind::Choice(values.iter().map(|it| (*it).to_owned()).collect())
                }
            },
            required: self.required,
            default: self.default.map(str::to_owned),
            environment: self.environment.map(str::to_owned),
            secret: false,
        }
    }
}

/// The values of one call.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    given: &'a [Setting],
    declared: &'a [Declared],
}

impl<'a> Settings<'a> {
    /// The values that the host gave, for these fields.
    #[must_use]
    pub fn new(given: &'a [Setting], declared: &'a [Declared]) -> Self {
        Self { given, declared }
    }

    /// A field's value, or its default, without blanks around it.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'a str> {
        let given = self.given.iter().find(|setting| setting.key == key);
        let given = given.and_then(|setting| told(&setting.value));
        given.or_else(|| told(self.declared(key)?.default?))
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
        let variable = self.declared(key).and_then(|it| it.environment);
        error.hint = variable.map(|variable| format!("set it, or the variable {variable}"));
        error
    }

    fn declared(&self, key: &str) -> Option<&'a Declared> {
        self.declared.iter().find(|it| it.key == key)
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

    fn declared(key: &'static str, default: Option<&'static str>) -> Declared {
        Declared {
            key,
            name: key,
            description: "",
            kind: Kind::Text,
            required: false,
            default,
            environment: Some("VARIABLE"),
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
        let fields = [
            declared("with", Some("https://default")),
            declared("bare", None),
        ];
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
        let fields = [declared("base_url", None)];
        let error = Settings::new(&[], &fields).address("base_url");
        let error = error.expect_err("not given");
        assert_eq!(error.kind, ErrorKind::InvalidInput("base_url".to_owned()));
        assert!(error.hint.expect("a hint").contains("VARIABLE"));
    }
}
