//! People in a project, from `GET /organization/projects/{project_id}/users`.
//!
//! A row names one role. That it tells all is not certain: whether it shows
//! viewers as such is not settled, custom roles it does not show, and owners of
//! the organization are listed as owners of the project. So each person's roles
//! can be asked for ([`crate::project_user_roles`]):
//!
//! | `role_detail` | asked for |
//! |---|---|
//! | `always` | everybody |
//! | `auto` | everybody where there are custom roles, else whose row names neither owner nor member; for the rest a gap |
//!
//! Who is asked for is not told here: the answer may contradict the row. Where
//! the roles are closed, nobody is asked for, and the gap is told already.

use governance_guest::client::Endpoint;
use governance_guest::items::{self, gap, scope};
use governance_guest::narrow::Narrow;
use governance_guest::paging::Family;
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::Surface;
use governance_guest::wit::model::{Directness, Gap, GapReason, Grant, ResourceId, Scope, Subject};
use serde_json::Value;

use crate::custom_roles::CustomRoles;
use crate::project_predefined::ProjectPredefined;
use crate::session::{Answer, Collection, RoleDetail, Session, reading};
use crate::{manifest, project, project_user_roles, user, user_row};

/// The surface.
pub const SURFACE: &str = "project-users";
/// The step of a listing that reads people.
pub const STEP: &str = "project-users";
/// In a token: the gap of the assumption is told.
const ASSUMED: &str = "assumed";

/// All people in a project.
pub const LIST: Collection = Collection {
    endpoint: reading(
        "list-project-users",
        "/organization/projects/{project_id}/users",
        SURFACE,
    ),
    limit: 100,
    family: Family::LastId,
};

/// One of them.
pub const RETRIEVE: Endpoint = reading(
    "retrieve-project-user",
    "/organization/projects/{project_id}/users/{user_id}",
    SURFACE,
);

/// What `describe` says of the surface.
#[must_use]
pub fn surface() -> Surface {
    manifest::management_surface(SURFACE, "People in projects")
}

/// Adds the way to the people in a project.
pub fn lead(page: &mut Page, project: &ResourceId, custom: CustomRoles) {
    let token = custom.put(Token::new(STEP));
    items::go_on(page, SURFACE, &token, scopes(project));
}

fn scopes(project: &ResourceId) -> Vec<Scope> {
    let grants = scope(Subject::Grants, project::TYPE).on(project);
    vec![grants.by_any(user::TYPE)]
}

/// Reads one page.
///
/// # Errors
/// All that reading can bring, except that the surface is closed or the project
/// gone: that is a gap.
pub fn step<T: Transport>(
    session: &Session<'_, T>,
    project: &ResourceId,
    token: &Token,
) -> Result<Page, Error> {
    let after = token.get("after");
    let call = LIST.call(after).argument(&project.id);
    let mut page = items::page();
    let answer = match session.ask(&call, project::closed_below)? {
        Answer::Told(answer) => answer,
        Answer::Closed(closed) => {
            page.gaps = closed.gaps(scopes(project));
            return Ok(page);
        }
    };
    let listing = LIST.read(&answer, after)?;
    let custom = CustomRoles::of(token);
    let mut assumed = false;
    for row in listing
        .rows
        .iter()
        .filter(|row| !user_row::is_service_account(row))
    {
        let plan = plan(session.role_detail, custom, row.text("role"));
        assumed |= plan == Plan::Assume;
        tell(&mut page, row, project, plan);
    }
    let told = token.get(ASSUMED).is_some();
    if assumed && !told {
        page.gaps.push(assumption(project));
    }
    let token = token.clone().with(ASSUMED, assumed.then_some("yes"));
    let token = |after: &str| token.with("after", Some(after));
    items::follow(
        &mut page,
        SURFACE,
        listing.following,
        token,
        scopes(project),
    )?;
    Ok(page)
}

/// What to make of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// Ask for all roles.
    Ask,
    /// Take the row's word; a gap says so.
    Assume,
    /// Take it; what else there may be is a gap already.
    Take,
}

fn plan(detail: RoleDetail, custom: CustomRoles, role: Option<&str>) -> Plan {
    let named = role.and_then(ProjectPredefined::of_name);
    let clear = matches!(
        named,
        Some(ProjectPredefined::Owner | ProjectPredefined::Member)
    );
    match (custom, detail) {
        (CustomRoles::Unknown, _) => Plan::Take,
        (CustomRoles::Some, _) | (_, RoleDetail::Always) => Plan::Ask,
        (CustomRoles::None, RoleDetail::Auto) if clear => Plan::Assume,
        (CustomRoles::None, RoleDetail::Auto) => Plan::Ask,
    }
}

fn tell(page: &mut Page, row: &Value, project: &ResourceId, plan: Plan) {
    let Some(id) = row.text("id").filter(|id| text::is_id(id)) else {
        let detail = "a person in the project has no id that can be used";
        let gaps = items::gaps(SURFACE, scopes(project), GapReason::Failure, detail);
        return items::leave(page, gaps);
    };
    let person = items::id(user::TYPE, id);
    let role = row.text("role");
    if plan == Plan::Ask {
        return project_user_roles::ask_for(page, project, &person, role);
    }
    match role.and_then(ProjectPredefined::of_name) {
        Some(role) => page.grants.push(classic(project, role, &person)),
        None => page.gaps.push(role_unknown(project, &person)),
    }
}

/// The grant of a row's role. Owners of the organization are listed as owners
/// too: whether it is a project's own role the row does not tell.
#[must_use]
pub fn classic(project: &ResourceId, role: ProjectPredefined, person: &ResourceId) -> Grant {
    Grant {
        directness: match role {
            ProjectPredefined::Owner => Directness::NotTold,
            _ => Directness::Direct,
        },
        ..project::grant(project, role, person)
    }
}

/// The gap of a person whose role nothing tells.
#[must_use]
pub fn role_unknown(project: &ResourceId, person: &ResourceId) -> Gap {
    let grants = scope(Subject::Grants, project::TYPE).on(project);
    let detail = "the person is in the project, but with a role that cannot be seen";
    gap(SURFACE, grants.by(person), GapReason::Failure, detail)
}

fn assumption(project: &ResourceId) -> Gap {
    let grants = scope(Subject::Grants, project::TYPE).on(project);
    let viewers = grants.slug(ProjectPredefined::Viewer.name());
    let detail = "role_detail is auto: those listed as owner or member were not asked for more";
    let viewers = viewers.by_any(user::TYPE);
    gap(SURFACE, viewers, GapReason::Assumption, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_asked_for_depends_on_the_setting_the_custom_roles_and_the_row() {
        let (always, auto) = (RoleDetail::Always, RoleDetail::Auto);
        for (detail, custom, role, expected) in [
            (always, CustomRoles::None, Some("member"), Plan::Ask),
            (always, CustomRoles::Some, Some("owner"), Plan::Ask),
            (always, CustomRoles::Unknown, Some("member"), Plan::Take),
            (auto, CustomRoles::None, Some("owner"), Plan::Assume),
            (auto, CustomRoles::None, Some("member"), Plan::Assume),
            (auto, CustomRoles::None, Some("viewer"), Plan::Ask),
            (auto, CustomRoles::None, Some("strange"), Plan::Ask),
            (auto, CustomRoles::None, None, Plan::Ask),
            (auto, CustomRoles::Some, Some("member"), Plan::Ask),
            (auto, CustomRoles::Unknown, None, Plan::Take),
        ] {
            assert_eq!(
                plan(detail, custom, role),
                expected,
                "{detail:?} {custom:?} {role:?}"
            );
        }
    }
}
