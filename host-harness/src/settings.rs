//! A connector's configuration values: what it declares, filled in from what
//! the operator gives.
//!
//! | source, first one wins | read for |
//! |---|---|
//! | `--set KEY=VALUE` | every component |
//! | the field's environment variable | components that the operator trusts |
//! | the field's default | every component |
//!
//! An untrusted component could otherwise name any variable of the operator's
//! environment as a field, and read it.

use governance_contract::connector::Setting;
use governance_contract::manifest::{Field, FieldKind};

use crate::policy::origin::Origin;

/// Values for a connector's declared fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    values: Vec<Value>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    key: String,
    value: String,
    /// By the operator, not by the connector's default.
    given: bool,
}

/// A configuration value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// No field has this key.
    #[error("`{key}` is not a setting of this connector, which has: {known}")]
    Unknown {
        /// The key given.
        key: String,
        /// The keys that there are.
        known: String,
    },
    /// A required field has no value.
    #[error("the setting `{key}` has no value")]
    Missing {
        /// The field's key.
        key: String,
        /// Its environment variable.
        environment: Option<String>,
    },
    /// A value is not of its field's kind.
    #[error("the setting `{key}` is {problem}")]
    Wrong {
        /// The field's key.
        key: String,
        /// What is wrong with the value.
        problem: String,
    },
}

impl Settings {
    /// Fills in declared fields from `given` (key and value) and, where
    /// `environment` allows it, from the variables that the fields name.
    pub fn resolve(
        fields: &[Field],
        given: &[(String, String)],
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingError> {
        if let Some((key, _)) = given
            .iter()
            .find(|(key, _)| !fields.iter().any(|field| field.key == *key))
        {
            let known: Vec<_> = fields.iter().map(|it| it.key.as_str()).collect();
            return Err(SettingError::Unknown {
                key: key.clone(),
                known: known.join(", "),
            });
        }
        let mut settings = Self::default();
        for field in fields {
            settings.fill(field, given, &environment)?;
        }
        Ok(settings)
    }

    fn fill(
        &mut self,
        field: &Field,
        given: &[(String, String)],
        environment: &impl Fn(&str) -> Option<String>,
    ) -> Result<(), SettingError> {
        let mut values: Vec<String> = given
            .iter()
            .filter(|(key, _)| *key == field.key)
            .map(|(_, value)| value.clone())
            .collect();
        if values.is_empty() {
            let variable = field.environment.as_deref().and_then(environment);
            values.extend(variable.filter(|it| !it.is_empty()));
        }
        let is_given = !values.is_empty();
        values.extend(field.default.clone().filter(|_| !is_given));
        if values.is_empty() && field.required {
            return Err(SettingError::Missing {
                key: field.key.clone(),
                environment: field.environment.clone(),
            });
        }
        if values.len() > 1 && field.kind != FieldKind::Texts {
            return Err(wrong(field, "given more than once"));
        }
        for value in values {
            check(field, &value)?;
            self.values.push(Value {
                key: field.key.clone(),
                value,
                given: is_given,
            });
        }
        Ok(())
    }

    /// The value of a key; of one that has several, the first.
    pub fn get(&self, key: &str) -> Option<&str> {
        let value = self.values.iter().find(|it| it.key == key);
        value.map(|it| it.value.as_str())
    }

    /// Whether the operator gave the value.
    pub fn is_given(&self, key: &str) -> bool {
        self.values.iter().any(|it| it.key == key && it.given)
    }

    /// Keys and values that the operator gave.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&str, &str)> {
        let given = self.values.iter().filter(|it| it.given);
        given.map(|it| (it.key.as_str(), it.value.as_str()))
    }

    /// As the component receives them.
    pub fn to_contract(&self) -> Vec<Setting> {
        let settings = self.values.iter().map(|it| Setting {
            key: it.key.clone(),
            value: it.value.clone(),
        });
        settings.collect()
    }
}

fn wrong(field: &Field, problem: impl Into<String>) -> SettingError {
    SettingError::Wrong {
        key: field.key.clone(),
        problem: problem.into(),
    }
}

fn check(field: &Field, value: &str) -> Result<(), SettingError> {
    let problem = match &field.kind {
        FieldKind::Text | FieldKind::Texts => None,
        FieldKind::Url => Origin::parse(value).err().map(|it| format!("wrong: {it}")),
        FieldKind::Integer => value
            .parse::<i64>()
            .err()
            .map(|_| "not an integer".to_owned()),
        FieldKind::Boolean if !matches!(value, "true" | "false") => {
            Some("neither `true` nor `false`".to_owned())
        }
        FieldKind::Boolean => None,
        FieldKind::Choice(choices) if !choices.iter().any(|it| it == value) => {
            Some(format!("not one of: {}", choices.join(", ")))
        }
        FieldKind::Choice(_) => None,
    };
    problem.map_or(Ok(()), |problem| Err(wrong(field, problem)))
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::field;

    use super::*;

    fn nowhere(_: &str) -> Option<String> {
        None
    }

    fn given(key: &str, value: &str) -> Vec<(String, String)> {
        vec![(key.into(), value.into())]
    }

    #[test]
    fn the_command_line_wins_over_the_environment_and_that_over_the_default() {
        let fields = [Field {
            default: Some("default".into()),
            environment: Some("PLACE".into()),
            ..field("place", FieldKind::Text)
        }];
        let environment = |name: &str| (name == "PLACE").then(|| "environment".to_owned());
        let flag = given("place", "flag");
        let get = |given: &[_], environment: &dyn Fn(&str) -> Option<String>| {
            let settings = Settings::resolve(&fields, given, environment).unwrap();
            (
                settings.get("place").unwrap().to_owned(),
                settings.is_given("place"),
            )
        };
        assert_eq!(get(&flag, &environment), ("flag".into(), true));
        assert_eq!(get(&[], &environment), ("environment".into(), true));
        assert_eq!(get(&[], &nowhere), ("default".into(), false));
    }

    #[test]
    fn a_value_is_of_its_fields_kind() {
        let choice = FieldKind::Choice(vec!["auto".into(), "always".into()]);
        let cases = [
            (FieldKind::Url, "https://example.com/v1", true),
            (FieldKind::Url, "http://127.0.0.1:1/v1", true),
            (FieldKind::Url, "http://example.com", false),
            (FieldKind::Url, "example.com", false),
            (FieldKind::Integer, "-3", true),
            (FieldKind::Integer, "three", false),
            (FieldKind::Boolean, "true", true),
            (FieldKind::Boolean, "yes", false),
            (choice.clone(), "auto", true),
            (choice, "never", false),
        ];
        for (kind, value, good) in cases {
            let settings = Settings::resolve(&[field("x", kind)], &given("x", value), nowhere);
            assert_eq!(settings.is_ok(), good, "{value}");
        }
    }

    #[test]
    fn a_key_that_is_not_declared_is_named_with_those_that_are() {
        let fields = [field("base_url", FieldKind::Url)];
        let error = Settings::resolve(&fields, &given("baseurl", "x"), nowhere).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`baseurl` is not a setting of this connector, which has: base_url"
        );
    }
}
