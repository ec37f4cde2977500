//! A connection: one named use of a connector, with its settings and its
//! credentials. Two connections share neither.

use std::collections::BTreeMap;
use std::sync::Arc;

use governance_contract::bounds;
use governance_contract::changes::ChangeRequest;
use governance_contract::connector::{
    Context, ListingTarget, Lookup, Mode, Page, Probe, RedactedCredential, Setting,
};
use governance_contract::manifest::Description;
use governance_contract::model::{Reference, Timestamp};

use crate::authorities::Authorities;
use crate::caller::Caller;
pub use crate::caller::Made;
use crate::credential::{CredentialError, Credentials, Source};
use crate::egress::{Egress, Network, Player};
use crate::engine::Loaded;
use crate::error::CallError;
use crate::instance::Breach;
use crate::pace::rate::{Rate, Rates};
use crate::pace::{Known, Manner, Pace};
use crate::policy::{Access, Operator, Policy, PolicyError, Refusal};
use crate::provision::operation::Permit;
use crate::recording::opening::recorder;
use crate::recording::{RecordTo, Recording, RecordingError};
use crate::settings::{SettingError, Settings};
use crate::sync::task::Call;

/// What the operator gives to open a connection.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// What the component is allowed. None: nobody trusts it, and it can
    /// neither name environment variables nor reach an origin of its choice.
    pub operator: Option<Operator>,
    /// Settings, by key.
    pub settings: Vec<(String, String)>,
    /// Where credentials are, by credential id. No id stands for the
    /// connector's only credential.
    pub credentials: Vec<(Option<String>, Source)>,
    /// Commands that print credentials, by credential id, for whatever
    /// component is allowed the credential and has it from nowhere else.
    pub credential_commands: BTreeMap<String, Vec<String>>,
    /// Who may vouch for services besides the platform's authorities.
    pub authorities: Authorities,
    /// How often routes may be asked.
    pub rates: Rates,
    /// Where to record what the component asks and gets.
    pub record: Option<RecordTo>,
    /// What answers in place of the service. It brings its settings, and needs
    /// neither credentials nor an operator.
    pub replay: Option<Recording>,
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
    /// A rate is given for a route that there is not.
    #[error("`{unknown}` is no route of this connector, which has: {known}")]
    UnknownRoute {
        /// What it is given for.
        unknown: String,
        /// The routes that there are.
        known: String,
    },
    /// The recording cannot be made or used.
    #[error(transparent)]
    Recording(#[from] RecordingError),
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

/// A rate for a route that is misspelt would limit nothing.
fn check_routes(
    rates: &BTreeMap<String, Rate>,
    description: &Description,
) -> Result<(), OpenError> {
    let known = || description.routes.iter().map(|it| it.id.as_str());
    match rates.keys().find(|route| !known().any(|id| id == *route)) {
        None => Ok(()),
        Some(unknown) => Err(OpenError::UnknownRoute {
            unknown: unknown.clone(),
            known: known().collect::<Vec<_>>().join(", "),
        }),
    }
}

/// Asks a component what it is. It can reach nothing meanwhile.
///
/// # Errors
/// The component fails.
pub async fn describe(loaded: &Loaded, settings: &Settings) -> Result<Description, OpenError> {
    let description = alone(loaded).describe(&settings.to_contract()).await;
    description.map_err(OpenError::Describe)
}

/// Makes an instance that can reach nothing, and drops it: what every call
/// begins with, to be measured.
///
/// # Errors
/// The component fails.
pub async fn instantiate(loaded: &Loaded) -> Result<(), Breach> {
    alone(loaded).instantiate().await
}

/// Calls a component without a way out.
fn alone(loaded: &Loaded) -> Caller {
    let nothing = Egress::new(
        Policy::default(),
        Credentials::default(),
        Network::trusting(Authorities::default()),
        loaded.limits,
    );
    Caller::new(loaded.clone(), nothing)
}

impl Connection {
    /// Opens a connection. `environment` is read only for components that the
    /// operator trusts.
    pub async fn open(
        loaded: Loaded,
        given: Given,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, OpenError> {
        let given = given.for_replay();
        let trusted = given.operator.is_some() && given.replay.is_none();
        let environment = |name: &str| environment(name).filter(|_| trusted);
        let fields = describe(&loaded, &Settings::default()).await?.fields;
        let settings = Settings::resolve(&fields, &given.settings, environment)?;
        let description = describe(&loaded, &settings).await?;
        let rates = given.rates.get(&description.name).cloned();
        let rates = rates.unwrap_or_default();
        check_routes(&rates, &description)?;
        let operator = given.operator.unwrap_or_default();
        let policy = Policy::new(&description, &settings, &operator)?;
        let declared = &description.credentials;
        let configured = |id: &str| {
            let command = given.credential_commands.get(id);
            command.filter(|_| operator.allows(id)).cloned()
        };
        let sources = &given.credentials;
        let credentials = Credentials::read(declared, sources, environment, configured)?;
        let egress = match given.replay {
            Some(recording) => {
                let player = Player::new(recording.of(&description)?);
                Egress::replaying(policy, player, loaded.limits)
            }
            None => {
                let network = Network::trusting(given.authorities);
                Egress::new(policy, credentials, network, loaded.limits)
            }
        };
        let egress = egress.paced(Pace::new(&rates));
        let egress = match &given.record {
            Some(to) => {
                let recorder = recorder(to, &egress, &loaded, &description, &settings)?;
                egress.recorded(recorder)
            }
            None => egress,
        };
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

    /// The settings, as the component receives them.
    pub(crate) fn settings(&self) -> Vec<Setting> {
        self.settings.to_contract()
    }

    /// What may be shown of the credentials.
    pub(crate) fn redacted_credentials(&self) -> Vec<RedactedCredential> {
        self.caller.egress.redacted_credentials()
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

    /// Whether a replayed recording held everything that was asked. A component
    /// may make something else of a request that it did not hold.
    ///
    /// # Errors
    /// The first request that it did not hold.
    pub fn replayed(&self) -> Result<(), Refusal> {
        self.caller.egress.missed().map_or(Ok(()), Err)
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

    /// The limits of routes that are known so far.
    pub fn limits_of_routes(&self) -> Vec<Known> {
        self.pace().known()
    }

    pub(crate) fn pace(&self) -> &Arc<Pace> {
        self.caller.egress.pace()
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
        let page = self.caller.list_resources(
            &context,
            Manner::Waits,
            resource_type,
            parent,
            lookup,
            token,
        );
        self.checked(page.await?)
    }

    /// Lists a page of entitlements.
    pub async fn list_entitlements(
        &self,
        now: Timestamp,
        of: &ListingTarget,
        token: Option<&str>,
    ) -> Result<Page, CallError> {
        let call = Call::Entitlements(of.clone());
        self.list(now, &call, token, Manner::Waits).await
    }

    /// Lists a page of grants.
    pub async fn list_grants(
        &self,
        now: Timestamp,
        of: &ListingTarget,
        token: Option<&str>,
    ) -> Result<Page, CallError> {
        let call = Call::Grants(of.clone());
        self.list(now, &call, token, Manner::Waits).await
    }

    /// Makes one call of a listing.
    pub(crate) async fn list(
        &self,
        now: Timestamp,
        call: &Call,
        token: Option<&str>,
        manner: Manner,
    ) -> Result<Page, CallError> {
        let (caller, context) = (&self.caller, self.reading(now));
        let page = match call {
            Call::Resources {
                resource_type,
                parent,
            } => {
                let parent = parent.as_ref();
                let listing =
                    caller.list_resources(&context, manner, resource_type, parent, None, token);
                listing.await
            }
            Call::Entitlements(of) => caller.list_entitlements(&context, manner, of, token).await,
            Call::Grants(of) => caller.list_grants(&context, manner, of, token).await,
        };
        self.checked(page?)
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
        let (mode, credentials) = match access {
            Access::Read => (Mode::Read, Vec::new()),
            Access::Plan => (Mode::Plan, self.redacted_credentials()),
            Access::Change(_) => (Mode::Change, self.redacted_credentials()),
        };
        Context {
            settings: self.settings(),
            now: self.caller.egress.time().unwrap_or(now),
            mode,
            credentials,
        }
    }

    fn checked(&self, page: Page) -> Result<Page, CallError> {
        bounds::check_page(&page, &self.description)?;
        Ok(page)
    }
}
