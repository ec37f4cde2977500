//! Roles of a project, from `GET /projects/{project_id}/roles`, and the listing
//! that they carry: who holds them.
//!
//! A custom role is a resource, for what it allows, and an entitlement on the
//! project, with the role's id as its slug: both of the same fact, so that a
//! project shows all that can be held on it.
//!
//! | step | request | tells |
//! |---|---|---|
//! | `project-roles` | `GET /projects/{project_id}/roles` | roles; after the last page the ways to the next three |
//! | `project-users` | `GET /organization/projects/{project_id}/users` | people in the project |
//! | `project-user` | `GET /projects/{project_id}/users/{user_id}/roles` | the roles of one |
//! | `project-groups` | `GET /organization/projects/{project_id}/groups` | which groups are in it |
//! | `project-group` | `GET /projects/{project_id}/groups/{group_id}/roles` | the roles of one |
//! | `service-accounts` | `GET /organization/projects/{project_id}/service_accounts` | service accounts |

use governance_guest::attributes::Attributes;
use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{token_expired, unreadable};
use governance_guest::items::{self, scope, whole};
use governance_guest::narrow::Narrow;
use governance_guest::paging::{Family, Following};
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ResourceTrait, ResourceType, Surface};
use governance_guest::wit::model::{
    Entitlement, GapReason, Management, Purpose, Reference, Resource, ResourceId, Scope, Status,
    Subject,
};
use serde_json::Value;

use crate::custom_roles::CustomRoles;
use crate::role_row::{self, Role};
use crate::session::{Answer, Collection, Session, reading};
use crate::{
    manifest, org_role, project, project_groups, project_user_roles, project_users,
    service_account, user,
};

/// The resource type.
pub const TYPE: &str = "project_role";
/// The surface.
pub const SURFACE: &str = "project-roles";
const STEP: &str = "project-roles";

/// All roles of a project.
pub const LIST: Collection = Collection {
    endpoint: reading(
        "list-project-roles",
        "/projects/{project_id}/roles",
        SURFACE,
    ),
    limit: 1_000,
    family: Family::Next,
};

/// One of them.
pub const RETRIEVE: Endpoint = reading(
    "retrieve-project-role",
    "/projects/{project_id}/roles/{role_id}",
    SURFACE,
);

/// What `describe` says of the type.
#[must_use]
pub fn resource_type() -> ResourceType {
    let description = "What holders of a role may do in its project";
    ResourceType {
        traits: vec![ResourceTrait::Role],
        tells: vec![
            scope(Subject::Entitlements, project::TYPE),
            scope(Subject::Grants, project::TYPE),
        ],
        ..manifest::bare_type(TYPE, "Project role", description, SURFACE)
    }
}

/// What `describe` says of the surface.
#[must_use]
pub fn surface() -> Surface {
    manifest::management_surface(SURFACE, "Project roles, and who holds them")
}

/// Lists the roles of a project, and who holds them.
///
/// # Errors
/// All that reading can bring, except that a surface is closed: that is a gap.
pub fn list<T: Transport>(
    session: &Session<'_, T>,
    parent: Option<&Reference>,
    token: Option<&str>,
) -> Result<Page, Error> {
    let token = token.map(Token::decode).transpose()?;
    let Some(project) = project::of_listing(parent)? else {
        return Ok(items::page());
    };
    let token = token.unwrap_or_else(|| Token::new(STEP));
    match token.step() {
        STEP => roles(session, &project, &token),
        project_users::STEP => project_users::step(session, &project, &token),
        project_user_roles::STEP => project_user_roles::step(session, &project, &token),
        project_groups::STEP => project_groups::step(session, &project, &token),
        project_groups::ROLES_STEP => project_groups::roles_step(session, &project, &token),
        service_account::STEP => service_account::step(session, &project, &token),
        _ => Err(token_expired()),
    }
}

/// What stays unknown without all of the roles: they, and what they are on the
/// project.
fn scopes(project: &ResourceId) -> Vec<Scope> {
    vec![
        whole(TYPE).below(project),
        scope(Subject::Entitlements, project::TYPE).on(project),
    ]
}

fn roles<T: Transport>(
    session: &Session<'_, T>,
    project: &ResourceId,
    token: &Token,
) -> Result<Page, Error> {
    let after = token.get("after");
    let custom = CustomRoles::of(token);
    let call = LIST.call(after).argument(&project.id);
    let mut page = items::page();
    let answer = match session.ask(&call, project::closed_part_below)? {
        Answer::Told(answer) => answer,
        Answer::Closed(closed) => {
            page.gaps = closed.gaps(closed_scopes(project));
            holders(&mut page, project, CustomRoles::Unknown);
            return Ok(page);
        }
    };
    let listing = LIST.read(&answer, after)?;
    let more = tell(&mut page, listing.rows, project);
    let custom = match (custom, &listing.following) {
        // Rows that were not seen may be custom roles.
        (_, Following::Broken(_)) => CustomRoles::Some,
        (CustomRoles::Some, _) => CustomRoles::Some,
        _ => more,
    };
    if matches!(listing.following, Following::Page(_)) {
        let mut covers = scopes(project);
        covers.extend(holder_scopes(project));
        let token = |after: &str| custom.put(Token::new(STEP)).with("after", Some(after));
        items::follow(&mut page, SURFACE, listing.following, token, covers)?;
        return Ok(page);
    }
    let token = |_: &str| Token::new(STEP);
    items::follow(
        &mut page,
        SURFACE,
        listing.following,
        token,
        scopes(project),
    )?;
    holders(&mut page, project, custom);
    Ok(page)
}

/// Adds the roles of these rows; whether there are custom ones.
fn tell(page: &mut Page, rows: &[Value], project: &ResourceId) -> CustomRoles {
    let mut custom = CustomRoles::None;
    for row in rows {
        match role_row::in_project(row) {
            Role::Predefined(role) => {
                let id = role.id_in(&project.id);
                page.resources.push(resource(&id, row, project));
            }
            Role::Custom(id) => {
                custom = CustomRoles::Some;
                page.entitlements.push(entitlement(id, row, project));
                page.resources.push(resource(id, row, project));
            }
            Role::Elsewhere => {}
            Role::Unreadable => {
                let detail = "a role of the project has no id that can be used";
                let gaps = items::gaps(SURFACE, scopes(project), GapReason::Failure, detail);
                items::leave(page, gaps);
            }
        }
    }
    custom
}

/// Where roles are closed, so are the assignments of roles: nobody is asked, and
/// what the lists of people and service accounts do not tell is unknown.
fn closed_scopes(project: &ResourceId) -> Vec<Scope> {
    let held_by = |holder| {
        scope(Subject::Grants, project::TYPE)
            .on(project)
            .by_any(holder)
    };
    let mut scopes = scopes(project);
    scopes.push(held_by(user::TYPE));
    scopes.push(held_by(service_account::TYPE));
    scopes
}

/// What stays unknown if nobody can be asked who holds roles.
fn holder_scopes(project: &ResourceId) -> Vec<Scope> {
    vec![
        scope(Subject::Grants, project::TYPE).on(project),
        scope(Subject::Resources, service_account::TYPE).below(project),
    ]
}

/// After the last role: the ways on to those who hold them.
fn holders(page: &mut Page, project: &ResourceId, custom: CustomRoles) {
    project_users::lead(page, project, custom);
    project_groups::lead(page, project);
    service_account::lead(page, project, custom);
}

/// Reads one role.
///
/// # Errors
/// `not-found`, and all that reading can bring.
pub fn get<T: Transport>(session: &Session<'_, T>, of: &Reference) -> Result<Page, Error> {
    let project = project::of_member(of)?;
    let call = Call::new(&RETRIEVE)
        .argument(&project.id)
        .argument(&of.id.id);
    let row = session.client.send(&call)?;
    let mut page = items::page();
    tell(&mut page, std::slice::from_ref(&row), &project);
    match page.resources.is_empty() {
        true => Err(unreadable(SURFACE, "the answer is no role of the project")),
        false => Ok(page),
    }
}

pub(crate) fn resource(id: &str, row: &Value, project: &ResourceId) -> Resource {
    Resource {
        parent: Some(project.clone()),
        description: row.text("description").map(text::description),
        status: Status::Active,
        managed_by: Management::Service,
        permissions: row.texts("permissions"),
        attributes: Attributes::of(row, &["predefined_role"]).into_text(),
        ..items::resource(items::id(TYPE, id), row.text("name").unwrap_or(id))
    }
}

fn entitlement(id: &str, row: &Value, project: &ResourceId) -> Entitlement {
    Entitlement {
        resource: project.clone(),
        slug: id.to_owned(),
        name: row.text("name").unwrap_or(id).to_owned(),
        description: row.text("description").map(str::to_owned),
        purpose: Purpose::Assignment,
        grantable_to: org_role::holders(),
        exclusion: None,
    }
}
