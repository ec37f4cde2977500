//! Waiting for a route to be free, on the way out.

use std::sync::Arc;
use std::time::Duration;

use wasmtime_wasi_http::Error;

use super::{CallLog, Egress};
use crate::limits::Limits;
use crate::pace::{Pace, Pass};
use crate::policy::{Access, Route};

impl Egress {
    /// Limits how often each route is asked.
    pub(crate) fn paced(mut self, pace: Pace) -> Self {
        self.pace = Arc::new(pace);
        self
    }

    pub(crate) fn pace(&self) -> &Arc<Pace> {
        &self.pace
    }

    /// Heeds a wait that a component read out of the last answer on a route. A
    /// recording is no service that could be asked too often.
    pub(crate) fn told(&self, route: &str, wait: Option<Duration>) {
        if self.replayed().is_none() {
            self.pace.told(route, wait);
        }
    }

    /// Leave for a request, as soon as its route is free.
    pub(super) async fn admit(
        &self,
        access: Access,
        route: &Route,
        log: &CallLog,
    ) -> Result<Option<Pass>, Error> {
        if self.replayed().is_some() {
            return Ok(None);
        }
        let time = self.limits.bound(Limits::time_with(access)).time();
        let pass = match (log.pass(route), log.patience(time)) {
            (Some(pass), _) => Ok(pass),
            (None, Some(longest)) => self.pace.wait(&route.id, longest).await,
            (None, None) => self.pace.take(&route.id),
        };
        let mut pass = pass.map_err(|held| log.hold_back(held))?;
        pass.leaves();
        Ok(Some(pass))
    }
}
