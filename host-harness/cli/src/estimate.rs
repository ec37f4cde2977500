//! What `harness sync --estimate` says: how many requests a sync would take.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::time::Duration;

use governance_host::sync::Options;
use governance_host::sync::estimate::{Basis, Estimate, MOST_CALLS, Sampled};
use serde_json::json;

use crate::exit::Exit;
use crate::text::{count_line, json_line, safe_line};

/// Requests a second that routes let through, as far as is known.
pub(crate) type Limits = BTreeMap<String, f64>;

pub(crate) fn show(
    estimate: &Estimate,
    options: &Options,
    limits: &Limits,
    as_json: bool,
    stdout: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let time = estimate.time(options.concurrency, limits);
    match as_json {
        true => json_line(stdout, &to_json(estimate, time, limits))?,
        false => write!(stdout, "{}", to_text(estimate, time, options, limits))?,
    }
    Ok(Exit::Done)
}

fn to_json(estimate: &Estimate, time: Option<Duration>, limits: &Limits) -> serde_json::Value {
    let (basis, calls, failed, is_too_low) = match &estimate.basis {
        Basis::Earlier(_) => ("earlier-sync", 0, 0, false),
        Basis::Sample(it) => ("sample", it.calls, it.failed, it.is_too_low),
    };
    let earlier = match &estimate.basis {
        Basis::Earlier(sync) => Some(sync),
        Basis::Sample(_) => None,
    };
    json!({
        "basis": basis,
        "sync": earlier,
        "calls_made": calls,
        "calls_failed": failed,
        "is_too_low": is_too_low,
        "requests": estimate.requests,
        "total": estimate.total(),
        "limits_per_second": limits,
        "seconds": time.map(|it| it.as_secs_f64()),
    })
}

fn to_text(
    estimate: &Estimate,
    time: Option<Duration>,
    options: &Options,
    limits: &Limits,
) -> String {
    let mut text = String::new();
    count_line(&mut text, "requests expected", estimate.total());
    for (route, requests) in &estimate.requests {
        count_line(&mut text, &format!("  {route}"), *requests);
        if let Some(limit) = limits.get(route) {
            let _ = writeln!(text, "    at most {limit:.2} a second");
        }
    }
    let time = time.map_or("unknown".into(), |it| format!("{:.0} s", it.as_secs_f64()));
    let _ = writeln!(
        text,
        "\ntime: about {time}, with {} calls at the same time",
        options.concurrency,
    );
    text.push_str(&basis(&estimate.basis));
    text
}

fn basis(basis: &Basis) -> String {
    match basis {
        Basis::Earlier(sync) => format!(
            "as many as the sync of {} took; nothing was asked now\n",
            safe_line(&sync.started_at.to_string()),
        ),
        Basis::Sample(sampled) => sample(sampled),
    }
}

fn sample(sampled: &Sampled) -> String {
    let mut text = format!(
        "worked out from {} calls that were made for it; nothing was stored\n",
        sampled.calls,
    );
    if sampled.failed > 0 {
        let _ = writeln!(
            text,
            "{} of them failed: what they would have led to is not counted",
            sampled.failed,
        );
    }
    if sampled.is_too_low {
        let _ = writeln!(
            text,
            "there is more than {MOST_CALLS} calls show: a sync takes more than this",
        );
    }
    text
}
