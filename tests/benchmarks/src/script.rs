//! A plain sequential script on the official Python SDK, against the harness:
//! `sync.py`, with the versions of `requirements.txt`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::child::{self, Used};
use crate::latency::LATENCY;
use crate::report::{Aim, Row, Section, ratio, time};
use crate::setting::Setting;

pub(crate) fn measure(setting: &Setting) -> anyhow::Result<Section> {
    let python = python(&setting.scratch)?;
    let (users, projects) = (setting.size(300, 20), setting.size(40, 4));
    let organization = format!("--users {users} --projects {projects} --seed 7");
    let simulate = || setting.simulate(&format!("{organization} --latency-ms {LATENCY}"));
    let simulator = simulate()?;
    let ours = setting.sync(&simulator, &[])?.used;
    let requests: u64 = simulator.requests()?.values().sum();
    let simulator = simulate()?;
    let mut script = Command::new(python);
    script.arg(here("sync.py")).arg(setting.file("rows.jsonl")?);
    let theirs: Used = child::run(simulator.point(&mut script))?;
    let asked: u64 = simulator.requests()?.values().sum();
    let figures = format!(
        "{} for {asked} requests / {} for {requests}; CPU {} / {}",
        time(theirs.wall),
        time(ours.wall),
        time(theirs.cpu),
        time(ours.cpu),
    );
    Ok(Section {
        title: "A sequential script, by the harness",
        rows: vec![Row {
            what: format!("{users} users, {projects} projects, {LATENCY} ms"),
            from: figures,
            figure: ratio(theirs.wall, ours.wall),
            unit: "",
            aim: Aim::AtLeast(10.0),
        }],
        notes: Vec::new(),
    })
}

/// A Python with the SDK, in an environment of its own: made by the first run,
/// which needs a package index.
fn python(scratch: &Path) -> anyhow::Result<PathBuf> {
    let environment = scratch.join("python");
    let python = environment.join("bin/python");
    if !python.exists() {
        let mut make = Command::new("python3");
        finished(make.args(["-m", "venv"]).arg(&environment))?;
    }
    let mut install = Command::new(&python);
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    finished(install.arg("--requirement").arg(here("requirements.txt")))?;
    Ok(python)
}

fn finished(command: &mut Command) -> anyhow::Result<()> {
    let name = format!("{command:?}");
    let status = command.status().with_context(|| name.clone())?;
    ensure!(status.success(), "{name}: {status}");
    Ok(())
}

fn here(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}
