//! What is known of one group: who is in it, and which organization roles it
//! holds.
//!
//! | step | request | tells |
//! |---|---|---|
//! | `members` | `GET /organization/groups/{group_id}/users` | members; the first page leads to the next step too |
//! | `roles` | `GET /organization/groups/{group_id}/roles` | roles, which the members hold too |
//!
//! Free plans do not list members \[D]: a gap. The roles are asked for all the
//! same.

use governance_guest::faults::token_expired;
use governance_guest::items::{self, closed_part};
use governance_guest::narrow::Narrow;
use governance_guest::paging::Family;
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::Surface;
use governance_guest::wit::model::{Grant, Reference, ResourceId, Scope, Subject};
use serde_json::Value;

use crate::group::{MEMBER, SCIM, TYPE, expanding};
use crate::list_page::ListPage;
use crate::session::{Collection, Session, reading};
use crate::{manifest, org_role, user};

/// The surface.
pub const SURFACE: &str = "group-members";
const MEMBERS_STEP: &str = "members";
const ROLES_STEP: &str = "roles";

/// All members of a group.
pub const MEMBERS: Collection = Collection {
    endpoint: reading(
        "list-group-users",
        "/organization/groups/{group_id}/users",
        SURFACE,
    ),
    limit: 1_000,
    family: Family::Next,
};

/// All organization roles of a group.
pub const ROLES: Collection = Collection {
    endpoint: reading(
        "list-group-role-assignments",
        "/organization/groups/{group_id}/roles",
        org_role::SURFACE,
    ),
    limit: 1_000,
    family: Family::Next,
};

/// What `describe` says of the surface.
#[must_use]
pub fn surface() -> Surface {
    manifest::groups_surface(SURFACE, "Group members")
}

/// Lists the members of a group, and the roles that it holds.
///
/// # Errors
/// All that reading can bring, except that a surface is closed: that is a gap.
pub fn list<T: Transport>(
    session: &Session<'_, T>,
    of: &Reference,
    token: Option<&str>,
) -> Result<Page, Error> {
    let given = token.map(Token::decode).transpose()?;
    let token = given.clone().unwrap_or_else(|| Token::new(MEMBERS_STEP));
    let mut page = match token.step() {
        MEMBERS_STEP => members(session, of, &token)?,
        ROLES_STEP => return roles(session, &of.id, &token),
        _ => return Err(token_expired()),
    };
    if given.is_none() {
        let roles = Token::new(ROLES_STEP);
        items::go_on(&mut page, org_role::SURFACE, &roles, role_scopes(&of.id));
    }
    Ok(page)
}

fn role_scopes(group: &ResourceId) -> Vec<Scope> {
    vec![items::scope(Subject::Grants, org_role::TYPE).by(group)]
}

fn members<T: Transport>(
    session: &Session<'_, T>,
    of: &Reference,
    token: &Token,
) -> Result<Page, Error> {
    let page = ListPage {
        list: &MEMBERS,
        call: MEMBERS.call(token.get("after")).argument(&of.id.id),
        token,
        scopes: vec![items::scope(Subject::Grants, TYPE).on(&of.id)],
        closed: closed_part,
    };
    page.read(session, |page, row| {
        page.grants.push(membership(row, of)?);
        Some(())
    })
}

/// Members that are service accounts have their ids of the user list, which are
/// aliases of theirs.
fn membership(row: &Value, of: &Reference) -> Option<Grant> {
    let id = row.text("id").filter(|id| text::is_id(id))?;
    let managed = of.hint.as_deref() == Some(SCIM);
    Some(Grant {
        immutable: managed.then(|| "the identity provider manages this group".to_owned()),
        ..items::grant(of.id.clone(), MEMBER, items::id(user::TYPE, id))
    })
}

fn roles<T: Transport>(
    session: &Session<'_, T>,
    group: &ResourceId,
    token: &Token,
) -> Result<Page, Error> {
    let page = ListPage {
        list: &ROLES,
        call: ROLES.call(token.get("after")).argument(&group.id),
        token,
        scopes: role_scopes(group),
        closed: closed_part,
    };
    page.read(session, |page, row| {
        let grant = org_role::assigned(row, group)?;
        page.grants.extend(grant.map(expanding));
        Some(())
    })
}
