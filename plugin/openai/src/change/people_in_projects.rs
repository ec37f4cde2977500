//! People in projects: owner, member, viewer and custom roles.
//!
//! Which request gives or takes what is decided in [`super::project_ways`], and
//! done in [`super::giving`] and [`super::taking`]. Refused before anything is sent:
//!
//! | state | why |
//! |---|---|
//! | the project is archived | it takes no changes \[S] |
//! | the person owns the organization, by itself or through a group | owners own every project \[S]; removing or changing them there is refused \[D] |
//! | the default project, and the person would come or go | older official notes \[S]: only the organization adds and removes |
//! | a role that is only inherited is to be taken | it is taken where it comes from \[S] |

use governance_guest::client::Endpoint;
use governance_guest::faults::precondition;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::{Completion, GrantChange};
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::manifest::{ChangeKind, OfferedChange};

use super::giving::give;
use super::in_projects::{find_wanted, wanted};
use super::organization_roles::is_no_owner_through_a_group;
use super::participant::{Participant, Requests};
use super::project_ways::{Held, WayIn, WayOut, person_in, person_out};
use super::subjects::{LiveProject, Person, find_person, live_project, person};
use super::taking::take;
use super::through_groups;
use crate::session::changing;
use crate::{project_role, project_user_roles, project_users};

const DEFAULT_HINT: &str = "people come to the default project and leave it with the organization: \
    invite them to it, or delete the account";
const OWNER_HINT: &str = "take the organization role owner first";

/// Changes the role of one who is in the project.
pub const SET: Endpoint = changing(
    "modify-project-user",
    Method::Post,
    "/organization/projects/{project_id}/users/{user_id}",
    project_users::SURFACE,
);

/// The requests about people.
pub const REQUESTS: Requests = Requests {
    roles: project_user_roles::LIST,
    row: project_users::RETRIEVE,
    add: changing(
        "create-project-user",
        Method::Post,
        "/organization/projects/{project_id}/users",
        project_users::SURFACE,
    ),
    leave: changing(
        "delete-project-user",
        Method::Delete,
        "/organization/projects/{project_id}/users/{user_id}",
        project_users::SURFACE,
    ),
    assign: changing(
        "assign-project-user-role",
        Method::Post,
        "/projects/{project_id}/users/{user_id}/roles",
        project_role::SURFACE,
    ),
    unassign: changing(
        "unassign-project-user-role",
        Method::Delete,
        "/projects/{project_id}/users/{user_id}/roles/{role_id}",
        project_role::SURFACE,
    ),
};

/// The endpoints that it uses and no listing declares.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let [row, add, leave, assign, unassign] = REQUESTS.endpoints();
    let member = through_groups::MEMBER;
    vec![row, add, SET, leave, assign, unassign, member]
}

/// What `describe` offers on a project, for every kind of principal.
#[must_use]
pub fn offered() -> Vec<OfferedChange> {
    [ChangeKind::Grant, ChangeKind::Revoke]
        .map(|kind| super::offer(kind, Vec::new()))
        .to_vec()
}

/// Gives a role.
///
/// # Errors
/// See the module.
pub fn grant<T: Transport>(
    steps: &mut Steps<'_, T>,
    change: &GrantChange,
) -> Result<Completion, Stop> {
    let project = live_project(steps, &change.entitlement.resource.id)?;
    let wanted = wanted(steps, &project.id, &change.entitlement.slug)?;
    let person = person(steps, &change.principal)?;
    let who = participant(&project, &person);
    let held = held(steps, &who, &person)?;
    let way = person_in(&held, &wanted.role);
    if project.is_default() && !held.present && way != WayIn::Held {
        return Err(no_membership_change(&project).into());
    }
    give(steps, &who, &held, &wanted, person_in).map_err(explained)
}

/// Takes a role.
///
/// # Errors
/// See the module.
pub fn revoke<T: Transport>(
    steps: &mut Steps<'_, T>,
    change: &GrantChange,
) -> Result<Completion, Stop> {
    let project = live_project(steps, &change.entitlement.resource.id)?;
    let Some(person) = find_person(steps, &change.principal)? else {
        return Ok(no_op("the organization has no such user"));
    };
    let slug = &change.entitlement.slug;
    let Some(wanted) = find_wanted(steps, &project.id, slug)? else {
        return Ok(no_op(&format!("the project has no role {slug}")));
    };
    let who = participant(&project, &person);
    let held = held(steps, &who, &person)?;
    let held = through_groups::count_in(steps, &who, &held)?;
    let way = person_out(&held, &wanted.role);
    if project.is_default() && leaves(&held, &way) {
        return Err(no_membership_change(&project).into());
    }
    take(steps, &who, &held, &wanted, way).map_err(explained)
}

fn participant<'a>(project: &'a LiveProject, person: &Person) -> Participant<'a> {
    Participant {
        project,
        id: person.id.clone(),
        called: person.called(),
        row_query: None,
        requests: &REQUESTS,
    }
}

/// What the person holds, if it is no owner of the organization.
fn held<T: Transport>(
    steps: &Steps<'_, T>,
    who: &Participant<'_>,
    person: &Person,
) -> Result<Held, Stop> {
    if person.is_owner() {
        return Err(owns_all(&who.called).into());
    }
    let held = who.held(steps)?;
    if held.by_organization || held.owner_by_row {
        is_no_owner_through_a_group(steps, person)?;
    }
    match held.by_organization {
        true => Err(owns_all(&who.called).into()),
        false => Ok(held),
    }
}

fn owns_all(called: &str) -> Error {
    let message = format!("{called} owns the organization, and so every project of it");
    precondition(&message, OWNER_HINT)
}

/// Whether this way takes the person out of the project.
fn leaves(held: &Held, way: &WayOut) -> bool {
    match way {
        WayOut::Leave => true,
        WayOut::Unassign => held.direct.len() == 1,
        WayOut::NotHeld | WayOut::Inherited(_) => false,
    }
}

fn no_membership_change(project: &LiveProject) -> Error {
    let project = project.called();
    let message = format!("{project} is the default project, which nobody is added to or leaves");
    precondition(&message, DEFAULT_HINT)
}

/// The service's refusal, with a hint where its message names a known reason.
fn explained(stop: Stop) -> Stop {
    let Stop::Refused(error) = stop else {
        return stop;
    };
    let message = error.message.to_lowercase();
    let hints = [
        ("default project", DEFAULT_HINT),
        ("owner of this organization", OWNER_HINT),
        ("organization owner", OWNER_HINT),
    ];
    let hint = hints.iter().find(|(words, _)| message.contains(words));
    Stop::Refused(match hint {
        Some((_, hint)) => Error {
            kind: ErrorKind::Precondition,
            hint: Some((*hint).to_owned()),
            ..error
        },
        None => error,
    })
}
