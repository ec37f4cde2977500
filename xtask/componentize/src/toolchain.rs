//! Finds the target's standard library, or fetches it.
//!
//! Only set-up fetches. A build script detects and otherwise says what to run:
//! a build that reaches for packages behind its user's back is a bad neighbour.

use std::process::Command;
use std::time::Duration;

use crate::TARGET;
use crate::debian::{self, DebianCompiler};
use crate::error::Error;
use crate::machine::Machine;
use crate::process::finish;
use crate::route::{self, Route};

/// It takes seconds where it works; where it does not, it may hang.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);

const RUSTUP_ARGUMENTS: [&str; 3] = ["target", "add", TARGET];

/// The standard library that a component is built with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StandardLibrary {
    /// It was in the sysroot already.
    Installed,
    /// rustup has put it there.
    Rustup,
    /// Cargo builds it with this compiler.
    Debian(DebianCompiler),
}

impl StandardLibrary {
    /// The route that led here.
    #[must_use]
    pub fn route(&self) -> Route {
        match self {
            Self::Installed => Route::Installed,
            Self::Rustup => Route::Rustup,
            Self::Debian(_) => Route::Debian,
        }
    }
}

/// Finds what is on the machine and changes nothing. For build scripts.
///
/// # Errors
///
/// [`Error::NoStandardLibrary`] where set-up has to run first.
pub fn detect(forced: Option<Route>) -> Result<StandardLibrary, Error> {
    found(&Machine::look(), forced)
}

/// Finds the standard library and fetches it where it has to. `may_install`
/// allows Debian's packages to be installed (by root): `--yes` was given, or
/// `CI` is set. `progress` is told what takes time.
///
/// # Errors
///
/// [`Error::NoStandardLibrary`] with each route's reason.
pub fn set_up(
    forced: Option<Route>,
    may_install: bool,
    progress: impl Fn(&str),
) -> Result<StandardLibrary, Error> {
    let machine = Machine::look();
    let fetches = route::fetches(forced, machine.ready());
    if fetches.is_empty() {
        return found(&machine, forced);
    }
    let mut failures = Vec::new();
    for &route in fetches {
        progress(&format!(
            "fetching the standard library for {TARGET}: {route}"
        ));
        match fetch(route, may_install) {
            Ok(library) => return Ok(library),
            Err(reason) => failures.push((route, reason)),
        }
    }
    Err(Error::NoStandardLibrary(reasons(
        &machine, forced, &failures,
    )))
}

fn found(machine: &Machine, forced: Option<Route>) -> Result<StandardLibrary, Error> {
    machine
        .library(forced)
        .ok_or_else(|| Error::NoStandardLibrary(reasons(machine, forced, &[])))
}

fn fetch(route: Route, may_install: bool) -> Result<StandardLibrary, String> {
    match route {
        Route::Installed => {}
        Route::Rustup => finish(Command::new("rustup").args(RUSTUP_ARGUMENTS), RUSTUP_LIMIT)?,
        Route::Debian => debian::fetch(may_install)?,
    }
    let machine = Machine::look();
    machine
        .library(Some(route))
        .ok_or_else(|| format!("fetched, but {}", obstacle(&machine, route)))
}

/// Why each route did not work, for all three.
fn reasons(
    machine: &Machine,
    forced: Option<Route>,
    failures: &[(Route, String)],
) -> Vec<(Route, String)> {
    let reason = |route| match (failures.iter().find(|failure| failure.0 == route), forced) {
        (Some((_, reason)), _) => reason.clone(),
        (None, Some(forced)) if forced != route => format!("not tried: {forced} is asked for"),
        (None, _) => not_fetched(machine, route),
    };
    Route::ALL.map(|route| (route, reason(route))).into()
}

fn not_fetched(machine: &Machine, route: Route) -> String {
    let obstacle = obstacle(machine, route);
    match route {
        Route::Installed => obstacle,
        Route::Rustup => format!("not run: rustup {}", RUSTUP_ARGUMENTS.join(" ")),
        Route::Debian => format!("{obstacle}; {}", debian::advice()),
    }
}

fn obstacle(machine: &Machine, route: Route) -> String {
    let obstacle = match route {
        Route::Installed | Route::Rustup => machine.installed.as_ref().err(),
        Route::Debian => machine.debian.as_ref().err(),
    };
    obstacle.cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare() -> Machine {
        Machine {
            installed: Err("not in /sysroot/lib/rustlib".into()),
            debian: Err("there is no /usr/bin/rustc".into()),
        }
    }

    #[test]
    fn a_build_script_without_a_library_names_all_three_ways() {
        assert_eq!(
            found(&bare(), None).unwrap_err().to_string(),
            "no standard library for wasm32-unknown-unknown:\n\
             \x20 installed: not in /sysroot/lib/rustlib\n\
             \x20 rustup: not run: rustup target add wasm32-unknown-unknown\n\
             \x20 debian: there is no /usr/bin/rustc; as root: apt-get update && \
             apt-get install -y --no-install-recommends rustc-web rust-web-src"
        );
    }

    #[test]
    fn a_set_up_that_failed_names_all_three_ways() {
        let failures = [
            (Route::Rustup, "rustup was stopped after 120 s".to_owned()),
            (Route::Debian, "only root installs packages".to_owned()),
        ];
        let error = Error::NoStandardLibrary(reasons(&bare(), None, &failures));
        assert_eq!(
            error.to_string(),
            "no standard library for wasm32-unknown-unknown:\n\
             \x20 installed: not in /sysroot/lib/rustlib\n\
             \x20 rustup: rustup was stopped after 120 s\n\
             \x20 debian: only root installs packages"
        );
    }

    #[test]
    fn a_forced_route_says_why_the_others_were_left_out() {
        for forced in Route::ALL {
            let reasons = reasons(&bare(), Some(forced), &[]);
            assert_eq!(reasons.len(), 3);
            for (route, reason) in reasons {
                let left_out = reason == format!("not tried: {forced} is asked for");
                assert_eq!(left_out, route != forced, "{route}: {reason}");
            }
        }
    }

    #[test]
    fn a_library_tells_the_route_that_led_to_it() {
        let compiler = DebianCompiler {
            rustc: "/usr/bin/rustc".into(),
            linker: "/usr/bin/wasm-ld".into(),
        };
        let machine = Machine {
            debian: Ok(compiler),
            ..bare()
        };
        assert_eq!(found(&machine, None).unwrap().route(), Route::Debian);
        assert!(found(&machine, Some(Route::Installed)).is_err());
    }
}
