//! Looking up names in a connection, each call as patient as a sync's.

use std::time::Duration;

use governance_contract::connector::Page;
use governance_contract::manifest::Description;
use governance_contract::model::Reference;

use super::directory::{Call, Directory};
use crate::clock::now;
use crate::connection::Connection;
use crate::error::CallError;
use crate::sync::retry::{Patience, Verdict, decide};

/// A connection, asked again where a call failed for the moment.
pub struct Live<'a> {
    /// The connection.
    pub connection: &'a Connection,
    /// How often and how long to try.
    pub patience: Patience,
}

impl Directory for Live<'_> {
    fn description(&self) -> &Description {
        self.connection.description()
    }

    async fn get(&self, of: &Reference) -> Result<Page, CallError> {
        self.patient(|| self.connection.get_resource(now(), of))
            .await
    }

    async fn list(&self, call: &Call, token: Option<&str>) -> Result<Page, CallError> {
        self.patient(|| list(self.connection, call, token)).await
    }
}

async fn list(
    connection: &Connection,
    call: &Call,
    token: Option<&str>,
) -> Result<Page, CallError> {
    match call {
        Call::Entitlements(of) => connection.list_entitlements(now(), of, token).await,
        Call::Resources {
            resource_type,
            parent,
            lookup,
        } => {
            let (parent, lookup) = (parent.as_ref(), lookup.as_ref());
            connection
                .list_resources(now(), resource_type, parent, lookup, token)
                .await
        }
    }
}

impl Live<'_> {
    /// Calls until it goes well or is given up. Reading again is always safe.
    async fn patient<F: Future<Output = Result<Page, CallError>>>(
        &self,
        call: impl Fn() -> F,
    ) -> Result<Page, CallError> {
        let mut attempt = 1;
        loop {
            let error = match call().await {
                Ok(page) => return Ok(page),
                Err(error) => error,
            };
            match decide(&error, attempt, true, &self.patience) {
                Verdict::Again(wait) => pause(wait, &error).await,
                // A token that expired is not got again by the same call.
                Verdict::Restart | Verdict::Gap(_) | Verdict::End => return Err(error),
            }
            attempt += 1;
        }
    }
}

async fn pause(wait: Duration, error: &CallError) {
    tracing::info!(?wait, %error, "waiting while looking up a name");
    tokio::time::sleep(wait).await;
}
