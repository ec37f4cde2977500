//! Taking a role in a project, from people and groups alike, by the way that
//! [`super::project_ways`] decides.
//!
//! | way | tells |
//! |---|---|
//! | leave | all grants that ended, and what is held through groups still |
//! | unassign | the grant that ended, and all that is held still |

use governance_guest::client::Call;
use governance_guest::faults::precondition;
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::Completion;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::ResourceId;

use super::in_projects::{Wanted, tell_remaining, tell_unassigned};
use super::participant::Participant;
use super::project_ways::{Held, ProjectRole, WayOut};
use crate::group;

/// Takes a role.
///
/// # Errors
/// `precondition` if it is only inherited; what the service refuses; see
/// [`Steps::send`].
pub fn take<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    held: &Held,
    wanted: &Wanted,
    way: WayOut,
) -> Result<Completion, Stop> {
    match way {
        WayOut::NotHeld => Ok(holds_not(who, wanted)),
        WayOut::Inherited(sources) => Err(inherited(steps, who, wanted, &sources).into()),
        WayOut::Leave => leave(steps, who, held, wanted),
        WayOut::Unassign => unassign(steps, who, held, wanted),
    }
}

fn holds_not(who: &Participant<'_>, wanted: &Wanted) -> Completion {
    let (called, role, project) = (&who.called, &wanted.called, who.project.called());
    no_op(&format!(
        "{called} does not have the role {role} in project {project}"
    ))
}

fn leave<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    held: &Held,
    wanted: &Wanted,
) -> Result<Completion, Stop> {
    if !who.leave(steps)? {
        return Ok(holds_not(who, wanted));
    }
    let (called, project) = (&who.called, who.project.called());
    steps.did(
        &format!("removed {called} from project {project}"),
        &who.project.id,
    );
    for role in &held.direct {
        steps.replaced(who.grant(role));
    }
    let ended: Vec<_> = held.direct.iter().collect();
    tell_remaining(steps, who, held, &ended);
    Ok(Completion::Complete)
}

fn unassign<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    held: &Held,
    wanted: &Wanted,
) -> Result<Completion, Stop> {
    if !who.unassign(steps, &wanted.role)? {
        return Ok(holds_not(who, wanted));
    }
    tell_unassigned(steps, who, &wanted.role, &wanted.called);
    tell_remaining(steps, who, held, &[&wanted.role]);
    let predefined = matches!(wanted.role, ProjectRole::Predefined(_));
    if predefined && held.predefined().len() == 1 && held.direct.len() > 1 {
        steps.consequence(
            "custom roles that are left may end with it: some need a predefined role beside them",
        );
    }
    Ok(Completion::Complete)
}

/// That a role is held only through something else, and what that is.
/// A source that cannot be read is named by its id.
fn inherited<T: Transport>(
    steps: &Steps<'_, T>,
    who: &Participant<'_>,
    wanted: &Wanted,
    sources: &[ResourceId],
) -> Error {
    let named: Vec<String> = sources
        .iter()
        .map(|source| name_of(steps, source))
        .collect();
    let through = match named.is_empty() {
        true => "something that the service does not name".to_owned(),
        false => named.join(" and "),
    };
    let (called, role, project) = (&who.called, &wanted.called, who.project.called());
    precondition(
        &format!("{called} has the role {role} in project {project} only through {through}"),
        "take them out of the group, or take the role from the group",
    )
}

fn name_of<T: Transport>(steps: &Steps<'_, T>, source: &ResourceId) -> String {
    let id = source.id.as_str();
    if source.resource_type != group::TYPE {
        return format!("{} {id}", source.resource_type);
    }
    let row = steps.find(&Call::new(&group::RETRIEVE).argument(id));
    let row = row.ok().flatten();
    let name = row.as_ref().and_then(|row| row.text("name"));
    format!("group {}", name.unwrap_or(id))
}
