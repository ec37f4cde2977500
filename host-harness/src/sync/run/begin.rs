//! Beginning a sync: with its first calls, or with what an interrupted one left.

use governance_store::Interrupted;

use super::super::SyncError;
use super::super::checkpoint::{Beginning, Choice};
use super::super::progress::Progress;
use super::super::room::of_task;
use super::super::step::Step;
use super::super::task::first;
use super::super::tenant::verify;
use super::{Run, blocking};

impl Run<'_> {
    /// Queues the first tasks, or those that an interrupted sync left.
    pub(super) async fn begin(&mut self) -> Result<(), SyncError> {
        match blocking(|| self.keep.choose())? {
            Choice::Begin(beginning) => {
                self.begins(beginning);
                let mut step = Step::default();
                self.enqueue(first(&self.narrowing), &mut step)?;
                self.keep(step)
            }
            Choice::Resume(interrupted) => self.resume(*interrupted).await,
        }
    }

    fn begins(&mut self, beginning: Beginning) {
        self.observer.begins(&beginning);
        self.beginning = beginning;
    }

    async fn resume(&mut self, interrupted: Interrupted) -> Result<(), SyncError> {
        if let (Some(tenant), Some(teller)) =
            (self.keep.to_verify(&interrupted), &interrupted.teller)
        {
            let (connection, options) = (self.connection, self.options);
            let verified = verify(connection, options, tenant, teller.clone(), self.observer);
            tokio::select! {
                verified = verified => verified?,
                () = options.stop.asked() => return Err(SyncError::Interrupted { kept: true }),
            }
        }
        let (beginning, resumed) = blocking(|| self.keep.resume(&interrupted))?;
        self.begins(beginning);
        self.progress = Progress::of(&resumed);
        for id in &self.options.asked.within {
            if self.keep.was_told(id)? {
                self.awaited.remove(id.as_str());
            }
        }
        self.keep.tasks(|attempt, done| {
            self.last = attempt.id;
            // Finds out again what leads back.
            let task = &attempt.task;
            if task.token.is_none() && attempt.number > 1 {
                self.path
                    .restart(&task.call, attempt.id, attempt.number - 1);
            }
            self.path.leads(task);
            if !done {
                self.room.take(of_task(&attempt.task))?;
                self.queue.push_back(attempt);
            }
            Ok(())
        })
    }
}
