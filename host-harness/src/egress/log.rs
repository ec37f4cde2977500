//! What the host notes of one call's requests: wasi:http's error codes carry no
//! text, so the operator's explanation is kept here and joined to the error.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governance_contract::manifest::Effect;
use wasmtime_wasi_http::Error;

use super::client::Failure;
use super::plan::Step;
use super::tape;
use crate::limits::{Bound, Limit, Limits};
use crate::pace::{HeldBack, Manner, Pass};
use crate::policy::origin::Origin;
use crate::policy::{Refusal, Route};
use crate::recording::recorder::Heard;

/// Requests of one call, and what kept one from going out.
#[derive(Debug)]
pub(crate) struct CallLog {
    notes: Mutex<Notes>,
    begun: Instant,
    /// The call ends rather than wait for a route.
    yields: bool,
    /// For its first request.
    pass: Mutex<Option<Pass>>,
}

impl Default for CallLog {
    fn default() -> Self {
        Self::new(Manner::Waits)
    }
}

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
    /// What is to be recorded, in order.
    pub(crate) heard: Vec<Heard>,
}

/// Why a request brought no answer, as the host knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The host did not send it.
    Refused(Refusal),
    /// The host did not send it yet: its route is not free.
    HeldBack(HeldBack),
    /// The network did not carry it, or the answer was too much.
    Failed {
        /// What happened, for people.
        text: String,
        /// The limit that ended it, if one did.
        bound: Option<Bound>,
    },
}

impl Trouble {
    /// What the operator can do, as far as the host knows.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Refused(refusal) => Some(refusal.hint()),
            Self::HeldBack(_) => None,
            Self::Failed { bound, .. } => bound.map(|bound| bound.hint()),
        }
    }
}

impl CallLog {
    pub(crate) fn new(manner: Manner) -> Self {
        let (yields, pass) = match manner {
            Manner::Waits => (false, None),
            Manner::Yields(pass) => (true, pass),
        };
        Self {
            notes: Mutex::default(),
            begun: Instant::now(),
            yields,
            pass: Mutex::new(pass),
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request that the component asks for.
    pub(crate) fn count(&self, bound: Bound) -> Result<(), Refusal> {
        let mut notes = self.notes();
        notes.asked += 1;
        match u64::from(notes.asked) <= bound.count() {
            true => Ok(()),
            false => Err(Refusal::Requests { bound }),
        }
    }

    /// The pass that the call came with, if it is one for this route.
    pub(crate) fn pass(&self, route: &Route) -> Option<Pass> {
        let mut pass = self.pass.lock().unwrap_or_else(PoisonError::into_inner);
        pass.take_if(|it| it.route == route.id)
    }

    /// How long a request may wait for its route in a call that may take `time`:
    /// a quarter of that is for the answer. None: the call ends rather than wait.
    /// One that has sent something waits, since it would begin anew for ever.
    pub(crate) fn patience(&self, time: Duration) -> Option<Duration> {
        let waits = !self.yields || !self.notes().routes.is_empty();
        waits.then(|| (time * 3 / 4).saturating_sub(self.begun.elapsed()))
    }

    /// Notes a request that is held back; the answer is what the component is
    /// told.
    pub(crate) fn hold_back(&self, held: HeldBack) -> Error {
        let mut notes = self.notes();
        notes.asked = notes.asked.saturating_sub(1);
        notes.trouble = Some(Trouble::HeldBack(held));
        Error::ConnectionLimitReached
    }

    /// Notes a request that goes out.
    pub(crate) fn sent(&self, route: &Route) {
        let mut notes = self.notes();
        notes.routes.push(route.id.clone());
        notes.may_have_changed += u32::from(route.effect() == Effect::Change);
    }

    /// Keeps what is to be recorded when the call has ended.
    pub(crate) fn heard(&self, heard: Heard) {
        self.notes().heard.push(heard);
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
        let told = tape::refused(&refusal);
        self.notes().trouble = Some(Trouble::Refused(refusal));
        told
    }

    /// Notes a failure on the way; the answer is what the component is told.
    pub(crate) fn fail(&self, failure: Failure, origin: &Origin) -> Error {
        match failure {
            Failure::Refused(refusal) => self.refuse(refusal),
            Failure::Network {
                told, text, bound, ..
            } => {
                self.failed(&origin.to_string(), &text, bound);
                told
            }
        }
    }

    /// Notes why an answer's body ended early: `wasmtime-wasi-http` 48 tells a
    /// component no code for that.
    pub(crate) fn broke_off(&self, error: &Error, origin: &str, limits: &Limits) {
        let (text, limit) = match error {
            Error::HttpResponseBodySize(_) => {
                ("the body is too large".into(), Some(Limit::ResponseBody))
            }
            Error::ConnectionReadTimeout => (
                "nothing more of the body came".into(),
                Some(Limit::BetweenBytesTime),
            ),
            Error::HttpResponseIncomplete => ("the body broke off".into(), None),
            other => (other.to_string(), None),
        };
        self.failed(origin, &text, limit.map(|limit| limits.bound(limit)));
    }

    fn failed(&self, origin: &str, text: &str, bound: Option<Bound>) {
        let reached = bound.map(|bound| format!(" ({bound})")).unwrap_or_default();
        let text = format!("{origin}: {text}{reached}");
        self.notes().trouble = Some(Trouble::Failed { text, bound });
    }

    /// Takes out what was noted.
    pub(crate) fn take(&self) -> Notes {
        std::mem::take(&mut self.notes())
    }
}
