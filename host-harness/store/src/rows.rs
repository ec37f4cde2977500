//! Rows as they are listed. They serialize to the lines that `harness list
//! --json` prints: keys in the order of the fields, times as RFC 3339.

use governance_contract::model::ResourceId;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::Moment;

/// A resource that another row refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NamedResource {
    /// Its type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Its id within the type.
    pub id: String,
}

impl From<&ResourceId> for NamedResource {
    fn from(id: &ResourceId) -> Self {
        Self {
            resource_type: id.resource_type.clone(),
            id: id.id.clone(),
        }
    }
}

/// An e-mail address, as the service spells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailRow {
    /// The address.
    pub address: String,
    /// It is the main one.
    pub primary: bool,
}

/// The last sign of life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastUseRow {
    /// When.
    pub at: Moment,
    /// Of what kind, such as `api-key`.
    pub using: String,
}

/// What is known of a credential that the service issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretRow {
    /// The account that it acts as.
    pub owner: Option<NamedResource>,
    /// A part of its value, to recognise it by.
    pub redacted_value: Option<String>,
}

/// A resource.
#[derive(Debug, Clone, Serialize)]
pub struct ResourceRow {
    /// The connection's name.
    pub connection: String,
    /// Its type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Its id within the type.
    pub id: String,
    /// What people call it: text from strangers.
    pub name: String,
    /// The resource that it belongs to.
    pub parent: Option<NamedResource>,
    /// The traits of its type.
    pub traits: Vec<String>,
    /// When it was made.
    pub created_at: Option<Moment>,
    /// All else that the service tells: one JSON object.
    pub attributes: Box<RawValue>,
    /// What it is.
    pub description: Option<String>,
    /// `active`, `disabled`, `pending`, `archived` or `not-told`.
    pub status: String,
    /// `service`, `identity-provider` or `not-told`.
    pub managed_by: String,
    /// When it ends by itself.
    pub expires_at: Option<Moment>,
    /// The last sign of life.
    pub last_use: Option<LastUseRow>,
    /// `human`, `service` or `not-told`; of accounts only.
    pub account_kind: Option<String>,
    /// The name to log in with.
    pub login: Option<String>,
    /// In the service's order.
    pub emails: Vec<EmailRow>,
    /// Other names under which the service shows it.
    pub aliases: Vec<NamedResource>,
    /// What a role allows.
    pub permissions: Vec<String>,
    /// Of credentials only.
    pub secret: Option<SecretRow>,
}

/// An entitlement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntitlementRow {
    /// The connection's name.
    pub connection: String,
    /// Its id.
    pub id: String,
    /// The type of the resource that it is on.
    pub resource_type: String,
    /// The id of the resource that it is on.
    pub resource_id: String,
    /// Unique within the resource.
    pub slug: String,
    /// What people call it: text from strangers.
    pub name: String,
    /// `assignment`, `permission` or `ownership`.
    pub purpose: String,
    /// The types whose resources can hold it.
    pub grantable_to: Vec<String>,
    /// The group of which a principal holds one at a time.
    pub exclusion_group: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// It is the floor of its group; none without a group.
    pub exclusion_default: Option<bool>,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantRow {
    /// The connection's name.
    pub connection: String,
    /// Its id.
    pub id: String,
    /// The entitlement that is held.
    pub entitlement_id: String,
    /// The type of what holds it.
    pub principal_type: String,
    /// The id of what holds it.
    pub principal_id: String,
    /// `direct`, `inherited` or `not-told`.
    pub directness: String,
    /// Why it cannot be revoked, if it cannot.
    pub immutable: Option<String>,
    /// The ids of the principal's entitlements whose holders hold this too.
    pub expands: Vec<String>,
    /// Also those who hold them through expansion; none without `expands`.
    pub expands_deep: Option<bool>,
    /// What people call the principal, if it is known: text from strangers.
    pub principal_name: Option<String>,
    /// The type of the entitlement's resource.
    pub resource_type: String,
    /// The id of the entitlement's resource.
    pub resource_id: String,
    /// The entitlement's slug.
    pub slug: String,
    /// It gives no access yet.
    pub pending: bool,
    /// What it is (also) held through.
    pub sources: Vec<NamedResource>,
    /// When it ends by itself.
    pub expires_at: Option<Moment>,
}

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GapRow {
    /// The connection's name.
    pub connection: String,
    /// The part of the service's API.
    pub surface: String,
    /// Which facts are meant.
    pub scope: ScopeRow,
    /// `permission`, `plan`, `failure` or `assumption`.
    pub reason: String,
    /// What happened, for people.
    pub detail: String,
}

/// Which facts a gap leaves open. What is not given means any, and is left out
/// in JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeRow {
    /// `resources`, `entitlements`, `grants` or `events`.
    pub subject: Option<String>,
    /// The type of the resource that is meant or that the facts are on.
    pub resource_type: Option<String>,
    /// The same, one resource.
    pub resource_id: Option<String>,
    /// What that resource belongs to.
    pub parent: Option<NamedResource>,
    /// The entitlement's slug.
    pub slug: Option<String>,
    /// The type of what holds grants.
    pub principal_type: Option<String>,
    /// The id of what holds grants.
    pub principal_id: Option<String>,
}

impl Serialize for ScopeRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let texts = [
            ("subject", &self.subject),
            ("resource_type", &self.resource_type),
            ("resource_id", &self.resource_id),
            ("slug", &self.slug),
            ("principal_type", &self.principal_type),
            ("principal_id", &self.principal_id),
        ];
        for (key, value) in texts {
            if let Some(value) = value {
                map.serialize_entry(key, value)?;
            }
        }
        if let Some(parent) = &self.parent {
            map.serialize_entry("parent", parent)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests;
