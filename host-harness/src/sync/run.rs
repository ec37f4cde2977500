//! Running a sync's calls, side by side up to a bound.

mod failed;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use governance_contract::bounds::TEXT_BYTES;
use governance_contract::connector::Page;
use governance_contract::model::{Gap, GapReason, Scope};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep_until;

use super::keep::{Keep, Kept, Told};
use super::narrowing::Narrowing;
use super::parked::{Parked, Turn, Waits};
use super::path::{Leads, Path};
use super::progress::{Observer, Progress};
use super::retry::Budget;
use super::room::{Room, of_gap, of_task};
use super::task::{Task, first, following, static_entitlements};
use super::width::Width;
use super::{Options, SyncError};
use crate::clock::now;
use crate::connection::Connection;
use crate::error::CallError;
use crate::pace::{Manner, Pass};

/// Notes that are kept for the report.
const NOTES: usize = 100;

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
    calls: JoinSet<Ended>,
    width: Width,
    budget: Budget,
    path: Path,
    /// For what is queued or under way, and for gaps.
    room: Room,
    progress: Progress,
    notes: Vec<String>,
    /// Not yet kept: until a page is read there may be nothing to keep.
    gaps: Vec<Gap>,
    first_error: Option<CallError>,
}

/// A task, how often it was tried, and how often its route refused it.
struct Attempt {
    task: Task,
    number: u32,
    refused: u32,
}

/// A call that ended: which one it was, what for, and how.
type Ended = (u64, Attempt, Result<Page, CallError>);

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
            room: Room::new(options.patience.kept_in_mind),
            progress: Progress::default(),
            notes: Vec::new(),
            gaps: Vec::new(),
            first_error: None,
        }
    }

    /// Runs until nothing is left to do.
    pub(super) async fn finish(&mut self) -> Result<Kept, SyncError> {
        let result = self.all().await;
        if let Err(error) = &result {
            self.calls.shutdown().await;
            self.keep
                .fail(&error.to_string(), &self.connection.requests());
        }
        result
    }

    async fn all(&mut self) -> Result<Kept, SyncError> {
        self.enqueue(first(&self.narrowing))?;
        loop {
            self.fill()?;
            self.progress.waiting = self.parked.waiting();
            self.progress.open = self.calls.len() + self.queue.len() + self.parked.len();
            self.observer.progress(&self.progress);
            // Without room for a call there is nothing to wake up for.
            let has_room = self.calls.len() < self.width.now();
            let wakes = self.parked.wakes().filter(|_| has_room);
            if self.calls.is_empty() && wakes.is_none() {
                break;
            }
            tokio::select! {
                Some(done) = self.calls.join_next() => self.ended(done)?,
                () = sleep_until(wakes.unwrap_or_else(Instant::now).into()), if wakes.is_some() => {}
            }
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
        blocking(|| self.keep.gaps(&std::mem::take(&mut self.gaps)))?;
        let notes = std::mem::take(&mut self.notes);
        let requests = self.connection.requests();
        Ok(blocking(|| self.keep.finish(&requests, notes))?)
    }

    fn ended(&mut self, done: Result<Ended, JoinError>) -> Result<(), SyncError> {
        let (number, attempt, result) = done.map_err(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => SyncError::Cancelled(error.to_string()),
        })?;
        match result {
            Ok(page) => {
                self.width.went_well();
                self.read(&attempt, page)
            }
            Err(CallError::HeldBack(held)) => self.hold_back(attempt, held),
            Err(error) => self.failed(number, attempt, error),
        }
    }

    /// How each route made the sync wait.
    pub(super) fn waits(&self) -> BTreeMap<String, Waits> {
        self.parked.waits().clone()
    }

    /// Queues the tasks that lead on.
    fn enqueue(&mut self, tasks: Vec<Task>) -> Result<(), SyncError> {
        for task in tasks {
            match self.path.leads(&task) {
                Leads::On => {
                    self.room.take(of_task(&task))?;
                    self.queue.push_back(Attempt {
                        task,
                        number: 1,
                        refused: 0,
                    });
                }
                Leads::Nowhere => {}
                Leads::Back | Leads::TooFar => {
                    self.gap(&task, GapReason::Failure, "the listing does not end")?;
                }
            }
        }
        Ok(())
    }

    /// Starts calls while there is room: first those that waited.
    fn fill(&mut self) -> Result<(), SyncError> {
        while self.calls.len() < self.width.now() {
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
        self.note(&page.notes);
        for resource in &page.resources {
            self.awaited.remove(resource.id.id.as_str());
        }
        let next = following(&attempt.task, &page, &self.narrowing);
        blocking(|| self.keep.page(Told { page, fixed }))?;
        self.room.give_back(of_task(&attempt.task));
        self.enqueue(next)
    }

    fn note(&mut self, notes: &[String]) {
        for note in notes {
            tracing::debug!(%note, "the connector notes");
            if self.notes.len() < NOTES && !self.notes.contains(note) {
                self.notes.push(note.clone());
            }
        }
    }

    fn gap(&mut self, task: &Task, reason: GapReason, detail: &str) -> Result<(), SyncError> {
        let types = &self.connection.description().resource_types;
        let surface = |scope: &Scope| {
            let kind = types
                .iter()
                .find(|it| Some(&it.id) == scope.resource_type.as_ref());
            kind.map_or(&task.surface, |kind| &kind.surface).clone()
        };
        let gaps = task.covers.iter().map(|scope| Gap {
            surface: surface(scope),
            scope: scope.clone(),
            reason,
            detail: bounded(detail),
        });
        for gap in gaps {
            self.room.take(of_gap(&gap))?;
            self.gaps.push(gap);
        }
        self.progress.gaps += task.covers.len() as u64;
        Ok(())
    }
}

/// Runs something that blocks, such as a write to the database, without holding
/// up the calls that are under way.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

fn bounded(text: &str) -> String {
    let end = text.floor_char_boundary(TEXT_BYTES);
    text[..end].to_owned()
}
