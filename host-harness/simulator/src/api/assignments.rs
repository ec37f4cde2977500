//! Role assignments: of users and groups, in the organization and in projects.
//!
//! | principal | in the organization | in a project |
//! |---|---|---|
//! | user | `/v1/organization/users/{user_id}/roles` | `/v1/projects/{project_id}/users/{user_id}/roles` |
//! | group | `/v1/organization/groups/{group_id}/roles` | `/v1/projects/{project_id}/groups/{group_id}/roles` |
//!
//! Service accounts answer under the paths of users. A user or group of the
//! organization that is not in the project has no assignments there.

use axum::extract::State;
use axum::response::Json;
use axum::routing::get;
use serde_json::{Value, json};

use super::assignment_changes as changes;
use super::failure::Failure;
use super::parameters::{Id, Parameters, Three, Two};
use super::{Answer, Routes, Shared, paging};
use crate::organization::{
    Assignment, Collection, Organization, OrganizationRole, Predefined, Reason, Refusal, Role,
    direct,
};
use crate::quirks::Reading;

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(in_the_organization())
        .merge(in_projects())
}

fn in_the_organization() -> Routes {
    Routes::new()
        .route(
            "/v1/organization/users/{user_id}/roles",
            get(list_of_user).post(changes::assign_to_user),
        )
        .route(
            "/v1/organization/users/{user_id}/roles/{role_id}",
            get(retrieve_of_user).delete(changes::take_from_user),
        )
        .route(
            "/v1/organization/groups/{group_id}/roles",
            get(list_of_group).post(changes::assign_to_group),
        )
        .route(
            "/v1/organization/groups/{group_id}/roles/{role_id}",
            get(retrieve_of_group).delete(changes::take_from_group),
        )
}

fn in_projects() -> Routes {
    Routes::new()
        .route(
            "/v1/projects/{project_id}/users/{user_id}/roles",
            get(list_of_project_user).post(changes::assign_to_project_user),
        )
        .route(
            "/v1/projects/{project_id}/users/{user_id}/roles/{role_id}",
            get(retrieve_of_project_user).delete(changes::take_from_project_user),
        )
        .route(
            "/v1/projects/{project_id}/groups/{group_id}/roles",
            get(list_of_project_group).post(changes::assign_to_project_group),
        )
        .route(
            "/v1/projects/{project_id}/groups/{group_id}/roles/{role_id}",
            get(retrieve_of_project_group).delete(changes::take_from_project_group),
        )
}

async fn list_of_user(State(world): Shared, Id(user): Id, parameters: Parameters) -> Answer {
    let organization = world.organization();
    let held = organization.roles_of(&user)?;
    Rows::of_organization(&organization, held, &world.quirks.reading).page(&parameters)
}

async fn retrieve_of_user(State(world): Shared, Id((user, role)): Two) -> Answer {
    let organization = world.organization();
    let held = organization.roles_of(&user)?;
    let role = organization.role(&role)?;
    Rows::of_organization(&organization, held, &world.quirks.reading).one(role)
}

async fn list_of_group(State(world): Shared, Id(group): Id, parameters: Parameters) -> Answer {
    let organization = world.organization();
    let held = direct(&organization.group(&group)?.roles);
    Rows::of_organization(&organization, held, &world.quirks.reading).page(&parameters)
}

async fn retrieve_of_group(State(world): Shared, Id((group, role)): Two) -> Answer {
    let organization = world.organization();
    let held = direct(&organization.group(&group)?.roles);
    let role = organization.role(&role)?;
    Rows::of_organization(&organization, held, &world.quirks.reading).one(role)
}

async fn list_of_project_user(
    State(world): Shared,
    Id((project, user)): Two,
    parameters: Parameters,
) -> Answer {
    let reading = &world.quirks.reading;
    let organization = world.organization();
    let project = world.readable(&organization, &project)?;
    let held = organization.shown_project_roles_of(project, &user, reading)?;
    Rows::new(&organization, &project.roles, held, reading).page(&parameters)
}

async fn retrieve_of_project_user(
    State(world): Shared,
    Id((project, user, role)): Three,
) -> Answer {
    let reading = &world.quirks.reading;
    let organization = world.organization();
    let project = world.readable(&organization, &project)?;
    let held = organization.shown_project_roles_of(project, &user, reading)?;
    let role = project.role(&role)?;
    Rows::new(&organization, &project.roles, held, reading).one(role)
}

async fn list_of_project_group(
    State(world): Shared,
    Id((project, group)): Two,
    parameters: Parameters,
) -> Answer {
    let organization = world.organization();
    let project = world.readable(&organization, &project)?;
    let held = direct(organization.group_roles_in(project, &group)?);
    Rows::new(&organization, &project.roles, held, &world.quirks.reading).page(&parameters)
}

async fn retrieve_of_project_group(
    State(world): Shared,
    Id((project, group, role)): Three,
) -> Answer {
    let organization = world.organization();
    let project = world.readable(&organization, &project)?;
    let held = direct(organization.group_roles_in(project, &group)?);
    let role = project.role(&role)?;
    Rows::new(&organization, &project.roles, held, &world.quirks.reading).one(role)
}

/// What one principal holds in one scope, as far as it is shown.
struct Rows<'a, P> {
    organization: &'a Organization,
    roles: &'a Collection<Role<P>>,
    held: Collection<Assignment>,
    reading: &'a Reading,
}

impl<'a> Rows<'a, OrganizationRole> {
    fn of_organization(
        organization: &'a Organization,
        held: Vec<Assignment>,
        reading: &'a Reading,
    ) -> Self {
        Self::new(organization, &organization.roles, held, reading)
    }
}

impl<'a, P: Predefined> Rows<'a, P> {
    fn new(
        organization: &'a Organization,
        roles: &'a Collection<Role<P>>,
        held: Vec<Assignment>,
        reading: &'a Reading,
    ) -> Self {
        let is_predefined = |row: &Assignment| {
            let role = roles.get(&row.role);
            role.is_some_and(|role| role.predefined.is_some())
        };
        let is_shown = |row: &Assignment| {
            (row.is_direct || reading.inherited_assignments)
                && (reading.predefined_assignments || !is_predefined(row))
        };
        Self {
            organization,
            roles,
            held: held.into_iter().filter(is_shown).collect(),
            reading,
        }
    }

    fn page(&self, parameters: &Parameters) -> Answer {
        let show = |row: &Assignment| match self.roles.get(&row.role) {
            Some(role) => self.shown(role, row),
            // A deleted role is taken from everybody.
            None => Value::Null,
        };
        paging::by_cursor(&self.held, parameters, paging::ASSIGNMENTS, show)
    }

    fn one(&self, role: &Role<P>) -> Answer {
        let missing = || -> Refusal { Reason::NotAssigned(role.id.clone()).not_found() };
        let row = self.held.get(&role.id).ok_or_else(missing);
        Ok(Json(self.shown(role, row.map_err(Failure::from)?)))
    }

    fn shown(&self, role: &Role<P>, row: &Assignment) -> Value {
        let mut shown = json!({
            "id": role.id,
            "name": role.name,
            "permissions": role.permissions,
            "resource_type": format!("api.{}", P::SCOPE),
            "predefined_role": role.predefined.is_some(),
            "description": role.description,
            "created_at": role.created_at,
            "updated_at": role.updated_at,
            "created_by": role.created_by,
            "created_by_user_obj": self.creator(role),
            "metadata": {},
            "assignment_sources": sources(row),
        });
        let bare = self.reading.sparse_rows && row.is_direct;
        if let Some(fields) = shown.as_object_mut().filter(|_| bare) {
            fields.remove("assignment_sources");
        }
        shown
    }

    fn creator(&self, role: &Role<P>) -> Value {
        let user = role.created_by.as_deref();
        let user = user.and_then(|id| self.organization.users.get(id));
        user.map_or(
            Value::Null,
            |user| json!({ "id": user.id, "name": user.name, "email": user.email }),
        )
    }
}

/// Null for what can be taken from the principal itself.
fn sources(row: &Assignment) -> Value {
    if row.is_direct {
        return Value::Null;
    }
    let sources = row.sources.iter();
    sources
        .map(|source| {
            json!({
                "principal_id": source.principal_id,
                "principal_type": source.principal_type,
            })
        })
        .collect()
}
