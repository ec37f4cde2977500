//! Where a resource is made, changed or deleted: in the organization, or in a
//! project; and what it is called.

use governance_guest::faults::invalid_input;
use governance_guest::steps::Steps;
use governance_guest::transport::Transport;
use governance_guest::wit::changes::ResourceCreation;
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::model::{Reference, ResourceId};

use super::subjects::{LiveProject, live_project};
use crate::{organization, project};

/// The name that a resource is to have.
///
/// # Errors
/// `invalid-input` if it is blank.
pub fn name(creation: &ResourceCreation) -> Result<&str, Error> {
    judge_name(&creation.name)
}

/// The name, if it is one.
///
/// # Errors
/// `invalid-input` if it is blank.
pub fn judge_name(name: &str) -> Result<&str, Error> {
    match name.trim().is_empty() {
        true => Err(invalid_input("name", "the name is blank")),
        false => Ok(name),
    }
}

/// That a resource is made in the organization.
///
/// # Errors
/// `invalid-input` if it is to be made elsewhere.
pub fn in_organization(creation: &ResourceCreation) -> Result<(), Error> {
    let kind = creation.parent.as_ref().map(|it| &*it.id.resource_type);
    match kind {
        None | Some(organization::TYPE) => Ok(()),
        Some(other) => {
            let made = &creation.resource_type;
            let message = format!("a {made} belongs to the organization, not to a {other}");
            Err(invalid_input("parent", &message))
        }
    }
}

/// The live project that a resource is made in.
///
/// # Errors
/// `invalid-input` if none is given; and see [`live_project`].
pub fn in_project<T: Transport>(
    steps: &Steps<'_, T>,
    creation: &ResourceCreation,
) -> Result<LiveProject, Error> {
    let parent = creation.parent.as_ref().map(|it| &it.id);
    let project = parent.filter(|id| id.resource_type == project::TYPE);
    let project = project.ok_or_else(|| {
        let message = format!("a {} is made in a project", creation.resource_type);
        invalid_input("parent", &message)
    })?;
    live_project(steps, project)
}

/// The live project of what is to be changed.
///
/// # Errors
/// `invalid-input` if the reference does not name it; and see [`live_project`].
pub fn project_of<T: Transport>(
    steps: &Steps<'_, T>,
    of: &Reference,
) -> Result<LiveProject, Error> {
    live_project(steps, &project::of_member(of)?)
}

/// The live project of what is to be deleted; none if there is no such project,
/// and so nothing in it.
///
/// # Errors
/// See [`project_of`], but for `not-found`.
pub fn find_project_of<T: Transport>(
    steps: &Steps<'_, T>,
    of: &Reference,
) -> Result<Option<LiveProject>, Error> {
    match project_of(steps, of) {
        Ok(project) => Ok(Some(project)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What to say where something is gone already.
#[must_use]
pub fn gone(of: &ResourceId) -> String {
    format!("there is no {} {}", of.resource_type, of.id)
}
