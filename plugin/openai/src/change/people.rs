//! People.

use governance_guest::client::Endpoint;
use governance_guest::faults::unsupported;
use governance_guest::steps::{Steps, Stop};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::Completion;
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
pub fn delete<T: Transport>(
    _steps: &mut Steps<'_, T>,
    _of: &Reference,
) -> Result<Completion, Stop> {
    Err(unsupported("not yet").into())
}
