//! Which way leads to the target's standard library: the decision alone.
//!
//! What is ready is used before anything is fetched, so that a machine which
//! rustup's server does not answer waits for it once and not at every call.
//!
//! | asked for | ready | set-up does | a build script does |
//! |---|---|---|---|
//! | nothing | installed | uses it | uses it |
//! | nothing | Debian's alone | uses it | uses it |
//! | nothing | nothing | fetches by rustup, then from Debian | fails |
//! | `installed` | installed, or not | uses it, or fails | uses it, or fails |
//! | `rustup` | installed, or not | fetches by rustup | uses it, or fails |
//! | `debian` | Debian's, or not | uses it, or fetches it | uses it, or fails |

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use crate::error::Error;

/// A way to the standard library of `wasm32-unknown-unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// It is in the sysroot of the compiler that is in use.
    Installed,
    /// `rustup target add` has fetched it.
    Rustup,
    /// Debian's compiler builds it from Debian's copy of its source.
    Debian,
}

impl Route {
    /// All routes, in the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::Installed, Self::Rustup, Self::Debian];

    /// The environment variable that forces a route. Build scripts see it.
    pub const VARIABLE: &str = "WASM_STD_FROM";

    /// The word for it on the command line and in the environment.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Rustup => "rustup",
            Self::Debian => "debian",
        }
    }

    /// The route that the environment forces; none where [`Self::VARIABLE`] is
    /// unset or empty.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRoute`] where it holds anything else.
    pub fn from_environment() -> Result<Option<Self>, Error> {
        match std::env::var_os(Self::VARIABLE) {
            Some(value) if !value.is_empty() => value.to_string_lossy().parse().map(Some),
            _ => Ok(None),
        }
    }
}

impl Display for Route {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Route {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|route| route.name() == given)
            .ok_or_else(|| Error::UnknownRoute(given.to_owned()))
    }
}

/// What a machine has already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ready {
    /// The standard library is in the sysroot of the compiler in use.
    pub(crate) installed: bool,
    /// Debian's compiler, the source that fits it and a linker are there.
    pub(crate) debian: bool,
}

/// The route that can be used as the machine is.
pub(crate) fn usable(forced: Option<Route>, ready: Ready) -> Option<Route> {
    match forced {
        None if ready.installed => Some(Route::Installed),
        None if ready.debian => Some(Route::Debian),
        Some(route @ (Route::Installed | Route::Rustup)) if ready.installed => Some(route),
        Some(Route::Debian) if ready.debian => Some(Route::Debian),
        _ => None,
    }
}

/// The routes by which set-up fetches, in order, until one works. None where
/// what is there is used.
pub(crate) fn fetches(forced: Option<Route>, ready: Ready) -> &'static [Route] {
    match forced {
        // Asking for rustup runs it even where it has nothing to do: that is
        // how this route is tried on a machine that has the target.
        Some(Route::Rustup) => &[Route::Rustup],
        _ if usable(forced, ready).is_some() => &[],
        None => &[Route::Rustup, Route::Debian],
        Some(Route::Debian) => &[Route::Debian],
        Some(Route::Installed) => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::Route::{Debian, Installed, Rustup};
    use super::*;

    #[test]
    fn what_is_ready_comes_before_what_must_be_fetched() {
        type Case = (Option<Route>, [bool; 2], Option<Route>, &'static [Route]);
        // Forced, [installed, Debian's ready], usable as it is, fetched by.
        let cases: [Case; 16] = [
            (None, [false, false], None, &[Rustup, Debian]),
            (None, [false, true], Some(Debian), &[]),
            (None, [true, false], Some(Installed), &[]),
            (None, [true, true], Some(Installed), &[]),
            (Some(Installed), [false, false], None, &[]),
            (Some(Installed), [false, true], None, &[]),
            (Some(Installed), [true, false], Some(Installed), &[]),
            (Some(Installed), [true, true], Some(Installed), &[]),
            (Some(Rustup), [false, false], None, &[Rustup]),
            (Some(Rustup), [false, true], None, &[Rustup]),
            (Some(Rustup), [true, false], Some(Rustup), &[Rustup]),
            (Some(Rustup), [true, true], Some(Rustup), &[Rustup]),
            (Some(Debian), [false, false], None, &[Debian]),
            (Some(Debian), [false, true], Some(Debian), &[]),
            (Some(Debian), [true, false], None, &[Debian]),
            (Some(Debian), [true, true], Some(Debian), &[]),
        ];
        for (forced, [installed, debian], used, fetched) in cases {
            let ready = Ready { installed, debian };
            assert_eq!(usable(forced, ready), used, "{forced:?} {ready:?}");
            assert_eq!(fetches(forced, ready), fetched, "{forced:?} {ready:?}");
        }
    }

    #[test]
    fn every_route_is_read_by_the_name_it_is_shown_with() {
        for route in Route::ALL {
            assert_eq!(route.to_string().parse::<Route>().unwrap(), route);
        }
    }

    #[test]
    fn other_words_are_no_routes() {
        for word in ["", "Debian", "apt", "installed "] {
            assert!(word.parse::<Route>().is_err(), "{word:?}");
        }
    }
}
