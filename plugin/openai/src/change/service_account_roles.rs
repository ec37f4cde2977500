//! The role of a service account in its project.
//!
//! | role | give | take |
//! |---|---|---|
//! | `owner`, `member` | set, which ends the other | owner: becomes member |
//! | `member` | | `unsupported`: deleting the account is another change, and never a hidden one |
//! | `viewer`, custom | `unsupported`: the service assigns none \[D] | unassigned like a person's \[D] |
//!
//! An account made without access has the role `none`.

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{not_found, unreadable, unsupported_but};
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::{Completion, GrantChange};
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::{Reference, ResourceId};
use serde_json::{Value, json};

use super::in_projects::{find_wanted, tell_remaining};
use super::participant::{Participant, assigned};
use super::people_in_projects;
use super::project_ways::{Held, ProjectRole, person_out};
use super::subjects::{LiveProject, live_project};
use super::taking::take;
use super::through_groups;
use crate::project_predefined::ProjectPredefined::{self, Member, Owner};
use crate::{project, service_account};

/// The endpoints that it uses and no listing declares.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![service_account::UPDATE]
}

/// Gives a role.
///
/// # Errors
/// `unsupported` for all but owner and member; `not-found`; and what the service
/// refuses.
pub fn grant<T: Transport>(
    steps: &mut Steps<'_, T>,
    change: &GrantChange,
) -> Result<Completion, Stop> {
    let ProjectRole::Predefined(role @ (Owner | Member)) =
        ProjectRole::of_slug(&change.entitlement.slug)
    else {
        let message = "a service account can only be owner or member of its project";
        let hint = "grant owner or member, or put the account into a group that has the role";
        return Err(unsupported_but(message, hint).into());
    };
    let project = live_project(steps, &change.entitlement.resource.id)?;
    let account = Account::find(steps, &project, &change.principal)?;
    let account = account.ok_or_else(|| missing(&change.principal))?;
    if account.role == Some(role) {
        let (called, name) = (&account.called, role.name());
        return Ok(no_op(&format!("{called} is {name} of its project already")));
    }
    account.set(steps, role)?;
    Ok(Completion::Complete)
}

/// Takes a role.
///
/// # Errors
/// See the module's table; `precondition` if it is only inherited; and what the
/// service refuses.
pub fn revoke<T: Transport>(
    steps: &mut Steps<'_, T>,
    change: &GrantChange,
) -> Result<Completion, Stop> {
    let project = live_project(steps, &change.entitlement.resource.id)?;
    let Some(account) = Account::find(steps, &project, &change.principal)? else {
        return Ok(no_op("the project has no such service account"));
    };
    let slug = &change.entitlement.slug;
    let Some(wanted) = find_wanted(steps, &project.id, slug)? else {
        return Ok(no_op(&format!("the project has no role {slug}")));
    };
    let who = account.participant();
    let held = account.held(steps)?;
    let held = through_groups::count_in(steps, &who, &held)?;
    match wanted.role {
        ProjectRole::Predefined(Owner) if held.has(&wanted.role) => {
            account.set(steps, Member)?;
            tell_remaining(steps, &who, &held, &[&wanted.role]);
            Ok(Completion::Complete)
        }
        ProjectRole::Predefined(Member) if held.has(&wanted.role) => Err(unsupported_but(
            "a service account cannot be in its project with less than member",
            "delete the service account, if it is not needed",
        )
        .into()),
        _ => {
            let way = person_out(&held, &wanted.role);
            take(steps, &who, &held, &wanted, way)
        }
    }
}

/// A service account of a project.
#[derive(Debug)]
struct Account<'a> {
    project: &'a LiveProject,
    id: ResourceId,
    called: String,
    /// None if it has no access, or a role that is not known.
    role: Option<ProjectPredefined>,
}

impl<'a> Account<'a> {
    fn find<T: Transport>(
        steps: &Steps<'_, T>,
        project: &'a LiveProject,
        of: &Reference,
    ) -> Result<Option<Self>, Error> {
        let call = Call::new(&service_account::RETRIEVE).argument(&project.id.id);
        let row = steps.find(&call.argument(&of.id.id))?;
        Ok(row.map(|row| Self {
            project,
            id: of.id.clone(),
            called: format!("service account {}", row.text("name").unwrap_or(&of.id.id)),
            role: role(&row),
        }))
    }

    /// What it holds. Of owner and member its row counts; other roles somebody
    /// assigned by other means.
    fn held<T: Transport>(&self, steps: &Steps<'_, T>) -> Result<Held, Error> {
        let list = &people_in_projects::REQUESTS.roles;
        let mut held = assigned(steps, list, &self.project.id, &self.id)?;
        let own = [Owner, Member].map(ProjectRole::Predefined);
        held.direct.retain(|role| !own.contains(role));
        held.direct.extend(self.role.map(ProjectRole::Predefined));
        Ok(held)
    }

    /// It as one of those whose roles are listed: its id is a user's there.
    fn participant(&self) -> Participant<'a> {
        Participant {
            project: self.project,
            id: self.id.clone(),
            called: self.called.clone(),
            row_query: None,
            requests: &people_in_projects::REQUESTS,
        }
    }

    /// Sets its role, and tells what holds now and what ended.
    fn set<T: Transport>(
        &self,
        steps: &mut Steps<'_, T>,
        new: ProjectPredefined,
    ) -> Result<(), Stop> {
        let call = Call::new(&service_account::UPDATE).argument(&self.project.id.id);
        let call = call.argument(&self.id.id).body(json!({"role": new.name()}));
        let predicted = json!({"id": self.id.id, "role": new.name()});
        let answer = steps.send(&call.predicting(predicted))?;
        if role(&answer).is_some_and(|told| told != new) {
            let message = "the service accepted the role, and answers another";
            let error = unreadable(service_account::SURFACE, message);
            return Err(Stop::Unanswered(error));
        }
        let (called, name, project) = (&self.called, new.name(), self.project.called());
        let summary = format!("made {called} {name} of project {project}");
        steps.did(&summary, &self.project.id);
        let grant = |role| project::grant(&self.project.id, role, &self.id);
        steps.held(grant(new));
        if let Some(old) = self.role {
            steps.replaced(grant(old));
        }
        Ok(())
    }
}

fn role(row: &Value) -> Option<ProjectPredefined> {
    row.text("role").and_then(ProjectPredefined::of_name)
}

fn missing(of: &Reference) -> Error {
    Error {
        hint: Some("a service account has roles in its own project alone".to_owned()),
        ..not_found(&format!("the project has no service account {}", of.id.id))
    }
}
