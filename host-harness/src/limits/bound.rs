//! A limit with its value: how it is written, and the line that raises it.

use std::fmt;
use std::time::Duration;

use super::{GIB, KIB, Limit, MIB, Reach, SECOND};

/// What a limit is given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes: a number of them, or a text such as `64 MiB`.
    Bytes,
    /// Seconds, with decimals down to milliseconds.
    Seconds,
    /// A number of things.
    Count,
}

/// A limit with the value that is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// Which.
    pub limit: Limit,
    /// In bytes, milliseconds, or as a count; zero where there is no limit.
    pub(super) number: u64,
}

impl Bound {
    /// The value as a count, or in bytes.
    pub fn count(&self) -> u64 {
        self.number
    }

    /// The value of a limit in seconds.
    pub fn time(&self) -> Duration {
        Duration::from_millis(self.number)
    }

    /// The value for people, such as `64 MiB`.
    pub fn shown(&self) -> String {
        match self.limit.unit() {
            _ if self.number == 0 => "none".into(),
            Unit::Bytes => bytes(self.number),
            Unit::Seconds => format!("{} s", seconds(self.number)),
            Unit::Count => self.number.to_string(),
        }
    }

    /// The line of `harness.toml` that sets this value.
    pub fn line(&self) -> String {
        let value = match self.limit.unit() {
            Unit::Bytes => format!("\"{}\"", bytes(self.number)),
            Unit::Seconds => seconds(self.number),
            Unit::Count => self.number.to_string(),
        };
        format!("{} = {value}", self.limit.name())
    }

    /// What the operator can do who finds the limit too tight.
    pub fn hint(&self) -> String {
        let most = self.limit.most();
        if self.number >= most {
            return "this is as high as the limit can be; report this to the connector's author"
                .into();
        }
        let twice = Self {
            number: self.number.saturating_mul(2).min(most),
            ..*self
        };
        let place = match self.limit.reach() {
            Reach::All => "in [limits]",
            Reach::Component => "in [limits], or in [component.limits] for this component alone",
        };
        format!(
            "the connector may be at fault; to allow more, set in harness.toml, {place}: {}",
            twice.line()
        )
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "limit `{}`: {}", self.limit.name(), self.shown())
    }
}

fn bytes(number: u64) -> String {
    let units = [(GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")];
    let whole = units.iter().find(|(unit, _)| number.is_multiple_of(*unit));
    match whole {
        Some((unit, name)) => format!("{} {name}", number / unit),
        None => format!("{number} B"),
    }
}

fn seconds(milliseconds: u64) -> String {
    match milliseconds.is_multiple_of(SECOND) {
        true => (milliseconds / SECOND).to_string(),
        false => format!("{}", milliseconds as f64 / SECOND as f64),
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::Limits;
    use crate::limits::settings::Overrides;

    use super::*;

    #[test]
    fn a_value_is_written_in_its_unit() {
        let bound = |limit, number| Bound { limit, number };
        let cases = [
            (
                bound(Limit::Memory, 64 * MIB),
                "64 MiB",
                "memory = \"64 MiB\"",
            ),
            (bound(Limit::Memory, 1_025), "1025 B", "memory = \"1025 B\""),
            (bound(Limit::CallTime, 300), "0.3 s", "call_time = 0.3"),
            (bound(Limit::CallTime, 60_000), "60 s", "call_time = 60"),
            (bound(Limit::Handles, 5), "5", "handles = 5"),
        ];
        for (bound, shown, line) in cases {
            assert_eq!(bound.shown(), shown);
            assert_eq!(bound.line(), line);
        }
        assert_eq!(Limits::default().bound(Limit::Fuel).shown(), "none");
    }

    #[test]
    fn the_line_of_a_hint_raises_the_limit() {
        let limits = Limits {
            fuel: Some(1_000),
            ..Limits::default()
        };
        for limit in Limit::ALL {
            let bound = limits.bound(*limit);
            let hint = bound.hint();
            let line = hint.rsplit(": ").next().unwrap();
            let read: Overrides = toml::from_str(line).unwrap();
            let raised = read.over(limits).bound(*limit);
            assert!(raised.number > bound.number, "{line}");
        }
    }

    #[test]
    fn what_cannot_be_raised_is_not_offered() {
        for limit in Limit::ALL {
            let highest = Bound {
                limit: *limit,
                number: limit.most(),
            };
            assert!(!highest.hint().contains('='), "{}", highest.hint());
        }
    }
}
