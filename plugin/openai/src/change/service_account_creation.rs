//! Making service accounts.
//!
//! | asked for | requests | role in the project |
//! |---|---|---|
//! | nothing else | one, for the account alone | none |
//! | `with_key` | one, for account and key | member |
//! | `role` | and one that sets the role, where it is not so yet | that |
//!
//! A key's value comes once. A new account can be out of sight for a moment
//! \[L], so that the second request can be refused: then the outcome is partial.

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{invalid_input, unreadable};
use governance_guest::given::{Given, optional};
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::{Completion, ResourceCreation};
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{Field, FieldKind};
use governance_guest::wit::model::{ResourceId, Timestamp};
use serde_json::{Value, json};

use super::service_accounts::shown;
use super::subjects::LiveProject;
use super::{namesakes, new_keys, parents, row};
use crate::project;
use crate::project_predefined::ProjectPredefined;
use crate::service_account::{self, LIST, SURFACE, UPDATE};
use crate::session::{Session, changing};

const WITH_KEY: &str = "with_key";
const LIFETIME: &str = "key_expires_in_seconds";
const ROLE: &str = "role";

const CREATE: Endpoint = changing(
    "create-project-service-account",
    Method::Post,
    "/organization/projects/{project_id}/service_accounts",
    SURFACE,
);

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![CREATE]
}

/// What a creation takes.
#[must_use]
pub fn fields() -> Vec<Field> {
    let with_key = "Make a key too, whose value is shown once; that makes it a member";
    let roles = [ProjectPredefined::Member, ProjectPredefined::Owner];
    let roles = roles.map(|role| role.name().to_owned()).to_vec();
    let role = "Its role in the project; by default none, or member with a key";
    vec![
        optional(WITH_KEY, "With a key", with_key, FieldKind::Boolean),
        new_keys::lifetime_field(LIFETIME),
        optional(ROLE, "Role", role, FieldKind::Choice(roles)),
    ]
}

/// What a new service account shall have.
struct Wanted {
    key: bool,
    lifetime: Option<Timestamp>,
    role: Option<ProjectPredefined>,
}

impl Wanted {
    fn of(given: &Given) -> Result<Self, Error> {
        let key = given.flag(WITH_KEY) == Some(true);
        let lifetime = new_keys::lifetime(given, LIFETIME)?;
        if lifetime.is_some() && !key {
            let message = format!("without {WITH_KEY} there is no key that could expire");
            return Err(invalid_input(LIFETIME, &message));
        }
        let role = given.text(ROLE).and_then(ProjectPredefined::of_name);
        Ok(Self {
            key,
            lifetime,
            role,
        })
    }
}

/// Makes a service account, unless exactly one of this name is in the project.
///
/// # Errors
/// `conflict` if several bear the name, or one with another role; and all that
/// requests can bring.
pub fn create<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    creation: &ResourceCreation,
    given: &Given,
) -> Result<Completion, Stop> {
    let name = parents::name(creation)?;
    let wanted = Wanted::of(given)?;
    let project = parents::in_project(steps, creation)?;
    let page = |after: Option<&str>| LIST.call(after).argument(&project.id.id);
    if let Some(found) = namesakes::only(steps, &LIST, name, page, |_| true)? {
        return namesake(steps, &project, &found, &wanted);
    }
    let mut body = json!({"name": name, "create_service_account_only": !wanted.key});
    if let Some(seconds) = wanted.lifetime {
        body = row::laid_over(&body, &json!({"expires_in_seconds": seconds}));
    }
    let call = Call::new(&CREATE).argument(&project.id.id).body(body);
    let answer = steps.send(&call.predicting(expected(session, name, &wanted)))?;
    let made = row::answered(SURFACE, shown(&answer, &project.id))?;
    let summary = format!(
        "created service account {name} in project {}",
        project.called()
    );
    steps.did(&summary, &made.id);
    let mut row = answer.clone();
    // The key first: whatever becomes of the next step, its value is not lost.
    let ended = tell_key(steps, &project, &made.id, &answer, &wanted)
        .and_then(|()| set_role(steps, &project, &made.id, &mut row, wanted.role));
    tell(steps, &project, &row);
    ended.map(|()| Completion::Complete)
}

/// A service account of the name is there: is it what was asked for?
fn namesake<T: Transport>(
    steps: &mut Steps<'_, T>,
    project: &LiveProject,
    found: &Value,
    wanted: &Wanted,
) -> Result<Completion, Stop> {
    let account = row::read(SURFACE, shown(found, &project.id))?;
    if wanted.role.is_some() && wanted.role != role(found) {
        let id = &account.id.id;
        let message = format!("service account {id} bears this name, and has another role");
        let hint = "grant it the role, or choose another name";
        return Err(namesakes::conflict(&message, hint).into());
    }
    steps.resource(account);
    Ok(no_op(match wanted.key {
        true => "a service account of this name is there; make an api_key if it needs another one",
        false => "a service account of this name is there",
    }))
}

fn expected<T: Transport>(session: &Session<'_, T>, name: &str, wanted: &Wanted) -> Value {
    let (role, key) = match wanted.key {
        true => (
            ProjectPredefined::Member.name(),
            new_keys::expected(session, "Secret Key", wanted.lifetime),
        ),
        false => (service_account::NO_ROLE, Value::Null),
    };
    json!({"id": "new-service-account", "name": name, "role": role, "api_key": key})
}

/// Tells the key that came with the account, asked for or not.
fn tell_key<T: Transport>(
    steps: &mut Steps<'_, T>,
    project: &LiveProject,
    account: &ResourceId,
    answer: &Value,
    wanted: &Wanted,
) -> Result<(), Stop> {
    match answer.child("api_key") {
        Some(key) => new_keys::tell(steps, &project.id, account, key, wanted.lifetime),
        None if wanted.key => Err(unreadable(SURFACE, "the answer has no key").into()),
        None => Ok(()),
    }
}

/// Gives the role that is wanted, where the account does not have it.
fn set_role<T: Transport>(
    steps: &mut Steps<'_, T>,
    project: &LiveProject,
    account: &ResourceId,
    row: &mut Value,
    wanted: Option<ProjectPredefined>,
) -> Result<(), Stop> {
    let Some(wanted) = wanted.filter(|wanted| role(row) != Some(*wanted)) else {
        return Ok(());
    };
    let body = json!({"role": wanted.name()});
    let expected = row::laid_over(row, &body);
    let call = Call::new(&UPDATE).argument(&project.id.id);
    let call = call.argument(&account.id).body(body);
    let answer = steps.send(&call.predicting(expected.clone()));
    let answer = answer.map_err(perhaps_out_of_sight)?;
    let summary = format!("made it {} of project {}", wanted.name(), project.called());
    steps.did(&summary, account);
    *row = row::laid_over(&expected, &answer);
    Ok(())
}

fn perhaps_out_of_sight(stop: Stop) -> Stop {
    row::refused_with(stop, &[404], |error| Error {
        hint: Some("it is out of sight yet: grant it the role in a minute".to_owned()),
        ..error
    })
}

/// Tells an account as it is now, and the role that it holds.
fn tell<T: Transport>(steps: &mut Steps<'_, T>, project: &LiveProject, row: &Value) {
    let Some(account) = shown(row, &project.id) else {
        return;
    };
    if let Some(role) = role(row) {
        steps.held(project::grant(&project.id, role, &account.id));
    }
    steps.resource(account);
}

fn role(row: &Value) -> Option<ProjectPredefined> {
    row.text("role").and_then(ProjectPredefined::of_name)
}
