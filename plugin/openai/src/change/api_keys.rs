//! Keys of projects.
//!
//! | change | of a service account's key | of a person's key |
//! |---|---|---|
//! | create | its value comes once | the API makes none \[S] |
//! | update scopes, expiry | since November 2026 \[S, SDK] | likewise |
//! | delete | refused with 400 in August 2026, allowed in November \[S] | allowed |
//!
//! A service that lacks the update answers its path with 404 or 405.

use std::collections::BTreeSet;

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{
    invalid_input, not_found, precondition, unreadable, unsupported_but,
};
use governance_guest::given::{Given, optional};
use governance_guest::items;
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::{Completion, ResourceCreation, ResourceUpdate};
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::manifest::{ChangeKind, Field, FieldKind, OfferedChange};
use governance_guest::wit::model::{Reference, Resource, ResourceId, Status, Timestamp};
use serde_json::{Map, Value, json};

use super::subjects::LiveProject;
use super::{namesakes, offer, parents, row};
use crate::api_key::{LIST, RETRIEVE, SURFACE, TYPE, every, of_row, owner, resource};
use crate::session::{Session, changing};
use crate::{service_account, user, user_row};

const ACCOUNT: &str = "service_account";
const SCOPES: &str = "scopes";
const LIFETIME: &str = "expires_in_seconds";

/// The longest life of a key, in seconds: a year \[S].
const LONGEST: Timestamp = 31_536_000;
/// How far two expiries may differ and still be the same wish, asked for again,
/// in seconds.
const TOLERANCE: u64 = 60;

const CREATE: Endpoint = changing(
    "CreateanAPIkeyforaserviceaccount",
    Method::Post,
    "/organization/projects/{project_id}/service_accounts/{service_account_id}/api_keys",
    SURFACE,
);
/// Newer than the official document of August 2026: the SDK of November has it.
const UPDATE: Endpoint = changing(
    "update-project-api-key",
    Method::Post,
    "/organization/projects/{project_id}/api_keys/{api_key_id}",
    SURFACE,
);
const DELETE: Endpoint = changing(
    "delete-project-api-key",
    Method::Delete,
    "/organization/projects/{project_id}/api_keys/{api_key_id}",
    SURFACE,
);

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![CREATE, UPDATE, DELETE]
}

/// What `describe` offers.
#[must_use]
pub fn offered() -> Vec<OfferedChange> {
    let account = "The id of the service account of the project that the key is for";
    let account = Field {
        required: true,
        ..optional(ACCOUNT, "Service account", account, FieldKind::Text)
    };
    let scopes = "What the key may do; an empty list is everything, api.all.read alone reading";
    let scopes = optional(SCOPES, "Scopes", scopes, FieldKind::Texts);
    let lifetime = lifetime_field(LIFETIME);
    vec![
        offer(
            ChangeKind::CreateResource,
            vec![account, scopes.clone(), lifetime.clone()],
        ),
        offer(ChangeKind::UpdateResource, vec![scopes, lifetime]),
        offer(ChangeKind::DeleteResource, Vec::new()),
    ]
}

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

/// Makes a key for a service account, unless it has exactly one of this name
/// that has not expired.
///
/// # Errors
/// `unsupported` for a person's; `conflict` if several bear the name, or one
/// that is not what was asked for; and all that requests can bring.
pub fn create<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    creation: &ResourceCreation,
    given: &Given,
) -> Result<Completion, Stop> {
    let name = parents::name(creation)?;
    let lifetime = lifetime(given, LIFETIME)?;
    let account = given.text(ACCOUNT).unwrap_or_default();
    let account = items::id(service_account::TYPE, account);
    let project = parents::in_project(steps, creation)?;
    judge_owner(steps, &project, &account)?;
    let page = |after: Option<&str>| every(&project.id.id, after);
    let counts = |row: &Value| {
        let owned = owner(row).is_some_and(|owner| owner.id == account.id);
        owned && !is_expired(row, session.now())
    };
    if let Some(found) = namesakes::only(steps, &LIST, name, page, counts)? {
        return namesake(steps, &project, &found, given);
    }
    let mut body = asked(given, lifetime);
    body.insert("name".to_owned(), json!(name));
    let call = Call::new(&CREATE).argument(&project.id.id);
    let call = call.argument(&account.id).body(Value::Object(body));
    let answer = steps.send(&call.predicting(new_key(session, name, lifetime)))?;
    tell_new_key(steps, &project.id, &account, &answer, lifetime)?;
    Ok(Completion::Complete)
}

/// The answer that is expected to the making of a key, without its value.
#[must_use]
pub fn new_key<T: Transport>(
    session: &Session<'_, T>,
    name: &str,
    lifetime: Option<Timestamp>,
) -> Value {
    let expires_at = lifetime.map(|seconds| session.now().saturating_add(seconds));
    json!({"id": "new-api-key", "name": name, "expires_at": expires_at})
}

/// Keys are made for service accounts of the project, and for nobody else.
fn judge_owner<T: Transport>(
    steps: &Steps<'_, T>,
    project: &LiveProject,
    account: &ResourceId,
) -> Result<(), Error> {
    let call = Call::new(&service_account::RETRIEVE).argument(&project.id.id);
    if steps.find(&call.argument(&account.id))?.is_some() {
        return Ok(());
    }
    let person = steps.find(&Call::new(&user::RETRIEVE).argument(&account.id))?;
    match person.is_some_and(|row| !user_row::is_service_account(&row)) {
        true => Err(unsupported_but(
            "the API makes no keys for people",
            "the person makes it at platform.openai.com/api-keys, or make one for a service account",
        )),
        false => Err(Error {
            hint: Some("create the service account first".to_owned()),
            ..not_found(&format!(
                "the project has no service account {}",
                account.id
            ))
        }),
    }
}

/// A key of the name is there: is it what was asked for?
fn namesake<T: Transport>(
    steps: &mut Steps<'_, T>,
    project: &LiveProject,
    found: &Value,
    given: &Given,
) -> Result<Completion, Stop> {
    let key = row::read(SURFACE, resource(found, &project.id))?;
    if let (Some(told), Some(wanted)) = (scopes(found), given.texts(SCOPES))
        && told != wanted.into_iter().collect()
    {
        let message = format!("key {} bears this name, and has other scopes", key.id.id);
        let hint = "update that one, or choose another name";
        return Err(namesakes::conflict(&message, hint).into());
    }
    steps.resource(key);
    Ok(no_op(
        "the service account has a key of this name; its value is not shown again",
    ))
}

/// Tells a key that was made, and its value, which comes this once.
///
/// # Errors
/// `unreadable-response` if the answer has none.
pub fn tell_new_key<T: Transport>(
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
        None if steps.plan() => {}
        None => return Err(unreadable(SURFACE, "the answer has no value of the key").into()),
    }
    Ok(())
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
    let lifetime = lifetime(given, LIFETIME)?;
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
    let expires_at = asked.get(LIFETIME).and_then(Value::as_i64);
    let expires_at = expires_at.map(|seconds| session.now().saturating_add(seconds));
    let mut members = Map::new();
    members.extend(expires_at.map(|at| ("expires_at".to_owned(), json!(at))));
    members.extend(asked.get(SCOPES).map(|it| (SCOPES.to_owned(), it.clone())));
    let expected = row::laid_over(&found, &Value::Object(members));
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

/// What is given, as the members of a body.
fn asked(given: &Given, lifetime: Option<Timestamp>) -> Map<String, Value> {
    let scopes = given.texts(SCOPES);
    let scopes = scopes.map(|scopes| (SCOPES.to_owned(), json!(scopes)));
    let lifetime = lifetime.map(|seconds| (LIFETIME.to_owned(), json!(seconds)));
    scopes.into_iter().chain(lifetime).collect()
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
    asked.into_iter().filter(differs).collect()
}

fn tell_difference<T: Transport>(steps: &mut Steps<'_, T>, before: &Value, after: &Value) {
    let Some(scopes_now) = scopes(after) else {
        return;
    };
    let told = |scopes: &BTreeSet<String>| match scopes.is_empty() {
        true => "everything".to_owned(),
        false => scopes.iter().cloned().collect::<Vec<_>>().join(", "),
    };
    if Some(&scopes_now) != scopes(before).as_ref() {
        let before = scopes(before).map(|it| format!(", and could before: {}", told(&it)));
        let before = before.unwrap_or_default();
        let now = told(&scopes_now);
        steps.consequence(&format!("the key may do this{before}, now: {now}"));
        steps.consequence("the service caches what keys may do: it takes effect with a delay");
    }
}

/// The scopes that a row tells; none if it does not.
fn scopes(row: &Value) -> Option<BTreeSet<String>> {
    row.list(SCOPES)?;
    Some(row.texts(SCOPES).into_iter().collect())
}

fn is_expired(row: &Value, now: Timestamp) -> bool {
    row.moment("expires_at").is_some_and(|at| at <= now)
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

/// Deletes a key.
///
/// # Errors
/// `precondition` if the service refuses since a service account owns it; and
/// all that requests can bring.
pub fn delete<T: Transport>(steps: &mut Steps<'_, T>, of: &Reference) -> Result<Completion, Stop> {
    let id = &of.id;
    let Some(project) = parents::find_project_of(steps, of)? else {
        return Ok(no_op(&parents::gone(id)));
    };
    let Some(found) = steps.find(&retrieve(&project, id))? else {
        return Ok(no_op(&parents::gone(id)));
    };
    let before = row::read(SURFACE, resource(&found, &project.id))?;
    let answer = json!({"id": id.id, "deleted": true});
    let call = Call::new(&DELETE).argument(&project.id.id);
    let call = call.argument(&id.id).predicting(answer);
    let removed = steps.remove(&call);
    if removed
        .map_err(|stop| perhaps_owned(stop, &found))?
        .is_none()
    {
        return Ok(no_op(&parents::gone(id)));
    }
    let (key, project) = (&before.name, project.called());
    steps.did(&format!("deleted key {key} of project {project}"), id);
    steps.consequence("whatever uses the key is refused from now on");
    Ok(Completion::Complete)
}

/// Of a service account's key, 400 has that reason \[S, August 2026].
fn perhaps_owned(stop: Stop, key: &Value) -> Stop {
    let owner = owner(key).filter(|owner| owner.resource_type == service_account::TYPE);
    let Some(owner) = owner else {
        return stop;
    };
    row::refused_with(stop, &[400], |error| Error {
        kind: ErrorKind::Precondition,
        hint: Some(format!(
            "this service deletes no single keys of service accounts: delete service account {}",
            owner.id
        )),
        ..error
    })
}

fn retrieve<'a>(project: &'a LiveProject, id: &'a ResourceId) -> Call<'a> {
    let call = Call::new(&RETRIEVE).argument(&project.id.id);
    call.argument(&id.id)
}
