//! Service accounts: renaming and deleting them; [`service_account_creation`]
//! makes them. Their keys end with them.

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::invalid_input;
use governance_guest::given::Given;
use governance_guest::items;
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::text;
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::{Completion, ResourceUpdate};
use governance_guest::wit::manifest::{ChangeKind, OfferedChange};
use governance_guest::wit::model::{Reference, Resource, ResourceId};
use serde_json::{Value, json};

use super::admin_api_keys::{FORCE, force_field, spare_owner_of_key_in_use};
use super::subjects::LiveProject;
use super::{offer, parents, row, service_account_creation};
use crate::api_key;
use crate::change::whole_list::count;
use crate::service_account::{self, RETRIEVE, SURFACE, TYPE, UPDATE};
use crate::session::{Session, changing};
const DELETE: Endpoint = changing(
    "delete-project-service-account",
    Method::Delete,
    "/organization/projects/{project_id}/service_accounts/{service_account_id}",
    SURFACE,
);

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![DELETE]
}

/// What `describe` offers.
#[must_use]
pub fn offered() -> Vec<OfferedChange> {
    vec![
        offer(
            ChangeKind::CreateResource,
            service_account_creation::fields(),
        ),
        offer(ChangeKind::UpdateResource, Vec::new()),
        offer(ChangeKind::DeleteResource, vec![force_field()]),
    ]
}

/// What a row of a project tells of a service account.
#[must_use]
pub fn shown(row: &Value, project: &ResourceId) -> Option<Resource> {
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
    steps.consequence(&format!("{} of it will stop working", keys.of("key")));
    Ok(Completion::Complete)
}

fn retrieve<'a>(project: &'a LiveProject, id: &'a ResourceId) -> Call<'a> {
    let call = Call::new(&RETRIEVE).argument(&project.id.id);
    call.argument(&id.id)
}
