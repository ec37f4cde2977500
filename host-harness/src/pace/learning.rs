//! What can be learnt of a limit that nobody tells, from what was let through.
//! Pure: the time is passed in.
//!
//! | it happens | then the rate |
//! |---|---|
//! | refused, and let through again after a wait | is what was let through before, in the time from its first request to the end of the wait; in a second, a minute or an hour if that is possible, since limits are counted so |
//! | refused soon after that | halves, and so does what may go out at once |
//! | refused later | falls by a sixth |
//! | refused after it was raised | is what it was before, and is raised after twice the time |
//! | five times the rate let through without a refusal | is raised by a tenth |

use std::time::{Duration, Instant};

use super::log::{Log, REMEMBERED};
use super::rate::Rate;

/// What is older tells nothing of a limit.
const HORIZON: Duration = Duration::from_secs(120);

/// The lengths that services count in.
const USUAL: [Duration; 3] = [
    Duration::from_secs(3_600),
    Duration::from_secs(60),
    Duration::from_secs(1),
];

/// No rate that is learnt is slower than one request in this time.
const SLOWEST: Duration = Duration::from_secs(120);

/// After how many windows without a refusal more is tried, at first and at most.
const PATIENCE: (u32, u32) = (5, 320);

/// What is learnt of one route.
#[derive(Debug)]
pub(super) struct Learning {
    rate: Option<Learnt>,
    /// Windows without a refusal before more is tried.
    patience: u32,
}

#[derive(Debug, Clone, Copy)]
struct Learnt {
    rate: Rate,
    since: Instant,
    /// Let through since then.
    clean: u32,
    /// What it was before it was raised.
    raised_from: Option<Rate>,
}

/// A time in which nothing was let through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drought {
    /// The first refusal.
    pub(super) from: Instant,
    /// The last refusal.
    pub(super) last: Instant,
    /// The request that was let through again.
    pub(super) to: Instant,
}

impl Default for Learning {
    fn default() -> Self {
        Self {
            rate: None,
            patience: PATIENCE.0,
        }
    }
}

impl Learning {
    pub(super) fn rate(&self) -> Option<Rate> {
        self.rate.map(|it| it.rate)
    }

    fn set(&mut self, rate: Rate, raised_from: Option<Rate>, now: Instant) {
        self.rate = Some(Learnt {
            rate,
            since: now,
            clean: 0,
            raised_from,
        });
    }

    /// Heeds a refusal of a request that was sent then.
    pub(super) fn refused(&mut self, sent: Instant, now: Instant) {
        let Some(learnt) = self.rate.filter(|it| sent >= it.since) else {
            return;
        };
        let rate = match learnt.raised_from {
            Some(before) => {
                self.patience = (self.patience * 2).min(PATIENCE.1);
                before
            }
            None if learnt.clean < learnt.rate.requests => halved(learnt.rate),
            None => slower(learnt.rate, 1.2),
        };
        self.set(rate, None, now);
    }

    /// Learns from a time in which nothing was let through, unless something is
    /// known already.
    pub(super) fn survived(&mut self, drought: Drought, log: &Log) {
        let Drought { from, last, to } = drought;
        let since = from.checked_sub(HORIZON).unwrap_or(from);
        let Some((count, first)) = log.admitted(since, from) else {
            return;
        };
        if self.rate.is_none() {
            let rate = estimate(count, last - first, to - first);
            self.set(rate, None, to);
        }
    }

    /// Notes a request that was let through.
    pub(super) fn admitted(&mut self, now: Instant) {
        let Some(learnt) = &mut self.rate else {
            return;
        };
        learnt.clean += 1;
        if learnt.clean >= self.patience.saturating_mul(learnt.rate.requests) {
            let before = learnt.rate;
            self.set(slower(before, 1.0 / 1.1), Some(before), now);
        }
    }
}

/// The rate at which `count` requests were let through: in more than `least` and
/// in `most` at the most.
fn estimate(count: u32, least: Duration, most: Duration) -> Rate {
    let usual = USUAL.iter().find(|it| (least..=most).contains(*it));
    let rate = Rate {
        requests: count,
        within: usual.copied().unwrap_or(most),
    };
    match usual {
        Some(_) => rate,
        None => even(rate),
    }
}

/// The same rate over half a second, or over what one request takes: a guess
/// should neither stop a route for long nor send much at once.
fn even(rate: Rate) -> Rate {
    let interval = rate.interval().clamp(Duration::from_micros(1), SLOWEST);
    let requests = (0.5 / interval.as_secs_f64()).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and 1,000"
    )]
    let requests = requests.clamp(1.0, f64::from(REMEMBERED)) as u32;
    Rate {
        requests,
        within: interval * requests,
    }
}

/// Half the rate, and half of what may go out at once.
fn halved(rate: Rate) -> Rate {
    match rate.requests {
        0 | 1 => slower(rate, 2.0),
        requests => Rate {
            requests: requests / 2,
            ..rate
        },
    }
}

fn slower(rate: Rate, times: f64) -> Rate {
    let within = rate.within.mul_f64(times);
    Rate {
        within: within.min(SLOWEST * rate.requests.max(1)),
        ..rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(requests: u32, milliseconds: u64) -> Rate {
        let within = Duration::from_millis(milliseconds);
        Rate { requests, within }
    }

    #[test]
    fn a_rate_is_estimated_from_what_was_let_through() {
        for (count, least, most, expected) in [
            (10, 60, 1_060, rate(10, 1_000)),
            (10, 550, 1_550, rate(10, 1_000)),
            (10, 36_000, 68_000, rate(10, 60_000)),
            (7, 200, 60_200, rate(7, 60_000)),
            (300, 30_000, 31_500, rate(5, 525)),
            (1, 10, 500, rate(1, 500)),
            (1, 1_100, 6_000, rate(1, 6_000)),
            (1, 3_700_000, 9_999_999, rate(1, 120_000)),
        ] {
            let told = estimate(
                count,
                Duration::from_millis(least),
                Duration::from_millis(most),
            );
            assert_eq!(told, expected, "{count} in {least} to {most} ms");
        }
    }

    #[test]
    fn a_rate_falls_when_it_is_refused_and_comes_back_with_care() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut learning = Learning::default();
        learning.refused(at(0), at(0));
        assert_eq!(learning.rate(), None, "nothing is known of it yet");
        learning.set(rate(10, 1_000), None, at(1));
        learning.refused(at(0), at(1));
        assert_eq!(
            learning.rate(),
            Some(rate(10, 1_000)),
            "sent before it was known"
        );
        learning.refused(at(2), at(2));
        assert_eq!(learning.rate(), Some(rate(5, 1_000)), "refused soon");
        (0..25).for_each(|_| learning.admitted(at(3)));
        let raised = learning.rate().unwrap();
        assert!(raised.within < Duration::from_millis(950), "{raised:?}");
        learning.refused(at(4), at(4));
        assert_eq!(
            learning.rate(),
            Some(rate(5, 1_000)),
            "as before it was raised"
        );
        (0..25).for_each(|_| learning.admitted(at(5)));
        assert_eq!(learning.rate(), Some(rate(5, 1_000)), "twice the patience");
        learning.refused(at(6), at(6));
        assert_eq!(learning.rate(), Some(rate(5, 1_200)), "refused late");
    }

    #[test]
    fn no_rate_that_is_learnt_stops_a_route() {
        let now = Instant::now();
        let mut learning = Learning::default();
        learning.set(rate(1, 1_000), None, now);
        (0..100).for_each(|_| learning.refused(now, now));
        assert_eq!(learning.rate(), Some(rate(1, 120_000)));
    }
}
