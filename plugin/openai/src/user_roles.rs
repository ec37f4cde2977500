//! The organization roles of one user, from
//! `GET /organization/users/{user_id}/roles`: asked for where the organization
//! has custom roles, since no list of users tells those.
//!
//! | row | told |
//! |---|---|
//! | a custom role | as the row says: direct, or inherited |
//! | a predefined one, inherited | unless the user's row named it, which is direct |
//! | a predefined one, direct | unless the user's row named one: that is it |
//!
//! Service accounts are asked for with the same path; that it answers for them is
//! \[D], and where it does not, a gap says so.

use governance_guest::items::{self, closed_part};
use governance_guest::narrow::Narrow;
use governance_guest::paging::Family;

use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::{Directness, Grant, ResourceId, Scope, Subject};
use serde_json::Value;

use crate::list_page::ListPage;
use crate::org_role::{self, SURFACE};
use crate::predefined::Predefined;
use crate::role_row::{self, Role};
use crate::session::{Collection, Session, reading};
use crate::user;

/// The step of a listing that reads one user's roles.
pub const STEP: &str = "user-roles";

/// All roles of a user.
pub const LIST: Collection = Collection {
    endpoint: reading(
        "list-user-role-assignments",
        "/organization/users/{user_id}/roles",
        SURFACE,
    ),
    limit: 1_000,
    family: Family::Next,
};

/// Adds the way to the roles of a user, whose row names this role.
pub fn ask_for(page: &mut Page, of: &ResourceId, role: Option<&str>) {
    let named = role.and_then(Predefined::of).map(Predefined::name);
    let token = Token::new(STEP)
        .with("user", Some(&of.id))
        .with("role", named);
    items::go_on(page, SURFACE, &token, scopes(of));
}

fn scopes(of: &ResourceId) -> Vec<Scope> {
    vec![items::scope(Subject::Grants, org_role::TYPE).by(of)]
}

/// Reads one page.
///
/// # Errors
/// All that reading can bring, except that the surface is closed: that is a gap.
pub fn step<T: Transport>(session: &Session<'_, T>, token: &Token) -> Result<Page, Error> {
    let of = items::id(user::TYPE, token.get("user").unwrap_or_default());
    let named = token.get("role").and_then(Predefined::of);
    let page = ListPage {
        list: &LIST,
        call: LIST.call(token.get("after")).argument(&of.id),
        token,
        scopes: scopes(&of),
        closed: closed_part,
    };
    page.read(session, |page, row| tell(page, row, &of, named))
}

fn tell(page: &mut Page, row: &Value, of: &ResourceId, named: Option<Predefined>) -> Option<()> {
    let grant = org_role::assigned(row, of)?;
    let told = |grant: &Grant| {
        let direct = grant.directness == Directness::Direct;
        is_news(role_row::in_organization(row), direct, named)
    };
    page.grants.extend(grant.filter(told));
    Some(())
}

/// Whether an assignment tells more than the user's row, which named a role.
fn is_news(role: Role<'_, Predefined>, direct: bool, named: Option<Predefined>) -> bool {
    match (role, named) {
        (Role::Predefined(role), Some(named)) => !direct && role != named,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_is_news_unless_the_users_row_told_it() {
        let (owner, reader) = (Predefined::Owner, Predefined::Reader);
        for (role, direct, named, expected) in [
            (Role::Custom("role_1"), true, Some(owner), true),
            (Role::Custom("role_1"), false, None, true),
            (Role::Predefined(owner), true, Some(owner), false),
            (Role::Predefined(owner), false, Some(owner), false),
            (Role::Predefined(owner), false, Some(reader), true),
            (Role::Predefined(owner), true, Some(reader), false),
            (Role::Predefined(owner), true, None, true),
            (Role::Predefined(reader), false, None, true),
        ] {
            assert_eq!(is_news(role, direct, named), expected, "{role:?} {named:?}");
        }
    }
}
