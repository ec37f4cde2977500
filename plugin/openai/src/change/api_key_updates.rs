//! Changing what keys may do, and when they expire.
//!
//! A service that lacks this answers its path with 404 or 405. What is asked for
//! and so already is not sent; an expiry that is asked for again, from then on,
//! is the same within [`TOLERANCE`].

use std::collections::BTreeSet;

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{invalid_input, precondition, unsupported_but};
use governance_guest::gather::gathered;
use governance_guest::given::Given;
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::{Completion, ResourceUpdate};
use governance_guest::wit::faults::{Error, ErrorKind};
use serde_json::{Map, Value, json};

use super::api_keys::{LIFETIME, SCOPES, asked, is_expired, retrieve, scopes};
use super::{new_keys, parents, row};
use crate::api_key::{SURFACE, resource};
use crate::session::{Session, changing};

/// How far two expiries may differ and still be the same wish, asked for again,
/// in seconds.
pub const TOLERANCE: u64 = 60;

/// Newer than the official document of August 2026: the SDK of November has it.
const UPDATE: Endpoint = changing(
    "update-project-api-key",
    Method::Post,
    "/organization/projects/{project_id}/api_keys/{api_key_id}",
    SURFACE,
);
/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![UPDATE]
}

/// Changes what a key may do, or when it expires.
///
/// # Errors
/// `precondition` if it has expired, `unsupported` for its name, or where the
/// service lacks this; and all that requests can bring.
pub fn update<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    update: &ResourceUpdate,
    given: &Given,
) -> Result<Completion, Stop> {
    let lifetime = new_keys::lifetime(given, LIFETIME)?;
    judge_update(update, given)?;
    let project = parents::project_of(steps, &update.of)?;
    let id = &update.of.id;
    let found = steps.read(&retrieve(&project, id))?;
    let before = row::read(SURFACE, resource(&found, &project.id))?;
    if is_expired(&found, session.now()) {
        let hint = "make a new key; an expired one stays so";
        return Err(precondition("the key has expired", hint).into());
    }
    let asked = differing(session, &found, asked(given, lifetime));
    if asked.is_empty() {
        steps.resource(before);
        return Ok(no_op("the key is so"));
    }
    let expected = row::laid_over(&found, &members(session, &asked));
    let call = Call::new(&UPDATE).argument(&project.id.id);
    let call = call.argument(&id.id).body(Value::Object(asked));
    let answer = steps.send(&call.predicting(expected.clone()));
    let answer = answer.map_err(perhaps_lacking)?;
    let told = row::laid_over(&expected, &answer);
    steps.did(&format!("changed key {}", before.name), id);
    tell_difference(steps, &found, &told);
    let after = resource(&told, &project.id);
    steps.resource(row::answered(SURFACE, after)?);
    Ok(Completion::Complete)
}

fn judge_update(update: &ResourceUpdate, given: &Given) -> Result<(), Error> {
    if update.name.is_some() {
        return Err(unsupported_but(
            "the API cannot rename a key",
            "make a new key of that name, and delete this one",
        ));
    }
    if given.texts(SCOPES).is_none() && given.integer(LIFETIME).is_none() {
        let message = format!("neither {SCOPES} nor {LIFETIME} is given");
        return Err(invalid_input("attributes", &message));
    }
    Ok(())
}

/// What a key's row tells once it is as asked for.
fn members<T: Transport>(session: &Session<'_, T>, asked: &Map<String, Value>) -> Value {
    let lifetime = asked.get(LIFETIME).and_then(Value::as_i64);
    let expires_at = lifetime.map(|seconds| session.now().saturating_add(seconds));
    let expires_at = expires_at.map(|at| ("expires_at".to_owned(), json!(at)));
    let scopes = asked.get(SCOPES).map(|it| (SCOPES.to_owned(), it.clone()));
    Value::Object(gathered(expires_at.into_iter().chain(scopes)))
}

/// What is asked for and not so yet.
fn differing<T: Transport>(
    session: &Session<'_, T>,
    row: &Value,
    asked: Map<String, Value>,
) -> Map<String, Value> {
    let is_so = |key: &str, wanted: &Value| match key {
        SCOPES => scopes(row).is_some_and(|told| Some(told) == scopes(&json!({ SCOPES: wanted }))),
        _ => {
            let wanted = wanted.as_i64().unwrap_or_default();
            let wanted = session.now().saturating_add(wanted);
            let told = row.moment("expires_at");
            told.is_some_and(|told| told.abs_diff(wanted) <= TOLERANCE)
        }
    };
    let differs = |(key, wanted): &(String, Value)| !is_so(key, wanted);
    gathered(asked.into_iter().filter(differs))
}

fn tell_difference<T: Transport>(steps: &mut Steps<'_, T>, before: &Value, after: &Value) {
    let Some(scopes_now) = scopes(after) else {
        return;
    };
    let told = |scopes: &BTreeSet<String>| match scopes.is_empty() {
        true => "everything".to_owned(),
        false => scopes.iter().cloned().collect::<Vec<_>>().join(", "),
    };
    let scopes_before = scopes(before);
    if Some(&scopes_now) == scopes_before.as_ref() {
        return;
    }
    let before = scopes_before.map(|it| format!(", before: {}", told(&it)));
    let (now, before) = (told(&scopes_now), before.unwrap_or_default());
    steps.consequence(&format!("the key may do this now: {now}{before}"));
    steps.consequence("the service caches what keys may do: it takes effect with a delay");
}

/// The key was read just now, so 404 and 405 are of the path.
fn perhaps_lacking(stop: Stop) -> Stop {
    row::refused_with(stop, &[404, 405], |error| Error {
        kind: ErrorKind::Unsupported,
        message: format!("the service cannot change keys yet: {}", error.message),
        hint: Some("make a new key, and delete this one".to_owned()),
        ..error
    })
}
