//! `benchmarks run [NAME ...]`: measures the harness as people run it, as a
//! process, against a simulated organization in another, and prints Markdown.
//!
//! | name | what is measured |
//! |---|---|
//! | `requests` | requests sent, against the fewest that the truth allows |
//! | `latency` | time at 50 ms a request, against the time that the requests take side by side |
//! | `script` | a plain sequential script on the official Python SDK, against the harness |
//! | `native` | CPU, against the same with the connector compiled natively; the mapping alone |
//! | `limited` | time with one route limited, against the time that the limit dictates |
//! | `size` | memory, time and database of 100,000 and 1,000,000 grants; their findings and report |
//!
//! Each figure that has an aim is a ratio of two things measured in one run, on
//! one machine, so that another machine gives another time and nearly the same
//! ratio. What the machine was is told above them.

mod child;
mod economy;
mod http;
mod latency;
mod limited;
mod machine;
mod native;
mod page;
mod report;
mod requests;
mod sandbox;
mod script;
mod setting;
mod simulator;
mod size;

use std::path::PathBuf;

use anyhow::ensure;
use clap::{Parser, Subcommand, ValueEnum};

use report::Section;
use setting::Setting;

/// Measure the harness, and print Markdown
#[derive(Debug, Parser)]
#[command(after_help = "\
Example:
  cargo xtask bench latency --quick")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure
    Run {
        /// What to measure; everything if nothing is named
        #[arg(value_name = "NAME")]
        names: Vec<Name>,

        /// Small organizations: whether all works, not how fast
        #[arg(long)]
        quick: bool,

        /// The harness to measure
        #[arg(long, value_name = "FILE")]
        harness: PathBuf,

        /// Where to put databases, and the Python of the script
        #[arg(long, value_name = "DIRECTORY")]
        scratch: PathBuf,
    },
    /// Sync with the connector compiled natively: what `native` measures
    NativeSync {
        /// The database to make
        #[arg(long, value_name = "FILE")]
        db: PathBuf,

        /// Calls at the same time
        #[arg(long, value_name = "NUMBER")]
        concurrency: usize,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    Requests,
    Latency,
    Script,
    Native,
    Limited,
    Size,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::NativeSync { db, concurrency } => native::run(&db, concurrency),
        Command::Run {
            names,
            quick,
            harness,
            scratch,
        } => {
            let setting = Setting::new(harness, scratch, quick)?;
            measure(&setting, &names)
        }
    }
}

fn measure(setting: &Setting, names: &[Name]) -> anyhow::Result<()> {
    println!("{}\n", machine::told(setting.quick));
    let all = match names {
        [] => Name::value_variants(),
        named => named,
    };
    let mut failed = Vec::new();
    for name in all {
        let title = format!("{name:?}").to_lowercase();
        eprintln!("==> {title}");
        match one(setting, *name) {
            Ok(section) => println!("{section}"),
            // What can be measured still is.
            Err(error) => {
                eprintln!("error: {title}: {error:#}");
                failed.push(title);
            }
        }
    }
    ensure!(failed.is_empty(), "not measured: {}", failed.join(", "));
    Ok(())
}

fn one(setting: &Setting, name: Name) -> anyhow::Result<Section> {
    match name {
        Name::Requests => requests::measure(setting),
        Name::Latency => latency::measure(setting),
        Name::Script => script::measure(setting),
        Name::Native => sandbox::measure(setting),
        Name::Limited => limited::measure(setting),
        Name::Size => size::measure(setting),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_can_be_asked_for_alone() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
        for name in ["requests", "latency", "script", "native", "limited", "size"] {
            let line = [
                "benchmarks",
                "run",
                name,
                "--harness",
                "h",
                "--scratch",
                "s",
            ];
            assert!(Arguments::try_parse_from(line).is_ok(), "{name}");
        }
    }
}
