//! Times as people and JSON have them: RFC 3339 in UTC.
//!
//! RFC 3339 ends with the year 9999. What a service tells beyond it is shown as
//! `@` and the seconds: visibly odd, but not lost.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::model::Timestamp;

/// A time as text, such as `2026-01-02T03:04:05Z`.
pub fn show(at: Timestamp) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(at).ok();
    let text = moment.and_then(|moment| moment.format(&Rfc3339).ok());
    text.unwrap_or_else(|| format!("@{at}"))
}

/// Reads what [`show`] writes, and RFC 3339 with any offset. Fractions of a
/// second are dropped.
pub fn read(text: &str) -> Option<Timestamp> {
    match text.strip_prefix('@') {
        Some(seconds) => seconds.parse().ok(),
        None => Some(OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_rfc_3339_where_it_reaches_and_read_again() {
        for (seconds, shown) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_767_323_045, "2026-01-02T03:04:05Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (253_402_300_800, "@253402300800"),
            (i64::MIN, "@-9223372036854775808"),
        ] {
            assert_eq!(show(seconds), shown);
            assert_eq!(read(shown), Some(seconds));
        }
        assert_eq!(read("2026-01-02T05:04:05.5+02:00"), Some(1_767_323_045));
        assert_eq!(read("tomorrow"), None);
    }
}
