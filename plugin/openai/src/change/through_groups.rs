//! What somebody holds in a project through groups.
//!
//! The list of roles names what is inherited, but may name a role that is held
//! directly too as direct alone. Before a role is taken, the groups of the project
//! are therefore looked through, so that what stays is told.

use governance_guest::client::{Call, Endpoint};
use governance_guest::items::{self, closed_part};
use governance_guest::reading::Reading;
use governance_guest::steps::Steps;
use governance_guest::text;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::ResourceId;

use super::participant::assigned;
use super::project_ways::Held;
use super::subjects::all_rows;
use crate::session::reading;
use crate::{group, group_grants, project_groups};

/// One member of a group.
pub const MEMBER: Endpoint = reading(
    "retrieve-group-user",
    "/organization/groups/{group_id}/users/{user_id}",
    group_grants::SURFACE,
);

/// Counts in what is held through groups.
///
/// Where groups are closed to the credential or the plan, the second of the answer
/// is false: there may be more.
///
/// # Errors
/// All that reading can bring, except that groups are closed.
pub fn counted<T: Transport>(
    steps: &Steps<'_, T>,
    project: &ResourceId,
    principal: &ResourceId,
    held: Held,
) -> Result<(Held, bool), Error> {
    let mut counted = held.clone();
    match count(steps, project, principal, &mut counted) {
        Ok(()) => Ok((counted, true)),
        Err(error) if closed_part(&error).is_some() => Ok((held, false)),
        Err(error) => Err(error),
    }
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
