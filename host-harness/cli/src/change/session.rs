//! An open connection with what it takes to change something.

use std::sync::Arc;
use std::time::Duration;

use governance_host::clock::now;
use governance_host::connection::Connection;
use governance_host::contract::changes::{ChangeRequest, GrantChange};
use governance_host::contract::model::Timestamp;
use governance_host::naming::Namer;
use governance_host::naming::error::NamingError;
use governance_host::naming::live::Live;
use governance_host::policy::Refusal;
use governance_host::provision::ProvisionError;
use governance_host::provision::desired::{Desired, Revoked};
use governance_host::provision::operation::Provisioning;
use governance_host::provision::perform::{Options, Performed, Provisioner, Witness};
use governance_host::provision::plan::{Plan, SavedPlan};
use governance_host::provision::protect::Protected;
use governance_host::provision::settle::is_repeatable;
use governance_host::store::{Store, StoreError};
use governance_host::sync::retry::Patience;
use governance_host::trust::Trust;

use super::ChangeArguments;
use crate::connect;

/// A connection, and what the operator allows.
pub(crate) struct Session {
    connection: Arc<Connection>,
    provisioner: Provisioner,
    enabled: Provisioning,
    /// The connection's name.
    name: String,
    /// What was synced, if anything.
    store: Option<Store>,
    settle_wait: Option<u64>,
    /// How many removals a batch may hold, if the operator says.
    pub(crate) max_removals: Option<usize>,
}

impl Session {
    pub(crate) async fn open(arguments: &ChangeArguments) -> anyhow::Result<Self> {
        connect::keep_apart(&arguments.connect, &arguments.db)?;
        let changing = Trust::read(&arguments.connect.config)?.provisioning;
        let enabled = arguments.provisioning.unwrap_or(changing.enabled);
        let protected = Protected::read(&changing.protect).map_err(ProvisionError::from)?;
        let connection = Arc::new(connect::open(&arguments.connect).await?);
        let store = match Store::open_to_read(&arguments.db) {
            Ok(store) => Some(store),
            Err(StoreError::Absent { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        if let Some(store) = &store
            && let Some(stored) = store.tenant(&arguments.connection)?
        {
            same_tenant(&connection, &arguments.connection, stored).await?;
        }
        let options = Options {
            connection: arguments.connection.clone(),
            database: Some(arguments.db.clone()),
            provisioning: enabled,
            protected,
            patience: Patience::default(),
            settle_wait: arguments.settle_wait.map(Duration::from_secs),
            clock: now,
        };
        Ok(Self {
            provisioner: Provisioner::new(connection.clone(), options),
            connection,
            enabled,
            name: arguments.connection.clone(),
            store,
            settle_wait: arguments.settle_wait,
            max_removals: changing.max_removals,
        })
    }

    pub(crate) fn namer(&self) -> Namer<Live<'_>> {
        Namer::new(Live {
            connection: &self.connection,
            patience: Patience::default(),
        })
    }

    /// Finds what a change names. A grant's id is looked up in the last sync
    /// first, which knows both ends of it.
    pub(crate) async fn name(
        &self,
        namer: &Namer<Live<'_>>,
        desired: &Desired,
    ) -> Result<ChangeRequest, NamingError> {
        if let Desired::Revoke(Revoked::Grant(by_id)) = desired
            && let Some(known) = self.known_grant(&by_id.grant)
        {
            return Ok(ChangeRequest::Revoke(known));
        }
        namer.change(desired).await
    }

    fn known_grant(&self, id: &str) -> Option<GrantChange> {
        let known = self.store.as_ref()?.known_grant(&self.name, id);
        known.unwrap_or_else(|error| {
            tracing::warn!(%error, "the database does not tell the grant");
            None
        })
    }

    /// Of the component's file, in hexadecimal.
    pub(crate) fn component_sha256(&self) -> String {
        self.connection.component().sha256.clone()
    }

    /// What would come of a change.
    pub(crate) async fn plan(&self, request: &ChangeRequest) -> Result<Plan, ProvisionError> {
        self.provisioner.plan(request).await
    }

    /// Whether the operator enabled what a change amounts to.
    pub(crate) fn permitted(&self, request: &ChangeRequest) -> Result<(), ProvisionError> {
        self.enabled.permit(request)?;
        Ok(())
    }

    /// Whether a change that was sent at `since`, and whose end nobody knows,
    /// may be asked for again: it is in place, or asking twice does no harm.
    pub(crate) async fn look(
        &self,
        request: &ChangeRequest,
        since: Timestamp,
    ) -> Result<bool, ProvisionError> {
        let declared = self.connection.description().visibility_seconds;
        let wait = self.settle_wait.unwrap_or_else(|| u64::from(declared));
        let passed = u64::try_from(now().saturating_sub(since)).unwrap_or(0);
        tokio::time::sleep(Duration::from_secs(wait.saturating_sub(passed))).await;
        let plan = self.plan(request).await?;
        Ok(plan.is_no_op() || is_repeatable(&plan))
    }

    /// Whether a replayed recording held everything that was asked.
    pub(crate) fn replayed(&self) -> Result<(), Refusal> {
        self.connection.replayed()
    }

    /// Makes a change; with a saved plan, only if it still says what would be
    /// done.
    pub(crate) async fn make(
        &self,
        request: &ChangeRequest,
        expected: Option<&SavedPlan>,
        witness: &dyn Witness,
    ) -> Result<Performed, ProvisionError> {
        self.provisioner.perform(request, expected, witness).await
    }
}

/// So many parts of the service are asked whose they are.
const ASKED: usize = 3;

/// Refuses a credential of another organization than the one that was synced:
/// names would mean other things there.
async fn same_tenant(connection: &Connection, name: &str, stored: String) -> anyhow::Result<()> {
    for surface in connection.description().surfaces.iter().take(ASKED) {
        let probe = connection.check(now(), &surface.id).await?;
        match probe.tenant {
            None => {}
            Some(given) if given == stored => return Ok(()),
            Some(given) => {
                return Err(StoreError::OtherTenant {
                    connection: name.to_owned(),
                    stored,
                    given,
                }
                .into());
            }
        }
    }
    Ok(())
}
