//! The syncs that are kept: also those that failed or run, which answer nothing.

use std::io::{BufWriter, Write};

use governance_host::store::{State, Store, SyncRow};
use serde::Serialize;

use crate::arguments::DatabaseArguments;
use crate::table::Table;
use crate::text::json_line;

/// As many hexadecimal digits tell two components apart.
const DIGITS: usize = 12;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    sync: &'a SyncRow,
    /// It answers for its connection.
    current: bool,
}

pub(super) fn list(
    database: &DatabaseArguments,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> anyhow::Result<()> {
    let store = Store::open_to_read(&database.file.db)?;
    let syncs = store.syncs(database.connection.as_deref())?;
    let lines = syncs.iter().map(|sync| Line {
        sync,
        current: is_current(sync, &syncs),
    });
    let mut out = BufWriter::new(stdout);
    match database.json {
        true => lines
            .into_iter()
            .try_for_each(|line| json_line(&mut out, &line))?,
        false => table(&mut out, lines)?,
    }
    out.flush()?;
    let noun = if syncs.len() == 1 { "sync" } else { "syncs" };
    // Whoever does not listen to stderr has got the rows all the same.
    let _ = writeln!(stderr, "{} {noun}", syncs.len());
    Ok(())
}

/// The newest of its connection that was read to its end.
fn is_current(sync: &SyncRow, all: &[SyncRow]) -> bool {
    let finished = |it: &&SyncRow| it.connection == sync.connection && is_finished(it);
    all.iter()
        .rfind(finished)
        .is_some_and(|it| it.id == sync.id)
}

/// It was read to its end, and can be asked.
pub(crate) fn is_finished(sync: &SyncRow) -> bool {
    matches!(sync.state, State::Complete | State::WithGaps)
}

fn table<'a>(out: &mut dyn Write, lines: impl Iterator<Item = Line<'a>>) -> std::io::Result<()> {
    let columns = [
        ("connection", 16),
        ("id", 8),
        ("state", 9),
        ("begun", 20),
        ("read", 20),
        ("gaps", 6),
        ("asked for", 30),
        ("component", DIGITS),
    ];
    let mut table = Table::new(out, &columns);
    for Line { sync, current } in lines {
        table.push(vec![
            sync.connection.clone(),
            format!("{}{}", sync.id.0, if current { "*" } else { "" }),
            sync.state.name().to_owned(),
            sync.started_at.to_string(),
            sync.finished_at
                .map(|it| it.to_string())
                .unwrap_or_default(),
            sync.gaps.to_string(),
            sync.asked.to_string(),
            sync.component_sha256.chars().take(DIGITS).collect(),
        ])?;
    }
    table.finish()
}
