//! Members of groups: people and service accounts.
//!
//! | the group | in it | grant | revoke |
//! |---|---|---|---|
//! | the organization's own | no | adds | no-op |
//! | | yes | no-op | removes |
//! | the identity provider's | no | precondition | no-op |
//! | | yes | no-op | precondition |
//! | not there | | not found | no-op |

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{invalid_input, precondition};
use governance_guest::items;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::{Completion, GrantChange};
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ChangeKind, OfferedChange};
use governance_guest::wit::model::{Grant, Reference};
use serde_json::{Value, json};

use super::holders::{self, Holder};
use super::{offer, through_groups};
use crate::session::changing;
use crate::{group, group_grants};

/// The scope that changes of groups need \[S, of roles].
const WRITE_GROUPS: &str = "api.groups.write";

const ADD: Endpoint = changing(
    "add-group-user",
    Method::Post,
    "/organization/groups/{group_id}/users",
    group_grants::SURFACE,
);

const REMOVE: Endpoint = changing(
    "remove-group-user",
    Method::Delete,
    "/organization/groups/{group_id}/users/{user_id}",
    group_grants::SURFACE,
);

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![ADD, REMOVE]
}

/// What `describe` offers.
#[must_use]
pub fn offered() -> Vec<OfferedChange> {
    [ChangeKind::Grant, ChangeKind::Revoke]
        .map(|kind| OfferedChange {
            permissions: vec![WRITE_GROUPS.to_owned()],
            ..offer(kind, Vec::new())
        })
        .to_vec()
}

/// Adds somebody to a group.
///
/// # Errors
/// `not-found` without the group or the member, `precondition` if an identity
/// provider manages the group; and what the service answers.
pub fn grant<T: Transport>(
    steps: &mut Steps<'_, T>,
    change: &GrantChange,
) -> Result<Completion, Stop> {
    judge(change)?;
    let (group, member) = (&change.entitlement.resource, &change.principal);
    let Some(group) = holders::find(steps, group)? else {
        return Err(holders::missing(group).into());
    };
    if find(steps, &group, member)?.is_some() {
        let called = named(steps, member)?;
        return Ok(no_op(&format!("{called} is in {} already", group.called)));
    }
    keep_out_of_scim(&group)?;
    let Some(member) = holders::find(steps, member)? else {
        return Err(holders::missing(member).into());
    };
    let call = Call::new(&ADD)
        .argument(&group.id.id)
        .body(json!({ "user_id": member.id.id }))
        .predicting(json!({ "object": "group.user", "user_id": member.id.id }));
    steps.send(&call)?;
    let done = format!("added {} to {}", member.called, group.called);
    steps.did(&done, &group.id);
    steps.held(membership(&group, &change.principal));
    Ok(Completion::Complete)
}

/// Removes somebody from a group.
///
/// # Errors
/// `precondition` if an identity provider manages the group; and what the
/// service answers.
pub fn revoke<T: Transport>(
    steps: &mut Steps<'_, T>,
    change: &GrantChange,
) -> Result<Completion, Stop> {
    judge(change)?;
    let (group, member) = (&change.entitlement.resource, &change.principal);
    let Some(group) = holders::find(steps, group)? else {
        return Ok(no_op(&holders::nobody(group)));
    };
    let called = named(steps, member)?;
    let gone = || Ok(no_op(&format!("{called} is not in {}", group.called)));
    if find(steps, &group, member)?.is_none() {
        return gone();
    }
    keep_out_of_scim(&group)?;
    let call = Call::new(&REMOVE)
        .argument(&group.id.id)
        .argument(&member.id.id)
        .predicting(json!({ "object": "group.user.deleted", "deleted": true }));
    if steps.remove(&call)?.is_none() {
        return gone();
    }
    let done = format!("removed {called} from {}", group.called);
    steps.did(&done, &group.id);
    steps.replaced(membership(&group, member));
    Ok(Completion::Complete)
}

/// What can be in no group.
fn judge(change: &GrantChange) -> Result<(), Error> {
    if change.entitlement.slug != group::MEMBER {
        let message = "of a group one can only be member";
        return Err(invalid_input("entitlement", message));
    }
    if change.principal.id.resource_type == group::TYPE {
        let message = "a group cannot be in a group";
        return Err(invalid_input("principal", message));
    }
    Ok(())
}

fn find<T: Transport>(
    steps: &Steps<'_, T>,
    group: &Holder,
    member: &Reference,
) -> Result<Option<Value>, Error> {
    let call = Call::new(&through_groups::MEMBER)
        .argument(&group.id.id)
        .argument(&member.id.id);
    steps.find(&call)
}

/// What to call somebody who need not be there any more.
fn named<T: Transport>(steps: &Steps<'_, T>, of: &Reference) -> Result<String, Error> {
    let found = holders::find(steps, of)?;
    Ok(found.map_or_else(|| of.id.id.clone(), |it| it.called))
}

fn keep_out_of_scim(group: &Holder) -> Result<(), Error> {
    match group::managed_by_scim(&group.row) {
        Some(true) => Err(precondition(
            &format!("the identity provider manages {}", group.called),
            "change the group's members there",
        )),
        _ => Ok(()),
    }
}

fn membership(group: &Holder, member: &Reference) -> Grant {
    items::grant(group.id.clone(), group::MEMBER, member.id.clone())
}
