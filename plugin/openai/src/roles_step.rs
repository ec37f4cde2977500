//! Reading the organization's roles, page by page.
//!
//! Each page tells roles, and perhaps the organization's id in a composed role
//! id. What is known goes on in the token; after the last page, or where the
//! surface is closed, the predefined roles that no page told are added. That
//! there are custom ones goes on too: only then has each person to be asked.

use std::collections::BTreeSet;

use governance_guest::faults::{fault, unreadable};
use governance_guest::gather::gathered;
use governance_guest::items::{self, closed_part, gap, whole};
use governance_guest::paging::Following;
use governance_guest::reading::Reading;
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::{Delivery, Error, ErrorKind, Party};
use governance_guest::wit::model::{GapReason, Scope};
use serde_json::Value;

use crate::org_role::{LIST, SURFACE, TYPE, describe_custom, describe_role};
use crate::predefined::Predefined;
use crate::role_row::{self, Role};
use crate::session::{Answer, Closed, Session};

/// The step's name in tokens.
pub const NAME: &str = "roles";

/// How far the reading has come. It travels in tokens.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    after: Option<String>,
    /// The organization's id, if a role's id told it.
    pub organization: Option<String>,
    /// Whether there are custom roles among those read.
    pub custom: bool,
    seen: BTreeSet<Predefined>,
}

impl Progress {
    /// Where a token left off.
    #[must_use]
    pub fn of(token: &Token) -> Self {
        let seen = token.get("seen").unwrap_or_default();
        Self {
            after: token.get("after").map(str::to_owned),
            organization: token.get("organization").map(str::to_owned),
            custom: token.get("custom").is_some(),
            seen: gathered(seen.split(',').filter_map(Predefined::of)),
        }
    }

    fn token(&self) -> Token {
        let seen: Vec<&str> = self.seen.iter().map(|role| role.name()).collect();
        Token::new(NAME)
            .with("after", self.after.as_deref())
            .with("organization", self.organization.as_deref())
            .with("custom", self.custom.then_some("yes"))
            .with("seen", Some(&seen.join(",")))
    }
}

/// One page, and how far it brought the reading.
#[derive(Debug)]
pub struct Step {
    /// The roles.
    pub page: Page,
    /// What is known now.
    pub progress: Progress,
    /// Whether this was the last page.
    pub done: bool,
    /// Why the surface is closed, if it is.
    pub closed: Option<Closed>,
}

/// Reads one page. `covers` is what else stays unknown if the host cannot follow
/// the page's token.
///
/// # Errors
/// `precondition` if the credential is of another organization than the
/// configuration says; all that reading can bring, except that the surface is
/// closed: that is a gap.
pub fn take<T: Transport>(
    session: &Session<'_, T>,
    progress: Progress,
    covers: Vec<Scope>,
) -> Result<Step, Error> {
    let call = LIST.call(progress.after.as_deref());
    let answer = session.ask(&call, closed_part)?;
    let mut step = Step {
        page: items::page(),
        progress,
        done: true,
        closed: None,
    };
    match answer {
        Answer::Told(answer) => step.tell(&answer, session.organization.as_deref(), covers)?,
        Answer::Closed(closed) => step.close(closed),
    }
    step.page.tenant.clone_from(&step.progress.organization);
    match step.done {
        true => Ok(step.complete()),
        false => Ok(step),
    }
}

/// The organization that the ids of these roles tell.
///
/// # Errors
/// `precondition` if it is not the expected one, `unreadable-response` if they
/// tell several.
pub fn organization_of(rows: &[Value], expected: Option<&str>) -> Result<Option<String>, Error> {
    let organization = |row| Predefined::of_id(Reading::text(row, "id")?)?.1;
    let told: BTreeSet<&str> = gathered(rows.iter().filter_map(organization));
    if told.len() > 1 {
        let message = "the roles of one answer are of several organizations";
        return Err(unreadable(SURFACE, message));
    }
    match (told.first(), expected) {
        (Some(told), Some(expected)) if *told != expected => Err(foreign(told, expected)),
        (told, _) => Ok(told.map(|told| (*told).to_owned())),
    }
}

fn foreign(told: &str, expected: &str) -> Error {
    let message = "credential of another organization";
    let hint = format!("it is of {told}: give one of {expected}, or correct organization_id");
    Error {
        hint: Some(hint),
        surface: Some(SURFACE.to_owned()),
        delivery: Delivery::Answered,
        ..fault(Party::Credential, ErrorKind::Precondition, message)
    }
}

impl Step {
    /// Adds the predefined roles that no page told.
    #[must_use]
    pub fn complete(mut self) -> Self {
        for role in Predefined::ALL {
            self.add(role, None);
        }
        self
    }

    fn tell(
        &mut self,
        answer: &Value,
        expected: Option<&str>,
        covers: Vec<Scope>,
    ) -> Result<(), Error> {
        let listing = LIST.read(answer, self.progress.after.as_deref())?;
        let known = self.progress.organization.clone();
        let expected = expected.or(known.as_deref());
        let told = organization_of(listing.rows, expected)?;
        self.progress.organization = told.or(known);
        self.tell_roles(listing.rows);
        match listing.following {
            Following::End => Ok(()),
            Following::Page(after) => self.go_on(after, covers),
            Following::Broken(reason) => {
                self.leave_gap(GapReason::Failure, reason);
                Ok(())
            }
        }
    }

    fn tell_roles(&mut self, rows: &[Value]) {
        for row in rows {
            match role_row::in_organization(row) {
                Role::Predefined(role) => self.add(role, Some(row)),
                Role::Custom(id) => self.add_custom(id, row),
                Role::Elsewhere => {}
                Role::Unreadable => {
                    self.leave_gap(GapReason::Failure, "a role has no id that can be used");
                }
            }
        }
    }

    fn add_custom(&mut self, id: &str, row: &Value) {
        self.progress.custom = true;
        let (resource, entitlement) = describe_custom(id, row);
        self.page.resources.push(resource);
        self.page.entitlements.push(entitlement);
    }

    fn add(&mut self, role: Predefined, row: Option<&Value>) {
        if self.progress.seen.insert(role) {
            let (resource, entitlement) = describe_role(role, row);
            self.page.resources.push(resource);
            self.page.entitlements.push(entitlement);
        }
    }

    fn go_on(&mut self, after: String, covers: Vec<Scope>) -> Result<(), Error> {
        self.progress.after = Some(after);
        self.done = false;
        let mut scopes = vec![whole(TYPE)];
        scopes.extend(covers);
        let token = self.progress.token();
        let next = items::continuation(SURFACE, &token, scopes)?;
        self.page.next.push(next);
        Ok(())
    }

    fn close(&mut self, closed: Closed) {
        self.page.gaps.extend(closed.gaps(vec![whole(TYPE)]));
        self.closed = Some(closed);
    }

    /// Without all of the list, custom roles are unknown, and so is who holds
    /// them.
    fn leave_gap(&mut self, reason: GapReason, detail: &str) {
        let gap = gap(SURFACE, whole(TYPE), reason, detail);
        items::leave(&mut self.page, vec![gap]);
    }
}

#[cfg(test)]
#[path = "roles_step_tests.rs"]
mod tests;
