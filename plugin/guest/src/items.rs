//! Pages, resources, grants, scopes and gaps with their usual values, to be
//! completed with `..`.

use crate::faults::token_expired;
use crate::text;
use crate::token::Token;
use crate::wit::connector::{Continuation, Page};
use crate::wit::faults::{Error, ErrorKind};
use crate::wit::model::{
    Directness, Gap, GapReason, Grant, Management, Resource, ResourceId, Scope, Status, Subject,
};

/// A page that tells nothing yet.
#[must_use]
pub fn page() -> Page {
    Page {
        resources: Vec::new(),
        entitlements: Vec::new(),
        grants: Vec::new(),
        gaps: Vec::new(),
        next: Vec::new(),
        tenant: None,
        notes: Vec::new(),
    }
}

/// Names a resource.
#[must_use]
pub fn id(resource_type: &str, id: &str) -> ResourceId {
    ResourceId {
        resource_type: resource_type.to_owned(),
        id: id.to_owned(),
    }
}

/// A resource of which no more is known than its name.
#[must_use]
pub fn resource(of: ResourceId, name: &str) -> Resource {
    Resource {
        id: of,
        parent: None,
        aliases: Vec::new(),
        hint: None,
        name: text::name(name),
        description: None,
        status: Status::NotTold,
        managed_by: Management::NotTold,
        created_at: None,
        expires_at: None,
        last_use: None,
        account: None,
        secret: None,
        permissions: Vec::new(),
        attributes: "{}".to_owned(),
    }
}

/// A direct grant, in effect and without end.
#[must_use]
pub fn grant(resource: ResourceId, slug: &str, principal: ResourceId) -> Grant {
    Grant {
        resource,
        slug: slug.to_owned(),
        principal,
        directness: Directness::Direct,
        pending: false,
        immutable: None,
        expands: None,
        expires_at: None,
        hint: None,
    }
}

/// All facts of one kind about resources of a type.
#[must_use]
pub fn scope(subject: Subject, resource_type: &str) -> Scope {
    Scope {
        subject: Some(subject),
        resource_type: Some(resource_type.to_owned()),
        resource_id: None,
        parent: None,
        slug: None,
        principal_type: None,
        principal_id: None,
    }
}

/// The grants on resources of a type that principals of another hold.
#[must_use]
pub fn grants_of(principal_type: &str, resource_type: &str) -> Scope {
    Scope {
        principal_type: Some(principal_type.to_owned()),
        ..scope(Subject::Grants, resource_type)
    }
}

/// What could not be read.
#[must_use]
pub fn gap(surface: &str, scope: Scope, reason: GapReason, detail: &str) -> Gap {
    Gap {
        surface: surface.to_owned(),
        scope,
        reason,
        detail: text::one_line(detail, text::DESCRIPTION_LIMIT),
    }
}

/// The same gap in each of these scopes.
#[must_use]
pub fn gaps(surface: &str, scopes: Vec<Scope>, reason: GapReason, detail: &str) -> Vec<Gap> {
    let one = |scope| gap(surface, scope, reason, detail);
    scopes.into_iter().map(one).collect()
}

/// Adds gaps to a page, each once.
pub fn leave(page: &mut Page, gaps: Vec<Gap>) {
    for gap in gaps {
        if !page.gaps.contains(&gap) {
            page.gaps.push(gap);
        }
    }
}

/// Why a surface stays closed, if that is what an error says: then it is a gap,
/// and the rest of a listing goes on.
#[must_use]
pub fn closed(error: &Error) -> Option<GapReason> {
    match error.kind {
        ErrorKind::PermissionDenied(_) => Some(GapReason::Permission),
        ErrorKind::NotInPlan => Some(GapReason::Plan),
        _ => None,
    }
}

/// The same for a part of the service that other plans or credentials may have
/// and this one not: there 404 for the whole part means that as well.
#[must_use]
pub fn closed_part(error: &Error) -> Option<GapReason> {
    match error.kind {
        ErrorKind::NotFound => Some(GapReason::Plan),
        _ => closed(error),
    }
}

/// A way to go on, and what stays unknown without it.
///
/// # Errors
/// `unreadable-response` if the token would be too long.
pub fn continuation(
    surface: &str,
    token: &Token,
    covers: Vec<Scope>,
) -> Result<Continuation, Error> {
    let token = token.encode(surface)?;
    Ok(Continuation { token, covers })
}

/// Reads the token of a listing whose only step is `step`, if there is one.
///
/// # Errors
/// `token-expired` if it is of another step, or none of ours.
pub fn token_of(step: &str, token: Option<&str>) -> Result<Option<Token>, Error> {
    let Some(token) = token else { return Ok(None) };
    let token = Token::decode(token)?;
    match token.step() == step {
        true => Ok(Some(token)),
        false => Err(token_expired()),
    }
}
