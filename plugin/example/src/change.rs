//! Putting people into teams, and taking them out.
//!
//! First the reads that decide, then the request that changes. In mode `plan`
//! the host does not send that one: it answers with what `predicting` gives.

use governance_guest::client::{Call, Client, Endpoint};
use governance_guest::faults::{invalid_input, not_found, unsupported};
use governance_guest::items::grant;
use governance_guest::paging::{Family, Following, Listing};
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op, outcome};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::{ChangeRequest, Completion, GrantChange, Outcome};
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::ResourceId;
use serde_json::json;

use crate::manifest::{ADD, MEMBER, PEOPLE, PERSON, REMOVE, TEAM};
use crate::read::{member, member_rows, members_call};

/// Makes one change, or plans it.
///
/// # Errors
/// Nothing was changed; see the contract.
pub fn make<T: Transport>(
    client: &Client<'_, T>,
    change: &ChangeRequest,
) -> Result<Outcome, Error> {
    outcome(client, |steps| match change {
        ChangeRequest::Grant(change) => add(steps, &Membership::of(change)?),
        ChangeRequest::Revoke(change) => remove(steps, &Membership::of(change)?),
        _ => Err(unsupported("only the members of teams can be changed").into()),
    })
}

/// Whom a change is about.
struct Membership<'a> {
    team: &'a ResourceId,
    person: &'a ResourceId,
}

impl<'a> Membership<'a> {
    fn of(change: &'a GrantChange) -> Result<Self, Error> {
        let team = &change.entitlement.resource.id;
        let person = &change.principal.id;
        if team.resource_type != TEAM || change.entitlement.slug != MEMBER {
            let message = "only the membership of a team can be held";
            return Err(invalid_input("entitlement", message));
        }
        if person.resource_type != PERSON {
            return Err(invalid_input("principal", "only people can be in a team"));
        }
        if change.expires_at.is_some() {
            return Err(unsupported("a membership of Rota does not end by itself"));
        }
        Ok(Self { team, person })
    }

    /// Reads the members until the person is found; a team that there is not is
    /// `not-found`.
    fn holds<T: Transport>(&self, steps: &Steps<'_, T>) -> Result<bool, Error> {
        let mut cursor: Option<String> = None;
        loop {
            let answer = steps.read(&members_call(self.team, cursor.as_deref()))?;
            let listing = member_rows(&answer, cursor.as_deref())?;
            let mut members = listing.rows.iter().filter_map(member);
            if members.any(|it| it == *self.person) {
                return Ok(true);
            }
            match listing.following {
                Following::Page(next) => cursor = Some(next),
                Following::End | Following::Broken(_) => return Ok(false),
            }
        }
    }
}

/// Reads whether there is such a thing: Rota has no request for a single one.
fn exists<T: Transport>(
    steps: &Steps<'_, T>,
    list: &Endpoint,
    wanted: &ResourceId,
) -> Result<(), Error> {
    let answer = steps.read(&Call::new(list))?;
    let listing = Listing::read(list.surface, &answer, Family::Next, None)?;
    let mut keys = listing.rows.iter().filter_map(|row| row.text("id"));
    match keys.any(|key| key == wanted.id) {
        true => Ok(()),
        false => Err(not_found(&format!(
            "there is no such {}",
            wanted.resource_type
        ))),
    }
}

fn add<T: Transport>(
    steps: &mut Steps<'_, T>,
    membership: &Membership,
) -> Result<Completion, Stop> {
    let Membership { team, person } = *membership;
    if membership.holds(steps)? {
        return Ok(no_op("the person is in the team already"));
    }
    // A plan, too, says that there is nobody: Rota itself is not asked in one.
    exists(steps, &PEOPLE, person)?;
    let call = Call::new(&ADD).argument(&team.id).argument(&person.id);
    steps.send(&call.predicting(json!({})))?;
    steps.did(&format!("added {} to team {}", person.id, team.id), team);
    steps.held(grant(team.clone(), MEMBER, person.clone()));
    Ok(Completion::Complete)
}

fn remove<T: Transport>(
    steps: &mut Steps<'_, T>,
    membership: &Membership,
) -> Result<Completion, Stop> {
    let Membership { team, person } = *membership;
    if !membership.holds(steps)? {
        return Ok(no_op("the person is not in the team"));
    }
    let call = Call::new(&REMOVE).argument(&team.id).argument(&person.id);
    // Somebody else may have been quicker.
    if steps.remove(&call.predicting(json!({})))?.is_none() {
        return Ok(no_op("the person is not in the team any more"));
    }
    steps.did(
        &format!("removed {} from team {}", person.id, team.id),
        team,
    );
    steps.replaced(grant(team.clone(), MEMBER, person.clone()));
    Ok(Completion::Complete)
}
