//! People, from `GET /organization/users`. Each row tells the user, its
//! predefined role, and that it is a member of the organization.
//!
//! A user's hint is the organization's id, so that reading one user again can
//! tell the membership too.

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::unreadable;
use governance_guest::items::{self, closed, gap, gaps, grants_of, scope, token_of};
use governance_guest::paging::{Family, Following};
use governance_guest::reading::Reading;
use governance_guest::token::Token;
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::{Error, ErrorKind, Party};
use governance_guest::wit::manifest::{Effect, ResourceTrait, ResourceType, Surface};
use governance_guest::wit::model::{Gap, GapReason, Reference, ResourceId, Scope, Subject};
use serde_json::Value;

use crate::dialect::DIALECT;
use crate::session::{Collection, Session, is_organization_id};
use crate::{manifest, org_role, organization, user_row};

/// The resource type.
pub const TYPE: &str = "user";
/// The surface.
pub const SURFACE: &str = "users";
/// The step of a listing that reads people.
pub const STEP: &str = "users";
/// The natural key.
pub const EMAIL: &str = "email";

/// All people.
pub const LIST: Collection = Collection {
    endpoint: Endpoint {
        id: "list-users",
        method: Method::Get,
        path: "/organization/users",
        effect: Effect::Read,
        surface: SURFACE,
    },
    limit: 100,
    family: Family::LastId,
};

/// One of them.
pub const RETRIEVE: Endpoint = Endpoint {
    id: "retrieve-user",
    path: "/organization/users/{user_id}",
    ..LIST.endpoint
};

/// What `describe` says of the type.
#[must_use]
pub fn resource_type() -> ResourceType {
    ResourceType {
        traits: vec![ResourceTrait::User],
        carried_by: Some(organization::TYPE.to_owned()),
        lookups: vec![EMAIL.to_owned()],
        ..manifest::bare_type(TYPE, "User", "A person in the organization", SURFACE)
    }
}

/// What `describe` says of the surface.
#[must_use]
pub fn surface() -> Surface {
    manifest::management_surface(SURFACE, "Users")
}

/// What stays unknown without people's rows.
#[must_use]
pub fn scopes() -> Vec<Scope> {
    vec![
        scope(Subject::Resources, TYPE),
        grants_of(TYPE, org_role::TYPE),
        grants_of(TYPE, organization::TYPE),
    ]
}

/// How far the reading of people has come. It travels in tokens.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    after: Option<String>,
    organization: Option<String>,
}

impl Progress {
    /// The beginning, in this organization if it is known.
    #[must_use]
    pub fn new(organization: Option<String>) -> Self {
        Self {
            after: None,
            organization,
        }
    }

    /// Where a token left off.
    #[must_use]
    pub fn of(token: &Token) -> Self {
        Self {
            after: token.get("after").map(str::to_owned),
            organization: token.get("organization").map(str::to_owned),
        }
    }

    /// The token for it.
    #[must_use]
    pub fn token(&self) -> Token {
        Token::new(STEP)
            .with("after", self.after.as_deref())
            .with("organization", self.organization.as_deref())
    }
}

/// Lists people alone, or the one with an e-mail address.
///
/// # Errors
/// See [`step`].
pub fn list<T: Transport>(
    session: &Session<'_, T>,
    email: Option<&str>,
    token: Option<&str>,
) -> Result<Page, Error> {
    match token_of(STEP, token)? {
        Some(token) => step(session, &Progress::of(&token), email),
        None => {
            let progress = Progress::new(session.organization.clone());
            let mut page = step(session, &progress, email)?;
            let scope = grants_of(TYPE, organization::TYPE);
            let told = page.gaps.iter().any(|gap| gap.scope == scope);
            if progress.organization.is_none() && !told {
                page.gaps.push(membership_unknown(scope));
            }
            Ok(page)
        }
    }
}

/// Reads one page of people.
///
/// With an e-mail address only who has it is told. The filter's name is `emails`
/// in the specification and `emails[]` on the SDK's wire; the latter is sent, and
/// the rows are compared here, so that a service that ignores it is paged through
/// until the address is found.
///
/// # Errors
/// All that reading can bring, except that the surface is closed: that is a gap.
/// Every organization has users, so where there are none the base URL is wrong.
pub fn step<T: Transport>(
    session: &Session<'_, T>,
    progress: &Progress,
    email: Option<&str>,
) -> Result<Page, Error> {
    let call = LIST
        .call(progress.after.as_deref())
        .query("emails[]", email);
    match session.client.send(&call) {
        Ok(answer) => read(&answer, progress, email),
        Err(error) => match closed(&error) {
            Some(reason) => Ok(Page {
                gaps: gaps(SURFACE, scopes(), reason, &error.message),
                ..items::page()
            }),
            None if error.kind == ErrorKind::NotFound => Err(elsewhere(error)),
            None => Err(error),
        },
    }
}

fn elsewhere(error: Error) -> Error {
    Error {
        party: Party::Caller,
        kind: ErrorKind::InvalidInput(manifest::BASE_URL.to_owned()),
        message: format!("this is not OpenAI's API: {}", error.message),
        hint: Some(DIALECT.address_hint.to_owned()),
        ..error
    }
}

fn read(answer: &Value, progress: &Progress, email: Option<&str>) -> Result<Page, Error> {
    let listing = LIST.read(answer, progress.after.as_deref())?;
    let mut page = items::page();
    let wanted = |row: &&Value| email.is_none_or(|email| has_email(row, email));
    for row in listing.rows.iter().filter(wanted) {
        tell(&mut page, row, progress.organization.as_deref());
    }
    let found = email.is_some() && !page.resources.is_empty();
    match listing.following {
        Following::Page(after) if !found => {
            let progress = Progress {
                after: Some(after),
                organization: progress.organization.clone(),
            };
            let next = items::continuation(SURFACE, &progress.token(), scopes())?;
            page.next.push(next);
        }
        Following::Broken(reason) if !found => {
            let gaps = gaps(SURFACE, scopes(), GapReason::Failure, reason);
            items::leave(&mut page, gaps);
        }
        _ => {}
    }
    Ok(page)
}

/// Reads one user. The host's reference tells the organization, if an earlier
/// listing knew it.
///
/// # Errors
/// `not-found`, and all that reading can bring.
pub fn get<T: Transport>(session: &Session<'_, T>, of: &Reference) -> Result<Page, Error> {
    let hint = of.hint.as_deref().filter(|hint| is_organization_id(hint));
    let organization = session.organization.as_deref().or(hint);
    let row = session
        .client
        .send(&Call::new(&RETRIEVE).argument(&of.id.id))?;
    let mut page = items::page();
    tell(&mut page, &row, organization);
    if page.resources.is_empty() {
        return Err(unreadable(SURFACE, "the answer is no user"));
    }
    if organization.is_none() {
        page.gaps.push(membership_unknown(Scope {
            principal_id: Some(of.id.id.clone()),
            ..grants_of(TYPE, organization::TYPE)
        }));
    }
    Ok(page)
}

/// Adds a row's user with its grants.
fn tell(page: &mut Page, row: &Value, organization: Option<&str>) {
    let Some(id) = user_row::id(row) else {
        let detail = "a user's row has no id that can be used";
        let gaps = gaps(SURFACE, scopes(), GapReason::Failure, detail);
        return items::leave(page, gaps);
    };
    tell_role(page, row, &id);
    page.grants
        .extend(organization::membership(organization, &id));
    page.resources
        .push(user_row::resource(id, row, organization));
}

fn tell_role(page: &mut Page, row: &Value, id: &ResourceId) {
    let role = row.text("role");
    match org_role::assignment(role, id) {
        Ok(grant) => page.grants.push(grant),
        Err(unknown) => {
            let detail = match role {
                Some(role) => format!("the user's role {role} is neither owner nor reader"),
                None => "the user's row names no role".to_owned(),
            };
            page.gaps
                .push(gap(SURFACE, unknown, GapReason::Failure, &detail));
        }
    }
}

fn has_email(row: &Value, email: &str) -> bool {
    let emails = user_row::emails(row);
    emails
        .iter()
        .any(|told| user_row::same(&told.address, email))
}

fn membership_unknown(scope: Scope) -> Gap {
    let detail = "the organization's id is not known: set organization_id, or list organizations";
    gap(SURFACE, scope, GapReason::Failure, detail)
}
