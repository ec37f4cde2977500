//! The component's exports: each hands its arguments to [`Connector`].
#![allow(unsafe_code, reason = "the exports that wit-bindgen generates")]

use governance_guest::faults::unsupported;
use governance_guest::wasi_http::WasiHttp;
use governance_guest::wit::changes::{ChangeRequest, Outcome};
use governance_guest::wit::connector::{
    Context, EventPage, Guest, ListingTarget, Lookup, Page, Probe, Setting,
};
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::Description;
use governance_guest::wit::model::{Reference, Timestamp};

use crate::connector::Connector;
use crate::manifest::description;

struct Plugin;

governance_guest::bindings::export!(Plugin with_types_in governance_guest::bindings);

const CONNECTOR: Connector<WasiHttp> = Connector(WasiHttp);

impl Guest for Plugin {
    fn describe(_settings: Vec<Setting>) -> Result<Description, Error> {
        Ok(description())
    }

    fn check(context: Context, surface: String) -> Result<Probe, Error> {
        CONNECTOR.check(&context, &surface)
    }

    fn list_resources(
        context: Context,
        resource_type: String,
        parent: Option<Reference>,
        lookup: Option<Lookup>,
        token: Option<String>,
    ) -> Result<Page, Error> {
        let (parent, lookup) = (parent.as_ref(), lookup.as_ref());
        CONNECTOR.list_resources(&context, &resource_type, parent, lookup, token.as_deref())
    }

    fn list_entitlements(
        _context: Context,
        _of: ListingTarget,
        _token: Option<String>,
    ) -> Result<Page, Error> {
        Err(unsupported(
            "entitlements come with the listings of resources",
        ))
    }

    fn list_grants(
        context: Context,
        of: ListingTarget,
        token: Option<String>,
    ) -> Result<Page, Error> {
        CONNECTOR.list_grants(&context, &of, token.as_deref())
    }

    fn get_resource(context: Context, of: Reference) -> Result<Page, Error> {
        CONNECTOR.get_resource(&context, &of)
    }

    fn change(context: Context, change: ChangeRequest) -> Result<Outcome, Error> {
        CONNECTOR.change(&context, &change)
    }

    fn list_events(
        _context: Context,
        _since: Option<Timestamp>,
        _cursor: Option<String>,
    ) -> Result<EventPage, Error> {
        Err(unsupported("this connector does not read the audit log"))
    }
}
