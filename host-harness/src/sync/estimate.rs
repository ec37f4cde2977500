//! How many requests a sync will take, before it is made.
//!
//! | the database holds | then |
//! |---|---|
//! | a finished sync of the connection that was asked for the same | as many as that took |
//! | none | a few calls of each kind are made, and stand for all of their kind |
//!
//! Calls are of one kind if they call the same function for the same type, and
//! cover the same parts of scopes: the next page of a list is another kind than
//! the roles of one person. A chain of pages is followed to its end; of calls that
//! lie side by side [`SAMPLE`] are made, or [`SAMPLE_THAT_LEADS_ON`] where they lead
//! to further ones: a project may have five people or five hundred, and what they
//! lead to counts for the others, too.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use governance_contract::model::Scope;
use governance_store::{Asked, Store, StoreError, SyncRow};

use super::narrowing::Narrowing;
use super::path::{Leads, Path};
use super::retry::{Patience, Verdict, decide};
use super::task::{Task, first, following};
use super::{Options, SyncError};
use crate::clock::now;
use crate::connection::Connection;
use crate::pace::Manner;

/// Calls of one kind, side by side, that stand for all of them if they lead nowhere.
pub const SAMPLE: usize = 5;
/// And if they lead to further calls.
pub const SAMPLE_THAT_LEADS_ON: usize = 20;
/// No more calls are made for an estimate.
pub const MOST_CALLS: u32 = 500;

/// What a sync will take.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// What it rests on.
    pub basis: Basis,
    /// Requests by route, rounded up.
    pub requests: BTreeMap<String, u64>,
}

/// What an estimate rests on.
#[derive(Debug, Clone, PartialEq)]
pub enum Basis {
    /// What an earlier sync took.
    Earlier(Box<SyncRow>),
    /// Calls that were made for it.
    Sample(Sampled),
}

/// Calls that were made for an estimate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sampled {
    /// How many.
    pub calls: u32,
    /// How long they took together, one after the other.
    pub time: Duration,
    /// Those that failed: what they would have led to is not counted.
    pub failed: u32,
    /// There was more to ask than [`MOST_CALLS`]: a sync takes more than this.
    pub is_too_low: bool,
}

impl Estimate {
    /// Requests on all routes.
    pub fn total(&self) -> u64 {
        self.requests.values().sum()
    }

    /// How long the sync takes at least with so many calls at the same time, and
    /// where routes let so many requests through a second. None if an earlier
    /// sync tells no time.
    pub fn time(&self, concurrency: usize, limits: &BTreeMap<String, f64>) -> Option<Duration> {
        let limited = self.requests.iter().filter_map(|(route, requests)| {
            let per_second = limits.get(route).filter(|it| **it > 0.0)?;
            Some(*requests as f64 / per_second)
        });
        let limited = limited.fold(0.0, f64::max);
        let unlimited = match &self.basis {
            Basis::Earlier(sync) => {
                let finished = sync.finished_at?;
                (finished.0 - sync.started_at.0) as f64
            }
            Basis::Sample(sampled) => {
                let each = sampled.time.as_secs_f64() / f64::from(sampled.calls.max(1));
                each * self.total() as f64 / concurrency.max(1) as f64
            }
        };
        Duration::try_from_secs_f64(limited.max(unlimited)).ok()
    }
}

/// Works out what a sync will take.
///
/// # Errors
/// The credential is of no use, a type is asked for that there is not, or the
/// database cannot be read.
pub async fn estimate(
    connection: &Arc<Connection>,
    options: &Options,
) -> Result<Estimate, SyncError> {
    let narrowing = Narrowing::new(connection.description(), &options.asked)?;
    if let Some(estimate) = earlier(options)? {
        return Ok(estimate);
    }
    let mut sample = Sample::new(connection, &options.patience);
    let tasks = first(&narrowing);
    sample.follow(tasks, &narrowing).await?;
    Ok(sample.estimate())
}

/// What an earlier sync of the same took.
fn earlier(options: &Options) -> Result<Option<Estimate>, StoreError> {
    let store = match Store::open_to_read(&options.database) {
        Err(StoreError::Absent { .. }) => return Ok(None),
        store => store?,
    };
    let sync = match store.current_syncs(Some(&options.connection)) {
        Err(StoreError::UnknownConnection { .. } | StoreError::NothingFinished { .. }) => None,
        syncs => syncs?.pop(),
    };
    let same = |sync: &SyncRow| is_same(&sync.asked, &options.asked);
    let Some(sync) = sync.filter(same) else {
        return Ok(None);
    };
    Ok(Some(Estimate {
        requests: store.requests(sync.id)?,
        basis: Basis::Earlier(Box::new(sync)),
    }))
}

fn is_same(one: &Asked, other: &Asked) -> bool {
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        list
    };
    sorted(&one.types) == sorted(&other.types) && sorted(&one.within) == sorted(&other.within)
}

/// Calls that stand for others.
struct Sample<'a> {
    connection: &'a Connection,
    patience: &'a Patience,
    path: Path,
    kinds: HashMap<String, Kind>,
    /// Expected requests, by route.
    requests: BTreeMap<String, f64>,
    made: Sampled,
}

/// What is known of a kind of calls.
#[derive(Debug, Default)]
struct Kind {
    made: u32,
    requests: BTreeMap<String, u64>,
    /// A call of it led to others.
    leads_on: bool,
}

/// A task, and how many it stands for.
type Weighed = (Task, f64);

/// What came of a call.
struct Answer {
    /// Requests by route.
    sent: BTreeMap<String, u64>,
    following: Vec<Task>,
}

impl<'a> Sample<'a> {
    fn new(connection: &'a Connection, patience: &'a Patience) -> Self {
        Self {
            connection,
            patience,
            path: Path::new(patience.longest_listing),
            kinds: HashMap::new(),
            requests: BTreeMap::new(),
            made: Sampled::default(),
        }
    }

    async fn follow(
        &mut self,
        tasks: Vec<Task>,
        narrowing: &Narrowing<'_>,
    ) -> Result<(), SyncError> {
        let mut level: Vec<Weighed> = tasks.into_iter().map(|task| (task, 1.0)).collect();
        while !level.is_empty() {
            let mut next = Vec::new();
            for (kind, tasks) in by_kind(level) {
                let all: f64 = tasks.iter().map(|(_, weight)| weight).sum();
                if self.counts_by_others(&kind, all) {
                    continue;
                }
                let answers = self.sample(&kind, tasks, narrowing).await?;
                let each = all / answers.len() as f64;
                for Answer { sent, following } in answers {
                    for (route, sent) in sent {
                        *self.requests.entry(route).or_default() += sent as f64 * each;
                    }
                    next.extend(following.into_iter().map(|task| (task, each)));
                }
            }
            level = next;
        }
        Ok(())
    }

    /// Counts calls of a kind by those that were made, if these are enough and
    /// led nowhere; or leaves them uncounted, if there were too many calls.
    fn counts_by_others(&mut self, kind: &str, weight: f64) -> bool {
        let known = self.kinds.get(kind);
        let known = known.filter(|it| it.made as usize >= SAMPLE && !it.leads_on);
        if let Some(known) = known {
            for (route, requests) in &known.requests {
                let expected = *requests as f64 / f64::from(known.made) * weight;
                *self.requests.entry(route.clone()).or_default() += expected;
            }
            return true;
        }
        let is_too_much = self.made.calls >= MOST_CALLS;
        self.made.is_too_low |= is_too_much;
        is_too_much
    }

    /// Makes some of these calls: more if they lead on.
    async fn sample(
        &mut self,
        kind: &str,
        tasks: Vec<Weighed>,
        narrowing: &Narrowing<'_>,
    ) -> Result<Vec<Answer>, SyncError> {
        let mut answers = Vec::new();
        for (task, _) in spread(tasks, SAMPLE_THAT_LEADS_ON) {
            let leads_on = self.kinds.get(kind).is_some_and(|it| it.leads_on);
            if answers.len() >= SAMPLE && !leads_on {
                break;
            }
            answers.push(self.call(kind, &task, narrowing).await?);
        }
        Ok(answers)
    }

    async fn call(
        &mut self,
        kind: &str,
        task: &Task,
        narrowing: &Narrowing<'_>,
    ) -> Result<Answer, SyncError> {
        let (before, begun) = (self.connection.requests(), Instant::now());
        let token = task.token.as_deref();
        let asked = self
            .connection
            .list(now(), &task.call, token, Manner::Waits);
        let result = asked.await;
        self.made.calls += 1;
        self.made.time += begun.elapsed();
        let mut following = match result {
            Ok(page) => following(task, &page, narrowing),
            Err(error) => {
                let reached = self.made.calls > self.made.failed + 1;
                if decide(&error, 1, reached, self.patience) == Verdict::End {
                    return Err(error.into());
                }
                self.made.failed += 1;
                Vec::new()
            }
        };
        following.retain(|task| self.path.leads(task) == Leads::On);
        let known = self.kinds.entry(kind.to_owned()).or_default();
        known.made += 1;
        known.leads_on |= !following.is_empty();
        let mut sent = self.connection.requests();
        for (route, sent) in &mut sent {
            *sent -= before.get(route).copied().unwrap_or_default();
            *known.requests.entry(route.clone()).or_default() += *sent;
        }
        Ok(Answer { sent, following })
    }

    fn estimate(self) -> Estimate {
        let rounded = |(route, expected): (String, f64)| (route, expected.ceil() as u64);
        let requests = self.requests.into_iter().map(rounded);
        Estimate {
            basis: Basis::Sample(self.made),
            requests: requests.filter(|(_, requests)| *requests > 0).collect(),
        }
    }
}

/// Puts tasks of the same kind together, in the order in which kinds come.
fn by_kind(tasks: Vec<Weighed>) -> Vec<(String, Vec<Weighed>)> {
    let mut kinds: Vec<(String, Vec<Weighed>)> = Vec::new();
    for task in tasks {
        let kind = kind_of(&task.0);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, same)) => same.push(task),
            None => kinds.push((kind, vec![task])),
        }
    }
    kinds
}

/// What tasks of one kind have in common.
fn kind_of(task: &Task) -> String {
    let (subject, kind) = task.call.lists();
    let goes_on = task.token.is_some();
    let covers: Vec<_> = task.covers.iter().map(shape).collect();
    format!("{} {kind} {goes_on} {}", subject.name(), covers.join(" "))
}

/// Which parts a scope names, without the ids.
fn shape(scope: &Scope) -> String {
    format!(
        "{:?}/{:?}/{}/{}/{}/{:?}/{}",
        scope.subject,
        scope.resource_type,
        scope.resource_id.is_some(),
        scope.parent.is_some(),
        scope.slug.is_some(),
        scope.principal_type,
        scope.principal_id.is_some(),
    )
}

/// So many of these, from the first to the last; the first [`SAMPLE`] of them are
/// spread as widely as all.
fn spread<T>(all: Vec<T>, wanted: usize) -> Vec<T> {
    let count = all.len();
    let wanted = wanted.min(count);
    let rank = |index: usize| (0..wanted).find(|nth| nth * count / wanted == index);
    let numbered = all.into_iter().enumerate();
    let mut chosen: Vec<_> = numbered
        .filter_map(|(index, it)| Some((rank(index)?, it)))
        .collect();
    let stride = wanted.div_ceil(SAMPLE).max(1);
    chosen.sort_by_key(|(rank, _)| (rank % stride, *rank));
    chosen.into_iter().map(|(_, it)| it).collect()
}

#[cfg(test)]
mod tests;
