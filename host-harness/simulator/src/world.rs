//! What all routes share: the truth, and how this instance answers.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::api::authentication::Keys;
use crate::clock::Clock;
use crate::faults::{Fault, Faults};
use crate::limits::Limiter;
use crate::organization::{Organization, Project, Reason, Refusal};
use crate::quirks::Quirks;
use crate::random::Random;
use crate::requests::RequestCounts;
use crate::templates::Size;
use crate::{Error, Options};

/// One simulated organization with everything around it.
#[derive(Debug)]
pub(crate) struct World {
    organization: Mutex<Organization>,
    pub(crate) clock: Clock,
    pub(crate) quirks: Quirks,
    pub(crate) keys: Keys,
    pub(crate) latency: Duration,
    pub(crate) requests: RequestCounts,
    pub(crate) limiter: Limiter,
    pub(crate) faults: Faults,
    pub(crate) seed: u64,
    /// Seconds until what is made can be seen.
    visible_after: u64,
    asked: AtomicU64,
    /// What happens to the next changing requests, the first one first.
    coming: Mutex<VecDeque<Option<Fault>>>,
    /// By route, how many rows its next answers tell, the first one first.
    short: Mutex<HashMap<String, VecDeque<usize>>>,
}

impl World {
    pub(crate) fn new(options: Options) -> Result<Self, Error> {
        let clock = Clock::new(options.clock_stands_at);
        let template = options.organization;
        let size = Size {
            users: options.users,
            projects: options.projects,
            grants: options.grants,
        };
        let organization = template.build(size, options.seed, clock.now())?;
        let omissions = options.quirks.omissions.and(template.omissions());
        let keys = Keys::new(options.admin_key, options.accept_any_key, options.seed)?;
        Ok(Self {
            organization: Mutex::new(organization),
            clock,
            quirks: Quirks {
                omissions,
                reading: template.reading(options.quirks.reading),
                ..options.quirks
            },
            keys: keys.and(options.restricted_key, options.seed)?,
            latency: options.latency,
            requests: RequestCounts::default(),
            limiter: Limiter::new(options.rate_limits),
            faults: options.faults,
            seed: options.seed,
            visible_after: options.visible_after.as_secs(),
            asked: AtomicU64::new(0),
            coming: Mutex::default(),
            short: Mutex::default(),
        })
    }

    /// The truth, locked. No rule leaves it half changed, so that a panic of
    /// somebody who held it does no harm.
    pub(crate) fn organization(&self) -> MutexGuard<'_, Organization> {
        self.organization
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The project, for a list that the spec does not close when it is archived.
    pub(crate) fn readable<'a>(
        &self,
        organization: &'a Organization,
        project: &str,
    ) -> Result<&'a Project, Refusal> {
        let project = organization.project(project)?;
        if !project.is_live() {
            let reason = Reason::Archived(project.id.clone());
            reason.unless_allowed(self.quirks.reading.archived_project)?;
        }
        Ok(project)
    }

    /// Whether what was made at that time can be seen by now.
    pub(crate) fn is_visible(&self, created_at: u64) -> bool {
        self.visible_after == 0 || created_at.saturating_add(self.visible_after) <= self.clock.now()
    }

    /// The number of a request, from 0 on.
    pub(crate) fn next_request(&self) -> u64 {
        self.asked.fetch_add(1, Ordering::Relaxed)
    }

    /// Says what happens to the next changing requests.
    pub(crate) fn spoil_changes(&self, faults: impl IntoIterator<Item = Option<Fault>>) {
        let mut coming = self.coming.lock().unwrap_or_else(PoisonError::into_inner);
        coming.extend(faults);
    }

    /// Says how many rows the next answers of a list tell.
    pub(crate) fn shorten(&self, route: &str, rows: impl IntoIterator<Item = usize>) {
        let mut short = self.short.lock().unwrap_or_else(PoisonError::into_inner);
        short.entry(route.to_owned()).or_default().extend(rows);
    }

    /// How many rows this answer of a list tells at most, if that was said.
    pub(crate) fn rows_told_by(&self, route: &str) -> Option<usize> {
        let mut short = self.short.lock().unwrap_or_else(PoisonError::into_inner);
        short.get_mut(route)?.pop_front()
    }

    /// What happens to the request of that number.
    pub(crate) fn fault(&self, number: u64, changes: bool) -> Option<Fault> {
        let told = changes.then(|| {
            let mut coming = self.coming.lock().unwrap_or_else(PoisonError::into_inner);
            coming.pop_front()
        });
        match told.flatten() {
            Some(fault) => fault,
            None => self.faults.of(self.seed, number),
        }
    }

    /// A new id for `x-request-id`.
    pub(crate) fn request_id(&self, number: u64) -> String {
        let tail = Random::new(self.seed.rotate_left(32) ^ number).number();
        format!("req_{tail:016x}{number:016x}")
    }
}
