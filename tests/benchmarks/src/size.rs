//! Memory, time and database of many grants.

use std::time::Duration;

use crate::child::Used;
use crate::report::{Aim, Row, Section, megabytes, ratio, time};
use crate::setting::{Setting, bytes_of};

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
    section.rows.push(Row {
        what: "ten times as many grants".into(),
        from: format!("{} / {}", time(second), time(first)),
        figure: ratio(second, first),
        unit: "",
        aim: Aim::AtMost(13.0),
    });
    Ok(section)
}

/// How long it took.
fn one(setting: &Setting, grants: usize, section: &mut Section) -> anyhow::Result<Duration> {
    let simulator = setting.simulate(&format!("--grants {grants}"))?;
    let synced = setting.sync(&simulator, &[])?;
    let Used {
        wall, cpu, memory, ..
    } = synced.used;
    let from = format!(
        "{} grants, {} resources, {} gaps; {}, CPU {}, database {:.0} MB",
        synced.summary.grants,
        synced.summary.resources(),
        synced.summary.gaps,
        time(wall),
        time(cpu),
        megabytes(bytes_of(&synced.database)),
    );
    section.rows.push(Row {
        what: "peak memory of the harness".into(),
        from,
        figure: megabytes(memory),
        unit: "MB",
        aim: Aim::AtMost(300.0),
    });
    Ok(wall)
}
