//! `harness report`: the access review page.

mod findings;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use governance_export::{ExportError, NewFile};
use governance_host::store::Store;
use governance_report::{Figures, Report};

use crate::arguments::Database;
use crate::exit::{Exit, refused};
use crate::text::{json_line, safe_line};

/// Write an access review as one page that any browser opens
///
/// The page tells what the last sync read: figures, what is unknown, what changed
/// since the sync before, and who has what with the ways. It needs no network and
/// works on paper. It holds people's names and addresses: only you may read it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness report --out review.html
  harness report --out review.html --force --connection production --json")]
pub(crate) struct ReportArguments {
    /// The page, a new file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Replace the file if it exists
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    database: Database,

    /// The connection [default: the only one]
    #[arg(long, value_name = "NAME", env = "GOVERNANCE_CONNECTION")]
    connection: Option<String>,

    /// Your own rules and exceptions for findings [default: findings.toml, if it is
    /// there]
    #[arg(long, value_name = "FILE", env = "GOVERNANCE_RULES")]
    rules: Option<PathBuf>,

    /// Print the figures of the page as one JSON object
    #[arg(long)]
    json: bool,
}

/// The page goes to its file; how much it tells and how far it can be trusted goes
/// to stderr.
pub(crate) fn run(arguments: ReportArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    let store = Store::open_to_read(&arguments.database.db)?;
    let connection = store
        .current_sync(arguments.connection.as_deref())?
        .connection;
    let file = match arguments.force {
        true => NewFile::replacing(&arguments.out),
        false => NewFile::begin(&arguments.out),
    };
    let file = file.map_err(not_written)?;
    let rules = arguments.rules.as_deref();
    let report = store.at_one_moment(|| {
        let found = findings::of(&store, &connection, rules)?;
        anyhow::Ok(Report::read(&store, &connection, Some(found), safe_line)?)
    })?;
    let page = report.page()?;
    let written = file.file().write_all(page.as_bytes());
    written.with_context(|| format!("cannot write {}", arguments.out.display()))?;
    file.finish().map_err(not_written)?;
    if arguments.json {
        json_line(stdout, &report.figures)?;
    }
    // Whoever does not listen to stderr has got the page all the same.
    let _ = tell(&report.figures, &arguments.out, &mut std::io::stderr());
    Ok(Exit::Done)
}

/// Why the page has not got its name, with the way out.
fn not_written(error: ExportError) -> anyhow::Error {
    let (exit, message, hint) = match error {
        ExportError::Exists(path) => (
            Exit::Usage,
            format!("{} exists already", path.display()),
            "name another file by `--out FILE`, or replace it by `--force`",
        ),
        error => (
            Exit::Configuration,
            format!("{:#}", anyhow::Error::from(error)),
            "check the path and its permissions",
        ),
    };
    refused(exit, message, hint)
}

fn tell(figures: &Figures, out: &std::path::Path, stderr: &mut dyn Write) -> std::io::Result<()> {
    let path = safe_line(&out.display().to_string());
    let (told, sync) = (&figures.told, &figures.sync);
    let name = safe_line(&sync.connection);
    writeln!(
        stderr,
        "{path}: {} accounts of connection {name}",
        told.of_accounts
    )?;
    if !told.is_all() {
        writeln!(
            stderr,
            "the page tells {} of {} accounts one by one, and {} of {} entitlements that accounts \
             hold; the figures count all",
            told.accounts, told.of_accounts, told.access, told.of_access
        )?;
    }
    if sync.gaps > 0 {
        writeln!(
            stderr,
            "WARNING: connection {name}: NOT complete: what its gaps cover is unknown, not absent; \
             gaps: {}",
            sync.gaps
        )?;
    }
    if !sync.asked.is_everything() {
        let asked = safe_line(&sync.asked.to_string());
        writeln!(
            stderr,
            "WARNING: connection {name}: its last sync asked only for {asked}; all else is unknown, \
             not absent"
        )?;
    }
    Ok(())
}
