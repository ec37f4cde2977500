//! Members of groups.

use governance_guest::client::Endpoint;
use governance_guest::faults::unsupported;
use governance_guest::steps::{Steps, Stop};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::{Completion, GrantChange};
use governance_guest::wit::manifest::OfferedChange;

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
pub fn grant<T: Transport>(
    _steps: &mut Steps<'_, T>,
    _change: &GrantChange,
) -> Result<Completion, Stop> {
    Err(unsupported("not yet").into())
}
/// To be written.
///
/// # Errors
/// See the module.
pub fn revoke<T: Transport>(
    _steps: &mut Steps<'_, T>,
    _change: &GrantChange,
) -> Result<Completion, Stop> {
    Err(unsupported("not yet").into())
}
