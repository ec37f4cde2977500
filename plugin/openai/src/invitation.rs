//! Invitations that somebody can still accept, from `GET /organization/invites`.
//!
//! | the row | here |
//! |---|---|
//! | `pending`, and `expires_at` is ahead or absent | a pending resource, its role a pending grant |
//! | `pending`, but `expires_at` is past \[L] | counted as expired |
//! | `accepted`, `expired` | counted: the person is a user, or nobody |
//! | any other status | a gap |
//!
//! An invitation carries projects with a role each: pending grants too. What it
//! carries is in its attributes as well, as the service tells it.

use governance_guest::attributes::Attributes;
use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{not_found, unreadable};
use governance_guest::items::{self, closed_part, gap, gaps, grants_of, scope, token_of};
use governance_guest::narrow::Narrow;
use governance_guest::paging::Family;
use governance_guest::reading::Reading;
use governance_guest::text::{self, ITEMS_LIMIT};
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::{Delivery, Error};
use governance_guest::wit::manifest::{ResourceTrait, ResourceType, Surface};
use governance_guest::wit::model::{
    Account, AccountKind, EmailAddress, GapReason, Grant, Reference, Resource, ResourceId, Scope,
    Status, Subject, Timestamp,
};
use serde_json::Value;

use crate::project_predefined::ProjectPredefined;
use crate::session::{Answer, Collection, Session, reading};
use crate::{manifest, org_role, project};

/// The resource type.
pub const TYPE: &str = "invitation";
/// The surface.
pub const SURFACE: &str = "invites";
const STEP: &str = "invites";
/// The most projects of invitations that a page tells; the rest of what a page
/// may hold is for their roles in the organization.
const PROJECTS_LIMIT: usize = ITEMS_LIMIT / 2;

/// All invitations.
pub const LIST: Collection = Collection {
    endpoint: reading("list-invites", "/organization/invites", SURFACE),
    limit: 100,
    family: Family::LastId,
};

/// One of them.
pub const RETRIEVE: Endpoint = reading(
    "retrieve-invite",
    "/organization/invites/{invite_id}",
    SURFACE,
);

/// What `describe` says of the type.
#[must_use]
pub fn resource_type() -> ResourceType {
    let description = "An invitation to the organization that waits for its acceptance";
    ResourceType {
        traits: vec![ResourceTrait::User],
        tells: vec![
            grants_of(TYPE, org_role::TYPE),
            grants_of(TYPE, project::TYPE),
        ],
        ..manifest::bare_type(TYPE, "Invitation", description, SURFACE)
    }
}

/// What `describe` says of the surface.
#[must_use]
pub fn surface() -> Surface {
    manifest::management_surface(SURFACE, "Invitations")
}

/// What an invitation is worth now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It can be accepted.
    Live,
    /// The person is in the organization, or was.
    Accepted,
    /// Its time is over.
    Expired,
    /// The service tells a status that its documents do not know.
    Unknown,
}

/// What the invitation of this row is worth at that time.
#[must_use]
pub fn standing(row: &Value, now: Timestamp) -> Standing {
    let past = row.moment("expires_at").is_some_and(|at| at <= now);
    match row.text("status") {
        Some("pending") if past => Standing::Expired,
        Some("pending") => Standing::Live,
        Some("accepted") => Standing::Accepted,
        Some("expired") => Standing::Expired,
        _ => Standing::Unknown,
    }
}

/// Lists the invitations that are live.
///
/// # Errors
/// All that reading can bring, except that the surface is closed: that is a gap.
pub fn list<T: Transport>(session: &Session<'_, T>, token: Option<&str>) -> Result<Page, Error> {
    let token = token_of(STEP, token)?;
    let after = token.as_ref().and_then(|token| token.get("after"));
    match session.ask(&LIST.call(after), closed_part)? {
        Answer::Told(answer) => read(&answer, after, session.now()),
        Answer::Closed(closed) => Ok(Page {
            gaps: closed.gaps(scopes()),
            ..items::page()
        }),
    }
}

fn scopes() -> Vec<Scope> {
    vec![
        scope(Subject::Resources, TYPE),
        grants_of(TYPE, org_role::TYPE),
        grants_of(TYPE, project::TYPE),
    ]
}

fn read(answer: &Value, after: Option<&str>, now: Timestamp) -> Result<Page, Error> {
    let listing = LIST.read(answer, after)?;
    let mut page = items::page();
    for row in listing.rows {
        match standing(row, now) {
            Standing::Live => tell(&mut page, row),
            Standing::Unknown => leave_out(&mut page, row, "an invitation has an unknown status"),
            Standing::Accepted | Standing::Expired => {}
        }
    }
    page.notes.extend(history(listing.rows, now));
    let token = |after: &str| Token::new(STEP).with("after", Some(after));
    items::follow(&mut page, SURFACE, listing.following, token, scopes())?;
    Ok(page)
}

fn history(rows: &[Value], now: Timestamp) -> Option<String> {
    let count = |standing_of: Standing| {
        let of = |row: &&Value| standing(row, now) == standing_of;
        rows.iter().filter(of).count()
    };
    let (accepted, expired) = (count(Standing::Accepted), count(Standing::Expired));
    let any = accepted > 0 || expired > 0;
    any.then(|| format!("left out {accepted} accepted and {expired} expired invitations"))
}

/// Reads one invitation.
///
/// # Errors
/// `not-found`, also for one that nobody can accept any more; and all that
/// reading can bring.
pub fn get<T: Transport>(session: &Session<'_, T>, of: &Reference) -> Result<Page, Error> {
    let call = Call::new(&RETRIEVE).argument(&of.id.id);
    let row = session.client.send(&call)?;
    let mut page = items::page();
    match standing(&row, session.now()) {
        Standing::Live => tell(&mut page, &row),
        Standing::Accepted => return Err(over("the invitation has been accepted")),
        Standing::Expired => return Err(over("the invitation has expired")),
        Standing::Unknown => {}
    }
    match page.resources.is_empty() {
        true => Err(unreadable(SURFACE, "the answer is no invitation")),
        false => Ok(page),
    }
}

fn over(message: &str) -> Error {
    Error {
        surface: Some(SURFACE.to_owned()),
        delivery: Delivery::Answered,
        ..not_found(message)
    }
}

/// The invitation that a row tells, if it has an id that can be used.
#[must_use]
pub fn id(row: &Value) -> Option<ResourceId> {
    let id = row.text("id").filter(|id| text::is_id(id))?;
    Some(items::id(TYPE, id))
}

/// Adds a live invitation with its pending role.
pub fn tell(page: &mut Page, row: &Value) {
    let Some(id) = id(row) else {
        return leave_out(page, row, "an invitation has no id that can be used");
    };
    match org_role::assignment(row.text("role"), &id) {
        Ok(grant) => page.grants.push(pending(grant, row)),
        Err(unknown) => {
            let detail = "the invitation's role is neither owner nor reader";
            page.gaps
                .push(gap(SURFACE, unknown, GapReason::Failure, detail));
        }
    }
    tell_projects(page, row, &id);
    page.resources.push(resource(id, row));
}

/// Adds the projects that the invitation carries, as far as the page holds them.
fn tell_projects(page: &mut Page, row: &Value, id: &ResourceId) {
    for carried in row.list("projects").unwrap_or_default() {
        let grant = project_grant(carried, id).filter(|_| page.grants.len() < PROJECTS_LIMIT);
        match grant {
            Some(grant) => page.grants.push(pending(grant, row)),
            None => {
                let unknown = scope(Subject::Grants, project::TYPE).by(id);
                let detail = "a project or role that the invitation carries cannot be told";
                let gap = gap(SURFACE, unknown, GapReason::Failure, detail);
                items::leave(page, vec![gap]);
            }
        }
    }
}

fn project_grant(carried: &Value, id: &ResourceId) -> Option<Grant> {
    let project = carried.text("id").filter(|id| text::is_id(id))?;
    let role = ProjectPredefined::of_name(carried.text("role")?)?;
    Some(project::grant(&items::id(project::TYPE, project), role, id))
}

fn pending(grant: Grant, row: &Value) -> Grant {
    Grant {
        pending: true,
        expires_at: row.moment("expires_at"),
        ..grant
    }
}

/// Leaves an invitation out, or all of them where it has no id to be named by.
fn leave_out(page: &mut Page, row: &Value, detail: &str) {
    let mut unknown = scopes();
    if let Some(id) = id(row) {
        unknown = vec![
            scope(Subject::Resources, TYPE).on(&id),
            scope(Subject::Grants, org_role::TYPE).by(&id),
            scope(Subject::Grants, project::TYPE).by(&id),
        ];
    }
    items::leave(page, gaps(SURFACE, unknown, GapReason::Failure, detail));
}

fn resource(id: ResourceId, row: &Value) -> Resource {
    let address = row.text("email").map(str::trim);
    let emails = address.map(|address| EmailAddress {
        address: address.to_owned(),
        primary: true,
    });
    let name = address.unwrap_or(&id.id).to_owned();
    Resource {
        status: Status::Pending,
        // The documents of before 2026 have `invited_at`.
        created_at: row
            .moment("created_at")
            .or_else(|| row.moment("invited_at")),
        expires_at: row.moment("expires_at"),
        account: Some(Account {
            kind: AccountKind::Human,
            emails: emails.into_iter().collect(),
            login: None,
        }),
        attributes: Attributes::of(row, &["projects"]).into_text(),
        ..items::resource(id, &name)
    }
}

#[cfg(test)]
#[path = "invitation_tests.rs"]
mod tests;
