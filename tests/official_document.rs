//! Every request of the connector and every answer of the simulator keep to
//! OpenAI's own API document, as Prism judges them from between the two.
//!
//! Needs the document (`GOVERNANCE_OPENAI_SPEC`, or beside this repository in
//! `shared/reference`) and Prism (`npm install --prefix target/prism
//! @stoplight/prism-cli@5.14.2`, which `.ci/run` does where npm is there);
//! without them the test says so and passes.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use openai_simulator::Template;

use crate::support::Organization;

/// A proxy that answers 422 or 500 for traffic that the document does not have.
struct Prism {
    process: Child,
    base_url: String,
}

impl Prism {
    fn between(program: &Path, document: &Path, upstream: &str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let mut command = Command::new(program);
        let process = command
            .args(["proxy", "--errors", "--host", "127.0.0.1", "--port"])
            .arg(free.port().to_string())
            .args([document.as_os_str(), upstream.as_ref()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while std::net::TcpStream::connect(free).is_err() {
            assert!(Instant::now() < deadline, "prism does not listen");
            std::thread::yield_now();
        }
        let base_url = format!("http://{free}");
        Self { process, base_url }
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn document() -> Option<PathBuf> {
    let given = std::env::var_os("GOVERNANCE_OPENAI_SPEC").map(PathBuf::from);
    let beside = workspace().join("../shared/reference/openai-admin-openapi.yaml");
    given.into_iter().chain([beside]).find(|it| it.exists())
}

#[test]
fn traffic_keeps_to_it() {
    let program = workspace().join("target/prism/node_modules/.bin/prism");
    let Some(document) = document() else {
        eprintln!("skipped: OpenAI's API document is not at hand");
        return;
    };
    if !program.exists() {
        eprintln!("skipped: {} is not there", program.display());
        return;
    }
    for template in [Template::Small, Template::Empty] {
        let organization = Organization::named(template);
        let mut bench = organization.bench();
        let direct = bench
            .succeed("sync --connection direct --json")
            .rows()
            .remove(0);
        let prism = Prism::between(&program, &document, &organization.simulator.base_url());
        bench.set("OPENAI_BASE_URL", &prism.base_url);
        let judged = bench
            .succeed("sync --connection judged --json")
            .rows()
            .remove(0);
        for key in ["resources", "grants", "requests"] {
            assert_eq!(direct[key], judged[key], "{template}: {key}");
        }
    }
}
