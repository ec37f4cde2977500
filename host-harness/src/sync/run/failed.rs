//! What becomes of a task whose call failed, or whose route is not free.

use std::time::{Duration, Instant};

use governance_contract::faults::ErrorKind;
use governance_contract::model::GapReason;
use governance_store::TaskChange;

use super::super::SyncError;
use super::super::checkpoint::json;
use super::super::retry::{Verdict, decide, is_passing};
use super::super::room::of_task;
use super::super::step::Step;
use super::super::task::{Task, beginning};
use super::{Attempt, Run};
use crate::error::CallError;
use crate::instance::Breach;
use crate::pace::HeldBack;

impl Run<'_> {
    /// Lets a task wait for its route.
    pub(super) fn hold_back(&mut self, attempt: Attempt, held: HeldBack) -> Result<(), SyncError> {
        if self.parked.gives_up(&held) {
            return self.not_waited_for(&attempt, held);
        }
        let shown = held.clone();
        if self.parked.park(attempt, held, Instant::now()) {
            tracing::info!(route = shown.route, why = %shown.why, "a route is not free");
            self.observer.held_back(&shown);
        }
        Ok(())
    }

    /// Goes on after the call of that number failed.
    pub(super) fn failed(
        &mut self,
        number: u64,
        mut attempt: Attempt,
        error: CallError,
    ) -> Result<(), SyncError> {
        if is_overload(&error) {
            self.width.overloaded(number);
        }
        let reached = self.progress.has_reached();
        let patience = &self.options.patience;
        if let Some(ErrorKind::RateLimited(_)) = error.kind() {
            attempt.refused += 1;
            return match attempt.refused <= patience.refusals {
                true => self.repeat(attempt, error, None),
                false => self.give_up(&attempt, error, GapReason::Failure),
            };
        }
        let restarts = self.path.restarts(&attempt.task.call);
        match decide(&error, attempt.number, reached, patience) {
            Verdict::End => Err(error.into()),
            Verdict::Again(wait) => {
                attempt.number += 1;
                self.repeat(attempt, error, Some(wait))
            }
            Verdict::Restart if restarts + 1 < patience.attempts => self.restart(attempt, error),
            Verdict::Restart => self.give_up(&attempt, error, GapReason::Failure),
            // All that is left would become gaps if the service is away now.
            Verdict::Gap(_) if !reached && self.progress.earlier > 0 && is_passing(&error) => {
                Err(error.into())
            }
            Verdict::Gap(reason) => self.give_up(&attempt, error, reason),
        }
    }

    /// Has a task tried again: after a wait, or as soon as its route is free.
    fn repeat(
        &mut self,
        attempt: Attempt,
        error: CallError,
        wait: Option<Duration>,
    ) -> Result<(), SyncError> {
        if let Err(detail) = self.may_repeat(&error) {
            return self.leave_out(&attempt, GapReason::Failure, &detail, error);
        }
        match wait {
            Some(wait) => {
                self.observer.waiting(wait, &error.to_string());
                self.parked.later(attempt, Instant::now() + jittered(wait));
            }
            None => self.queue.push_back(attempt),
        }
        Ok(())
    }

    /// Spends a repeat; else why not.
    fn may_repeat(&mut self, error: &CallError) -> Result<(), String> {
        let requests = self.connection.requests().values().sum();
        let spent = self.budget.spend(requests);
        spent.map_err(|spent| format!("{spent}: {error}"))
    }

    /// Begins a task's listing again, which will tell all that is queued of it, too.
    fn restart(&mut self, attempt: Attempt, error: CallError) -> Result<(), SyncError> {
        if let Err(detail) = self.may_repeat(&error) {
            return self.leave_out(&attempt, GapReason::Failure, &detail, error);
        }
        self.room.give_back(of_task(&attempt.task));
        self.begin_again(attempt.task)
    }

    /// Queues a listing's first call again. Those that are left of it are past.
    pub(super) fn begin_again(&mut self, task: Task) -> Result<(), SyncError> {
        let times = self.path.restarts(&task.call) + 1;
        self.path.restart(&task.call, self.last + 1, times);
        let mut step = Step {
            tasks: vec![TaskChange::Restarted(json(&task.call))],
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

    /// Goes on without a task whose route is not free for too long.
    pub(super) fn not_waited_for(
        &mut self,
        attempt: &Attempt,
        held: HeldBack,
    ) -> Result<(), SyncError> {
        let longest = self.options.patience.longest_wait.as_secs();
        let detail = format!("{held}, and {longest} s is the longest wait");
        let error = CallError::HeldBack(held);
        self.leave_out(attempt, GapReason::Failure, &detail, error)
    }

    fn give_up(
        &mut self,
        attempt: &Attempt,
        error: CallError,
        reason: GapReason,
    ) -> Result<(), SyncError> {
        self.leave_out(attempt, reason, &error.to_string(), error)
    }

    /// Goes on without what a task would have told.
    fn leave_out(
        &mut self,
        attempt: &Attempt,
        reason: GapReason,
        detail: &str,
        error: CallError,
    ) -> Result<(), SyncError> {
        let mut step = Step::of(attempt);
        self.room.give_back(of_task(&attempt.task));
        self.gap(&attempt.task, reason, detail, &mut step);
        self.first_error.get_or_insert(error);
        self.keep(step)
    }
}

/// Whether a call failed in the way of a service that has too much to do.
fn is_overload(error: &CallError) -> bool {
    matches!(error, CallError::Breach(Breach::Time(_)))
        || matches!(error.kind(), Some(ErrorKind::Unavailable))
}

/// Up to a quarter longer, so that calls that failed together do not come back
/// together.
fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(1.0 + fastrand::f64() / 4.0)
}
