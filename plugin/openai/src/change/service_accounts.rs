//! Service accounts: making, renaming and deleting them.
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
use governance_guest::items;
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::text;
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::{Completion, ResourceCreation, ResourceUpdate};
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ChangeKind, FieldKind, OfferedChange};
use governance_guest::wit::model::{Reference, Resource, ResourceId, Timestamp};
use serde_json::{Value, json};

use super::admin_api_keys::{FORCE, force_field, spare_owner_of_key_in_use};
use super::subjects::LiveProject;
use super::{api_keys, namesakes, offer, parents, row};
use crate::change::whole_list::count;
use crate::project_predefined::ProjectPredefined;
use crate::service_account::{self, LIST, RETRIEVE, SURFACE, TYPE};
use crate::session::{Session, changing};
use crate::{api_key, project};

const WITH_KEY: &str = "with_key";
const LIFETIME: &str = "key_expires_in_seconds";
const ROLE: &str = "role";

const CREATE: Endpoint = changing(
    "create-project-service-account",
    Method::Post,
    "/organization/projects/{project_id}/service_accounts",
    SURFACE,
);
/// Changes its name, or its role in the project.
pub const UPDATE: Endpoint = changing(
    "update-project-service-account",
    Method::Post,
    "/organization/projects/{project_id}/service_accounts/{service_account_id}",
    SURFACE,
);
const DELETE: Endpoint = changing(
    "delete-project-service-account",
    Method::Delete,
    "/organization/projects/{project_id}/service_accounts/{service_account_id}",
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
    let with_key = "Make a key too, whose value is shown once; that makes it a member";
    let roles = [ProjectPredefined::Member, ProjectPredefined::Owner];
    let roles = roles.map(|role| role.name().to_owned()).to_vec();
    let role = "Its role in the project; by default none, or member with a key";
    vec![
        offer(
            ChangeKind::CreateResource,
            vec![
                optional(WITH_KEY, "With a key", with_key, FieldKind::Boolean),
                api_keys::lifetime_field(LIFETIME),
                optional(ROLE, "Role", role, FieldKind::Choice(roles)),
            ],
        ),
        offer(ChangeKind::UpdateResource, Vec::new()),
        offer(ChangeKind::DeleteResource, vec![force_field()]),
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
        let lifetime = api_keys::lifetime(given, LIFETIME)?;
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
    // Before the next step: whatever becomes of that, the value is not lost.
    let key = tell_key(steps, &project, &made.id, &answer, &wanted);
    let answer = match key {
        Ok(()) => set_role(steps, &project, &made.id, &answer, wanted.role),
        Err(stop) => Err((stop, answer)),
    };
    let (row, stop) = match answer {
        Ok(row) => (row, None),
        Err((stop, row)) => (row, Some(stop)),
    };
    tell(steps, &project, &row);
    stop.map_or(Ok(Completion::Complete), Err)
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
            api_keys::new_key(session, "Secret Key", wanted.lifetime),
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
        Some(key) => api_keys::tell_new_key(steps, &project.id, account, key, wanted.lifetime),
        None if wanted.key => Err(unreadable(SURFACE, "the answer has no key").into()),
        None => Ok(()),
    }
}

/// Gives the role that is wanted, where the account does not have it: its row
/// then. Else why not, and its row as it is.
fn set_role<T: Transport>(
    steps: &mut Steps<'_, T>,
    project: &LiveProject,
    account: &ResourceId,
    row: &Value,
    wanted: Option<ProjectPredefined>,
) -> Result<Value, (Stop, Value)> {
    let Some(wanted) = wanted.filter(|wanted| role(row) != Some(*wanted)) else {
        return Ok(row.clone());
    };
    let body = json!({"role": wanted.name()});
    let expected = row::laid_over(row, &body);
    let call = Call::new(&UPDATE).argument(&project.id.id);
    let call = call.argument(&account.id).body(body);
    match steps.send(&call.predicting(expected.clone())) {
        Ok(answer) => {
            let (name, project) = (wanted.name(), project.called());
            steps.did(&format!("made it {name} of project {project}"), account);
            Ok(row::laid_over(&expected, &answer))
        }
        Err(stop) => {
            let out_of_sight = |error| Error {
                hint: Some("it is out of sight yet: grant it the role in a minute".to_owned()),
                ..error
            };
            Err((row::refused_with(stop, &[404], out_of_sight), row.clone()))
        }
    }
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

fn shown(row: &Value, project: &ResourceId) -> Option<Resource> {
    let id = row.text("id").filter(|id| text::is_id(id))?;
    let id = items::id(TYPE, id);
    Some(service_account::resource(id, row, project))
}

/// Renames a service account. Its role is granted and revoked.
///
/// # Errors
/// All that requests can bring.
pub fn update<T: Transport>(
    steps: &mut Steps<'_, T>,
    update: &ResourceUpdate,
) -> Result<Completion, Stop> {
    let name = update.name.as_deref();
    let missing = || invalid_input("name", "a service account can only be renamed");
    let name = parents::judge_name(name.ok_or_else(missing)?)?;
    let project = parents::project_of(steps, &update.of)?;
    let id = &update.of.id;
    let found = steps.read(&retrieve(&project, id))?;
    let before = row::read(SURFACE, shown(&found, &project.id))?;
    if found.text("name") == Some(name) {
        steps.resource(before);
        return Ok(no_op("the service account is called that"));
    }
    let body = json!({ "name": name });
    let expected = row::laid_over(&found, &body);
    let call = Call::new(&UPDATE).argument(&project.id.id);
    let call = call.argument(&id.id).body(body);
    let answer = steps.send(&call.predicting(expected.clone()))?;
    let summary = format!("renamed service account {} to {name}", before.name);
    steps.did(&summary, id);
    let told = shown(&row::laid_over(&expected, &answer), &project.id);
    steps.resource(row::answered(SURFACE, told)?);
    Ok(Completion::Complete)
}

/// Deletes a service account, and its keys with it.
///
/// # Errors
/// `precondition` if it owns the admin key in use; and all that requests can
/// bring.
pub fn delete<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    of: &Reference,
    given: &Given,
) -> Result<Completion, Stop> {
    let id = &of.id;
    let Some(project) = parents::find_project_of(steps, of)? else {
        return Ok(no_op(&parents::gone(id)));
    };
    let Some(found) = steps.find(&retrieve(&project, id))? else {
        return Ok(no_op(&parents::gone(id)));
    };
    let force = given.flag(FORCE) == Some(true);
    spare_owner_of_key_in_use(session, steps, id, force)?;
    let before = row::read(SURFACE, shown(&found, &project.id))?;
    let keys = api_key::every(&project.id.id, None);
    let is_its = |row: &Value| api_key::owner(row).is_some_and(|owner| owner.id == id.id);
    let keys = count(steps, &api_key::LIST, &keys, is_its)?;
    let answer = json!({"id": id.id, "deleted": true});
    let call = Call::new(&DELETE).argument(&project.id.id);
    if steps
        .remove(&call.argument(&id.id).predicting(answer))?
        .is_none()
    {
        return Ok(no_op(&parents::gone(id)));
    }
    let summary = format!(
        "deleted service account {} of project {}",
        before.name,
        project.called()
    );
    steps.did(&summary, id);
    steps.consequence(&format!("{} of it stop working", keys.of("key")));
    Ok(Completion::Complete)
}

fn retrieve<'a>(project: &'a LiveProject, id: &'a ResourceId) -> Call<'a> {
    let call = Call::new(&RETRIEVE).argument(&project.id.id);
    call.argument(&id.id)
}
