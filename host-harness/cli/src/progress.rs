//! How far a sync is, on stderr.

use std::time::{Duration, Instant};

use governance_host::contract::moments;
use governance_host::pace::{HeldBack, Why};
use governance_host::sync::checkpoint::Beginning;
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

impl Spinner {
    /// A line above it.
    fn line(&self, line: &str) {
        self.0.suspend(|| eprintln!("{line}"));
    }
}

impl Observer for Spinner {
    fn begins(&mut self, beginning: &Beginning) {
        if let Some(line) = begins(beginning) {
            self.line(&line);
        }
    }

    fn progress(&mut self, progress: &Progress) {
        if progress.pages > 0 || !progress.waiting.is_empty() {
            self.0.set_message(shown(progress));
        }
    }

    fn waiting(&mut self, wait: Duration, reason: &str) {
        self.line(&waiting(wait, reason));
    }

    fn stopping(&mut self, calls: usize, grace: Duration) {
        self.line(&stopping(calls, grace));
    }

    fn held_back(&mut self, held: &HeldBack) {
        self.line(&held_back(held));
    }
}

/// Only what is worth a line, for logs.
pub(crate) struct Lines;

impl Observer for Lines {
    fn begins(&mut self, beginning: &Beginning) {
        if let Some(line) = begins(beginning) {
            eprintln!("{line}");
        }
    }

    fn progress(&mut self, _: &Progress) {}

    fn waiting(&mut self, wait: Duration, reason: &str) {
        eprintln!("{}", waiting(wait, reason));
    }

    fn held_back(&mut self, held: &HeldBack) {
        eprintln!("{}", held_back(held));
    }

    fn stopping(&mut self, calls: usize, grace: Duration) {
        eprintln!("{}", stopping(calls, grace));
    }
}

/// What is worth saying of how a sync begins.
fn begins(beginning: &Beginning) -> Option<String> {
    Some(match beginning {
        Beginning::Anew => return None,
        Beginning::Beside(at) => format!(
            "note: an interrupted sync, begun {}, could be resumed by --resume; this one begins anew",
            moments::show(*at)
        ),
        Beginning::NothingThere => {
            "note: there is no interrupted sync to resume; this one begins anew".into()
        }
        Beginning::Unfit {
            begun_at,
            differences,
        } => format!(
            "note: the interrupted sync, begun {}, is not resumed, since not all is the same: {}\n\
             note: this one begins anew; to go on with that one, end this one and give the same again",
            moments::show(*begun_at),
            safe_line(&differences.join(", ")),
        ),
        Beginning::Resumed { begun_at, pages } => format!(
            "resuming the sync that was begun {}: {pages} pages are there",
            moments::show(*begun_at)
        ),
    })
}

fn stopping(calls: usize, grace: Duration) -> String {
    format!(
        "stopping: {calls} calls under way get {} s; interrupt again to end at once",
        grace.as_secs()
    )
}

fn waiting(wait: Duration, reason: &str) -> String {
    format!("waiting {:.1} s: {}", wait.as_secs_f64(), safe_line(reason))
}

/// Only a pause ends at a time that is known.
fn held_back(held: &HeldBack) -> String {
    let (route, why) = (safe_line(&held.route), held.why);
    match why {
        Why::Limit(..) => format!("slowed on {route}: {why}"),
        Why::Told | Why::NotTold => {
            let wait = held.wait(Instant::now()).as_secs_f64();
            format!("waiting {wait:.1} s for {route}: {why}")
        }
    }
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
    let earlier = match progress.earlier {
        0 => String::new(),
        pages => format!(" ({pages} before it was resumed)"),
    };
    parts.push(format!(
        "{} pages{earlier}, {} to go",
        progress.pages, progress.open
    ));
    for waiting in &progress.waiting {
        let (held, calls) = (held_back(&waiting.held), waiting.calls);
        parts.push(format!("{held} ({calls} calls)"));
    }
    parts.join(" · ")
}
