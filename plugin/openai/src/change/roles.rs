//! roles.

use governance_guest::client::Endpoint;
use governance_guest::faults::unsupported;
use governance_guest::given::Given;
use governance_guest::steps::{Steps, Stop};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::{Completion, ResourceCreation, ResourceUpdate};
use governance_guest::wit::manifest::OfferedChange;
use governance_guest::wit::model::Reference;

/// The endpoints that it uses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    Vec::new()
}

/// What `describe` offers.
#[must_use]
pub fn offered() -> Vec<OfferedChange> {
    Vec::new()
}

/// To be written.
///
/// # Errors
/// See the module.
pub fn create<T: Transport>(
    _steps: &mut Steps<'_, T>,
    _creation: &ResourceCreation,
    _given: &Given,
) -> Result<Completion, Stop> {
    Err(unsupported("not yet").into())
}
/// To be written.
///
/// # Errors
/// See the module.
pub fn update<T: Transport>(
    _steps: &mut Steps<'_, T>,
    _update: &ResourceUpdate,
    _given: &Given,
) -> Result<Completion, Stop> {
    Err(unsupported("not yet").into())
}
/// To be written.
///
/// # Errors
/// See the module.
pub fn delete<T: Transport>(
    _steps: &mut Steps<'_, T>,
    _of: &Reference,
) -> Result<Completion, Stop> {
    Err(unsupported("not yet").into())
}
