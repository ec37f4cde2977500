//! What the tests share: a simulated organization, and a way to run `harness`
//! beside it.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use openai_simulator::{Options, Simulator, Template};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A simulated organization, served on a runtime of its own.
pub(crate) struct Organization {
    pub(crate) simulator: Simulator,
    /// Answers as long as it lives.
    _runtime: Runtime,
}

impl Organization {
    pub(crate) fn start(options: Options) -> Self {
        let runtime = Runtime::new().unwrap();
        let simulator = runtime.block_on(Simulator::start(options)).unwrap();
        Self {
            simulator,
            _runtime: runtime,
        }
    }

    /// A named organization.
    pub(crate) fn named(organization: Template) -> Self {
        Self::start(Options {
            organization,
            ..Options::default()
        })
    }

    /// A generated organization.
    pub(crate) fn generated(users: usize, seed: u64) -> Self {
        Self::start(Options {
            organization: Template::Generated,
            users,
            seed,
            ..Options::default()
        })
    }

    /// Requests answered so far, whatever the route.
    pub(crate) fn requests(&self) -> u64 {
        self.simulator.requests().values().sum()
    }

    /// Where a test runs the harness against this organization.
    pub(crate) fn bench(&self) -> Bench {
        let mut bench = Bench::alone();
        bench.set("OPENAI_BASE_URL", &self.simulator.base_url());
        bench.set("OPENAI_ADMIN_KEY", self.simulator.admin_key());
        bench
    }

    /// Accepts an invitation by the control API, as the invited person would.
    pub(crate) fn accept(&self, invitation: &str) {
        let body = serde_json::json!({ "invitation": invitation }).to_string();
        self.control("/invitations/accept", &body);
    }

    fn control(&self, path: &str, body: &str) {
        let url = format!("{}{path}", self.simulator.control_url());
        let (authority, path) = url
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let request = format!(
            "POST /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = std::net::TcpStream::connect(authority).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

/// An empty folder and a clean environment to run the harness in.
pub(crate) struct Bench {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Bench {
    pub(crate) fn alone() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            environment: Vec::new(),
        }
    }

    pub(crate) fn set(&mut self, variable: &str, value: &str) {
        self.environment.retain(|(name, _)| name != variable);
        self.environment.push((variable.into(), value.into()));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, contents).unwrap();
        path
    }

    /// Runs `harness` with these arguments, split at spaces.
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_harness"));
        Ran::new(command.args(arguments.split_whitespace()).output().unwrap())
    }

    /// A command in the folder, with the environment and nothing else.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let environment = self.environment.iter().map(|(name, value)| (name, value));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TERM", "xterm")
            .env("GOVERNANCE_CACHE", component_cache())
            .envs(environment);
        command
    }

    /// Runs `harness`, which has to succeed.
    pub(crate) fn succeed(&self, arguments: &str) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "harness {arguments}\n{}", ran.stderr);
        ran
    }
}

/// How a run of the harness ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Stdout as JSON Lines.
    pub(crate) fn rows(&self) -> Vec<Value> {
        let lines = self.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// Compiled once for all runs.
pub(crate) fn component_cache() -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_harness")).ancestors().nth(2);
    target.unwrap().join("component-cache")
}

/// The seed of random organizations: from the environment, so that CI tries
/// others, else always the same.
pub(crate) fn seed() -> u64 {
    let variable = std::env::var("GOVERNANCE_TEST_SEED");
    let seed = variable.map_or(7, |text| text.parse().unwrap());
    eprintln!("GOVERNANCE_TEST_SEED={seed}");
    seed
}

/// A string of a row.
pub(crate) fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key]
        .as_str()
        .unwrap_or_else(|| panic!("no text `{key}` in {row}"))
}
