//! Groups: making, renaming and deleting them.
//!
//! What an identity provider manages is read-only here, its name and its end
//! included \[S].

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{invalid_input, precondition};
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::{Completion, ResourceCreation, ResourceUpdate};
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ChangeKind, OfferedChange};
use governance_guest::wit::model::{Management, Reference, Resource};
use serde_json::json;

use super::whole_list::count;
use super::{namesakes, offer, parents, row};
use crate::group::{LIST, RETRIEVE, SURFACE, resource};
use crate::group_grants::{MEMBERS, ROLES};
use crate::session::changing;

/// What changing groups needs \[S, of roles].
const WRITE: &str = "api.groups.write";
/// The longest name, in characters \[S].
const NAME_LIMIT: usize = 255;

const CREATE: Endpoint = changing(
    "create-group",
    Method::Post,
    "/organization/groups",
    SURFACE,
);
const UPDATE: Endpoint = changing(
    "update-group",
    Method::Post,
    "/organization/groups/{group_id}",
    SURFACE,
);
const DELETE: Endpoint = changing(
    "delete-group",
    Method::Delete,
    "/organization/groups/{group_id}",
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
    [
        ChangeKind::CreateResource,
        ChangeKind::UpdateResource,
        ChangeKind::DeleteResource,
    ]
    .map(|kind| OfferedChange {
        permissions: vec![WRITE.to_owned()],
        ..offer(kind, Vec::new())
    })
    .to_vec()
}

/// Makes a group, unless exactly one of this name is there.
///
/// # Errors
/// `invalid-input` for the name or a parent, `conflict` if several bear it; and
/// all that requests can bring.
pub fn create<T: Transport>(
    steps: &mut Steps<'_, T>,
    creation: &ResourceCreation,
) -> Result<Completion, Stop> {
    parents::in_organization(creation)?;
    let name = judge_name(&creation.name)?;
    let page = |after: Option<&str>| LIST.call(after);
    if let Some(found) = namesakes::only(steps, &LIST, name, page, |_| true)? {
        resource(&found)
            .into_iter()
            .for_each(|it| steps.resource(it));
        return Ok(no_op("a group of this name is there"));
    }
    let call = Call::new(&CREATE).body(json!({ "name": name }));
    let expected = json!({"id": "new-group", "name": name, "is_scim_managed": false});
    let answer = steps.send(&call.predicting(expected))?;
    let made = row::answered(SURFACE, resource(&answer))?;
    steps.did(&format!("created group {name}"), &made.id);
    steps.resource(made);
    Ok(Completion::Complete)
}

/// Renames a group.
///
/// # Errors
/// `precondition` if an identity provider manages it; and all that requests can
/// bring.
pub fn update<T: Transport>(
    steps: &mut Steps<'_, T>,
    update: &ResourceUpdate,
) -> Result<Completion, Stop> {
    let name = update.name.as_deref();
    let name = name.ok_or_else(|| invalid_input("name", "a group can only be renamed"))?;
    let name = judge_name(name)?;
    let id = &update.of.id;
    let found = steps.read(&Call::new(&RETRIEVE).argument(&id.id))?;
    let before = row::read(SURFACE, resource(&found))?;
    if found.text("name") == Some(name) {
        steps.resource(before);
        return Ok(no_op("the group is called that"));
    }
    judge(&before, "rename")?;
    let expected = row::laid_over(&found, &json!({ "name": name }));
    let call = Call::new(&UPDATE).argument(&id.id);
    let call = call.body(json!({ "name": name }));
    let answer = steps.send(&call.predicting(expected.clone()))?;
    let summary = format!("renamed group {} to {name}", before.name);
    steps.did(&summary, id);
    let told = resource(&row::laid_over(&expected, &answer));
    steps.resource(row::answered(SURFACE, told)?);
    Ok(Completion::Complete)
}

/// Deletes a group.
///
/// # Errors
/// `precondition` if an identity provider manages it; and all that requests can
/// bring.
pub fn delete<T: Transport>(steps: &mut Steps<'_, T>, of: &Reference) -> Result<Completion, Stop> {
    let id = &of.id;
    let Some(found) = steps.find(&Call::new(&RETRIEVE).argument(&id.id))? else {
        return Ok(no_op(&parents::gone(id)));
    };
    let before = row::read(SURFACE, resource(&found))?;
    judge(&before, "delete")?;
    let loss = loss(steps, &id.id)?;
    let answer = json!({"object": "group.deleted", "id": id.id, "deleted": true});
    let call = Call::new(&DELETE).argument(&id.id).predicting(answer);
    if steps.remove(&call)?.is_none() {
        return Ok(no_op(&parents::gone(id)));
    }
    steps.did(&format!("deleted group {}", before.name), id);
    steps.consequence(&loss);
    Ok(Completion::Complete)
}

/// What goes with a group. In which projects it is, only all projects tell.
fn loss<T: Transport>(steps: &Steps<'_, T>, group: &str) -> Result<String, Error> {
    let members = MEMBERS.call(None).argument(group);
    let members = count(steps, &MEMBERS, &members, |_| true)?;
    let roles = ROLES.call(None).argument(group);
    let roles = count(steps, &ROLES, &roles, |_| true)?;
    let (members, roles) = (members.of("member"), roles.of("organization role"));
    Ok(format!(
        "the group had {members}, who lose what they hold through it: {roles}, \
         and its roles in projects"
    ))
}

fn judge_name(name: &str) -> Result<&str, Error> {
    let name = parents::judge_name(name)?;
    match name.chars().count() > NAME_LIMIT {
        true => {
            let message = format!("a group's name has at most {NAME_LIMIT} characters");
            Err(invalid_input("name", &message))
        }
        false => Ok(name),
    }
}

fn judge(group: &Resource, verb: &str) -> Result<(), Error> {
    match group.managed_by {
        Management::IdentityProvider => Err(precondition(
            "an identity provider manages this group",
            &format!("{verb} it there"),
        )),
        Management::Service | Management::NotTold => Ok(()),
    }
}
