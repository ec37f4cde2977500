//! What many changes read first: the person, the project.

use governance_guest::client::Call;
use governance_guest::faults::{invalid_input, not_found, precondition};
use governance_guest::reading::Reading;
use governance_guest::steps::Steps;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::{Reference, ResourceId, Status};
use serde_json::Value;

use crate::predefined::Predefined;
use crate::{project, user, user_row};

/// A member of the organization.
#[derive(Debug, Clone)]
pub struct Person {
    /// The user.
    pub id: ResourceId,
    /// The row that tells it.
    pub row: Value,
}

impl Person {
    /// What to call it in a sentence: its address, else its name, else its id.
    #[must_use]
    pub fn called(&self) -> String {
        let emails = user_row::emails(&self.row);
        let address = emails.into_iter().next().map(|email| email.address);
        let name = || self.row.text("name").map(str::to_owned);
        address.or_else(name).unwrap_or_else(|| self.id.id.clone())
    }

    /// Its role in the organization, if it is one that the service defines.
    #[must_use]
    pub fn role(&self) -> Option<Predefined> {
        self.row.text("role").and_then(Predefined::of)
    }

    /// Whether it is an owner of the organization.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.role() == Some(Predefined::Owner)
    }

    /// Whether an identity provider manages it.
    #[must_use]
    pub fn is_scim_managed(&self) -> bool {
        self.row.flag("is_scim_managed") == Some(true)
    }
}

/// Reads a person.
///
/// # Errors
/// `not-found` if the organization has no such user, `invalid-input` if it is a
/// service account; and all that reading can bring.
pub fn person<T: Transport>(steps: &Steps<'_, T>, of: &Reference) -> Result<Person, Error> {
    match find_person(steps, of)? {
        Some(person) => Ok(person),
        None => Err(Error {
            hint: Some("invite the person first: create an account".to_owned()),
            ..not_found(&format!("the organization has no user {}", of.id.id))
        }),
    }
}

/// The same; None if the organization has no such user.
///
/// # Errors
/// See [`person`].
pub fn find_person<T: Transport>(
    steps: &Steps<'_, T>,
    of: &Reference,
) -> Result<Option<Person>, Error> {
    let call = Call::new(&user::RETRIEVE).argument(&of.id.id);
    let Some(row) = steps.find(&call)? else {
        return Ok(None);
    };
    if user_row::is_service_account(&row) {
        return Err(Error {
            hint: Some("name it as a service_account of its project".to_owned()),
            ..invalid_input("principal", "this is a service account and no person")
        });
    }
    Ok(Some(Person {
        id: of.id.clone(),
        row,
    }))
}

/// A project that is not archived.
#[derive(Debug, Clone)]
pub struct LiveProject {
    /// The project.
    pub id: ResourceId,
    /// The row that tells it.
    pub row: Value,
}

impl LiveProject {
    /// What to call it in a sentence.
    #[must_use]
    pub fn called(&self) -> String {
        self.row.text("name").unwrap_or(&self.id.id).to_owned()
    }

    /// Whether it is the organization's default project, as far as the row
    /// tells.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.row.flag("is_default") == Some(true)
    }
}

/// Reads a project that is to be changed.
///
/// # Errors
/// `not-found`, `precondition` if it is archived; and all that reading can bring.
pub fn live_project<T: Transport>(
    steps: &Steps<'_, T>,
    of: &ResourceId,
) -> Result<LiveProject, Error> {
    let row = steps.read(&Call::new(&project::RETRIEVE).argument(&of.id))?;
    if project::status(&row) == Status::Archived {
        let hint = "an archived project cannot be brought back; choose a live one";
        return Err(precondition("the project is archived", hint));
    }
    Ok(LiveProject {
        id: of.clone(),
        row,
    })
}
