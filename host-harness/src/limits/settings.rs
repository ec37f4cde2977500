//! Limits as `harness.toml` sets them: `[limits]` for all components, and
//! `[component.limits]` below an entry for that one.
//!
//! | unit | forms |
//! |---|---|
//! | bytes | `65536`, `"64 KiB"`, `"64 MiB"`, `"1 GiB"`, `"100 B"` |
//! | seconds | `60`, `0.5` |
//! | a count | `16` |
//!
//! Nothing else: no zero, no unknown name, no value above what a limit may be.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de};

use super::{Bound, GIB, KIB, Limit, Limits, MIB, Reach, SECOND, Unit};

/// The limits that a table sets, over those that it leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides(Vec<(Limit, u64)>);

impl Overrides {
    /// These, and the others as they are.
    pub fn over(&self, mut limits: Limits) -> Limits {
        for (limit, number) in &self.0 {
            limits.set(*limit, *number);
        }
        limits
    }

    /// Reads the table of one component, which cannot set what all share.
    pub(crate) fn of_component<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        let overrides = Self::deserialize(deserializer)?;
        let shared = overrides.0.iter().find(|(it, _)| it.reach() == Reach::All);
        match shared {
            None => Ok(overrides),
            Some((limit, _)) => Err(de::Error::custom(format!(
                "the limit `{}` is one for all components: set it in [limits]",
                limit.name()
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for Overrides {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = BTreeMap::<String, Given>::deserialize(deserializer)?;
        let read = given
            .iter()
            .map(|(name, value)| read(name, value).map_err(de::Error::custom));
        read.collect::<Result<_, _>>().map(Self)
    }
}

/// A value as TOML has it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Whole(i64),
    Decimal(f64),
    Text(String),
    Other(de::IgnoredAny),
}

fn read(name: &str, given: &Given) -> Result<(Limit, u64), String> {
    let limit = Limit::ALL.iter().find(|it| it.name() == name);
    let limit = *limit.ok_or_else(|| unknown(name))?;
    let number = number(limit.unit(), given).ok_or_else(|| {
        let form = match limit.unit() {
            Unit::Bytes => "a number of bytes, or a text such as \"64 MiB\"",
            Unit::Seconds => "a number of seconds, such as 60 or 0.5",
            Unit::Count => "a whole number",
        };
        format!("the limit `{name}` has to be {form}, above zero")
    })?;
    let most = Bound {
        limit,
        number: limit.most(),
    };
    match number <= most.number {
        true => Ok((limit, number)),
        false => Err(format!(
            "the limit `{name}` can be {} at most",
            most.shown()
        )),
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<_> = Limit::ALL.iter().map(|it| it.name()).collect();
    format!("`{name}` is no limit; there are: {}", names.join(", "))
}

fn number(unit: Unit, given: &Given) -> Option<u64> {
    let number = match (unit, given) {
        (Unit::Bytes, Given::Text(text)) => bytes(text)?,
        (Unit::Seconds, Given::Whole(seconds)) => {
            u64::try_from(*seconds).ok()?.saturating_mul(SECOND)
        }
        (Unit::Seconds, Given::Decimal(seconds)) => (seconds * SECOND as f64) as u64,
        (Unit::Bytes | Unit::Count, Given::Whole(number)) => u64::try_from(*number).ok()?,
        _ => return None,
    };
    (number > 0).then_some(number)
}

fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = text.split_once(' ')?;
    let unit = match unit {
        "B" => 1,
        "KiB" => KIB,
        "MiB" => MIB,
        "GiB" => GIB,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_unit_has_its_forms() {
        let text = "memory = \"128 MiB\"\nrequest_body = 4096\nstack = \"1024 KiB\"\n\
                    call_time = 90\nconnect_time = 0.5\nrequests = 3\nfuel = 1_000_000\n\
                    component_file = \"1 GiB\"";
        let limits = toml::from_str::<Overrides>(text)
            .unwrap()
            .over(Limits::default());
        let expected = Limits {
            memory: 128 << 20,
            request_body: 4_096,
            stack: 1 << 20,
            call_time: Duration::from_secs(90),
            connect_time: Duration::from_millis(500),
            requests: 3,
            fuel: Some(1_000_000),
            component_file: 1 << 30,
            ..Limits::default()
        };
        assert_eq!(limits, expected);
    }

    #[test]
    fn what_is_no_limit_is_an_error_that_says_what_would_be_one() {
        let cases = [
            ("memroy = 1", "`memroy` is no limit; there are: memory, "),
            ("call-time = 1", "`call-time` is no limit"),
            ("memory = 0", "above zero"),
            ("memory = -1", "above zero"),
            ("memory = 1.5", "a number of bytes, or a text such as"),
            ("memory = \"64 MB\"", "a text such as \"64 MiB\""),
            ("memory = \"64MiB\"", "a text such as \"64 MiB\""),
            ("memory = \"0 MiB\"", "above zero"),
            ("memory = \"99999999999999999999 GiB\"", "a number of bytes"),
            ("memory = \"18014398509481984 KiB\"", "a number of bytes"),
            (
                "memory = \"5 GiB\"",
                "the limit `memory` can be 4 GiB at most",
            ),
            ("memory = [1]", "a number of bytes"),
            ("call_time = \"1 minute\"", "a number of seconds"),
            ("call_time = 0.0001", "above zero"),
            ("call_time = nan", "above zero"),
            ("call_time = inf", "can be 3600 s at most"),
            (
                "call_time = 9_000_000_000_000_000_000",
                "can be 3600 s at most",
            ),
            ("requests = 1.0", "a whole number"),
            ("requests = 4_294_967_297", "can be 10000 at most"),
            ("fuel = 0", "above zero"),
        ];
        for (text, expected) in cases {
            let error = toml::from_str::<Overrides>(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn every_default_is_one_that_could_be_set() {
        let limits = Limits::default();
        for limit in Limit::ALL.iter().filter(|it| **it != Limit::Fuel) {
            let line = limits.bound(*limit).line();
            let read: Overrides = toml::from_str(&line).unwrap();
            assert_eq!(read.over(limits), limits, "{line}");
        }
    }

    #[test]
    fn every_limit_is_documented_with_its_default() {
        let page = include_str!("../../../docs/configuration.md");
        for limit in Limit::ALL {
            let shown = Limits::default().bound(*limit).shown();
            let row = format!("| `{}` | {} | {shown} |", limit.name(), limit.what());
            assert!(
                page.contains(&row),
                "missing in docs/configuration.md: {row}"
            );
        }
    }
}
