//! What all measurements share: the harness that is measured, where its
//! databases go, and how large organizations are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use serde::Deserialize;
use tempfile::TempDir;

use crate::child::{self, Used};
use crate::simulator::Simulator;

/// Calls at the same time, in all measurements.
pub(crate) const CONCURRENCY: usize = 16;

/// See the module.
#[derive(Debug)]
pub(crate) struct Setting {
    harness: PathBuf,
    pub(crate) scratch: PathBuf,
    pub(crate) quick: bool,
    /// For databases and recordings; goes with this.
    folder: TempDir,
}

/// A sync that was measured.
#[derive(Debug)]
pub(crate) struct Synced {
    pub(crate) used: Used,
    pub(crate) summary: Summary,
    pub(crate) database: PathBuf,
}

/// What of the summary of `harness sync --json` is used here.
#[derive(Debug, Deserialize)]
pub(crate) struct Summary {
    pub(crate) grants: u64,
    pub(crate) resources: serde_json::Map<String, serde_json::Value>,
    pub(crate) gaps: u64,
}

impl Summary {
    /// Resources of all types.
    pub(crate) fn resources(&self) -> u64 {
        let counts = self.resources.values();
        counts.filter_map(serde_json::Value::as_u64).sum()
    }
}

impl Setting {
    /// # Errors
    /// There is no harness, or nowhere to write.
    pub(crate) fn new(harness: PathBuf, scratch: PathBuf, quick: bool) -> anyhow::Result<Self> {
        let missing = || format!("there is no {}", harness.display());
        let harness = harness.canonicalize().with_context(missing)?;
        std::fs::create_dir_all(&scratch)?;
        let scratch = scratch.canonicalize()?;
        let setting = Self {
            harness,
            folder: tempfile::tempdir_in(&scratch)?,
            scratch,
            quick,
        };
        // Compiles the connector, which is no part of what is measured.
        child::run(setting.harness().arg("inspect"))?;
        Ok(setting)
    }

    /// The harness, with no settings but those of a measurement.
    pub(crate) fn harness(&self) -> Command {
        let mut command = Command::new(&self.harness);
        let ours = |name: &str| name.starts_with("GOVERNANCE_") || name.starts_with("OPENAI_");
        for (name, _) in std::env::vars_os() {
            if ours(&name.to_string_lossy()) {
                command.env_remove(name);
            }
        }
        command
            .env("GOVERNANCE_CACHE", self.scratch.join("component-cache"))
            .current_dir(self.folder.path());
        command
    }

    /// A file that is not there yet.
    pub(crate) fn file(&self, name: &str) -> anyhow::Result<PathBuf> {
        Ok(tempfile::tempdir_in(self.folder.path())?.keep().join(name))
    }

    /// Starts a simulator with these arguments, separated by blanks.
    pub(crate) fn simulate(&self, arguments: &str) -> anyhow::Result<Simulator> {
        let arguments: Vec<_> = arguments.split_whitespace().collect();
        Simulator::start(self.harness(), &arguments)
    }

    /// Syncs an organization into a new database.
    pub(crate) fn sync(&self, simulator: &Simulator, more: &[&str]) -> anyhow::Result<Synced> {
        let database = self.file("governance.db")?;
        let mut sync = self.harness();
        sync.args(["sync", "--json", "--concurrency", &CONCURRENCY.to_string()]);
        sync.arg("--db").arg(&database).args(more);
        let used = child::run(simulator.point(&mut sync))?;
        Ok(Synced {
            summary: serde_json::from_str(&used.output)?,
            used,
            database,
        })
    }

    /// One number where it counts, another where it is to be quick.
    pub(crate) fn size(&self, full: usize, quick: usize) -> usize {
        match self.quick {
            true => quick,
            false => full,
        }
    }
}

/// Bytes of a database, with the files that SQLite keeps beside it.
pub(crate) fn bytes_of(database: &Path) -> u64 {
    let with = |suffix: &str| {
        let mut file = database.as_os_str().to_owned();
        file.push(suffix);
        std::fs::metadata(file).map_or(0, |it| it.len())
    };
    ["", "-wal"].map(with).iter().sum()
}
