//! What every task needs: where the workspace is, and how to call its cargo.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use componentize::{Route, Workspace};

use crate::Result;
use crate::arguments::Request;

/// The workspace that this was built from, and the forced route.
pub(crate) struct Context {
    pub(crate) workspace: Workspace,
    pub(crate) route: Option<Route>,
}

impl Context {
    /// A route from the command line comes before one from the environment.
    pub(crate) fn new(request: &Request) -> Result<Self> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = package.parent().unwrap_or(package);
        let route = match request.route {
            None => Route::from_environment()?,
            forced => forced,
        };
        Ok(Self {
            workspace: Workspace::at(root),
            route,
        })
    }

    /// A program that runs at the workspace's root, with an environment as if
    /// it had been called from the command line.
    pub(crate) fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if is_of_this_package(&name.to_string_lossy()) {
                command.env_remove(name);
            }
        }
        command.current_dir(self.workspace.root());
        command
    }

    /// The cargo that runs this task, for another call.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = self.program(cargo);
        command
            .args(arguments)
            .env("CARGO_TARGET_DIR", self.workspace.target());
        if let Some(route) = self.route {
            command.env(Route::VARIABLE, route.name());
        }
        command
    }
}

/// What `cargo run` tells about xtask itself. Build scripts that watch these
/// variables (ring's does) would run again with each change between
/// `cargo xtask` and plain cargo.
fn is_of_this_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"]
        .iter()
        .any(|prefix| variable.starts_with(prefix))
}

/// Announces a step, runs it to its end and returns how long it took.
pub(crate) fn step(title: &str, command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    announce(title);
    let status = command
        .status()
        .map_err(|error| format!("{title}: cannot start: {error}"))?;
    if status.success() {
        Ok(start.elapsed())
    } else {
        Err(format!("{title}: failed ({status})").into())
    }
}

/// Tells on standard error what happens next.
pub(crate) fn announce(title: &str) {
    eprintln!("==> {title}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Task;

    fn context(route: Option<Route>) -> Context {
        let request = Request {
            task: Task::Test,
            route,
            yes: false,
            plugin: None,
            benches: Vec::new(),
            quick: false,
        };
        Context::new(&request).unwrap()
    }

    #[test]
    fn the_workspace_is_the_one_with_the_lock_file() {
        let root = context(None).workspace.root().to_owned();
        assert!(root.join("Cargo.lock").is_file(), "{}", root.display());
    }

    #[test]
    fn a_forced_route_reaches_build_scripts() {
        let command = context(Some(Route::Debian)).cargo(&["test"]);
        let told = command
            .get_envs()
            .find(|(name, _)| *name == Route::VARIABLE);
        assert_eq!(told.unwrap().1, Some("debian".as_ref()));
    }

    #[test]
    fn programs_are_not_told_that_they_are_xtask() {
        let command = context(None).program("harness");
        let removed = |name: &str| {
            command
                .get_envs()
                .any(|found| found == (name.as_ref(), None))
        };
        assert!(removed("CARGO_MANIFEST_DIR") && removed("CARGO_PKG_NAME"));
        assert!(!is_of_this_package("CARGO_HOME"));
    }

    #[test]
    fn a_step_that_fails_is_named() {
        let error = step("a step", Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "a step: failed (exit status: 3)");
    }
}
