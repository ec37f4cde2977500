//! Sending an invitation, and withdrawing one. The service cannot change an
//! invitation or send it again: it is deleted and made anew.

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::unreadable;
use governance_guest::items;
use governance_guest::steps::{Steps, Stop};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::faults::{Error, ErrorKind, Party};
use governance_guest::wit::model::Timestamp;
use serde_json::{Value, json};

use super::content::Content;
use super::lookup::Open;
use crate::invitation::{self, SURFACE};
use crate::session::changing;

const SEND: Endpoint = changing("inviteUser", Method::Post, "/organization/invites", SURFACE);

const DELETE: Endpoint = changing(
    "delete-invite",
    Method::Delete,
    "/organization/invites/{invite_id}",
    SURFACE,
);

/// What the service answers of an organization that cannot be charged \[D].
const NO_PAYMENT_METHOD: &str = "payment_method_required";

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![SEND, DELETE]
}

/// Sends an invitation with this body, and tells it as `done`. Until when it can
/// be accepted.
///
/// # Errors
/// What the service answers; `precondition` if it wants a payment method first.
pub fn send<T: Transport>(
    steps: &mut Steps<'_, T>,
    body: &Value,
    now: Timestamp,
    done: &str,
) -> Result<Option<Timestamp>, Stop> {
    let call = Call::new(&SEND)
        .body(body.clone())
        .predicting(predicted(body, now));
    let answer = steps.send(&call).map_err(explained)?;
    let row = completed(answer, body);
    let mut page = items::page();
    invitation::tell(&mut page, &row);
    let Some(resource) = page.resources.pop() else {
        let message = "the answer to an invitation names none";
        return Err(Stop::Unanswered(unreadable(SURFACE, message)));
    };
    steps.did(done, &resource.id);
    page.grants.into_iter().for_each(|grant| steps.held(grant));
    let expires_at = resource.expires_at;
    let email = resource.name.clone();
    steps.resource(resource);
    steps.consequence(&format!("a new e-mail goes out to {email}"));
    if Content::carried(&row) != Content::carried(body) {
        let other =
            format!("the service gave the invitation of {email} other roles than asked for");
        steps.consequence(&other);
    }
    Ok(expires_at)
}

/// Deletes an invitation; false if it was gone already.
///
/// # Errors
/// What the service answers, such as that it has been accepted.
pub fn withdraw<T: Transport>(steps: &mut Steps<'_, T>, open: &Open) -> Result<bool, Stop> {
    let call = Call::new(&DELETE).argument(&open.id.id).predicting(json!({
        "object": "organization.invite.deleted",
        "id": open.id.id,
        "deleted": true,
    }));
    if steps.remove(&call)?.is_none() {
        return Ok(false);
    }
    let what = match open.live {
        true => "withdrew the invitation",
        false => "deleted the expired invitation",
    };
    steps.did(&format!("{what} of {}", open.email()), &open.id);
    if open.live {
        let mut page = items::page();
        invitation::tell(&mut page, &open.row);
        let grants = page.grants.into_iter();
        grants.for_each(|grant| steps.replaced(grant));
    }
    Ok(true)
}

/// The body of a request for an invitation like an earlier one.
#[must_use]
pub fn like(row: &Value) -> Value {
    let told = |key| row.get(key).cloned();
    json!({
        "email": told("email"),
        "role": told("role"),
        "projects": told("projects").unwrap_or_else(|| json!([])),
    })
}

fn predicted(body: &Value, now: Timestamp) -> Value {
    let answer = json!({
        "object": "organization.invite",
        "id": "new-invitation",
        "status": "pending",
        "created_at": now,
    });
    completed(answer, body)
}

/// What the answer does not tell is as it was asked for.
fn completed(mut answer: Value, body: &Value) -> Value {
    let asked = body.as_object().into_iter().flatten();
    if let Some(fields) = answer.as_object_mut() {
        for (key, value) in asked {
            let told = fields.entry(key).or_insert(Value::Null);
            if told.is_null() {
                *told = value.clone();
            }
        }
    }
    answer
}

fn explained(stop: Stop) -> Stop {
    match stop {
        Stop::Refused(error) if error.code.as_deref() == Some(NO_PAYMENT_METHOD) => {
            Stop::Refused(Error {
                party: Party::Caller,
                kind: ErrorKind::Precondition,
                message: "the organization has no payment method, and invites nobody without one"
                    .to_owned(),
                hint: Some(
                    "an owner adds one at platform.openai.com/settings/organization/billing"
                        .to_owned(),
                ),
                ..error
            })
        }
        stop => stop,
    }
}
