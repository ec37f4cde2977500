//! A simulated organization in a process of its own, so that what it uses is not
//! counted as the harness's.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::Context;
use serde::Deserialize;

use crate::economy::Census;
use crate::http;

/// Ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Simulator {
    process: Child,
    pub(crate) base_url: String,
    pub(crate) admin_key: String,
}

/// What it prints first.
#[derive(Deserialize)]
struct Told {
    base_url: String,
    admin_key: String,
}

/// Of `GET /control/requests`.
#[derive(Deserialize)]
struct Requests {
    requests: BTreeMap<String, u64>,
}

impl Simulator {
    /// Starts `harness simulate` with these arguments besides.
    ///
    /// # Errors
    /// It does not start.
    pub(crate) fn start(mut harness: Command, arguments: &[&str]) -> anyhow::Result<Self> {
        harness.args(["simulate", "--json"]).args(arguments);
        let spawned = harness.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut process = spawned.context("cannot start the simulator")?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let told: Told = serde_json::from_str(&line).context("the simulator told no address")?;
        Ok(Self {
            process,
            base_url: told.base_url,
            admin_key: told.admin_key,
        })
    }

    /// Lets a program ask this organization.
    pub(crate) fn point<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("OPENAI_BASE_URL", &self.base_url)
            .env("OPENAI_ADMIN_KEY", &self.admin_key)
    }

    /// Requests that it has seen so far, by `METHOD path-template`.
    pub(crate) fn requests(&self) -> anyhow::Result<BTreeMap<String, u64>> {
        let answer: Requests = self.control("requests")?;
        Ok(answer.requests)
    }

    /// How many rows its lists have.
    pub(crate) fn census(&self) -> anyhow::Result<Census> {
        self.control("census")
    }

    fn control<T: for<'a> Deserialize<'a>>(&self, what: &str) -> anyhow::Result<T> {
        let root = self.base_url.trim_end_matches("/v1");
        let answer = http::get(&format!("{root}/control/{what}"), None)?;
        Ok(serde_json::from_slice(&answer)?)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It has nothing to save, and may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
