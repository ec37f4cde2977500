//! What can go wrong between a connector's source and its component.
//!
//! Written by hand: this crate has no dependency when set-up uses it.

use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

use crate::route::Route;
use crate::{TARGET, cargo::PROFILE};

/// Why a component could not be built.
#[derive(Debug)]
pub enum Error {
    /// A route was asked for that does not exist.
    UnknownRoute(
        /// What was asked for.
        String,
    ),
    /// No route leads to the target's standard library.
    NoStandardLibrary(
        /// Every route with the reason why it did not work.
        Vec<(Route, String)>,
    ),
    /// Cargo itself could not be started.
    Start(std::io::Error),
    /// There is no package in a folder.
    NoPackage {
        /// The folder.
        folder: PathBuf,
        /// What cargo said.
        reason: String,
    },
    /// The nested cargo call failed. It has told why on standard error.
    Build {
        /// The package that was being built.
        package: String,
        /// How cargo ended.
        status: std::process::ExitStatus,
    },
    /// Cargo succeeded but left no module.
    NoModule {
        /// The package that was built.
        package: String,
        /// Where its module should be.
        path: PathBuf,
    },
    /// The core module could not be turned into a component.
    Encode(
        /// What the encoder said.
        String,
    ),
    /// A file could not be read or written.
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Display for Error {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownRoute(given) => {
                write!(out, "unknown route `{given}`: use {}", route_names())
            }
            Self::NoStandardLibrary(reasons) => no_standard_library(out, reasons),
            Self::Start(source) => write!(out, "cannot start cargo: {source}"),
            Self::NoPackage { folder, reason } => {
                write!(out, "no package in {}: {reason}", folder.display())
            }
            Self::Build { package, status } => write!(
                out,
                "building `{package}` for {TARGET} failed ({status}); cargo's messages are above"
            ),
            Self::NoModule { package, path } => write!(
                out,
                "`{package}` was built with the profile `{PROFILE}` but left no {}: \
                 its library needs `crate-type = [\"cdylib\", \"rlib\"]`",
                path.display()
            ),
            Self::Encode(reason) => write!(out, "cannot encode the component: {reason}"),
            Self::File { path, source } => write!(out, "{}: {source}", path.display()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Start(source) | Self::File { source, .. } => Some(source),
            _ => None,
        }
    }
}

fn route_names() -> String {
    Route::ALL.map(Route::name).join(", ")
}

fn no_standard_library(out: &mut Formatter<'_>, reasons: &[(Route, String)]) -> fmt::Result {
    write!(out, "no standard library for {TARGET}:")?;
    for (route, reason) in reasons {
        write!(out, "\n  {route}: {reason}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_route_is_answered_with_those_that_exist() {
        assert_eq!(
            Error::UnknownRoute("nix".into()).to_string(),
            "unknown route `nix`: use installed, rustup, debian"
        );
    }
}
