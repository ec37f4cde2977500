//! How often each route of a connection may be asked: one limiter for all of its
//! instances.
//!
//! What is known of a route comes from `harness.toml` ([`rate`]), from the headers
//! of answers (`header`), from the wait that a connector reads out of a body, and
//! from what was let through (`learning`). `lane` decides by it whether a request
//! may go out; here is what connects that to the clock and to those who wait. A
//! route that refuses is paused for everybody, and no other route is.

mod header;
mod lane;
mod learning;
mod log;
pub mod rate;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use tokio::sync::Notify;

use crate::clock;
use lane::{Heard, Held, Lane};
use rate::Rate;

/// Who says that there is a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The operator, in `harness.toml`.
    Configured,
    /// The service, in headers.
    Advertised,
    /// Nobody: what was let through shows it.
    Learnt,
}

impl Source {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Configured => "configured",
            Self::Advertised => "advertised",
            Self::Learnt => "learnt",
        }
    }
}

/// A limit that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The route's id.
    pub route: String,
    /// The limit.
    pub rate: Rate,
    /// Who says so.
    pub source: Source,
}

/// Why a request has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The service asks for it.
    Told,
    /// The service refuses more, and does not say until when.
    NotTold,
    /// As many went out as may.
    Limit(Source, Rate),
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told => out.write_str("the service asks for it"),
            Self::NotTold => out.write_str("the service refuses more, and does not say until when"),
            Self::Limit(source, rate) => write!(out, "its limit is {rate}, {}", source.name()),
        }
    }
}

/// A request that was not sent, since its route is not free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// The route's id.
    pub route: String,
    /// When it was.
    pub at: Instant,
    /// Until when; none: until others are answered.
    pub until: Option<Instant>,
    /// Why.
    pub why: Why,
    /// Which pause of the route it is, counted from 1, if it is one.
    pub pause: Option<u64>,
}

impl HeldBack {
    /// How long it is to go on, as far as is known.
    pub fn wait(&self, now: Instant) -> Duration {
        let until = self.until.unwrap_or(now);
        until.saturating_duration_since(now)
    }
}

impl fmt::Display for HeldBack {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (route, wait) = (&self.route, self.wait(self.at).as_secs_f64());
        write!(
            out,
            "the route `{route}` is not free for {wait:.1} s: {}",
            self.why
        )
    }
}

/// How a call goes about a route that is not free.
#[derive(Debug)]
pub(crate) enum Manner {
    /// It waits, as long as a call may take.
    Waits,
    /// It ends, so that nothing is held meanwhile. With a pass, its first request
    /// need not wait.
    Yields(Option<Pass>),
}

/// The limiter of one connection.
#[derive(Debug, Default)]
pub struct Pace {
    lanes: Mutex<BTreeMap<String, Lane>>,
    /// Something was answered.
    answered: Notify,
}

impl Pace {
    /// With these limits, by route.
    pub(crate) fn new(configured: &BTreeMap<String, Rate>) -> Self {
        let lanes = configured
            .iter()
            .map(|(route, rate)| (route.clone(), Lane::configured(Some(*rate))));
        Self {
            lanes: Mutex::new(lanes.collect()),
            answered: Notify::new(),
        }
    }

    fn lanes(&self) -> MutexGuard<'_, BTreeMap<String, Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The limits that are known.
    pub fn known(&self) -> Vec<Known> {
        let lanes = self.lanes();
        let known = lanes.iter().flat_map(|(route, lane)| {
            lane.known().map(|(source, rate)| Known {
                route: route.clone(),
                rate,
                source,
            })
        });
        known.collect()
    }

    /// Leave for one request on a route now.
    ///
    /// # Errors
    /// The route is not free.
    pub(crate) fn take(self: &Arc<Self>, route: &str) -> Result<Pass, HeldBack> {
        let now = Instant::now();
        let mut lanes = self.lanes();
        let lane = lanes.entry(route.to_owned()).or_default();
        if let Some(Held { until, why, pause }) = lane.held(now) {
            return Err(HeldBack {
                route: route.to_owned(),
                at: now,
                until,
                why,
                pause,
            });
        }
        Ok(Pass {
            pace: self.clone(),
            route: route.to_owned(),
            number: Some(lane.send(now)),
            is_sent: false,
        })
    }

    /// Leave for one request, as soon as there is one.
    ///
    /// # Errors
    /// It would take longer than this.
    pub(crate) async fn wait(
        self: &Arc<Self>,
        route: &str,
        longest: Duration,
    ) -> Result<Pass, HeldBack> {
        let end = Instant::now() + longest;
        loop {
            let answered = self.answered.notified();
            let held = match self.take(route) {
                Ok(pass) => return Ok(pass),
                Err(held) => held,
            };
            let now = Instant::now();
            if now >= end || held.until.is_some_and(|until| until > end) {
                return Err(held);
            }
            let until = held.until.unwrap_or(end).into();
            // An answer may free the route sooner, or tell of another wait.
            let _ = tokio::time::timeout_at(until, answered).await;
        }
    }

    /// Heeds a wait that a connector tells of.
    pub(crate) fn told(&self, route: &str, wait: Option<Duration>) {
        let mut lanes = self.lanes();
        let lane = lanes.entry(route.to_owned()).or_default();
        lane.told(wait, Instant::now());
    }

    fn with(&self, route: &str, change: impl FnOnce(&mut Lane)) {
        if let Some(lane) = self.lanes().get_mut(route) {
            change(lane);
        }
        self.answered.notify_waiters();
    }
}

/// Leave for one request. It ends with the answer; one that is not used is given
/// back.
#[derive(Debug)]
pub(crate) struct Pass {
    pace: Arc<Pace>,
    pub(crate) route: String,
    /// None once it has ended.
    number: Option<u64>,
    is_sent: bool,
}

impl Pass {
    /// The request leaves.
    pub(crate) fn leaves(&mut self) {
        self.is_sent = true;
        if let Some(number) = self.number {
            let now = Instant::now();
            self.pace.with(&self.route, |lane| lane.leaves(number, now));
        }
    }

    /// The answer came.
    pub(crate) fn answered(mut self, status: StatusCode, headers: &http::HeaderMap) {
        let heard = match status {
            StatusCode::TOO_MANY_REQUESTS => Heard::Refused(header::asked(headers, clock::now())),
            _ => Heard::Admitted,
        };
        self.end(heard, header::advertised(headers));
    }

    fn end(&mut self, heard: Heard, advertised: Option<header::Advertised>) {
        if let Some(number) = self.number.take() {
            let now = Instant::now();
            self.pace.with(&self.route, |lane| {
                lane.heard(number, now, heard, advertised)
            });
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        match self.number {
            Some(_) if self.is_sent => self.end(Heard::Lost, None),
            Some(number) => self.pace.with(&self.route, |lane| lane.withdraw(number)),
            None => {}
        }
    }
}
