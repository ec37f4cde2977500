//! The organization's own clock. Invitations expire by it, so that a test can
//! let a week pass without waiting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds of an hour and of a day.
pub(crate) const HOUR: u64 = 60 * 60;
pub(crate) const DAY: u64 = 24 * HOUR;

/// The time that many days before `now`; the epoch at the earliest.
pub(crate) fn days_before(now: u64, days: u64) -> u64 {
    now.saturating_sub(days * DAY)
}

/// Runs with the machine, or stands still; either way it can be moved forward.
#[derive(Debug)]
pub(crate) struct Clock {
    stands_at: Option<u64>,
    moved_by: AtomicU64,
}

impl Clock {
    /// A clock that stands at `stands_at` (Unix seconds), or runs with the
    /// machine's clock when that is `None`.
    pub(crate) fn new(stands_at: Option<u64>) -> Self {
        let moved_by = AtomicU64::new(0);
        Self {
            stands_at,
            moved_by,
        }
    }

    /// Unix seconds.
    pub(crate) fn now(&self) -> u64 {
        self.stands_at
            .unwrap_or_else(machine_time)
            .saturating_add(self.moved_by.load(Ordering::Relaxed))
    }

    /// Unix milliseconds, by the same clock.
    pub(crate) fn milliseconds(&self) -> u64 {
        let stands_at = self.stands_at.map(Duration::from_secs);
        let moved_by = Duration::from_secs(self.moved_by.load(Ordering::Relaxed));
        let now = stands_at.unwrap_or_else(since_the_epoch);
        now.saturating_add(moved_by).as_millis() as u64
    }

    /// Moves the clock forward, by whole seconds.
    pub(crate) fn advance(&self, by: Duration) {
        let add = |moved: u64| Some(moved.saturating_add(by.as_secs()));
        // The closure always answers `Some`, so that the update cannot fail.
        let _ = self
            .moved_by
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

fn machine_time() -> u64 {
    since_the_epoch().as_secs()
}

fn since_the_epoch() -> Duration {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_clock_moves_only_when_it_is_told() {
        let clock = Clock::new(Some(1_000));
        assert_eq!(clock.now(), 1_000);
        clock.advance(Duration::from_secs(DAY));
        assert_eq!(clock.now(), 1_000 + DAY);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), u64::MAX);
    }

    #[test]
    fn a_running_clock_shows_the_machines_time() {
        assert!(Clock::new(None).now().abs_diff(machine_time()) <= 1);
    }
}
