//! `harness review export`

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::Args;
use governance_host::store::Store;
use governance_review::{Export, Format, ReviewFilter, gather, write};

use super::tell_unknown;
use crate::arguments::Database;
use crate::exit::{Exit, Refused};
use crate::files;
use crate::list::columns::scope_in_words;
use crate::text::safe_line;

/// Write who holds what into a file to be decided on
///
/// Inherited access is told with the grants that it comes from. What the sync
/// could not read is told as unknown, and the exit code is then 6.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness review export --out review.csv
  harness review export --out owners.jsonl --entitlement org_role:role-api-organization-owner:assigned")]
pub(super) struct ExportArguments {
    /// The new file: a table for spreadsheets if its name ends in .csv, JSON
    /// Lines if in .jsonl
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    database: Database,

    /// Of this connection [default: the only one]
    #[arg(long, value_name = "NAME", env = "GOVERNANCE_CONNECTION")]
    connection: Option<String>,

    /// Only grants on resources of this type
    #[arg(long = "type", value_name = "TYPE")]
    resource_type: Option<String>,

    /// Only what this one holds: an id or an e-mail address
    #[arg(long, value_name = "ID|EMAIL")]
    user: Option<String>,

    /// Only grants of the entitlement with this id
    #[arg(long, value_name = "ID")]
    entitlement: Option<String>,
}

pub(super) fn run(arguments: &ExportArguments) -> anyhow::Result<Exit> {
    let format = Format::of(&arguments.out).ok_or_else(|| Refused {
        exit: Exit::Usage,
        message: format!(
            "cannot tell how {} is to be written",
            arguments.out.display()
        ),
        hint: "end its name in .csv or .jsonl".to_owned(),
    })?;
    let filter = ReviewFilter {
        connection: arguments.connection.clone(),
        resource_type: arguments.resource_type.clone(),
        user: arguments.user.clone(),
        entitlement: arguments.entitlement.clone(),
    };
    let store = Store::open_to_read(&arguments.database.db)?;
    let export = gather(&store, &filter, |gap| scope_in_words(&gap.scope))?;
    let mut file = BufWriter::new(files::new(&arguments.out)?);
    write(&export, format, &mut file)?;
    file.flush()?;
    eprintln!("{}, in {}", told(&export), arguments.out.display());
    tell_unknown(&export.head.unknown);
    Ok(match export.head.unknown.is_empty() {
        true => Exit::Done,
        false => Exit::Gaps,
    })
}

fn told(export: &Export) -> String {
    let head = &export.head;
    let rules = match export.rules {
        0 => String::new(),
        rules => format!(" ({rules} rules of the service are told as consequences)"),
    };
    format!(
        "{} grants to decide on, {}{rules}, of connection {}, sync {} of {}",
        export.rows.len(),
        safe_line(&head.scope),
        safe_line(&head.connection),
        head.sync,
        head.synced_at
    )
}
