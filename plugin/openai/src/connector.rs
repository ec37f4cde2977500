//! The contract's functions that do something, handed to the modules of the
//! resource types.

use governance_guest::faults::{invalid_input, unsupported};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::{ChangeRequest, Outcome};
use governance_guest::wit::connector::{Context, ListingTarget, Lookup, Page, Probe};
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::Reference;
use governance_guest::within;

use crate::check::{Trial, probe};
use crate::session::Session;
use crate::{
    admin_api_key, api_key, change, group, group_grants, invitation, org_role, organization,
    project, project_role, service_account, user,
};

/// The connector over some transport.
#[derive(Debug)]
pub struct Connector<T>(pub T);

impl<T: Transport> Connector<T> {
    /// Probes a surface with one request.
    ///
    /// # Errors
    /// See the contract.
    pub fn check(&self, context: &Context, surface: &str) -> Result<Probe, Error> {
        let session = Session::open(&self.0, context)?;
        match Trial::of(surface) {
            Some(trial) => probe(&session, trial),
            None => Err(unknown("surface", surface)),
        }
    }

    /// Lists resources of a type.
    ///
    /// # Errors
    /// See the contract.
    pub fn list_resources(
        &self,
        context: &Context,
        resource_type: &str,
        parent: Option<&Reference>,
        lookup: Option<&Lookup>,
        token: Option<&str>,
    ) -> Result<Page, Error> {
        let session = Session::open(&self.0, context)?;
        let page = match lookup {
            Some(lookup) if resource_type == user::TYPE => {
                user::list(&session, Some(email(lookup)?), token)
            }
            Some(lookup) => Err(unknown("lookup", &lookup.key)),
            None => match resource_type {
                project_role::TYPE => project_role::list(&session, parent, token),
                service_account::TYPE => service_account::list(&session, parent, token),
                api_key::TYPE => api_key::list(&session, parent, token),
                _ if parent.is_some() => {
                    let message = "this type is not listed below another";
                    Err(invalid_input("parent", message))
                }
                _ => list_alone(&session, resource_type, token),
            },
        };
        page.map(within::bounds)
    }

    /// Lists the grants on a group, and those that it holds in the organization.
    /// All other grants come with the listings of resources.
    ///
    /// # Errors
    /// See the contract.
    pub fn list_grants(
        &self,
        context: &Context,
        of: &ListingTarget,
        token: Option<&str>,
    ) -> Result<Page, Error> {
        let session = Session::open(&self.0, context)?;
        match of {
            ListingTarget::Resource(of) if of.id.resource_type == group::TYPE => {
                group_grants::list(&session, of, token).map(within::bounds)
            }
            _ => Err(unsupported("these grants come with listings of resources")),
        }
    }

    /// Reads one resource.
    ///
    /// # Errors
    /// See the contract.
    pub fn get_resource(&self, context: &Context, of: &Reference) -> Result<Page, Error> {
        let session = Session::open(&self.0, context)?;
        let page = match of.id.resource_type.as_str() {
            user::TYPE => user::get(&session, of),
            invitation::TYPE => invitation::get(&session, of),
            organization::TYPE => organization::get(&session, of),
            org_role::TYPE => org_role::get(&session, of),
            group::TYPE => group::get(&session, of),
            project::TYPE => project::get(&session, of),
            project_role::TYPE => project_role::get(&session, of),
            service_account::TYPE => service_account::get(&session, of),
            api_key::TYPE => api_key::get(&session, of),
            admin_api_key::TYPE => admin_api_key::get(&session, of),
            other => Err(unknown("resource-type", other)),
        };
        page.map(within::bounds)
    }

    /// Makes one change, or plans it.
    ///
    /// # Errors
    /// See the contract.
    pub fn change(&self, context: &Context, change: &ChangeRequest) -> Result<Outcome, Error> {
        change::make(&Session::open(&self.0, context)?, change)
    }
}

/// Lists a type that is nobody's child.
fn list_alone<T: Transport>(
    session: &Session<'_, T>,
    resource_type: &str,
    token: Option<&str>,
) -> Result<Page, Error> {
    match resource_type {
        organization::TYPE => organization::list(session, token),
        org_role::TYPE => org_role::list(session, token),
        user::TYPE => user::list(session, None, token),
        invitation::TYPE => invitation::list(session, token),
        group::TYPE => group::list(session, token),
        project::TYPE => project::list(session, token),
        admin_api_key::TYPE => admin_api_key::list(session, token),
        other => Err(unknown("resource-type", other)),
    }
}

fn email(lookup: &Lookup) -> Result<&str, Error> {
    let email = lookup.value.trim();
    match lookup.key.as_str() {
        user::EMAIL if email.is_empty() => Err(invalid_input("lookup", "the address is empty")),
        user::EMAIL => Ok(email),
        other => Err(unknown("lookup", other)),
    }
}

fn unknown(argument: &str, value: &str) -> Error {
    invalid_input(
        argument,
        &format!("this connector has no {argument} {value}"),
    )
}
