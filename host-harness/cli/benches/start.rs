//! What it takes to begin: `cargo bench -p harness`.
//!
//! A fresh instance of the built-in connector, the same with its first call,
//! and `harness inspect` as a process. The compile cache is warm. Prints a row
//! of `docs/performance.md` for each.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use governance_host::connection::{describe, instantiate};
use governance_host::engine::Engine;
use governance_host::limits::Limits;
use governance_host::settings::Settings;

/// So many of each, and fewer processes.
const TIMES: usize = 1_000;
const PROCESSES: usize = 50;

fn main() -> anyhow::Result<()> {
    let cache = std::env::temp_dir().join(format!("governance-bench-{}", std::process::id()));
    let measured = measure(&cache);
    std::fs::remove_dir_all(&cache)?;
    measured
}

fn measure(cache: &Path) -> anyhow::Result<()> {
    println!("| what | median | 99 of 100 within |\n|---|---|---|");
    inside(cache)?;
    let inspect = || {
        let mut harness = Command::new(env!("CARGO_BIN_EXE_harness"));
        harness.arg("inspect").env("GOVERNANCE_CACHE", cache);
        let status = harness.stdout(Stdio::null()).status()?;
        ensure!(status.success(), "harness inspect failed: {status}");
        Ok(())
    };
    // Fills the cache.
    inspect()?;
    tell("`harness inspect`, a process", PROCESSES, inspect)
}

fn inside(cache: &Path) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let engine = Engine::new(Limits::default(), Some(cache))?;
    let connector = builtin_connectors::find(builtin_connectors::DEFAULT);
    let connector = connector.context("no built-in connector")?;
    let loaded = runtime.block_on(engine.load(connector.component))?;
    tell("a fresh instance", TIMES, || {
        Ok(runtime.block_on(instantiate(&loaded))?)
    })?;
    tell("a fresh instance and a call of `describe`", TIMES, || {
        let description = runtime.block_on(describe(&loaded, &Settings::default()));
        Ok(description.map(drop)?)
    })
}

fn tell(
    what: &str,
    times: usize,
    mut work: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut taken = Vec::with_capacity(times);
    for _ in 0..times {
        let begun = Instant::now();
        work()?;
        taken.push(begun.elapsed());
    }
    taken.sort_unstable();
    let at = |part: usize| taken.get(times * part / 100).copied();
    let (median, most) = (at(50).unwrap_or_default(), at(99).unwrap_or_default());
    println!("| {what} | {} | {} |", shown(median), shown(most));
    Ok(())
}

fn shown(time: Duration) -> String {
    match time < Duration::from_millis(1) {
        true => format!("{} µs", time.as_micros()),
        false => format!("{:.1} ms", time.as_secs_f64() * 1_000.0),
    }
}
