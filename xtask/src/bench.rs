//! Measuring what docs/performance.md has figures of.
//!
//! | name | measured by |
//! |---|---|
//! | `start`, `effective` | `cargo bench`: inside one process |
//! | all others | `tests/benchmarks`: the harness and a simulator, each in a process |
//!
//! All of it is built for release, and printed as Markdown on standard output.

use std::env::consts::EXE_SUFFIX;
use std::process::Command;

use crate::Result;
use crate::context::{Context, step};

/// What can be measured, and what that is.
pub(crate) const ALL: [(&str, &str); 8] = [
    ("start", "instances, and `harness inspect`"),
    ("effective", "effective access of 1,000,000 grants"),
    ("requests", "requests sent, by the fewest possible"),
    (
        "latency",
        "time at 50 ms, by requests × latency ÷ concurrency",
    ),
    ("script", "a sequential Python script, by the harness"),
    ("native", "CPU in the sandbox, by CPU outside"),
    (
        "limited",
        "time with a limited route, by what the limit dictates",
    ),
    ("size", "memory and time of 100,000 and 1,000,000 grants"),
];

/// The names that `cargo bench` knows, with the package of each.
const INSIDE: [(&str, &str); 2] = [("start", "harness"), ("effective", "governance-store")];

/// Measures what is named, or everything.
pub(crate) fn run(context: &Context, names: &[String], quick: bool) -> Result<()> {
    let wanted = |name: &str| names.is_empty() || names.iter().any(|it| it == name);
    for (name, package) in INSIDE.into_iter().filter(|(name, _)| wanted(name)) {
        let arguments = ["bench", "--locked", "--package", package, "--bench", name];
        step(name, &mut context.cargo(&arguments))?;
    }
    let others: Vec<_> = ALL
        .map(|(name, _)| name)
        .into_iter()
        .filter(|it| !is_inside(it) && wanted(it))
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let arguments = [
        "build",
        "--release",
        "--locked",
        "--package",
        "harness",
        "--package",
        "benchmarks",
    ];
    step(
        "building for release (minutes at first)",
        &mut context.cargo(&arguments),
    )?;
    step("benchmarks", &mut benchmarks(context, &others, quick)).map(drop)
}

fn is_inside(name: &str) -> bool {
    INSIDE.iter().any(|(inside, _)| *inside == name)
}

fn benchmarks(context: &Context, names: &[&str], quick: bool) -> Command {
    let target = context.workspace.target();
    let built = |name: &str| target.join("release").join(format!("{name}{EXE_SUFFIX}"));
    let mut command = context.program(built("benchmarks"));
    command.arg("run").args(names);
    command.arg("--harness").arg(built("harness"));
    command.arg("--scratch").arg(target.join("benchmarks"));
    if quick {
        command.arg("--quick");
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_measures_can_be_asked_for() {
        let is_known = |name: &str| ALL.iter().any(|(known, _)| *known == name);
        assert!(INSIDE.iter().all(|(name, _)| is_known(name)));
        assert_eq!(ALL.iter().filter(|(name, _)| is_inside(name)).count(), 2);
    }
}
