//! How often each route was asked. Requests are what a connector must spare,
//! so tests count them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Counts by `METHOD path-template`, such as
/// `GET /v1/organization/users/{user_id}`. Refused requests count too.
#[derive(Debug, Default)]
pub(crate) struct RequestCounts(Mutex<BTreeMap<String, u64>>);

/// Stands for the template of a path that no route has.
const NO_ROUTE: &str = "(no route)";

impl RequestCounts {
    pub(crate) fn record(&self, method: &str, template: Option<&str>) {
        let route = format!("{method} {}", template.unwrap_or(NO_ROUTE));
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(route).or_default() += 1;
    }

    pub(crate) fn snapshot(&self) -> BTreeMap<String, u64> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.clone()
    }
}
