//! What somebody should look at, as whoever looked for it tells it.

use serde::Serialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Look at it now.
    High,
    /// Look at it in the next review.
    Medium,
    /// Tidy up when there is time.
    Low,
}

impl Severity {
    /// All, the gravest first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// What a rule came to: the input of the page's findings. All text may be from
/// strangers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is found.
    pub title: String,
    /// Why it matters, and what to do.
    pub explanation: String,
    /// What it is about, one line each; the page tells the first ones.
    pub subjects: Vec<String>,
    /// Why nobody can tell whether there is more, if so.
    pub unknown: Option<String>,
}
