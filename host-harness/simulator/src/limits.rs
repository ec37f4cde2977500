//! Rate limits, each for one route: so many requests in a window of time.

use std::collections::{HashMap, VecDeque};
use std::str::FromStr;
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

/// How a service tells when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitHint {
    /// By `Retry-After` of a 429, in whole seconds, as the spec documents.
    Header,
    /// By `x-ratelimit-limit-requests`, `…-remaining-requests` and
    /// `…-reset-requests` of every answer, as the inference API does.
    RateHeaders,
    /// By a `Retry-After` with this value, such as one that means nothing.
    Saying(&'static str),
    /// In the message alone, as it was seen.
    Message,
    /// Not at all.
    Nothing,
}

impl FromStr for WaitHint {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "header" => Ok(Self::Header),
            "rate-headers" => Ok(Self::RateHeaders),
            "message" => Ok(Self::Message),
            "nothing" => Ok(Self::Nothing),
            _ => Err("one of header, rate-headers, message, nothing".to_owned()),
        }
    }
}

/// `ROUTE=NUMBER/UNIT`, such as `GET /v1/organization/users=10/second`; `*` is
/// each route that no other limit names.
impl FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (route, rate) = text.rsplit_once('=')?;
            let (requests, unit) = rate.split_once('/')?;
            let window = match unit.trim() {
                "second" => Duration::from_secs(1),
                "minute" => Duration::from_secs(60),
                _ => return None,
            };
            let requests = requests.trim().parse().ok().filter(|it| *it > 0)?;
            let route = route.trim();
            Some(Self {
                route: (route != "*").then(|| route.to_owned()),
                requests,
                window,
                hint: WaitHint::Header,
            })
        };
        let form = "such as `GET /v1/organization/users=10/second` or `*=600/minute`";
        read().ok_or_else(|| form.to_owned())
    }
}

/// What is asked to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) time: Duration,
    pub(crate) hint: WaitHint,
}

/// What is left of a limit, for routes that say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    pub(crate) limit: usize,
    pub(crate) remaining: usize,
    /// Until all of it is free again.
    pub(crate) reset: Duration,
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

    fn of(&self, route: &str) -> Option<&RateLimit> {
        let named = |limit: &&RateLimit| limit.route.as_deref() == Some(route);
        let limit = self.limits.iter().find(named);
        limit.or_else(|| self.limits.iter().find(|limit| limit.route.is_none()))
    }

    /// Counts a request; refuses it when the route's window is full. What is
    /// refused does not count.
    pub(crate) fn admit(&self, route: &str, now: u64) -> Result<(), Wait> {
        let Some(limit) = self.of(route) else {
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

    /// What is left of the route's limit, if it says so.
    pub(crate) fn allowance(&self, route: &str, now: u64) -> Option<Allowance> {
        let limit = self.of(route)?;
        if limit.hint != WaitHint::RateHeaders {
            return None;
        }
        let window = limit.window.as_millis() as u64;
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let times = asked
            .get(route)?
            .iter()
            .filter(|&&time| time + window > now);
        let last = times.clone().next_back();
        Some(Allowance {
            limit: limit.requests,
            remaining: limit.requests.saturating_sub(times.count()),
            reset: Duration::from_millis(last.map_or(0, |&time| time + window - now)),
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
    fn a_route_that_says_so_tells_what_is_left() {
        let limiter = Limiter::new(vec![RateLimit {
            hint: WaitHint::RateHeaders,
            ..limit(None, 2)
        }]);
        assert_eq!(limiter.allowance("GET /a", 0), None);
        for (now, remaining, reset) in [(0, 1, 60_000), (10_000, 0, 60_000), (20_000, 0, 50_000)] {
            let _ = limiter.admit("GET /a", now);
            let told = limiter.allowance("GET /a", now).unwrap();
            let reset = Duration::from_millis(reset);
            assert_eq!(
                (told.limit, told.remaining, told.reset),
                (2, remaining, reset)
            );
        }
        let silent = Limiter::new(vec![limit(None, 2)]);
        let _ = silent.admit("GET /a", 0);
        assert_eq!(silent.allowance("GET /a", 0), None);
    }

    #[test]
    fn a_limit_is_read_from_text() {
        let read = |text: &str| text.parse::<RateLimit>();
        let told = read("GET /v1/organization/users=10/second").unwrap();
        assert_eq!(told.route.as_deref(), Some("GET /v1/organization/users"));
        assert_eq!((told.requests, told.window), (10, Duration::from_secs(1)));
        let told = read("* = 600 / minute").unwrap();
        assert_eq!(told.route, None);
        assert_eq!((told.requests, told.window), (600, Duration::from_secs(60)));
        for text in [
            "",
            "GET /a",
            "GET /a=10",
            "GET /a=0/second",
            "GET /a=1/week",
            "10/second",
        ] {
            assert!(read(text).unwrap_err().contains("*=600/minute"), "{text}");
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
