//! `harness journal`: what was changed, by whom, and what became of it.

use std::io::Write;

use clap::Args;
use governance_host::contract::moments;
use governance_host::store::{Journal, JournalEvent, JournalFilter, JournalRow};

use crate::arguments::Database;
use crate::exit::{Exit, Refused};
use crate::table::Table;
use crate::text::{json_line, safe_line};

/// Show what was changed, by whom, and what became of it
///
/// With `--json` all of it: what was planned, started, finished and refused.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness journal --since 2026-11-01
  harness journal --verify")]
pub(crate) struct JournalArguments {
    #[command(flatten)]
    database: Database,

    /// Only this connection [default: all]
    #[arg(long, value_name = "NAME", env = "GOVERNANCE_CONNECTION")]
    connection: Option<String>,

    /// Only this batch
    #[arg(long, value_name = "ID")]
    batch: Option<String>,

    /// Not before this time: a day such as 2026-11-01, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<i64>,

    /// Check that no row was altered or taken out
    #[arg(long)]
    verify: bool,

    /// Print JSON Lines: one object for each row
    #[arg(long)]
    json: bool,
}

/// Reads a time of the command line.
pub(crate) fn time(text: &str) -> Result<i64, String> {
    let day = format!("{text}T00:00:00Z");
    let read = moments::read(text).or_else(|| moments::read(&day));
    read.ok_or_else(|| "expected a day such as 2026-11-01, or RFC 3339".to_owned())
}

pub(crate) fn run(arguments: JournalArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    let journal = Journal::open_to_read(&arguments.database.db)?;
    if arguments.verify {
        return verify(&journal, arguments.json, stdout);
    }
    let filter = JournalFilter {
        connection: arguments.connection,
        batch: arguments.batch,
        since: arguments.since,
        event: None,
    };
    let count = match arguments.json {
        true => journal.rows(&filter, |row| {
            Ok::<_, anyhow::Error>(json_line(stdout, &row)?)
        })?,
        false => table(&journal, &filter, stdout)?,
    };
    eprintln!("{count} {}", if count == 1 { "row" } else { "rows" });
    Ok(Exit::Done)
}

fn table(journal: &Journal, filter: &JournalFilter, out: &mut dyn Write) -> anyhow::Result<u64> {
    let columns = [
        ("time", 20),
        ("who", 12),
        ("change", 60),
        ("outcome", 12),
        ("ticket", 14),
        ("batch", 26),
    ];
    let mut table = Table::new(out, &columns);
    let mut count = 0;
    journal.rows(filter, |row| {
        if row.event != JournalEvent::Planned {
            count += 1;
            table.push(cells(row))?;
        }
        Ok::<_, anyhow::Error>(())
    })?;
    table.finish()?;
    Ok(count)
}

fn cells(row: JournalRow) -> Vec<String> {
    vec![
        row.at.to_string(),
        row.operator.unwrap_or_default(),
        row.summary,
        row.completion
            .unwrap_or_else(|| row.event.name().to_owned()),
        row.ticket.unwrap_or_default(),
        row.batch.unwrap_or_default(),
    ]
}

fn verify(journal: &Journal, as_json: bool, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let chain = journal.verify()?;
    if as_json {
        json_line(out, &chain)?;
    } else {
        let last = chain.last.as_deref().unwrap_or("none");
        writeln!(
            out,
            "{} rows, the last hash is {}",
            chain.rows,
            safe_line(last)
        )?;
    }
    match chain.broken_at {
        None => Ok(Exit::Done),
        Some(id) => Err(Refused {
            exit: Exit::Configuration,
            message: format!("the journal was altered: row {id} is not as it was written"),
            hint: "compare the file with a copy that is kept elsewhere".to_owned(),
        }
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_day_or_a_moment() {
        assert_eq!(time("1970-01-02"), Ok(86_400));
        assert_eq!(time("1970-01-01T01:00:00+01:00"), Ok(0));
        assert!(time("yesterday").is_err());
    }
}
