//! Recording what a component asked and got, and answering from that later
//! with no network, no credential and no configuration: what a bug report
//! needs.
//!
//! | module | what it does |
//! |---|---|
//! | [`exchange`] | the format: JSON Lines |
//! | `recorder` | writes a recording while the component runs |
//! | `secrets`, `anonymous` | what is replaced in it; pure |
//! | `rewrite` | finds every text of an exchange; pure |
//! | `file` | reads a recording |
//! | `opening` | what a connection needs for either |
//! | `held` | finds the recorded answer to a request; pure |
//!
//! Both happen where requests are sent, after the policy has judged them.
//!
//! Every call of a recorded run is given the time at which the recording began,
//! and so is every call of a replay: what depends on the time comes out the
//! same, and requests that hold it are found again.

pub(crate) mod anonymous;
pub mod exchange;
mod file;
pub(crate) mod held;
pub(crate) mod opening;
pub(crate) mod recorder;
mod rewrite;
#[cfg(test)]
mod samples;
pub(crate) mod secrets;

use std::path::PathBuf;

pub use exchange::Head;
pub use file::Recording;

/// Where to record, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordTo {
    /// The file, which must not be there.
    pub path: PathBuf,
    /// Whether to replace people's data.
    pub anonymize: bool,
}

/// A recording that cannot be written or used.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file to write cannot be made.
    #[error("cannot make the recording {path}")]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file cannot be read.
    #[error("cannot read the recording {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Its first line is not a recording's.
    #[error("{0} is no recording of the harness")]
    Other(PathBuf),
    /// It is of another version of the format.
    #[error(
        "the recording {path} is of version {version} of the format, not {}",
        exchange::VERSION
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u64,
    },
    /// A line of it is wrong.
    #[error("line {line} of the recording {path} is no exchange: {problem}")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// It is of another connector.
    #[error("the recording is of the connector `{recorded}`, and this is `{given}`")]
    Connector {
        /// The connector that was recorded.
        recorded: String,
        /// The one that is to run.
        given: String,
    },
}

impl RecordingError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Create { .. } => "name a file that is not there yet, in a folder that is",
            Self::Read { .. } | Self::Other(_) => {
                "check the path given with --replay; --record writes such a file"
            }
            Self::Version { .. } => "replay it with the version of the harness that recorded it",
            Self::Line { .. } => "the file was changed; only its last line may be cut short",
            Self::Connector { .. } => "choose the connector with --connector or --component",
        }
    }
}
