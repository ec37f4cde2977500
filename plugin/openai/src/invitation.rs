//! Invitations that somebody can still accept, from `GET /organization/invites`.
//!
//! | the row | here |
//! |---|---|
//! | `pending`, and `expires_at` is ahead or absent | a pending resource, its role a pending grant |
//! | `pending`, but `expires_at` is past \[L] | counted as expired |
//! | `accepted`, `expired` | counted: the person is a user, or nobody |
//! | any other status | a gap |
//!
//! The projects that an invitation carries are in its attributes.

use governance_guest::attributes::Attributes;
use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{not_found, unreadable};
use governance_guest::items::{self, closed_part, gap, gaps, grants_of, scope, token_of};
use governance_guest::paging::{Family, Following};
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::token::Token;
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::{Delivery, Error};
use governance_guest::wit::manifest::{Effect, ResourceTrait, ResourceType, Surface};
use governance_guest::wit::model::{
    Account, AccountKind, EmailAddress, GapReason, Grant, Reference, Resource, ResourceId, Scope,
    Status, Subject, Timestamp,
};
use serde_json::Value;

use crate::session::{Collection, Session};
use crate::{manifest, org_role};

/// The resource type.
pub const TYPE: &str = "invitation";
/// The surface.
pub const SURFACE: &str = "invites";
const STEP: &str = "invites";

/// All invitations.
pub const LIST: Collection = Collection {
    endpoint: Endpoint {
        id: "list-invites",
        method: Method::Get,
        path: "/organization/invites",
        effect: Effect::Read,
        surface: SURFACE,
    },
    limit: 100,
    family: Family::LastId,
};

/// One of them.
pub const RETRIEVE: Endpoint = Endpoint {
    id: "retrieve-invite",
    path: "/organization/invites/{invite_id}",
    ..LIST.endpoint
};

/// What `describe` says of the type.
#[must_use]
pub fn resource_type() -> ResourceType {
    let description = "An invitation to the organization that waits for its acceptance";
    ResourceType {
        traits: vec![ResourceTrait::User],
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
enum Standing {
    Live,
    Accepted,
    Expired,
    Unknown,
}

fn standing(row: &Value, now: Timestamp) -> Standing {
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
    match session.client.send(&LIST.call(after)) {
        Ok(answer) => read(&answer, after, session.now()),
        Err(error) => match closed_part(&error) {
            Some(reason) => Ok(Page {
                gaps: gaps(SURFACE, scopes(), reason, &error.message),
                ..items::page()
            }),
            None => Err(error),
        },
    }
}

fn scopes() -> Vec<Scope> {
    vec![
        scope(Subject::Resources, TYPE),
        grants_of(TYPE, org_role::TYPE),
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
    match listing.following {
        Following::End => {}
        Following::Page(after) => {
            let token = Token::new(STEP).with("after", Some(&after));
            page.next
                .push(items::continuation(SURFACE, &token, scopes())?);
        }
        Following::Broken(reason) => {
            let gaps = gaps(SURFACE, scopes(), GapReason::Failure, reason);
            items::leave(&mut page, gaps);
        }
    }
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

fn id(row: &Value) -> Option<ResourceId> {
    let id = row.text("id").filter(|id| text::is_id(id))?;
    Some(items::id(TYPE, id))
}

/// Adds a live invitation with its pending role.
fn tell(page: &mut Page, row: &Value) {
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
    page.resources.push(resource(id, row));
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
            Scope {
                resource_id: Some(id.id.clone()),
                ..scope(Subject::Resources, TYPE)
            },
            Scope {
                principal_id: Some(id.id),
                ..grants_of(TYPE, org_role::TYPE)
            },
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
