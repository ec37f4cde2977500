//! Reading people, teams and members. Each function makes one request.

use governance_guest::client::{Call, Client, Endpoint};
use governance_guest::faults::{invalid_input, not_found, token_expired, unsupported};
use governance_guest::items::{
    self, closed, follow, gap, gaps, grant, id, leave, scope, token_of, whole,
};
use governance_guest::narrow::Narrow;
use governance_guest::paging::{Family, Listing};
use governance_guest::reading::Reading;
use governance_guest::text::is_id;
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::{ListingTarget, Lookup, Page, Probe, ProbeState};
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::model::{
    Account, AccountKind, EmailAddress, GapReason, Reference, Resource, ResourceId, Scope, Status,
    Subject,
};
use governance_guest::within;
use serde_json::Value;

use crate::manifest::{
    EMAIL, MEMBER, MEMBERS, PEOPLE, PEOPLE_SURFACE, PERSON, TEAM, TEAMS, TEAMS_SURFACE,
};

/// The step of the only listing that goes on.
const STEP: &str = "members";
const NO_ID: &str = "a row of the answer has no id that can be used";

/// Lists people or teams, or finds a person.
///
/// # Errors
/// See the contract.
pub fn list<T: Transport>(
    client: &Client<'_, T>,
    resource_type: &str,
    parent: Option<&Reference>,
    lookup: Option<&Lookup>,
    token: Option<&str>,
) -> Result<Page, Error> {
    let kind = Kind::of(resource_type)?;
    if parent.is_some() {
        return Err(invalid_input("parent", "no type is listed below another"));
    }
    if token.is_some() {
        return Err(token_expired());
    }
    let email = lookup.map(|it| email_of(&kind, it)).transpose()?;
    let mut page = match kind.rows(client) {
        Ok(page) => page,
        Err(error) => unread(error, vec![whole(kind.name)])?,
    };
    if let Some(email) = email {
        page.resources.retain(|person| has_address(person, email));
    }
    Ok(within::bounds(page))
}

/// Reads one person or team: Rota has no request for one, so all are read.
///
/// # Errors
/// `not-found`, and see the contract.
pub fn get<T: Transport>(client: &Client<'_, T>, of: &Reference) -> Result<Page, Error> {
    let kind = Kind::of(&of.id.resource_type)?;
    let mut page = kind.rows(client)?;
    page.resources.retain(|resource| resource.id == of.id);
    match page.resources.is_empty() {
        true => Err(not_found(&format!("there is no such {}", kind.name))),
        false => Ok(within::bounds(page)),
    }
}

/// Lists who is in a team.
///
/// # Errors
/// See the contract.
pub fn members<T: Transport>(
    client: &Client<'_, T>,
    of: &ListingTarget,
    token: Option<&str>,
) -> Result<Page, Error> {
    let ListingTarget::Resource(Reference { id: team, .. }) = of else {
        return Err(unsupported("members are listed team by team"));
    };
    if team.resource_type != TEAM {
        return Err(unsupported("only teams have members"));
    }
    let token = token_of(STEP, token)?.unwrap_or_else(|| Token::new(STEP));
    let cursor = token.get("cursor");
    let unknown = || vec![scope(Subject::Grants, TEAM).on(team)];
    let answer = match client.send(&members_call(team, cursor)) {
        Ok(answer) => answer,
        Err(error) => return unread(error, unknown()),
    };
    let listing = member_rows(&answer, cursor)?;
    let mut page = items::page();
    for row in listing.rows {
        match member(row) {
            Some(person) => page.grants.push(grant(team.clone(), MEMBER, person)),
            None => leave(
                &mut page,
                gaps(TEAMS_SURFACE, unknown(), GapReason::Failure, NO_ID),
            ),
        }
    }
    let next = |cursor: &str| Token::new(STEP).with("cursor", Some(cursor));
    follow(&mut page, TEAMS_SURFACE, listing.following, next, unknown())?;
    Ok(page)
}

/// A request for a page of a team's members.
#[must_use]
pub fn members_call<'a>(team: &'a ResourceId, cursor: Option<&str>) -> Call<'a> {
    Call::new(&MEMBERS)
        .argument(&team.id)
        .query("cursor", cursor)
}

/// Reads the answer to that.
///
/// # Errors
/// `unreadable-response` if it is no list.
pub fn member_rows<'a>(answer: &'a Value, cursor: Option<&str>) -> Result<Listing<'a>, Error> {
    Listing::read(TEAMS_SURFACE, answer, Family::Next, cursor)
}

/// Whom a row of members names.
#[must_use]
pub fn member(row: &Value) -> Option<ResourceId> {
    let person = row.text("person_id").filter(|it| is_id(it))?;
    Some(id(PERSON, person))
}

/// Probes a surface.
///
/// # Errors
/// What makes the token useless as a whole, or is worth repeating.
pub fn check<T: Transport>(client: &Client<'_, T>, surface: &str) -> Result<Probe, Error> {
    let kind = match surface {
        PEOPLE_SURFACE => Kind::of(PERSON)?,
        TEAMS_SURFACE => Kind::of(TEAM)?,
        _ => return Err(invalid_input("surface", "there is no such surface")),
    };
    let (state, count) = match kind.rows(client) {
        Ok(page) => (ProbeState::Usable, u32::try_from(page.resources.len()).ok()),
        Err(error) => match error.kind {
            ErrorKind::PermissionDenied(scope) => (ProbeState::Denied(scope), None),
            ErrorKind::NotInPlan => (ProbeState::NotInPlan, None),
            _ => return Err(error),
        },
    };
    Ok(Probe {
        state,
        count,
        more: false,
        identity: None,
        tenant: None,
    })
}

/// A resource type, and how its rows are read.
struct Kind {
    name: &'static str,
    list: &'static Endpoint,
    tell: fn(&Value) -> Option<Resource>,
}

impl Kind {
    fn of(resource_type: &str) -> Result<Self, Error> {
        let (name, list, tell): (_, _, fn(&Value) -> Option<Resource>) = match resource_type {
            PERSON => (PERSON, &PEOPLE, person),
            TEAM => (TEAM, &TEAMS, team),
            _ => return Err(invalid_input("resource-type", "there is no such type")),
        };
        Ok(Self { name, list, tell })
    }

    /// A page of what the list tells. What cannot be told is a gap.
    fn rows<T: Transport>(&self, client: &Client<'_, T>) -> Result<Page, Error> {
        let surface = self.list.surface;
        let answer = client.send(&Call::new(self.list))?;
        let listing = Listing::read(surface, &answer, Family::Next, None)?;
        let mut page = items::page();
        page.resources = listing.rows.iter().filter_map(self.tell).collect();
        let detail = match page.resources.len() == listing.rows.len() {
            true if listing.has_more() => "the list goes on, which is not expected",
            true => return Ok(page),
            false => NO_ID,
        };
        let unknown = gap(surface, whole(self.name), GapReason::Failure, detail);
        page.gaps.push(unknown);
        Ok(page)
    }
}

fn person(row: &Value) -> Option<Resource> {
    let key = row.text("id").filter(|it| is_id(it))?;
    let address = |address: &str| EmailAddress {
        address: address.to_owned(),
        primary: true,
    };
    Some(Resource {
        status: match row.flag("active") {
            Some(true) => Status::Active,
            Some(false) => Status::Disabled,
            None => Status::NotTold,
        },
        account: Some(Account {
            kind: AccountKind::Human,
            emails: row.text("email").map(address).into_iter().collect(),
            login: None,
        }),
        ..items::resource(id(PERSON, key), row.text("name").unwrap_or(key))
    })
}

fn team(row: &Value) -> Option<Resource> {
    let key = row.text("id").filter(|it| is_id(it))?;
    Some(Resource {
        status: Status::Active,
        ..items::resource(id(TEAM, key), row.text("name").unwrap_or(key))
    })
}

fn email_of<'a>(kind: &Kind, lookup: &'a Lookup) -> Result<&'a str, Error> {
    match (kind.name, lookup.key.as_str()) {
        (PERSON, EMAIL) => Ok(lookup.value.trim()),
        _ => Err(invalid_input(
            "lookup",
            "people are looked up by e-mail only",
        )),
    }
}

fn has_address(person: &Resource, email: &str) -> bool {
    let mut emails = person.account.iter().flat_map(|it| &it.emails);
    emails.any(|it| it.address.eq_ignore_ascii_case(email))
}

/// What the token may not read is a gap: neither an error nor an empty list.
fn unread(error: Error, unknown: Vec<Scope>) -> Result<Page, Error> {
    let Some(reason) = closed(&error) else {
        return Err(error);
    };
    let surface = error.surface.unwrap_or_default();
    let mut page = items::page();
    page.gaps = gaps(&surface, unknown, reason, &error.message);
    Ok(page)
}
