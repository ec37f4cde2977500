//! Groups in projects: owner, member, viewer and custom roles.
//!
//! A group of an identity provider is a group like any other here: only its
//! members are not ours to change. Which request gives or takes what is decided in
//! [`super::project_ways`], and done in [`super::giving`] and
//! [`super::taking`].
//!
//! Of a group in the project with no predefined role that shows, what it has is
//! not known: a role is then assigned, or taken, and the answer tells.

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::not_found;
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::{Completion, GrantChange};
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::Reference;
use serde_json::Value;

use super::giving::give;
use super::in_projects::{find_wanted, wanted};
use super::participant::{Participant, Requests};
use super::project_ways::{group_in, group_out};
use super::subjects::{LiveProject, live_project};
use super::taking::take;
use crate::session::changing;
use crate::{group, project_groups, project_role};

/// The kind of group that comes from the tenant.
const TENANT_GROUP: &str = "tenant_group";

/// The requests about groups.
pub const REQUESTS: Requests = Requests {
    roles: project_groups::ROLES,
    row: project_groups::RETRIEVE,
    add: changing(
        "add-project-group",
        Method::Post,
        "/organization/projects/{project_id}/groups",
        project_groups::SURFACE,
    ),
    leave: changing(
        "remove-project-group",
        Method::Delete,
        "/organization/projects/{project_id}/groups/{group_id}",
        project_groups::SURFACE,
    ),
    assign: changing(
        "assign-project-group-role",
        Method::Post,
        "/projects/{project_id}/groups/{group_id}/roles",
        project_role::SURFACE,
    ),
    unassign: changing(
        "unassign-project-group-role",
        Method::Delete,
        "/projects/{project_id}/groups/{group_id}/roles/{role_id}",
        project_role::SURFACE,
    ),
};

/// The endpoints that it uses and no listing declares.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    REQUESTS.endpoints().to_vec()
}

/// Gives a role.
///
/// # Errors
/// See [`give`], and all that reading can bring.
pub fn grant<T: Transport>(
    steps: &mut Steps<'_, T>,
    change: &GrantChange,
) -> Result<Completion, Stop> {
    let project = live_project(steps, &change.entitlement.resource.id)?;
    let wanted = wanted(steps, &project.id, &change.entitlement.slug)?;
    let id = &change.principal.id.id;
    let missing = || not_found(&format!("the organization has no group {id}"));
    let row = find_group(steps, &change.principal)?.ok_or_else(missing)?;
    let who = participant(&project, &change.principal, &row);
    let held = who.held(steps)?;
    give(steps, &who, &held, &wanted, group_in)
}

/// Takes a role.
///
/// # Errors
/// See [`take`], and all that reading can bring.
pub fn revoke<T: Transport>(
    steps: &mut Steps<'_, T>,
    change: &GrantChange,
) -> Result<Completion, Stop> {
    let project = live_project(steps, &change.entitlement.resource.id)?;
    let Some(row) = find_group(steps, &change.principal)? else {
        return Ok(no_op("the organization has no such group"));
    };
    let slug = &change.entitlement.slug;
    let Some(wanted) = find_wanted(steps, &project.id, slug)? else {
        return Ok(no_op(&format!("the project has no role {slug}")));
    };
    let who = participant(&project, &change.principal, &row);
    let held = who.held(steps)?;
    let way = group_out(&held, &wanted.role);
    take(steps, &who, &held, &wanted, way)
}

fn find_group<T: Transport>(steps: &Steps<'_, T>, of: &Reference) -> Result<Option<Value>, Error> {
    steps.find(&Call::new(&group::RETRIEVE).argument(&of.id.id))
}

fn participant<'a>(project: &'a LiveProject, of: &Reference, row: &Value) -> Participant<'a> {
    let tenant = row.text("group_type") == Some(TENANT_GROUP);
    Participant {
        project,
        id: of.id.clone(),
        called: format!("group {}", row.text("name").unwrap_or(&of.id.id)),
        row_query: tenant.then_some(("group_type", TENANT_GROUP)),
        requests: &REQUESTS,
    }
}
