//! Reading JSON strictly: what is missing, unknown or of another type is named
//! by its place, and nothing is guessed.

use serde_json::{Map, Value};

use crate::bounds::Violation;

/// An object whose keys are taken one by one, so that what is left is unknown.
pub(super) struct Fields<'a> {
    place: String,
    object: &'a Map<String, Value>,
    taken: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The keys of the object at this place.
    pub(super) fn of(place: &str, value: &'a Value) -> Result<Self, Violation> {
        let object = value.as_object();
        Ok(Self {
            place: place.to_owned(),
            object: object.ok_or_else(|| broken(place, "is no JSON object"))?,
            taken: Vec::new(),
        })
    }

    /// Where a key is.
    pub(super) fn place(&self, key: &str) -> String {
        match self.place.as_str() {
            "" => key.to_owned(),
            outer => format!("{outer}.{key}"),
        }
    }

    /// The value of a key, if it has one that is not `null`.
    pub(super) fn optional(&mut self, key: &'static str) -> Option<&'a Value> {
        self.taken.push(key);
        self.object.get(key).filter(|it| !it.is_null())
    }

    /// The value of a key that has to be there.
    pub(super) fn required(&mut self, key: &'static str) -> Result<&'a Value, Violation> {
        let place = self.place(key);
        self.optional(key)
            .ok_or_else(|| broken(&place, "is missing"))
    }

    /// A text that has to be there.
    pub(super) fn text(&mut self, key: &'static str) -> Result<String, Violation> {
        let place = self.place(key);
        text(&place, self.required(key)?)
    }

    /// A text that may be left out.
    pub(super) fn optional_text(&mut self, key: &'static str) -> Result<Option<String>, Violation> {
        let place = self.place(key);
        self.optional(key).map(|it| text(&place, it)).transpose()
    }

    /// Ends reading: a key that nobody took is a mistake.
    pub(super) fn end(self) -> Result<(), Violation> {
        let unknown = self
            .object
            .keys()
            .find(|it| !self.taken.contains(&it.as_str()));
        match unknown {
            None => Ok(()),
            Some(key) => Err(broken(
                &self.place(key),
                format!("is not known here; known are {}", self.taken.join(", ")),
            )),
        }
    }
}

/// A text that is not empty.
fn text(place: &str, value: &Value) -> Result<String, Violation> {
    match value.as_str() {
        Some("") => Err(broken(place, "is empty")),
        Some(text) => Ok(text.to_owned()),
        None => Err(broken(place, "is no text")),
    }
}

/// A rule that does not hold at a place.
pub(super) fn broken(place: &str, rule: impl Into<String>) -> Violation {
    Violation {
        place: place.to_owned(),
        rule: rule.into(),
    }
}
