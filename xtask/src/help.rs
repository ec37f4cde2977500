//! The help texts.

use std::fmt::Write as _;

use crate::arguments::Task;
use crate::bench;

const OPTIONS: &str = "\
options of every task:
  --std-from ROUTE   where the standard library of wasm32-unknown-unknown comes
                     from: installed, rustup or debian (otherwise what is there,
                     then rustup, then debian); WASM_STD_FROM does the same
  --yes              Debian's packages rustc-web and rust-web-src may be
                     installed, as root; implied where CI is set
  -h, --help         this text
";

/// Help about one task, or about all.
pub(crate) fn text(task: Option<Task>) -> String {
    match task {
        Some(task) => about(task),
        None => overview(),
    }
}

fn overview() -> String {
    let mut text = "usage: cargo xtask TASK [OPTIONS]\n\ntasks:\n".to_owned();
    for task in Task::ALL {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {:<10} {}", task.name(), summary(task));
    }
    let _ = write!(
        text,
        "  {:<10} about one task\n\n{OPTIONS}\nexample: cargo xtask demo\n",
        "help TASK"
    );
    text
}

fn about(task: Task) -> String {
    let (usage, description) = match task {
        Task::Bench => ("bench [NAME ...] [--quick]", benchmarks()),
        other => (other.name(), description(other).to_owned()),
    };
    format!(
        "usage: cargo xtask {usage} [OPTIONS]\n\n{description}\n\n{OPTIONS}\nexample: {}\n",
        example(task),
    )
}

fn summary(task: Task) -> &'static str {
    match task {
        Task::Setup => "find or fetch what connectors are compiled with",
        Task::Demo => "sync a simulated organization and list its accounts",
        Task::Test => "run all tests",
        Task::Component => "build connectors to components and show their size",
        Task::Licenses => "check licenses and sources of all dependencies",
        Task::Bench => "measure what docs/performance.md has figures of",
        Task::Ci => "check formatting, licenses, lints, documentation and tests",
    }
}

fn benchmarks() -> String {
    let mut text = description(Task::Bench).to_owned();
    for (name, what) in bench::ALL {
        let _ = write!(text, "\n  {name:<10} {what}");
    }
    text
}

fn description(task: Task) -> &'static str {
    match task {
        Task::Bench => {
            "Builds for release, which takes minutes at first, and prints Markdown for\n\
             docs/performance.md: each figure a ratio within one run, with its aim. On an\n\
             idle machine, everything takes about 20 minutes. --quick takes organizations\n\
             that are too small to judge by, where the name is none of the first two.\n\
             Measured is everything, or what is named:"
        }
        Task::Setup => {
            "Finds the standard library for wasm32-unknown-unknown, or fetches it: with\n\
             rustup, and where that cannot download, from Debian. Says which way it took.\n\
             Every other task does this first."
        }
        Task::Demo => {
            "Builds the harness, starts a simulated OpenAI organization on this machine,\n\
             syncs it into target/demo/governance.db and lists its accounts. Needs no\n\
             account and no key. Ends the simulator when done."
        }
        Task::Test => "Runs all tests of the workspace, with the versions in Cargo.lock.",
        Task::Component => {
            "Builds the connectors to WebAssembly components in target/components/ and\n\
             shows the path and size of each: the built-in ones, or with\n\
             --plugin PLUGIN the one in the folder plugin/PLUGIN or PLUGIN, which may be\n\
             anywhere."
        }
        Task::Licenses => {
            "Checks by `cargo metadata` that every dependency has a license that is allowed\n\
             here, and comes from crates.io."
        }
        Task::Ci => {
            "What has to pass before a change is merged, in this order: formatting, licenses,\n\
             clippy without warnings, documentation without warnings, all tests. Stops at\n\
             the first that fails."
        }
    }
}

fn example(task: Task) -> &'static str {
    match task {
        Task::Setup => "cargo xtask setup --std-from debian --yes",
        Task::Demo => "cargo xtask demo",
        Task::Test => "cargo xtask test",
        Task::Component => "cargo xtask component --plugin example",
        Task::Licenses => "cargo xtask licenses",
        Task::Bench => "cargo xtask bench latency size",
        Task::Ci => "cargo xtask ci",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overview_names_every_task_and_option() {
        let text = text(None);
        for task in Task::ALL {
            assert!(text.contains(&format!("\n  {}", task.name())), "{text}");
        }
        for option in ["--std-from", "--yes", "--help"] {
            assert!(text.contains(option), "{text}");
        }
    }

    #[test]
    fn every_benchmark_is_named() {
        let text = text(Some(Task::Bench));
        for (name, _) in bench::ALL {
            assert!(text.contains(&format!("\n  {name} ")), "{text}");
        }
    }

    #[test]
    fn the_help_of_a_task_has_an_example_of_it() {
        for task in Task::ALL {
            let example = format!("example: cargo xtask {}", task.name());
            assert!(text(Some(task)).contains(&example));
        }
    }
}
