//! `harness list`: what the last sync read.

pub(crate) mod columns;
mod syncs;

use std::io::{BufWriter, Write};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use governance_host::contract::model::Status;
use governance_host::store::{
    EntitlementFilter, GapFilter, GrantFilter, ResourceFilter, Store, SyncRow,
};
use serde::Serialize;

use crate::arguments::Database;
use crate::arguments::DatabaseArguments;
use crate::exit::Exit;
use crate::table::Table;
use crate::text::{json_line, safe_line};
pub(crate) use columns::scope_in_words;
use columns::{ACCOUNTS, ENTITLEMENTS, GAPS, GRANTS, Layout, RESOURCES};
pub(crate) use syncs::is_finished;

/// List what the last sync read
///
/// The lists are those of the last sync that was read to its end. What it could
/// not read is in `gaps`: it is unknown, not absent.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness list accounts --status disabled
  harness list grants --principal ada@example.org --json")]
pub(crate) struct ListArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// People and what stands in for them: all that can hold access
    #[command(after_help = "Example:\n  harness list accounts --type user --json")]
    Accounts {
        #[command(flatten)]
        common: Common,

        /// Only this one: an id or an e-mail address
        #[arg(long, value_name = "ID|EMAIL")]
        principal: Option<String>,

        /// Only in this state
        #[arg(long, value_parser = status())]
        status: Option<Status>,
    },
    /// Everything that access is about, accounts too
    #[command(after_help = "Example:\n  harness list resources --type organization")]
    Resources {
        #[command(flatten)]
        common: Common,

        /// Only this one: an id, an alias or an e-mail address
        #[arg(long, value_name = "ID")]
        resource: Option<String>,

        /// Only what belongs to the resource with this id
        #[arg(long, value_name = "ID")]
        parent: Option<String>,

        /// Only in this state
        #[arg(long, value_parser = status())]
        status: Option<Status>,
    },
    /// What can be held
    #[command(after_help = "Example:\n  harness list entitlements --json")]
    Entitlements {
        #[command(flatten)]
        common: Common,

        /// Only on the resource with this id
        #[arg(long, value_name = "ID")]
        resource: Option<String>,
    },
    /// Who holds what
    #[command(after_help = "Example:\n  harness list grants --principal ada@example.org")]
    Grants {
        #[command(flatten)]
        common: Common,

        /// Only on the resource with this id
        #[arg(long, value_name = "ID")]
        resource: Option<String>,

        /// Only of the entitlement with this id
        #[arg(long, value_name = "ID")]
        entitlement: Option<String>,

        /// Only what this one holds: an id or an e-mail address
        #[arg(long, value_name = "ID|EMAIL")]
        principal: Option<String>,
    },
    /// Which syncs are kept, with the ids by which `harness diff` names them
    #[command(after_help = "Example:\n  harness list syncs --json")]
    Syncs {
        #[command(flatten)]
        database: DatabaseArguments,
    },
    /// What could not be read, and why
    #[command(after_help = "Example:\n  harness list gaps")]
    Gaps {
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    database: Database,

    /// Only this connection [default: all]
    #[arg(long, value_name = "NAME", env = "GOVERNANCE_CONNECTION")]
    connection: Option<String>,

    /// Only of this resource type; of entitlements and grants it is the type of
    /// the resource that they are on
    #[arg(long = "type", value_name = "TYPE")]
    resource_type: Option<String>,

    /// Print JSON Lines: one object for each row
    #[arg(long)]
    json: bool,
}

fn status() -> impl TypedValueParser<Value = Status> {
    use Status::{Active, Archived, Disabled, NotTold, Pending};
    let all = [Active, Disabled, Pending, Archived, NotTold];
    PossibleValuesParser::new(all.map(|it| it.name())).map(move |name| {
        all.into_iter()
            .find(|it| it.name() == name)
            .unwrap_or(NotTold)
    })
}

/// Lists to stdout; how much it is and how far it can be trusted goes to stderr.
pub(crate) fn run(arguments: ListArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    list(arguments.what, stdout, &mut std::io::stderr())?;
    Ok(Exit::Done)
}

fn list(what: What, stdout: &mut dyn Write, stderr: &mut dyn Write) -> anyhow::Result<()> {
    match what {
        What::Accounts {
            common,
            principal,
            status,
        } => {
            let filter = ResourceFilter {
                connection: common.connection.clone(),
                resource_type: common.resource_type.clone(),
                named: principal,
                parent: None,
                status,
            };
            Listing::open(&common, stdout, stderr)?
                .show(&ACCOUNTS, |store, each| store.accounts(&filter, each))
        }
        What::Resources {
            common,
            resource,
            parent,
            status,
        } => {
            let filter = ResourceFilter {
                connection: common.connection.clone(),
                resource_type: common.resource_type.clone(),
                named: resource,
                parent,
                status,
            };
            Listing::open(&common, stdout, stderr)?
                .show(&RESOURCES, |store, each| store.resources(&filter, each))
        }
        What::Entitlements { common, resource } => {
            let filter = EntitlementFilter {
                connection: common.connection.clone(),
                resource_type: common.resource_type.clone(),
                resource,
            };
            Listing::open(&common, stdout, stderr)?.show(&ENTITLEMENTS, |store, each| {
                store.entitlements(&filter, each)
            })
        }
        What::Grants {
            common,
            resource,
            entitlement,
            principal,
        } => {
            let filter = GrantFilter {
                connection: common.connection.clone(),
                resource_type: common.resource_type.clone(),
                resource,
                entitlement,
                principal,
            };
            Listing::open(&common, stdout, stderr)?
                .show(&GRANTS, |store, each| store.grants(&filter, each))
        }
        What::Syncs { database } => syncs::list(&database, stdout, stderr),
        What::Gaps { common } => {
            let filter = GapFilter {
                connection: common.connection.clone(),
                resource_type: common.resource_type.clone(),
            };
            Listing::open(&common, stdout, stderr)?
                .show(&GAPS, |store, each| store.gaps(&filter, each))
        }
    }
}

/// What takes the rows of a listing.
type Each<'a, R> = &'a mut dyn FnMut(R) -> anyhow::Result<()>;

/// One listing from a store to its reader.
struct Listing<'a> {
    store: Store,
    syncs: Vec<SyncRow>,
    never_finished: Vec<String>,
    json: bool,
    stdout: BufWriter<&'a mut dyn Write>,
    stderr: &'a mut dyn Write,
}

impl<'a> Listing<'a> {
    fn open(
        common: &Common,
        stdout: &'a mut dyn Write,
        stderr: &'a mut dyn Write,
    ) -> anyhow::Result<Self> {
        let store = Store::open_to_read(&common.database.db)?;
        let syncs = store.current_syncs(common.connection.as_deref())?;
        let mut never_finished = store.connections()?;
        never_finished.retain(|name| {
            common.connection.is_none() && !syncs.iter().any(|sync| sync.connection == *name)
        });
        let stdout = BufWriter::new(stdout);
        Ok(Self {
            store,
            syncs,
            never_finished,
            json: common.json,
            stdout,
            stderr,
        })
    }

    /// Shows all rows that the store gives.
    fn show<R: Serialize>(
        mut self,
        layout: &Layout<R>,
        rows: impl FnOnce(&Store, Each<'_, R>) -> anyhow::Result<u64>,
    ) -> anyhow::Result<()> {
        let out = &mut self.stdout;
        let count = if self.json {
            rows(&self.store, &mut |row| Ok(json_line(out, &row)?))?
        } else {
            // The first column is the connection's name.
            let skipped = usize::from(self.syncs.len() == 1);
            let mut table = Table::new(out, &layout.columns[skipped..]);
            let count = rows(&self.store, &mut |row| {
                let cells = (layout.cells)(&row).into_iter().skip(skipped);
                Ok(table.push(cells.collect())?)
            })?;
            table.finish()?;
            count
        };
        self.stdout.flush()?;
        // Whoever does not listen to stderr has got the rows all the same.
        let _ = self.tell(layout.noun, count);
        Ok(())
    }

    /// Tells how many rows there were, of when, and what is not known.
    fn tell(&mut self, noun: &str, count: u64) -> std::io::Result<()> {
        let noun = if count == 1 {
            noun.trim_end_matches('s')
        } else {
            noun
        };
        writeln!(self.stderr, "{count} {noun}")?;
        for sync in &self.syncs {
            let name = safe_line(&sync.connection);
            let when = sync
                .finished_at
                .map(|at| at.to_string())
                .unwrap_or_default();
            match sync.gaps {
                0 => writeln!(self.stderr, "connection {name}: complete, read {when}")?,
                gaps => writeln!(
                    self.stderr,
                    "WARNING: connection {name}: NOT complete, read {when}: what its {gaps} {} unknown, \
                     not absent; see `harness list gaps`",
                    if gaps == 1 {
                        "gap covers is"
                    } else {
                        "gaps cover is"
                    }
                )?,
            }
        }
        for sync in self.syncs.iter().filter(|it| !it.asked.is_everything()) {
            let (name, asked) = (
                safe_line(&sync.connection),
                safe_line(&sync.asked.to_string()),
            );
            writeln!(
                self.stderr,
                "WARNING: connection {name}: its last sync asked only for {asked}; all else is \
                 unknown, not absent"
            )?;
        }
        for name in &self.never_finished {
            let name = safe_line(name);
            writeln!(
                self.stderr,
                "WARNING: connection {name}: nothing, since no sync of it has finished"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
