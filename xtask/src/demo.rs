//! The demo: a sync of a simulated organization, from nothing to its accounts, and
//! the plan of a change.
//!
//! | step | command |
//! |---|---|
//! | build | `cargo build --package harness` |
//! | simulate | `harness simulate --port 0 --json --organization small` in the background |
//! | sync | `harness sync --db target/demo/governance.db` against the simulator |
//! | look | `harness list accounts --db target/demo/governance.db` |
//! | plan | `harness grant project:Sandbox:member alan.turing@example.com --plan` |

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::Result;
use crate::background::Background;
use crate::context::{Context, announce, step};

pub(crate) fn run(context: &Context) -> Result<()> {
    // With the whole workspace's features, so that `test` finds most of it built.
    let mut build = context.cargo(&["build", "--locked", "--workspace", "--bin", "harness"]);
    step("building the harness (minutes at first)", &mut build)?;
    let start = Instant::now();
    let harness = harness(&context.workspace.target().join("debug"));
    let database = fresh_database(&context.workspace.target().join("demo"))?;

    announce("starting a simulated organization");
    let simulator = Simulator::start(context.program(&harness))?;
    announce(&format!("syncing {}", simulator.base_url));
    let mut sync = context.program(&harness);
    sync.arg("sync").arg("--db").arg(&database);
    sync.env("OPENAI_BASE_URL", &simulator.base_url);
    sync.env("OPENAI_ADMIN_KEY", &simulator.admin_key);
    let outcome = finish("sync", &mut sync)?;

    announce("listing its accounts");
    let mut list = context.program(&harness);
    list.args(["list", "accounts", "--db"]).arg(&database);
    finish("list accounts", &mut list)?;

    announce("planning a change, which sends nothing");
    let mut plan = context.program(&harness);
    plan.args(["grant", "project:Sandbox:member", "alan.turing@example.com"]);
    plan.args(["--plan", "--db"]).arg(&database);
    plan.env("OPENAI_BASE_URL", &simulator.base_url);
    plan.env("OPENAI_ADMIN_KEY", &simulator.admin_key);
    finish("grant --plan", &mut plan)?;

    let seconds = start.elapsed().as_secs_f32();
    announce(&format!("demo done in {seconds:.1} s: {}", outcome.told()));
    announce(&format!("the data is in {}", database.display()));
    Ok(())
}

fn harness(folder: &Path) -> PathBuf {
    folder.join(format!("harness{EXE_SUFFIX}"))
}

/// The path of a database that does not exist yet: an older one goes, with the
/// files that SQLite keeps beside it.
fn fresh_database(folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with("governance.db")
        {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(folder.join("governance.db"))
}

/// How the harness ended, where it did what it was asked to.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Complete,
    WithGaps,
}

impl Outcome {
    fn of(exit_code: Option<i32>) -> Option<Self> {
        match exit_code {
            Some(0) => Some(Self::Complete),
            Some(6) => Some(Self::WithGaps),
            _ => None,
        }
    }

    fn told(&self) -> &'static str {
        match self {
            Self::Complete => "the sync is complete",
            Self::WithGaps => "the sync is done with gaps, which it named (exit code 6)",
        }
    }
}

fn finish(title: &str, command: &mut Command) -> Result<Outcome> {
    let started = command.status();
    let status = started.map_err(|error| format!("{title}: cannot start: {error}"))?;
    Outcome::of(status.code()).ok_or_else(|| format!("{title}: failed ({status})").into())
}

/// A simulated organization; ends when it is dropped.
struct Simulator {
    base_url: String,
    admin_key: String,
    /// Held, since dropping it ends the simulator.
    _program: Background,
}

impl Simulator {
    fn start(mut harness: Command) -> Result<Self> {
        harness.args([
            "simulate",
            "--port",
            "0",
            "--json",
            "--organization",
            "small",
        ]);
        let started = Background::start(&harness);
        let mut program =
            started.map_err(|error| format!("cannot start the simulator: {error}"))?;
        let line = program.line()?;
        let told = |name| {
            text_field(&line, name)
                .map(str::to_owned)
                .ok_or_else(|| format!("the simulator told no {name}: {line:?}"))
        };
        Ok(Self {
            base_url: told("base_url")?,
            admin_key: told("admin_key")?,
            _program: program,
        })
    }
}

/// The text of a field of a flat JSON object. Enough for an address and a key,
/// which need no escapes, and spares a JSON parser.
fn text_field<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{name}\""))?;
    let value = rest.trim_start().strip_prefix(':')?.trim_start();
    let (text, _) = value.strip_prefix('"')?.split_once('"')?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simulators_line_is_read() {
        let line = r#"{"base_url": "http://127.0.0.1:9/v1", "admin_key" :"sk-1","seed":4}"#;
        let cases = [
            ("base_url", Some("http://127.0.0.1:9/v1")),
            ("admin_key", Some("sk-1")),
            ("seed", None),
            ("key", None),
        ];
        for (name, text) in cases {
            assert_eq!(text_field(line, name), text, "{name}");
        }
        for broken in ["", "{}", r#"{"base_url"#, r#"{"base_url": "http"#] {
            assert_eq!(text_field(broken, "base_url"), None, "{broken}");
        }
    }

    #[test]
    fn done_and_done_with_gaps_are_both_successes() {
        let cases = [
            (Some(0), Some(Outcome::Complete)),
            (Some(6), Some(Outcome::WithGaps)),
            (Some(1), None),
            (Some(2), None),
            (None, None),
        ];
        for (code, outcome) in cases {
            assert_eq!(Outcome::of(code), outcome, "{code:?}");
        }
    }

    #[test]
    fn an_older_database_goes_and_other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for file in ["governance.db", "governance.db-wal", "notes.txt"] {
            fs::write(folder.join(file), "old").unwrap();
        }
        let database = fresh_database(folder).unwrap();
        assert_eq!(database, folder.join("governance.db"));
        assert!(!database.exists() && !folder.join("governance.db-wal").exists());
        assert!(folder.join("notes.txt").exists());
    }

    #[test]
    fn a_simulator_that_says_something_else_is_an_error() {
        let error = Simulator::start(Command::new("echo")).err().unwrap();
        let said = error.to_string();
        assert!(said.starts_with("the simulator told no base_url"), "{said}");
    }
}
