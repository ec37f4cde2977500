//! What is wrong with a review, and what to do about it.

use governance_store::StoreError;

/// So many problems of a file are told.
const TOLD: usize = 100;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line of the file, counted from 1.
    pub line: u64,
    /// What is wrong. Holds text from strangers.
    pub what: String,
}

/// A review that cannot be written, read or applied. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The database cannot be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error("the review cannot be written")]
    Write(#[from] std::io::Error),
    /// No grant fits what was asked for.
    #[error("there is no grant to decide on among {0}")]
    NoGrants(String),
    /// The file is none of ours.
    #[error("the file holds no review: {0}")]
    NoReview(String),
    /// Lines of the file that cannot be used: all of them.
    #[error("{} of the review cannot be used", lines(.0.len()))]
    Lines(Vec<Problem>),
    /// It is of another connection.
    #[error("the review is of the connection `{found}`, not of `{wanted}`")]
    OtherConnection {
        /// The connection that it is of.
        found: String,
        /// The connection that it is to be applied to.
        wanted: String,
    },
    /// It is of another connector or organization.
    #[error("the review is of {what} `{found}`, and the connection of `{wanted}`")]
    Other {
        /// `connector` or `tenant`.
        what: &'static str,
        /// Of the review.
        found: String,
        /// Of the connection.
        wanted: String,
    },
    /// The sync with its number holds something else.
    #[error("sync {0} of this database holds something else than what was reviewed")]
    OtherContent(i64),
    /// It is old.
    #[error("the review is of a sync of {days} days ago, and {allowed} are allowed")]
    Old {
        /// Its age.
        days: i64,
        /// How old it may be.
        allowed: u32,
    },
    /// Only the newest syncs are kept.
    #[error("sync {0}, which was reviewed, is not in the database any more")]
    Forgotten(i64),
    /// Not all is decided, and all was asked for.
    #[error("{rows} of the review's grants {} undecided", if *rows == 1 { "is" } else { "are" })]
    Undecided {
        /// How many grants.
        rows: usize,
    },
}

fn lines(count: usize) -> String {
    match count {
        1 => "a line".to_owned(),
        several => format!("{several} lines"),
    }
}

impl ReviewError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Store(error) => return error.hint().map(Into::into),
            Self::Write(_) => "check the disk and the directory's permissions".into(),
            Self::NoGrants(_) => {
                "`harness list grants` shows what there is, `harness list gaps` what is unknown"
                    .into()
            }
            Self::NoReview(_) => {
                "use a file that `harness review export` wrote; save it as `CSV UTF-8`".into()
            }
            Self::Lines(problems) => told(problems),
            Self::OtherConnection { found, .. } => {
                format!("apply it with `--connection {found}`")
            }
            Self::Other { .. } => {
                "use the database and the credential of the organization that was reviewed".into()
            }
            Self::OtherContent(_) => {
                "use the database that the review was exported from, or export a new one".into()
            }
            Self::Old { .. } | Self::Forgotten(_) => {
                "export a new review; or look at the plan with --plan, and add --allow-old".into()
            }
            Self::Undecided { .. } => {
                "`harness review check FILE` lists them; leave --require-all out to apply what is \
                 decided"
                    .into()
            }
        })
    }
}

fn told(problems: &[Problem]) -> String {
    let mut told: Vec<_> = problems.iter().take(TOLD).map(line).collect();
    if problems.len() > TOLD {
        told.push(format!("and {} more", problems.len() - TOLD));
    }
    told.join("\n")
}

/// A problem on one line: names may hold line breaks, which would look like
/// another one.
fn line(problem: &Problem) -> String {
    format!(
        "line {}: {}",
        problem.line,
        crate::cells::escaped(&problem.what)
    )
}
