//! What all routes share: the truth, and how this instance answers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::api::authentication::Keys;
use crate::clock::Clock;
use crate::organization::Organization;
use crate::quirks::Quirks;
use crate::random::Random;
use crate::requests::RequestCounts;
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
    seed: u64,
    answered: AtomicU64,
}

impl World {
    pub(crate) fn new(options: Options) -> Result<Self, Error> {
        let clock = Clock::new(options.clock_stands_at);
        let template = options.organization;
        let organization = template.build(options.users, options.seed, clock.now())?;
        let omissions = options.quirks.omissions.and(template.omissions());
        Ok(Self {
            organization: Mutex::new(organization),
            clock,
            quirks: Quirks {
                omissions,
                ..options.quirks
            },
            keys: Keys::new(options.admin_key, options.accept_any_key, options.seed)?,
            latency: options.latency,
            requests: RequestCounts::default(),
            seed: options.seed,
            answered: AtomicU64::new(0),
        })
    }

    /// The truth, locked. No rule leaves it half changed, so that a panic of
    /// somebody who held it does no harm.
    pub(crate) fn organization(&self) -> MutexGuard<'_, Organization> {
        self.organization
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A new id for `x-request-id`.
    pub(crate) fn request_id(&self) -> String {
        let count = self.answered.fetch_add(1, Ordering::Relaxed);
        let tail = Random::new(self.seed.rotate_left(32) ^ count).number();
        format!("req_{tail:016x}{count:016x}")
    }
}
