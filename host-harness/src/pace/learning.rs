//! What can be learnt of a limit that nobody tells, from what was let through.
//! Pure: the time is passed in.
//!
//! | it happens | then the rate |
//! |---|---|
//! | refused, and let through again after a wait | is what was let through in the second, minute or hour before, if that explains when requests were refused and when not, since limits are counted so; else what was let through in all, from its first request to the end of the wait |
//! | refused later | falls by a sixth |
//! | refused soon after that | halves, and so does what may go out at once |
//! | refused after it was raised | is what it was before, and is raised after twice the time |
//! | twice the rate let through without a refusal | is raised by a tenth |

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
const PATIENCE: (u32, u32) = (2, 320);

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
    /// It was cut soon after it had been set.
    is_shaky: bool,
}

/// A time in which nothing was let through, but for requests that were overtaken by
/// those that were refused.
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

    fn set(&mut self, rate: Rate, now: Instant) {
        self.rate = Some(Learnt {
            rate,
            since: now,
            clean: 0,
            raised_from: None,
            is_shaky: false,
        });
    }

    /// Heeds a refusal of a request that was sent then.
    pub(super) fn refused(&mut self, sent: Instant, now: Instant) {
        let Some(learnt) = self.rate.filter(|it| sent >= it.since) else {
            return;
        };
        let is_soon = learnt.clean < learnt.rate.requests;
        let rate = match learnt.raised_from {
            Some(before) => {
                self.patience = (self.patience * 2).min(PATIENCE.1);
                before
            }
            None if is_soon && learnt.is_shaky => halved(learnt.rate),
            None => slower(learnt.rate, 1.2),
        };
        self.set(rate, now);
        if let Some(learnt) = &mut self.rate {
            learnt.is_shaky = is_soon;
        }
    }

    /// Learns from a time in which nothing was let through, unless something is
    /// known already.
    pub(super) fn survived(&mut self, drought: Drought, log: &Log) {
        if self.rate.is_some() {
            return;
        }
        let usual = USUAL
            .iter()
            .find_map(|within| drought.explained_by(*within, log));
        let since = before(drought.from, HORIZON);
        let counted = log.admitted(since, drought.to);
        let measured = counted.map(|(requests, first)| {
            let within = drought.to - first;
            even(Rate { requests, within })
        });
        if let Some(rate) = usual.or(measured) {
            self.set(rate, drought.to);
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
            self.set(slower(before, 1.0 / 1.1), now);
            if let Some(learnt) = &mut self.rate {
                learnt.raised_from = Some(before);
            }
        }
    }
}

impl Drought {
    /// The rate, if windows of this length explain when requests were refused and
    /// when not: the oldest of them left its window between the last refusal and
    /// the end. Some leeway, since only sending is known and not arriving.
    fn explained_by(&self, within: Duration, log: &Log) -> Option<Rate> {
        let (requests, oldest) = log.admitted(before(self.from, within), self.to)?;
        let left = oldest + within;
        let is_explained = self.last < left + within / 10 && left < self.to + within / 10;
        is_explained.then_some(Rate { requests, within })
    }
}

fn before(time: Instant, by: Duration) -> Instant {
    time.checked_sub(by).unwrap_or(time)
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
        let begun = Instant::now();
        let at = |milliseconds| begun + Duration::from_millis(milliseconds);
        // How many were let through, how far apart; refused from and until; let
        // through again.
        for (count, apart, from, last, to, expected) in [
            (10, 1, 60, 60, 1_060, rate(10, 1_000)),
            (10, 1, 50, 550, 1_550, rate(10, 1_000)),
            (10, 1, 50, 36_000, 68_000, rate(10, 60_000)),
            (7, 10, 100, 100, 60_100, rate(7, 60_000)),
            (15, 100, 1_500, 1_500, 2_000, rate(10, 1_000)),
            (300, 100, 30_000, 30_000, 30_500, rate(10, 1_000)),
            (7, 1, 10, 3_500, 7_500, rate(1, 1_071)),
            (1, 1, 10, 10, 500, rate(1, 500)),
        ] {
            let (mut log, mut learning) = (Log::default(), Learning::default());
            for sent in (0..count).map(|number| at(number * apart)) {
                let number = log.send(sent);
                log.ended(number, sent, true);
            }
            let (from, last, to) = (at(from), at(last), at(to));
            learning.survived(Drought { from, last, to }, &log);
            let told = learning.rate().unwrap();
            let told = rate(told.requests, told.within.as_millis().try_into().unwrap());
            assert_eq!(told, expected, "{count} every {apart} ms");
        }
    }

    #[test]
    fn requests_that_overtake_each_other_are_counted() {
        let begun = Instant::now();
        let at = |milliseconds| begun + Duration::from_millis(milliseconds);
        let (mut log, mut learning) = (Log::default(), Learning::default());
        // Sixteen at once: the service saw the first three last.
        let refused = [0, 1, 2, 13, 14, 15];
        for sent in 0..16 {
            let number = log.send(at(sent));
            log.ended(number, at(sent + 5), !refused.contains(&sent));
        }
        let trial = log.send(at(1_015));
        log.ended(trial, at(1_016), true);
        let (from, last, to) = (at(0), at(15), at(1_015));
        learning.survived(Drought { from, last, to }, &log);
        assert_eq!(learning.rate(), Some(rate(10, 1_000)));
    }

    #[test]
    fn a_rate_falls_when_it_is_refused_and_comes_back_with_care() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut learning = Learning::default();
        learning.refused(at(0), at(0));
        assert_eq!(learning.rate(), None, "nothing is known of it yet");
        learning.set(rate(10, 1_000), at(1));
        learning.refused(at(0), at(1));
        assert_eq!(
            learning.rate(),
            Some(rate(10, 1_000)),
            "sent before it was known"
        );
        learning.refused(at(2), at(2));
        assert_eq!(learning.rate(), Some(rate(10, 1_200)), "refused once");
        learning.refused(at(2), at(2));
        assert_eq!(learning.rate(), Some(rate(5, 1_200)), "refused soon");
        (0..10).for_each(|_| learning.admitted(at(3)));
        let raised = learning.rate().unwrap();
        assert!(raised.within < Duration::from_millis(1_150), "{raised:?}");
        learning.refused(at(4), at(4));
        assert_eq!(
            learning.rate(),
            Some(rate(5, 1_200)),
            "as before it was raised"
        );
        (0..10).for_each(|_| learning.admitted(at(5)));
        assert_eq!(learning.rate(), Some(rate(5, 1_200)), "twice the patience");
        learning.refused(at(6), at(6));
        assert_eq!(learning.rate(), Some(rate(5, 1_440)), "refused late");
    }

    #[test]
    fn no_rate_that_is_learnt_stops_a_route() {
        let now = Instant::now();
        let mut learning = Learning::default();
        learning.set(rate(1, 1_000), now);
        (0..100).for_each(|_| learning.refused(now, now));
        assert_eq!(learning.rate(), Some(rate(1, 120_000)));
    }
}
