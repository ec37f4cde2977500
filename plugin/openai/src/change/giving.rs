//! Giving a role in a project, to people and groups alike, by the way that
//! [`super::project_ways`] decides.
//!
//! | way | tells |
//! |---|---|
//! | add, assign | the grant that holds |
//! | set | that, and the one that ended |
//! | assign, then take | that, and those that ended as each does |
//! | be the only one | those that ended |
//! | assign, or join | the membership too, if it had to be |

use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::Completion;
use governance_guest::wit::faults::{Error, ErrorKind};

use super::in_projects::{Wanted, tell_added, tell_assigned, tell_remaining, tell_unassigned};
use super::participant::{Participant, is_refusal};
use super::project_ways::{Held, ProjectRole, WayIn};
use super::through_groups;
use crate::project_predefined::ProjectPredefined;

/// How somebody of a kind comes to a role.
pub type Decide = fn(&Held, &ProjectRole) -> WayIn;

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
        WayIn::Alone(old) => {
            take_old(steps, who, held, &old)?;
            Ok(Completion::Complete)
        }
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
        WayIn::AssignOrJoin => assign_or_join(steps, who, held, wanted),
    }
}

fn holds_already(who: &Participant<'_>, wanted: &Wanted) -> Completion {
    let (called, role, project) = (&who.called, &wanted.called, who.project.called());
    no_op(&format!(
        "{called} has the role {role} in project {project} already"
    ))
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
    take_old(steps, who, held, old)?;
    let predefined = matches!(wanted.role, ProjectRole::Predefined(_));
    if predefined && held.present && !held.tells_predefined {
        let called = &who.called;
        steps.consequence(&format!(
            "the service lists no predefined role of {called} there: one that is held stays"
        ));
    }
    Ok(Completion::Complete)
}

/// Takes the roles that another one replaces.
fn take_old<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    held: &Held,
    old: &[ProjectPredefined],
) -> Result<(), Stop> {
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
    Ok(())
}

/// Assigns a custom role. Whether that needs a predefined role first, as one
/// vendor says \[D], or not, as one provider's tests show for groups \[L], only
/// the service's refusal tells.
fn assign_or_join<T: Transport>(
    steps: &mut Steps<'_, T>,
    who: &Participant<'_>,
    held: &Held,
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
            let (held, _) = through_groups::counted(steps, who, held)?;
            if !held.inherited.is_empty() {
                return Err(member_first(Stop::Refused(error), who, &held, wanted));
            }
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
