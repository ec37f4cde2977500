//! Making calls for the rules to judge, with what each cost and how it ended.

use governance_contract::connector::{ListingTarget, Page};
use governance_contract::faults::ErrorKind;
use governance_contract::model::{Reference, ResourceId};

use crate::clock::now;
use crate::connection::Connection;
use crate::error::CallError;
use crate::pace::Manner;
use crate::sync::retry::{Patience, Verdict, decide};
use crate::sync::task::Call;

/// One call that was made.
#[derive(Debug, Clone)]
pub(super) struct Made {
    /// The call, for people.
    pub(super) what: String,
    /// Requests that it sent.
    pub(super) requests: u64,
    /// How it failed, if it did.
    pub(super) error: Option<CallError>,
    /// It is one of a listing.
    pub(super) lists: bool,
}

/// A call's answer, and the requests that it sent.
pub(super) struct Answer<T> {
    pub(super) result: Result<T, CallError>,
    pub(super) requests: u64,
}

/// Makes calls one after the other, and remembers them.
pub(super) struct Asker<'a> {
    pub(super) connection: &'a Connection,
    pub(super) patience: Patience,
    reached: bool,
    pub(super) made: Vec<Made>,
}

impl<'a> Asker<'a> {
    pub(super) fn new(connection: &'a Connection, patience: Patience) -> Self {
        Self {
            connection,
            patience,
            reached: false,
            made: Vec::new(),
        }
    }

    /// Makes a call, and repeats it where that helps.
    ///
    /// # Errors
    /// The credential is of no use: no other call would go better.
    pub(super) async fn ask<T>(
        &mut self,
        what: String,
        lists: bool,
        call: impl AsyncFn(&Connection) -> Result<T, CallError>,
    ) -> Result<Answer<T>, CallError> {
        let mut attempt = 1;
        loop {
            let before = self.sent();
            let result = call(self.connection).await;
            let requests = self.sent() - before;
            self.made.push(Made {
                what: what.clone(),
                requests,
                error: result.as_ref().err().cloned(),
                lists,
            });
            self.reached |= result.is_ok();
            let Err(error) = &result else {
                return Ok(Answer { result, requests });
            };
            if error.kind() == Some(&ErrorKind::Unauthenticated) {
                return Err(error.clone());
            }
            match decide(error, attempt, self.reached, &self.patience) {
                Verdict::Again(wait) => tokio::time::sleep(wait).await,
                _ => return Ok(Answer { result, requests }),
            }
            attempt += 1;
        }
    }

    /// Makes one call of a listing.
    ///
    /// # Errors
    /// See [`Asker::ask`].
    pub(super) async fn list(
        &mut self,
        call: &Call,
        token: Option<&str>,
    ) -> Result<Answer<Page>, CallError> {
        let listing = async |connection: &Connection| {
            connection.list(now(), call, token, Manner::Waits).await
        };
        self.ask(name(call), true, listing).await
    }

    /// Remembers a call that was made beside these.
    pub(super) fn note(&mut self, what: &str, requests: u64, error: Option<&CallError>) {
        self.made.push(Made {
            what: what.to_owned(),
            requests,
            error: error.cloned(),
            lists: false,
        });
    }

    /// Requests sent so far.
    pub(super) fn sent(&self) -> u64 {
        self.connection.requests().values().sum()
    }
}

/// A listing's name for people, such as `the grants of team:t1`.
pub(super) fn name(call: &Call) -> String {
    match call {
        Call::Resources {
            resource_type,
            parent: None,
        } => format!("the list of {resource_type}"),
        Call::Resources {
            resource_type,
            parent: Some(parent),
        } => format!("the list of {resource_type} below {}", shown(&parent.id)),
        Call::Entitlements(of) => format!("the entitlements of {}", target(of)),
        Call::Grants(of) => format!("the grants of {}", target(of)),
    }
}

fn target(of: &ListingTarget) -> String {
    match of {
        ListingTarget::ResourceType(of) => of.clone(),
        ListingTarget::Resource(Reference { id, .. }) => shown(id),
    }
}

/// A resource's name for people: `type:id`.
pub(super) fn shown(id: &ResourceId) -> String {
    format!("{}:{}", id.resource_type, id.id)
}
