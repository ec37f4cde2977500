//! Testing the connection: one request for each surface.
//!
//! What is below a project or a group cannot be tried without knowing one, which
//! would take a second request. Such a surface is as closed as the list of
//! projects or groups; where that opens, it counts as usable, *without a count*:
//! whether it is, the sync shows.

use governance_guest::transport::Transport;
use governance_guest::wit::connector::{Probe, ProbeState};
use governance_guest::wit::faults::{Error, ErrorKind};

use crate::org_role;
use crate::roles_step::organization_of;
use crate::session::{Collection, Session};
use crate::{
    admin_api_key, api_key, group, group_grants, invitation, project, project_groups, project_role,
    project_users, service_account, user,
};

/// What a surface is tried with.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    collection: Collection,
    /// Whether it is the surface's own.
    own: bool,
}

impl Trial {
    /// That of a surface, if there is such a surface.
    #[must_use]
    pub fn of(surface: &str) -> Option<Self> {
        let (collection, own) = match surface {
            org_role::SURFACE => (org_role::LIST, true),
            user::SURFACE => (user::LIST, true),
            invitation::SURFACE => (invitation::LIST, true),
            group::SURFACE => (group::LIST, true),
            group_grants::SURFACE => (group::LIST, false),
            project::SURFACE => (project::LIST, true),
            admin_api_key::SURFACE => (admin_api_key::LIST, true),
            project_users::SURFACE
            | project_role::SURFACE
            | project_groups::SURFACE
            | service_account::SURFACE
            | api_key::SURFACE => (project::LIST, false),
            _ => return None,
        };
        Some(Self { collection, own })
    }
}

/// Probes a surface by reading the first page of a list.
///
/// # Errors
/// What makes the credential useless as a whole, or is worth repeating.
pub fn probe<T: Transport>(session: &Session<'_, T>, trial: Trial) -> Result<Probe, Error> {
    match look(session, trial) {
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

fn look<T: Transport>(session: &Session<'_, T>, trial: Trial) -> Result<Probe, Error> {
    let collection = trial.collection;
    let answer = session.client.send(&collection.call(None))?;
    let listing = collection.read(&answer, None)?;
    let tenant = match collection.endpoint.surface {
        org_role::SURFACE => organization_of(listing.rows, session.organization.as_deref())?,
        _ => None,
    };
    Ok(Probe {
        state: ProbeState::Usable,
        count: u32::try_from(listing.rows.len()).ok().filter(|_| trial.own),
        more: trial.own && listing.has_more(),
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
