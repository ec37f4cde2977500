//! New keys: how long they live, and their value, which the service shows once.

use governance_guest::faults::{invalid_input, unreadable};
use governance_guest::given::{Given, optional};
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop};
use governance_guest::transport::Transport;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{Field, FieldKind};
use governance_guest::wit::model::{Resource, ResourceId, Status, Timestamp};
use serde_json::{Value, json};

use super::row;
use crate::api_key::{SURFACE, TYPE, of_row};
use crate::session::Session;

/// The longest life of a key, in seconds: a year \[S].
const LONGEST: Timestamp = 31_536_000;
/// The field of a key's lifetime.
#[must_use]
pub fn lifetime_field(key: &str) -> Field {
    let description = "After how many seconds the key expires, 1 to 31536000";
    optional(key, "Expires in seconds", description, FieldKind::Integer)
}

/// How long a key shall live, in seconds, if that is given.
///
/// # Errors
/// `invalid-input` if no key can live that long.
pub fn lifetime(given: &Given, key: &str) -> Result<Option<Timestamp>, Error> {
    let lifetime = given.integer(key);
    match lifetime.is_none_or(|seconds| (1..=LONGEST).contains(&seconds)) {
        true => Ok(lifetime),
        false => {
            let message = format!("{key} has to be from 1 to {LONGEST}");
            Err(invalid_input(key, &message))
        }
    }
}

/// The answer that is expected to the making of a key, without its value.
#[must_use]
pub fn expected<T: Transport>(
    session: &Session<'_, T>,
    name: &str,
    lifetime: Option<Timestamp>,
) -> Value {
    let expires_at = lifetime.map(|seconds| session.now().saturating_add(seconds));
    json!({"id": "new-api-key", "name": name, "expires_at": expires_at})
}

/// Tells a key that was made, and its value, which comes this once.
///
/// # Errors
/// `unreadable-response` if the answer has none.
pub fn tell<T: Transport>(
    steps: &mut Steps<'_, T>,
    project: &ResourceId,
    owner: &ResourceId,
    answer: &Value,
    lifetime: Option<Timestamp>,
) -> Result<(), Stop> {
    let key = Resource {
        parent: Some(project.clone()),
        status: Status::Active,
        ..row::answered(SURFACE, of_row(TYPE, answer, Some(owner.clone())))?
    };
    let summary = format!("made key {} of service account {}", key.name, owner.id);
    steps.did(&summary, &key.id);
    if lifetime.is_some() && key.expires_at.is_none() {
        steps.consequence("the service does not tell when the key expires: it may never do so");
    }
    let id = key.id.clone();
    steps.resource(key);
    match answer.text("value") {
        Some(value) => steps.secret(&id, value),
        // That there will be one counts, for whoever plans and if the answer is lost.
        None if steps.plan() => steps.secret(&id, "new-api-key-value"),
        None => return Err(unreadable(SURFACE, "the answer has no value of the key").into()),
    }
    Ok(())
}
