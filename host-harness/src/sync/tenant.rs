//! Whose a credential is that an interrupted sync was not begun with. Before
//! anything is read by it, the call that told the sync's tenant is made again: two
//! organizations never mix.

use governance_store::{StoreError, TaskRow};

use super::checkpoint::read;
use super::progress::Observer;
use super::retry::{Verdict, decide};
use super::task::Task;
use super::{Options, SyncError};
use crate::clock::now;
use crate::connection::Connection;
use crate::pace::Manner;

/// Makes sure that the connection's credential is of this tenant. `teller` is the
/// call that told it.
///
/// # Errors
/// It is of another one, does not tell, or the call fails.
pub(super) async fn verify(
    connection: &Connection,
    options: &Options,
    tenant: &str,
    teller: TaskRow,
    observer: &mut dyn Observer,
) -> Result<(), SyncError> {
    let mut attempt = read(teller)?;
    let page = loop {
        let Task { call, token, .. } = &attempt.task;
        let asked = connection.list(now(), call, token.as_deref(), Manner::Waits);
        let error = match asked.await {
            Ok(page) => break page,
            Err(error) => error,
        };
        match decide(&error, attempt.number, false, &options.patience) {
            Verdict::Again(wait) => {
                observer.waiting(wait, &error.to_string());
                tokio::time::sleep(wait).await;
            }
            _ => return Err(error.into()),
        }
        attempt.number += 1;
    };
    match page.tenant {
        Some(given) if given == tenant => Ok(()),
        Some(given) => Err(StoreError::OtherTenant {
            connection: options.connection.clone(),
            stored: tenant.to_owned(),
            given,
        }
        .into()),
        None => Err(SyncError::OtherCredential),
    }
}
