//! `harness apply`: all changes of a file.
//!
//! | before the first change is sent | the batch |
//! |---|---|
//! | a line is no change, or a name means nothing or several things | is refused, with all such lines |
//! | a change is not enabled, or touches what is protected | is refused |
//! | more would be removed than is allowed | is refused |
//! | a change cannot be planned | goes on: an earlier change may make it possible |
//!
//! After that one that fails stops no other.

pub(crate) mod batch;
pub(crate) mod input;
pub(crate) mod resume;
mod told;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use governance_host::provision::batch::digest;
use governance_host::provision::desired::Format;

use crate::change::session::Session;
use crate::exit::Exit;
use batch::{Batch, BatchArguments};

/// Make all changes of a file
///
/// Each line is one change, as JSON (`{"change": "grant", "entitlement":
/// "project:Alpha:member", "principal": "ada@example.com"}`) or as a row of CSV
/// with the keys as its header. All are read, named and planned before the first
/// is sent. A change cannot name what an earlier line makes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness apply changes.jsonl --plan
  harness apply changes.csv --provisioning=create,remove --max-removals 20
  harness apply changes.jsonl --plan --json > plan.json
  harness apply --plan plan.json --provisioning=create")]
pub(crate) struct ApplyArguments {
    /// The changes: JSON Lines or CSV
    #[arg(value_name = "FILE", required_unless_present = "plan")]
    file: Option<PathBuf>,

    /// How the file is written [default: as its name ends]
    #[arg(long, value_enum)]
    format: Option<FormatName>,

    /// With FILE: show what would be sent and what would come of it; change
    /// nothing. Without: make exactly the changes of this plan, which `--plan
    /// --json` wrote, and refuse those whose state has moved on
    #[arg(long, value_name = "PLAN", num_args = 0..=1)]
    plan: Option<Option<PathBuf>>,

    #[command(flatten)]
    batch: BatchArguments,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatName {
    JsonLines,
    Csv,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::JsonLines => Self::JsonLines,
            FormatName::Csv => Self::Csv,
        }
    }
}

pub(crate) async fn run(arguments: ApplyArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    let preview = arguments.file.is_some() && arguments.plan.is_some();
    let batch = read(&arguments, preview).await?;
    match preview {
        true => batch.preview(&arguments.batch, None, stdout).await,
        false => batch.make(&arguments.batch, stdout).await,
    }
}

/// What is to be done, and the name of the batch.
async fn read(arguments: &ApplyArguments, preview: bool) -> anyhow::Result<Batch> {
    let options = &arguments.batch;
    let common = &options.change;
    let saved = arguments.plan.as_ref().and_then(Option::as_ref);
    match (&arguments.file, saved) {
        (Some(path), None) => {
            let (lines, fingerprint) = input::read(path, arguments.format.map(Into::into))?;
            let earlier = options.earlier(&fingerprint, lines.len(), preview)?;
            let session = Session::open(common).await?;
            let named = input::name(&session, &lines, earlier.as_ref(), options.jobs()).await;
            let items = input::items(path, named)?;
            let id = batch::id(&fingerprint, earlier);
            Ok(Batch::new(session, items, id))
        }
        (None, Some(path)) => {
            let items = input::saved(path, &common.connection)?;
            let plans = items.iter().filter_map(|it| it.saved.as_ref());
            let id = batch::id(&digest(plans.map(|it| it.digest.as_str())), None);
            Ok(Batch::new(Session::open(common).await?, items, id))
        }
        _ => Err(input::file_or_plan().into()),
    }
}
