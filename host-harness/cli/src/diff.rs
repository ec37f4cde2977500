//! `harness diff`: what changed between two syncs.

mod chosen;
mod lines;
mod page;
mod wanted;

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};

use clap::Args;
use governance_host::store::diff::{Difference, Fact};
use governance_host::store::{GapFilter, Store, StoreError};

use crate::answers::page::is_complete;
use crate::arguments::DatabaseArguments;
use crate::exit::Exit;
use crate::list::is_finished;
use crate::text::safe_line;
use chosen::{Chosen, Name, Pair, choose};
use wanted::Wanted;

/// Show what changed between two syncs
///
/// What one of them could not read is told as unknown, never as removed. An
/// invitation that was accepted, and what ended with something that was
/// archived, are told as that.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness diff
  harness diff 2026-11-01 current --user ada@example.org
  harness diff 3 7 --type project --exit-code

A sync is named by its id, `previous`, `current`, or a time: the one that was
current then. `harness list syncs` shows them.")]
pub(crate) struct DiffArguments {
    /// The sync before
    #[arg(value_name = "A", default_value = "previous")]
    before: Name,

    /// The sync after
    #[arg(value_name = "B", default_value = "current")]
    after: Name,

    /// Only on resources of this type
    #[arg(long = "type", value_name = "TYPE")]
    resource_type: Option<String>,

    /// Only what this one is or holds: an id, an e-mail address or a name
    #[arg(long, value_name = "USER")]
    user: Option<String>,

    /// End with exit code 1 if there are differences, and with 6 if none was
    /// seen but not everything was read
    #[arg(long)]
    exit_code: bool,

    #[command(flatten)]
    database: DatabaseArguments,
}

/// How many differences there are: by fact, then by change.
type Counts = BTreeMap<&'static str, BTreeMap<&'static str, u64>>;

pub(crate) fn run(arguments: DiffArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    diff(&arguments, stdout, &mut std::io::stderr())
}

fn diff(
    arguments: &DiffArguments,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let database = &arguments.database;
    let store = Store::open_to_read(&database.file.db)?;
    let connection = database.connection.as_deref();
    must_know_type(&store, arguments)?;
    let mut finished = store.syncs(connection)?;
    finished.retain(is_finished);
    let Chosen { pairs, without } = choose(&finished, arguments.before, arguments.after)?;
    let wanted = Wanted::new(
        &store,
        &pairs,
        arguments.resource_type.as_deref(),
        arguments.user.as_deref(),
    )?;
    let mut out = BufWriter::new(stdout);
    let mut exit = Exit::Done;
    for (index, pair) in pairs.iter().enumerate() {
        if index > 0 && !database.json {
            writeln!(out)?;
        }
        let counts = match database.json {
            true => lines::tell(&mut out, &store, pair, &wanted)?,
            false => page::tell(&mut out, &store, pair, &wanted)?,
        };
        exit = worse(exit, judge(pair, &counts));
    }
    out.flush()?;
    for name in without {
        let name = safe_line(&name);
        // Whoever does not listen to stderr has got the rest all the same.
        let _ = writeln!(
            stderr,
            "WARNING: connection {name}: not compared, since it has not both syncs"
        );
    }
    Ok(match arguments.exit_code {
        true => exit,
        false => Exit::Done,
    })
}

/// An unknown type is an error, and no empty answer.
fn must_know_type(store: &Store, arguments: &DiffArguments) -> Result<(), StoreError> {
    let filter = GapFilter {
        connection: arguments.database.connection.clone(),
        resource_type: arguments.resource_type.clone(),
    };
    store.gaps(&filter, |_| Ok::<_, StoreError>(()))?;
    Ok(())
}

fn count(counts: &mut Counts, difference: &Difference) {
    let of_fact = counts.entry(fact(&difference.fact)).or_default();
    *of_fact.entry(difference.change.name()).or_default() += 1;
}

fn fact(fact: &Fact) -> &'static str {
    match fact {
        Fact::Resource(_) => "resource",
        Fact::Entitlement(_) => "entitlement",
        Fact::Grant { .. } => "grant",
    }
}

/// What is unknown is no difference that was seen.
fn judge(pair: &Pair, counts: &Counts) -> Exit {
    let mut words = counts.values().flat_map(BTreeMap::keys);
    if words.any(|word| !word.starts_with("unknown")) {
        Exit::Found
    } else if is_complete(&pair.before) && is_complete(&pair.after) {
        Exit::Done
    } else {
        Exit::Gaps
    }
}

/// A difference counts more than what was not read, and that more than nothing.
fn worse(one: Exit, other: Exit) -> Exit {
    match (one, other) {
        (Exit::Found, _) | (_, Exit::Found) => Exit::Found,
        (Exit::Done, exit) | (exit, _) => exit,
    }
}

#[cfg(test)]
mod tests;
