//! How often each route was asked, and in which order. Requests are what a
//! connector must spare, so tests count them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Counts by `METHOD path-template`, such as
/// `GET /v1/organization/users/{user_id}`. Refused requests count too.
#[derive(Debug, Default)]
pub(crate) struct RequestCounts(Mutex<Asked>);

#[derive(Debug, Default)]
struct Asked {
    /// How often, and a number for the route.
    counts: BTreeMap<String, (u64, u32)>,
    /// The numbers of the routes, in the order of the requests.
    order: Vec<u32>,
}

/// Stands for the template of a path that no route has.
const NO_ROUTE: &str = "(no route)";

impl RequestCounts {
    pub(crate) fn record(&self, method: &str, template: Option<&str>) {
        let route = format!("{method} {}", template.unwrap_or(NO_ROUTE));
        let mut asked = self.lock();
        let next = asked.counts.len() as u32;
        let (count, number) = asked.counts.entry(route).or_insert((0, next));
        *count += 1;
        let number = *number;
        asked.order.push(number);
    }

    pub(crate) fn snapshot(&self) -> BTreeMap<String, u64> {
        let asked = self.lock();
        let counts = asked.counts.iter();
        counts
            .map(|(route, (count, _))| (route.clone(), *count))
            .collect()
    }

    /// The route of each request, the first one first.
    pub(crate) fn in_order(&self) -> Vec<String> {
        let asked = self.lock();
        let mut names = vec![""; asked.counts.len()];
        for (route, (_, number)) in &asked.counts {
            names[*number as usize] = route;
        }
        let order = asked.order.iter();
        order
            .map(|number| names[*number as usize].to_owned())
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
