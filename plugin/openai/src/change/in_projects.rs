//! Giving and taking roles in a project, for people and groups alike: what was
//! decided in [`crate::change::project_ways`] is done, and told.
//!
//! | step | tells |
//! |---|---|
//! | add, assign | the grant that holds |
//! | set; taking what is replaced | the grant that ended |
//! | leave | all grants that ended, and what is held through groups still |
//! | unassign | the grant that ended, and all that is held still |

use governance_guest::client::Call;
use governance_guest::faults::{not_found, precondition};
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::Completion;
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::model::ResourceId;

use super::participant::{Participant, is_refusal};
use super::project_ways::{Held, ProjectRole, WayIn, WayOut};
use crate::project_predefined::ProjectPredefined;
use crate::{group, project_role};

/// A role, and what to call it in a sentence.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The role.
    pub role: ProjectRole,
    /// Its name.
    pub called: String,
}

/// How somebody of a kind comes to a role.
pub type Decide = fn(&Held, &ProjectRole) -> WayIn;

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

/// Gives a role.
///
/// # Errors
/// What the service refuses; see [`Steps::send`].
pub fn give<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    held: &Held,
    wanted: &Wanted,
    decide: Decide,
) -> Result<Completion, Stop> {
    match decide(held, &wanted.role) {
        WayIn::Held => Ok(holds_already(who, wanted)),
        WayIn::Add(role) => match who.add(steps, role) {
            Err(Stop::Refused(error)) if is_there_already(&error) => {
                // Somebody was faster, or the lists do not show it.
                let held = Held {
                    present: true,
                    ..who.held(steps)?
                };
                give(steps, who, &held, wanted, decide)
            }
            added => {
                added?;
                tell_added(steps, who, role);
                Ok(Completion::Complete)
            }
        },
        WayIn::Set(new, old) => set(steps, who, held, new, old),
        WayIn::Assign(old) => replace(steps, who, held, wanted, &old),
        WayIn::AssignOrJoin => assign_or_join(steps, who, wanted),
    }
}

fn holds_already(who: &Participant<'_>, wanted: &Wanted) -> Completion {
    let (called, role, project) = (&who.called, &wanted.called, who.project.called());
    no_op(&format!(
        "{called} has the role {role} in project {project} already"
    ))
}

fn tell_added<T: Transport>(
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

/// Changes one predefined role to another.
fn set<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    held: &Held,
    new: ProjectPredefined,
    old: ProjectPredefined,
) -> Result<Completion, Stop> {
    who.set(steps, new)?;
    let (called, project) = (&who.called, who.project.called());
    let (now, before) = (new.name(), old.name());
    let summary = format!("changed {called} from {before} to {now} in project {project}");
    steps.did(&summary, &who.project.id);
    steps.held(who.grant(&ProjectRole::Predefined(new)));
    let old = ProjectRole::Predefined(old);
    steps.replaced(who.grant(&old));
    tell_remaining(steps, who, held, &[&old]);
    Ok(Completion::Complete)
}

/// Assigns a role, and then takes those that it replaces.
fn replace<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    held: &Held,
    wanted: &Wanted,
    old: &[ProjectPredefined],
) -> Result<Completion, Stop> {
    who.assign(steps, &wanted.role)
        .map_err(|stop| member_first(stop, who, held, wanted))?;
    tell_assigned(steps, who, wanted);
    let old: Vec<_> = old.iter().copied().map(ProjectRole::Predefined).collect();
    for role in &old {
        if who.unassign(steps, role)? {
            tell_unassigned(steps, who, role, role.slug());
        }
    }
    if !old.is_empty() {
        let ended: Vec<_> = old.iter().collect();
        tell_remaining(steps, who, held, &ended);
    }
    Ok(Completion::Complete)
}

/// A refusal that may be for want of a predefined role. None is added where one
/// is held already, or anything is held through a group: so it is said.
fn member_first(stop: Stop, who: &Participant<'_>, held: &Held, wanted: &Wanted) -> Stop {
    let custom = matches!(wanted.role, ProjectRole::Custom(_));
    match stop {
        Stop::Refused(error)
            if custom && held.predefined().is_empty() && wants_membership(&error) =>
        {
            let hint = format!("grant {} member first, if that is meant", who.called);
            Stop::Refused(Error {
                hint: Some(hint),
                ..error
            })
        }
        stop => stop,
    }
}

fn tell_assigned<T: Transport>(steps: &mut Steps<'_, T>, who: &Participant<'_>, wanted: &Wanted) {
    let (called, role, project) = (&who.called, &wanted.called, who.project.called());
    let summary = format!("gave {called} the role {role} in project {project}");
    steps.did(&summary, &who.project.id);
    steps.held(who.grant(&wanted.role));
}

fn tell_unassigned<T: Transport>(
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

/// Assigns a custom role. Whether that needs a predefined role first, as one
/// vendor says \[D], or not, as one provider's tests show for groups \[L], only
/// the service's refusal tells.
fn assign_or_join<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    wanted: &Wanted,
) -> Result<Completion, Stop> {
    if steps.plan() {
        let called = &who.called;
        steps.consequence(&format!(
            "if the service refuses this, {called} is added as member first, and given the role then"
        ));
    }
    match who.assign(steps, &wanted.role) {
        Err(Stop::Refused(error)) if wants_membership(&error) => {
            let member = ProjectPredefined::Member;
            match who.add(steps, member) {
                // It is in the project: the refusal was about something else.
                Err(Stop::Refused(second)) if is_there_already(&second) => {
                    return Err(Stop::Refused(error));
                }
                added => added?,
            }
            tell_added(steps, who, member);
            who.assign(steps, &wanted.role)?;
        }
        assigned => assigned?,
    }
    tell_assigned(steps, who, wanted);
    Ok(Completion::Complete)
}

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

/// That a role is held only through something else, and what that is.
///
/// A source that cannot be read is named by its id.
pub fn inherited<T: Transport>(
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

/// "… already exists in project …" \[L].
fn is_there_already(error: &Error) -> bool {
    is_refusal(error) && error.message.contains("already exists")
}

/// Whether a refusal may be for want of a predefined role: it is not about the
/// role, nor about the state of the project.
fn wants_membership(error: &Error) -> bool {
    let about_else = ["archived", "default project"];
    let message = error.message.to_lowercase();
    is_refusal(error)
        && error.kind != ErrorKind::InvalidInput("role_id".to_owned())
        && !about_else.iter().any(|words| message.contains(words))
}
