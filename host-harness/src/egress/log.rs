//! What the host notes of one call's requests: wasi:http's error codes carry no
//! text, so the operator's explanation is kept here and joined to the error.

use std::sync::{Mutex, MutexGuard, PoisonError};

use governance_contract::manifest::Effect;
use wasmtime_wasi_http::Error;

use super::client::Failure;
use super::plan::Step;
use crate::policy::{Refusal, Route};

/// Requests of one call, and what kept one from going out.
#[derive(Debug, Default)]
pub(crate) struct CallLog(Mutex<Notes>);

/// What was noted of a call.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Requests that the component asked for.
    pub(crate) asked: u32,
    /// The ids of the routes that requests went out on.
    pub(crate) routes: Vec<String>,
    /// The last trouble.
    pub(crate) trouble: Option<Trouble>,
    /// Changing requests that were planned, in order.
    pub(crate) steps: Vec<Step>,
    /// What follows the last step cannot be told.
    pub(crate) open_ended: bool,
    /// Changing requests that left and were not refused by the service.
    pub(crate) may_have_changed: u32,
}

/// Why a request brought no answer, as the host knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The host did not send it.
    Refused(Refusal),
    /// The network did not carry it; what happened, for people.
    Failed(String),
}

impl CallLog {
    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request that the component asks for.
    pub(crate) fn count(&self, limit: u32) -> Result<(), Refusal> {
        let mut notes = self.notes();
        notes.asked += 1;
        match notes.asked <= limit {
            true => Ok(()),
            false => Err(Refusal::Requests { limit }),
        }
    }

    /// Notes a request that goes out.
    pub(crate) fn sent(&self, route: &Route) {
        let mut notes = self.notes();
        notes.routes.push(route.id.clone());
        notes.may_have_changed += u32::from(route.effect() == Effect::Change);
    }

    /// Notes that nothing came of a changing request: it did not leave, or the
    /// service refused it.
    pub(crate) fn declined(&self) {
        let mut notes = self.notes();
        notes.may_have_changed = notes.may_have_changed.saturating_sub(1);
    }

    /// Notes a changing request of a plan, unless it depends on what could not
    /// be told.
    pub(crate) fn planned(&self, step: Step, predicted: bool) -> Result<(), Refusal> {
        let mut notes = self.notes();
        let unpredicted = Refusal::Unpredicted {
            route: step.route.clone(),
        };
        if notes.open_ended {
            return Err(unpredicted);
        }
        notes.steps.push(step);
        notes.open_ended = !predicted;
        match predicted {
            true => Ok(()),
            false => Err(unpredicted),
        }
    }

    /// Notes a refusal; the answer is what the component is told.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Error {
        let told = match &refusal {
            Refusal::Address { .. } => Error::DestinationIpProhibited,
            _ => Error::HttpRequestDenied,
        };
        self.notes().trouble = Some(Trouble::Refused(refusal));
        told
    }

    /// Notes a failure on the way; the answer is what the component is told.
    pub(crate) fn fail(&self, failure: Failure, origin: &str) -> Error {
        let (told, trouble) = match failure {
            Failure::Refused(refusal) => return self.refuse(refusal),
            Failure::Network { told, text, .. } => (told, format!("{origin}: {text}")),
        };
        self.notes().trouble = Some(Trouble::Failed(trouble));
        told
    }

    /// Notes why an answer's body ended early: `wasmtime-wasi-http` 48 tells a
    /// component no code for that.
    pub(crate) fn broke_off(&self, error: &Error, origin: &str) {
        let text = match error {
            Error::HttpResponseBodySize(_) => "the body exceeds the limit `response_body`".into(),
            Error::ConnectionReadTimeout => {
                "nothing of the body came within the limit `between_bytes_time`".into()
            }
            Error::HttpResponseIncomplete => "the body broke off".into(),
            other => other.to_string(),
        };
        self.notes().trouble = Some(Trouble::Failed(format!("{origin}: {text}")));
    }

    /// Takes out what was noted.
    pub(crate) fn take(&self) -> Notes {
        std::mem::take(&mut self.notes())
    }
}
