//! Memory, time and database of many grants, and what answers about them take.

use std::path::Path;
use std::time::Duration;

use crate::child::{self, Used};
use crate::report::{Aim, Row, Section, megabytes, ratio, time};
use crate::setting::{Setting, Synced, bytes_of};

/// Ten times as many grants may take so many times the time.
const GROWTH: Aim = Aim::AtMost(13.0);

/// An answer about all of an organization: its name, its command, and by how much
/// of the time of the sync it is to be there.
const ANSWERS: [(&str, &[&str], f64); 2] = [
    ("all findings", &["findings", "--json"], 0.2),
    (
        "a report",
        &["report", "--force", "--out", "review.html"],
        2.0,
    ),
];

pub(crate) fn measure(setting: &Setting) -> anyhow::Result<Section> {
    let (few, many) = (
        setting.size(100_000, 2_000),
        setting.size(1_000_000, 20_000),
    );
    let mut section = Section {
        title: "Many grants",
        ..Section::default()
    };
    let first = one(setting, few, &mut section)?;
    let second = one(setting, many, &mut section)?;
    let names = ["a sync"].into_iter().chain(ANSWERS.map(|it| it.0));
    for ((name, first), second) in names.zip(first).zip(second) {
        section.rows.push(Row {
            what: format!("ten times as many grants: {name}"),
            from: format!("{} / {}", time(second), time(first)),
            figure: ratio(second, first),
            unit: "",
            aim: GROWTH,
        });
    }
    Ok(section)
}

/// How long the sync took, and each answer.
fn one(setting: &Setting, grants: usize, section: &mut Section) -> anyhow::Result<Vec<Duration>> {
    let simulator = setting.simulate(&format!("--grants {grants}"))?;
    let synced = setting.sync(&simulator, &[])?;
    section.rows.push(of_sync(&synced));
    let sync = synced.used.wall;
    let mut times = vec![sync];
    for (name, command, share) in ANSWERS {
        let used = answered(setting, command, &synced.database)?;
        times.push(used.wall);
        section.rows.push(Row {
            what: format!("{name}, by the time of the sync"),
            from: format!(
                "{} grants; {} / {}, CPU {}, memory {:.0} MB",
                synced.summary.grants,
                time(used.wall),
                time(sync),
                time(used.cpu),
                megabytes(used.memory),
            ),
            figure: ratio(used.wall, sync),
            unit: "",
            aim: Aim::AtMost(share),
        });
    }
    Ok(times)
}

fn answered(setting: &Setting, command: &[&str], database: &Path) -> anyhow::Result<Used> {
    child::run(setting.harness().args(command).arg("--db").arg(database))
}

fn of_sync(synced: &Synced) -> Row {
    let Used {
        wall, cpu, memory, ..
    } = synced.used;
    Row {
        what: "peak memory of the harness".into(),
        from: format!(
            "{} grants, {} resources, {} gaps; {}, CPU {}, database {:.0} MB",
            synced.summary.grants,
            synced.summary.resources(),
            synced.summary.gaps,
            time(wall),
            time(cpu),
            megabytes(bytes_of(&synced.database)),
        ),
        figure: megabytes(memory),
        unit: "MB",
        aim: Aim::AtMost(300.0),
    }
}
