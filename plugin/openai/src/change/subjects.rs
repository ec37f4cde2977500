//! What many changes read first: the person, the project.

use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::{invalid_input, not_found, precondition, unreadable};
use governance_guest::paging::Following;
use governance_guest::reading::Reading;
use governance_guest::steps::Steps;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::{Reference, ResourceId, Status};
use serde_json::Value;

use crate::predefined::Predefined;
use crate::session::Collection;
use crate::{project, user, user_row};

/// The endpoints of this module that no listing declares: none.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    Vec::new()
}

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

/// The most pages of one list that a change reads.
const PAGES: usize = 10;

/// Reads every row of a list that takes these arguments in its path; none where
/// there is no such list.
///
/// # Errors
/// All that reading can bring, but for `not-found`. A list that breaks off decides
/// nothing: `unreadable-response`.
pub fn all_rows<T: Transport>(
    steps: &Steps<'_, T>,
    list: &Collection,
    arguments: &[&str],
) -> Result<Vec<Value>, Error> {
    let surface = list.endpoint.surface;
    let mut rows = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..PAGES {
        let call = list.call(after.as_deref());
        let call = arguments.iter().fold(call, |call, it| call.argument(it));
        let Some(answer) = steps.find(&call)? else {
            return Ok(rows);
        };
        let listing = list.read(&answer, after.as_deref())?;
        rows.extend_from_slice(listing.rows);
        match listing.following {
            Following::End => return Ok(rows),
            Following::Page(next) => after = Some(next),
            Following::Broken(reason) => return Err(unreadable(surface, reason)),
        }
    }
    Err(unreadable(surface, "the list has too many pages"))
}
