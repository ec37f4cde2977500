//! The roles of one principal in a project, from
//! `GET /projects/{project_id}/users/{user_id}/roles`.
//!
//! For a person, what it says wins over the role of the list's row (the classic
//! role), which is told only here, so that no wrong one is told before:
//!
//! | answer | classic role | told besides the answer's roles |
//! |---|---|---|
//! | names `owner` | any | nothing |
//! | names `member` or `viewer` alone | `owner` | `owner`, not told how: through the organization |
//! | names `member` or `viewer` | other | nothing |
//! | custom roles only, or none | known | the classic role: the answer does not tell predefined ones |
//! | custom roles only | unknown | nothing |
//! | none | unknown | a gap |
//! | closed | known | the classic role, with a gap |
//!
//! The role of a service account is known from its own list. Of predefined roles
//! only inherited ones are told for it.

use std::collections::BTreeSet;

use governance_guest::gather::gathered;
use governance_guest::items::{self, scope};
use governance_guest::narrow::Narrow;
use governance_guest::paging::{Family, Following};
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::{Directness, GapReason, Grant, ResourceId, Scope, Subject};
use serde_json::Value;

use crate::project_predefined::ProjectPredefined;
use crate::project_role::SURFACE;
use crate::project_users::{classic, role_unknown};
use crate::role_row::{self, Role};
use crate::session::{Answer, Collection, Session, reading};
use crate::{project, service_account, user};

/// The step of a listing that reads the roles of one principal.
pub const STEP: &str = "project-user";

/// All roles of a principal in a project.
pub const LIST: Collection = Collection {
    endpoint: reading(
        "list-project-user-role-assignments",
        "/projects/{project_id}/users/{user_id}/roles",
        SURFACE,
    ),
    limit: 1_000,
    family: Family::Next,
};

/// Adds the way to the roles of a principal. `role` is that of its row, if it
/// shall count here.
pub fn ask_for(page: &mut Page, project: &ResourceId, principal: &ResourceId, role: Option<&str>) {
    let role = role.and_then(ProjectPredefined::of_name);
    let service = principal.resource_type == service_account::TYPE;
    let token = Token::new(STEP)
        .with("id", Some(&principal.id))
        .with("service", service.then_some("yes"))
        .with("role", role.map(ProjectPredefined::name));
    items::go_on(page, SURFACE, &token, scopes(project, principal));
}

fn scopes(project: &ResourceId, principal: &ResourceId) -> Vec<Scope> {
    let grants = scope(Subject::Grants, project::TYPE).on(project);
    vec![grants.by(principal)]
}

/// Reads one page.
///
/// # Errors
/// All that reading can bring, except that the surface is closed or the principal
/// gone: that is a gap.
pub fn step<T: Transport>(
    session: &Session<'_, T>,
    project: &ResourceId,
    token: &Token,
) -> Result<Page, Error> {
    let after = token.get("after");
    let principal = principal(token);
    let call = LIST
        .call(after)
        .argument(&project.id)
        .argument(&principal.id);
    let mut seen = Seen::of(token);
    let mut page = items::page();
    let answer = match session.ask(&call, project::closed_below)? {
        Answer::Told(answer) => answer,
        Answer::Closed(closed) => {
            page.gaps = closed.gaps(scopes(project, &principal));
            conclude(&mut page, project, &principal, token, &seen);
            return Ok(page);
        }
    };
    let listing = LIST.read(&answer, after)?;
    for row in listing.rows {
        tell(&mut page, row, project, &principal, &mut seen);
    }
    let over = !matches!(listing.following, Following::Page(_));
    let next = |after: &str| seen.put(token.clone()).with("after", Some(after));
    let unknown = scopes(project, &principal);
    items::follow(&mut page, SURFACE, listing.following, next, unknown)?;
    if over {
        conclude(&mut page, project, &principal, token, &seen);
    }
    Ok(page)
}

fn principal(token: &Token) -> ResourceId {
    let resource_type = match token.get("service") {
        Some(_) => service_account::TYPE,
        None => user::TYPE,
    };
    items::id(resource_type, token.get("id").unwrap_or_default())
}

fn tell(
    page: &mut Page,
    row: &Value,
    project: &ResourceId,
    principal: &ResourceId,
    seen: &mut Seen,
) {
    let slug = match role_row::in_project(row) {
        Role::Predefined(role) => {
            seen.predefined.insert(role);
            role.name()
        }
        Role::Custom(id) => {
            seen.custom = true;
            id
        }
        Role::Elsewhere => return,
        Role::Unreadable => {
            let detail = "an assigned role has no id that can be used";
            let scopes = scopes(project, principal);
            let gaps = items::gaps(SURFACE, scopes, GapReason::Failure, detail);
            seen.custom = true;
            return items::leave(page, gaps);
        }
    };
    let directness = role_row::directness(row, principal);
    let predefined = ProjectPredefined::of_name(slug).is_some();
    let known = predefined && principal.resource_type == service_account::TYPE;
    if known && directness == Directness::Direct {
        return;
    }
    page.grants.push(Grant {
        directness,
        ..items::grant(project.clone(), slug, principal.clone())
    });
}

/// After the last answer: what the row tells besides.
fn conclude(
    page: &mut Page,
    project: &ResourceId,
    principal: &ResourceId,
    token: &Token,
    seen: &Seen,
) {
    if principal.resource_type == service_account::TYPE {
        return;
    }
    let role = token.get("role").and_then(ProjectPredefined::of_name);
    match owed(role, seen) {
        Owed::Classic(role) => page.grants.push(classic(project, role, principal)),
        Owed::Gap if page.gaps.is_empty() => page.gaps.push(role_unknown(project, principal)),
        Owed::Gap | Owed::Nothing => {}
    }
}

/// What has to be told besides the answer's roles.
#[derive(Debug, PartialEq)]
pub enum Owed {
    /// The role of the list's row.
    Classic(ProjectPredefined),
    /// That the role is not known.
    Gap,
    /// Nothing.
    Nothing,
}

/// What a person's row tells besides the answer's roles; see the module's table.
#[must_use]
pub fn owed(classic: Option<ProjectPredefined>, seen: &Seen) -> Owed {
    let owner = ProjectPredefined::Owner;
    match classic {
        Some(role) if role == owner && !seen.predefined.contains(&owner) => Owed::Classic(role),
        Some(role) if seen.predefined.is_empty() => Owed::Classic(role),
        None if seen.predefined.is_empty() && !seen.custom => Owed::Gap,
        _ => Owed::Nothing,
    }
}

/// Which roles the pages so far named. It travels in tokens.
#[derive(Debug, Default, PartialEq)]
pub struct Seen {
    /// Those that the service defines.
    pub predefined: BTreeSet<ProjectPredefined>,
    /// Whether there were others.
    pub custom: bool,
}

impl Seen {
    fn of(token: &Token) -> Self {
        let words = token.get("seen").unwrap_or_default();
        Self {
            predefined: gathered(words.split(',').filter_map(ProjectPredefined::of_name)),
            custom: words.split(',').any(|word| word == "custom"),
        }
    }

    fn put(&self, token: Token) -> Token {
        let mut words: Vec<&str> = self.predefined.iter().map(|role| role.name()).collect();
        words.extend(self.custom.then_some("custom"));
        token.with("seen", Some(&words.join(",")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProjectPredefined::{Member, Owner, Viewer};

    fn seen(predefined: &[ProjectPredefined], custom: bool) -> Seen {
        Seen {
            predefined: predefined.iter().copied().collect(),
            custom,
        }
    }

    #[test]
    fn the_answer_wins_over_the_row_and_the_row_fills_what_it_leaves_open() {
        for (classic, seen, expected) in [
            (Some(Owner), seen(&[Owner], false), Owed::Nothing),
            (Some(Owner), seen(&[Member], true), Owed::Classic(Owner)),
            (Some(Owner), seen(&[], true), Owed::Classic(Owner)),
            (Some(Owner), seen(&[], false), Owed::Classic(Owner)),
            (Some(Member), seen(&[Viewer], false), Owed::Nothing),
            (Some(Member), seen(&[Owner], false), Owed::Nothing),
            (Some(Member), seen(&[], true), Owed::Classic(Member)),
            (Some(Member), seen(&[], false), Owed::Classic(Member)),
            (Some(Viewer), seen(&[], false), Owed::Classic(Viewer)),
            (None, seen(&[Viewer], false), Owed::Nothing),
            (None, seen(&[], true), Owed::Nothing),
            (None, seen(&[], false), Owed::Gap),
        ] {
            assert_eq!(owed(classic, &seen), expected, "{classic:?} {seen:?}");
        }
    }

    #[test]
    fn what_was_seen_comes_back_from_a_token() {
        for seen in [seen(&[], false), seen(&[Owner, Viewer], true)] {
            assert_eq!(Seen::of(&seen.put(Token::new(STEP))), seen);
        }
    }
}
