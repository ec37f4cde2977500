//! What the tests share: a simulated organization, and a way to run `harness`
//! beside it.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use openai_simulator::{Options, Simulator, Template};
use serde_json::{Value, json};
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

    /// Requests so far that were to change something.
    pub(crate) fn changing_requests(&self) -> u64 {
        let requests = self.simulator.requests();
        let changing = requests.iter().filter(|(key, _)| !key.starts_with("GET "));
        changing.map(|(_, count)| count).sum()
    }

    /// Accepts an invitation by the control API, as the invited person would, and
    /// gives the new user's id.
    pub(crate) fn accept(&self, invitation: &str) -> String {
        let url = format!("{}/invitations/accept", self.simulator.control_url());
        let body = json!({ "invitation": invitation });
        let (status, answer) = exchange("POST", &url, None, &body);
        assert_eq!(status, 200, "{answer}");
        text(&answer, "user_id").to_owned()
    }

    /// Asks the Administration API itself, such as `GET /organization/users`. The
    /// answer has to be a good one.
    pub(crate) fn api(&self, method: &str, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.simulator.base_url());
        let (status, answer) = exchange(method, &url, Some(self.simulator.admin_key()), body);
        assert_eq!(status, 200, "{method} {path} {body}: {answer}");
        answer
    }

    /// Makes something by the Administration API, and gives its id.
    pub(crate) fn made(&self, path: &str, body: &Value) -> String {
        text(&self.api("POST", path, body), "id").to_owned()
    }
}

/// One request on a connection of its own: the status, and the JSON of the answer.
fn exchange(method: &str, url: &str, key: Option<&str>, body: &Value) -> (u16, Value) {
    let rest = url.strip_prefix("http://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let key = key.map_or_else(String::new, |key| {
        format!("authorization: Bearer {key}\r\n")
    });
    let body = body.to_string();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n{key}\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = std::net::TcpStream::connect(authority).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
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
        self.ask(arguments.split_whitespace())
    }

    /// Runs `harness` with these arguments as they are.
    pub(crate) fn ask<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_harness"));
        Ran::new(command.args(arguments).output().unwrap())
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

/// Runs one test for each case at the same time: most of it is waiting.
pub(crate) fn side_by_side<T: Send>(cases: impl IntoIterator<Item = T>, test: impl Fn(T) + Sync) {
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| test(case));
        }
    });
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
