//! When the last requests of a route were sent and answered, and whether a rate
//! leaves room for another one. Pure: the time is passed in.
//!
//! A service counts a request when it sees it, which is somewhere between
//! sending and answer. The quickest answer so far is the least that the way
//! takes, there and back: a request was seen at the latest that long before its
//! own answer, counted from when the next one would be sent. So no request comes
//! too early, and none later than needed.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::rate::Rate;

/// Requests that are remembered, and the most that one window may hold.
pub(super) const REMEMBERED: u32 = 1_000;

/// The last requests of one route.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The number of the first one that is remembered.
    first: u64,
    entries: VecDeque<Entry>,
    /// The quickest answer.
    quickest: Option<Duration>,
}

#[derive(Debug)]
struct Entry {
    sent: Instant,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Ended { at: Instant, admitted: bool },
    Withdrawn,
}

/// Why no room is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// There will be room then.
    Until(Instant),
    /// Requests have to be answered first.
    UntilAnswered,
}

impl Log {
    /// Notes a request, and gives its number.
    pub(super) fn send(&mut self, now: Instant) -> u64 {
        if self.entries.len() >= REMEMBERED as usize {
            self.entries.pop_front();
            self.first += 1;
        }
        self.entries.push_back(Entry {
            sent: now,
            state: State::Open,
        });
        self.first + self.entries.len() as u64 - 1
    }

    fn entry(&mut self, number: u64) -> Option<&mut Entry> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.entries.get_mut(index)
    }

    /// Notes that a request leaves only now.
    pub(super) fn leaves(&mut self, number: u64, now: Instant) {
        if let Some(entry) = self.entry(number) {
            entry.sent = now;
        }
    }

    /// Notes how a request ended, and tells when it was sent.
    pub(super) fn ended(&mut self, number: u64, now: Instant, admitted: bool) -> Option<Instant> {
        let entry = self.entry(number)?;
        entry.state = State::Ended { at: now, admitted };
        let (sent, took) = (entry.sent, now.saturating_duration_since(entry.sent));
        self.quickest = Some(self.quickest.map_or(took, |quickest| quickest.min(took)));
        Some(sent)
    }

    /// Forgets a request that was not sent after all.
    pub(super) fn withdraw(&mut self, number: u64) {
        if let Some(entry) = self.entry(number) {
            entry.state = State::Withdrawn;
        }
    }

    /// How many requests are under way.
    pub(super) fn open(&self) -> u32 {
        let open = self.entries.iter().filter(|it| it.state == State::Open);
        u32::try_from(open.count()).unwrap_or(u32::MAX)
    }

    /// Whether a rate leaves no room for a request now.
    pub(super) fn full(&self, rate: &Rate, now: Instant) -> Option<Full> {
        let most = rate.requests as usize;
        let quickest = self.quickest.unwrap_or_default();
        let mut open = 0;
        let mut leaving = Vec::new();
        for entry in &self.entries {
            match entry.state {
                State::Withdrawn => {}
                State::Open => open += 1,
                State::Ended { at, .. } => {
                    let seen = entry.sent.max(at.checked_sub(quickest).unwrap_or(at));
                    leaving.extend(Some(seen + rate.within).filter(|leaves| *leaves > now));
                }
            }
        }
        if open + leaving.len() < most {
            return None;
        }
        if open >= most {
            return Some(Full::UntilAnswered);
        }
        leaving.sort_unstable();
        Some(Full::Until(leaving[open + leaving.len() - most]))
    }

    /// How many requests sent from one time on and before another were let through,
    /// and when the first of them was sent.
    pub(super) fn admitted(&self, from: Instant, to: Instant) -> Option<(u32, Instant)> {
        let admitted = self.entries.iter().filter(|entry| {
            let is_admitted = matches!(entry.state, State::Ended { admitted: true, .. });
            is_admitted && (from..to).contains(&entry.sent)
        });
        let mut count = 0;
        let mut first = None;
        for entry in admitted {
            count += 1;
            first.get_or_insert(entry.sent);
        }
        Some((count, first?))
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
    fn a_window_is_full_until_its_oldest_request_leaves_it() {
        let begun = Instant::now();
        let at = |milliseconds| begun + Duration::from_millis(milliseconds);
        let until = |milliseconds| Some(Full::Until(at(milliseconds)));
        let mut log = Log::default();
        assert_eq!(log.full(&rate(2, 1_000), at(0)), None);
        let first = log.send(at(0));
        let second = log.send(at(10));
        assert_eq!(log.full(&rate(2, 1_000), at(20)), Some(Full::UntilAnswered));
        // The quickest takes 40 ms, so that this one was seen 10 ms after it left.
        log.ended(first, at(50), true);
        log.ended(second, at(50), true);
        for (now, expected) in [(60, until(1_010)), (1_009, until(1_010)), (1_010, None)] {
            assert_eq!(log.full(&rate(2, 1_000), at(now)), expected, "{now}");
        }
        assert_eq!(log.full(&rate(1, 100), at(60)), until(110));
        let third = log.send(at(60));
        assert_eq!(log.full(&rate(3, 1_000), at(70)), until(1_010));
        log.withdraw(third);
        assert_eq!(log.full(&rate(3, 1_000), at(70)), None);
    }

    #[test]
    fn only_what_was_let_through_counts_as_that() {
        let begun = Instant::now();
        let at = |milliseconds| begun + Duration::from_millis(milliseconds);
        let mut log = Log::default();
        assert_eq!(log.admitted(at(0), at(9)), None);
        for (sent, admitted) in [(0, false), (1, true), (2, true), (3, false), (9, true)] {
            let number = log.send(at(sent));
            log.ended(number, at(sent + 5), admitted);
        }
        log.send(at(4));
        assert_eq!(log.admitted(at(0), at(5)), Some((2, at(1))));
    }

    #[test]
    fn old_requests_are_forgotten_and_their_late_answers_do_no_harm() {
        let now = Instant::now();
        let mut log = Log::default();
        let first = log.send(now);
        for _ in 0..REMEMBERED {
            log.send(now);
        }
        assert_eq!(log.entries.len(), REMEMBERED as usize);
        assert_eq!(log.ended(first, now, true), None);
        log.withdraw(first);
        assert_eq!(log.ended(u64::MAX, now, true), None);
    }
}
