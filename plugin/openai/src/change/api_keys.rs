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
use governance_guest::faults::{not_found, unsupported_but};
use governance_guest::gather::gathered;
use governance_guest::given::{Given, optional};
use governance_guest::items;
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::{Completion, ResourceCreation};
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::manifest::{ChangeKind, Field, FieldKind, OfferedChange};
use governance_guest::wit::model::{Reference, ResourceId, Timestamp};
use serde_json::{Map, Value, json};

use super::subjects::LiveProject;
use super::{namesakes, new_keys, offer, parents, row};
use crate::api_key::{LIST, RETRIEVE, SURFACE, every, owner, resource};
use crate::session::{Session, changing};
use crate::{service_account, user, user_row};

const ACCOUNT: &str = "service_account";
/// The field, and the row's member, of what a key may do.
pub const SCOPES: &str = "scopes";
/// The field of how long a key lives.
pub const LIFETIME: &str = "expires_in_seconds";

const CREATE: Endpoint = changing(
    "CreateanAPIkeyforaserviceaccount",
    Method::Post,
    "/organization/projects/{project_id}/service_accounts/{service_account_id}/api_keys",
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
    vec![CREATE, DELETE]
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
    let lifetime = new_keys::lifetime_field(LIFETIME);
    vec![
        offer(
            ChangeKind::CreateResource,
            vec![account, scopes.clone(), lifetime.clone()],
        ),
        offer(ChangeKind::UpdateResource, vec![scopes, lifetime]),
        offer(ChangeKind::DeleteResource, Vec::new()),
    ]
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
    let lifetime = new_keys::lifetime(given, LIFETIME)?;
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
    let answer = steps.send(&call.predicting(new_keys::expected(session, name, lifetime)))?;
    new_keys::tell(steps, &project.id, &account, &answer, lifetime)?;
    Ok(Completion::Complete)
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
        && told != gathered::<BTreeSet<String>, _>(wanted)
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

/// What is given, as the members of a body.
#[must_use]
pub fn asked(given: &Given, lifetime: Option<Timestamp>) -> Map<String, Value> {
    let scopes = given.texts(SCOPES);
    let scopes = scopes.map(|scopes| (SCOPES.to_owned(), json!(scopes)));
    let lifetime = lifetime.map(|seconds| (LIFETIME.to_owned(), json!(seconds)));
    gathered(scopes.into_iter().chain(lifetime))
}

/// The scopes that a row tells; none if it does not.
#[must_use]
pub fn scopes(row: &Value) -> Option<BTreeSet<String>> {
    row.list(SCOPES)?;
    Some(gathered(row.texts(SCOPES)))
}

/// Whether a key's row tells that it has expired.
#[must_use]
pub fn is_expired(row: &Value, now: Timestamp) -> bool {
    row.moment("expires_at").is_some_and(|at| at <= now)
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

/// A request for a key of a project.
#[must_use]
pub fn retrieve<'a>(project: &'a LiveProject, id: &'a ResourceId) -> Call<'a> {
    let call = Call::new(&RETRIEVE).argument(&project.id.id);
    call.argument(&id.id)
}
