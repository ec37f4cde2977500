//! Roles that are assigned: they add up, and each is given and taken by itself.
//!
//! | held | grant | revoke |
//! |---|---|---|
//! | not | assigns | no-op |
//! | directly | no-op | takes it; what groups still give remains |
//! | through a group | assigns: it is then held directly too | precondition, naming the group |
//! | through something that is not named | assigns | precondition |

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::precondition;
use governance_guest::items::closed_part;
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::Completion;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::{Directness, Grant, ResourceId};
use serde_json::{Value, json};

use super::Wanted;
use crate::change::holders::Holder;
use crate::change::owners;
use crate::predefined::Predefined;
use crate::session::{changing, reading};
use crate::{group, org_role, role_row};

/// Where the roles of users are, or those of groups.
struct Paths {
    assign: Endpoint,
    assigned: Endpoint,
    unassign: Endpoint,
    /// The `object` of the answer to taking one.
    taken: &'static str,
}

const OF_USERS: Paths = Paths {
    assign: changing(
        "assign-user-role",
        Method::Post,
        "/organization/users/{user_id}/roles",
        org_role::SURFACE,
    ),
    assigned: reading(
        "retrieve-user-role",
        "/organization/users/{user_id}/roles/{role_id}",
        org_role::SURFACE,
    ),
    unassign: changing(
        "unassign-user-role",
        Method::Delete,
        "/organization/users/{user_id}/roles/{role_id}",
        org_role::SURFACE,
    ),
    taken: "user.role.deleted",
};

const OF_GROUPS: Paths = Paths {
    assign: changing(
        "assign-group-role",
        Method::Post,
        "/organization/groups/{group_id}/roles",
        org_role::SURFACE,
    ),
    assigned: reading(
        "retrieve-group-role",
        "/organization/groups/{group_id}/roles/{role_id}",
        org_role::SURFACE,
    ),
    unassign: changing(
        "unassign-group-role",
        Method::Delete,
        "/organization/groups/{group_id}/roles/{role_id}",
        org_role::SURFACE,
    ),
    taken: "group.role.deleted",
};

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [&OF_USERS, &OF_GROUPS]
        .map(|paths| [paths.assign, paths.assigned, paths.unassign])
        .concat()
}

/// Assigns a role.
///
/// # Errors
/// What the service answers.
pub fn grant<T: Transport>(
    steps: &mut Steps<'_, T>,
    holder: &Holder,
    role: &Wanted,
) -> Result<Completion, Stop> {
    let called = (&holder.called, &role.called);
    if directness(steps, holder, role)? == Some(Directness::Direct) {
        return Ok(no_op(&format!("{} has {} already", called.0, called.1)));
    }
    let call = Call::new(&paths(holder).assign)
        .argument(&holder.id.id)
        .body(json!({ "role_id": role.id.id }))
        .predicting(json!({ "role": { "id": role.id.id } }));
    steps.send(&call)?;
    steps.did(&format!("gave {} {}", called.0, called.1), &holder.id);
    steps.held(role.grant(holder));
    Ok(Completion::Complete)
}

/// Takes a role that is held directly.
///
/// # Errors
/// `precondition` if it is held through something else, or is the last owner's;
/// and what the service answers.
pub fn revoke<T: Transport>(
    steps: &mut Steps<'_, T>,
    holder: &Holder,
    role: &Wanted,
) -> Result<Completion, Stop> {
    match directness(steps, holder, role)? {
        Some(Directness::Direct) => take(steps, holder, role),
        held => Ok(no_direct(steps, holder, role, held)?),
    }
}

/// How nothing can be taken that is not held directly.
///
/// # Errors
/// `precondition`, naming the group, if it is held through one.
pub fn not_direct<T: Transport>(
    steps: &Steps<'_, T>,
    holder: &Holder,
    role: &Wanted,
) -> Result<Completion, Stop> {
    let held = match directness(steps, holder, role) {
        // Without the part of the service that has assignments there are none.
        Err(error) if closed_part(&error).is_some() => None,
        held => held?,
    };
    Ok(no_direct(steps, holder, role, held)?)
}

fn no_direct<T: Transport>(
    steps: &Steps<'_, T>,
    holder: &Holder,
    role: &Wanted,
    held: Option<Directness>,
) -> Result<Completion, Error> {
    let (who, what) = (&holder.called, &role.called);
    match held {
        None | Some(Directness::Direct) => Ok(no_op(&format!("{who} does not have {what}"))),
        Some(Directness::Inherited(sources)) => Err(inherited(steps, holder, role, &sources)),
        Some(Directness::NotTold) => Err(precondition(
            &format!("{who} has {what} through something that the service does not name"),
            "look at the organization's settings at platform.openai.com",
        )),
    }
}

fn inherited<T: Transport>(
    steps: &Steps<'_, T>,
    holder: &Holder,
    role: &Wanted,
    sources: &[ResourceId],
) -> Error {
    let (who, what) = (&holder.called, &role.called);
    let names: Vec<String> = sources.iter().map(|it| source(steps, it)).collect();
    let names = names.join(" and ");
    precondition(
        &format!("{who} has {what} through {names}"),
        &format!("take {who} out of {names}, or the role from there"),
    )
}

/// A source by its name, where that can be read.
fn source<T: Transport>(steps: &Steps<'_, T>, of: &ResourceId) -> String {
    let ResourceId { resource_type, id } = of;
    let row = match resource_type.as_str() {
        group::TYPE => steps.read(&Call::new(&group::RETRIEVE).argument(id)).ok(),
        _ => None,
    };
    let name = row.as_ref().and_then(|row| row.text("name")).unwrap_or(id);
    format!("the {resource_type} {name}")
}

fn take<T: Transport>(
    steps: &mut Steps<'_, T>,
    holder: &Holder,
    role: &Wanted,
) -> Result<Completion, Stop> {
    let (who, what) = (&holder.called, &role.called);
    if role.predefined == Some(Predefined::Owner) {
        owners::keep_another(steps, &holder.id.id, &holder.called)?;
    }
    let paths = paths(holder);
    let call = Call::new(&paths.unassign)
        .argument(&holder.id.id)
        .argument(&role.id.id)
        .predicting(json!({ "object": paths.taken, "deleted": true }));
    if steps.remove(&call)?.is_none() {
        return Ok(no_op(&format!("{who} does not have {what} any more")));
    }
    steps.did(&format!("took {what} from {who}"), &holder.id);
    steps.replaced(role.grant(holder));
    tell_remaining(steps, holder, role);
    Ok(Completion::Complete)
}

/// Tells that a role that was taken is still held through groups. The service
/// tells that of a role that is not held directly, so it is asked after. A plan,
/// which takes nothing, does not learn it.
pub fn tell_remaining<T: Transport>(steps: &mut Steps<'_, T>, holder: &Holder, role: &Wanted) {
    if holder.is_group() {
        return;
    }
    match directness(steps, holder, role) {
        Ok(Some(held @ Directness::Inherited(_))) => steps.remaining(Grant {
            directness: held,
            ..role.grant(holder)
        }),
        Ok(_) => {}
        Err(error) if closed_part(&error).is_some() => {}
        Err(_) => {
            let (who, what) = (&holder.called, &role.called);
            let unknown = format!("whether {who} still has {what} through a group was not told");
            steps.consequence(&unknown);
        }
    }
}

/// How somebody comes to have a role, if at all.
fn directness<T: Transport>(
    steps: &Steps<'_, T>,
    holder: &Holder,
    role: &Wanted,
) -> Result<Option<Directness>, Error> {
    let call = Call::new(&paths(holder).assigned)
        .argument(&holder.id.id)
        .argument(&role.id.id);
    let row: Option<Value> = steps.find(&call)?;
    Ok(row.map(|row| role_row::directness(&row, &holder.id)))
}

fn paths(holder: &Holder) -> &'static Paths {
    match holder.is_group() {
        true => &OF_GROUPS,
        false => &OF_USERS,
    }
}
