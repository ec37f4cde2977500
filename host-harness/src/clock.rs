//! What comes with each call as the current time, since a component has no clock.

use std::time::{SystemTime, UNIX_EPOCH};

use governance_contract::model::Timestamp;

/// Now, in seconds since 1970-01-01T00:00:00Z.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX))
}
