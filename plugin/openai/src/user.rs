//! People, from `GET /organization/users`. Each row tells the user, its
//! predefined role, and that it is a member of the organization. Where there are
//! custom roles, each row also leads to a request for all roles of its user.
//!
//! Rows can be of service accounts, which have their ids here as aliases. Their
//! projects tell them better, but archived ones are not read.
//!
//! A user's hint is the organization's id, so that reading one user again can
//! tell the membership too.

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{not_found, unreadable};
use governance_guest::items::{self, closed, gap, gaps, grants_of, scope, token_of};
use governance_guest::paging::{Family, Following};
use governance_guest::reading::Reading;
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::{Error, ErrorKind, Party};
use governance_guest::wit::manifest::{ResourceTrait, ResourceType, Surface};
use governance_guest::wit::model::{Gap, GapReason, Reference, ResourceId, Scope, Subject};
use serde_json::Value;

use crate::dialect::DIALECT;
use crate::session::{Answer, Collection, Session, is_organization_id, reading};
use crate::{manifest, org_role, organization, service_account, user_roles, user_row};

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
    endpoint: reading("list-users", "/organization/users", SURFACE),
    limit: 100,
    family: Family::LastId,
};

/// One of them.
pub const RETRIEVE: Endpoint = reading("retrieve-user", "/organization/users/{user_id}", SURFACE);

/// What `describe` says of the type.
#[must_use]
pub fn resource_type() -> ResourceType {
    ResourceType {
        traits: vec![ResourceTrait::User],
        carried_by: Some(organization::TYPE.to_owned()),
        tells: told(),
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
    let mut scopes = vec![scope(Subject::Resources, TYPE)];
    scopes.extend(told());
    scopes
}

/// What people's rows tell of other types.
fn told() -> Vec<Scope> {
    vec![
        // Those of archived projects are told by this list alone.
        scope(Subject::Resources, service_account::TYPE),
        grants_of(TYPE, org_role::TYPE),
        grants_of(service_account::TYPE, org_role::TYPE),
        scope(Subject::Grants, organization::TYPE),
    ]
}

/// How far the reading of people has come. It travels in tokens.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    after: Option<String>,
    organization: Option<String>,
    custom: bool,
}

impl Progress {
    /// The beginning, in this organization if it is known; `custom` tells
    /// whether it has custom roles.
    #[must_use]
    pub fn new(organization: Option<String>, custom: bool) -> Self {
        Self {
            after: None,
            organization,
            custom,
        }
    }

    /// Where a token left off.
    #[must_use]
    pub fn of(token: &Token) -> Self {
        Self {
            after: token.get("after").map(str::to_owned),
            organization: token.get("organization").map(str::to_owned),
            custom: token.get("custom").is_some(),
        }
    }

    /// The token for it.
    #[must_use]
    pub fn token(&self) -> Token {
        Token::new(STEP)
            .with("after", self.after.as_deref())
            .with("organization", self.organization.as_deref())
            .with("custom", self.custom.then_some("yes"))
    }
}

/// Lists people alone, or the one with an e-mail address. Then nobody is asked
/// for custom roles, which a gap says.
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
            let progress = Progress::new(session.organization.clone(), false);
            let mut page = step(session, &progress, email)?;
            if page.gaps.iter().all(|gap| !scopes().contains(&gap.scope)) {
                page.gaps.extend(untold(&progress));
            }
            Ok(page)
        }
    }
}

/// What people's rows alone do not tell.
fn untold(progress: &Progress) -> Vec<Gap> {
    let detail = "custom roles are asked for only with the organization";
    let roles = [TYPE, service_account::TYPE].map(|holder| grants_of(holder, org_role::TYPE));
    let mut gaps = gaps(SURFACE, roles.to_vec(), GapReason::Assumption, detail);
    if progress.organization.is_none() {
        gaps.push(membership_unknown(scope(
            Subject::Grants,
            organization::TYPE,
        )));
    }
    gaps
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
    match session.ask(&call, closed) {
        Ok(Answer::Told(answer)) => read(&answer, progress, email),
        Ok(Answer::Closed(closed)) => Ok(Page {
            gaps: closed.gaps(scopes()),
            ..items::page()
        }),
        Err(error) if error.kind == ErrorKind::NotFound => Err(elsewhere(error)),
        Err(error) => Err(error),
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
        tell(&mut page, row, progress);
    }
    let found = email.is_some() && !page.resources.is_empty();
    let following = match found {
        true => Following::End,
        false => listing.following,
    };
    let token = |after: &str| progress.token().with("after", Some(after));
    items::follow(&mut page, SURFACE, following, token, scopes())?;
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
    let call = Call::new(&RETRIEVE).argument(&of.id.id);
    let row = session.client.send(&call)?;
    if user_row::is_service_account(&row) {
        return Err(not_found("it is a service account, and listed as one"));
    }
    let mut page = items::page();
    let progress = Progress::new(organization.map(str::to_owned), false);
    tell(&mut page, &row, &progress);
    if page.resources.is_empty() {
        return Err(unreadable(SURFACE, "the answer is no user"));
    }
    if organization.is_none() {
        let unknown = Scope {
            principal_id: Some(of.id.id.clone()),
            ..grants_of(TYPE, organization::TYPE)
        };
        page.gaps.push(membership_unknown(unknown));
    }
    Ok(page)
}

/// Adds one user with its role and membership, and the way to its custom roles.
fn tell(page: &mut Page, row: &Value, progress: &Progress) {
    let Some(id) = user_row::id(row) else {
        let detail = "a user's row has no id that can be used";
        let gaps = gaps(SURFACE, scopes(), GapReason::Failure, detail);
        return items::leave(page, gaps);
    };
    let organization = progress.organization.as_deref();
    tell_role(page, row.text("role"), &id, progress.custom);
    page.grants
        .extend(organization::membership(organization, &id));
    if progress.custom {
        user_roles::ask_for(page, &id, row.text("role"));
    }
    let resource = user_row::resource(id, row, organization);
    page.resources
        .push(match user_row::is_service_account(row) {
            true => service_account::listed_as_user(resource),
            false => resource,
        });
}

/// Adds the predefined role. Where all roles of the user are `asked` for, one
/// that the row does not tell is told there.
fn tell_role(page: &mut Page, role: Option<&str>, id: &ResourceId, asked: bool) {
    match org_role::assignment(role, id) {
        Ok(grant) => page.grants.push(grant),
        Err(_) if asked => {}
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
