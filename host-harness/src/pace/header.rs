//! What the headers of an answer tell about limits. Pure.
//!
//! | header | forms |
//! |---|---|
//! | `Retry-After-Ms` | milliseconds |
//! | `Retry-After` | seconds, with decimals or without; an HTTP date |
//! | `x-ratelimit-limit-requests`, `x-ratelimit-limit` | requests from full to empty |
//! | `x-ratelimit-remaining-requests`, `x-ratelimit-remaining` | requests left |
//! | `x-ratelimit-reset-requests`, `x-ratelimit-reset` | until it is full again: `20ms`, `1s`, `6m0s`, `1h2m3s`, seconds |
//!
//! The first two are documented for a few routes of OpenAI and the others for
//! its inference API; on the administration API they are only likely, so that
//! nothing here is counted on. What is not positive, no number, or longer than
//! [`LONGEST`] tells nothing. A wait in a body is the connector's to read.

use std::time::Duration;

use governance_contract::model::Timestamp;
use http::HeaderMap;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::rate::MOST_REQUESTS;

/// No service that means it asks to wait longer.
pub(super) const LONGEST: Duration = Duration::from_secs(86_400);

/// What an answer tells of the limit on its route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Advertised {
    /// Requests from full to empty.
    pub(super) limit: u32,
    /// Requests that are left.
    pub(super) remaining: u32,
    /// Until it is full again.
    pub(super) reset: Duration,
}

/// What a header that asks to wait tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// There is none.
    Nothing,
    /// There is one that tells nothing.
    Unusable,
    /// To wait this long.
    Wait(Duration),
}

/// How long an answer asks to wait; `now` is what dates are relative to.
pub(super) fn asked(headers: &HeaderMap, now: Timestamp) -> Asked {
    let milliseconds = text(headers, "retry-after-ms");
    let told = milliseconds
        .and_then(number)
        .map(|it| it / 1_000.0)
        .and_then(duration)
        .or_else(|| retry_after(text(headers, "retry-after")?, now));
    let is_there = headers.contains_key("retry-after-ms") || headers.contains_key("retry-after");
    match told {
        Some(wait) => Asked::Wait(wait),
        None if is_there => Asked::Unusable,
        None => Asked::Nothing,
    }
}

fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    if let Some(seconds) = number(value) {
        return duration(seconds);
    }
    let date = OffsetDateTime::parse(value, &Rfc2822).ok()?;
    let seconds = date.unix_timestamp().checked_sub(now)?;
    let wait = Duration::from_secs(u64::try_from(seconds).ok()?);
    usable(wait)
}

/// What an answer tells of its limit, if it tells all of it.
pub(super) fn advertised(headers: &HeaderMap) -> Option<Advertised> {
    let either = |what: &str| {
        let requests = text(headers, &format!("x-ratelimit-{what}-requests"));
        requests.or_else(|| text(headers, &format!("x-ratelimit-{what}")))
    };
    let limit: u32 = either("limit")?.parse().ok()?;
    let remaining: u32 = either("remaining")?.parse().ok()?;
    let reset = span(either("reset")?)?;
    let is_sound = (1..=MOST_REQUESTS).contains(&limit) && remaining <= limit;
    is_sound.then_some(Advertised {
        limit,
        remaining,
        reset,
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// A number, or parts such as `6m0s`, as a time.
fn span(text: &str) -> Option<Duration> {
    if let Some(seconds) = number(text) {
        return duration(seconds);
    }
    let (mut total, mut rest) = (0.0, text);
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
        let (value, after) = rest.split_at(digits);
        let end = after.find(|it: char| !it.is_ascii_alphabetic());
        let (unit, after) = after.split_at(end.unwrap_or(after.len()));
        total += number(value)? * seconds_of(unit)?;
        rest = after;
    }
    duration(total)
}

fn seconds_of(unit: &str) -> Option<f64> {
    match unit {
        "ms" => Some(0.001),
        "s" => Some(1.0),
        "m" => Some(60.0),
        "h" => Some(3_600.0),
        "d" => Some(86_400.0),
        _ => None,
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

fn duration(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().and_then(usable)
}

fn usable(wait: Duration) -> Option<Duration> {
    (!wait.is_zero() && wait <= LONGEST).then_some(wait)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// 1994-11-06T08:49:37Z
    const NOW: Timestamp = 784_111_777;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).unwrap();
            (http::HeaderName::from_static(name), value)
        });
        pairs.collect()
    }

    #[test]
    fn a_wait_is_read_where_it_is_one_and_nothing_else_is_believed() {
        let wait = |milliseconds| Asked::Wait(Duration::from_millis(milliseconds));
        for (value, expected) in [
            ("7", wait(7_000)),
            (" 6.937 ", wait(6_937)),
            ("86400", wait(86_400_000)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", wait(60_000)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Asked::Unusable),
            ("Sun, 06 Nov 1984 08:49:37 GMT", Asked::Unusable),
            ("Sun, 06 Nov 2094 08:49:37 GMT", Asked::Unusable),
            ("0", Asked::Unusable),
            ("-5", Asked::Unusable),
            ("NaN", Asked::Unusable),
            ("inf", Asked::Unusable),
            ("1e400", Asked::Unusable),
            ("86401", Asked::Unusable),
            ("99999999999", Asked::Unusable),
            ("soon", Asked::Unusable),
            ("", Asked::Unusable),
        ] {
            let told = asked(&headers(&[("retry-after", value)]), NOW);
            assert_eq!(told, expected, "{value}");
        }
        assert_eq!(asked(&headers(&[]), NOW), Asked::Nothing);
        let both = [("retry-after-ms", "20.5"), ("retry-after", "1")];
        let told = asked(&headers(&both), NOW);
        assert_eq!(told, Asked::Wait(Duration::from_micros(20_500)));
        let one = [("retry-after-ms", "-1"), ("retry-after", "1")];
        assert_eq!(asked(&headers(&one), NOW), wait(1_000));
    }

    #[test]
    fn a_limit_is_read_where_all_of_it_is_told() {
        let told = |limit, remaining, milliseconds| {
            Some(Advertised {
                limit,
                remaining,
                reset: Duration::from_millis(milliseconds),
            })
        };
        for (values, expected) in [
            (["60", "59", "1s"], told(60, 59, 1_000)),
            (["60", "0", "6m0s"], told(60, 0, 360_000)),
            (["5000", "4999", "12ms"], told(5_000, 4_999, 12)),
            (["60", "1", "1h2m3s"], told(60, 1, 3_723_000)),
            (["60", "1", "0.5"], told(60, 1, 500)),
            (["60", "1", "0s"], None),
            (["60", "1", "-1s"], None),
            (["60", "1", "NaN"], None),
            (["60", "1", "1784111777"], None),
            (["60", "1", "9999999999999999999999d"], None),
            (["60", "1", "5 parsecs"], None),
            (["60", "1", "s"], None),
            (["60", "61", "1s"], None),
            (["0", "0", "1s"], None),
            (["-1", "0", "1s"], None),
            (["99999999999", "0", "1s"], None),
            (["many", "0", "1s"], None),
        ] {
            let names = ["limit", "remaining", "reset"];
            for form in ["", "-requests"] {
                let map: HeaderMap = names
                    .iter()
                    .zip(values)
                    .map(|(name, value)| {
                        let name = format!("x-ratelimit-{name}{form}");
                        let name = http::HeaderName::try_from(name).unwrap();
                        (name, HeaderValue::from_str(value).unwrap())
                    })
                    .collect();
                assert_eq!(advertised(&map), expected, "{values:?}");
            }
        }
        let part = headers(&[("x-ratelimit-limit", "60"), ("x-ratelimit-reset", "1s")]);
        assert_eq!(advertised(&part), None);
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_reading_it_panic(text in "[ -~]{0,40}", now: i64) {
            let names = ["retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
            let pairs: Vec<_> = names.iter().map(|name| (*name, text.as_str())).collect();
            let map = headers(&pairs);
            if let Asked::Wait(wait) = asked(&map, now) {
                proptest::prop_assert!(wait <= LONGEST);
            }
            let _ = advertised(&map);
        }
    }
}
