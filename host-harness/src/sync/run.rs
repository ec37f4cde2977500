//! Running a sync's calls, side by side up to a bound.

mod begin;
mod failed;
mod stopping;
mod suspect;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use governance_contract::connector::Page;
use governance_contract::model::GapReason;
use governance_store::TaskChange;
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep_until;

use super::checkpoint::{Beginning, written};
use super::keep::{Keep, Kept};
use super::narrowing::Narrowing;
use super::parked::{Parked, Turn, Waits};
use super::path::{Leads, Path};
use super::progress::{Observer, Progress};
use super::retry::Budget;
use super::room::{Room, of_task};
use super::step::{Step, Told};
use super::task::{Task, following, lost, static_entitlements};
use super::width::Width;
use super::{Options, SyncError};
use crate::clock::now;
use crate::connection::Connection;
use crate::error::CallError;
use crate::pace::{Manner, Pass};

pub(super) struct Run<'a> {
    connection: &'a Arc<Connection>,
    options: &'a Options,
    observer: &'a mut dyn Observer,
    narrowing: Narrowing<'a>,
    /// Containers that are asked for and were not seen yet.
    awaited: HashSet<&'a str>,
    keep: Keep<'a>,
    queue: VecDeque<Attempt>,
    parked: Parked<Attempt>,
    calls: JoinSet<Called>,
    width: Width,
    budget: Budget,
    path: Path,
    /// The id of the last task that was found.
    last: i64,
    pub(super) beginning: Beginning,
    /// For what is queued or under way.
    room: Room,
    progress: Progress,
    first_error: Option<CallError>,
}

/// A task, how often it was tried, and how often its route refused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attempt {
    /// By which the database knows it.
    pub(super) id: i64,
    pub(super) task: Task,
    pub(super) number: u32,
    pub(super) refused: u32,
}

/// A call that ended: which one it was, what for, and how.
type Called = (u64, Attempt, Result<Page, CallError>);

impl<'a> Run<'a> {
    pub(super) fn new(
        connection: &'a Arc<Connection>,
        options: &'a Options,
        narrowing: Narrowing<'a>,
        observer: &'a mut dyn Observer,
    ) -> Self {
        Self {
            connection,
            options,
            observer,
            narrowing,
            awaited: options.asked.within.iter().map(String::as_str).collect(),
            keep: Keep::new(options, connection),
            queue: VecDeque::new(),
            parked: Parked::new(options.patience.longest_wait),
            calls: JoinSet::new(),
            width: Width::new(options.concurrency),
            budget: Budget::new(options.patience),
            path: Path::new(options.patience.longest_listing),
            last: 0,
            beginning: Beginning::Anew,
            room: Room::new(options.patience.kept_in_mind),
            progress: Progress::default(),
            first_error: None,
        }
    }

    /// Runs until nothing is left to do.
    pub(super) async fn finish(&mut self) -> Result<Kept, SyncError> {
        match self.all().await {
            Ok(kept) => Ok(kept),
            Err(error) => {
                self.calls.shutdown().await;
                Err(self.keep.end(error))
            }
        }
    }

    async fn all(&mut self) -> Result<Kept, SyncError> {
        self.begin().await?;
        self.calls().await?;
        // A sync that has read no page at all knows nothing, not even gaps.
        if let Some(error) = self.first_error.take().filter(|_| self.progress.pages == 0) {
            return Err(error.into());
        }
        if !self.awaited.is_empty() && self.progress.gaps == 0 {
            let mut missing: Vec<_> = self.awaited.iter().map(|it| (*it).to_owned()).collect();
            missing.sort_unstable();
            return Err(SyncError::NotThere(missing));
        }
        if self.doubt()? {
            self.calls().await?;
            self.settle_doubts()?;
        }
        Ok(blocking(|| self.keep.finish())?)
    }

    /// Makes calls until none is left.
    async fn calls(&mut self) -> Result<(), SyncError> {
        loop {
            if self.calls.is_empty() {
                self.flush()?;
            }
            self.fill()?;
            self.progress.waiting = self.parked.waiting();
            self.progress.open = self.calls.len() + self.queue.len() + self.parked.len();
            self.observer.progress(&self.progress);
            // Without room for a call there is nothing to wake up for.
            let wakes = self.parked.wakes().filter(|_| self.has_room());
            let due = self.keep.due();
            if self.calls.is_empty() && wakes.is_none() && due.is_none() {
                return Ok(());
            }
            tokio::select! {
                Some(done) = self.calls.join_next() => self.ended(done)?,
                () = wait_until(wakes) => {}
                () = wait_until(due) => self.flush()?,
                () = self.options.stop.asked() => return Err(self.wind_down().await?),
            }
        }
    }

    /// Takes in what came of a call.
    fn ended(&mut self, done: Result<Called, JoinError>) -> Result<(), SyncError> {
        let (number, attempt, result) = done.map_err(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => SyncError::Cancelled(error.to_string()),
        })?;
        match result {
            _ if self.is_past(&attempt) => Ok(()),
            Ok(page) => {
                self.width.went_well();
                self.read(&attempt, page)
            }
            Err(CallError::HeldBack(held)) => self.hold_back(attempt, held),
            Err(error) => self.failed(number, attempt, error),
        }
    }

    /// Whether a task is of a listing that was begun again since. It is then dropped.
    fn is_past(&mut self, attempt: &Attempt) -> bool {
        let is_past = self.path.is_past(&attempt.task.call, attempt.id);
        if is_past {
            self.room.give_back(of_task(&attempt.task));
        }
        is_past
    }

    /// How each route made the sync wait.
    pub(super) fn waits(&self) -> BTreeMap<String, Waits> {
        self.parked.waits().clone()
    }

    /// Queues the tasks that lead on.
    fn enqueue(&mut self, tasks: Vec<Task>, step: &mut Step) -> Result<(), SyncError> {
        for task in tasks {
            match self.path.leads(&task) {
                Leads::On => self.queue(task, 1, step)?,
                Leads::Nowhere => {}
                Leads::Back | Leads::TooFar => {
                    self.gap(&task, GapReason::Failure, "the listing does not end", step);
                }
            }
        }
        Ok(())
    }

    fn queue(&mut self, task: Task, number: u32, step: &mut Step) -> Result<(), SyncError> {
        self.room.take(of_task(&task))?;
        self.last += 1;
        step.tasks
            .push(TaskChange::Found(written(self.last, &task, number)));
        self.queue.push_back(Attempt {
            id: self.last,
            task,
            number,
            refused: 0,
        });
        Ok(())
    }

    fn keep(&mut self, step: Step) -> Result<(), SyncError> {
        Ok(blocking(|| self.keep.step(step))?)
    }

    fn flush(&mut self) -> Result<(), SyncError> {
        Ok(blocking(|| self.keep.flush())?)
    }

    /// Whether one more call may be under way. What was answered and is not kept
    /// yet would have to be asked again.
    fn has_room(&self) -> bool {
        self.calls.len() + self.keep.waiting() < self.width.now()
    }

    /// Starts calls while there is room: first those that waited.
    fn fill(&mut self) -> Result<(), SyncError> {
        while self.has_room() {
            match self.parked.next(self.connection.pace(), Instant::now()) {
                Some(Turn::Start(attempt, pass)) => self.start(attempt, pass),
                Some(Turn::GiveUp(attempt, held)) => self.not_waited_for(&attempt, held)?,
                None => match self.queue.pop_front() {
                    Some(attempt) => self.start(attempt, None),
                    None => break,
                },
            }
        }
        Ok(())
    }

    fn start(&mut self, attempt: Attempt, pass: Option<Pass>) {
        if self.is_past(&attempt) {
            return;
        }
        let (connection, number) = (self.connection.clone(), self.width.begin());
        self.calls.spawn(async move {
            let Task { call, token, .. } = &attempt.task;
            let manner = Manner::Yields(pass);
            let result = connection.list(now(), call, token.as_deref(), manner);
            let result = result.await;
            (number, attempt, result)
        });
    }

    fn read(&mut self, attempt: &Attempt, page: Page) -> Result<(), SyncError> {
        let description = self.connection.description();
        let fixed = static_entitlements(&page, description);
        self.progress.add(&page);
        self.keep.note(&page.notes);
        for resource in &page.resources {
            self.awaited.remove(resource.id.id.as_str());
        }
        let mut step = Step::of(attempt);
        self.room.give_back(of_task(&attempt.task));
        self.enqueue(following(&attempt.task, &page, &self.narrowing), &mut step)?;
        step.told = Some(Told { page, fixed });
        self.keep(step)
    }

    fn gap(&mut self, task: &Task, reason: GapReason, detail: &str, step: &mut Step) {
        let types = &self.connection.description().resource_types;
        step.gaps.extend(lost(task, types, reason, detail));
        self.progress.gaps += task.covers.len() as u64;
    }
}

/// Waits for a time; for ever if there is none.
async fn wait_until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}

/// Runs something that blocks, such as a write to the database, without holding
/// up the calls that are under way.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}
