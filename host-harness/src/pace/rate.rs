//! So many requests in a time: what a limit is. Pure.
//!
//! | form | |
//! |---|---|
//! | `"600 / minute"` | a whole number above zero, and a unit |
//! | `"10 / second"`, `"10/second"` | spaces do not matter |
//! | `second`, `minute`, `hour`, `day` | the units |

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

/// The most requests that one may name; more is taken for a mistake.
pub const MOST_REQUESTS: u32 = 10_000_000;

/// The units, and their seconds.
const UNITS: [(&str, u64); 4] = [
    ("second", 1),
    ("minute", 60),
    ("hour", 3_600),
    ("day", 86_400),
];

/// Rates by connector and route id.
pub type Rates = BTreeMap<String, BTreeMap<String, Rate>>;

/// At most so many requests in any stretch of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Rate {
    /// Above zero.
    pub requests: u32,
    /// Longer than nothing.
    pub within: Duration,
}

impl Rate {
    /// Requests a second.
    pub fn per_second(&self) -> f64 {
        f64::from(self.requests) / self.within.as_secs_f64()
    }

    /// How long one request takes of it.
    pub(super) fn interval(&self) -> Duration {
        self.within / self.requests.max(1)
    }
}

/// A text that is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no rate, such as \"10 / second\" or \"600 / minute\"")]
pub struct NoRate(String);

impl FromStr for Rate {
    type Err = NoRate;

    fn from_str(text: &str) -> Result<Self, NoRate> {
        let read = || {
            let (number, unit) = text.split_once('/')?;
            let requests = number.trim().parse::<u32>().ok()?;
            let unit = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
            Some(Self {
                requests: (1..=MOST_REQUESTS)
                    .contains(&requests)
                    .then_some(requests)?,
                within: Duration::from_secs(unit.1),
            })
        };
        read().ok_or_else(|| NoRate(text.to_owned()))
    }
}

impl TryFrom<String> for Rate {
    type Error = NoRate;

    fn try_from(text: String) -> Result<Self, NoRate> {
        text.parse()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS
            .iter()
            .find(|(_, seconds)| self.within == Duration::from_secs(*seconds));
        match unit {
            Some((name, _)) => write!(out, "{} / {name}", self.requests),
            None => {
                let seconds = (self.within.as_secs_f64() * 100.0).round() / 100.0;
                write!(out, "{} / {seconds} seconds", self.requests)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_a_unit() {
        for (text, requests, seconds, shown) in [
            ("600 / minute", 600, 60, "600 / minute"),
            ("10/second", 10, 1, "10 / second"),
            (" 1 /hour ", 1, 3_600, "1 / hour"),
            ("10000000 / day", 10_000_000, 86_400, "10000000 / day"),
        ] {
            let rate: Rate = text.parse().unwrap();
            let within = Duration::from_secs(seconds);
            assert_eq!(rate, Rate { requests, within }, "{text}");
            assert_eq!(rate.to_string(), shown);
        }
    }

    #[test]
    fn anything_else_is_none_and_is_told_so() {
        for text in [
            "",
            "10",
            "/",
            "10 /",
            "/ minute",
            "0 / minute",
            "-1 / minute",
            "1.5 / second",
            "10 / minutes",
            "10 / week",
            "10 per minute",
            "10000001 / day",
            "4294967297 / day",
            "10 / minute / 2",
            "ten / minute",
        ] {
            let error = text.parse::<Rate>().unwrap_err().to_string();
            assert!(error.contains("600 / minute"), "{text}: {error}");
        }
    }
}
