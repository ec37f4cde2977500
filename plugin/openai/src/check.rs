//! Testing the connection: one request for each surface.

use governance_guest::transport::Transport;
use governance_guest::wit::connector::{Probe, ProbeState};
use governance_guest::wit::faults::{Error, ErrorKind};

use crate::org_role;
use crate::roles_step::organization_of;
use crate::session::{Collection, Session};

/// Probes the surface of a collection by reading its first page.
///
/// # Errors
/// What makes the credential useless as a whole, or is worth repeating.
pub fn probe<T: Transport>(
    session: &Session<'_, T>,
    collection: &Collection,
) -> Result<Probe, Error> {
    match look(session, collection) {
        Ok(probe) => Ok(probe),
        Err(error) => Ok(Probe {
            state: state(error)?,
            count: None,
            more: false,
            identity: None,
            tenant: None,
        }),
    }
}

fn look<T: Transport>(session: &Session<'_, T>, collection: &Collection) -> Result<Probe, Error> {
    let answer = session.client.send(&collection.call(None))?;
    let listing = collection.read(&answer, None)?;
    let tenant = match collection.endpoint.surface {
        org_role::SURFACE => organization_of(listing.rows, session.organization.as_deref())?,
        _ => None,
    };
    Ok(Probe {
        state: ProbeState::Usable,
        count: u32::try_from(listing.rows.len()).ok(),
        more: listing.has_more(),
        identity: None,
        tenant,
    })
}

fn state(error: Error) -> Result<ProbeState, Error> {
    match error.kind {
        ErrorKind::PermissionDenied(scope) => Ok(ProbeState::Denied(scope)),
        ErrorKind::NotInPlan => Ok(ProbeState::NotInPlan),
        ErrorKind::Unauthenticated
        | ErrorKind::Precondition
        | ErrorKind::RateLimited(_)
        | ErrorKind::Unavailable
        | ErrorKind::RefusedByHost => Err(error),
        _ => Ok(ProbeState::Failed(error)),
    }
}
