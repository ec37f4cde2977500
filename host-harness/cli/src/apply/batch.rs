//! A batch: changes that are known by what they name, planned together and made
//! one by one, whatever file they come from.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::Path;

use clap::Args;
use futures::{StreamExt, stream};
use governance_host::clock::now;
use governance_host::contract::changes::ChangeRequest;
use governance_host::contract::ids;
use governance_host::contract::model::Directness;
use governance_host::error::Fault;
use governance_host::provision::ProvisionError;
use governance_host::provision::batch::Order;
use governance_host::provision::operation::{Operation, needed};
use governance_host::provision::plan::Plan;
use indicatif::ProgressBar;

use super::input::Item;
use super::resume;
use super::told::{self, Ended};
use crate::change::ChangeArguments;
use crate::change::record::Record;
use crate::change::session::Session;
use crate::exit::{Exit, Refused};
use crate::text::safe_line;

/// Removals that a batch may hold where nothing else is said.
const MAX_REMOVALS: usize = 10;

/// Options of every command that makes a batch.
#[derive(Debug, Args)]
pub(crate) struct BatchArguments {
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
    pub(crate) change: ChangeArguments,
}

impl BatchArguments {
    /// How many changes are made at the same time.
    pub(crate) fn jobs(&self) -> usize {
        self.jobs.into()
    }

    /// The batch of a file to go on with, if there is one. A preview begins none
    /// and goes on with none.
    pub(crate) fn earlier(
        &self,
        fingerprint: &str,
        length: usize,
        preview: bool,
    ) -> anyhow::Result<Option<resume::Batch>> {
        let change = &self.change;
        match preview {
            true => Ok(None),
            false => resume::earlier(
                &change.db,
                &change.connection,
                fingerprint,
                length,
                self.resume,
            ),
        }
    }
}

/// A change that was asked for, and whose effect is there without it.
pub(crate) struct Settled {
    /// The line that it was written on.
    pub(crate) line: u64,
    /// Its place in the batch, from 0.
    pub(crate) position: u32,
    /// As people wrote it.
    pub(crate) title: String,
    pub(crate) request: ChangeRequest,
    /// Why, for the journal.
    pub(crate) reason: Option<String>,
    /// How it is known that nothing is to be done.
    pub(crate) why: String,
}

impl Settled {
    fn new(item: Item, why: String) -> Self {
        Self {
            line: item.line,
            position: item.position,
            title: item.title,
            request: item.request,
            reason: item.reason,
            why,
        }
    }
}

/// Changes to be made.
pub(crate) struct Batch {
    session: Session,
    items: Vec<Item>,
    /// What nothing is to be done for.
    pub(crate) settled: Vec<Settled>,
    /// Of a review the grants that no change may take along, by id, with their
    /// lines. Its changes may be made in any order.
    pub(crate) kept: Option<BTreeMap<String, u64>>,
    /// How it is known that nothing may be left to do for a change, by its place
    /// in the batch. That is so if the service refuses it as things stand.
    pub(crate) gone: BTreeMap<u32, String>,
    id: String,
}

/// The name of a batch: that of the one that is gone on with, which is told, or
/// one that begins now.
pub(crate) fn id(fingerprint: &str, earlier: Option<resume::Batch>) -> String {
    match earlier {
        Some(earlier) => {
            eprintln!("note: {}", earlier.told());
            earlier.id
        }
        None => format!("{fingerprint}-{}", now()),
    }
}

impl Batch {
    /// A batch of changes.
    pub(crate) fn new(session: Session, items: Vec<Item>, id: String) -> Self {
        Self {
            session,
            items,
            settled: Vec::new(),
            kept: None,
            gone: BTreeMap::new(),
            id,
        }
    }

    /// Shows what would be done, and saves the plan if there is a file for it.
    pub(crate) async fn preview(
        mut self,
        options: &BatchArguments,
        save: Option<&Path>,
        stdout: &mut dyn Write,
    ) -> anyhow::Result<Exit> {
        let plans = self.plan(options).await;
        self.tell_settled();
        let exit = told::plans(&self.items, &plans, options.change.json, stdout)?;
        self.session.replayed()?;
        self.takes_nothing_along(&plans)?;
        if let Some(path) = save {
            told::save(&self.items, &plans, path)?;
        }
        Ok(exit)
    }

    /// Makes the changes.
    pub(crate) async fn make(
        mut self,
        options: &BatchArguments,
        stdout: &mut dyn Write,
    ) -> anyhow::Result<Exit> {
        let plans = self.plan(options).await;
        self.takes_nothing_along(&plans)?;
        let (session, items) = (&self.session, &self.items);
        let plans = permitted(session, items, plans)?;
        few_removals(session, options, &plans)?;
        let record = Record::open(&options.change, session, Some(self.id.clone()))?;
        for it in &self.settled {
            let entry = record.of(&it.title, Some(it.position));
            let entry = entry.because(it.reason.as_deref());
            entry.settled(&it.request, &it.why)?;
        }
        self.tell_settled();
        let bar = progress(items.len());
        let order = Order::of(items.iter().map(|it| &it.request));
        let make = async |index: usize| Some(make(session, &record, items.get(index)?).await);
        let ended = order.run(options.jobs(), make, |_, _| bar.inc(1)).await;
        bar.finish_and_clear();
        let ended: Vec<_> = ended.into_iter().flatten().collect();
        let exit = told::outcomes(items, &ended, options.change.json, stdout)?;
        session.replayed()?;
        Ok(exit)
    }

    /// Plans all changes. Those that may be made in any order are put in that of
    /// how much is lost by them: what a later one takes along is then gone by its
    /// own change, and not missed.
    async fn plan(&mut self, options: &BatchArguments) -> Vec<Planned> {
        let plans = plan_all(&self.session, &self.items, options.jobs()).await;
        if self.kept.is_none() {
            return plans;
        }
        let mut both = Vec::new();
        for (item, plan) in std::mem::take(&mut self.items).into_iter().zip(plans) {
            match (&plan, self.gone.get(&item.position)) {
                (Err(error), Some(why)) if error.fault() == Fault::State => {
                    let why = format!("{why}, and {error}");
                    self.settled.push(Settled::new(item, why));
                }
                _ => both.push((item, plan)),
            }
        }
        both.sort_by_key(|(_, plan)| plan.as_ref().map_or(0, |it| it.outcome.replaced.len()));
        let plans;
        (self.items, plans) = both.into_iter().unzip();
        plans
    }

    /// Refuses to lose with a change what is to be kept.
    fn takes_nothing_along(&self, plans: &[Planned]) -> Result<(), Refused> {
        let Some(kept) = &self.kept else {
            return Ok(());
        };
        let mut taken = Vec::new();
        for (item, plan) in self.items.iter().zip(plans) {
            let lost = plan.iter().flat_map(|it| &it.outcome.replaced);
            for grant in lost.filter(|it| it.directness == Directness::Direct) {
                let id = ids::grant(&grant.resource, &grant.slug, &grant.principal);
                let taken_along = kept.get(&id).map(|line| {
                    let (by, id) = (item.line, safe_line(&id));
                    format!("line {by}: takes {id} along, which line {line} does not revoke")
                });
                taken.extend(taken_along);
            }
        }
        match taken.is_empty() {
            true => Ok(()),
            false => Err(Refused {
                exit: Exit::Failures,
                message: "nothing was changed, since more would go than was decided".to_owned(),
                hint: format!("revoke both, or keep both:\n{}", taken.join("\n")),
            }),
        }
    }

    fn tell_settled(&self) {
        for it in &self.settled {
            let (title, why) = (safe_line(&it.title), safe_line(&it.why));
            eprintln!("note: line {}, {title}: nothing to do: {why}", it.line);
        }
    }
}

/// Makes one change. What an earlier run may have made is looked at first, when
/// reads have to show it.
async fn make(session: &Session, record: &Record, item: &Item) -> Ended {
    let entry = record.of(&item.title, Some(item.position));
    let entry = entry.because(item.reason.as_deref());
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
    options: &BatchArguments,
    plans: &[Plan],
) -> Result<(), Refused> {
    let configured = session.max_removals.unwrap_or(MAX_REMOVALS);
    let most = options.max_removals.unwrap_or(configured);
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
