//! The two levels that roles are defined on, and their requests.
//!
//! | level | parent | requests |
//! |---|---|---|
//! | `org_role` | none | below `/organization/roles` |
//! | `project_role` | the project | below `/projects/{project_id}/roles`, without `/organization` |

use governance_guest::client::{Call, Endpoint};
use governance_guest::reading::Reading;
use governance_guest::steps::Steps;
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::{Reference, Resource, ResourceId};
use serde_json::Value;

use super::parents;
use crate::role_row::{self, Role};
use crate::session::{Collection, changing};
use crate::{org_role, project_role};

const CREATE: Endpoint = changing(
    "create-role",
    Method::Post,
    "/organization/roles",
    org_role::SURFACE,
);
const UPDATE: Endpoint = changing(
    "update-role",
    Method::Post,
    "/organization/roles/{role_id}",
    org_role::SURFACE,
);
const DELETE: Endpoint = changing(
    "delete-role",
    Method::Delete,
    "/organization/roles/{role_id}",
    org_role::SURFACE,
);
const CREATE_IN_PROJECT: Endpoint = changing(
    "create-project-role",
    Method::Post,
    "/projects/{project_id}/roles",
    project_role::SURFACE,
);
const UPDATE_IN_PROJECT: Endpoint = changing(
    "update-project-role",
    Method::Post,
    "/projects/{project_id}/roles/{role_id}",
    project_role::SURFACE,
);
const DELETE_IN_PROJECT: Endpoint = changing(
    "delete-project-role",
    Method::Delete,
    "/projects/{project_id}/roles/{role_id}",
    project_role::SURFACE,
);

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        CREATE,
        UPDATE,
        DELETE,
        CREATE_IN_PROJECT,
        UPDATE_IN_PROJECT,
        DELETE_IN_PROJECT,
    ]
}

/// Where a role is: in the organization, or in a project.
#[derive(Debug)]
pub struct Level(pub Option<ResourceId>);

impl Level {
    /// Where that is which is to be changed: the project is a live one.
    ///
    /// # Errors
    /// See [`parents::project_of`].
    pub fn of<T: Transport>(steps: &Steps<'_, T>, of: &Reference) -> Result<Self, Error> {
        match of.id.resource_type.as_str() {
            org_role::TYPE => Ok(Self(None)),
            _ => Ok(Self(Some(parents::project_of(steps, of)?.id))),
        }
    }

    /// The list of its roles.
    #[must_use]
    pub fn list(&self) -> &'static Collection {
        match self.0 {
            None => &org_role::LIST,
            Some(_) => &project_role::LIST,
        }
    }

    /// A request for the page of that behind `after`.
    #[must_use]
    pub fn page(&self, after: Option<&str>) -> Call<'_> {
        self.in_project(self.list().call(after))
    }

    fn call<'a>(&'a self, organization: &'static Endpoint, project: &'static Endpoint) -> Call<'a> {
        match self.0 {
            None => Call::new(organization),
            Some(_) => self.in_project(Call::new(project)),
        }
    }

    fn in_project<'a>(&'a self, call: Call<'a>) -> Call<'a> {
        self.0.iter().fold(call, |call, id| call.argument(&id.id))
    }

    /// Its surface.
    #[must_use]
    pub fn surface(&self) -> &'static str {
        self.list().endpoint.surface
    }

    /// The custom role that a row of this level tells, if it is one.
    #[must_use]
    pub fn custom(&self, row: &Value) -> Option<Resource> {
        if row.flag("predefined_role") == Some(true) {
            return None;
        }
        match &self.0 {
            None => match role_row::in_organization(row) {
                Role::Custom(id) => Some(org_role::describe_custom(id, row).0),
                _ => None,
            },
            Some(project) => match role_row::in_project(row) {
                Role::Custom(id) => Some(project_role::resource(id, row, project)),
                _ => None,
            },
        }
    }

    /// Whether a row is of this level; lists can hold those of the other one.
    #[must_use]
    pub fn has(&self, row: &Value) -> bool {
        match self.0 {
            None => role_row::in_organization(row) != Role::Elsewhere,
            Some(_) => role_row::in_project(row) != Role::Elsewhere,
        }
    }

    /// Words for a sentence.
    #[must_use]
    pub fn called(&self) -> &'static str {
        match self.0 {
            None => "organization role",
            Some(_) => "project role",
        }
    }

    /// A request that makes a role.
    #[must_use]
    pub fn create(&self) -> Call<'_> {
        self.call(&CREATE, &CREATE_IN_PROJECT)
    }

    /// A request for a role.
    #[must_use]
    pub fn retrieve<'a>(&'a self, id: &'a ResourceId) -> Call<'a> {
        let call = self.call(&org_role::RETRIEVE, &project_role::RETRIEVE);
        call.argument(&id.id)
    }

    /// A request that changes a role.
    #[must_use]
    pub fn update<'a>(&'a self, id: &'a ResourceId) -> Call<'a> {
        self.call(&UPDATE, &UPDATE_IN_PROJECT).argument(&id.id)
    }

    /// A request that deletes a role.
    #[must_use]
    pub fn delete<'a>(&'a self, id: &'a ResourceId) -> Call<'a> {
        self.call(&DELETE, &DELETE_IN_PROJECT).argument(&id.id)
    }
}
