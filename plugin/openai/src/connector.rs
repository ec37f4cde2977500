//! The contract's functions that do something, handed to the modules of the
//! resource types.

use governance_guest::faults::invalid_input;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::{Context, Lookup, Page, Probe};
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::Reference;
use governance_guest::within;

use crate::check::probe;
use crate::session::Session;
use crate::{invitation, org_role, organization, user};

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
        match surface {
            org_role::SURFACE => probe(&session, &org_role::LIST),
            user::SURFACE => probe(&session, &user::LIST),
            invitation::SURFACE => probe(&session, &invitation::LIST),
            _ => Err(unknown("surface", surface)),
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
        if parent.is_some() {
            return Err(invalid_input("parent", "no type has a parent"));
        }
        let page = match (resource_type, lookup) {
            (user::TYPE, Some(lookup)) => user::list(&session, Some(email(lookup)?), token),
            (_, Some(lookup)) => Err(unknown("lookup", &lookup.key)),
            (organization::TYPE, None) => organization::list(&session, token),
            (org_role::TYPE, None) => org_role::list(&session, token),
            (user::TYPE, None) => user::list(&session, None, token),
            (invitation::TYPE, None) => invitation::list(&session, token),
            _ => Err(unknown("resource-type", resource_type)),
        };
        page.map(within::bounds)
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
            other => Err(unknown("resource-type", other)),
        };
        page.map(within::bounds)
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
