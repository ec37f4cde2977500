//! `harness access`: what somebody can reach, and who can reach something.

mod lines;
mod on;
mod person;

use std::io::{BufWriter, Write};

use clap::Args;
use governance_host::store::{Among, Store, SyncRow};

use crate::answers::page::is_complete;
use crate::arguments::DatabaseArguments;
use crate::exit::Exit;
use crate::meant::{Meaning, meaning};
use crate::text::safe_line;

/// Show what somebody can reach, or who can reach something, and by which ways
///
/// By the last sync of each connection that was read to its end. What it could
/// not read is told with the answer: it is unknown, not absent.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness access ada@example.org
  harness access --on project:Alpha --entitlement owner
  harness access group:Crew --json")]
pub(crate) struct AccessArguments {
    /// Whose access: an id, an e-mail address or a name of an account or a group
    #[arg(
        value_name = "USER",
        required_unless_present = "on",
        conflicts_with = "on"
    )]
    user: Option<String>,

    /// Who holds something on this: an id or a name, such as project:Alpha
    #[arg(long, value_name = "RESOURCE")]
    on: Option<String>,

    /// Only this entitlement, by its slug or name [default: all]
    #[arg(long, value_name = "SLUG", requires = "on")]
    entitlement: Option<String>,

    #[command(flatten)]
    database: DatabaseArguments,
}

/// Where an answer goes.
struct Answer<'a> {
    store: &'a Store,
    json: bool,
    out: &'a mut dyn Write,
}

pub(crate) fn run(arguments: AccessArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    answer(arguments, stdout, &mut std::io::stderr())
}

fn answer(
    arguments: AccessArguments,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let database = &arguments.database;
    let store = Store::open_to_read(&database.file.db)?;
    let (text, among) = match (&arguments.user, &arguments.on) {
        (Some(user), _) => (user.as_str(), Among::Principals),
        (None, on) => (on.as_deref().unwrap_or_default(), Among::Held),
    };
    let connection = database.connection.as_deref();
    let Meaning { meant, without } = meaning(&store, connection, text, among)?;
    let mut out = BufWriter::new(stdout);
    let mut answer = Answer {
        store: &store,
        json: database.json,
        out: &mut out,
    };
    let mut syncs: Vec<&SyncRow> = Vec::new();
    for (index, meant) in meant.iter().enumerate() {
        if index > 0 && !answer.json {
            writeln!(answer.out)?;
        }
        match among {
            Among::Principals => person::answer(&mut answer, meant)?,
            Among::Held => on::answer(&mut answer, meant, arguments.entitlement.as_deref())?,
        }
        if !syncs.contains(&&meant.sync) {
            syncs.push(&meant.sync);
        }
    }
    out.flush()?;
    // Whoever does not listen to stderr has got the answer all the same.
    let _ = warn(&store, connection, &syncs, &without, stderr);
    Ok(Exit::Done)
}

/// Warns of what the answer cannot know.
fn warn(
    store: &Store,
    connection: Option<&str>,
    syncs: &[&SyncRow],
    without: &[SyncRow],
    stderr: &mut dyn Write,
) -> anyhow::Result<()> {
    for sync in syncs.iter().filter(|it| !is_complete(it)) {
        writeln!(
            stderr,
            "WARNING: connection {}: its last sync did not read everything; what the answer calls \
             unknown is not absent",
            safe_line(&sync.connection)
        )?;
    }
    for sync in without {
        let unread = match is_complete(sync) {
            true => "",
            false => ", but its last sync did not read everything",
        };
        let name = safe_line(&sync.connection);
        writeln!(
            stderr,
            "connection {name}: nothing that was read is called so{unread}"
        )?;
    }
    for name in store.connections()? {
        let is_read = |it: &SyncRow| it.connection == name;
        if connection.is_none()
            && !without.iter().any(is_read)
            && !syncs.iter().any(|it| is_read(it))
        {
            let name = safe_line(&name);
            writeln!(
                stderr,
                "WARNING: connection {name}: nothing is known, since no sync of it has finished"
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
