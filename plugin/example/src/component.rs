//! The component's exports: the contract's functions, over the host's HTTP.
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

use crate::{change, client, manifest, read};

struct Plugin;

governance_guest::bindings::export!(Plugin with_types_in governance_guest::bindings);

impl Guest for Plugin {
    fn describe(_settings: Vec<Setting>) -> Result<Description, Error> {
        Ok(manifest::description())
    }

    fn check(context: Context, surface: String) -> Result<Probe, Error> {
        read::check(&client(&WasiHttp, &context)?, &surface)
    }

    fn list_resources(
        context: Context,
        resource_type: String,
        parent: Option<Reference>,
        lookup: Option<Lookup>,
        token: Option<String>,
    ) -> Result<Page, Error> {
        let client = client(&WasiHttp, &context)?;
        let (parent, lookup) = (parent.as_ref(), lookup.as_ref());
        read::list(&client, &resource_type, parent, lookup, token.as_deref())
    }

    fn list_entitlements(
        _context: Context,
        _of: ListingTarget,
        _token: Option<String>,
    ) -> Result<Page, Error> {
        Err(unsupported("all entitlements are static"))
    }

    fn list_grants(
        context: Context,
        of: ListingTarget,
        token: Option<String>,
    ) -> Result<Page, Error> {
        read::members(&client(&WasiHttp, &context)?, &of, token.as_deref())
    }

    fn get_resource(context: Context, of: Reference) -> Result<Page, Error> {
        read::get(&client(&WasiHttp, &context)?, &of)
    }

    fn change(context: Context, change: ChangeRequest) -> Result<Outcome, Error> {
        change::make(&client(&WasiHttp, &context)?, &change)
    }

    fn list_events(
        _context: Context,
        _since: Option<Timestamp>,
        _cursor: Option<String>,
    ) -> Result<EventPage, Error> {
        Err(unsupported("Rota has no audit trail"))
    }
}
