//! Ending a sync early, since that is asked for.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::super::SyncError;
use super::{Run, blocking};

/// How long calls under way may take when the sync is asked to end.
const GRACE: Duration = Duration::from_secs(5);

impl Run<'_> {
    /// Waits a little for the calls under way, and keeps what they bring. Those
    /// that wait are left for another time.
    pub(super) async fn wind_down(&mut self) -> Result<SyncError, SyncError> {
        let until = Instant::now() + GRACE;
        self.observer.stopping(self.calls.len(), GRACE);
        while !self.calls.is_empty() {
            let Ok(Some(done)) = timeout_at(until, self.calls.join_next()).await else {
                break;
            };
            self.ended(done)?;
        }
        let kept = blocking(|| self.keep.keep_all())?;
        Ok(SyncError::Interrupted { kept })
    }
}
