//! Time with one route limited, against the time that the limit alone dictates.
//!
//! The route is that of the custom roles of each person: many requests, none of
//! which leads to another. The limit is known in one of these ways:
//!
//! | known | by | aim |
//! |---|---|---|
//! | configured | `harness.toml` | 1.1 |
//! | advertised | headers of every answer | 1.1 |
//! | learnt | 429s with `Retry-After`, with the wait in the message, or with nothing | 1.5 |

use std::path::PathBuf;
use std::time::Duration;

use anyhow::ensure;

use crate::child;
use crate::report::{Aim, Row, Section, ratio, time};
use crate::setting::Setting;
use crate::simulator::Simulator;

const ROUTE: &str = "GET /v1/organization/users/{user_id}/roles";
/// The same, by the connector's id of it.
const CONFIGURED: &str = "[rate.openai]\nlist-user-role-assignments = \"10 / second\"\n";
const PER_SECOND: u64 = 10;

/// How the limit comes to be known: what the simulator tells, what that is
/// called, whether it is configured, and the aim.
const WAYS: [(&str, &str, bool, f64); 5] = [
    ("nothing", "configured", true, 1.1),
    ("rate-headers", "advertised by headers", false, 1.1),
    ("header", "learnt from 429s with Retry-After", false, 1.5),
    (
        "message",
        "learnt from 429s with the wait in the message",
        false,
        1.5,
    ),
    ("nothing", "learnt from bare 429s", false, 1.5),
];

pub(crate) fn measure(setting: &Setting) -> anyhow::Result<Section> {
    let mut section = Section {
        title: "Time with a limited route, by what the limit dictates",
        ..Section::default()
    };
    if !can_limit(setting)? {
        let note = "Not measured: the limiter is not there yet.";
        section.notes.push(note.into());
        return Ok(section);
    }
    for (told, called, is_configured, aim) in WAYS {
        let config = is_configured.then(|| configuration(setting)).transpose()?;
        section.rows.push(one(setting, told, config, called, aim)?);
    }
    Ok(section)
}

/// Whether this harness can simulate the limit of one route.
fn can_limit(setting: &Setting) -> anyhow::Result<bool> {
    let mut help = setting.harness();
    let used = child::run(help.args(["simulate", "--help"]))?;
    Ok(used.output.contains("--limit-told"))
}

fn simulated(setting: &Setting, told: &str) -> anyhow::Result<Simulator> {
    let users = setting.size(200, 30).to_string();
    let limit = format!("{ROUTE}={PER_SECOND}/second");
    let arguments = ["--users", &users, "--projects", "1", "--seed", "7"];
    let limited = ["--limit", &limit, "--limit-told", told];
    let arguments: Vec<_> = arguments.into_iter().chain(limited).collect();
    Simulator::start(setting.harness(), &arguments)
}

fn configuration(setting: &Setting) -> anyhow::Result<PathBuf> {
    let path = setting.file("harness.toml")?;
    std::fs::write(&path, CONFIGURED)?;
    Ok(path)
}

fn one(
    setting: &Setting,
    told: &str,
    config: Option<PathBuf>,
    called: &str,
    aim: f64,
) -> anyhow::Result<Row> {
    let simulator = simulated(setting, told)?;
    let config = config.map(|path| path.to_string_lossy().into_owned());
    let more: Vec<_> = config.iter().flat_map(|path| ["--config", path]).collect();
    let synced = setting.sync(&simulator, &more)?;
    let gaps = synced.summary.gaps;
    ensure!(
        gaps == 0,
        "{called}: {gaps} gaps, so that the time says nothing"
    );
    let asked = simulator
        .requests()?
        .get(ROUTE)
        .copied()
        .unwrap_or_default();
    let needed = simulator.census()?.users();
    let dictated = dictated(needed);
    Ok(Row {
        what: format!("{PER_SECOND} requests a second, {called}"),
        from: format!(
            "{} / {} for {needed} requests; {} refused",
            time(synced.used.wall),
            time(dictated),
            asked.saturating_sub(needed),
        ),
        figure: ratio(synced.used.wall, dictated),
        unit: "",
        aim: Aim::AtMost(aim),
    })
}

/// The time from the first of so many requests to the last, where so many are
/// answered in any second.
fn dictated(requests: u64) -> Duration {
    let seconds = requests.div_ceil(PER_SECOND).saturating_sub(1);
    Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_requests_of_a_limit_are_free() {
        for (requests, seconds) in [(0, 0), (10, 0), (11, 1), (20, 1), (201, 20)] {
            assert_eq!(
                dictated(requests),
                Duration::from_secs(seconds),
                "{requests}"
            );
        }
    }
}
