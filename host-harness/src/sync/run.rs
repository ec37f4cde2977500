//! Running a sync's calls, side by side up to a bound.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use governance_contract::bounds::TEXT_BYTES;
use governance_contract::connector::Page;
use governance_contract::model::{Gap, GapReason, Scope};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::keep::{Keep, Kept, Told};
use super::narrowing::Narrowing;
use super::path::{Leads, Path};
use super::progress::{Observer, Progress};
use super::retry::{Verdict, decide};
use super::room::{Room, of_gap, of_task};
use super::task::{Call, Task, first, following, static_entitlements};
use super::{Options, SyncError};
use crate::clock::now;
use crate::connection::Connection;
use crate::error::CallError;

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
    calls: JoinSet<(Attempt, Result<Page, CallError>)>,
    slots: Arc<Semaphore>,
    path: Path,
    /// For what is queued or under way, and for gaps.
    room: Room,
    progress: Progress,
    notes: Vec<String>,
    /// Not yet kept: until a page is read there may be nothing to keep.
    gaps: Vec<Gap>,
    /// Calls under way that are not their task's first.
    repeated: usize,
    first_error: Option<CallError>,
}

/// A task, and how often it was tried.
#[derive(Clone)]
struct Attempt {
    task: Task,
    number: u32,
}

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
            room: Room::new(options.patience.kept_in_mind),
            progress: Progress::default(),
            notes: Vec::new(),
            gaps: Vec::new(),
            repeated: 0,
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
            self.fill();
            let Some(done) = self.calls.join_next().await else {
                break;
            };
            let (attempt, result) = done.map_err(|error| match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(error) => SyncError::Cancelled(error.to_string()),
            })?;
            self.repeated -= usize::from(attempt.number > 1);
            match result {
                Ok(page) => self.read(&attempt, page)?,
                Err(error) => self.failed(attempt, error)?,
            }
            self.progress.open = self.calls.len() + self.queue.len();
            self.observer.progress(&self.progress);
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

    /// Queues the tasks that lead on.
    fn enqueue(&mut self, tasks: Vec<Task>) -> Result<(), SyncError> {
        for task in tasks {
            match self.path.leads(&task) {
                Leads::On => {
                    self.room.take(of_task(&task))?;
                    self.queue.push_back(Attempt { task, number: 1 });
                }
                Leads::Nowhere => {}
                Leads::Back | Leads::TooFar => {
                    self.gap(&task, GapReason::Failure, "the listing does not end")?;
                }
            }
        }
        Ok(())
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

    fn failed(&mut self, mut attempt: Attempt, error: CallError) -> Result<(), SyncError> {
        let reached = self.progress.pages > 0;
        match decide(&error, attempt.number, reached, &self.options.patience) {
            Verdict::End => return Err(error.into()),
            Verdict::Again(wait) => {
                self.observer.waiting(wait, &error.to_string());
                attempt.number += 1;
                self.start(attempt, jittered(wait));
            }
            Verdict::Restart => {
                self.path.forget(&attempt.task.call);
                self.room.give_back(of_task(&attempt.task));
                attempt.task.token = None;
                attempt.number += 1;
                self.room.take(of_task(&attempt.task))?;
                self.queue.push_back(attempt);
            }
            Verdict::Gap(reason) => {
                self.room.give_back(of_task(&attempt.task));
                self.gap(&attempt.task, reason, &error.to_string())?;
                self.first_error.get_or_insert(error);
            }
        }
        Ok(())
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

fn bounded(text: &str) -> String {
    let end = text.floor_char_boundary(TEXT_BYTES);
    text[..end].to_owned()
}
