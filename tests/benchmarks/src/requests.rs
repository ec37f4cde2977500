//! Requests sent, against the fewest that the truth allows.

use crate::economy::{excess, fewest};
use crate::report::{Aim, Row, Section};
use crate::setting::Setting;

/// Organizations, as the simulator is told them.
const ORGANIZATIONS: [&str; 4] = [
    "--organization small",
    "--users 300 --projects 30 --seed 1",
    "--users 300 --projects 30 --seed 2",
    "--grants 20000",
];

pub(crate) fn measure(setting: &Setting) -> anyhow::Result<Section> {
    let mut section = Section {
        title: "Requests, by the fewest possible",
        ..Section::default()
    };
    for arguments in ORGANIZATIONS {
        one(setting, arguments, &mut section)?;
    }
    Ok(section)
}

fn one(setting: &Setting, arguments: &str, section: &mut Section) -> anyhow::Result<()> {
    let simulator = setting.simulate(arguments)?;
    let fewest = fewest(&simulator.census()?);
    setting.sync(&simulator, &[])?;
    let sent = simulator.requests()?;
    let (all, least): (u64, u64) = (sent.values().sum(), fewest.values().sum());
    section.rows.push(Row {
        what: format!("`harness simulate {arguments}`"),
        from: format!("{all} sent, {least} needed"),
        figure: all as f64 / least as f64,
        unit: "",
        aim: Aim::AtMost(1.02),
    });
    for (route, sent, fewest) in excess(&sent, &fewest) {
        let note = format!("`{arguments}`: `{route}` was asked {sent} times, {fewest} are enough.");
        section.notes.push(note);
    }
    // Fewer than the fewest would be a mistake here, or something left out.
    for (route, fewest) in &fewest {
        let sent = sent.get(route).copied().unwrap_or_default();
        if sent < *fewest {
            let note = format!("`{arguments}`: `{route}` was asked {sent} times, not {fewest}.");
            section.notes.push(note);
        }
    }
    Ok(())
}
