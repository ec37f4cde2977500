//! Invitations: how people come into the organization. There is no call that
//! makes an account \[S].
//!
//! | who has the address | create account |
//! |---|---|
//! | a member | no-op, with the user |
//! | somebody with a live invitation like it | no-op, with that |
//! | and with others, too | those are withdrawn |
//! | somebody with other invitations, or expired ones | they are deleted, then one is made |
//! | nobody | one is made |
//!
//! | the invitation | send again | delete |
//! |---|---|---|
//! | live, expired | deleted and made anew | deleted |
//! | accepted | precondition | precondition: the user is to be deleted |
//! | gone | not found | no-op |
//!
//! Where an invitation was withdrawn and the one in its place is refused, it is
//! made again, if it was live.

pub mod content;
pub mod creating;
pub mod lookup;
pub mod sending;

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{not_found, precondition, unreadable};
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::Completion;
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::manifest::{ChangeKind, OfferedChange};
use governance_guest::wit::model::Reference;
use serde_json::Value;

pub use creating::create_account;
use lookup::Open;

use super::offer;
use crate::invitation::{self, Standing};
use crate::session::Session;

/// What to do about an accepted invitation instead of deleting it.
const DELETE_USER: &str = "delete the user instead";
/// The same, instead of sending it again.
const AGAIN: &str = "nothing has to be sent: the person is in the organization";

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    sending::endpoints()
}

/// What `describe` offers.
#[must_use]
pub fn offered() -> Vec<OfferedChange> {
    [
        ChangeKind::CreateAccount,
        ChangeKind::ResendInvitation,
        ChangeKind::DeleteResource,
    ]
    .map(|kind| offer(kind, Vec::new()))
    .to_vec()
}

/// Sends an invitation again, as it was.
///
/// # Errors
/// `not-found`; `precondition` if it has been accepted, or the person is a
/// member or has another live invitation; and what the service answers.
pub fn resend<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    of: &Reference,
) -> Result<Completion, Stop> {
    let Some(open) = find(session, steps, of, AGAIN)? else {
        return Err(Error {
            hint: Some("create the account to invite the person anew".to_owned()),
            ..not_found(&gone(of))
        }
        .into());
    };
    alone(session, steps, &open)?;
    withdraw(session, steps, of, &open, AGAIN)?;
    let done = format!("invited {} again", open.email());
    let sent = sending::send(steps, &sending::like(&open.row), session.now(), &done);
    Ok(Completion::Pending(sent.map_err(without_the_old)?))
}

/// Nothing else could be put in the place of what was deleted.
fn without_the_old(stop: Stop) -> Stop {
    const GONE: &str = "the old invitation is gone: create the account again";
    match stop {
        Stop::Refused(error) => {
            let hint = error.hint.iter().map(String::as_str).chain([GONE]);
            let hint = hint.collect::<Vec<_>>().join("; ");
            Stop::Refused(Error {
                hint: Some(hint),
                ..error
            })
        }
        stop => stop,
    }
}

/// Withdraws an invitation.
///
/// # Errors
/// `precondition` if it has been accepted; and what the service answers.
pub fn delete<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    of: &Reference,
) -> Result<Completion, Stop> {
    let Some(open) = find(session, steps, of, DELETE_USER)? else {
        return Ok(no_op(&gone(of)));
    };
    Ok(match withdraw(session, steps, of, &open, DELETE_USER)? {
        true => Completion::Complete,
        false => no_op(&gone(of)),
    })
}

/// Withdraws it; false if it was gone already. A refusal may come from its having
/// been accepted since it was read: then that is said.
fn withdraw<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    of: &Reference,
    open: &Open,
    if_accepted: &str,
) -> Result<bool, Stop> {
    let error = match sending::withdraw(steps, open) {
        Err(Stop::Refused(error)) => error,
        other => return other,
    };
    Err(Stop::Refused(match find(session, steps, of, if_accepted) {
        Err(accepted) if accepted.kind == ErrorKind::Precondition => accepted,
        _ => error,
    }))
}

/// Reads an invitation that has not been accepted; None if it is gone.
fn find<T: Transport>(
    session: &Session<'_, T>,
    steps: &Steps<'_, T>,
    of: &Reference,
    if_accepted: &str,
) -> Result<Option<Open>, Error> {
    let call = Call::new(&invitation::RETRIEVE).argument(&of.id.id);
    let Some(row) = steps.find(&call)? else {
        return Ok(None);
    };
    if invitation::standing(&row, session.now()) == Standing::Accepted {
        let message = format!("{} has accepted the invitation already", called(&row, of));
        return Err(precondition(&message, if_accepted));
    }
    match Open::of(&row, session.now()) {
        Some(open) => Ok(Some(open)),
        None => {
            let message = "the invitation has no id, or an unknown status";
            Err(unreadable(invitation::SURFACE, message))
        }
    }
}

/// Makes sure that nothing else leads the invited person into the organization.
fn alone<T: Transport>(
    session: &Session<'_, T>,
    steps: &Steps<'_, T>,
    open: &Open,
) -> Result<(), Error> {
    let email = open.email();
    if lookup::member(steps, email)?.is_some() {
        return Err(precondition(
            &format!("{email} is in the organization already"),
            "delete the invitation: it is of no use",
        ));
    }
    let others = lookup::open(steps, email, session.now())?;
    let other = others.iter().find(|it| it.live && it.id != open.id);
    match other {
        Some(other) => Err(precondition(
            &format!("{email} has another invitation, which is live"),
            &format!("send {} again, or delete it", other.id.id),
        )),
        None => Ok(()),
    }
}

fn called<'a>(row: &'a Value, of: &'a Reference) -> &'a str {
    row.text("email").unwrap_or(&of.id.id)
}

fn gone(of: &Reference) -> String {
    format!("the organization has no invitation {}", of.id.id)
}
