//! What somebody holds in a project through groups.
//!
//! The list of roles names what is inherited \[S], but whether it does so of a
//! role that is held directly too is not known. Before a role is taken, or somebody
//! added for want of one, the groups of the project are therefore looked through.

use governance_guest::client::{Call, Endpoint};
use governance_guest::items::{self, closed_part};
use governance_guest::reading::Reading;
use governance_guest::steps::Steps;
use governance_guest::text;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::ResourceId;

use super::participant::{Participant, assigned};
use super::project_ways::Held;
use super::whole_list::all_rows;
use crate::session::reading;
use crate::{group, group_grants, project_groups};

/// One member of a group.
pub const MEMBER: Endpoint = reading(
    "retrieve-group-user",
    "/organization/groups/{group_id}/users/{user_id}",
    group_grants::SURFACE,
);

/// Counts in what is held through groups; a group itself is in none.
///
/// Where groups are closed to the credential or the plan, the second of the answer
/// is false: there may be more.
///
/// # Errors
/// All that reading can bring, except that groups are closed.
pub fn counted<T: Transport>(
    steps: &Steps<'_, T>,
    who: &Participant<'_>,
    held: &Held,
) -> Result<(Held, bool), Error> {
    if who.id.resource_type == group::TYPE {
        return Ok((held.clone(), true));
    }
    let mut counted = held.clone();
    match count(steps, &who.project.id, &who.id, &mut counted) {
        Ok(()) => Ok((counted, true)),
        Err(error) if closed_part(&error).is_some() => Ok((held.clone(), false)),
        Err(error) => Err(error),
    }
}

/// The same; where groups are closed, that is told.
///
/// # Errors
/// See [`counted`].
pub fn count_in<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    held: &Held,
) -> Result<Held, Error> {
    let (held, whole) = counted(steps, who, held)?;
    if !whole {
        let called = &who.called;
        steps.consequence(&format!("what {called} has through groups cannot be seen"));
    }
    Ok(held)
}

fn count<T: Transport>(
    steps: &Steps<'_, T>,
    project: &ResourceId,
    principal: &ResourceId,
    held: &mut Held,
) -> Result<(), Error> {
    for row in all_rows(steps, &project_groups::LIST, &[&project.id])? {
        let Some(id) = row.text("group_id").filter(|id| text::is_id(id)) else {
            continue;
        };
        let member = Call::new(&MEMBER).argument(id).argument(&principal.id);
        if steps.find(&member)?.is_none() {
            continue;
        }
        let group = items::id(group::TYPE, id);
        for role in assigned(steps, &project_groups::ROLES, project, &group)?.direct {
            held.inherit(role, &group);
        }
    }
    Ok(())
}
