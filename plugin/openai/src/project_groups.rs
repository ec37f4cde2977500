//! Groups in a project, and the roles that each holds there.
//!
//! | step | request | tells |
//! |---|---|---|
//! | `project-groups` | `GET /organization/projects/{project_id}/groups` | which groups; each leads to the next step |
//! | `project-group` | `GET /projects/{project_id}/groups/{group_id}/roles` | its roles, which its members hold too |
//!
//! The first answer names no role. A group with no role to be seen is in the
//! project with an unknown one: that is a gap, and no role is made up.

use governance_guest::client::Endpoint;
use governance_guest::items::{self, scope};
use governance_guest::narrow::Narrow;
use governance_guest::paging::{Family, Following};
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::Surface;
use governance_guest::wit::model::{GapReason, Grant, ResourceId, Scope, Subject};
use serde_json::Value;

use crate::list_page::ListPage;
use crate::role_row::{self, Role};
use crate::session::{Answer, Collection, Session, reading};
use crate::{group, manifest, project, project_role};

/// The surface.
pub const SURFACE: &str = "project-groups";
/// The step of a listing that reads groups.
pub const STEP: &str = "project-groups";
/// The step of a listing that reads the roles of one group.
pub const ROLES_STEP: &str = "project-group";

/// All groups in a project.
pub const LIST: Collection = Collection {
    endpoint: reading(
        "list-project-groups",
        "/organization/projects/{project_id}/groups",
        SURFACE,
    ),
    limit: 100,
    family: Family::Next,
};

/// One of them; a group of the tenant only with `group_type=tenant_group` \[S].
pub const RETRIEVE: Endpoint = reading(
    "retrieve-project-group",
    "/organization/projects/{project_id}/groups/{group_id}",
    SURFACE,
);

/// All roles of a group in a project.
pub const ROLES: Collection = Collection {
    endpoint: reading(
        "list-project-group-role-assignments",
        "/projects/{project_id}/groups/{group_id}/roles",
        project_role::SURFACE,
    ),
    limit: 1_000,
    family: Family::Next,
};

/// What `describe` says of the surface.
#[must_use]
pub fn surface() -> Surface {
    manifest::groups_surface(SURFACE, "Groups in projects")
}

/// Adds the way to the groups in a project.
pub fn lead(page: &mut Page, project: &ResourceId) {
    items::go_on(page, SURFACE, &Token::new(STEP), scopes(project));
}

fn scopes(project: &ResourceId) -> Vec<Scope> {
    let grants = scope(Subject::Grants, project::TYPE).on(project);
    vec![grants.by_any(group::TYPE)]
}

fn role_scopes(project: &ResourceId, group: &ResourceId) -> Vec<Scope> {
    let grants = scope(Subject::Grants, project::TYPE).on(project);
    vec![grants.by(group)]
}

/// Reads one page of groups.
///
/// # Errors
/// All that reading can bring, except that the surface is closed or the project
/// gone: that is a gap.
pub fn step<T: Transport>(
    session: &Session<'_, T>,
    project: &ResourceId,
    token: &Token,
) -> Result<Page, Error> {
    let page = ListPage {
        list: &LIST,
        call: LIST.call(token.get("after")).argument(&project.id),
        token,
        scopes: scopes(project),
        closed: project::closed_part_below,
    };
    page.read(session, |page, row| {
        let id = row.text("group_id").filter(|id| text::is_id(id))?;
        let token = Token::new(ROLES_STEP).with("id", Some(id));
        let unknown = role_scopes(project, &items::id(group::TYPE, id));
        items::go_on(page, project_role::SURFACE, &token, unknown);
        Some(())
    })
}

/// Reads one page of a group's roles.
///
/// # Errors
/// All that reading can bring, except that the surface is closed or the group
/// gone: that is a gap.
pub fn roles_step<T: Transport>(
    session: &Session<'_, T>,
    project: &ResourceId,
    token: &Token,
) -> Result<Page, Error> {
    let after = token.get("after");
    let group = items::id(group::TYPE, token.get("id").unwrap_or_default());
    let call = ROLES.call(after).argument(&project.id).argument(&group.id);
    let unknown = role_scopes(project, &group);
    let mut page = items::page();
    let answer = match session.ask(&call, project::closed_below)? {
        Answer::Told(answer) => answer,
        Answer::Closed(closed) => {
            page.gaps = closed.gaps(unknown);
            return Ok(page);
        }
    };
    let listing = ROLES.read(&answer, after)?;
    for row in listing.rows {
        tell(&mut page, row, project, &group);
    }
    let seen = token.get("seen").is_some() || !page.grants.is_empty();
    if listing.following == Following::End && !seen {
        leave(
            &mut page,
            &unknown,
            "the group is in the project, but no role of it can be seen",
        );
    }
    let token = token.clone().with("seen", seen.then_some("yes"));
    let token = |after: &str| token.with("after", Some(after));
    let surface = project_role::SURFACE;
    items::follow(&mut page, surface, listing.following, token, unknown)?;
    Ok(page)
}

fn tell(page: &mut Page, row: &Value, project: &ResourceId, group: &ResourceId) {
    let slug = match role_row::in_project(row) {
        Role::Predefined(role) => role.name(),
        Role::Custom(id) => id,
        Role::Elsewhere => return,
        Role::Unreadable => {
            let detail = "an assigned role has no id that can be used";
            return leave(page, &role_scopes(project, group), detail);
        }
    };
    page.grants.push(group::expanding(Grant {
        directness: role_row::directness(row, group),
        ..items::grant(project.clone(), slug, group.clone())
    }));
}

fn leave(page: &mut Page, scopes: &[Scope], detail: &str) {
    let surface = project_role::SURFACE;
    let gaps = items::gaps(surface, scopes.to_vec(), GapReason::Failure, detail);
    // One is enough: they all have the same scope.
    if page.gaps.is_empty() {
        items::leave(page, gaps);
    }
}
