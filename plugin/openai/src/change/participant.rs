//! Somebody in a project, or on the way into it: the requests that tell and change
//! what it holds there.
//!
//! | | person | group |
//! |---|---|---|
//! | roles | `GET /projects/{p}/users/{u}/roles` | `GET /projects/{p}/groups/{g}/roles` |
//! | in the project | `GET /organization/projects/{p}/users/{u}` | `GET /organization/projects/{p}/groups/{g}` |
//! | add | `POST /organization/projects/{p}/users`, a role's name | `POST /organization/projects/{p}/groups`, a role's id |
//! | leave | `DELETE` of the row | `DELETE` of the row |
//! | assign, unassign | `POST`, `DELETE` below its roles | `POST`, `DELETE` below its roles |
//!
//! A person's row names a role too. It counts as reading counts it: see
//! [`crate::project_user_roles::owed`].

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::unreadable;
use governance_guest::items;
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop};
use governance_guest::transport::Transport;
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::model::{Directness, Grant, ResourceId};
use serde_json::{Value, json};

use super::people_in_projects::SET;
use super::project_ways::{Held, ProjectRole};
use super::subjects::LiveProject;
use super::whole_list::all_rows;
use crate::group;
use crate::project_predefined::ProjectPredefined;
use crate::project_user_roles::{Owed, Seen, owed};
use crate::role_row::{self, Role};
use crate::session::Collection;

/// The requests about one kind of principal.
#[derive(Debug)]
pub struct Requests {
    /// Its roles in a project.
    pub roles: Collection,
    /// Its row in a project.
    pub row: Endpoint,
    /// Puts it into a project.
    pub add: Endpoint,
    /// Takes it out of a project.
    pub leave: Endpoint,
    /// Assigns a role.
    pub assign: Endpoint,
    /// Takes a role.
    pub unassign: Endpoint,
}

impl Requests {
    /// Those that no listing declares.
    #[must_use]
    pub const fn endpoints(&self) -> [Endpoint; 5] {
        [self.row, self.add, self.leave, self.assign, self.unassign]
    }
}

/// Somebody in a project, or on the way into it.
#[derive(Debug)]
pub struct Participant<'a> {
    /// The project.
    pub project: &'a LiveProject,
    /// The person or group.
    pub id: ResourceId,
    /// What to call it in a sentence.
    pub called: String,
    /// The query parameter that its row is asked for with.
    pub row_query: Option<(&'a str, &'a str)>,
    /// The requests about its kind.
    pub requests: &'a Requests,
}

impl Participant<'_> {
    /// Reads what it holds.
    ///
    /// # Errors
    /// All that reading can bring, but for `not-found`: then it is nothing.
    pub fn held<T: Transport>(&self, steps: &Steps<'_, T>) -> Result<Held, Error> {
        let held = assigned(steps, &self.requests.roles, &self.project.id, &self.id)?;
        let mut call = self.on(&self.requests.row);
        if let Some((key, value)) = self.row_query {
            call = call.query(key, Some(value));
        }
        let row = match steps.find(&call) {
            Err(error) if is_no_member(&error) => None,
            row => row?,
        };
        Ok(match self.id.resource_type.as_str() {
            group::TYPE => Held {
                present: row.is_some() || !held.direct.is_empty(),
                ..held
            },
            _ => with_row(held, row.as_ref()),
        })
    }

    /// Puts it into the project with this role.
    ///
    /// # Errors
    /// See [`Steps::send`].
    pub fn add<T: Transport>(
        &self,
        steps: &mut Steps<'_, T>,
        role: ProjectPredefined,
    ) -> Result<(), Stop> {
        let id = self.id.id.as_str();
        let (body, predicted) = match self.id.resource_type.as_str() {
            group::TYPE => (
                json!({"group_id": id, "role": role.id()}),
                json!({"object": "project.group", "project_id": self.project.id.id, "group_id": id}),
            ),
            _ => (
                json!({"user_id": id, "role": role.name()}),
                json!({"object": "organization.project.user", "id": id, "role": role.name()}),
            ),
        };
        let call = Call::new(&self.requests.add).argument(&self.project.id.id);
        steps.send(&call.body(body).predicting(predicted))?;
        Ok(())
    }

    /// Changes its predefined role from owner to member or the other way round.
    /// Only a person has this request.
    ///
    /// # Errors
    /// See [`Steps::send`].
    pub fn set<T: Transport>(
        &self,
        steps: &mut Steps<'_, T>,
        role: ProjectPredefined,
    ) -> Result<(), Stop> {
        let (id, role) = (self.id.id.as_str(), role.name());
        let predicted = json!({"object": "organization.project.user", "id": id, "role": role});
        let call = self.on(&SET).body(json!({"role": role}));
        steps.send(&call.predicting(predicted))?;
        Ok(())
    }

    /// Takes it out of the project; whether it was there.
    ///
    /// # Errors
    /// See [`Steps::send`].
    pub fn leave<T: Transport>(&self, steps: &mut Steps<'_, T>) -> Result<bool, Stop> {
        let call = self.on(&self.requests.leave);
        let call = call.predicting(json!({"id": self.id.id, "deleted": true}));
        match steps.remove(&call) {
            Err(Stop::Refused(error)) if is_no_member(&error) => Ok(false),
            answer => gone(&self.requests.leave, answer?),
        }
    }

    /// Assigns a role.
    ///
    /// # Errors
    /// See [`Steps::send`].
    pub fn assign<T: Transport>(
        &self,
        steps: &mut Steps<'_, T>,
        role: &ProjectRole,
    ) -> Result<(), Stop> {
        let call = self.on(&self.requests.assign);
        let call = call.body(json!({"role_id": role.id()}));
        steps.send(&call.predicting(json!({"role": {"id": role.id()}})))?;
        Ok(())
    }

    /// Takes a role; whether it was assigned.
    ///
    /// # Errors
    /// See [`Steps::send`].
    pub fn unassign<T: Transport>(
        &self,
        steps: &mut Steps<'_, T>,
        role: &ProjectRole,
    ) -> Result<bool, Stop> {
        let call = self.on(&self.requests.unassign).argument(role.id());
        let answer = steps.remove(&call.predicting(json!({"deleted": true})));
        match answer {
            // How the service answers for what is not assigned is not known.
            Err(Stop::Refused(error)) if is_refusal(&error) => {
                let held = assigned(steps, &self.requests.roles, &self.project.id, &self.id)?;
                match held.has(role) || !held.tells_predefined {
                    true => Err(Stop::Refused(error)),
                    false => Ok(false),
                }
            }
            answer => gone(&self.requests.unassign, answer?),
        }
    }

    /// That it holds a role itself.
    #[must_use]
    pub fn grant(&self, role: &ProjectRole) -> Grant {
        let grant = items::grant(self.project.id.clone(), role.slug(), self.id.clone());
        match self.id.resource_type.as_str() {
            group::TYPE => group::expanding(grant),
            _ => grant,
        }
    }

    /// That it holds a role through these.
    #[must_use]
    pub fn inherits(&self, role: &ProjectRole, sources: &[ResourceId]) -> Grant {
        Grant {
            directness: role_row::through(sources.to_vec()),
            ..self.grant(role)
        }
    }

    fn on<'c>(&'c self, endpoint: &'c Endpoint) -> Call<'c> {
        let call = Call::new(endpoint).argument(&self.project.id.id);
        call.argument(&self.id.id)
    }
}

/// Whether the service answered that it refuses this.
#[must_use]
pub fn is_refusal(error: &Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::Precondition | ErrorKind::InvalidInput(_) | ErrorKind::Conflict
    ) && error.http_status.is_some()
}

/// "User … is not a member of …", seen in place of a clean 404 \[L].
fn is_no_member(error: &Error) -> bool {
    is_refusal(error) && error.message.contains("is not a member of")
}

/// Whether an answer to a removal says that something is gone.
fn gone(endpoint: &Endpoint, answer: Option<Value>) -> Result<bool, Stop> {
    match answer.map(|answer| answer.flag("deleted")) {
        None => Ok(false),
        Some(Some(false)) => {
            let message = "the service accepted the removal, and says that nothing is removed";
            Err(Stop::Unanswered(unreadable(endpoint.surface, message)))
        }
        Some(_) => Ok(true),
    }
}

/// The roles that are listed of a principal.
///
/// # Errors
/// See [`all_rows`]. A role that cannot be told decides nothing either.
pub fn assigned<T: Transport>(
    steps: &Steps<'_, T>,
    list: &Collection,
    project: &ResourceId,
    principal: &ResourceId,
) -> Result<Held, Error> {
    let mut held = Held::default();
    for row in all_rows(steps, list, &[&project.id, &principal.id])? {
        let message = "an assigned role has no id that can be used";
        let unreadable = || unreadable(list.endpoint.surface, message);
        hold(&mut held, &row, principal).ok_or_else(unreadable)?;
    }
    Ok(held)
}

/// Adds what a row tells; None if it is unreadable.
fn hold(held: &mut Held, row: &Value, principal: &ResourceId) -> Option<()> {
    let role = match role_row::in_project(row) {
        Role::Predefined(role) => ProjectRole::Predefined(role),
        Role::Custom(id) => ProjectRole::Custom(id.to_owned()),
        Role::Elsewhere => return Some(()),
        Role::Unreadable => return None,
    };
    held.tells_predefined |= matches!(role, ProjectRole::Predefined(_));
    let direct = role_row::directness(row, principal) == Directness::Direct;
    let sources = role_row::sources(row, principal);
    if !direct || !sources.is_empty() {
        held.inherited.push((role.clone(), sources));
    }
    if direct {
        held.direct.push(role);
    }
    Some(())
}

/// Counts a person's row in.
fn with_row(held: Held, row: Option<&Value>) -> Held {
    let role = row.and_then(|row| row.text("role"));
    let role = role.and_then(ProjectPredefined::of_name);
    let all = || {
        held.direct
            .iter()
            .chain(held.inherited.iter().map(|it| &it.0))
    };
    let predefined = |role: &ProjectRole| match role {
        ProjectRole::Predefined(role) => Some(*role),
        ProjectRole::Custom(_) => None,
    };
    let seen = Seen {
        predefined: all().filter_map(predefined).collect(),
        custom: all().any(|role| predefined(role).is_none()),
    };
    let mut held = Held {
        // Who comes through a group may have a row too.
        present: !held.direct.is_empty() || (row.is_some() && held.inherited.is_empty()),
        ..held
    };
    match owed(role, &seen) {
        Owed::Classic(_) if held.tells_predefined => held.by_organization = true,
        Owed::Classic(role) => {
            held.owner_by_row = role == ProjectPredefined::Owner;
            held.direct.push(ProjectRole::Predefined(role));
        }
        Owed::Gap | Owed::Nothing => {}
    }
    held.present |= !held.direct.is_empty();
    held
}
