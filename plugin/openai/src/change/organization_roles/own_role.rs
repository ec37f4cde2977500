//! The role of the service's own that each person has: `owner` or `reader`, set
//! by `POST /organization/users/{user_id}`.
//!
//! | has | grant `owner` | grant `reader` | revoke `owner` | revoke `reader` |
//! |---|---|---|---|---|
//! | `owner` | no-op | makes a reader | makes a reader | no-op |
//! | `reader` | makes an owner | no-op | no-op | unsupported: the floor |
//! | not told | makes an owner | makes a reader | no-op | no-op |
//!
//! What is not held by itself but through a group is not taken here.

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{unreadable, unsupported_but};
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::Completion;
use serde_json::{Value, json};

use super::{Wanted, assignments};
use crate::change::holders::Holder;
use crate::change::owners;
use crate::predefined::Predefined;
use crate::session::changing;
use crate::user;

/// Changes a user.
pub const MODIFY: Endpoint = changing(
    "modify-user",
    Method::Post,
    "/organization/users/{user_id}",
    user::SURFACE,
);

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![MODIFY]
}

/// Makes somebody an owner or a reader.
///
/// # Errors
/// `precondition` if that takes the last owner; and what the service answers.
pub fn grant<T: Transport>(
    steps: &mut Steps<'_, T>,
    holder: &Holder,
    role: Predefined,
) -> Result<Completion, Stop> {
    match holder.role() == Some(role) {
        true => Ok(no_op(&format!("{} is {} already", holder.called, a(role)))),
        false => set(steps, holder, role),
    }
}

/// Makes an owner a reader.
///
/// # Errors
/// `unsupported` for a reader; `precondition` for the last owner, and for who has
/// the role through a group; and what the service answers.
pub fn revoke<T: Transport>(
    steps: &mut Steps<'_, T>,
    holder: &Holder,
    role: Predefined,
) -> Result<Completion, Stop> {
    match (holder.role() == Some(role), role) {
        (false, _) => assignments::not_direct(steps, holder, &role.into()),
        (true, Predefined::Owner) => set(steps, holder, Predefined::Reader),
        (true, Predefined::Reader) => Err(unsupported_but(
            "reader is the least that a member of the organization has",
            "delete the account instead",
        )
        .into()),
    }
}

fn set<T: Transport>(
    steps: &mut Steps<'_, T>,
    holder: &Holder,
    role: Predefined,
) -> Result<Completion, Stop> {
    let before = holder.role();
    if before == Some(Predefined::Owner) {
        owners::keep_another(steps, &holder.id.id, &holder.called)?;
    }
    let call = Call::new(&MODIFY)
        .argument(&holder.id.id)
        .body(json!({ "role": role.name() }))
        .predicting(predicted(&holder.row, role));
    let answer = steps.send(&call)?;
    if answer.text("role").and_then(Predefined::of) == before && before.is_some() {
        let message = "the service answered with the role of before";
        return Err(Stop::Unanswered(unreadable(user::SURFACE, message)));
    }
    let done = format!("made {} {} of the organization", holder.called, a(role));
    steps.did(&done, &holder.id);
    steps.held(Wanted::from(role).grant(holder));
    if let Some(before) = before.map(Wanted::from) {
        steps.replaced(before.grant(holder));
        assignments::tell_remaining(steps, holder, &before);
    }
    Ok(Completion::Complete)
}

fn predicted(row: &Value, role: Predefined) -> Value {
    let mut row = row.clone();
    if let Some(fields) = row.as_object_mut() {
        fields.insert("role".to_owned(), Value::from(role.name()));
    }
    row
}

const fn a(role: Predefined) -> &'static str {
    match role {
        Predefined::Owner => "an owner",
        Predefined::Reader => "a reader",
    }
}
