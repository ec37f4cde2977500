//! What a sync tells while it runs.

use std::collections::BTreeMap;
use std::time::Duration;

use governance_contract::connector::Page;

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
    /// Something was read.
    fn progress(&mut self, progress: &Progress);

    /// A call that failed waits before it is made again.
    fn waiting(&mut self, wait: Duration, reason: &str);

    /// A route is not free: told once for each pause of it, and once for each
    /// that is slowed.
    fn held_back(&mut self, held: &HeldBack);
}
