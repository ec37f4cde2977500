//! Organization roles: who has one.
//!
//! | role | of people and service accounts | of groups |
//! |---|---|---|
//! | `owner`, `reader` | one at a time, set on the user: [`own_role`] | assigned: [`assignments`] |
//! | custom | assigned | assigned |
//!
//! That the service refuses its own roles to service accounts is \[D]: it is
//! asked, and its refusal told. A service account's custom roles are assigned as
//! a user's \[D].

pub mod assignments;
pub mod own_role;

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{invalid_input, not_found};
use governance_guest::items;
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::{Completion, GrantChange};
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ChangeKind, OfferedChange};
use governance_guest::wit::model::{Grant, ResourceId};

use super::holders::{self, Holder};
use super::subjects::Person;
use super::{OWNERS, offer};
use crate::predefined::Predefined;
use crate::role_row::{self, Role};
use crate::{group, org_role};

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [own_role::endpoints(), assignments::endpoints()].concat()
}

/// What `describe` offers. Granting `reader` may take `owner` away, so both are
/// guarded.
#[must_use]
pub fn offered() -> Vec<OfferedChange> {
    [ChangeKind::Grant, ChangeKind::Revoke]
        .map(|kind| OfferedChange {
            guard: Some(OWNERS.to_owned()),
            ..offer(kind, Vec::new())
        })
        .to_vec()
}

/// A role that somebody is to have, or not.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The role; predefined ones by their short id.
    pub id: ResourceId,
    /// What to call it in a sentence.
    pub called: String,
    /// Which one it is, if the service defines it.
    pub predefined: Option<Predefined>,
}

impl Wanted {
    /// That somebody has it.
    #[must_use]
    pub fn grant(&self, holder: &Holder) -> Grant {
        let grant = items::grant(self.id.clone(), org_role::ASSIGNED, holder.id.clone());
        match holder.is_group() {
            true => group::expanding(grant),
            false => grant,
        }
    }
}

impl From<Predefined> for Wanted {
    fn from(role: Predefined) -> Self {
        Self {
            id: org_role::id(role),
            called: format!("the organization role {}", role.name()),
            predefined: Some(role),
        }
    }
}

/// Gives a role.
///
/// # Errors
/// `not-found` without the holder or the role, `precondition` if it would take
/// the last owner; and what the service answers.
pub fn grant<T: Transport>(
    steps: &mut Steps<'_, T>,
    change: &GrantChange,
) -> Result<Completion, Stop> {
    let Some(role) = wanted(steps, change)? else {
        return Err(not_found(&no_role(change)).into());
    };
    let Some(holder) = holders::find(steps, &change.principal)? else {
        return Err(holders::missing(&change.principal).into());
    };
    match role.predefined.filter(|_| !holder.is_group()) {
        Some(predefined) => own_role::grant(steps, &holder, predefined),
        None => assignments::grant(steps, &holder, &role),
    }
}

/// Takes a role.
///
/// # Errors
/// `precondition` if it is held through a group, or would take the last owner;
/// `unsupported` for the floor; and what the service answers.
pub fn revoke<T: Transport>(
    steps: &mut Steps<'_, T>,
    change: &GrantChange,
) -> Result<Completion, Stop> {
    let Some(role) = wanted(steps, change)? else {
        return Ok(no_op(&no_role(change)));
    };
    let Some(holder) = holders::find(steps, &change.principal)? else {
        return Ok(no_op(&holders::nobody(&change.principal)));
    };
    match role.predefined.filter(|_| !holder.is_group()) {
        Some(predefined) => own_role::revoke(steps, &holder, predefined),
        None => assignments::revoke(steps, &holder, &role),
    }
}

/// Makes sure that a person, who is no owner of the organization by itself, is none
/// through a group.
///
/// # Errors
/// `precondition`, naming the group; and all that reading can bring.
pub fn is_no_owner_through_a_group<T: Transport>(
    steps: &Steps<'_, T>,
    person: &Person,
) -> Result<(), Stop> {
    let holder = person.clone().into();
    assignments::not_direct(steps, &holder, &Predefined::Owner.into()).map(drop)
}

/// The role that the change names; None if the organization has no such role.
fn wanted<T: Transport>(
    steps: &Steps<'_, T>,
    change: &GrantChange,
) -> Result<Option<Wanted>, Error> {
    if change.entitlement.slug != org_role::ASSIGNED {
        let message = "of an organization role one can only have assigned";
        return Err(invalid_input("entitlement", message));
    }
    let id = &change.entitlement.resource.id;
    if let Some((role, _)) = Predefined::of_id(&id.id) {
        return Ok(Some(role.into()));
    }
    let row = steps.find(&Call::new(&org_role::RETRIEVE).argument(&id.id))?;
    let row = row.filter(|row| matches!(role_row::in_organization(row), Role::Custom(_)));
    Ok(row.map(|row| {
        let name = row.text("name").unwrap_or(&id.id);
        Wanted {
            id: id.clone(),
            called: format!("the organization role {name}"),
            predefined: None,
        }
    }))
}

fn no_role(change: &GrantChange) -> String {
    let id = &change.entitlement.resource.id.id;
    format!("the organization has no role {id}")
}
