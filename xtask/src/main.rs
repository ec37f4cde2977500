//! `cargo xtask TASK`: one command for set-up, demo and tests.
//!
//! Every task sets up first, so that each works on a fresh machine:
//!
//! | task | what it does |
//! |---|---|
//! | `setup` | finds or fetches what connectors are compiled with |
//! | `demo` | syncs a simulated organization and lists its accounts |
//! | `test` | runs all tests |
//! | `component` | builds connectors to components and shows their size |
//! | `licenses` | checks licenses and sources of all dependencies |
//! | `bench` | measures what docs/performance.md has figures of |
//! | `ci` | formatting, licenses, lints, documentation, tests |
//!
//! Ends with 0 when the task is done, 1 when it failed, 2 when it was not
//! understood.

mod arguments;
mod background;
mod bench;
mod checks;
mod component;
mod context;
mod demo;
mod help;
mod setup;

use std::error::Error;
use std::process::ExitCode;

use arguments::{Parsed, Request, Task};
use context::Context;

/// A failed task: its message is all that matters.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    match arguments::parse(&arguments) {
        Ok(Parsed::Help(task)) => {
            print!("{}", help::text(task));
            ExitCode::SUCCESS
        }
        Ok(Parsed::Run(request)) => finish(run(&request)),
        Err(misunderstanding) => {
            eprintln!("error: {misunderstanding}\nsee `cargo xtask help`");
            ExitCode::from(2)
        }
    }
}

fn run(request: &Request) -> Result<()> {
    let context = Context::new(request)?;
    setup::run(&context, request.yes)?;
    match request.task {
        Task::Setup => Ok(()),
        Task::Demo => demo::run(&context),
        Task::Test => checks::test(&context),
        Task::Component => component::run(&context, request.plugin.as_deref()),
        Task::Licenses => checks::licenses(&context),
        Task::Bench => bench::run(&context, &request.benches, request.quick),
        Task::Ci => checks::ci(&context),
    }
}

fn finish(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
