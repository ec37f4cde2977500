//! What people's names mean: ids, e-mail addresses and unique names, looked up
//! in the service itself, so that no sync is needed.
//!
//! | text | means |
//! |---|---|
//! | `type:id` | the resource with this id, or this alias of one |
//! | `type:name` | the one resource of the type with this name |
//! | `type:parent/name` | the same, in a parent: `service_account:Alpha/deployer` |
//! | `ada@example.com` | the account with this address; an invitation only if no account has it |
//! | `id`, `name` | the same as with a type, in all types that can be meant |
//! | `type:thing:slug` | an entitlement; the slug may be an entitlement's name |
//! | `type:thing` | the entitlement of a thing that has only one: `org_role:owner` |
//! | a grant's id | the grant, as `harness list grants` shows it |
//!
//! Ids win over names, and names as they are written over the same in other
//! case; addresses are compared without case. Archived things are meant only
//! where nothing else bears the name. Things in a parent are looked for in the
//! parent that is named, or else in the resource that the entitlement is on; with
//! their type in front, in all parents.
//!
//! What several things bear is refused with all of them, and so is a name where
//! not all could be read: what is not known to be absent may bear it too.

mod change;
mod choice;
pub mod directory;
mod entitlements;
pub mod error;
mod grammar;
mod grants;
mod listing;
pub mod live;
mod memo;
mod search;

use std::sync::Arc;

use governance_contract::manifest::ResourceType;
use governance_contract::model::{Entitlement, EntitlementReference, Reference, Resource};

use crate::error::CallError;
use directory::{Call, Directory};
use error::NamingError;
use listing::Listed;
use memo::Memo;

/// Finds what names mean. What was read once is not read again.
pub struct Namer<D> {
    directory: D,
    listed: Memo<Call, Listed>,
    told: Memo<Reference, Option<Told>>,
}

/// What the service tells of one resource that is asked for.
#[derive(Debug)]
struct Told {
    resource: Resource,
    /// What can be held on it, as far as the same answer tells.
    entitlements: Vec<Entitlement>,
}

/// An entitlement that a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEntitlement {
    /// The entitlement.
    pub entitlement: EntitlementReference,
    /// The types whose resources can hold it.
    pub grantable_to: Vec<String>,
}

/// Where a name is looked for.
#[derive(Debug, Clone, Default)]
struct Among<'a> {
    /// The types that can be meant where the text says none.
    types: Vec<&'a ResourceType>,
    /// Types that an e-mail address may also be of, if it is of none of these.
    or_by_email: Vec<&'a ResourceType>,
    /// The resource whose children are looked at.
    within: Option<Reference>,
}

impl<D: Directory> Namer<D> {
    /// Names are looked up in this directory.
    pub fn new(directory: D) -> Self {
        Self {
            directory,
            listed: Memo::default(),
            told: Memo::default(),
        }
    }

    fn types(&self) -> &[ResourceType] {
        &self.directory.description().resource_types
    }

    fn kind(&self, id: &str) -> Option<&ResourceType> {
        self.types().iter().find(|it| it.id == id)
    }

    /// The types whose resources can have resources of this type.
    fn parents_of(&self, kind: &ResourceType) -> Vec<&ResourceType> {
        let has = |parent: &&ResourceType| {
            parent.children.contains(&kind.id)
                || kind
                    .carried_by
                    .as_ref()
                    .is_some_and(|carrier| parent.children.contains(carrier))
        };
        self.types().iter().filter(has).collect()
    }

    async fn listed(&self, call: Call) -> Result<Arc<Listed>, CallError> {
        let reading = listing::read(&self.directory, &call);
        self.listed.get(call.clone(), reading).await
    }

    fn unknown_type(&self, wanted: &str, problem: &str) -> NamingError {
        let types: Vec<_> = self.types().iter().map(|it| it.id.as_str()).collect();
        NamingError::Form {
            wanted: wanted.to_owned(),
            problem: problem.to_owned(),
            hint: format!("the types are: {}", types.join(", ")),
        }
    }
}

/// A resource as calls name it.
fn reference(resource: &Resource) -> Reference {
    Reference {
        id: resource.id.clone(),
        parent: resource.parent.clone(),
        hint: resource.hint.clone(),
    }
}

#[cfg(test)]
mod tests;
