//! Rules, and how a connector kept them.

/// One rule of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// A name that stays, of `a-z -`.
    pub id: &'static str,
    /// What has to hold, as one sentence.
    pub sentence: &'static str,
}

impl Rule {
    pub(super) fn kept(self, verdict: Verdict) -> Outcome {
        Outcome {
            rule: self,
            verdict,
        }
    }
}

/// How a rule was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing spoke against it.
    Passed,
    /// What an operator should know, though it breaks nothing.
    Warned(Details),
    /// It was broken.
    Failed(Details),
    /// It could not be judged, for this reason.
    Skipped(String),
}

impl Verdict {
    /// The word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned(_) => "warned",
            Self::Failed(_) => "failed",
            Self::Skipped(_) => "skipped",
        }
    }

    /// Failed if there are any of these.
    pub(super) fn failed(findings: impl IntoIterator<Item = String>) -> Self {
        Self::of(findings, Self::Failed)
    }

    /// Warned if there are any of these.
    pub(super) fn warned(findings: impl IntoIterator<Item = String>) -> Self {
        Self::of(findings, Self::Warned)
    }

    /// Skipped for this reason.
    pub(super) fn skipped(reason: &str) -> Self {
        Self::Skipped(reason.to_owned())
    }

    /// Skipped for this reason if it passed without anything to look at.
    pub(super) fn unless_empty(self, examined: usize, reason: &str) -> Self {
        match (&self, examined) {
            (Self::Passed, 0) => Self::skipped(reason),
            _ => self,
        }
    }

    fn of(findings: impl IntoIterator<Item = String>, verdict: fn(Details) -> Self) -> Self {
        let details: Details = findings.into_iter().collect();
        match details.count {
            0 => Self::Passed,
            _ => verdict(details),
        }
    }
}

/// What was found, bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// How many findings there are.
    pub count: usize,
    /// The first of them, at most [`Details::EXAMPLES`], each at most
    /// [`Details::BYTES`] bytes.
    pub examples: Vec<String>,
}

impl Details {
    /// How many findings are told in words.
    pub const EXAMPLES: usize = 10;
    /// How long each may be.
    pub const BYTES: usize = 500;
}

impl FromIterator<String> for Details {
    fn from_iter<T: IntoIterator<Item = String>>(findings: T) -> Self {
        let mut details = Self::default();
        for mut finding in findings {
            details.count += 1;
            if details.count <= Self::EXAMPLES {
                finding.truncate(finding.floor_char_boundary(Self::BYTES));
                details.examples.push(finding);
            }
        }
        details
    }
}

/// A rule, and how it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The rule.
    pub rule: Rule,
    /// How it was kept.
    pub verdict: Verdict,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_counted_but_few_are_told() {
        let many = (0..25).map(|number| format!("{number} {}", "é".repeat(1_000)));
        let Verdict::Failed(details) = Verdict::failed(many) else {
            panic!("findings fail");
        };
        assert_eq!((details.count, details.examples.len()), (25, 10));
        assert!(details.examples.iter().all(|it| it.len() <= 500));
    }

    #[test]
    fn what_was_not_looked_at_did_not_pass() {
        let none = || Vec::<String>::new();
        assert_eq!(Verdict::failed(none()), Verdict::Passed);
        let skipped = Verdict::failed(none()).unless_empty(0, "nothing");
        assert_eq!(skipped, Verdict::skipped("nothing"));
        assert_eq!(Verdict::failed(none()).unless_empty(1, ""), Verdict::Passed);
        let found = Verdict::warned(["a".to_owned()]);
        assert_eq!(found.clone().unless_empty(0, ""), found);
    }
}
