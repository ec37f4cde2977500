//! `harness export`: what the last sync read, as files for other programs.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use governance_export::{ExportError, Kind, Rows, RowsFormat, c1z, is_complete};
use governance_host::store::{Store, SyncRow};

use crate::arguments::Database;
use crate::exit::{Exit, refused};
use crate::text::safe_line;

/// Write what the last sync read into files for other programs
///
/// What could not be read is unknown, not absent. A c1z file then holds a partial
/// sync, and the exit code is 6; CSV and JSON Lines need --allow-gaps, since one
/// of their files does not show what is missing from it. See docs/export.md.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness export --format c1z --out sync.c1z
  harness export --format csv --out access-2026-11
  harness export --format jsonl --only effective --out - | jq .entitlement_id")]
pub(crate) struct ExportArguments {
    /// How to write it
    #[arg(long, value_enum)]
    format: Format,

    /// A new file, for CSV and JSON Lines a new directory, or - for stdout
    #[arg(long, value_name = "PATH|-")]
    out: PathBuf,

    /// Only these rows, into one file; CSV and JSON Lines on stdout need it
    #[arg(long, value_name = "KIND", value_parser = kind())]
    only: Option<Kind>,

    /// Which connection; needed where there are several
    #[arg(long, value_name = "NAME", env = "GOVERNANCE_CONNECTION")]
    connection: Option<String>,

    #[command(flatten)]
    database: Database,

    /// Export also what has gaps, and end with exit code 0
    #[arg(long)]
    allow_gaps: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// One file for ConductorOne's baton, expanded grants included
    C1z,
    /// A directory with a file for each kind of rows, for spreadsheets
    Csv,
    /// The same with the lines of `harness list --json`, for programs
    Jsonl,
}

fn kind() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(Kind::name)).map(|name| {
        let kind = Kind::ALL.into_iter().find(|it| it.name() == name);
        kind.unwrap_or(Kind::Sync)
    })
}

pub(crate) fn run(arguments: ExportArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    let store = Store::open_to_read(&arguments.database.db)?;
    store.at_one_moment(|| export(&arguments, &store, stdout))
}

fn export(
    arguments: &ExportArguments,
    store: &Store,
    stdout: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let sync = store.current_sync(arguments.connection.as_deref())?;
    let mut stderr = std::io::stderr();
    let is_whole = match arguments.format {
        Format::C1z => {
            let summary = to_c1z(arguments, store, &sync, stdout)?;
            // Whoever does not listen to stderr has got the export all the same.
            let _ = tell_c1z(&summary, &mut stderr);
            !summary.partial
        }
        Format::Csv => to_rows(arguments, store, &sync, RowsFormat::Csv, stdout)?,
        Format::Jsonl => to_rows(arguments, store, &sync, RowsFormat::JsonLines, stdout)?,
    };
    let _ = tell(&sync, &mut stderr);
    Ok(match is_whole || arguments.allow_gaps {
        true => Exit::Done,
        false => Exit::Gaps,
    })
}

fn to_c1z(
    arguments: &ExportArguments,
    store: &Store,
    sync: &SyncRow,
    stdout: &mut dyn Write,
) -> anyhow::Result<c1z::Summary> {
    if arguments.only.is_some() {
        let message = "a c1z file holds all kinds of rows".to_owned();
        return Err(refused(Exit::Usage, message, "leave --only out"));
    }
    if !is_stdout(&arguments.out) {
        return c1z::to_file(store, sync, &arguments.out).map_err(with_hint);
    }
    if std::io::stdout().is_terminal() {
        let message = "a c1z file is not for a terminal".to_owned();
        return Err(refused(Exit::Usage, message, "name a file by --out FILE"));
    }
    c1z::write(store, sync, stdout, &std::env::temp_dir()).map_err(with_hint)
}

/// Writes rows, all of which a reader may take for everything that there is.
fn to_rows(
    arguments: &ExportArguments,
    store: &Store,
    sync: &SyncRow,
    format: RowsFormat,
    stdout: &mut dyn Write,
) -> anyhow::Result<bool> {
    if !is_complete(sync) && !arguments.allow_gaps {
        return Err(refused(
            Exit::Gaps,
            format!("nothing is exported: {}", unknown(sync)),
            "use --allow-gaps, and read the gaps beside the rows; a c1z file says it itself",
        ));
    }
    let rows = Rows {
        store,
        sync,
        format,
    };
    let counts = match (arguments.only, is_stdout(&arguments.out)) {
        (None, true) => {
            let message = "several files do not go to stdout".to_owned();
            return Err(refused(
                Exit::Usage,
                message,
                "name one by --only, or a directory by --out",
            ));
        }
        (Some(kind), true) => rows.write(kind, stdout).map(|it| vec![(kind.name(), it)]),
        (Some(kind), false) => rows
            .to_file(kind, &arguments.out)
            .map(|it| vec![(kind.name(), it)]),
        (None, false) => rows.to_directory(&arguments.out),
    };
    let _ = tell_counts(&counts.map_err(with_hint)?, &mut std::io::stderr());
    Ok(is_complete(sync))
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

fn tell_counts(counts: &[(&str, u64)], stderr: &mut dyn Write) -> std::io::Result<()> {
    for (name, count) in counts {
        writeln!(stderr, "{name:<14} {count:>9}")?;
    }
    Ok(())
}

fn tell_c1z(summary: &c1z::Summary, stderr: &mut dyn Write) -> std::io::Result<()> {
    tell_counts(&summary.counts, stderr)?;
    if summary.pending > 0 {
        writeln!(
            stderr,
            "note: {} pending grants are not in it: they give no access yet",
            summary.pending
        )?;
    }
    if summary.left_out > 0 {
        writeln!(
            stderr,
            "WARNING: {} rows are not in it, since they name what the sync does not know: it is \
             marked as partial",
            summary.left_out
        )?;
    }
    if summary.without_parent > 0 {
        writeln!(
            stderr,
            "WARNING: {} resources are told without what they belong to, which the sync does not \
             know: it is marked as partial",
            summary.without_parent
        )?;
    }
    if summary.database_size > c1z::LARGEST_READ {
        writeln!(
            stderr,
            "WARNING: baton reads it only with BATON_DECODER_MAX_DECODED_SIZE_MB={}",
            (summary.database_size >> 20) + 1
        )?;
    }
    Ok(())
}

/// Tells how far the export can be trusted.
fn tell(sync: &SyncRow, stderr: &mut dyn Write) -> std::io::Result<()> {
    let (name, when) = (safe_line(&sync.connection), read_at(sync));
    match is_complete(sync) {
        true => writeln!(stderr, "connection {name}: complete, read {when}"),
        false => writeln!(
            stderr,
            "WARNING: connection {name}: NOT complete, read {when}: {}",
            unknown(sync)
        ),
    }
}

fn read_at(sync: &SyncRow) -> String {
    sync.finished_at
        .map(|at| at.to_string())
        .unwrap_or_default()
}

/// Why the sync is not complete.
fn unknown(sync: &SyncRow) -> String {
    let gaps = match sync.gaps {
        0 => None,
        1 => Some("what its gap covers is unknown, not absent".to_owned()),
        gaps => Some(format!("what its {gaps} gaps cover is unknown, not absent")),
    };
    let asked = (!sync.asked.is_everything()).then(|| {
        let asked = safe_line(&sync.asked.to_string());
        format!("the sync asked only for {asked}, all else is unknown, not absent")
    });
    let parts: Vec<_> = gaps.into_iter().chain(asked).collect();
    parts.join("; ")
}

fn with_hint(error: ExportError) -> anyhow::Error {
    let hint = match error {
        ExportError::Exists(_) => "name another place by --out, or move what is there away",
        ExportError::Io { .. } => "check the path given with --out and its permissions",
        ExportError::Database(_) => "check that there is room beside the path given with --out",
        // Judged by their own kinds.
        ExportError::Store(error) => return error.into(),
        ExportError::Write(error) => return error.into(),
    };
    let error = anyhow::Error::from(error);
    let message = format!("{error:#}");
    refused(Exit::Configuration, message, hint)
}
