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

mod input;
mod resume;
mod told;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use futures::{StreamExt, stream};
use governance_host::clock::now;
use governance_host::provision::ProvisionError;
use governance_host::provision::batch::{Order, digest};
use governance_host::provision::desired::Format;
use governance_host::provision::operation::{Operation, needed};
use governance_host::provision::plan::Plan;
use indicatif::ProgressBar;

use crate::change::ChangeArguments;
use crate::change::record::Record;
use crate::change::session::Session;
use crate::exit::{Exit, Refused};
use input::Item;
use told::Ended;

/// Removals that a batch may hold where nothing else is said.
const MAX_REMOVALS: usize = 10;

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

    /// Changes at the same time; those that name the same thing keep their order
    #[arg(long, value_name = "NUMBER", default_value_t = 4,
        value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,

    /// Refuse a batch that would remove more than this [default: what
    /// harness.toml says, else 10]
    #[arg(long, value_name = "NUMBER")]
    max_removals: Option<usize>,

    /// Go on with the batch of this file that was interrupted
    #[arg(long, conflicts_with = "plan")]
    resume: bool,

    #[command(flatten)]
    change: ChangeArguments,
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
    let jobs = usize::from(arguments.jobs);
    let (session, items, batch) = read(&arguments, preview, jobs).await?;
    let plans = plan_all(&session, &items, jobs).await;
    if preview {
        let exit = told::plans(&items, &plans, arguments.change.json, stdout)?;
        session.replayed()?;
        return Ok(exit);
    }
    let plans = permitted(&session, &items, plans)?;
    few_removals(&session, &arguments, &plans)?;
    let record = Record::open(&arguments.change, &session, Some(batch))?;
    let bar = progress(items.len());
    let order = Order::of(items.iter().map(|it| &it.request));
    let make = async |index: usize| Some(make(&session, &record, items.get(index)?).await);
    let ended = order.run(jobs, make, |_, _| bar.inc(1)).await;
    bar.finish_and_clear();
    let ended: Vec<_> = ended.into_iter().flatten().collect();
    let exit = told::outcomes(&items, &ended, arguments.change.json, stdout)?;
    session.replayed()?;
    Ok(exit)
}

/// What is to be done, and the name of the batch.
async fn read(
    arguments: &ApplyArguments,
    preview: bool,
    jobs: usize,
) -> anyhow::Result<(Session, Vec<Item>, String)> {
    let common = &arguments.change;
    let saved = arguments.plan.as_ref().and_then(Option::as_ref);
    match (&arguments.file, saved) {
        (Some(path), None) => {
            let (lines, fingerprint) = input::read(path, arguments.format.map(Into::into))?;
            let earlier = match preview {
                true => None,
                false => resume::earlier(
                    &common.db,
                    &common.connection,
                    &fingerprint,
                    lines.len(),
                    arguments.resume,
                )?,
            };
            let session = Session::open(common).await?;
            let items = input::name(&session, path, &lines, earlier.as_ref(), jobs).await?;
            let batch = match earlier {
                Some(earlier) => {
                    eprintln!("note: {}", earlier.told());
                    earlier.id
                }
                None => named(&fingerprint),
            };
            Ok((session, items, batch))
        }
        (None, Some(path)) => {
            let items = input::saved(path, &common.connection)?;
            let plans = items.iter().filter_map(|it| it.saved.as_ref());
            let batch = named(&digest(plans.map(|it| it.digest.as_str())));
            Ok((Session::open(common).await?, items, batch))
        }
        _ => Err(input::file_or_plan().into()),
    }
}

/// The name of a batch that begins now.
fn named(fingerprint: &str) -> String {
    format!("{fingerprint}-{}", now())
}

/// Makes one change. What an earlier run may have made is looked at first, when
/// reads have to show it.
async fn make(session: &Session, record: &Record, item: &Item) -> Ended {
    let entry = record.of(&item.title, Some(item.position));
    if let Some(since) = item.under_way {
        match session.look(&item.request, since).await {
            Ok(true) => {}
            Ok(false) => {
                let why = "it was sent before the interruption, and may come to a second one";
                return match entry.refused(&item.request, why) {
                    Ok(()) => Ended::Unsettled(why.to_owned()),
                    Err(error) => Ended::Unsettled(format!("{why}; {error}")),
                };
            }
            Err(error) => return Ended::Unsettled(error.to_string()),
        }
    }
    let made = session.make(&item.request, item.saved.as_ref(), &entry);
    made.await.into()
}

/// A plan, or why there is none.
type Planned = Result<Plan, ProvisionError>;

async fn plan_all(session: &Session, items: &[Item], jobs: usize) -> Vec<Planned> {
    let planning = items.iter().map(|item| session.plan(&item.request));
    stream::iter(planning).buffered(jobs).collect().await
}

/// Whether every change may be made: it is enabled, and touches nothing that is
/// protected.
fn permitted(session: &Session, items: &[Item], plans: Vec<Planned>) -> anyhow::Result<Vec<Plan>> {
    for item in items {
        session.permitted(&item.request)?;
    }
    let mut planned = Vec::new();
    for plan in plans {
        match plan {
            Ok(plan) => planned.push(plan),
            // An earlier change may make it possible, or it fails by itself.
            Err(ProvisionError::Call(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(planned)
}

fn few_removals(
    session: &Session,
    arguments: &ApplyArguments,
    plans: &[Plan],
) -> Result<(), Refused> {
    let configured = session.max_removals.unwrap_or(MAX_REMOVALS);
    let most = arguments.max_removals.unwrap_or(configured);
    let removals = plans.iter().filter(|it| removes(it)).count();
    if removals <= most {
        return Ok(());
    }
    Err(Refused {
        exit: Exit::Usage,
        message: format!("the batch would remove {removals} times, and {most} are allowed"),
        hint: format!("look at the plan with --plan; then allow it with --max-removals {removals}"),
    })
}

fn removes(plan: &Plan) -> bool {
    needed(&plan.change).contains(&Operation::Remove) && !plan.is_no_op()
}

fn progress(length: usize) -> ProgressBar {
    match std::io::stderr().is_terminal() {
        true => ProgressBar::new(length as u64),
        false => ProgressBar::hidden(),
    }
}
