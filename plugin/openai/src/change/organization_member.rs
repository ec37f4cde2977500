//! Being in the organization is no role that can be given or taken: the account
//! comes and goes.

use governance_guest::faults::unsupported_but;
use governance_guest::steps::Stop;
use governance_guest::wit::changes::Completion;

/// Says what to do instead.
///
/// # Errors
/// Always.
pub fn grant() -> Result<Completion, Stop> {
    let message = "nobody is made a member without an invitation";
    Err(unsupported_but(message, "create an account instead").into())
}

/// Says what to do instead.
///
/// # Errors
/// Always.
pub fn revoke() -> Result<Completion, Stop> {
    let message = "whoever has an account is a member";
    Err(unsupported_but(message, "delete the account instead").into())
}
