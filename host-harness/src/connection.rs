//! A connection: one named use of a connector, with its settings and its
//! credentials. Two connections share neither.

use std::collections::BTreeMap;
use std::path::PathBuf;

use governance_contract::bounds;
use governance_contract::changes::ChangeRequest;
use governance_contract::connector::{Context, ListingTarget, Lookup, Mode, Page, Probe};
use governance_contract::manifest::Description;
use governance_contract::model::{Reference, Timestamp};

use crate::caller::Caller;
pub use crate::caller::Made;
use crate::credential::{CredentialError, Credentials};
use crate::egress::Egress;
use crate::engine::Loaded;
use crate::error::CallError;
use crate::policy::{Access, Operator, Policy, PolicyError, Refusal};
use crate::provision::operation::Permit;
use crate::settings::{SettingError, Settings};

/// What the operator gives to open a connection.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// What the component is allowed. None: nobody trusts it, and it can
    /// neither name environment variables nor reach an origin of its choice.
    pub operator: Option<Operator>,
    /// Settings, by key.
    pub settings: Vec<(String, String)>,
    /// Files that hold credentials, by credential id. No id stands for the
    /// connector's only credential.
    pub credential_files: Vec<(Option<String>, PathBuf)>,
}

/// A connection that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A setting is missing or wrong.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A credential cannot be read.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// No policy can be made of what the connector declares.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The component failed to describe itself.
    #[error("the component cannot be asked what it is")]
    Describe(#[source] CallError),
}

/// An open connection. Calls may be made side by side; each runs in an
/// instance of its own.
pub struct Connection {
    caller: Caller,
    description: Description,
    settings: Settings,
}

/// Asks a component what it is. It can reach nothing meanwhile.
///
/// # Errors
/// The component fails.
pub async fn describe(loaded: &Loaded, settings: &Settings) -> Result<Description, OpenError> {
    let nothing = Egress::new(Policy::default(), Credentials::default(), loaded.limits);
    let caller = Caller::new(loaded.clone(), nothing);
    let description = caller.describe(&settings.to_contract()).await;
    description.map_err(OpenError::Describe)
}

impl Connection {
    /// Opens a connection. `environment` is read only for components that the
    /// operator trusts.
    pub async fn open(
        loaded: Loaded,
        given: Given,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, OpenError> {
        let trusted = given.operator.is_some();
        let environment = |name: &str| environment(name).filter(|_| trusted);
        let fields = describe(&loaded, &Settings::default()).await?.fields;
        let settings = Settings::resolve(&fields, &given.settings, environment)?;
        let description = describe(&loaded, &settings).await?;
        let operator = given.operator.unwrap_or_default();
        let policy = Policy::new(&description, &settings, &operator)?;
        let declared = &description.credentials;
        let credentials = Credentials::read(declared, &given.credential_files, environment)?;
        let egress = Egress::new(policy, credentials, loaded.limits);
        Ok(Self {
            caller: Caller::new(loaded, egress),
            description,
            settings,
        })
    }

    /// What the connector says of itself, with this connection's settings.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The component that is used.
    pub fn component(&self) -> &Loaded {
        &self.caller.loaded
    }

    /// Whether reading can begin: the operator allows what it needs, and every
    /// credential has a value.
    ///
    /// # Errors
    /// The refusal that the first request would meet.
    pub fn ready(&self) -> Result<(), Refusal> {
        let egress = &self.caller.egress;
        egress.policy().ready(|id| egress.has_credential(id))
    }

    /// Asks the component again what it is. Nothing here goes by the answer.
    ///
    /// # Errors
    /// The component fails.
    pub async fn describe(&self) -> Result<Description, CallError> {
        self.caller.describe(&self.settings.to_contract()).await
    }

    /// How many requests went out so far, by route.
    pub fn requests(&self) -> BTreeMap<String, u64> {
        self.caller.requests()
    }

    /// Probes one surface.
    pub async fn check(&self, now: Timestamp, surface: &str) -> Result<Probe, CallError> {
        self.caller.check(&self.reading(now), surface).await
    }

    /// Lists a page of resources of a type, under a parent if it is a child; or
    /// the one that has a natural key.
    pub async fn list_resources(
        &self,
        now: Timestamp,
        resource_type: &str,
        parent: Option<&Reference>,
        lookup: Option<&Lookup>,
        token: Option<&str>,
    ) -> Result<Page, CallError> {
        let context = self.reading(now);
        let page = self
            .caller
            .list_resources(&context, resource_type, parent, lookup, token);
        self.checked(page.await?)
    }

    /// Lists a page of entitlements.
    pub async fn list_entitlements(
        &self,
        now: Timestamp,
        of: &ListingTarget,
        token: Option<&str>,
    ) -> Result<Page, CallError> {
        let context = self.reading(now);
        self.checked(self.caller.list_entitlements(&context, of, token).await?)
    }

    /// Lists a page of grants.
    pub async fn list_grants(
        &self,
        now: Timestamp,
        of: &ListingTarget,
        token: Option<&str>,
    ) -> Result<Page, CallError> {
        let context = self.reading(now);
        self.checked(self.caller.list_grants(&context, of, token).await?)
    }

    /// Reads one resource.
    pub async fn get_resource(&self, now: Timestamp, of: &Reference) -> Result<Page, CallError> {
        let context = self.reading(now);
        self.checked(self.caller.get_resource(&context, of).await?)
    }

    /// Says what a change would do. Reads what decides; changes nothing.
    pub async fn plan(&self, now: Timestamp, change: &ChangeRequest) -> Result<Made, CallError> {
        self.call_change(now, Access::Plan, change).await
    }

    /// Makes a change. An error means that nothing was changed.
    pub async fn change(&self, now: Timestamp, permit: Permit<'_>) -> Result<Made, CallError> {
        let access = Access::Change(permit.enabled());
        self.call_change(now, access, permit.change()).await
    }

    async fn call_change(
        &self,
        now: Timestamp,
        access: Access,
        change: &ChangeRequest,
    ) -> Result<Made, CallError> {
        let context = self.context(now, access);
        let description = &self.description;
        let changing = self.caller.change(access, &context, change, description);
        changing.await
    }

    fn reading(&self, now: Timestamp) -> Context {
        self.context(now, Access::Read)
    }

    fn context(&self, now: Timestamp, access: Access) -> Context {
        let redacted = || self.caller.egress.redacted_credentials();
        let (mode, credentials) = match access {
            Access::Read => (Mode::Read, Vec::new()),
            Access::Plan => (Mode::Plan, redacted()),
            Access::Change(_) => (Mode::Change, redacted()),
        };
        Context {
            settings: self.settings.to_contract(),
            now,
            mode,
            credentials,
        }
    }

    fn checked(&self, page: Page) -> Result<Page, CallError> {
        bounds::check_page(&page, &self.description)?;
        Ok(page)
    }
}
