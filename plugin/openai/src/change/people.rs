//! People: they come by invitation and go by deletion. The service has no call
//! that disables one.

use governance_guest::client::{Call, Endpoint};
use governance_guest::given::Given;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::changes::Completion;
use governance_guest::wit::manifest::{ChangeKind, OfferedChange};
use governance_guest::wit::model::Reference;
use serde_json::json;

use super::admin_api_keys::{FORCE, force_field, spare_owner_of_key_in_use};
use super::subjects::{self, Person};
use super::{OWNERS, holders, offer, owners};
use crate::session::{Session, changing};
use crate::user;

const DELETE: Endpoint = changing(
    "delete-user",
    Method::Delete,
    "/organization/users/{user_id}",
    user::SURFACE,
);

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![DELETE]
}

/// What `describe` offers.
#[must_use]
pub fn offered() -> Vec<OfferedChange> {
    vec![OfferedChange {
        guard: Some(OWNERS.to_owned()),
        ..offer(ChangeKind::DeleteResource, vec![force_field()])
    }]
}

/// Deletes a person from the organization.
///
/// # Errors
/// `precondition` for the last owner and for the owner of the admin key in use,
/// `invalid-input` for a service account; and what the service answers.
pub fn delete<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    of: &Reference,
    given: &Given,
) -> Result<Completion, Stop> {
    let Some(person) = subjects::find_person(steps, of)? else {
        return Ok(no_op(&holders::nobody(of)));
    };
    if person.is_owner() {
        owners::keep_another(steps, &person.id.id, &person.called())?;
    }
    let force = given.flag(FORCE) == Some(true);
    spare_owner_of_key_in_use(session, steps, &person.id, force)?;
    let call = Call::new(&DELETE)
        .argument(&person.id.id)
        .predicting(json!({
            "object": "organization.user.deleted",
            "id": person.id.id,
            "deleted": true,
        }));
    if steps.remove(&call)?.is_none() {
        return Ok(no_op(&holders::nobody(of)));
    }
    let done = format!("deleted {} from the organization", person.called());
    steps.did(&done, &person.id);
    for sentence in consequences(&person) {
        steps.consequence(&sentence);
    }
    Ok(Completion::Complete)
}

/// What follows, by the service's documents \[S].
fn consequences(person: &Person) -> Vec<String> {
    let called = person.called();
    let mut sentences = vec![
        format!("the API keys of {called} will stop working"),
        format!("{called} is in no project and no group any more"),
        format!("service accounts that {called} made stay, and so do their keys"),
    ];
    if person.is_scim_managed() {
        sentences.push(format!(
            "the identity provider manages {called}, and will add this person again \
             unless it is told not to"
        ));
    }
    sentences
}
