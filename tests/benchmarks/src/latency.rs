//! Time at a given latency, against the time that as many requests take at the
//! least, so many side by side.

use std::time::Duration;

use crate::report::{Aim, Row, Section, ratio, time};
use crate::setting::{CONCURRENCY, Setting};

/// Added to each answer, in milliseconds.
pub(crate) const LATENCY: u32 = 50;

pub(crate) fn measure(setting: &Setting) -> anyhow::Result<Section> {
    let (users, projects) = (setting.size(2_000, 100), setting.size(200, 10));
    let organization = format!("--users {users} --projects {projects} --seed 7");
    let simulator = setting.simulate(&format!("{organization} --latency-ms {LATENCY}"))?;
    let synced = setting.sync(&simulator, &[])?;
    let requests: u64 = simulator.requests()?.values().sum();
    let least = least(requests);
    let wall = synced.used.wall;
    Ok(Section {
        title: "Time, by requests × latency ÷ concurrency",
        rows: vec![Row {
            what: format!(
                "{users} users, {projects} projects, {LATENCY} ms, {CONCURRENCY} calls at once"
            ),
            from: format!(
                "{} for {requests} requests / {}; CPU {}, memory {:.0} MB",
                time(wall),
                time(least),
                time(synced.used.cpu),
                crate::report::megabytes(synced.used.memory),
            ),
            figure: ratio(wall, least),
            unit: "",
            aim: Aim::AtMost(1.3),
        }],
        notes: Vec::new(),
    })
}

/// The least time that so many requests take.
fn least(requests: u64) -> Duration {
    let latency = Duration::from_millis(LATENCY.into()).as_secs_f64();
    Duration::from_secs_f64(latency * requests as f64 / CONCURRENCY as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_side_by_side_share_their_latency() {
        assert_eq!(least(3_200), Duration::from_secs(10));
    }
}
