//! What a sync tells while it runs.

use std::collections::BTreeMap;
use std::time::Duration;

use governance_contract::connector::Page;
use governance_store::Resumed;

use super::checkpoint::Beginning;
use crate::pace::HeldBack;

/// How far a sync is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Resources read so far, by type. One that comes twice counts twice.
    pub resources: BTreeMap<String, u64>,
    /// Grants read so far.
    pub grants: u64,
    /// Gaps so far.
    pub gaps: u64,
    /// Pages read so far.
    pub pages: u64,
    /// How many of them were there already when an interrupted sync was resumed.
    pub earlier: u64,
    /// Calls under way or to be made, as far as is known.
    pub open: usize,
    /// Of these, those that wait for a route.
    pub waiting: Vec<Waiting>,
}

/// Calls that wait for a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub calls: usize,
    /// The route, and why it is not free.
    pub held: HeldBack,
}

impl Progress {
    /// That of an interrupted sync.
    pub(super) fn of(resumed: &Resumed) -> Self {
        Self {
            resources: resumed.resources.clone(),
            grants: resumed.grants,
            gaps: resumed.gaps,
            pages: resumed.done,
            earlier: resumed.done,
            open: 0,
            waiting: Vec::new(),
        }
    }

    /// Whether anything was read since the process began.
    pub(super) fn has_reached(&self) -> bool {
        self.pages > self.earlier
    }

    pub(super) fn add(&mut self, page: &Page) {
        for resource in &page.resources {
            *self
                .resources
                .entry(resource.id.resource_type.clone())
                .or_default() += 1;
        }
        self.grants += page.grants.len() as u64;
        self.gaps += page.gaps.len() as u64;
        self.pages += 1;
    }
}

/// Is told how a sync goes.
pub trait Observer: Send {
    /// It is decided whether an interrupted sync is gone on with.
    fn begins(&mut self, _: &Beginning) {}

    /// Something was read.
    fn progress(&mut self, progress: &Progress);

    /// A call that failed waits before it is made again.
    fn waiting(&mut self, wait: Duration, reason: &str);

    /// A route is not free: told once for each pause of it, and once for each
    /// that is slowed.
    fn held_back(&mut self, held: &HeldBack);

    /// The sync was asked to end early: so many calls may still end within this
    /// time.
    fn stopping(&mut self, _calls: usize, _grace: Duration) {}
}
