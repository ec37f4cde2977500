//! How far a sync is, on stderr.

use std::time::Duration;

use governance_host::sync::progress::{Observer, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use crate::text::safe_line;

/// One line that changes, for terminals.
pub(crate) struct Spinner(ProgressBar);

impl Spinner {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(100));
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        bar.set_message("connecting");
        Self(bar)
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Observer for Spinner {
    fn progress(&mut self, progress: &Progress) {
        self.0.set_message(shown(progress));
    }

    fn waiting(&mut self, wait: Duration, reason: &str) {
        let line = waiting(wait, reason);
        self.0.suspend(|| eprintln!("{line}"));
    }
}

/// Only what is worth a line, for logs.
pub(crate) struct Lines;

impl Observer for Lines {
    fn progress(&mut self, _: &Progress) {}

    fn waiting(&mut self, wait: Duration, reason: &str) {
        eprintln!("{}", waiting(wait, reason));
    }
}

fn waiting(wait: Duration, reason: &str) -> String {
    format!("waiting {:.1} s: {}", wait.as_secs_f64(), safe_line(reason))
}

fn shown(progress: &Progress) -> String {
    let resources = progress.resources.iter();
    let mut parts: Vec<_> = resources
        .map(|(kind, count)| format!("{} {count}", safe_line(kind)))
        .collect();
    parts.push(format!("grants {}", progress.grants));
    if progress.gaps > 0 {
        parts.push(format!("gaps {}", progress.gaps));
    }
    parts.push(format!("{} pages, {} to go", progress.pages, progress.open));
    parts.join(" · ")
}
