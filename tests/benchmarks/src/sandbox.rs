//! What the sandbox costs: CPU of whole processes with the component and with
//! the connector compiled natively, and of the mapping of one page alone.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::ensure;

use crate::child::{self, Used};
use crate::page;
use crate::report::{Aim, Row, Section, ratio, time};
use crate::setting::{CONCURRENCY, Setting};
use crate::simulator::Simulator;

/// Organizations: of many small answers, and of few large ones.
const ORGANIZATIONS: [(&str, &str); 2] = [
    (
        "--users 500 --projects 50 --seed 7",
        "--users 40 --projects 4",
    ),
    ("--grants 100000", "--grants 2000"),
];

/// Each is run so often, and the least is taken: other work of the machine only
/// adds to it.
const TIMES: usize = 9;

pub(crate) fn measure(setting: &Setting) -> anyhow::Result<Section> {
    let mut section = Section {
        title: "CPU with the component, by CPU with the connector compiled natively",
        ..Section::default()
    };
    for (full, quick) in ORGANIZATIONS {
        let arguments = match setting.quick {
            true => quick,
            false => full,
        };
        section.rows.push(whole(setting, arguments)?);
    }
    section.rows.extend(page::measure(setting)?);
    Ok(section)
}

/// Whole processes.
fn whole(setting: &Setting, arguments: &str) -> anyhow::Result<Row> {
    let simulator = setting.simulate(arguments)?;
    let (mut sandboxed, mut native) = (Vec::new(), Vec::new());
    let mut resources = 0;
    for _ in 0..TIMES {
        let synced = setting.sync(&simulator, &[])?;
        resources = synced.summary.resources();
        let beside = run_native(&simulator, &setting.file("native.db")?)?;
        let (grants, found) = (synced.summary.grants, beside.output.trim());
        // Only who does the same work may be compared.
        ensure!(
            found == grants.to_string(),
            "{grants} grants in the sandbox, {found} outside"
        );
        sandboxed.push(synced.used);
        native.push(beside);
    }
    let cpu = |of: &[Used]| of.iter().map(|it| it.cpu).min().unwrap_or_default();
    let (sandboxed, native) = (cpu(&sandboxed), cpu(&native));
    let each = |cpu: Duration| time(cpu.mul_f64(1_000.0 / resources as f64));
    Ok(Row {
        what: format!("CPU for 1,000 resources, `{arguments}`"),
        from: format!(
            "{} / {}, of {} / {} for {resources} resources",
            each(sandboxed),
            each(native),
            time(sandboxed),
            time(native),
        ),
        figure: ratio(sandboxed, native),
        unit: "",
        aim: Aim::AtMost(1.5),
    })
}

/// A process like the harness's, without a sandbox in it.
fn run_native(simulator: &Simulator, database: &Path) -> anyhow::Result<Used> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["native-sync", "--concurrency", &CONCURRENCY.to_string()]);
    command.arg("--db").arg(database);
    child::run(simulator.point(&mut command))
}
