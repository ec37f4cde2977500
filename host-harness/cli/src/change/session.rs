//! An open connection with what it takes to change something.

use std::sync::Arc;
use std::time::Duration;

use governance_host::clock::now;
use governance_host::connection::Connection;
use governance_host::contract::changes::ChangeRequest;
use governance_host::naming::Namer;
use governance_host::naming::live::Live;
use governance_host::provision::ProvisionError;
use governance_host::provision::operation::Provisioning;
use governance_host::provision::perform::{Options, Performed, Provisioner, Witness};
use governance_host::provision::plan::{Plan, SavedPlan};
use governance_host::provision::protect::Protected;
use governance_host::sync::retry::Patience;
use governance_host::trust::Trust;

use super::ChangeArguments;
use crate::connect;

/// A connection, and what the operator allows.
pub(crate) struct Session {
    connection: Arc<Connection>,
    provisioner: Provisioner,
    enabled: Provisioning,
    /// How many removals a batch may hold, if the operator says.
    pub(crate) max_removals: Option<usize>,
}

impl Session {
    pub(crate) async fn open(arguments: &ChangeArguments) -> anyhow::Result<Self> {
        let changing = Trust::read(&arguments.connect.config)?.provisioning;
        let enabled = arguments.provisioning.unwrap_or(changing.enabled);
        let protected = Protected::read(&changing.protect).map_err(ProvisionError::from)?;
        let connection = Arc::new(connect::open(&arguments.connect).await?);
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
            max_removals: changing.max_removals,
        })
    }

    pub(crate) fn namer(&self) -> Namer<Live<'_>> {
        Namer::new(Live {
            connection: &self.connection,
            patience: Patience::default(),
        })
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
