//! `cargo xtask licenses`: whether every dependency may be used, by its license,
//! and comes from where it should.
//!
//! | a package is | it passes if |
//! |---|---|
//! | a member of the workspace | always |
//! | from crates.io | its license can be met with the allowed ones alone |
//! | from anywhere else: a folder, git, another registry | never |
//!
//! Ends with 0 when all pass, and else with 1 and one line for each that does
//! not. A program of its own, since it reads JSON, and xtask should start
//! quickly on a fresh machine.

mod expression;
mod packages;

use std::error::Error;
use std::process::{Command, ExitCode};

use packages::{Package, problem};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Box<dyn Error>> {
    let packages = packages::read(&metadata()?)?;
    let problems: Vec<_> = packages.iter().filter_map(told).collect();
    for problem in &problems {
        eprintln!("error: {problem}");
    }
    match problems.is_empty() {
        true => println!(
            "{} packages: licenses and sources are as allowed",
            packages.len()
        ),
        false => eprintln!(
            "hint: what is allowed is in xtask/licenses/src/expression.rs; add to it only after \
             reading the license"
        ),
    }
    Ok(problems.is_empty())
}

fn told(package: &Package) -> Option<String> {
    let problem = problem(package)?;
    Some(format!("{} {}: {problem}", package.name, package.version))
}

/// What cargo knows of all packages, for all features and platforms.
fn metadata() -> Result<Vec<u8>, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--all-features",
        ])
        .output()?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}
