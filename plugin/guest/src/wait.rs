//! How long a service asks to wait before the next request. It is reported in
//! milliseconds, never waited for here.
//!
//! | source, the first that tells | forms |
//! |---|---|
//! | header `Retry-After-Ms` | milliseconds, `20`, `20.5` |
//! | header `Retry-After` | seconds, `7`, `6.937`; or an HTTP date |
//! | the message, behind `again in`, `again after`, `retry in`, `retry after` | `6.937 seconds`, `6.937s`, `20ms`, `6m0s`, `1 hour` |
//!
//! What is not positive, or no number, tells nothing; what is longer than
//! [`LONGEST_WAIT`] counts as that.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::transport::Response;
use crate::wit::model::Timestamp;

/// The longest wait that is believed, in milliseconds: one hour.
pub const LONGEST_WAIT: u64 = 3_600_000;

const SECOND: f64 = 1_000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;

/// How many milliseconds to wait; `now` is what dates are relative to.
#[must_use]
pub fn asked(response: &Response, message: Option<&str>, now: Timestamp) -> Option<u64> {
    let milliseconds = response.header("retry-after-ms").and_then(number);
    milliseconds
        .and_then(bounded)
        .or_else(|| from_header(response.header("retry-after")?, now))
        .or_else(|| from_message(message?))
}

fn from_header(value: &str, now: Timestamp) -> Option<u64> {
    match number(value) {
        Some(seconds) => bounded(seconds * SECOND),
        None => {
            let date = OffsetDateTime::parse(value.trim(), &Rfc2822).ok()?;
            let seconds = date.unix_timestamp().checked_sub(now)?;
            let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
            Some(seconds.saturating_mul(1_000).min(LONGEST_WAIT))
        }
    }
}

fn from_message(message: &str) -> Option<u64> {
    let message = message.to_ascii_lowercase();
    let (_, duration) = ["again in ", "again after ", "retry in ", "retry after "]
        .iter()
        .find_map(|anchor| message.split_once(anchor))?;
    bounded(duration_of(duration)?)
}

/// The milliseconds of `6.937 seconds`, `1h2m3s` and the like, at the text's
/// beginning. A bare number is seconds.
fn duration_of(text: &str) -> Option<f64> {
    let (value, mut rest) = leading_number(text)?;
    let (factor, after) = unit(rest).unwrap_or((SECOND, rest));
    let mut total = value * factor;
    rest = after;
    while let Some((value, unit_and_rest)) = leading_number(rest) {
        let Some((factor, after)) = unit(unit_and_rest) else {
            break;
        };
        total += value * factor;
        rest = after;
    }
    Some(total)
}

fn leading_number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim_start();
    let past = |c: char| !(c.is_ascii_digit() || c == '.');
    let end = text.find(past).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((number(digits.trim_end_matches('.'))?, rest))
}

fn unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim_start();
    let past = |c: char| !c.is_ascii_alphabetic();
    let end = text.find(past).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    let factor = match word {
        "ms" | "millisecond" | "milliseconds" => 1.0,
        "s" | "sec" | "secs" | "second" | "seconds" => SECOND,
        "m" | "min" | "mins" | "minute" | "minutes" => MINUTE,
        "h" | "hour" | "hours" => HOUR,
        _ => return None,
    };
    Some((factor, rest))
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// Milliseconds, rounded up, since too early is refused again.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "between 0 and an hour of milliseconds"
)]
fn bounded(milliseconds: f64) -> Option<u64> {
    let tells = milliseconds > 0.0;
    tells.then(|| milliseconds.ceil().min(LONGEST_WAIT as f64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1994-11-06T08:49:37Z
    const NOW: Timestamp = 784_111_777;

    fn response(headers: &[(&str, &str)]) -> Response {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Response {
            status: 429,
            headers: headers.iter().map(owned).collect(),
            body: Vec::new(),
        }
    }

    #[test]
    fn a_wait_is_read_from_headers() {
        for (name, value, expected) in [
            ("Retry-After-Ms", "20", Some(20)),
            ("retry-after-ms", "20.5", Some(21)),
            ("Retry-After", "7", Some(7_000)),
            ("retry-after", " 6.937 ", Some(6_937)),
            ("Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT", Some(60_000)),
            (
                "Retry-After",
                "Sun, 06 Nov 2094 08:50:37 GMT",
                Some(LONGEST_WAIT),
            ),
            ("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT", None),
            ("Retry-After", "Sun, 06 Nov 1984 08:49:37 GMT", None),
            ("Retry-After", "0", None),
            ("Retry-After", "-5", None),
            ("Retry-After", "NaN", None),
            ("Retry-After", "inf", Some(LONGEST_WAIT)),
            ("Retry-After", "1e9", Some(LONGEST_WAIT)),
            ("Retry-After", "1e400", Some(LONGEST_WAIT)),
            ("Retry-After", "99999999999999999999999", Some(LONGEST_WAIT)),
            ("Retry-After", "soon", None),
            ("Retry-After", "", None),
            ("Retry-After-Ms", "-1", None),
        ] {
            let asked = asked(&response(&[(name, value)]), None, NOW);
            assert_eq!(asked, expected, "{name}: {value}");
        }
    }

    #[test]
    fn a_wait_is_read_from_the_message() {
        for (message, expected) in [
            (
                "You've exceeded the rate limit, please slow down and try again after 6.937 seconds.",
                Some(6_937),
            ),
            ("Please try again in 6.937s. Visit …", Some(6_937)),
            ("Please try again in 20ms.", Some(20)),
            ("Please try again in 6m0s.", Some(360_000)),
            ("Please TRY AGAIN IN 1m2.5s", Some(62_500)),
            ("try again in 1h2m3s", Some(LONGEST_WAIT)),
            ("retry after 5 minutes", Some(300_000)),
            ("retry in 3", Some(3_000)),
            ("try again in 3.", Some(3_000)),
            ("try again after 1 second, or 2 hours", Some(1_000)),
            ("try again in a minute", None),
            ("try again in -5s", None),
            ("try again in 0s", None),
            ("try again in 1.2.3s", None),
            ("try again later", None),
            ("You're making too many requests, please slow down.", None),
            ("try again in ", None),
            ("", None),
        ] {
            assert_eq!(
                asked(&response(&[]), Some(message), NOW),
                expected,
                "{message}"
            );
        }
    }

    #[test]
    fn the_first_source_that_tells_is_believed() {
        let message = Some("try again in 3s");
        for (headers, expected) in [
            (vec![("retry-after-ms", "1"), ("retry-after", "2")], 1),
            (vec![("retry-after-ms", "-1"), ("retry-after", "2")], 2_000),
            (vec![("retry-after", "soon")], 3_000),
        ] {
            assert_eq!(asked(&response(&headers), message, NOW), Some(expected));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_reading_a_wait_panic(text in "\\PC{0,60}", now: i64) {
            let headers = response(&[("retry-after", &text), ("retry-after-ms", &text)]);
            let wait = asked(&headers, Some(&format!("try again in {text}")), now);
            proptest::prop_assert!(wait.is_none_or(|wait| wait <= LONGEST_WAIT));
        }
    }
}
