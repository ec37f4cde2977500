//! What can go wrong when a simulator is started.

use crate::organization::Refusal;

/// Errors of this crate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The port is taken, or the machine has no loopback address.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port asked for; 0 stands for any free one.
        port: u16,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// No organization template has this name.
    #[error("unknown organization `{0}`: it is one of {names}", names = crate::Template::names())]
    UnknownTemplate(String),
    /// A generated organization needs its first owner.
    #[error("a generated organization needs at least one user")]
    NoUsers,
    /// A template broke a rule of its own organization: a fault of this crate.
    #[error("the organization cannot be built")]
    Template(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An admin key that cannot be sent as a header would lock everybody out.
    #[error("an admin key is one or more visible ASCII characters")]
    UnusableKey,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Template(refusal.reason.into())
    }
}
