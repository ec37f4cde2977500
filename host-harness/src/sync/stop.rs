//! Asking a sync to end early.

use std::sync::Arc;

use tokio::sync::watch;

/// Asks, and is asked. All clones are one.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Asks for the end: no new calls, and those under way may finish soon.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Waits until the end is asked for.
    pub async fn asked(&self) {
        // It lives as long as this does, so that waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}
