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
use crate::function::{Answer, Arguments, Function};
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
        let description = self.read(Function::Describe, Manner::Waits, (settings,));
        let description = description.await?;
        bounds::check_description(&description)?;
        Ok(description)
    }

    pub(crate) async fn check(&self, context: &Context, surface: &str) -> Result<Probe, CallError> {
        let arguments = (context, surface);
        self.read(Function::Check, Manner::Waits, arguments).await
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
        let arguments = (context, resource_type, parent, lookup, token);
        self.read(Function::ListResources, manner, arguments).await
    }

    pub(crate) async fn list_entitlements(
        &self,
        context: &Context,
        manner: Manner,
        of: &ListingTarget,
        token: Option<&str>,
    ) -> Result<Page, CallError> {
        let arguments = (context, of, token);
        self.read(Function::ListEntitlements, manner, arguments)
            .await
    }

    pub(crate) async fn list_grants(
        &self,
        context: &Context,
        manner: Manner,
        of: &ListingTarget,
        token: Option<&str>,
    ) -> Result<Page, CallError> {
        let arguments = (context, of, token);
        self.read(Function::ListGrants, manner, arguments).await
    }

    pub(crate) async fn get_resource(
        &self,
        context: &Context,
        of: &Reference,
    ) -> Result<Page, CallError> {
        let arguments = (context, of);
        self.read(Function::GetResource, Manner::Waits, arguments)
            .await
    }

    /// Calls a function that reads.
    async fn read<A: Answer>(
        &self,
        function: Function,
        manner: Manner,
        arguments: impl Arguments,
    ) -> Result<A, CallError> {
        let (called, notes) = self.call(Access::Read, manner, function, arguments).await;
        let none = std::iter::empty();
        self.egress.record(function.name(), notes.heard, none);
        read(called, notes.trouble)
    }

    /// Instantiates the component and calls one function of it.
    async fn call<A: Answer>(
        &self,
        access: Access,
        manner: Manner,
        function: Function,
        arguments: impl Arguments,
    ) -> (Called<A>, Notes) {
        let log = Arc::new(CallLog::new(manner));
        let hooks = self.hooks(access, &log);
        let calling = async {
            let mut instance = Instance::new(&self.loaded, hooks).await?;
            if function == Function::Describe {
                instance.check_types()?;
            }
            instance.call(function, arguments).await
        };
        self.within_limits(access, log, calling).await
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
