//! What people call what an answer is about, and what a role allows. All of it
//! is text from strangers.
//!
//! A role is the resource of a type with the trait `role`. What an entitlement
//! of another resource allows is told by a role that belongs to that resource:
//!
//! | the role | is what the entitlement gives |
//! |---|---|
//! | its id is the slug | yes |
//! | its name is the entitlement's, no other's, and its id is no other's slug | yes |
//! | else | nothing is told |

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, named_params};

use crate::access::Entitlement;
use crate::read::{json, named};
use crate::{NamedResource, Store, StoreError, SyncId};

/// What is told of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceLabel {
    /// What people call it.
    pub name: String,
    /// What it belongs to.
    pub parent: Option<NamedResource>,
    /// `active`, `disabled`, `pending`, `archived` or `not-told`.
    pub status: String,
    /// What a role allows.
    pub permissions: Vec<String>,
}

/// What is told of an entitlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntitlementLabel {
    /// What people call it.
    pub name: String,
    /// Its resource has no other.
    pub is_only: bool,
    /// What the role allows that it gives; empty if that is not told.
    pub permissions: Vec<String>,
}

/// The labels of one sync, each read once.
pub struct Labels<'a> {
    store: &'a Store,
    sync: SyncId,
    traits: BTreeMap<String, Vec<String>>,
    resources: BTreeMap<NamedResource, Option<ResourceLabel>>,
    entitlements: BTreeMap<NamedResource, BTreeMap<String, EntitlementLabel>>,
}

const RESOURCE: &str = "
SELECT name, parent_type, parent_id, status, permissions FROM resources
WHERE sync = :sync AND type = :type AND id = :id";

const ENTITLEMENTS: &str = "
SELECT slug, name FROM entitlements
WHERE sync = :sync AND resource_type = :type AND resource_id = :id";

/// Grants may tell of one that is not listed.
const SLUGS: &str = "
SELECT slug, name FROM entitlements
WHERE sync = :sync AND resource_type = :type AND resource_id = :id
UNION ALL
SELECT DISTINCT slug, NULL FROM grants
WHERE sync = :sync AND resource_type = :type AND resource_id = :id AND slug NOT IN (
    SELECT slug FROM entitlements
    WHERE sync = :sync AND resource_type = :type AND resource_id = :id
)";

/// Without the `+` the planner may read all roles that there are.
const ROLES: &str = "
SELECT id, name, permissions FROM resources
WHERE sync = :sync AND parent_id = :id AND parent_type = :type AND +type IN (
    SELECT id FROM resource_types
    WHERE sync = :sync AND EXISTS (SELECT 1 FROM json_each(traits) WHERE value = 'role')
)";

/// A role that belongs to a resource.
struct Role {
    id: String,
    name: String,
    permissions: Vec<String>,
}

impl<'a> Labels<'a> {
    /// The labels of a sync.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn new(store: &'a Store, sync: SyncId) -> Result<Self, StoreError> {
        let sql = "SELECT id, traits FROM resource_types WHERE sync = ?";
        let mut statement = store.connection.prepare_cached(sql)?;
        let traits = statement.query_map([sync.0], |row| {
            Ok((row.get::<_, String>("id")?, json(row, "traits")?))
        })?;
        Ok(Self {
            store,
            sync,
            traits: traits.collect::<Result<_, _>>()?,
            resources: BTreeMap::new(),
            entitlements: BTreeMap::new(),
        })
    }

    /// What is told of a resource. None if the sync does not list it.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn resource(
        &mut self,
        resource: &NamedResource,
    ) -> Result<Option<&ResourceLabel>, StoreError> {
        if !self.resources.contains_key(resource) {
            let parameters = named_params! {
                ":sync": self.sync.0, ":type": resource.resource_type, ":id": resource.id,
            };
            let mut statement = self.store.connection.prepare_cached(RESOURCE)?;
            let label = statement.query_row(parameters, resource_label).optional()?;
            self.resources.insert(resource.clone(), label);
        }
        Ok(self.resources.get(resource).and_then(Option::as_ref))
    }

    /// What is told of an entitlement. None if the sync does not list it.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn entitlement(
        &mut self,
        entitlement: &Entitlement,
    ) -> Result<Option<&EntitlementLabel>, StoreError> {
        let Entitlement { resource, slug } = entitlement;
        if !self.entitlements.contains_key(resource) {
            let labels = self.entitlements_of(resource)?;
            self.entitlements.insert(resource.clone(), labels);
        }
        Ok(self.entitlements.get(resource).and_then(|it| it.get(slug)))
    }

    /// What can be held on a resource, or is: the names by slug, where they are
    /// told.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn slugs_on(
        &self,
        resource: &NamedResource,
    ) -> Result<BTreeMap<String, Option<String>>, StoreError> {
        let parameters = named_params! {
            ":sync": self.sync.0, ":type": resource.resource_type, ":id": resource.id,
        };
        let mut statement = self.store.connection.prepare_cached(SLUGS)?;
        let slugs = statement.query_map(parameters, |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(slugs.collect::<Result<_, _>>()?)
    }

    /// The types with a trait, such as `scope`, by name.
    pub fn types_with(&self, wanted: &str) -> Vec<&str> {
        let all = self.traits.iter();
        let with = all.filter(|(_, traits)| traits.iter().any(|it| it == wanted));
        let mut names: Vec<_> = with.map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// The type has a trait.
    pub fn is(&self, resource_type: &str, wanted: &str) -> bool {
        let traits = self.traits.get(resource_type);
        traits.is_some_and(|traits| traits.iter().any(|it| it == wanted))
    }

    /// A role that belongs to no scope: whoever holds it holds it in every one.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn is_role_everywhere(&mut self, resource: &NamedResource) -> Result<bool, StoreError> {
        if !self.is(&resource.resource_type, "role") {
            return Ok(false);
        }
        let parent = self.resource(resource)?.map(|it| it.parent.clone());
        Ok(parent.is_some_and(|it| it.is_none_or(|it| !self.is(&it.resource_type, "scope"))))
    }

    fn entitlements_of(
        &mut self,
        resource: &NamedResource,
    ) -> Result<BTreeMap<String, EntitlementLabel>, StoreError> {
        let parameters = named_params! {
            ":sync": self.sync.0, ":type": resource.resource_type, ":id": resource.id,
        };
        let connection = &self.store.connection;
        let mut statement = connection.prepare_cached(ENTITLEMENTS)?;
        let named = statement.query_map(parameters, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let named: Vec<(String, String)> = named.collect::<Result<_, _>>()?;
        let mut statement = connection.prepare_cached(ROLES)?;
        let roles: Vec<_> = statement
            .query_map(parameters, role)?
            .collect::<Result<_, _>>()?;
        let own = match self.is(&resource.resource_type, "role") {
            true => self.resource(resource)?.map(|it| it.permissions.clone()),
            false => None,
        };
        let label = |(slug, name): &(String, String)| EntitlementLabel {
            name: name.clone(),
            is_only: named.len() == 1,
            permissions: match &own {
                Some(permissions) => permissions.clone(),
                None => allowed(slug, name, &named, &roles),
            },
        };
        Ok(named.iter().map(|it| (it.0.clone(), label(it))).collect())
    }
}

/// What the role allows that an entitlement gives, by the table above.
fn allowed(slug: &str, name: &str, named: &[(String, String)], roles: &[Role]) -> Vec<String> {
    let of = |role: &Role| role.permissions.clone();
    if let Some(role) = roles.iter().find(|it| it.id == slug) {
        return of(role);
    }
    let is_free = |role: &Role| !named.iter().any(|(slug, _)| *slug == role.id);
    let mut bearing = roles.iter().filter(|it| it.name == name && is_free(it));
    match (bearing.next(), bearing.next()) {
        (Some(role), None) => of(role),
        _ => Vec::new(),
    }
}

fn resource_label(row: &Row<'_>) -> rusqlite::Result<ResourceLabel> {
    Ok(ResourceLabel {
        name: row.get("name")?,
        parent: named(row, "parent_type", "parent_id")?,
        status: row.get("status")?,
        permissions: json(row, "permissions")?,
    })
}

fn role(row: &Row<'_>) -> rusqlite::Result<Role> {
    Ok(Role {
        id: row.get("id")?,
        name: row.get("name")?,
        permissions: json(row, "permissions")?,
    })
}

#[cfg(test)]
mod tests;
