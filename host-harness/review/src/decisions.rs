//! What was decided, and whether it can be used. All that is wrong is told at
//! once, and nothing of a file with anything wrong is used.
//!
//! | a row | |
//! |---|---|
//! | whose facts, or whose head, are not as they were written | refused |
//! | of another review than the first row | refused |
//! | with another word than `keep` and `revoke` | refused |
//! | decided by nobody | refused |
//! | that revokes what cannot be revoked, or is held through something else | refused |
//! | of a grant that another row decides on | refused |
//! | without a decision | undecided |

use std::collections::{BTreeMap, BTreeSet};

use crate::columns::{Decision, Facts, Head, Numbers, ROW_DIGEST, VERSION};
use crate::lines::{Line, lines};
use crate::{Problem, ReviewError};

/// The longest text of a decision, in bytes.
const LONGEST: usize = 2_000;

/// The digest does not fit.
const EDITED: &str = "its facts are not as they were exported; change the columns of the decision \
                      alone, and take this row from the export again";

/// What somebody decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It stays.
    Keep,
    /// It goes.
    Revoke,
}

impl Verdict {
    fn read(word: &str) -> Option<Self> {
        match word.to_lowercase().as_str() {
            "keep" => Some(Self::Keep),
            "revoke" => Some(Self::Revoke),
            _ => None,
        }
    }
}

/// A decision, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What was decided.
    pub verdict: Verdict,
    /// By whom, why and when, in their words.
    pub words: Decision,
}

/// A row of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// The line of the file, counted from 1.
    pub line: u64,
    /// The grant.
    pub facts: Facts,
    /// What was decided on it, if anything.
    pub choice: Option<Choice>,
}

/// A review that was read. Its rows are in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What it is of.
    pub head: Head,
    /// The rows.
    pub rows: Vec<Reviewed>,
    pub(crate) numbers: Numbers,
}

/// How much was decided, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Grants that stay.
    pub keep: usize,
    /// Grants that go.
    pub revoke: usize,
    /// Grants that nobody decided on, those that the file lacks included.
    pub undecided: usize,
}

/// Reads a review with its decisions.
///
/// # Errors
/// It is no review, or every line that cannot be used.
pub fn read(bytes: &[u8]) -> Result<Review, ReviewError> {
    let lines = lines(bytes)?;
    let mut problems = lines.problems;
    let mut rows = Vec::new();
    let mut first: Option<(Head, Numbers)> = None;
    for mut line in lines.rows {
        let head = Head::take(&mut line.texts);
        let (wanted, _) = match &first {
            Some(first) => first,
            None => first.insert((head.clone(), numbers(&head)?)),
        };
        match row(line, &head, wanted) {
            Ok(row) => rows.push(row),
            Err(problem) => problems.push(problem),
        }
    }
    problems.extend(decided_twice(&rows));
    problems.sort_by_key(|it| it.line);
    match (first, problems.is_empty()) {
        (Some((head, numbers)), true) => Ok(Review {
            head,
            rows,
            numbers,
        }),
        (None, true) => Err(ReviewError::NoReview("it has no rows".to_owned())),
        (_, false) => Err(ReviewError::Lines(problems)),
    }
}

fn numbers(head: &Head) -> Result<Numbers, ReviewError> {
    if head.review != VERSION {
        let why = format!(
            "its form is `{}`, and this program knows {VERSION}",
            head.review
        );
        return Err(ReviewError::NoReview(why));
    }
    head.numbers()
        .map_err(|column| ReviewError::NoReview(format!("its `{column}` cannot be read")))
}

fn row(mut line: Line, head: &Head, wanted: &Head) -> Result<Reviewed, Problem> {
    let facts = Facts::take(&mut line.texts);
    let words = trimmed(Decision::take(&mut line.texts));
    let digest = line.texts.remove(ROW_DIGEST).unwrap_or_default();
    let checked = match () {
        () if head != wanted => Err("it belongs to another review than the first row".to_owned()),
        () if digest != facts.digest(head) => Err(EDITED.to_owned()),
        () => choice(words, &facts),
    };
    let line = line.number;
    match checked {
        Ok(choice) => Ok(Reviewed {
            line,
            facts,
            choice,
        }),
        Err(what) => Err(Problem { line, what }),
    }
}

/// Whoever decides may leave spaces around.
fn trimmed(words: Decision) -> Decision {
    let Decision {
        decision,
        reviewer,
        reason,
        decided_at,
    } = words;
    let [decision, reviewer, reason, decided_at] =
        [decision, reviewer, reason, decided_at].map(|text| text.trim().to_owned());
    Decision {
        decision,
        reviewer,
        reason,
        decided_at,
    }
}

fn choice(words: Decision, facts: &Facts) -> Result<Option<Choice>, String> {
    if words.decision.is_empty() {
        return Ok(None);
    }
    let Some(verdict) = Verdict::read(&words.decision) else {
        return Err(format!(
            "`{}` is no decision; there are `keep` and `revoke`",
            words.decision
        ));
    };
    if words.reviewer.is_empty() {
        return Err("it is decided, and `reviewer` does not say by whom".to_owned());
    }
    if words.texts().iter().any(|text| text.len() > LONGEST) {
        return Err(format!(
            "a text of the decision is longer than {LONGEST} bytes"
        ));
    }
    match (verdict, irrevocable(facts)) {
        (Verdict::Revoke, Some(why)) => Err(why),
        _ => Ok(Some(Choice { verdict, words })),
    }
}

fn irrevocable(facts: &Facts) -> Option<String> {
    if !facts.immutable.is_empty() {
        return Some(format!("it cannot be revoked here: {}", facts.immutable));
    }
    facts.how.starts_with("through ").then(|| {
        format!(
            "it is held {}: decide on the grant that gives it",
            facts.how
        )
    })
}

fn decided_twice(rows: &[Reviewed]) -> Vec<Problem> {
    let mut decided = BTreeMap::new();
    let mut problems = Vec::new();
    for row in rows.iter().filter(|it| it.choice.is_some()) {
        let first = *decided.entry(key(&row.facts)).or_insert(row.line);
        if first != row.line {
            let what = format!("line {first} decides on the same grant");
            problems.push(Problem {
                line: row.line,
                what,
            });
        }
    }
    problems
}

/// What tells a grant from all others.
fn key(facts: &Facts) -> [&str; 5] {
    [
        &facts.resource_type,
        &facts.resource_id,
        &facts.slug,
        &facts.principal_type,
        &facts.principal_id,
    ]
}

impl Review {
    /// How much was decided.
    pub fn counts(&self) -> Counts {
        let count = |verdict| {
            let choices = self.rows.iter().filter_map(|it| it.choice.as_ref());
            choices.filter(|it| it.verdict == verdict).count()
        };
        let (keep, revoke) = (count(Verdict::Keep), count(Verdict::Revoke));
        Counts {
            keep,
            revoke,
            undecided: self.undecided().len() + self.missing(),
        }
    }

    /// The rows of grants that nobody decided on.
    pub fn undecided(&self) -> Vec<&Reviewed> {
        let decided = self.rows.iter().filter(|it| it.choice.is_some());
        let mut seen: BTreeSet<_> = decided.map(|it| key(&it.facts)).collect();
        let open = self.rows.iter().filter(|it| it.choice.is_none());
        open.filter(|it| seen.insert(key(&it.facts))).collect()
    }

    /// How many grants were exported, and are not in the file.
    pub fn missing(&self) -> usize {
        let there: BTreeSet<_> = self.rows.iter().map(|it| key(&it.facts)).collect();
        self.numbers.rows.saturating_sub(there.len())
    }

    /// How many grants each reviewer keeps and revokes, by the reviewer.
    pub fn reviewers(&self) -> BTreeMap<&str, Counts> {
        let mut reviewers: BTreeMap<&str, Counts> = BTreeMap::new();
        for choice in self.rows.iter().filter_map(|it| it.choice.as_ref()) {
            let counts = reviewers.entry(&choice.words.reviewer).or_default();
            match choice.verdict {
                Verdict::Keep => counts.keep += 1,
                Verdict::Revoke => counts.revoke += 1,
            }
        }
        reviewers
    }
}

#[cfg(test)]
mod tests;
