//! Projects: making, changing and archiving them.
//!
//! The service deletes no project. Archiving is final: it cannot be undone
//! through the API \[S]. The default project cannot be archived or renamed \[S];
//! where its row does not tell that it is the default one, the service's refusal
//! does.

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{invalid_input, precondition};
use governance_guest::gather::gathered;
use governance_guest::given::{Given, optional};
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::{Completion, ResourceCreation, ResourceUpdate};
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::manifest::{ChangeKind, Field, FieldKind, OfferedChange};
use governance_guest::wit::model::{Reference, Status};
use serde_json::{Map, Value, json};

use super::subjects::live_project;
use super::whole_list::count;
use super::{namesakes, offer, parents, row};
use crate::project::{LIST, RETRIEVE, SURFACE, resource, status};
use crate::session::changing;
use crate::{api_key, service_account};

const RESIDENCY: &str = "residency";
const EXTERNAL_KEY: &str = "external_key_id";

const CREATE: Endpoint = changing(
    "create-project",
    Method::Post,
    "/organization/projects",
    SURFACE,
);
const UPDATE: Endpoint = changing(
    "modify-project",
    Method::Post,
    "/organization/projects/{project_id}",
    SURFACE,
);
const ARCHIVE: Endpoint = changing(
    "archive-project",
    Method::Post,
    "/organization/projects/{project_id}/archive",
    SURFACE,
);

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![CREATE, UPDATE, ARCHIVE]
}

/// What `describe` offers.
#[must_use]
pub fn offered() -> Vec<OfferedChange> {
    let residency = "Where its data stays, such as EU_STORAGE_PROCESSING; by default anywhere";
    let residency = optional(RESIDENCY, "Residency", residency, FieldKind::Text);
    vec![
        offer(ChangeKind::CreateResource, vec![residency, external_key()]),
        offer(ChangeKind::UpdateResource, vec![external_key()]),
        offer(ChangeKind::DeleteResource, Vec::new()),
    ]
}

fn external_key() -> Field {
    let description = "The id of the organization's external key that encrypts its data";
    optional(EXTERNAL_KEY, "External key", description, FieldKind::Text)
}

/// Makes a project, unless exactly one live one of this name is there.
///
/// # Errors
/// `conflict` if several bear the name, or one that is not what was asked for;
/// and all that requests can bring.
pub fn create<T: Transport>(
    steps: &mut Steps<'_, T>,
    creation: &ResourceCreation,
    given: &Given,
) -> Result<Completion, Stop> {
    parents::in_organization(creation)?;
    let name = parents::name(creation)?;
    let page = |after: Option<&str>| LIST.call(after);
    let is_live = |row: &Value| status(row) != Status::Archived;
    if let Some(found) = namesakes::only(steps, &LIST, name, page, is_live)? {
        judge_namesake(&found, given)?;
        resource(&found)
            .into_iter()
            .for_each(|it| steps.resource(it));
        return Ok(no_op("a live project of this name is there"));
    }
    let mut body = differing(&Value::Null, given);
    body.insert("name".to_owned(), json!(name));
    let body = Value::Object(body);
    let expected = row::laid_over(&json!({"id": "new-project", "status": "active"}), &body);
    let call = Call::new(&CREATE).body(body).predicting(expected.clone());
    let answer = steps.send(&call)?;
    let made = row::answered(SURFACE, resource(&answer))?;
    steps.did(&format!("created project {name}"), &made.id);
    steps.resource(made);
    Ok(Completion::Complete)
}

/// Whether a project of the name is what was asked for.
fn judge_namesake(found: &Value, given: &Given) -> Result<(), Error> {
    let differing = differing(found, given);
    let Some(key) = differing.keys().next() else {
        return Ok(());
    };
    let id = found.text("id").unwrap_or_default();
    let message = format!("project {id} bears this name, and has another {key}");
    let hint = match key.as_str() {
        EXTERNAL_KEY => "update that one, or choose another name",
        _ => "choose another name",
    };
    Err(namesakes::conflict(&message, hint))
}

/// The values that were given and that the row does not tell.
fn differing(row: &Value, given: &Given) -> Map<String, Value> {
    let value = |key: &'static str| {
        let wanted = given.text(key).filter(|it| row.text(key) != Some(it))?;
        Some((key.to_owned(), json!(wanted)))
    };
    gathered([RESIDENCY, EXTERNAL_KEY].into_iter().filter_map(value))
}

/// Changes a project's name or external key.
///
/// # Errors
/// `precondition` if it is archived or the default project; and all that
/// requests can bring.
pub fn update<T: Transport>(
    steps: &mut Steps<'_, T>,
    update: &ResourceUpdate,
    given: &Given,
) -> Result<Completion, Stop> {
    let name = update.name.as_deref();
    let name = name.map(parents::judge_name).transpose()?;
    if name.is_none() && given.text(EXTERNAL_KEY).is_none() {
        return Err(invalid_input("name", "neither a name nor an external key is given").into());
    }
    let project = live_project(steps, &update.of.id)?;
    let mut body = differing(&project.row, given);
    if let Some(name) = name.filter(|name| project.row.text("name") != Some(name)) {
        body.insert("name".to_owned(), json!(name));
    }
    if body.is_empty() {
        steps.resource(row::read(SURFACE, resource(&project.row))?);
        return Ok(no_op("the project is so"));
    }
    if project.is_default() {
        return Err(default_project().into());
    }
    let summary = format!("changed {} of project {}", told(&body), project.called());
    let body = Value::Object(body);
    let expected = row::laid_over(&project.row, &body);
    let call = Call::new(&UPDATE).argument(&project.id.id).body(body);
    let answer = steps.send(&call.predicting(expected.clone()));
    let answer = answer.map_err(perhaps_default)?;
    steps.did(&summary, &project.id);
    let told = resource(&row::laid_over(&expected, &answer));
    steps.resource(row::answered(SURFACE, told)?);
    Ok(Completion::Complete)
}

fn told(body: &Map<String, Value>) -> String {
    let keys: Vec<&str> = body.keys().map(String::as_str).collect();
    keys.join(" and ")
}

/// Archives a project, for good.
///
/// # Errors
/// `precondition` if it is the default project; and all that requests can bring.
pub fn archive<T: Transport>(steps: &mut Steps<'_, T>, of: &Reference) -> Result<Completion, Stop> {
    let id = &of.id;
    let Some(found) = steps.find(&Call::new(&RETRIEVE).argument(&id.id))? else {
        return Ok(no_op(&parents::gone(id)));
    };
    let before = row::read(SURFACE, resource(&found))?;
    if status(&found) == Status::Archived {
        steps.resource(before);
        return Ok(no_op("the project is archived"));
    }
    if found.flag("is_default") == Some(true) {
        return Err(default_project().into());
    }
    let losses = losses(steps, &id.id)?;
    let expected = row::laid_over(&found, &json!({"status": "archived"}));
    let call = Call::new(&ARCHIVE).argument(&id.id);
    let answer = steps.send(&call.predicting(expected.clone()));
    let answer = answer.map_err(perhaps_default)?;
    let summary = format!(
        "archived project {}, which is final: the service deletes none",
        before.name
    );
    steps.did(&summary, id);
    let told = resource(&row::laid_over(&expected, &answer));
    steps.resource(row::answered(SURFACE, told)?);
    losses.iter().for_each(|loss| steps.consequence(loss));
    Ok(Completion::Complete)
}

/// What ends with a project.
fn losses<T: Transport>(steps: &Steps<'_, T>, project: &str) -> Result<[String; 3], Error> {
    let keys = api_key::every(project, None);
    let keys = count(steps, &api_key::LIST, &keys, |_| true)?;
    let accounts = service_account::LIST.call(None).argument(project);
    let accounts = count(steps, &service_account::LIST, &accounts, |_| true)?;
    Ok([
        format!("{} of the project will stop working", keys.of("key")),
        format!(
            "{} of the project will stop working",
            accounts.of("service account")
        ),
        "an archived project cannot be brought back; it stays in the list, and is not deleted"
            .to_owned(),
    ])
}

fn default_project() -> Error {
    let hint = "the default project keeps its name, and cannot be archived";
    precondition("this is the default project", hint)
}

/// The documented reason for 400, where it names no wrong value \[S].
fn perhaps_default(stop: Stop) -> Stop {
    row::refused_with(stop, &[400], |error| match error.kind {
        ErrorKind::Precondition => Error {
            hint: Some(
                "the default project keeps its name, and cannot be archived: is it that?"
                    .to_owned(),
            ),
            ..error
        },
        _ => error,
    })
}
