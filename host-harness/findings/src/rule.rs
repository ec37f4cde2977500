//! What a rule is: what it looks at, and what it says of it.
//!
//! All conditions of a rule have to hold of a resource. `docs/findings.md` tells
//! them to operators; a test holds it to what is read here.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::words::{How, Kind, Manager, Owner, Purpose, Severity, Status, Trait};

/// A rule that is ready to be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Stable: exceptions and other files name it.
    pub id: String,
    /// How much its findings matter.
    pub severity: Severity,
    /// What its findings are, several of them.
    pub title: String,
    /// Why it matters, and what to do.
    pub explanation: String,
    /// It is asked unless it is switched off.
    pub enabled: bool,
    /// It comes with the harness.
    pub built_in: bool,
    /// What it looks at.
    pub when: Conditions,
}

/// Gives a struct whose fields are all optional a way to be laid over another
/// one.
macro_rules! layered {
    ($(#[$outer:meta])* pub struct $name:ident {
        $($(#[$meta:meta])* pub $field:ident: Option<$type:ty>,)+
    }) => {
        $(#[$outer])*
        pub struct $name {
            $($(#[$meta])* pub $field: Option<$type>,)+
        }

        impl $name {
            /// What this one says, and where it says nothing what the other one
            /// does.
            #[must_use]
            pub fn over(self, under: Self) -> Self {
                Self { $($field: self.$field.or(under.$field)),+ }
            }
        }
    };
}

layered! {
/// What a rule looks at. What is not given narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Conditions {
    /// It is of one of these resource types.
    #[serde(rename = "type", deserialize_with = "some")]
    pub types: Option<Vec<String>>,
    /// Its type has one of these traits.
    #[serde(rename = "trait", deserialize_with = "some")]
    pub traits: Option<Vec<Trait>>,
    /// It is in one of these states; open where the state is not told.
    #[serde(deserialize_with = "some")]
    pub status: Option<Vec<Status>>,
    /// It is in none of these states.
    #[serde(deserialize_with = "some")]
    pub not_status: Option<Vec<Status>>,
    /// What stands behind the account; open where that is not told.
    #[serde(deserialize_with = "some")]
    pub kind: Option<Vec<Kind>>,
    /// Who may change it.
    #[serde(deserialize_with = "some")]
    pub managed_by: Option<Vec<Manager>>,
    /// Its name matches one of these patterns.
    #[serde(deserialize_with = "some")]
    pub name: Option<Vec<String>>,
    /// An e-mail address of it matches one of these patterns.
    #[serde(deserialize_with = "some")]
    pub email: Option<Vec<String>>,
    /// An e-mail address of it is in none of these domains, which may be
    /// patterns; open for people without an address.
    #[serde(deserialize_with = "some")]
    pub email_outside: Option<Vec<String>>,
    /// It was made more than so many days ago; open where that is not told.
    pub older_than_days: Option<u32>,
    /// No sign of use for so many days, nor of its secrets, nor was it made since.
    /// Open where no use of any resource of its type is told, nor of a secret.
    pub unused_days: Option<u32>,
    /// Its end has passed, or not.
    pub expired: Option<bool>,
    /// It ends within so many days, and has not ended.
    pub expires_within_days: Option<u32>,
    /// An end of it is told, or none.
    pub expires: Option<bool>,
    /// What is known of the account that a secret acts as.
    #[serde(deserialize_with = "some")]
    pub owner: Option<Vec<Owner>>,
    /// It holds such an entitlement.
    pub holds: Option<Pattern>,
    /// It holds no such entitlement.
    pub lacks: Option<Pattern>,
    /// It alone holds such an entitlement, of all accounts.
    pub alone_holds: Option<Pattern>,
    /// It holds two entitlements directly that exclude each other.
    pub conflict: Option<bool>,
    /// So many accounts hold such an entitlement of it.
    pub held_by: Option<Count>,
    /// A fact of the service's own has this value. Built-in rules ask for none.
    pub attribute: Option<Attribute>,
}
}

/// Which entitlements are meant. What is not given means any.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Pattern {
    /// Of resources of one of these types.
    #[serde(rename = "type", deserialize_with = "some")]
    pub types: Option<Vec<String>>,
    /// Of resources whose type has one of these traits.
    #[serde(rename = "trait", deserialize_with = "some")]
    pub traits: Option<Vec<Trait>>,
    /// Not of resources whose type has one of these traits.
    #[serde(deserialize_with = "some")]
    pub not_trait: Option<Vec<Trait>>,
    /// Of resources whose id matches one of these patterns.
    #[serde(deserialize_with = "some")]
    pub resource: Option<Vec<String>>,
    /// Of resources whose name matches one of these patterns.
    #[serde(deserialize_with = "some")]
    pub resource_name: Option<Vec<String>>,
    /// The slug matches one of these patterns.
    #[serde(deserialize_with = "some")]
    pub slug: Option<Vec<String>>,
    /// What holding it amounts to.
    #[serde(deserialize_with = "some")]
    pub purpose: Option<Vec<Purpose>>,
    /// It is the floor of its exclusion group, or not.
    pub floor: Option<bool>,
    /// It is in an exclusion group, or not.
    pub exclusive: Option<bool>,
    /// Also what leads to such an entitlement, such as a role.
    pub or_leads_there: Option<bool>,
    /// Which way of holding counts; `effective` if it is not given.
    pub how: Option<How>,
}

/// How many accounts hold an entitlement of a resource.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Count {
    /// Of this purpose.
    #[serde(deserialize_with = "some")]
    pub purpose: Option<Vec<Purpose>>,
    /// With a slug that matches one of these patterns.
    #[serde(deserialize_with = "some")]
    pub slug: Option<Vec<String>>,
    /// Also what leads to such an entitlement, such as a role.
    pub or_leads_there: Option<bool>,
    /// Which way of holding counts; `effective` if it is not given.
    pub how: Option<How>,
    /// Those who hold it by a grant that cannot be revoked here are left out.
    pub revocable: Option<bool>,
    /// Not fewer.
    pub at_least: Option<u32>,
    /// Not more.
    pub at_most: Option<u32>,
}

impl Count {
    pub(crate) fn pattern(&self) -> Pattern {
        Pattern {
            purpose: self.purpose.clone(),
            slug: self.slug.clone(),
            or_leads_there: self.or_leads_there,
            how: self.how,
            ..Pattern::default()
        }
    }
}

/// A fact in a resource's attributes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Attribute {
    /// Its keys from the outside in, with dots between them.
    #[serde(deserialize_with = "path")]
    pub path: String,
    /// What it has to be.
    pub equals: Scalar,
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected a text, an integer or a boolean")]
pub enum Scalar {
    /// `true` or `false`.
    Flag(bool),
    /// An integer.
    Number(i64),
    /// A text.
    Text(String),
}

/// A list that says something.
fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let list = Vec::deserialize(deserializer)?;
    match list.is_empty() {
        true => Err(D::Error::custom(
            "expected at least one, found an empty list",
        )),
        false => Ok(Some(list)),
    }
}

/// Keys that can be put between quotes in a path of SQLite's.
fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_key = |key: &str| !key.is_empty() && !key.contains(['"', '\\']);
    match text.split('.').all(is_key) {
        true => Ok(text),
        false => Err(D::Error::custom(
            "expected keys with dots between them, such as `billing.plan`",
        )),
    }
}
