//! The organization, and the full listing that it carries: its roles, then its
//! people.
//!
//! No endpoint tells the organization itself. Its id comes from the roles'
//! composed ids or from the configuration; without either, gaps say that it and
//! its members are not known, and all else goes on.
//!
//! | step | request | tells |
//! |---|---|---|
//! | `roles` | `GET /organization/roles` | roles; after the last page the organization |
//! | `users` | `GET /organization/users` | people, their roles and membership |
//! | `user-roles` | `GET /organization/users/{user_id}/roles` | custom and inherited roles of one, if there are custom ones |

use governance_guest::faults::{not_found, token_expired};
use governance_guest::items::{self, gaps, whole};
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ResourceTrait, ResourceType, StaticEntitlement};
use governance_guest::wit::model::{
    Gap, GapReason, Grant, Management, Purpose, Reference, Resource, ResourceId, Scope, Status,
};

use crate::roles_step::{self, Progress, Step};
use crate::session::{Closed, Session};
use crate::{manifest, org_role, service_account, user, user_roles};

/// The resource type.
pub const TYPE: &str = "organization";
/// The entitlement of being in the organization.
pub const MEMBER: &str = "member";

/// What `describe` says of the type.
#[must_use]
pub fn resource_type() -> ResourceType {
    let description = "The organization that the admin key belongs to";
    let surface = org_role::SURFACE;
    ResourceType {
        traits: vec![ResourceTrait::App],
        static_entitlements: vec![StaticEntitlement {
            slug: MEMBER.to_owned(),
            name: "Member".to_owned(),
            description: Some("is in the organization".to_owned()),
            purpose: Purpose::Assignment,
            grantable_to: vec![user::TYPE.to_owned(), service_account::TYPE.to_owned()],
            exclusion: None,
        }],
        ..manifest::bare_type(TYPE, "Organization", description, surface)
    }
}

/// The grant of membership, if the organization's id is known.
#[must_use]
pub fn membership(organization: Option<&str>, principal: &ResourceId) -> Option<Grant> {
    let organization = items::id(TYPE, organization?);
    Some(items::grant(organization, MEMBER, principal.clone()))
}

/// What stays unknown without the organization's id.
#[must_use]
pub fn scopes() -> Vec<Scope> {
    vec![whole(TYPE)]
}

/// Lists the organization, its roles and its people.
///
/// # Errors
/// See [`roles_step::take`] and [`user::step`].
pub fn list<T: Transport>(session: &Session<'_, T>, token: Option<&str>) -> Result<Page, Error> {
    let token = token.map(Token::decode).transpose()?;
    match token {
        None => roles(session, Progress::default()),
        Some(token) if token.step() == roles_step::NAME => roles(session, Progress::of(&token)),
        Some(token) if token.step() == user::STEP => {
            user::step(session, &user::Progress::of(&token), None)
        }
        Some(token) if token.step() == user_roles::STEP => user_roles::step(session, &token),
        Some(_) => Err(token_expired()),
    }
}

/// Reads the organization, out of the roles' ids. Where they do not tell it, it
/// is unknown and not absent: a gap.
///
/// # Errors
/// `not-found` if the credential's organization is another; and see
/// [`roles_step::take`].
pub fn get<T: Transport>(session: &Session<'_, T>, of: &Reference) -> Result<Page, Error> {
    let step = roles_step::take(session, Progress::default(), Vec::new())?;
    let mut page = items::page();
    page.tenant.clone_from(&step.progress.organization);
    match step.progress.organization.or(session.organization.clone()) {
        Some(known) if known == of.id.id => page.resources.push(resource(&known)),
        Some(_) => return Err(not_found("the credential is of another organization")),
        None => page.gaps = unknown(step.closed),
    }
    Ok(page)
}

fn roles<T: Transport>(session: &Session<'_, T>, progress: Progress) -> Result<Page, Error> {
    let mut covers = vec![whole(TYPE)];
    covers.extend(user::scopes());
    let step = roles_step::take(session, progress, covers)?;
    match step.done {
        true => conclude(session, step),
        false => Ok(step.page),
    }
}

/// After the last role: the organization, and the way on to its people.
fn conclude<T: Transport>(session: &Session<'_, T>, step: Step) -> Result<Page, Error> {
    let mut page = step.page;
    let known = step.progress.organization.or(session.organization.clone());
    match &known {
        Some(id) => page.resources.push(resource(id)),
        None => page.gaps.extend(unknown(step.closed)),
    }
    let people = user::Progress::new(known, step.progress.custom);
    let next = items::continuation(user::SURFACE, &people.token(), user::scopes())?;
    page.next.push(next);
    Ok(page)
}

fn unknown(closed: Option<Closed>) -> Vec<Gap> {
    let (reason, why) = closed.map_or(
        (
            GapReason::Failure,
            "the roles do not tell it in their ids".to_owned(),
        ),
        |closed| (closed.reason, closed.detail),
    );
    let detail = format!("the organization's id is not known, organization_id is not set: {why}");
    gaps(org_role::SURFACE, scopes(), reason, &detail)
}

fn resource(id: &str) -> Resource {
    Resource {
        status: Status::Active,
        managed_by: Management::Service,
        ..items::resource(items::id(TYPE, id), id)
    }
}
