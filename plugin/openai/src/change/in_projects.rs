//! What giving and taking roles in a project share: which role is meant, and the
//! sentences and grants of what was done.

use governance_guest::client::Call;
use governance_guest::faults::not_found;
use governance_guest::reading::Reading;
use governance_guest::steps::Steps;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::ResourceId;

use super::participant::Participant;
use super::project_ways::{Held, ProjectRole};
use crate::project_predefined::ProjectPredefined;
use crate::project_role;

/// A role, and what to call it in a sentence.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The role.
    pub role: ProjectRole,
    /// Its name.
    pub called: String,
}

/// Reads the role that a slug names; None if the project has no such role.
///
/// # Errors
/// All that reading can bring.
pub fn find_wanted<T: Transport>(
    steps: &Steps<'_, T>,
    project: &ResourceId,
    slug: &str,
) -> Result<Option<Wanted>, Error> {
    let role = ProjectRole::of_slug(slug);
    let called = match &role {
        ProjectRole::Predefined(role) => role.name().to_owned(),
        ProjectRole::Custom(id) => {
            let call = Call::new(&project_role::RETRIEVE).argument(&project.id);
            let Some(row) = steps.find(&call.argument(id))? else {
                return Ok(None);
            };
            row.text("name").unwrap_or(id).to_owned()
        }
    };
    Ok(Some(Wanted { role, called }))
}

/// The same, of a role that has to be there.
///
/// # Errors
/// `not-found`, and all that reading can bring.
pub fn wanted<T: Transport>(
    steps: &Steps<'_, T>,
    project: &ResourceId,
    slug: &str,
) -> Result<Wanted, Error> {
    find_wanted(steps, project, slug)?.ok_or_else(|| Error {
        hint: Some("owner, member, viewer, or the id of one of the project's roles".to_owned()),
        ..not_found(&format!("the project has no role {slug}"))
    })
}

/// Tells that somebody was put into the project.
pub fn tell_added<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    role: ProjectPredefined,
) {
    let (called, project, name) = (&who.called, who.project.called(), role.name());
    steps.did(
        &format!("added {called} to project {project} as {name}"),
        &who.project.id,
    );
    steps.held(who.grant(&ProjectRole::Predefined(role)));
}

/// Tells that a role was assigned.
pub fn tell_assigned<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    wanted: &Wanted,
) {
    let (called, role, project) = (&who.called, &wanted.called, who.project.called());
    let summary = format!("gave {called} the role {role} in project {project}");
    steps.did(&summary, &who.project.id);
    steps.held(who.grant(&wanted.role));
}

/// Tells that a role was taken.
pub fn tell_unassigned<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    role: &ProjectRole,
    name: &str,
) {
    let (called, project) = (&who.called, who.project.called());
    let summary = format!("took the role {name} from {called} in project {project}");
    steps.did(&summary, &who.project.id);
    steps.replaced(who.grant(role));
}

/// Tells what is held still, once these roles have ended.
pub fn tell_remaining<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    held: &Held,
    ended: &[&ProjectRole],
) {
    for role in held.direct.iter().filter(|role| !ended.contains(role)) {
        steps.remaining(who.grant(role));
    }
    for (role, sources) in &held.inherited {
        steps.remaining(who.inherits(role, sources));
    }
}
