//! Rate limits, each for one route: so many requests in a window of time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A limit on one route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// `METHOD path-template` as [`Simulator::requests`](crate::Simulator::requests)
    /// names it; `None` is a limit for each route that no other one names.
    pub route: Option<String>,
    /// How many requests are answered within the window.
    pub requests: usize,
    /// The window, by the organization's clock. One project measured about ten
    /// requests in a minute on a role endpoint.
    pub window: Duration,
    /// How a refusal tells when to come back.
    pub hint: WaitHint,
}

/// How a 429 tells when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitHint {
    /// By `Retry-After`, in whole seconds, as the spec documents.
    Header,
    /// In the message alone, as it was seen.
    Message,
    /// Not at all.
    Nothing,
}

/// What is asked to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) time: Duration,
    pub(crate) hint: WaitHint,
}

/// The limits, and when each route was asked, in milliseconds.
#[derive(Debug)]
pub(crate) struct Limiter {
    limits: Vec<RateLimit>,
    asked: Mutex<HashMap<String, VecDeque<u64>>>,
}

impl Limiter {
    pub(crate) fn new(limits: Vec<RateLimit>) -> Self {
        let asked = Mutex::default();
        Self { limits, asked }
    }

    /// Counts a request; refuses it when the route's window is full. What is
    /// refused does not count.
    pub(crate) fn admit(&self, route: &str, now: u64) -> Result<(), Wait> {
        let named = |limit: &&RateLimit| limit.route.as_deref() == Some(route);
        let limit = self.limits.iter().find(named);
        let limit = limit.or_else(|| self.limits.iter().find(|limit| limit.route.is_none()));
        let Some(limit) = limit else {
            return Ok(());
        };
        let window = limit.window.as_millis() as u64;
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let times = asked.entry(route.to_owned()).or_default();
        while times.front().is_some_and(|&time| time + window <= now) {
            times.pop_front();
        }
        if times.len() < limit.requests {
            times.push_back(now);
            return Ok(());
        }
        let free = times.front().map_or(now, |&time| time) + window;
        Err(Wait {
            time: Duration::from_millis(free - now),
            hint: limit.hint,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(route: Option<&str>, requests: usize) -> RateLimit {
        RateLimit {
            route: route.map(str::to_owned),
            requests,
            window: Duration::from_secs(60),
            hint: WaitHint::Nothing,
        }
    }

    #[test]
    fn a_full_window_refuses_until_its_oldest_request_is_out_of_it() {
        let limiter = Limiter::new(vec![limit(None, 2)]);
        let cases = [
            (0, None),
            (10_000, None),
            (20_000, Some(40_000)),
            (59_999, Some(1)),
            (60_000, None),
            (60_001, Some(9_999)),
        ];
        for (now, wait) in cases {
            let told = limiter.admit("GET /a", now).err();
            let told = told.map(|wait| wait.time.as_millis());
            assert_eq!(told, wait, "at {now}");
        }
    }

    #[test]
    fn every_route_has_its_own_window_and_a_named_limit_comes_first() {
        let limiter = Limiter::new(vec![limit(None, 1), limit(Some("GET /b"), 2)]);
        let answers = ["GET /a", "GET /b", "GET /b", "GET /c", "GET /a", "GET /b"];
        let answers = answers.map(|route| limiter.admit(route, 0).is_ok());
        assert_eq!(answers, [true, true, true, true, false, false]);
        let none = Limiter::new(Vec::new());
        assert!((0..1_000).all(|_| none.admit("GET /a", 0).is_ok()));
    }
}
