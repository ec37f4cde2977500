//! Calling a component: each call in an instance of its own, within its limits,
//! its requests through one way out, its answer checked against the contract.

mod change;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governance_contract::bounds::{self, Violation};
use governance_contract::connector::{Context, ListingTarget, Lookup, Page, Probe, Setting};
use governance_contract::faults::{self, ErrorKind};
use governance_contract::manifest::Description;
use governance_contract::model::Reference;

use crate::egress::{CallLog, Egress, Hooks, Notes, Trouble};
use crate::engine::Loaded;
use crate::error::CallError;
use crate::instance::{Breach, Instance};
use crate::limits::Limits;
use crate::pace::Manner;
use crate::policy::Access;
pub use change::Made;

/// Calls one component for one connection.
pub(crate) struct Caller {
    pub(crate) loaded: Loaded,
    pub(crate) egress: Arc<Egress>,
    requests: Mutex<BTreeMap<String, u64>>,
}

/// How a call of the component ended, before it is judged.
type Called<T> = Result<Result<T, faults::Error>, Breach>;

/// Instantiates the component and calls one function of it. A macro, since no
/// closure type can say that the call borrows both the instance and the
/// arguments.
macro_rules! call {
    ($caller:ident, access: $access:expr, $manner:expr, |$connector:ident, $store:ident| $call:expr) => {{
        let log = std::sync::Arc::new(crate::egress::CallLog::new($manner));
        let hooks = $caller.hooks($access, &log);
        let calling = async {
            let mut instance = crate::instance::Instance::new(&$caller.loaded, hooks).await?;
            let $connector = instance.plugin.governance_connector_connector();
            let $store = &mut instance.store;
            let result = $call.await;
            result.map_err(|error| instance.breach(&error))
        };
        $caller.within_limits($access, log, calling).await
    }};
    ($caller:ident, $function:expr, |$connector:ident, $store:ident| $call:expr) => {
        call!($caller, $function, Manner::Waits, |$connector, $store| $call)
    };
    ($caller:ident, $function:expr, $manner:expr, |$connector:ident, $store:ident| $call:expr) => {{
        let (called, notes) =
            call!($caller, access: Access::Read, $manner, |$connector, $store| $call);
        $caller.egress.record($function, notes.heard, std::iter::empty());
        read(called, notes.trouble)
    }};
}
use call;

impl Caller {
    pub(crate) fn new(loaded: Loaded, egress: Egress) -> Self {
        Self {
            loaded,
            egress: Arc::new(egress),
            requests: Mutex::default(),
        }
    }

    /// Makes an instance, and drops it.
    pub(crate) async fn instantiate(&self) -> Result<(), Breach> {
        let log = Arc::default();
        let hooks = self.hooks(Access::Read, &log);
        Instance::new(&self.loaded, hooks).await.map(drop)
    }

    pub(crate) async fn describe(&self, settings: &[Setting]) -> Result<Description, CallError> {
        let description = call!(self, "describe", |connector, store| connector
            .call_describe(store, settings))?;
        bounds::check_description(&description)?;
        Ok(description)
    }

    pub(crate) async fn check(&self, context: &Context, surface: &str) -> Result<Probe, CallError> {
        call!(self, "check", |connector, store| connector
            .call_check(store, context, surface))
    }

    pub(crate) async fn list_resources(
        &self,
        context: &Context,
        manner: Manner,
        resource_type: &str,
        parent: Option<&Reference>,
        lookup: Option<&Lookup>,
        token: Option<&str>,
    ) -> Result<Page, CallError> {
        call!(self, "list-resources", manner, |connector, store| connector
            .call_list_resources(
                store,
                context,
                resource_type,
                parent,
                lookup,
                token
            ))
    }

    pub(crate) async fn list_entitlements(
        &self,
        context: &Context,
        manner: Manner,
        of: &ListingTarget,
        token: Option<&str>,
    ) -> Result<Page, CallError> {
        call!(self, "list-entitlements", manner, |connector, store| {
            connector.call_list_entitlements(store, context, of, token)
        })
    }

    pub(crate) async fn list_grants(
        &self,
        context: &Context,
        manner: Manner,
        of: &ListingTarget,
        token: Option<&str>,
    ) -> Result<Page, CallError> {
        call!(self, "list-grants", manner, |connector, store| connector
            .call_list_grants(store, context, of, token))
    }

    pub(crate) async fn get_resource(
        &self,
        context: &Context,
        of: &Reference,
    ) -> Result<Page, CallError> {
        call!(self, "get-resource", |connector, store| connector
            .call_get_resource(store, context, of))
    }

    /// How many requests went out so far, by route.
    pub(crate) fn requests(&self) -> BTreeMap<String, u64> {
        let requests = self.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hooks(&self, access: Access, log: &Arc<CallLog>) -> Hooks {
        Hooks {
            egress: self.egress.clone(),
            access,
            log: log.clone(),
        }
    }

    /// Waits for a call as long as it may take.
    async fn within_limits<T>(
        &self,
        access: Access,
        log: Arc<CallLog>,
        calling: impl Future<Output = Called<T>>,
    ) -> (Called<T>, Notes) {
        let bound = self.loaded.limits.bound(Limits::time_with(access));
        let result = tokio::time::timeout(bound.time(), calling).await;
        let notes = log.take();
        self.count(&notes.routes);
        if let Ok(Ok(Err(error))) = &result {
            self.heed(error, &notes.routes);
        }
        (result.unwrap_or(Err(Breach::Time(bound))), notes)
    }

    /// Makes the last route wait where the component reads that it has to.
    fn heed(&self, error: &faults::Error, routes: &[String]) {
        if let (ErrorKind::RateLimited(wait), Some(route)) = (&error.kind, routes.last()) {
            self.egress.told(route, wait.map(Duration::from_millis));
        }
    }

    fn count(&self, routes: &[String]) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for route in routes {
            *requests.entry(route.clone()).or_default() += 1;
        }
    }
}

/// Names how a call that reads ended. What it tells without an answer that was
/// held back is not all that there is to tell.
fn read<T>(called: Called<T>, trouble: Option<Trouble>) -> Result<T, CallError> {
    match (called, trouble) {
        (Ok(Ok(_)), Some(Trouble::HeldBack(held))) => Err(CallError::HeldBack(held)),
        (called, trouble) => ended(called, trouble),
    }
}

/// Names how a call ended.
fn ended<T>(called: Called<T>, trouble: Option<Trouble>) -> Result<T, CallError> {
    match called {
        Ok(Err(_)) | Err(_) if let Some(Trouble::HeldBack(held)) = trouble => {
            Err(CallError::HeldBack(held))
        }
        Err(breach) => Err(CallError::Breach(breach)),
        Ok(Err(error)) => Err(CallError::Connector {
            error: Box::new(error),
            trouble,
        }),
        Ok(Ok(value)) => Ok(value),
    }
}

impl From<Violation> for CallError {
    fn from(violation: Violation) -> Self {
        Self::Contract(violation)
    }
}
