//! Who holds things in the organization: people, service accounts, groups.
//!
//! | named as | read from | if there is no such thing |
//! |---|---|---|
//! | `user` | `GET /organization/users/{user_id}` | nobody |
//! | `service_account` | the same, which may not answer for them \[D] | held by its id all the same |
//! | `group` | `GET /organization/groups/{group_id}` | nobody |

use governance_guest::client::Call;
use governance_guest::faults::{invalid_input, not_found};
use governance_guest::reading::Reading;
use governance_guest::steps::Steps;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::{Reference, ResourceId};
use serde_json::Value;

use super::subjects::{self, Person};
use crate::predefined::Predefined;
use crate::{group, service_account, user};

/// Somebody, or a group.
#[derive(Debug, Clone)]
pub struct Holder {
    /// As the change names it.
    pub id: ResourceId,
    /// What to call it in a sentence.
    pub called: String,
    /// The row that tells it; null where none does.
    pub row: Value,
}

impl Holder {
    /// Its own role in the organization, as far as its row tells one that the
    /// service defines.
    #[must_use]
    pub fn role(&self) -> Option<Predefined> {
        self.row.text("role").and_then(Predefined::of)
    }

    /// Whether it is a group.
    #[must_use]
    pub fn is_group(&self) -> bool {
        self.id.resource_type == group::TYPE
    }
}

/// Reads who holds something; None if the organization has nobody of this id.
///
/// # Errors
/// `invalid-input` if it is of another type than it is named; and all that
/// reading can bring.
pub fn find<T: Transport>(steps: &Steps<'_, T>, of: &Reference) -> Result<Option<Holder>, Error> {
    match of.id.resource_type.as_str() {
        user::TYPE => Ok(subjects::find_person(steps, of)?.map(Holder::from)),
        service_account::TYPE => account(steps, of).map(Some),
        group::TYPE => group(steps, of),
        other => Err(invalid_input(
            "principal",
            &format!("a {other} cannot hold this"),
        )),
    }
}

/// Nobody has this id.
#[must_use]
pub fn nobody(of: &Reference) -> String {
    let ResourceId { resource_type, id } = &of.id;
    format!("the organization has no {resource_type} {id}")
}

/// The same, as what keeps something from being given.
#[must_use]
pub fn missing(of: &Reference) -> Error {
    let hint = match of.id.resource_type.as_str() {
        user::TYPE => "invite the person first: create an account",
        _ => "name one that is there",
    };
    Error {
        hint: Some(hint.to_owned()),
        ..not_found(&nobody(of))
    }
}

impl From<Person> for Holder {
    fn from(person: Person) -> Self {
        Self {
            called: person.called(),
            id: person.id,
            row: person.row,
        }
    }
}

fn account<T: Transport>(steps: &Steps<'_, T>, of: &Reference) -> Result<Holder, Error> {
    let call = Call::new(&user::RETRIEVE).argument(&of.id.id);
    let row = steps.find(&call)?.unwrap_or_default();
    if row.flag("is_service_account") == Some(false) {
        let message = "this is a person and no service account";
        return Err(invalid_input("principal", message));
    }
    Ok(named("service account ", of, row))
}

fn group<T: Transport>(steps: &Steps<'_, T>, of: &Reference) -> Result<Option<Holder>, Error> {
    let call = Call::new(&group::RETRIEVE).argument(&of.id.id);
    let row = steps.find(&call)?;
    Ok(row.map(|row| named("group ", of, row)))
}

fn named(what: &str, of: &Reference, row: Value) -> Holder {
    let name = row.text("name").unwrap_or(&of.id.id);
    Holder {
        called: format!("the {what}{name}"),
        id: of.id.clone(),
        row,
    }
}
