//! Running a sync's calls, side by side up to a bound.

mod begin;
mod stopping;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use governance_contract::connector::Page;
use governance_contract::model::GapReason;
use governance_store::TaskChange;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

use super::checkpoint::{Beginning, json, written};
use super::keep::{Keep, Kept};
use super::narrowing::Narrowing;
use super::path::{Leads, Path};
use super::progress::{Observer, Progress};
use super::retry::{Verdict, decide, is_passing};
use super::room::{Room, of_task};
use super::step::{Step, Told};
use super::task::{Call, Task, beginning, following, lost, static_entitlements};
use super::{Options, SyncError};
use crate::clock::now;
use crate::connection::Connection;
use crate::error::CallError;

pub(super) struct Run<'a> {
    connection: &'a Arc<Connection>,
    options: &'a Options,
    observer: &'a mut dyn Observer,
    narrowing: Narrowing<'a>,
    /// Containers that are asked for and were not seen yet.
    awaited: HashSet<&'a str>,
    keep: Keep<'a>,
    queue: VecDeque<Attempt>,
    calls: JoinSet<Called>,
    slots: Arc<Semaphore>,
    path: Path,
    /// The id of the last task that was found.
    last: i64,
    pub(super) beginning: Beginning,
    /// For what is queued or under way.
    room: Room,
    progress: Progress,
    /// Calls under way that are not their task's first.
    repeated: usize,
    first_error: Option<CallError>,
}

/// A task, and how often it was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attempt {
    /// By which the database knows it.
    pub(super) id: i64,
    pub(super) task: Task,
    pub(super) number: u32,
}

/// What came of a call.
type Called = (Attempt, Result<Page, CallError>);

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
            calls: JoinSet::new(),
            slots: Arc::new(Semaphore::new(options.concurrency.max(1))),
            path: Path::new(options.patience.longest_listing),
            last: 0,
            beginning: Beginning::Anew,
            room: Room::new(options.patience.kept_in_mind),
            progress: Progress::default(),
            repeated: 0,
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
        loop {
            self.fill();
            let done = tokio::select! {
                done = self.calls.join_next() => done,
                () = self.options.stop.asked() => return Err(self.wind_down().await?),
            };
            let Some(done) = done else {
                break;
            };
            self.ended(done)?;
        }
        // A sync that has read no page at all knows nothing, not even gaps.
        if let Some(error) = self.first_error.take().filter(|_| self.progress.pages == 0) {
            return Err(error.into());
        }
        if !self.awaited.is_empty() && self.progress.gaps == 0 {
            let mut missing: Vec<_> = self.awaited.iter().map(|it| (*it).to_owned()).collect();
            missing.sort_unstable();
            return Err(SyncError::NotThere(missing));
        }
        Ok(blocking(|| self.keep.finish())?)
    }

    /// Takes in what came of a call.
    fn ended(&mut self, done: Result<Called, JoinError>) -> Result<(), SyncError> {
        let (attempt, result) = done.map_err(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => SyncError::Cancelled(error.to_string()),
        })?;
        self.repeated -= usize::from(attempt.number > 1);
        match result {
            _ if self.path.is_past(&attempt.task.call, attempt.id) => {
                self.room.give_back(of_task(&attempt.task));
            }
            Ok(page) => self.read(&attempt, page)?,
            Err(error) => self.failed(attempt, error)?,
        }
        self.progress.open = self.calls.len() + self.queue.len();
        self.observer.progress(&self.progress);
        Ok(())
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
        let id = self.last;
        let attempt = Attempt { id, task, number };
        step.tasks.push(TaskChange::Found(written(&attempt)));
        self.queue.push_back(attempt);
        Ok(())
    }

    fn keep(&mut self, step: Step) -> Result<(), SyncError> {
        Ok(blocking(|| self.keep.step(step))?)
    }

    /// Starts queued calls while there is room. Those that wait to be repeated
    /// take none.
    fn fill(&mut self) {
        while self.calls.len() - self.repeated < self.options.concurrency.max(1) {
            let Some(attempt) = self.queue.pop_front() else {
                return;
            };
            self.start(attempt, Duration::ZERO);
        }
    }

    fn start(&mut self, attempt: Attempt, wait: Duration) {
        self.repeated += usize::from(attempt.number > 1);
        let (connection, slots) = (self.connection.clone(), self.slots.clone());
        self.calls.spawn(async move {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            let _slot = slots.acquire_owned().await;
            let Task { call, token, .. } = &attempt.task;
            let result = list(&connection, call, token.as_deref()).await;
            (attempt, result)
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

    fn failed(&mut self, mut attempt: Attempt, error: CallError) -> Result<(), SyncError> {
        let reached = self.progress.has_reached();
        let patience = &self.options.patience;
        let restarts = self.path.restarts(&attempt.task.call);
        match decide(&error, attempt.number, reached, patience) {
            Verdict::End => return Err(error.into()),
            Verdict::Again(wait) => {
                self.observer.waiting(wait, &error.to_string());
                attempt.number += 1;
                self.start(attempt, jittered(wait));
            }
            Verdict::Restart if restarts + 1 < patience.attempts => self.restart(attempt.task)?,
            // All that is left would become gaps if the service is away now.
            Verdict::Gap(_) if !reached && self.progress.earlier > 0 && is_passing(&error) => {
                return Err(error.into());
            }
            verdict @ (Verdict::Restart | Verdict::Gap(_)) => {
                let reason = match verdict {
                    Verdict::Gap(reason) => reason,
                    _ => GapReason::Failure,
                };
                let mut step = Step::of(&attempt);
                self.room.give_back(of_task(&attempt.task));
                self.gap(&attempt.task, reason, &error.to_string(), &mut step);
                self.first_error.get_or_insert(error);
                self.keep(step)?;
            }
        }
        Ok(())
    }

    /// Begins a task's listing again. What is queued of it will be told again.
    fn restart(&mut self, task: Task) -> Result<(), SyncError> {
        let times = self.path.restarts(&task.call) + 1;
        self.path.restart(&task.call, self.last + 1, times);
        self.room.give_back(of_task(&task));
        let queue = std::mem::take(&mut self.queue).into_iter();
        let (past, queue): (VecDeque<_>, VecDeque<_>) =
            queue.partition(|it| it.task.call == task.call);
        self.queue = queue;
        for attempt in past {
            self.room.give_back(of_task(&attempt.task));
        }
        let restarted = TaskChange::Restarted(json(&task.call));
        let mut step = Step {
            tasks: vec![restarted],
            ..Step::default()
        };
        let begins = beginning(&task.call, &self.narrowing);
        let begins = begins.unwrap_or(Task {
            token: None,
            ..task
        });
        self.queue(begins, times + 1, &mut step)?;
        self.keep(step)
    }

    fn gap(&mut self, task: &Task, reason: GapReason, detail: &str, step: &mut Step) {
        let types = &self.connection.description().resource_types;
        step.gaps.extend(lost(task, types, reason, detail));
        self.progress.gaps += task.covers.len() as u64;
    }
}

/// Makes one call of a listing.
pub(crate) async fn list(
    connection: &Connection,
    call: &Call,
    token: Option<&str>,
) -> Result<Page, CallError> {
    match call {
        Call::Resources {
            resource_type,
            parent,
        } => {
            let parent = parent.as_ref();
            let listing = connection.list_resources(now(), resource_type, parent, None, token);
            listing.await
        }
        Call::Entitlements(of) => connection.list_entitlements(now(), of, token).await,
        Call::Grants(of) => connection.list_grants(now(), of, token).await,
    }
}

/// Runs something that blocks, such as a write to the database, without holding
/// up the calls that are under way.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

/// Up to a quarter longer, so that calls that failed together do not come back
/// together.
fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(1.0 + fastrand::f64() / 4.0)
}
