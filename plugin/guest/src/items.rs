//! Pages, resources, grants, scopes and gaps with their usual values, to be
//! completed with `..`.

use crate::faults::{token_expired, unreadable};
use crate::paging::Following;
use crate::text::{self, CONTINUATIONS_LIMIT};
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

/// A page of the one resource that an answer tells, which is called `what`.
///
/// # Errors
/// `unreadable-response` if it tells none.
pub fn only(surface: &str, what: &str, told: Option<Resource>) -> Result<Page, Error> {
    let nothing = || unreadable(surface, &format!("the answer is no {what}"));
    Ok(Page {
        resources: vec![told.ok_or_else(nothing)?],
        ..page()
    })
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

/// All facts of any kind about resources of a type, and what is on them.
#[must_use]
pub fn whole(resource_type: &str) -> Scope {
    Scope {
        subject: None,
        ..scope(Subject::Resources, resource_type)
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

/// Adds a way to go on; gaps where the page holds no more of them, or the token
/// would be too long.
pub fn go_on(page: &mut Page, surface: &str, token: &Token, covers: Vec<Scope>) {
    let room = page.next.len() < CONTINUATIONS_LIMIT;
    match token.encode(surface) {
        Ok(token) if room => page.next.push(Continuation { token, covers }),
        _ => {
            let detail = "the answer leads to more than one page can name";
            leave(page, gaps(surface, covers, GapReason::Failure, detail));
        }
    }
}

/// Adds what follows a page of a list: nothing, the way to the next page, whose
/// token `token` makes of the cursor, or gaps where the list breaks off.
///
/// # Errors
/// `unreadable-response` if the token would be too long.
pub fn follow(
    page: &mut Page,
    surface: &str,
    following: Following,
    token: impl FnOnce(&str) -> Token,
    scopes: Vec<Scope>,
) -> Result<(), Error> {
    match following {
        Following::End => Ok(()),
        Following::Page(after) => {
            let next = continuation(surface, &token(&after), scopes)?;
            page.next.push(next);
            Ok(())
        }
        Following::Broken(reason) => {
            leave(page, gaps(surface, scopes, GapReason::Failure, reason));
            Ok(())
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn token(after: &str) -> Token {
        Token::new("users").with("after", Some(after))
    }

    #[test]
    fn what_a_page_cannot_lead_to_is_a_gap_and_the_next_page_still_fits() {
        let mut page = page();
        for number in 0..2_000 {
            let covers = vec![grants_of("user", "project")];
            go_on(&mut page, "users", &token(&number.to_string()), covers);
        }
        assert_eq!(page.next.len(), CONTINUATIONS_LIMIT);
        assert_eq!(page.gaps.len(), 1, "told once");
        page.next.pop();
        let long = token(&"x".repeat(9_000));
        go_on(&mut page, "users", &long, vec![whole("user")]);
        assert_eq!(page.gaps.len(), 2);
        page.next
            .push(continuation("users", &token("u"), Vec::new()).expect("a token"));
        let following = Following::Page("c".to_owned());
        follow(&mut page, "users", following, token, vec![whole("user")]).expect("a token");
        assert!(page.next.len() <= 1_024);
    }

    #[test]
    fn a_list_ends_goes_on_or_breaks_off_with_a_gap() {
        for (following, next, gaps) in [
            (Following::End, 0, 0),
            (Following::Page("c".to_owned()), 1, 0),
            (Following::Broken("circle"), 0, 1),
        ] {
            let mut page = page();
            follow(&mut page, "users", following, token, vec![whole("user")]).expect("a token");
            assert_eq!((page.next.len(), page.gaps.len()), (next, gaps));
        }
    }
}
