//! The command line of the governance host.
//!
//! Data goes to stdout, everything else to stderr. Exit codes are those of
//! [`exit`].

mod access;
mod account;
mod answers;
mod apply;
mod arguments;
mod change;
mod check;
mod conformance;
mod connect;
mod diff;
mod estimate;
mod exit;
mod export;
mod files;
mod findings;
#[cfg(test)]
mod fixtures;
mod grant;
mod inspect;
mod journal;
mod list;
mod meant;
mod progress;
mod report;
mod resource;
mod review;
mod revoke;
mod signals;
mod simulate;
mod sync;
mod table;
mod text;

use std::io::Write;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use arguments::{Arguments, Command};
use exit::Exit;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_env("GOVERNANCE_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    let mut stdout = std::io::stdout().lock();
    let result = run(arguments, &mut stdout).and_then(|exit| {
        stdout.flush()?;
        Ok(exit)
    });
    let exit = result.unwrap_or_else(|error| exit::report(&error, &mut std::io::stderr()));
    exit.into()
}

fn run(arguments: Arguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    match arguments.command {
        Command::Access(arguments) => access::run(arguments, stdout),
        Command::Diff(arguments) => diff::run(arguments, stdout),
        Command::List(arguments) => list::run(arguments, stdout),
        Command::Findings(arguments) => findings::run(arguments, stdout),
        Command::Report(arguments) => report::run(arguments, stdout),
        Command::Journal(arguments) => journal::run(arguments, stdout),
        Command::Export(arguments) => export::run(arguments, stdout),
        Command::Inspect(arguments) => wait(inspect::run(arguments, stdout)),
        Command::Check(arguments) => wait(check::run(arguments, stdout)),
        Command::Conformance(arguments) => wait(conformance::run(arguments, stdout)),
        Command::Sync(arguments) => wait(sync::run(arguments, stdout)),
        Command::Grant(arguments) => wait(grant::run(arguments, stdout)),
        Command::Revoke(arguments) => wait(revoke::run(arguments, stdout)),
        Command::Account(arguments) => wait(account::run(arguments, stdout)),
        Command::Resource(arguments) => wait(resource::run(arguments, stdout)),
        Command::Apply(arguments) => wait(apply::run(arguments, stdout)),
        Command::Review(arguments) => wait(review::run(arguments, stdout)),
        Command::Simulate(arguments) => wait(simulate::run(arguments, stdout)),
    }
}

/// Runs a command that does more than one thing at a time. One thread makes the
/// calls, beside the one that keeps what they tell: nearly all of their time they
/// wait for the network, and more threads spend a seventh of the CPU on waking each
/// other, and end no sooner.
fn wait(command: impl Future<Output = anyhow::Result<Exit>>) -> anyhow::Result<Exit> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?
        .block_on(command)
}
