//! The requests of one change, and what became of them.
//!
//! A change first reads what decides, then sends its changing requests one after
//! the other. [`outcome`] runs it and says honestly how it ended:
//!
//! | what failed | before any step | after a step |
//! |---|---|---|
//! | a read, or a request that was refused | error | `partial` |
//! | a changing request that got no answer, 5xx or an unreadable one | `unknown` | `unknown` |
//!
//! A 4xx is a refusal, however it is written; 408 and 425 are none.
//!
//! The code of a change is the same in mode `plan`: there the host answers a
//! changing request with the prediction that comes with it.

use serde_json::Value;

use crate::client::{Call, Client};
use crate::text;
use crate::transport::Transport;
use crate::wit::changes::{Completion, Effect, Outcome, SecretValue};
use crate::wit::faults::{Delivery, Error, ErrorKind};
use crate::wit::model::{Grant, Resource, ResourceId};

/// Why a change does not go on.
#[derive(Debug, Clone, PartialEq)]
pub enum Stop {
    /// What was asked for last did not happen.
    Refused(Error),
    /// The last changing request may have taken effect.
    Unanswered(Error),
}

/// Reading failed: nothing was changed by it.
impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// A change on its way: sends requests, and keeps what they did.
#[derive(Debug)]
pub struct Steps<'a, T> {
    client: &'a Client<'a, T>,
    done: Outcome,
}

/// Runs a change.
///
/// # Errors
/// The change's own, if nothing was changed.
pub fn outcome<'a, T: Transport>(
    client: &'a Client<'a, T>,
    change: impl FnOnce(&mut Steps<'a, T>) -> Result<Completion, Stop>,
) -> Result<Outcome, Error> {
    let mut steps = Steps {
        client,
        done: nothing(),
    };
    let completion = match change(&mut steps) {
        Ok(completion) => completion,
        Err(Stop::Unanswered(error)) => Completion::Unknown(error),
        Err(Stop::Refused(error)) if steps.done.effects.is_empty() => return Err(error),
        Err(Stop::Refused(error)) => Completion::Partial(error),
    };
    Ok(Outcome {
        completion,
        ..steps.done
    })
}

/// Nothing was to be done, for this reason.
#[must_use]
pub fn no_op(reason: &str) -> Completion {
    Completion::NoOp(text::description(reason))
}

fn nothing() -> Outcome {
    Outcome {
        completion: Completion::Complete,
        effects: Vec::new(),
        resources: Vec::new(),
        held: Vec::new(),
        replaced: Vec::new(),
        remaining: Vec::new(),
        consequences: Vec::new(),
        secrets: Vec::new(),
        request_ids: Vec::new(),
        notes: Vec::new(),
    }
}

impl<T: Transport> Steps<'_, T> {
    /// Whether nothing is really changed.
    #[must_use]
    pub fn plan(&self) -> bool {
        self.client.plan
    }

    /// Reads.
    ///
    /// # Errors
    /// See [`Client::send`].
    pub fn read(&self, call: &Call) -> Result<Value, Error> {
        self.client.send(call)
    }

    /// Reads what may not exist.
    ///
    /// # Errors
    /// See [`Client::send`], but for `not-found`.
    pub fn find(&self, call: &Call) -> Result<Option<Value>, Error> {
        match self.client.send(call) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends a changing request. Once it has succeeded, what it did is to be told
    /// by [`Steps::did`].
    ///
    /// # Errors
    /// Whether it may have taken effect is told.
    pub fn send(&mut self, call: &Call) -> Result<Value, Stop> {
        let answered = self.client.exchange(call).map_err(stop)?;
        self.done.request_ids.extend(answered.request_id);
        Ok(answered.body)
    }

    /// The same, of what may be gone already: then None.
    ///
    /// # Errors
    /// See [`Steps::send`].
    pub fn remove(&mut self, call: &Call) -> Result<Option<Value>, Stop> {
        match self.send(call) {
            Ok(answer) => Ok(Some(answer)),
            Err(Stop::Refused(error)) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(stop) => Err(stop),
        }
    }

    /// Tells what a changing request did, in a sentence such as `removed ada from
    /// project alpha`.
    pub fn did(&mut self, summary: &str, on: &ResourceId) {
        self.done.effects.push(Effect {
            summary: text::description(summary),
            on: on.clone(),
        });
    }

    /// Tells a grant that holds now because of it.
    pub fn held(&mut self, grant: Grant) {
        self.done.held.push(grant);
    }

    /// Tells a grant that held and does not any more.
    pub fn replaced(&mut self, grant: Grant) {
        self.done.replaced.push(grant);
    }

    /// Tells a grant that stays although another one ends.
    pub fn remaining(&mut self, grant: Grant) {
        self.done.remaining.push(grant);
    }

    /// Tells a resource that was made or changed.
    pub fn resource(&mut self, resource: Resource) {
        self.done.resources.push(resource);
    }

    /// Tells a value that is shown once.
    pub fn secret(&mut self, of: &ResourceId, value: &str) {
        self.done.secrets.push(SecretValue {
            of: of.clone(),
            value: value.to_owned(),
        });
    }

    /// Tells what else follows from it.
    pub fn consequence(&mut self, sentence: &str) {
        self.done.consequences.push(text::description(sentence));
    }
}

fn stop(error: Error) -> Stop {
    let refused = error.http_status.is_some_and(|it| (400..500).contains(&it));
    match (error.delivery, &error.kind) {
        (Delivery::Answered, ErrorKind::UnreadableResponse) if refused => Stop::Refused(error),
        (Delivery::MayHaveArrived, _)
        | (Delivery::Answered, ErrorKind::Unavailable | ErrorKind::UnreadableResponse) => {
            Stop::Unanswered(error)
        }
        _ => Stop::Refused(error),
    }
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;
