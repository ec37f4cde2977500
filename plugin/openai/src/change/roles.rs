//! Custom roles, of the organization and of projects: making, changing and
//! deleting them. Their requests are those of a [`Level`].
//!
//! Predefined roles can neither be changed nor deleted. A change takes up to 30
//! minutes to be enforced \[S].

use std::collections::BTreeSet;

use governance_guest::faults::{invalid_input, unsupported_but};
use governance_guest::gather::gathered;
use governance_guest::given::{Given, optional};
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::{Completion, ResourceCreation, ResourceUpdate};
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ChangeKind, Field, FieldKind, OfferedChange};
use governance_guest::wit::model::{Reference, Resource, ResourceId};
use serde_json::{Map, Value, json};

use super::role_levels::Level;
use super::{namesakes, offer, parents, row};
use crate::org_role;
use crate::predefined::Predefined;
use crate::project_predefined::ProjectPredefined;

const PERMISSIONS: &str = "permissions";
const DESCRIPTION: &str = "description";

/// What `describe` offers, on either level.
#[must_use]
pub fn offered() -> Vec<OfferedChange> {
    let permissions = "What holders of the role may do, such as api.groups.read; \
        replaces what they could do before";
    let permissions = optional(PERMISSIONS, "Permissions", permissions, FieldKind::Texts);
    let required = Field {
        required: true,
        ..permissions.clone()
    };
    let description = "What the role is for";
    let description = optional(DESCRIPTION, "Description", description, FieldKind::Text);
    vec![
        offer(
            ChangeKind::CreateResource,
            vec![required, description.clone()],
        ),
        offer(ChangeKind::UpdateResource, vec![permissions, description]),
        offer(ChangeKind::DeleteResource, Vec::new()),
    ]
}

/// Makes a custom role, unless exactly one of this name is there.
///
/// # Errors
/// `conflict` if several bear the name, or one that is not what was asked for;
/// and all that requests can bring.
pub fn create<T: Transport>(
    steps: &mut Steps<'_, T>,
    creation: &ResourceCreation,
    given: &Given,
) -> Result<Completion, Stop> {
    let name = parents::name(creation)?;
    let level = match creation.resource_type.as_str() {
        org_role::TYPE => parents::in_organization(creation).map(|()| Level(None))?,
        _ => Level(Some(parents::in_project(steps, creation)?.id)),
    };
    let page = |after: Option<&str>| level.page(after);
    if let Some(found) = namesakes::only(steps, level.list(), name, page, |row| level.has(row))? {
        steps.resource(judge_namesake(&level, &found, given)?);
        return Ok(no_op("a role of this name and content is there"));
    }
    let mut members = differing(&Value::Null, given);
    members.insert("name".to_owned(), json!(name));
    let expected = json!({"id": "new-role", "predefined_role": false});
    let expected = row::laid_over(&expected, &Value::Object(members.clone()));
    let call = level.create().body(asked(members));
    let answer = steps.send(&call.predicting(expected))?;
    let made = row::answered(level.surface(), level.custom(&answer))?;
    steps.did(&format!("created {} {name}", level.called()), &made.id);
    steps.resource(made);
    Ok(Completion::Complete)
}

/// The role of the name, if it is what was asked for.
fn judge_namesake(level: &Level, found: &Value, given: &Given) -> Result<Resource, Error> {
    let id = found.text("id").unwrap_or_default();
    let Some(role) = level.custom(found) else {
        let message = format!("the predefined role {id} bears this name");
        return Err(namesakes::conflict(&message, "choose another name"));
    };
    let differing = differing(found, given);
    match differing.keys().next() {
        None => Ok(role),
        Some(key) => {
            let message = format!("role {id} bears this name, and differs in its {key}");
            let hint = "update that one, or choose another name";
            Err(namesakes::conflict(&message, hint))
        }
    }
}

/// The values that were given and that the row does not tell.
fn differing(row: &Value, given: &Given) -> Map<String, Value> {
    let mut differing = Map::new();
    if let Some(permissions) = given.texts(PERMISSIONS)
        && (row.is_null() || set(&permissions) != set(&row.texts(PERMISSIONS)))
    {
        differing.insert(PERMISSIONS.to_owned(), json!(set(&permissions)));
    }
    if let Some(description) = given.text(DESCRIPTION)
        && description != row.text(DESCRIPTION).unwrap_or_default()
    {
        differing.insert(DESCRIPTION.to_owned(), json!(description));
    }
    differing
}

fn set(permissions: &[String]) -> BTreeSet<&str> {
    gathered(permissions.iter().map(String::as_str))
}

/// Changes the name, the description or the permissions of a custom role.
///
/// # Errors
/// `unsupported` if it is predefined; and all that requests can bring.
pub fn update<T: Transport>(
    steps: &mut Steps<'_, T>,
    update: &ResourceUpdate,
    given: &Given,
) -> Result<Completion, Stop> {
    let name = update.name.as_deref();
    let name = name.map(parents::judge_name).transpose()?;
    if name.is_none() && given.texts(PERMISSIONS).is_none() && given.text(DESCRIPTION).is_none() {
        return Err(invalid_input("attributes", "nothing is given that is to change").into());
    }
    judge(&update.of.id)?;
    let level = Level::of(steps, &update.of)?;
    let id = &update.of.id;
    let found = steps.read(&level.retrieve(id))?;
    let before = level.custom(&found).ok_or_else(predefined)?;
    let mut members = differing(&found, given);
    if let Some(name) = name.filter(|name| found.text("name") != Some(name)) {
        members.insert("name".to_owned(), json!(name));
    }
    if members.is_empty() {
        steps.resource(before);
        return Ok(no_op("the role is so"));
    }
    let changed: Vec<&str> = members.keys().map(String::as_str).collect();
    let (changed, called) = (changed.join(", "), level.called());
    let summary = format!("changed {changed} of {called} {}", before.name);
    let expected = row::laid_over(&found, &Value::Object(members.clone()));
    let call = level.update(id).body(asked(members));
    let answer = steps.send(&call.predicting(expected.clone()))?;
    steps.did(&summary, id);
    let told = level.custom(&row::laid_over(&expected, &answer));
    let after = row::answered(level.surface(), told)?;
    tell_difference(steps, &before.permissions, &after.permissions);
    steps.resource(after);
    Ok(Completion::Complete)
}

/// The body that asks for these members of a row: the name goes by another one.
fn asked(mut members: Map<String, Value>) -> Value {
    if let Some(name) = members.remove("name") {
        members.insert("role_name".to_owned(), name);
    }
    Value::Object(members)
}

fn tell_difference<T: Transport>(steps: &mut Steps<'_, T>, before: &[String], after: &[String]) {
    let (before, after) = (set(before), set(after));
    let told = |more: &BTreeSet<&str>, less: &BTreeSet<&str>| {
        let difference: Vec<&str> = more.difference(less).copied().collect();
        (!difference.is_empty()).then(|| difference.join(", "))
    };
    if let Some(added) = told(&after, &before) {
        steps.consequence(&format!("whoever holds the role gains {added}"));
    }
    if let Some(removed) = told(&before, &after) {
        steps.consequence(&format!("whoever holds the role loses {removed}"));
    }
}

/// Deletes a custom role.
///
/// # Errors
/// `unsupported` if it is predefined; and all that requests can bring.
pub fn delete<T: Transport>(steps: &mut Steps<'_, T>, of: &Reference) -> Result<Completion, Stop> {
    let id = &of.id;
    judge(id)?;
    let level = match id.resource_type.as_str() {
        org_role::TYPE => Some(Level(None)),
        _ => parents::find_project_of(steps, of)?.map(|project| Level(Some(project.id))),
    };
    let Some(level) = level else {
        return Ok(no_op(&parents::gone(id)));
    };
    let Some(found) = steps.find(&level.retrieve(id))? else {
        return Ok(no_op(&parents::gone(id)));
    };
    let before = level.custom(&found).ok_or_else(predefined)?;
    let answer = json!({"object": "role.deleted", "id": id.id, "deleted": true});
    let call = level.delete(id);
    if steps.remove(&call.predicting(answer))?.is_none() {
        return Ok(no_op(&parents::gone(id)));
    }
    steps.did(&format!("deleted {} {}", level.called(), before.name), id);
    let allowed = match before.permissions.is_empty() {
        true => String::new(),
        false => format!(", and with it {}", before.permissions.join(", ")),
    };
    steps.consequence(&format!(
        "whoever holds the role, person, group or service account, loses it{allowed}"
    ));
    Ok(Completion::Complete)
}

/// What is predefined by its id alone.
fn judge(id: &ResourceId) -> Result<(), Error> {
    let by_id = Predefined::of_id(&id.id).is_some() || ProjectPredefined::of(&id.id).is_some();
    match by_id {
        true => Err(predefined()),
        false => Ok(()),
    }
}

fn predefined() -> Error {
    unsupported_but(
        "the service defines this role: it can neither be changed nor deleted",
        "make a custom role instead",
    )
}
